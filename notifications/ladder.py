"""The ladder of reminders: which rung has been reached on a day. Pure; all days are civil days, counted in working days.

Rung n is n working days before the due day, −n after it. The due day never moves; where it is a day off, it is reminded on the
last working day before. After an absence only the newest rung is told.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta

from workflow.calendar import WorkingCalendar, days
from workflow.config import EscalationSettings, Ladder, ReminderSettings
from workflow.names import fold

LEVELS = ("head", "monitor", "leader")
_YEAR = timedelta(days=366)


class Count:
    """The working days around a day, numbered: what lies between two days is a subtraction."""

    def __init__(self, calendar: WorkingCalendar, today: date) -> None:
        span = days(today - 2 * _YEAR, today + 2 * _YEAR)
        self.days = [day for day in span if calendar.is_working(day)]
        self.today = self.index(today)

    def index(self, day: date) -> int:
        """The number of the last working day up to a day."""
        return bisect_right(self.days, day) - 1

    def left(self, due: date) -> int:
        """Working days from today to the last working day up to `due`; negative once it has passed."""
        return self.index(due) - self.today

    def dues(self, number: int) -> Iterator[date]:
        """The due days that are reminded as this working day: itself and the days off after it."""
        last = self.days[number + 1] if number + 1 < len(self.days) else self.days[number] + timedelta(days=1)
        return iter(days(self.days[number], last - timedelta(days=1)))


def signed(ladder: Ladder) -> list[int]:
    """The rungs in the order in which they are reached: days before as they are, days after negative."""
    late = sorted(day for day in ladder.after if day <= ladder.last)
    if ladder.then_every:
        late += range((max(ladder.after, default=0)) + ladder.then_every, ladder.last + 1, ladder.then_every)
    return [*sorted(set(ladder.before), reverse=True), *(-day for day in late)]


def rungs(due: date, calendar: WorkingCalendar, ladder: Ladder) -> Iterator[tuple[int, date]]:
    """Yield (rung, day) in order."""
    reach = calendar.on_or_before(due)
    for rung in signed(ladder):
        yield rung, calendar.add(reach, -rung) if rung >= 0 else calendar.add(due, -rung)


def newest(ladder: Ladder, left: int) -> int | None:
    """The newest rung reached when `left` working days are left; None before the first."""
    return min((rung for rung in signed(ladder) if rung >= left), default=None)


def fresh(count: Count, ladder: Ladder, since: date | None) -> dict[date, int]:
    """The due days whose newest rung was reached after `since` (None: ever) up to today, with that rung."""
    steps, known = signed(ladder), 0 if since is None else count.index(since)
    if not steps:
        return {}
    found: dict[date, int] = {}
    first = 0 if since is None else max(0, known + steps[-1])
    for number in range(first, min(count.today + steps[0] + 1, len(count.days))):
        rung = newest(ladder, number - count.today)
        if rung is not None and (since is None or number - rung > known):
            found.update((due, rung) for due in count.dues(number))
    return found


def levels(settings: EscalationSettings) -> dict[str, int]:
    """The levels of escalation that are used, each with its working days after the due day."""
    known = {name: getattr(settings, name) for name in LEVELS}
    return {name: after for name, after in known.items() if after}


def escalated(count: Count, after: int, since: date | None) -> list[date]:
    """The due days that were `after` working days ago today, or since the day that was decided last (None: or earlier)."""
    if since is None:
        span = range(0, count.today - after + 1)
    else:
        span = range(max(0, count.index(since) - after + 1), count.today - after + 1)
    return [due for number in span for due in count.dues(number)]


def horizon(today: date, calendar: WorkingCalendar, ladder: Ladder) -> date:
    """The last due day that can have a rung reached today."""
    return calendar.add(today, max(ladder.before, default=0) + 1) + timedelta(days=1)


def ladder_for(settings: ReminderSettings, kind: str, agency_code: str) -> Ladder:
    """The ladder of a task: its agency's, else that of its directive's kind, else the office's."""
    if not settings.agencies and not settings.kinds:
        return settings
    own = settings.agencies.get(agency_code)
    if own:
        return own
    wanted = fold(kind)
    return next((ladder for name, ladder in settings.kinds.items() if fold(name) == wanted), settings)
