"""Working days of Vietnam, with the swaps that the holiday package lacks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.calendar import WorkingCalendar
from workflow.config import CalendarLine, CalendarSettings

calendar = WorkingCalendar(CalendarSettings())


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2025-01-28", False),
        ("2025-04-07", False),
        ("2025-04-30", False),
        ("2025-05-02", False),
        ("2025-04-26", True),
        ("2025-09-01", False),
        ("2026-01-02", False),
        ("2026-01-10", True),
        ("2026-02-17", False),
        ("2026-08-22", True),
        ("2026-08-31", False),
        ("2026-11-24", False),
        ("2025-07-12", False),
        ("2025-07-14", True),
    ],
)
def test_days_off_and_made_up(day: str, working: bool) -> None:
    assert calendar.is_working(date.fromisoformat(day)) is working


def test_before_and_after_a_long_weekend() -> None:
    assert calendar.on_or_before(date(2026, 5, 3)) == date(2026, 4, 29)
    assert calendar.on_or_after(date(2026, 4, 30)) == date(2026, 5, 4)


@given(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(1, 40))
def test_adding_then_subtracting_working_days_returns(day: date, count: int) -> None:
    start = calendar.on_or_after(day)
    assert calendar.add(calendar.add(start, count), -count) == start
    assert calendar.between(start, calendar.add(start, count)) == count
    assert calendar.between(calendar.add(start, count), start) == -count


def test_the_office_can_add_days() -> None:
    own = WorkingCalendar(
        CalendarSettings(
            holidays=(CalendarLine(date(2025, 7, 14), "Lễ"),), workdays=(CalendarLine(date(2025, 7, 13), "Bù"),)
        )
    )
    assert not own.is_working(date(2025, 7, 14))
    assert own.is_working(date(2025, 7, 13))
