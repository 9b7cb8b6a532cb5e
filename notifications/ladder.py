"""The ladder of reminders: which rung has been reached on a day. Pure; all days are civil days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from workflow.calendar import WorkingCalendar
from workflow.config import ReminderSettings


def rungs(due: date, calendar: WorkingCalendar, settings: ReminderSettings) -> Iterator[tuple[int, date]]:
    """Yield (rung, day) in order: rung n is n working days before the due day, −n after it.

    The due day itself never moves; where it is a day off, the reminder comes on the last working day before it.
    """
    reach = calendar.on_or_before(due)
    for before in sorted(settings.before, reverse=True):
        yield before, calendar.add(reach, -before)
    late = sorted(settings.after)
    if settings.then_every:
        late += range((late[-1] if late else 0) + settings.then_every, settings.last + 1, settings.then_every)
    for after in late:
        if after <= settings.last:
            yield -after, calendar.add(due, after)


def reached(due: date, today: date, calendar: WorkingCalendar, settings: ReminderSettings) -> int | None:
    """The newest rung whose day has come; after an absence only this one is served. None before the first."""
    newest = None
    for rung, day in rungs(due, calendar, settings):
        if day > today:
            break
        newest = rung
    return newest


def horizon(today: date, calendar: WorkingCalendar, settings: ReminderSettings) -> date:
    """The last due day that can have a rung reached today."""
    day = calendar.add(today, max(settings.before, default=0) + 1)
    return day + timedelta(days=1)
