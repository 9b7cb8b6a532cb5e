"""Working days of Vietnam, with the swaps that the holiday package lacks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow import i18n
from workflow.calendar import CalendarLine, DayKind, WorkingCalendar, shipped

calendar = WorkingCalendar()


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


def line(day: str, kind: DayKind, name: str = "Lễ") -> CalendarLine:
    return CalendarLine(date.fromisoformat(day), kind, name, "CV 1")


def test_the_office_can_add_days() -> None:
    own = WorkingCalendar([line("2025-07-14", DayKind.OFF), line("2025-07-13", DayKind.WORK)])
    assert not own.is_working(date(2025, 7, 14))
    assert own.is_working(date(2025, 7, 13))
    assert own.off(date(2025, 7, 14)) == "Lễ"


def test_a_day_off_is_named_in_the_language_of_the_reader() -> None:
    assert calendar.off(date(2026, 9, 2)) == "Quốc khánh"
    assert calendar.off(date(2026, 9, 5)) == "thứ Bảy"
    i18n.set_language("en")
    assert (calendar.off(date(2026, 9, 2)), calendar.off(date(2026, 9, 5))) == ("National Day", "Saturday")


def test_a_count_over_swapped_days_or_an_unannounced_year_is_unsettled() -> None:
    """Swaps are decided each autumn: who wrote the document did not know them."""
    assert calendar.unsettled(date(2025, 12, 30), date(2026, 1, 5))
    assert not calendar.unsettled(date(2026, 4, 24), date(2026, 5, 5))
    assert calendar.unsettled(date(2031, 3, 3), date(2031, 3, 10))


def test_every_shipped_line_names_its_source() -> None:
    assert all(one.source and one.name for one in shipped())


def test_a_year_lists_each_day_once_with_its_source() -> None:
    days = calendar.year(2026)
    assert len({(one.day, one.kind) for one in days}) == len(days)
    assert [one.source for one in days if one.day == date(2026, 1, 2)] == ["Công văn 12729/VPCP-KGVX ngày 25/12/2025"]
    assert calendar.count(2026) == 249
