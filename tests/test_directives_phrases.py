"""Time phrases: what they mean, why, and what is left to a person."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directives.phrases import find, understand
from workflow import i18n
from workflow.timing import Cycle, Kind

ISSUED = date(2025, 4, 11)


def read(words: str, issued: date = ISSUED, year: int | None = None) -> tuple[str, list[str], bool]:
    timing = understand(words, issued, year)
    return timing.kind.value, [w.due.isoformat() for w in timing.windows], timing.needs_person


@pytest.mark.parametrize(
    ("words", "kind", "due", "person"),
    [
        ("Quý II và IV", "deadline", ["2025-06-30", "2025-12-31"], False),
        ("Quý IV", "deadline", ["2025-12-31"], False),
        ("trước 16 giờ ngày 15/9/2025", "deadline", ["2025-09-15"], False),
        ("trước 17h00 ngày 15/9/2025", "deadline", ["2025-09-15"], False),
        ("Quý 3", "deadline", ["2025-09-30"], False),
        ("Quý III, IV", "deadline", ["2025-12-31"], False),
        ("Quý I, III", "deadline", ["2025-03-31", "2025-09-30"], True),
        ("Q.III/2025", "deadline", ["2025-09-30"], False),
        ("Quí II", "deadline", ["2025-06-30"], False),
        ("T9/2025", "deadline", ["2025-09-30"], False),
        ("Tháng 5 - 9/2025", "deadline", ["2025-09-30"], False),
        ("Tháng 6, tháng 12", "deadline", ["2025-06-30", "2025-12-31"], False),
        ("từ 01/5 đến 30/9/2025", "deadline", ["2025-09-30"], False),
        ("Quý IV/2025 - Quý I/2026", "deadline", ["2026-03-31"], False),
        ("6 tháng đầu năm và cả năm", "deadline", ["2025-06-30", "2025-12-31"], False),
        ("Giữa tháng 8", "deadline", ["2025-08-15"], True),
        ("tuần 3 tháng 8/2025", "deadline", ["2025-08-31"], True),
        ("Đề nghị gia hạn đến 30/12/2025", "deadline", ["2025-12-30"], True),
        ("trước ngày 15/6 và 15/12 hằng năm", "recurring", [], True),
        ("Tháng 6 và tháng 12 hằng năm", "recurring", [], True),
        ("Thường xuyên; báo cáo trước ngày 15/12/2025", "deadline", ["2025-12-14"], False),
        ("quý II - IV", "deadline", ["2025-12-31"], False),
        ("Quý I", "deadline", ["2025-03-31"], True),
        ("trước ngày 15/7/2025", "deadline", ["2025-07-14"], False),
        ("Trước 15/7", "deadline", ["2025-07-14"], False),
        ("chậm nhất ngày 15 tháng 7 năm 2025", "deadline", ["2025-07-15"], False),
        ("đến hết ngày 30.9.2025", "deadline", ["2025-09-30"], False),
        ("Tháng 8/2025", "deadline", ["2025-08-31"], False),
        ("Thang  8//2025", "deadline", ["2025-08-31"], False),
        ("Trước tháng 3/2026", "deadline", ["2026-02-28"], False),
        ("Tháng 9 và tháng 10", "deadline", ["2025-10-31"], False),
        ("6 tháng cuối năm 2025", "deadline", ["2025-12-31"], False),
        ("9 tháng đầu năm", "deadline", ["2025-09-30"], False),
        ("Trong năm 2026", "deadline", ["2026-12-31"], False),
        ("trước năm 2026", "deadline", ["2025-12-31"], False),
        ("10 - 15/10", "deadline", ["2025-10-15"], False),
        ("2025-08-01 00:00:00", "deadline", ["2025-08-31"], True),
        ("Thường xuyên", "ongoing", [], False),
        ("từ ngày 01/7/2025", "ongoing", [], False),
        ("Định kỳ", "cycle_unknown", [], True),
        ("05 ngày làm việc kể từ ngày nhận hồ sơ", "relative", [], True),
        ("Sau khi có hướng dẫn của Bộ", "conditional", [], True),
        ("Kỳ họp cuối năm", "session", [], True),
        ("Lũy kế đến 30/6/2025", "not_a_deadline", [], False),
        ("Kịp thời", "undetermined", [], True),
        ("", "undetermined", [], True),
        ("31/02/2025", "undetermined", [], True),
        ("Quý V", "undetermined", [], True),
        ("tháng 13/2025", "undetermined", [], True),
        ("15/7/20226", "undetermined", [], True),
        ("x" * 10_000, "undetermined", [], True),
        ("as soon as possible", "undetermined", [], True),
        ("theo Nghị quyết số 10/2022/NQ-HĐND", "undetermined", [], True),
        ("theo Kế hoạch số 12/KH-UBND ngày 06/5/2025", "undetermined", [], True),
    ],
)
def test_phrases(words: str, kind: str, due: list[str], person: bool) -> None:
    assert read(words) == (kind, due, person)


@pytest.mark.parametrize(
    ("words", "cycle", "due"),
    [
        ("Hằng quý", Cycle.QUARTERLY, ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"]),
        ("hàng năm", Cycle.YEARLY, ["2025-12-31"]),
        ("Định kỳ 6 tháng", Cycle.HALF_YEARLY, ["2025-06-30", "2025-12-31"]),
        ("trước ngày 15 tháng cuối quý", Cycle.QUARTERLY, ["2025-03-14", "2025-06-14", "2025-09-14", "2025-12-14"]),
        ("ngày 05 của tháng đầu quý", Cycle.QUARTERLY, ["2025-01-05", "2025-04-05", "2025-07-05", "2025-10-05"]),
        ("trước ngày 10 tháng 12 hằng năm", Cycle.YEARLY, ["2025-12-09"]),
        ("định kỳ mỗi năm 2 lần vào quý II và quý IV", None, ["2025-06-30", "2025-12-31"]),
        ("hằng năm, vào quý I", None, ["2025-03-31"]),
    ],
)
def test_recurring_phrases(words: str, cycle: Cycle | None, due: list[str]) -> None:
    timing = understand(words, ISSUED)
    assert (timing.kind, timing.cycle) == (Kind.RECURRING, cycle)
    assert [w.due.isoformat() for w in timing.occurrences(date(2025, 1, 1), date(2025, 12, 31))] == due


def test_before_a_day_can_be_read_inclusively() -> None:
    timing = understand("trước ngày 15/7/2025", ISSUED, before_is_exclusive=False)
    assert timing.windows[0].due == date(2025, 7, 15)


def test_the_reason_is_said_in_both_languages_and_names_where_the_year_comes_from() -> None:
    timing = understand("Quý II và IV", ISSUED)
    assert "30/6/2025, 31/12/2025" in timing.explain()
    assert "theo kế hoạch" in timing.explain()
    i18n.set_language("en")
    assert "The year 2025 comes from the plan." in timing.explain()


def test_a_day_that_had_passed_is_a_question_that_says_so() -> None:
    assert "đã qua khi văn bản ban hành" in understand("Quý I", ISSUED).explain()


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Báo cáo UBND tỉnh kết quả tiếp nhận trước ngày 15/7/2025.", "trước ngày 15/7/2025"),
        ("Thực hiện Kế hoạch số 102/KH-UBND ngày 06/5/2021 giai đoạn 2021-2025.", None),
        ("Hướng dẫn quyết toán; hoàn thành trong tháng 8/2025.", "hoàn thành trong tháng 8/2025"),
        ("Gửi báo cáo định kỳ hằng quý.", "định kỳ hằng quý"),
        ("Gửi Sở Tài chính trước 16 giờ thứ Sáu hằng tuần để theo dõi.", "trước 16 giờ thứ Sáu hằng tuần"),
        ("Kịp thời tháo gỡ khó khăn.", None),
        ("Trình UBND tỉnh chậm nhất ngày 20 tháng 10 năm 2025.", "chậm nhất ngày 20 tháng 10 năm 2025"),
    ],
)
def test_the_deadline_in_a_sentence(sentence: str, words: str | None) -> None:
    found = find(sentence)
    assert (found or "").endswith(words or "")
    assert bool(found) is bool(words)


@given(st.text(max_size=300))
def test_no_phrase_raises_and_none_gives_a_date_from_nothing(words: str) -> None:
    timing = understand(words, ISSUED)
    if not any(c.isdigit() for c in words) and timing.windows:
        assert "q" in words.lower() or "n" in words.lower()
    assert timing.reasons
    find(words)


@given(
    st.dates(date(2025, 5, 1), date(2030, 12, 31)),
    st.sampled_from(
        ["{d}/{m}/{y}", "{d:02}/{m:02}/{y}", "ngày {d} tháng {m} năm {y}", "{d}.{m}.{y}", "ngày {d:02}/{m}/{y}"]
    ),
)
def test_every_way_to_write_a_day_means_the_day(day: date, shape: str) -> None:
    written = shape.format(d=day.day, m=day.month, y=day.year)
    assert read(f"chậm nhất {written}") == ("deadline", [day.isoformat()], False)


@pytest.mark.parametrize(
    ("words", "days", "person"),
    [
        ("vào thứ Năm hằng tuần", [date(2025, 9, 18), date(2025, 9, 25)], False),
        ("trước 16 giờ thứ Tư hằng tuần", [date(2025, 9, 17), date(2025, 9, 24)], False),
        ("hằng tuần", [date(2025, 9, 19), date(2025, 9, 26)], False),
        ("trước thứ Sáu hằng tuần", [date(2025, 9, 19), date(2025, 9, 26)], True),
    ],
)
def test_a_weekly_report_falls_on_the_weekday_that_is_stated(words: str, days: list[date], person: bool) -> None:
    timing = understand(words, date(2025, 9, 12), 2025)
    assert [w.due for w in timing.occurrences(date(2025, 9, 13), date(2025, 9, 27))] == days
    assert timing.needs_person is person
