"""The working calendar of Vietnamese civil servants: public holidays, swapped days, Saturdays and Sundays off.

Source: Labour Code 2019 Article 112 as computed by the `holidays` package, which lags behind the yearly swap letters; the lines of
`calendar.csv` beside this file win over the package, and the office's own lines in the database win over both.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from workflow.i18n import N_, _, language
from workflow.periods import Reason, reason


class DayKind(StrEnum):
    """What a line of the calendar says of its day."""

    OFF = "off"
    WORK = "work"
    ANNOUNCED = "announced"
    MID_YEAR = "mid_year"
    YEAR_END = "year_end"
    THEMATIC = "thematic"


SESSION_KINDS = (DayKind.MID_YEAR, DayKind.YEAR_END, DayKind.THEMATIC)

DAY_KIND_LABELS = {
    DayKind.OFF: N_("day off"),
    DayKind.WORK: N_("make-up working day"),
    DayKind.ANNOUNCED: N_("days off of the year announced"),
    DayKind.MID_YEAR: N_("mid-year council session opens"),
    DayKind.YEAR_END: N_("year-end council session opens"),
    DayKind.THEMATIC: N_("thematic council session opens"),
}

WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


@dataclass(frozen=True)
class CalendarLine:
    """One line of the editable calendar, with the document it follows."""

    day: date
    kind: DayKind
    name: str
    source: str = ""


@lru_cache
def shipped() -> tuple[CalendarLine, ...]:
    """The lines that come with the program: what the package lacks, or what has a source of its own."""
    with (Path(__file__).parent / "calendar.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            CalendarLine(date.fromisoformat(row["day"]), DayKind(row["kind"]), row["name"], row["source"])
            for row in csv.DictReader(file)
        )


@lru_cache
def _public(year: int, tongue: str) -> tuple[dict[date, str], frozenset[date]]:
    """Public holidays by day and make-up working Saturdays of a year, as the package knows them."""
    import holidays

    known = holidays.country_holidays("VN", years=year, language="vi" if tongue == "vi" else "en_US")
    return dict(known), frozenset(getattr(known, "weekend_workdays", ()))


class WorkingCalendar:
    """Tells working days from days off and knows the council's sessions; `own` are the lines of the office."""

    def __init__(self, own: Iterable[CalendarLine] = ()) -> None:
        self.own = tuple(own)
        lines = (*shipped(), *self.own)
        days = {line.day: line for line in lines if line.kind in (DayKind.OFF, DayKind.WORK)}
        self._off = {day: line.name for day, line in days.items() if line.kind is DayKind.OFF}
        self._work = {day for day, line in days.items() if line.kind is DayKind.WORK}
        announced = [line for line in lines if line.kind is DayKind.ANNOUNCED]
        self.announced = max(line.day.year for line in announced)
        self._announcing = announced
        self.sessions = tuple(sorted((line for line in lines if line.kind in SESSION_KINDS), key=lambda line: line.day))
        self.lines = days

    def year(self, year: int) -> list[CalendarLine]:
        """The days off on weekdays, make-up days and council sessions of a year, in order, with their sources."""
        named, make_up = _public(year, language())
        source = _("package holidays, after Labour Code 2019, Article 112")
        known = [CalendarLine(day, DayKind.OFF, name, source) for day, name in named.items()]
        known += [
            CalendarLine(day, DayKind.WORK, _("make-up working day"), source) for day in make_up if day.year == year
        ]
        own = [line for line in (*self._announcing, *self.lines.values(), *self.sessions) if line.day.year == year]
        merged = [line for line in known if line.day not in self.lines] + own
        return sorted(merged, key=lambda line: (line.day, line.kind))

    def count(self, year: int) -> int:
        """How many working days a year has."""
        return sum(self.is_working(day) for day in days(date(year, 1, 1), date(year, 12, 31)))

    def weekday(self, day: date) -> str:
        """The day of the week in the current language."""
        return _(WEEKDAYS[day.weekday()])

    def is_working(self, day: date) -> bool:
        """Whether offices work on `day`."""
        if day in self._work:
            return True
        if day in self._off:
            return False
        off, make_up = _public(day.year, "vi")
        return day in make_up or (day.weekday() < 5 and day not in off)

    def off(self, day: date) -> str:
        """Why offices do not work on a day off, in the current language: the holiday's name or the day of the week."""
        return self._off.get(day) or _public(day.year, language())[0].get(day) or self.weekday(day)

    def unsettled(self, first: date, last: date) -> bool:
        """Whether a count over these days rests on swapped days, or on a year whose days off nobody has announced yet.

        Swaps are decided each autumn, sometimes days before: a document written earlier did not know them.
        """
        if last.year > self.announced:
            return True
        return any(self._swapped(day) for day in days(first, last))

    def _swapped(self, day: date) -> bool:
        off, make_up = _public(day.year, "vi")
        return day in make_up or "thay cho" in off.get(day, "") or (day in self.lines and day not in off)

    def on_or_before(self, day: date) -> date:
        """The last working day up to `day`."""
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day

    def on_or_after(self, day: date) -> date:
        """The first working day from `day` on."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def add(self, day: date, working_days: int) -> date:
        """Move `working_days` working days onward (or back, if negative) from `day`, which itself is not counted."""
        step = timedelta(days=1 if working_days > 0 else -1)
        for _n in range(abs(working_days)):
            day += step
            while not self.is_working(day):
                day += step
        return day

    def between(self, first: date, last: date) -> int:
        """Count the working days after `first` up to and including `last` (negative if `last` is earlier)."""
        if last < first:
            return -self.between(last, first)
        return sum(self.is_working(day) for day in days(first + timedelta(days=1), last))

    def skipped(self, first: date, last: date) -> tuple[Reason, ...]:
        """Say which days from `first` to `last`, both included, are off and why; nothing where none is."""
        off = [f"{day.isoformat()} ({self.off(day)})" for day in days(first, last) if not self.is_working(day)]
        worked = [day.isoformat() for day in days(first, last) if day.weekday() > 4 and self.is_working(day)]
        told = [reason(N_("Days off that do not count: {days}."), days=", ".join(off))] if off else []
        return (*told, *([reason(N_("Make-up days that count: {days}."), days=", ".join(worked))] if worked else ()))


def days(first: date, last: date) -> Iterable[date]:
    """Every day from `first` to `last`, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
