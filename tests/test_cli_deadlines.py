"""Deadlines that people decide, on the command line: cycles, events, the calendar and what it moves."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from sqlmodel import select

from tests import make
from tests.conftest import Office, Run
from workflow.audit import AuditEntry
from workflow.office_calendar import CalendarDay
from workflow.task import Task


def record(office: Office, *phrases: str, number: str = "27/KH-UBND", issued: date = date(2026, 3, 2)) -> None:
    """A directive with one task for each time phrase, entered on the day it was issued."""
    with office.database.transaction() as session:
        tasks = [make.task(f"I.{n}", text=f"Nhiệm vụ số {n}", timing=words) for n, words in enumerate(phrases, 1)]
        make.enacted(session, *tasks, number=number, issued=issued, when=f"{issued} 09:00")


def dues(run: Run, code: str) -> list[str]:
    return [row["due_on"] for row in json.loads(run("show", code, "--json")[1])["occurrences"]]


@pytest.mark.parametrize(
    ("arguments", "due"),
    [
        # data up to the 14th, then two working days (Decree 09/2019/NĐ-CP, Article 12, and the office's setting)
        (["--half-yearly"], ["2026-06-16", "2026-12-16"]),
        (["--half-yearly", "--data", "statistical"], ["2026-07-02"]),
        (["--quarterly", "--day", "15"], ["2026-03-15", "2026-06-15", "2026-09-15", "2026-12-15"]),
        (["--yearly"], ["2026-12-16"]),
    ],
)
def test_a_person_sets_the_cycle(run: Run, office: Office, arguments: list[str], due: list[str]) -> None:
    record(office, "Định kỳ")
    assert run("cycle", "set", "KH27-I.1", *arguments, "--reason", "Quy chế báo cáo")[0] == 0
    found = dues(run, "KH27-I.1")
    assert [day for day in found if day < "2027"] == due


def test_the_cycle_of_all_tasks_of_a_directive_is_proposed_and_confirmed_at_once(run: Run, office: Office) -> None:
    record(office, "Định kỳ", "Quý IV", "Định kỳ")
    code, said, _err = run("cycle", "set", "KH27", answers="n\n")
    assert (code, "hằng quý" in said, "chu kỳ báo cáo của cơ quan" in said) == (1, True, True)
    assert dues(run, "KH27-I.1") == [None]
    code, said, _err = run("cycle", "set", "KH27", answers="c\n")
    assert code == 0 and "KH27-I.1" in said and "KH27-I.3" in said
    assert dues(run, "KH27-I.1") == dues(run, "KH27-I.3") == ["2026-03-17", "2026-06-16", "2026-09-16", "2026-12-16"]
    assert dues(run, "KH27-I.2") == ["2026-12-31"]
    assert run("cycle", "set", "KH27", "--monthly")[0] == 1, "none waits any more"


def test_the_reporting_clause_of_the_directive_is_proposed_first(run: Run, office: Office) -> None:
    from directives.phrases import understand

    record(office, "Định kỳ")
    with office.database.transaction() as session:
        directive = make.occurrence_task(session).directive
        directive.reporting = understand("trước ngày 20 tháng cuối quý", directive.issued_on).to_json()
    code, _said, _err = run("cycle", "set", "KH27-I.1", "--yes")
    assert (code, dues(run, "KH27-I.1")[0]) == (0, "2026-03-19")
    assert "quy định báo cáo của chính văn bản" in run("show", "KH27-I.1")[1]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["cycle", "set", "KH27-I.1", "--monthly", "--yearly"], 2, "một chu kỳ"),
        (["cycle", "set", "KH27-I.1", "--weekly", "--day", "9"], 2, "thứ Hai"),
        (["cycle", "set", "KH27-I.1", "--monthly", "--data", "x"], 2, "administrative"),
        (["cycle", "set", "KH2", "--monthly"], 2, "KH27-I.1"),
        (["event", "set", "KH27-I.1", "--on", "1/6/2026"], 1, "deadline set"),
        (["event", "set", "KH27-I.2", "--on", "1/6/2026"], 2, "--due"),
        (["event", "set", "KH27-I.2", "--on", "1/6/2026", "--due", "1/5/2026"], 2, "01/5/2026"),
        (["event", "set", "KH27-I.2", "--on", "31/2/2026"], 2, "31/2/2026"),
        (["deadline", "set", "KH27-I.2", "--as-read", "--reason", "x"], 1, "hãy nêu ngày"),
        (["calendar", "add", "1/6/2026", "holiday", "--source", "x"], 2, "off, work"),
        (["calendar", "add", "1/6/2026", "off"], 2, "--source"),
        (["calendar", "add", "31/2/2026", "off", "--source", "x"], 2, "31/2/2026"),
        (["calendar", "remove", "1/6/2026", "--source", "x"], 2, "01/6/2026"),
        (["calendar", "remove", "1/6/2026"], 2, "--source"),
        (["event", "set", "KH27-I.3", "--on", "20/8/2052"], 2, "2052"),
        (["cycle", "set", "KH27-I.4", "--monthly"], 2, "--reason"),
        (["calendar", "import", "none.csv"], 2, "none.csv"),
    ],
)
def test_mistakes_are_answered_with_help_and_change_nothing(
    run: Run, office: Office, arguments: list[str], code: int, words: str
) -> None:
    record(office, "Định kỳ", "Sau khi có hướng dẫn của Bộ", "05 ngày kể từ ngày nhận hồ sơ", "Quý IV")
    ended, said, err = run(*arguments)
    assert (ended, words in err, "Traceback" in err) == (code, True, False), (said, err)
    with office.database.transaction() as session:
        assert len(session.exec(select(CalendarDay)).all()) == 0
        assert session.exec(select(AuditEntry).where(AuditEntry.act == "decide timing")).all() == []


def test_an_event_that_takes_place_gives_the_deadline(run: Run, office: Office) -> None:
    wait = "05 ngày làm việc kể từ ngày có kết quả thẩm định"
    record(office, wait, wait, "Sau khi có hướng dẫn của Bộ", "Trong 10 ngày kể từ ngày ban hành Kế hoạch này")
    listed = json.loads(run("event", "list", "--json")[1])
    assert [(row["code"], row["term"], row["happened_on"]) for row in listed] == [
        ("KH27-I.1", "5 ngày làm việc sau", None),
        ("KH27-I.2", "5 ngày làm việc sau", None),
        ("KH27-I.3", "", None),
        ("KH27-I.4", "10 ngày sau", "2026-03-02"),
    ]
    assert dues(run, "KH27-I.4") == ["2026-03-12"]
    code, said, _err = run("event", "set", "KH27-I.1", "--on", "24/4/2026", "--reason", "Công văn 9/STC")
    assert code == 0
    assert "27/4/2026 (Ngày Giỗ Tổ Hùng Vương (nghỉ bù))" in said, "every day that does not count is named"
    assert "KH27-I.2" in said, "another task waits for the same event"
    assert dues(run, "KH27-I.1") == ["2026-05-06"]
    assert run("event", "set", "KH27-I.2", "--on", "24/4/2026", "--same")[0] == 0
    assert run("event", "set", "KH27-I.3", "--on", "1/6/2026", "--due", "15/7/2026")[0] == 0
    assert dues(run, "KH27-I.3") == ["2026-07-15"]
    # a day entered wrongly is entered again: the deadline moves, the first one is kept
    assert run("event", "set", "KH27-I.1", "--on", "4/5/2026")[0] == 0
    shown = run("show", "KH27-I.1")[1]
    assert "11/5/2026" in shown and "Thời hạn ban đầu là 06/5/2026" in shown
    assert len(dues(run, "KH27-I.1")) == 1


def test_a_doubtful_reading_is_confirmed_as_it_stands(run: Run, office: Office) -> None:
    record(office, "tuần đầu tiên của tháng")
    assert dues(run, "KH27-I.1") == [None]
    assert run("deadline", "set", "KH27-I.1", "--as-read", "--reason", "Đúng như vậy")[0] == 0
    assert dues(run, "KH27-I.1")[:2] == ["2026-03-07", "2026-04-07"]


def test_a_change_of_the_calendar_is_shown_before_it_moves_anything(run: Run, office: Office) -> None:
    record(office, "05 ngày làm việc đầu quý", "trước ngày 08/4/2027", issued=date(2027, 1, 4))
    before = dues(run, "KH27-I.1")
    assert before[1] == "2027-04-07"
    command = ["calendar", "add", "5/4/2027", "off", "--name", "Nghỉ bù", "--source", "Công văn 1/VPCP"]
    command += ["--as-of", "25/3/2027"]
    code, said, err = run(*command, answers="n\n")
    assert (code, "07/4/2027" in said, "08/4/2027" in said) == (1, True, True), (said, err)
    assert dues(run, "KH27-I.1") == before, "nothing was recorded"
    seen = json.loads(run(*command, "--json")[1])
    assert (seen["recorded"], [d["to"] for d in seen["deadlines"]]) == (False, ["2027-04-08"])
    assert [r["code"] for r in seen["reminders"]], "letters come on another day"
    assert run(*command, "--yes")[0] == 0
    assert dues(run, "KH27-I.1")[1] == "2027-04-08"
    assert dues(run, "KH27-I.2") == ["2027-04-07"], "a fixed day never moves"
    assert "Công văn 1/VPCP" in run("calendar", "show", "2027")[1]
    shown = run("show", "KH27-I.1")[1]
    assert "Công văn 1/VPCP" in shown and "Thời hạn ban đầu là 07/4/2027" in shown
    assert "đã có nội dung này" in run(*command, "--yes")[1]
    assert run("calendar", "remove", "5/4/2027", "--source", "Nhập nhầm", "--yes")[0] == 0
    assert dues(run, "KH27-I.1")[1] == "2027-04-07"


def test_a_day_that_people_agreed_on_does_not_move_with_the_calendar(run: Run, office: Office) -> None:
    record(office, "05 ngày làm việc đầu quý", issued=date(2027, 1, 4))
    with office.database.transaction() as session:
        found = make.occurrence(session, period="2027-Q2")
        found.due_on = date(2027, 4, 20)
    assert run("calendar", "add", "5/4/2027", "off", "--source", "CV 1", "--yes")[0] == 0
    assert dues(run, "KH27-I.1")[1] == "2027-04-20"


def test_a_session_that_is_called_settles_what_waited_for_it(run: Run, office: Office) -> None:
    record(office, "Kỳ họp giữa năm 2026", "15 ngày trước kỳ họp giữa năm 2026", "Kỳ họp cuối năm 2026")
    assert [row["code"] for row in json.loads(run("tasks", "--standing", "undecided", "--json")[1])] == [
        "KH27-I.1",
        "KH27-I.2",
        "KH27-I.3",
    ]
    assert run("calendar", "add", "8/7/2026", "mid_year", "--source", "TB 20/TB-HĐND", "--yes")[0] == 0
    assert (dues(run, "KH27-I.1"), dues(run, "KH27-I.2")) == (["2026-07-08"], ["2026-06-23"])
    assert dues(run, "KH27-I.3") == [None]
    assert "Kỳ họp khai mạc ngày 08/7/2026" in run("show", "KH27-I.1")[1]
    # the session is put off: the old day is taken out, the new one entered
    code, _said, err = run("calendar", "add", "15/7/2026", "mid_year", "--source", "TB 25/TB-HĐND", "--yes")
    assert (code, "08/7/2026" in err) == (2, True), "a year has one mid-year session"
    assert run("calendar", "remove", "8/7/2026", "--source", "Hoãn", "--yes")[0] == 0
    assert dues(run, "KH27-I.1") == ["2026-07-08"], "the deadline stays, and is asked about"
    assert "không còn trong lịch" in run("questions")[1]
    assert run("calendar", "add", "15/7/2026", "mid_year", "--source", "TB 25/TB-HĐND", "--yes")[0] == 0
    assert (dues(run, "KH27-I.1"), dues(run, "KH27-I.2")) == (["2026-07-15"], ["2026-06-30"])
    assert "không còn trong lịch" not in run("questions")[1]
    assert run("event", "set", "KH27-I.1", "--on", "16/7/2026")[0] == 0
    assert dues(run, "KH27-I.1") == ["2026-07-16"]


def test_a_document_entered_after_the_session_was_called_waits_for_nobody(run: Run, office: Office) -> None:
    assert run("calendar", "add", "8/7/2026", "mid_year", "--source", "TB 20/TB-HĐND", "--yes")[0] == 0
    record(office, "Kỳ họp giữa năm 2026", "Kỳ họp gần nhất")
    assert (dues(run, "KH27-I.1"), dues(run, "KH27-I.2")) == (["2026-07-08"], ["2026-07-08"])


def test_deadlines_are_brought_in_line_with_what_the_program_knows_better(run: Run, office: Office) -> None:
    """A new version of the holiday package: the doctor says what differs, `calendar check` shows and moves it."""
    record(office, "05 ngày làm việc đầu quý", "trước ngày 08/4/2027", issued=date(2027, 1, 4))
    with office.database.transaction() as session:
        found = make.occurrence(session, period="2027-Q2")
        found.due_on = found.computed_due_on = date(2027, 4, 6)  # as an older calendar had it
    assert "KH27-I.1" in next(
        f["words"] for f in json.loads(run("doctor", "--json")[1]) if f["name"] == "Lịch làm việc"
    )
    assert [d["to"] for d in json.loads(run("calendar", "check", "--json")[1])["deadlines"]] == ["2027-04-07"]
    assert dues(run, "KH27-I.1")[1] == "2027-04-06"
    assert run("calendar", "check", "--yes")[0] == 0
    assert dues(run, "KH27-I.1")[1] == "2027-04-07"
    assert json.loads(run("calendar", "check", "--json")[1])["deadlines"] == []


def test_a_session_of_a_month_is_one_duty_before_and_after_its_day_is_known(run: Run, office: Office) -> None:
    record(office, "Kỳ họp chuyên đề tháng 5/2026")
    assert dues(run, "KH27-I.1") == ["2026-05-31"]
    assert run("calendar", "add", "20/5/2026", "thematic", "--source", "TB 9/TB-HĐND", "--yes")[0] == 0
    assert dues(run, "KH27-I.1") == ["2026-05-20"]
    assert run("tick", "--at", "2026-05-04T08:00")[0] == 0
    assert dues(run, "KH27-I.1") == ["2026-05-20"]


def test_the_newest_period_moves_as_well_as_the_others(run: Run, office: Office) -> None:
    record(office, "05 ngày làm việc đầu tháng", issued=date(2027, 1, 4))
    last = dues(run, "KH27-I.1")[-1]
    assert last == "2027-12-07"
    command = ["calendar", "add", "6/12/2027", "off", "--source", "CV 1", "--yes"]
    assert run(*command)[0] == 0
    assert dues(run, "KH27-I.1")[-1] == "2027-12-08"
    assert json.loads(run("calendar", "check", "--json")[1])["deadlines"] == []
    assert run("calendar", "add", "7/12/2027", "off", "--source", "CV 2", "--yes")[0] == 0
    assert dues(run, "KH27-I.1")[-1] == "2027-12-09", "moved once, it moves again"


def test_what_was_taken_out_of_the_calendar_stands_in_the_history_with_its_reason(run: Run, office: Office) -> None:
    run("calendar", "add", "5/4/2027", "off", "--source", "CV 1", "--yes")
    run("calendar", "remove", "5/4/2027", "--source", "Nhập nhầm", "--yes")
    with office.database.transaction() as session:
        added, removed = session.exec(select(AuditEntry).where(AuditEntry.act == "change calendar")).all()
        assert (added.before, added.after and added.after["source"], added.reason) == (None, "CV 1", "CV 1")
        assert (removed.before and removed.before["source"], removed.after, removed.reason) == (
            "CV 1",
            None,
            "Nhập nhầm",
        )


def test_one_day_entered_does_not_make_a_year_announced(run: Run, office: Office) -> None:
    run("calendar", "add", "5/2/2027", "off", "--source", "TB 1", "--yes")
    assert "⚠" in run("calendar", "show", "2027")[1]
    run("calendar", "add", "1/1/2027", "announced", "--source", "TB 1", "--yes")
    assert "⚠" not in run("calendar", "show", "2027")[1]


def test_windows_that_had_passed_are_left_out_when_a_reading_is_confirmed(run: Run, office: Office) -> None:
    record(office, "Quý I, III", issued=date(2026, 4, 2))
    assert dues(run, "KH27-I.1") == [None]
    assert run("deadline", "set", "KH27-I.1", "--as-read", "--reason", "Đã đối chiếu")[0] == 0
    assert dues(run, "KH27-I.1") == ["2026-09-30"]


LINES = "day,kind,name,source\n2027-02-05,off,Nghỉ Tết,TB 1\n2027-02-20,work,Làm bù,TB 1\n"


def test_lines_are_imported_all_or_none(run: Run, office: Office, tmp_path: Path) -> None:
    record(office, "Quý IV")
    file = tmp_path / "lich.csv"
    file.write_text(LINES + "2027-02-30,off,Sai,TB 1\n2027-03-01,nghỉ,Sai,TB 1\n", encoding="utf-8")
    code, _said, err = run("calendar", "import", str(file), "--yes")
    assert (code, "dòng 4" in err, "dòng 5" in err) == (2, True, True)
    file.write_text(LINES, encoding="utf-8")
    assert run("calendar", "import", str(file), "--yes")[0] == 0
    assert run("calendar", "import", str(file), "--yes")[0] == 0, "twice is once"
    with office.database.transaction() as session:
        assert len(session.exec(select(CalendarDay)).all()) == 2
        assert len(session.exec(select(AuditEntry).where(AuditEntry.act == "change calendar")).all()) == 2
    book = tmp_path / "lich.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        sheet = made.add_worksheet()
        day = made.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["day", "kind", "name", "source"])
        sheet.write_datetime(1, 0, date(2027, 2, 8), day)
        sheet.write_row(1, 1, ["off", "Nghỉ Tết", "TB 1"])
    assert run("calendar", "import", str(book), "--yes")[0] == 0
    lines = json.loads(run("calendar", "show", "2027", "--json")[1])
    assert ("2027-02-08", "TB 1") in [(line["day"], line["source"]) for line in lines]
    shutil.copy(book, tmp_path / "x.csv")
    assert run("calendar", "import", str(tmp_path / "x.csv"))[0] == 2
    file.write_text(LINES.replace(",", ";").replace("2027-02-05", "9/2/2027"), encoding="utf-16")
    assert run("calendar", "import", str(file), "--yes")[0] == 0, "as Excel in Vietnamese writes it"
    for text, words in (("day,kind,name,source\n", "không có dòng"), (LINES + LINES.splitlines()[1], "hai lần")):
        file.write_text(text, encoding="utf-8")
        code, _said, err = run("calendar", "import", str(file), "--yes")
        assert (code, words in err) == (2, True), err


def test_a_task_keeps_its_words_whatever_is_decided(run: Run, office: Office) -> None:
    record(office, "Định kỳ")
    run("cycle", "set", "KH27-I.1", "--monthly")
    with office.database.transaction() as session:
        task = session.exec(select(Task)).one()
        assert (task.timing_words, task.recurs, task.undecided) == ("Định kỳ", True, False)


PLAN = """ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN

Số: 61/KH-UBND                    Lạng Sơn, ngày 02 tháng 3 năm 2026

KẾ HOẠCH
Kiểm tra công tác lưu trữ năm 2026

| TT | Nội dung nhiệm vụ | Cơ quan chủ trì | Thời gian thực hiện |
| --- | --- | --- | --- |
| 1 | Rà soát hồ sơ lưu trữ của các đơn vị | Sở Nội vụ | tuần đầu tiên của tháng |
| 2 | Lập danh mục tài liệu hết giá trị | Sở Nội vụ | Định kỳ |
| 3 | Kiểm tra kho lưu trữ của tỉnh | Sở Nội vụ | Quý III |

Các đơn vị báo cáo kết quả về Sở Nội vụ trước ngày 20 của tháng cuối quý.
"""


def test_a_doubtful_time_can_be_confirmed_while_the_document_is_entered(run: Run, office: Office) -> None:
    Path("ke-hoach-61.md").write_text(PLAN, encoding="utf-8")
    code, said, err = run("import", "ke-hoach-61.md", answers="c\n1\n\nc\nc\n")
    assert code == 0, (said, err)
    assert dues(run, "KH61-1")[:2] == ["2026-03-07", "2026-04-07"]
    assert "1 nhiệm vụ ghi “Định kỳ”" in said
    code, said, _err = run("cycle", "set", "KH61", answers="c\n")
    assert (code, "trước ngày 20 của tháng cuối quý" in said) == (0, True), "the plan's own clause is proposed"
    assert dues(run, "KH61-2") == ["2026-03-19", "2026-06-19", "2026-09-19", "2026-12-19"]


@pytest.mark.parametrize(
    "line",
    [
        '{"phrase": "Quý II", "issued": "1/1/2026", "year": 99999}',
        '{"phrase": "Quý II", "issued": "1/1/2026", "year": -1}',
        '{"phrase": "Quý II", "issued": "1/1/2026", "year": true}',
        '{"phrase": null, "issued": "1/1/2026"}',
        '{"phrase": "Quý II", "issued": "31/2/2026"}',
        "[" * 100_000,
    ],
)
def test_a_bad_line_of_a_batch_is_named(run: Run, line: str) -> None:
    code, _said, err = run("timing", "--batch", answers=line + "\n")
    assert (code, "Dòng 1" in err, "Traceback" in err) == (2, True, False)


def test_two_days_of_one_month_are_two_duties_in_the_record(run: Run, office: Office) -> None:
    record(office, "trước ngày 05/12 và 20/12 hằng năm")
    assert [day for day in dues(run, "KH27-I.1") if day < "2027"] == ["2026-12-04", "2026-12-19"]
    assert run("tick", "--at", "2026-12-01T08:00")[0] == 0
    assert "(2)" in run("show", "KH27-I.1")[1]
