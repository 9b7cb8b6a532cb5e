"""Time phrases: what they mean, why, and what is left to a person."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directives.phrases import find, understand
from workflow import i18n
from workflow.calendar import WorkingCalendar
from workflow.periods import show_period
from workflow.timing import Cycle, Kind, Timing

ISSUED, CALENDAR = date(2025, 4, 11), WorkingCalendar()


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
        ("trước ngày 15/6 và 15/12 hằng năm", "recurring", [], False),
        ("Tháng 6 và tháng 12 hằng năm", "recurring", [], False),
        ("tháng 4/2025 - 15/9/2025", "deadline", ["2025-09-15"], False),
        ("từ tháng 11/2025 đến tháng 3/2026", "deadline", ["2026-03-31"], False),
        ("Từ ngày 01/5/2025 đến 17 giờ 00 ngày 20/6/2025", "deadline", ["2025-06-20"], False),
        ("từ 15/12 đến 15/01/2026", "deadline", ["2026-01-15"], False),
        ("Từ 20/8 đến 10/8/2025", "undetermined", [], True),
        ("trước 0 giờ ngày 01/7/2025", "deadline", ["2025-06-30"], False),
        ("Trước ngày: 05 / 9 / 2025.", "deadline", ["2025-09-04"], False),
        ("trước ngày 15/8/25", "deadline", ["2025-08-14"], False),
        ("trước ngày 15/O8/2025", "deadline", ["2025-08-14"], False),
        ("QuýIII /2025.", "deadline", ["2025-09-30"], False),
        ("Tháng Tư/2026", "deadline", ["2026-04-30"], False),
        ("thượng tuần tháng 9", "deadline", ["2025-09-10"], False),
        ("10 ngày đầu tháng 9/2025", "deadline", ["2025-09-10"], False),
        ("ngày 10 các tháng 6, 9, 12", "deadline", ["2025-06-10", "2025-09-10", "2025-12-10"], False),
        ("trong tháng này", "deadline", ["2025-04-30"], False),
        ("trong tuần này", "deadline", ["2025-04-11"], True),
        # a span that only describes something, and a day that narrows or contradicts one
        ("Giải ngân hết kế hoạch vốn năm 2025 trước ngày 31/01/2026", "deadline", ["2026-01-30"], False),
        ("Báo cáo kết quả 9 tháng đầu năm 2025 trước ngày 05/10/2025", "deadline", ["2025-10-04"], False),
        ("Báo cáo kết quả năm 2025", "deadline", ["2025-12-31"], True),
        ("Quý III/2025 (trước 15/9/2025)", "deadline", ["2025-09-14"], False),
        ("Trước 30/6/2025 (Quý III/2025)", "deadline", ["2025-06-29", "2025-09-30"], True),
        ("Tháng 6/2025 (gia hạn đến 15/7/2025)", "deadline", ["2025-07-15"], False),
        ("trước ngày 15/7/2025 (thay cho thời hạn 30/6/2025)", "deadline", ["2025-07-14"], False),
        ("Số liệu chốt đến ngày 14/6/2025, gửi báo cáo trước ngày 20/6/2025", "deadline", ["2025-06-19"], False),
        ("Thứ Hai, ngày 20/5/2025", "deadline", ["2025-05-20"], True),
        ("Sau ngày 15/8/2025", "ongoing", [], False),
        ("Thường xuyên trong năm 2025", "ongoing", [], False),
        ("Hằng quý, đến hết năm 2026", "recurring", [], False),
        ("01 năm/lần, xong trước ngày 31/10", "recurring", [], False),
        ("05 lần/năm", "recurring", [], True),
        ("tuần đầu tiên của tháng", "recurring", [], True),
        ("Định kỳ, đột xuất khi có yêu cầu", "cycle_unknown", [], True),
        ("Báo cáo định kỳ theo quy định", "cycle_unknown", [], True),
        ("Sau khi Luật Đất đai năm 2024 có hiệu lực", "conditional", [], True),
        ("trước khi khai giảng năm học", "conditional", [], True),
        ("15 ngày trước kỳ họp cuối năm", "relative", [], True),
        ("Theo tiến độ của dự án", "by_reference", [], True),
        ("-nt-", "by_reference", [], True),
        ("9/10 xã đạt chuẩn", "undetermined", [], True),
        ("Trực 24/7", "ongoing", [], False),
        ("ngày    tháng    năm 2025", "undetermined", [], True),
        ("Đã hoàn thành tháng 3/2025", "not_a_deadline", [], True),
        ("Kỳ báo cáo từ 15/12/2024 đến 14/6/2025", "not_a_deadline", [], False),
        ("Quý V năm 2025", "undetermined", [], True),
        # words that lose their meaning with their diacritics, and what only looks like a day
        ("Ngân hàng tuần tới báo cáo trước 30/6/2025", "deadline", ["2025-06-29"], False),
        ("Hỗ trợ khách hàng ngay trong năm 2025", "deadline", ["2025-12-31"], False),
        ("Trước 11h00, Thứ Sáu 26/9/2025", "deadline", ["2025-09-26"], False),
        ("Định kỳ 16 giờ 00 thứ Năm hằng tuần", "recurring", [], False),
        ("Hội nghị Ban Chấp hành lần thứ 5", "undetermined", [], True),
        ("có hiệu lực thi hành kể từ ngày 01/9/2025", "ongoing", [], False),
        ("trong vòng 30 ngày sau khi kết thúc năm học", "relative", [], True),
        ("Nghiệm thu năm 2026", "deadline", ["2026-12-31"], False),
        ("Trong thời hạn 20 ngày kể từ ngày ký hợp đồng", "relative", [], True),
        ("đợt 1 tháng 6, đợt 2 tháng 12", "deadline", ["2025-06-30", "2025-12-31"], False),
        ("Giải ngân 8.5% trong Quý II/2025", "deadline", ["2025-06-30"], False),
        ("Quý hai năm 2025", "deadline", ["2025-06-30"], False),
        ("ngày mười lăm tháng 6 năm 2025", "deadline", ["2025-06-30"], True),
        ("tuần 25 năm 2025", "deadline", ["2025-12-31"], True),
        ("Quý I năm sau", "deadline", ["2026-03-31"], False),
        ("trước ngày 15/01 năm sau", "deadline", ["2026-01-14"], False),
        ("hết năm tới", "deadline", ["2026-12-31"], False),
        ("ngày 30/6 của năm 2026", "deadline", ["2026-06-30"], False),
        ("15/6, 15/9, 15/12/2026", "deadline", ["2026-06-15", "2026-09-15", "2026-12-15"], False),
        ("Quý IV và Quý I năm 2026", "deadline", ["2026-03-31", "2026-12-31"], True),
        ("Từ tháng 5/2025, chậm nhất 30/9/2025 hoàn thành", "deadline", ["2025-09-30"], False),
        ("Chốt số liệu đến 14/6/2025, gửi báo cáo chậm nhất là ngày 20/6/2025", "deadline", ["2025-06-20"], False),
        ("không trước ngày 20/12/2025", "deadline", ["2025-12-19"], True),
        ("khoảng tháng 6/2025", "deadline", ["2025-06-30"], True),
        ("30/6/2025 hoặc 31/7/2025", "deadline", ["2025-06-30", "2025-07-31"], True),
        ("Trong 5 ngày kể từ ngày 01/3/2021", "relative", [], True),
        ("20 năm kể từ ngày ban hành Kế hoạch này", "relative", [], True),
        ("2025-02-30", "undetermined", [], True),
        ("Quý II/20226", "undetermined", [], True),
        ("tháng 4/202", "deadline", ["2025-04-30"], True),
        ("by the end of June 2025", "undetermined", [], True),
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
        ("theo Nghị quyết số 10/2022/NQ-HĐND", "by_reference", [], True),
        ("theo Kế hoạch số 12/KH-UBND ngày 06/5/2025", "by_reference", [], True),
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
        ("hằng năm, vào quý I", Cycle.YEARLY, ["2025-03-31"]),
        ("05 ngày làm việc đầu quý", Cycle.QUARTERLY, ["2025-01-08", "2025-04-08", "2025-07-07", "2025-10-07"]),
        ("ngày làm việc cuối cùng của quý", Cycle.QUARTERLY, ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"]),
        (
            "05 ngày làm việc sau khi kết thúc quý",
            Cycle.QUARTERLY,
            ["2025-01-08", "2025-04-08", "2025-07-07", "2025-10-07"],
        ),
        (
            "trước ngày 05 của tháng đầu quý sau",
            Cycle.QUARTERLY,
            ["2025-01-04", "2025-04-04", "2025-07-04", "2025-10-04"],
        ),
        ("hằng năm, ngày 15/01 năm sau", Cycle.YEARLY, ["2025-01-15"]),
        ("trước ngày 15/6 và ngày 15/12 hằng năm", Cycle.YEARLY, ["2025-06-14", "2025-12-14"]),
        (
            "Định kỳ 06 tháng (trước ngày 10/6) và hằng năm (trước ngày 10/12)",
            Cycle.HALF_YEARLY,
            ["2025-06-09", "2025-12-09"],
        ),
        ("6 tháng, năm", Cycle.HALF_YEARLY, ["2025-06-30", "2025-12-31"]),
        ("Tháng 6, 12 hằng năm", None, ["2025-06-30", "2025-12-31"]),
        (
            "ngày 15 và 30 hằng tháng",
            Cycle.MONTHLY,
            [f"2025-{m:02}-{d}" for m in range(1, 13) for d in (15, 28 if m == 2 else 30)],
        ),
        ("04 tháng/lần", None, ["2025-04-30", "2025-08-31", "2025-12-31"]),
        ("hằng năm, trước ngày 20 tháng 12", Cycle.YEARLY, ["2025-12-19"]),
        ("Hằng quý đến năm 2030", Cycle.QUARTERLY, ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"]),
        ("Hằng quý trong năm 2025", Cycle.QUARTERLY, ["2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31"]),
        ("Hằng tháng, từ tháng 10/2025", Cycle.MONTHLY, ["2025-10-31", "2025-11-30", "2025-12-31"]),
        (
            "thứ Hai đầu tiên của tháng",
            Cycle.MONTHLY,
            [f"2025-{m:02}-{d:02}" for m, d in enumerate((6, 3, 3, 7, 5, 2, 7, 4, 1, 6, 3, 1), 1)],
        ),
    ],
)
def test_recurring_phrases(words: str, cycle: Cycle | None, due: list[str]) -> None:
    timing = understand(words, ISSUED)
    assert (timing.kind, timing.cycle) == (Kind.RECURRING, cycle)
    assert [w.due.isoformat() for w in timing.occurrences(date(2025, 1, 1), date(2025, 12, 31), CALENDAR)] == due


@pytest.mark.parametrize(
    ("words", "count", "unit", "event", "due"),
    [
        ("05 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ", 5, "working_day", "ngày nhận đủ hồ sơ hợp lệ", None),
        ("Trong thời hạn 30 ngày kể từ ngày 01/4/2025", 30, "day", "ngày 01/4/2025", "2025-05-05"),
        (
            "Trong 10 ngày làm việc kể từ ngày ban hành Kế hoạch này",
            10,
            "working_day",
            "ngày ban hành Kế hoạch này",
            "2025-04-25",
        ),
        ("10 ngày kể từ ngày ký", 10, "day", "ngày ký", "2025-04-21"),
        ("02 tháng kể từ ngày có hướng dẫn của Bộ", 2, "month", "ngày có hướng dẫn của Bộ", None),
        ("gửi tài liệu trước phiên họp tối thiểu 02 ngày", -2, "day", "phiên họp", None),
        ("03 tháng kể từ ngày ký Nghị quyết này", 3, "month", "ngày ký Nghị quyết này", "2025-07-11"),
        ("ít nhất 02 ngày làm việc trước khi họp", -2, "working_day", "họp", None),
        ("chậm nhất sau 03 (ba) giờ kể từ khi phát hiện", 3, "hour", "phát hiện", None),
        ("chậm nhất 02 ngày làm việc trước ngày 04/5/2026", -2, "working_day", "ngày 04/5/2026", "2026-04-28"),
        ("trước ngày 30/6/2025 ít nhất 5 ngày làm việc", -5, "working_day", "ngày 30/6/2025", "2025-06-23"),
        ("30 ngày kể từ ngày nhận được văn bản này", 30, "day", "ngày nhận được văn bản này", None),
    ],
)
def test_terms_that_are_counted_from_an_event(words: str, count: int, unit: str, event: str, due: str | None) -> None:
    timing = understand(words, ISSUED)
    assert (timing.kind, timing.event) == (Kind.RELATIVE, event)
    assert timing.offset and (timing.offset.count, timing.offset.unit) == (count, unit)
    found = [w.due.isoformat() for w in timing.occurrences(date.min, date.max, CALENDAR)]
    assert found == ([due] if due else [])
    assert timing.needs_person is not bool(due)


@pytest.mark.parametrize(
    ("words", "kind", "year", "number", "level"),
    [
        ("Kỳ họp giữa năm 2026", "mid_year", 2026, 0, ""),
        ("Trình HĐND tỉnh tại kỳ họp thường lệ cuối năm", "year_end", 2025, 0, "tinh"),
        ("kỳ họp thứ 31 HĐND xã", "unnamed", 0, 31, "xa"),
        ("trước kỳ họp HĐND tỉnh", "unnamed", 0, 0, "tinh"),
        ("Kỳ họp chuyên đề năm 2025", "thematic", 2025, 0, ""),
        ("Kỳ họp gần nhất", "next", 0, 0, ""),
    ],
)
def test_which_session_is_meant(words: str, kind: str, year: int, number: int, level: str) -> None:
    session = understand(words, ISSUED).session
    assert session and (session.kind, session.year, session.number, session.level) == (kind, year, number, level)


@pytest.mark.parametrize(
    "words",
    ["Quý II và IV", "Hằng quý trước ngày 15 tháng cuối quý", "Định kỳ", "Khi có yêu cầu", "31/02/2025", "-nt-"],
)
def test_every_timing_explains_itself_in_both_languages_and_survives_json(words: str) -> None:
    timing = understand(words, ISSUED)
    assert Timing.from_json(json.loads(json.dumps(timing.to_json()))) == timing
    vietnamese = timing.explain()
    i18n.set_language("en")
    assert vietnamese and timing.explain() and vietnamese != timing.explain()


@pytest.mark.parametrize(
    "words",
    [
        "trước ngày 05/12 và 20/12 hằng năm",
        "ngày 10 hằng tháng và ngày 25 hằng tháng",
        "hằng tháng; ngày 15/6 và 15/12 hằng năm",
        "ngày 15 tháng cuối quý, ngày 05 tháng đầu của quý sau",
        "05 ngày làm việc đầu tháng, ngày làm việc cuối cùng của tháng",
        "Hằng quý; hoàn thành Quý II và Quý IV năm 2025",
    ],
)
def test_several_duties_of_one_period_have_names_of_their_own(words: str) -> None:
    windows = understand(words, ISSUED).occurrences(date(2025, 1, 1), date(2027, 12, 31), CALENDAR)
    assert len({w.key for w in windows}) == len(windows) > 3
    assert all(show_period(w.key) for w in windows)


def test_a_long_cell_is_read_in_a_moment() -> None:
    for piece in ("quý I, ", "1/1 ", "ngày 1 ", "Q1 ", "t1/2025 ", "(", "- ", "từ ", "05 ngày làm việc "):
        begun = time.perf_counter()
        understand(piece * (2000 // len(piece)), ISSUED)
        assert time.perf_counter() - begun < 5, piece


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


PIECES = st.sampled_from(
    [
        "trước ngày",
        "chậm nhất",
        "đến hết",
        "từ",
        "đến",
        "hằng",
        "định kỳ",
        "quý",
        "tháng",
        "năm",
        "ngày",
        "tuần",
        "6 tháng",
        "II",
        "IV",
        "V",
        "2025",
        "2026",
        "15/7",
        "31/02",
        "15/7/2025",
        "12/2025",
        "05",
        "(",
        ")",
        ",",
        ";",
        "-",
        "và",
        "ngày làm việc",
        "kể từ",
        "sau khi",
        "đầu",
        "cuối",
        "lần",
        "/",
        "kỳ họp",
        "giữa năm",
        "thứ",
        "Sáu",
        "hằng năm",
        "Nghị quyết 57",
        "số 12/KH-UBND",
        "nt",
        "0",
        "99",
        "20226",
        "thường xuyên",
    ]
)


@given(st.text(max_size=300) | st.lists(PIECES, max_size=14).map(" ".join))
@settings(max_examples=600, deadline=None)
def test_no_phrase_raises_and_none_gives_a_date_from_nothing(words: str) -> None:
    timing = understand(words, ISSUED)
    if not any(c.isdigit() for c in words) and timing.windows:
        assert "q" in words.lower() or "n" in words.lower()
    assert timing.reasons
    assert Timing.from_json(json.loads(json.dumps(timing.to_json()))) == timing
    windows = timing.occurrences(date(2024, 1, 1), date(2027, 12, 31), CALENDAR)
    assert len({w.key for w in windows}) == len(windows)
    assert all(show_period(w.key) for w in windows)
    assert "{" not in timing.explain().replace(words, "") or "{" in words
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
    assert [w.due for w in timing.occurrences(date(2025, 9, 13), date(2025, 9, 27), CALENDAR)] == days
    assert timing.needs_person is person
