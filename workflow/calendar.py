"""The working calendar of Vietnamese civil servants: public holidays, swapped days, Saturdays and Sundays off.

Source: Labour Code 2019 Article 112 as computed by the `holidays` package, which lags behind the yearly swap letters;
those stand in `config.yaml` with their source and win over the package.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflow.config import CalendarSettings


@lru_cache
def _public(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Public holidays and make-up working Saturdays of a year, as the package knows them."""
    import holidays

    known = holidays.country_holidays("VN", years=year)
    return frozenset(known.keys()), frozenset(getattr(known, "weekend_workdays", ()))


class WorkingCalendar:
    """Tells working days from days off; `extra` lines come from the settings."""

    def __init__(self, extra: CalendarSettings) -> None:
        self._off = {line.day for line in extra.holidays}
        self._work = {line.day for line in extra.workdays}

    def is_working(self, day: date) -> bool:
        """Whether offices work on `day`."""
        if day in self._work:
            return True
        if day in self._off:
            return False
        off, make_up = _public(day.year)
        return day in make_up or (day.weekday() < 5 and day not in off)

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
        return sum(self.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
