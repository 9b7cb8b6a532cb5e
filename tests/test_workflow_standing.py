"""What the calendar says: one rule, in Python and in SQL."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.standing import STANDING_LABELS, STANDING_SQL, Standing, Status, standing

DUE = date(2025, 7, 14)


@pytest.mark.parametrize(
    ("status", "submitted", "today", "expected"),
    [
        # "trước ngày 15/7": the last good day is the 14th
        ("not_started", None, date(2025, 7, 13), "due_soon"),
        ("not_started", None, date(2025, 7, 14), "due_today"),
        ("not_started", None, date(2025, 7, 15), "overdue"),
        ("in_progress", None, date(2025, 7, 15), "overdue"),
        ("returned", None, date(2025, 7, 15), "overdue"),
        # done on the due day is on time, whenever it is confirmed
        ("submitted", date(2025, 7, 14), date(2025, 7, 20), "done_on_time"),
        ("completed", date(2025, 7, 14), date(2025, 9, 1), "done_on_time"),
        ("completed", date(2025, 7, 15), date(2025, 9, 1), "done_late"),
        # what rests is not counted
        ("suspended", None, date(2025, 9, 1), "not_counted"),
        ("cancelled", None, date(2025, 9, 1), "not_counted"),
        ("not_started", None, date(2025, 7, 7), "due_soon"),
        ("not_started", None, date(2025, 7, 6), "on_track"),
    ],
)
def test_boundaries(status: str, submitted: date | None, today: date, expected: str) -> None:
    assert standing(Status(status), DUE, submitted, today, 7) == expected


def test_without_a_deadline_nothing_is_ever_overdue() -> None:
    for status in Status:
        assert standing(status, None, None, date(2100, 1, 1), 7) in (Standing.NO_DEADLINE, Standing.NOT_COUNTED)


days = st.dates(date(2024, 12, 1), date(2025, 3, 1))


@given(st.sampled_from(list(Status)), st.none() | days, st.none() | days, days, st.integers(0, 30))
def test_sql_and_python_agree(status: Status, due: date | None, submitted: date | None, today: date, soon: int) -> None:
    values = {
        "status": status.value,
        "due": due and due.isoformat(),
        "submitted": submitted and submitted.isoformat(),
        "today": today.isoformat(),
        "soon": (today + timedelta(days=soon)).isoformat(),
    }
    with sqlite3.connect(":memory:") as connection:
        found = connection.execute(
            f"select {STANDING_SQL} from (select :status as status, :due as due_on, :submitted as submitted_on)", values
        ).fetchone()[0]
    connection.close()
    assert found == standing(status, due, submitted, today, soon)


def test_every_standing_has_a_label() -> None:
    assert set(STANDING_LABELS) == set(Standing)
