"""When something is to be done: the value that a time phrase is understood as, and what it comes to in days.

The phrase is read in `directives.phrases`; here is only arithmetic. A Timing explains itself: its reasons are message keys
with arguments, put into words by `explain`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from workflow.i18n import N_, _


class Kind(StrEnum):
    """What sort of deadline a phrase states."""

    DEADLINE = "deadline"
    RECURRING = "recurring"
    ONGOING = "ongoing"
    CYCLE_UNKNOWN = "cycle_unknown"
    RELATIVE = "relative"
    CONDITIONAL = "conditional"
    SESSION = "session"
    NOT_A_DEADLINE = "not_a_deadline"
    UNDETERMINED = "undetermined"


class Cycle(StrEnum):
    """How often something recurs."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"


FRIDAY = 5
MONTHS = {Cycle.MONTHLY: 1, Cycle.QUARTERLY: 3, Cycle.HALF_YEARLY: 6, Cycle.YEARLY: 12}

KIND_LABELS = {
    Kind.DEADLINE: N_("fixed deadline"),
    Kind.RECURRING: N_("recurring"),
    Kind.ONGOING: N_("ongoing, no deadline"),
    Kind.CYCLE_UNKNOWN: N_("periodic, cycle not stated"),
    Kind.RELATIVE: N_("counted from an event"),
    Kind.CONDITIONAL: N_("depends on a condition"),
    Kind.SESSION: N_("council session"),
    Kind.NOT_A_DEADLINE: N_("not a deadline"),
    Kind.UNDETERMINED: N_("deadline not determined"),
}

CYCLE_LABELS = {
    Cycle.WEEKLY: N_("weekly"),
    Cycle.MONTHLY: N_("monthly"),
    Cycle.QUARTERLY: N_("quarterly"),
    Cycle.HALF_YEARLY: N_("half-yearly"),
    Cycle.YEARLY: N_("yearly"),
}


@dataclass(frozen=True, order=True)
class Window:
    """One span in which the work is due: from `opens` (if stated) to `due`, both included.

    `key` names the period for ever ("2025-Q2", "2025-07", "2025", "2025-07-14") and is unique within a task.
    """

    due: date
    opens: date | None
    key: str


@dataclass(frozen=True)
class Reason:
    """Why the phrase was understood so: a message key and its arguments (dates as ISO text)."""

    message: str
    args: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return _(self.message, **{name: show_days(value) for name, value in self.args})


@dataclass(frozen=True)
class Timing:
    """A time phrase and what it means.

    `windows` are the fixed days of a deadline. A recurring timing has `cycle` or `every_months`, and `day` (0: the last; of a week: 1 to
    7) of month number `month` of each period (0: the last), or the `quarters` of every year in which it falls. `working_days` counts from the period's first day instead and needs
    the calendar. `needs_person` says that no date may be taken from it without a look.
    """

    words: str
    kind: Kind
    windows: tuple[Window, ...] = ()
    cycle: Cycle | None = None
    every_months: int = 0
    day: int = 0
    month: int = 0
    day_before: bool = False
    working_days: int = 0
    needs_person: bool = False
    reasons: tuple[Reason, ...] = ()
    quarters: tuple[int, ...] = ()

    def because(self, message: str, /, **args: object) -> Timing:
        """Return the same timing with one more reason."""
        told = tuple((name, str(value)) for name, value in args.items())
        return replace(self, reasons=(*self.reasons, Reason(message, told)))

    def explain(self) -> str:
        """Say in the current language how the phrase was understood and why."""
        return " ".join(str(reason) for reason in self.reasons)

    def occurrences(self, first: date, last: date) -> list[Window]:
        """Return the windows due from `first` to `last`, both included, computed from the calendar, never from each other."""
        if self.kind is Kind.DEADLINE:
            return sorted(w for w in self.windows if first <= w.due <= last)
        if self.kind is Kind.RECURRING:
            return sorted(w for w in self._recurring(first, last) if first <= w.due <= last)
        return []

    def _recurring(self, first: date, last: date) -> Iterator[Window]:
        if self.cycle is Cycle.WEEKLY:
            yield from weeks(first, last, self.day or FRIDAY)
            return
        if self.quarters:
            for year in range(first.year, last.year + 1):
                yield from (quarter_window(year, quarter) for quarter in self.quarters)
            return
        step = self.every_months or MONTHS[self.cycle or Cycle.YEARLY]
        for year in range(first.year, last.year + 1):
            for start in range(1, 13, step):
                opens, ends = date(year, start, 1), month_end(year, start + step - 1)
                due = self._due(opens, ends)
                yield Window(due, opens, period_key(opens, ends))

    def _due(self, opens: date, ends: date) -> date:
        """The due day inside one period: its end, or a numbered day of one of its months (month ends clamp)."""
        if not self.day:
            return ends
        last = month_end(opens.year, opens.month + self.month - 1) if self.month else ends
        day = last.replace(day=min(self.day, last.day))
        return day - timedelta(days=1) if self.day_before else day

    def to_json(self) -> dict[str, Any]:
        """Return plain values that `from_json` reads back."""
        plain = asdict(self)
        plain["windows"] = [
            {"due": w.due.isoformat(), "opens": w.opens and w.opens.isoformat(), "key": w.key} for w in self.windows
        ]
        plain["reasons"] = [{"message": r.message, "args": dict(r.args)} for r in self.reasons]
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Timing:
        """Read what `to_json` wrote."""
        values = dict(plain)
        values["kind"] = Kind(values["kind"])
        values["cycle"] = values.get("cycle") and Cycle(values["cycle"])
        values["quarters"] = tuple(values.get("quarters", ()))
        values["windows"] = tuple(
            Window(date.fromisoformat(w["due"]), date.fromisoformat(w["opens"]) if w["opens"] else None, w["key"])
            for w in values.get("windows", ())
        )
        values["reasons"] = tuple(Reason(r["message"], tuple(r["args"].items())) for r in values.get("reasons", ()))
        return cls(**values)


def month_end(year: int, month: int) -> date:
    """Return the last day of a month; months past 12 run into the following years."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def month_window(year: int, month: int) -> Window:
    """The window of one calendar month."""
    return span(date(year, month, 1), month_end(year, month))


def quarter_window(year: int, quarter: int) -> Window:
    """The window of one calendar quarter (1 to 4)."""
    return span(date(year, 3 * quarter - 2, 1), month_end(year, 3 * quarter))


def span(opens: date, ends: date) -> Window:
    """The window of whole months from `opens` to `ends`."""
    return Window(ends, opens, period_key(opens, ends))


def day_window(day: date, opens: date | None = None) -> Window:
    """The window of work due on one day."""
    return Window(day, opens, day.isoformat())


def period_key(opens: date, ends: date) -> str:
    """Name a span of whole months: 2025, 2025-H1, 2025-Q2, 2025-07, or 2025-01..2025-09."""
    length = (ends.year - opens.year) * 12 + ends.month - opens.month + 1
    if length == 12 and opens.month == 1:
        return f"{opens.year}"
    if length == 6 and opens.month in (1, 7):
        return f"{opens.year}-H{1 if opens.month == 1 else 2}"
    if length == 3 and opens.month % 3 == 1:
        return f"{opens.year}-Q{opens.month // 3 + 1}"
    if length == 1:
        return f"{opens:%Y-%m}"
    return f"{opens:%Y-%m}..{ends:%Y-%m}"


def weeks(first: date, last: date, weekday: int = FRIDAY) -> Iterator[Window]:
    """The calendar weeks that touch the span, each from Monday to the weekday (1 to 7) it is due on."""
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        year, week, _weekday = monday.isocalendar()
        yield Window(monday + timedelta(days=weekday - 1), monday, f"{year}-W{week:02}")
        monday += timedelta(days=7)


def show_day(day: date) -> str:
    """Write a day the way offices do: 14/7/2025."""
    return f"{day.day:02}/{day.month}/{day.year}" if day.month > 2 else f"{day.day:02}/{day.month:02}/{day.year}"


def show_period(key: str) -> str:
    """Say a period key in the current language."""
    year, _dash, part = key.partition("-")
    if key in ("ongoing", "untimed"):
        return _("ongoing") if key == "ongoing" else _("no deadline")
    if not part:
        return _("year {year}", year=year)
    if part[0] == "Q":
        return _(
            "quarter {quarter} of {year}", quarter={"1": "I", "2": "II", "3": "III", "4": "IV"}[part[1]], year=year
        )
    if part[0] == "H":
        return _("first half of {year}", year=year) if part[1] == "1" else _("second half of {year}", year=year)
    if part[0] == "W":
        return _("week {week} of {year}", week=part[1:], year=year)
    if len(part) == 2:
        return _("month {month} of {year}", month=int(part), year=year)
    if ".." in part:
        first, last = (f"{int(month[5:7])}/{month[:4]}" for month in key.split(".."))
        return f"{first} – {last}"
    return show_day(date.fromisoformat(key))


def show_days(value: str) -> str:
    """Days in the arguments of a reason, one or several, as offices write them."""
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", lambda found: show_day(date.fromisoformat(found[0])), value)
