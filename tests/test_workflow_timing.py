"""Calendar arithmetic: windows, recurrences, round trips."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.timing import (
    MONTHS,
    Cycle,
    Kind,
    Timing,
    day_window,
    month_end,
    month_window,
    period_key,
    quarter_window,
    show_day,
    show_days,
    show_period,
    span,
)

years = st.integers(1991, 2099)
days = st.dates(date(1991, 1, 1), date(2099, 12, 31))


def test_quarters_end_on_their_last_day() -> None:
    assert [quarter_window(2025, q).due.isoformat() for q in (1, 2, 3, 4)] == [
        "2025-03-31",
        "2025-06-30",
        "2025-09-30",
        "2025-12-31",
    ]
    assert [quarter_window(2025, q).key for q in (1, 2)] == ["2025-Q1", "2025-Q2"]


@pytest.mark.parametrize(("year", "last"), [(2024, 29), (2025, 28), (2100, 28), (2000, 29)])
def test_february(year: int, last: int) -> None:
    assert month_end(year, 2).day == last


def test_months_run_into_the_next_year() -> None:
    assert month_end(2025, 12) == date(2025, 12, 31)
    assert month_end(2025, 14) == date(2026, 2, 28)


@given(years, st.sampled_from(list(MONTHS)))
def test_the_periods_of_a_year_neither_overlap_nor_leave_gaps(year: int, cycle: Cycle) -> None:
    windows = Timing("", Kind.RECURRING, cycle=cycle).occurrences(date(year, 1, 1), date(year, 12, 31))
    assert len(windows) == 12 // MONTHS[cycle]
    assert windows[0].opens == date(year, 1, 1)
    assert windows[-1].due == date(year, 12, 31)
    for before, after in zip(windows, windows[1:], strict=False):
        assert after.opens == before.due + timedelta(days=1)


@given(days, st.sampled_from(list(MONTHS)), st.integers(0, 31), st.integers(0, 3), st.booleans())
def test_36_months_have_unique_keys_and_the_count_of_the_closed_formula(
    first: date, cycle: Cycle, day: int, month: int, before: bool
) -> None:
    start = first.replace(day=1)
    if start.year > 2096:
        return
    timing = Timing("", Kind.RECURRING, cycle=cycle, day=day, month=min(month, MONTHS[cycle]), day_before=before)
    year = start.year
    windows = timing.occurrences(date(year, 1, 1) - timedelta(days=1), date(year + 2, 12, 31))
    inside = [w for w in windows if w.key[:4] in {str(y) for y in range(year, year + 3)}]
    assert len({w.key for w in inside}) == len(inside) == 36 // MONTHS[cycle]


@given(days, st.sampled_from(list(Cycle)))
def test_occurrences_do_not_depend_on_where_one_looks_from(first: date, cycle: Cycle) -> None:
    """Computed from the calendar, never from the previous one: a longer look only adds."""
    if first.year > 2097:
        return
    timing = Timing("", Kind.RECURRING, cycle=cycle)
    near, far = (
        timing.occurrences(first, first + timedelta(days=200)),
        timing.occurrences(first, first + timedelta(days=600)),
    )
    assert far[: len(near)] == near


def test_the_31st_clamps_to_short_months() -> None:
    timing = Timing("", Kind.RECURRING, cycle=Cycle.MONTHLY, day=31)
    due = [w.due.day for w in timing.occurrences(date(2025, 1, 1), date(2025, 12, 31))]
    assert due == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def test_a_weekly_duty_crosses_new_year() -> None:
    windows = Timing("", Kind.RECURRING, cycle=Cycle.WEEKLY).occurrences(date(2025, 12, 20), date(2026, 1, 12))
    assert [w.due.isoformat() for w in windows] == ["2025-12-26", "2026-01-02", "2026-01-09"]
    assert len({w.key for w in windows}) == 3


@pytest.mark.parametrize(
    ("opens", "ends", "key"),
    [
        ("2025-01-01", "2025-12-31", "2025"),
        ("2025-01-01", "2025-06-30", "2025-H1"),
        ("2025-07-01", "2025-12-31", "2025-H2"),
        ("2025-04-01", "2025-06-30", "2025-Q2"),
        ("2025-07-01", "2025-07-31", "2025-07"),
        ("2025-01-01", "2025-09-30", "2025-01..2025-09"),
    ],
)
def test_period_keys(opens: str, ends: str, key: str) -> None:
    assert period_key(date.fromisoformat(opens), date.fromisoformat(ends)) == key


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("2025", "năm 2025"),
        ("2025-H1", "6 tháng đầu năm 2025"),
        ("2025-H2", "6 tháng cuối năm 2025"),
        ("2025-Q4", "quý IV năm 2025"),
        ("2025-07", "tháng 7 năm 2025"),
        ("2025-W03", "tuần 03 năm 2025"),
        ("2025-01..2025-09", "1/2025 – 9/2025"),
        ("2025-07-14", "14/7/2025"),
        ("ongoing", "thường xuyên"),
        ("untimed", "không hạn"),
    ],
)
def test_periods_are_said_in_vietnamese(key: str, words: str) -> None:
    assert show_period(key) == words


def test_days_are_written_as_offices_write_them() -> None:
    assert show_day(date(2025, 7, 4)) == "04/7/2025"
    assert show_day(date(2025, 2, 14)) == "14/02/2025"
    assert show_days("2025-06-30, 2025-12-31") == "30/6/2025, 31/12/2025"


windows = st.one_of(
    st.builds(month_window, years, st.integers(1, 12)),
    st.builds(quarter_window, years, st.integers(1, 4)),
    st.builds(day_window, days),
    st.builds(lambda y, n: span(date(y, 1, 1), month_end(y, n)), years, st.integers(1, 12)),
)
timings = st.builds(
    lambda words, kind, found, cycle, every, day, before, person: Timing(
        words, kind, tuple(found), cycle, every, day, 0, before, 0, person
    ).because("There is no such day.", due="2025-01-01"),
    st.text(max_size=20),
    st.sampled_from(list(Kind)),
    st.lists(windows, max_size=3),
    st.none() | st.sampled_from(list(Cycle)),
    st.sampled_from([0, 2, 4]),
    st.integers(0, 31),
    st.booleans(),
    st.booleans(),
)


@given(timings)
def test_a_timing_survives_json(timing: Timing) -> None:
    assert Timing.from_json(json.loads(json.dumps(timing.to_json()))) == timing
