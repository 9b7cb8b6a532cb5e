"""The last good moment: from the words of a document to what the lists say a minute before and after."""

from __future__ import annotations

from datetime import date

import pytest

from directives.phrases import understand
from tests import make
from workflow.calendar import WorkingCalendar
from workflow.clock import local_day
from workflow.standing import Status, standing

ZONE = "Asia/Ho_Chi_Minh"
CALENDAR = WorkingCalendar()


@pytest.mark.parametrize(
    ("words", "done", "seen", "says"),
    [
        # a day before which it is to be done does not belong to the time allowed
        ("trước ngày 15/7/2025", None, "2025-07-14 16:59", "due_today"),
        ("trước ngày 15/7/2025", None, "2025-07-14 23:59", "due_today"),
        ("trước ngày 15/7/2025", None, "2025-07-15 00:00", "overdue"),
        ("trước ngày 15/7/2025", "2025-07-14 23:59", "2025-08-01 08:00", "done_on_time"),
        ("trước ngày 15/7/2025", "2025-07-15 00:00", "2025-08-01 08:00", "done_late"),
        # a day by which it is to be done belongs to it, to its last minute
        ("chậm nhất ngày 15/7/2025", None, "2025-07-15 16:59", "due_today"),
        ("đến hết ngày 15/7/2025", None, "2025-07-15 23:59", "due_today"),
        ("chậm nhất ngày 15/7/2025", None, "2025-07-16 00:00", "overdue"),
        ("chậm nhất ngày 15/7/2025", "2025-07-15 23:59", "2025-07-16 00:00", "done_on_time"),
        # an hour is not tracked: the day is, and it is not overdue while that day lasts
        ("trước 17 giờ ngày 15/7/2025", None, "2025-07-15 16:59", "due_today"),
        ("trước 17 giờ ngày 15/7/2025", None, "2025-07-16 00:00", "overdue"),
        ("trước 0 giờ ngày 15/7/2025", None, "2025-07-15 00:00", "overdue"),
        # a period ends with its last day
        ("Quý II/2025", None, "2025-06-30 23:59", "due_today"),
        ("Quý II/2025", None, "2025-07-01 00:00", "overdue"),
        ("Trong năm 2025", None, "2025-12-31 23:59", "due_today"),
        ("Trong năm 2025", None, "2026-01-01 00:00", "overdue"),
        ("trước năm 2026", None, "2026-01-01 00:00", "overdue"),
        ("Tháng 02/2026", None, "2026-02-28 23:59", "due_today"),
        # a fixed day is never moved by a holiday, a term counted in days is
        ("chậm nhất ngày 01/5/2025", None, "2025-05-02 08:00", "overdue"),
        ("Trong thời hạn 30 ngày kể từ ngày 01/4/2025", None, "2025-05-05 23:59", "due_today"),
        ("Trong thời hạn 30 ngày kể từ ngày 01/4/2025", None, "2025-05-06 00:00", "overdue"),
        # nothing without a deadline is ever overdue
        ("Thường xuyên", None, "2099-12-31 23:59", "no_deadline"),
    ],
)
def test_a_minute_before_and_after(words: str, done: str | None, seen: str, says: str) -> None:
    windows = understand(words, date(2025, 4, 1)).occurrences(date.min, date.max, CALENDAR)
    due = windows[0].due if windows else None
    status = Status.SUBMITTED if done else Status.NOT_STARTED
    submitted = local_day(make.at(done), ZONE) if done else None
    assert standing(status, due, submitted, local_day(make.at(seen), ZONE), soon_days=7) == says


def test_the_setting_that_reads_before_a_day_inclusively() -> None:
    timing = understand("trước ngày 15/7/2025", date(2025, 4, 1), before_is_exclusive=False)
    (window,) = timing.occurrences(date.min, date.max, CALENDAR)
    assert window.due == date(2025, 7, 15)
