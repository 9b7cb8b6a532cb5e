"""Council sessions that a document names without their day; the calendar knows the days once they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from workflow.calendar import CalendarLine, DayKind, WorkingCalendar
from workflow.names import strip_marks

NEXT, UNNAMED = "next", "unnamed"


@dataclass(frozen=True)
class CouncilSession:
    """Which session is meant: `kind` is mid_year, year_end, thematic, next or unnamed; the rest narrows it where it is stated.

    `after` is the day from which "the next session" is sought; `level` is "tinh" or "xa"; `before` says that the work must
    be done by the day before it opens.
    """

    kind: str
    year: int = 0
    month: int = 0
    number: int = 0
    level: str = ""
    after: date | None = None
    before: bool = False

    @property
    def key(self) -> str:
        """The period key of work due at this session."""
        return f"{self.year}-{self.kind}" if self.year and self.kind not in (NEXT, UNNAMED) else f"0-{NEXT}"

    def opening(self, calendar: WorkingCalendar) -> CalendarLine | None:
        """The session in the calendar, or None where it is not there or several fit."""
        if self.kind == UNNAMED and not (self.month or self.number):
            return None  # "trước kỳ họp HĐND": which one, a person says
        fitting = [line for line in calendar.sessions if self._fits(line)]
        if self.kind == NEXT:
            return next((line for line in fitting if not self.after or line.day >= self.after), None)
        return fitting[0] if len(fitting) == 1 else None

    def _fits(self, line: CalendarLine) -> bool:
        name = strip_marks(line.name)
        said = re.search(r"\bthu\s+(\d+)", name)
        level = re.search(r"\b(tinh|xa|phuong|dac khu)\b", name)
        return (
            (self.kind in (NEXT, UNNAMED) or DayKind(self.kind) is line.kind)
            and (not self.year or self.year == line.day.year)
            and (not self.month or self.month == line.day.month)
            and (not self.number or bool(said and int(said[1]) == self.number))
            and (not self.level or not level or (level[1] == "tinh") == (self.level == "tinh"))
        )
