"""Reports of a period that are called for: a duty of their own with a form, filled by every door, confirmed like any other."""

import json
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlmodel import select

from tests import make
from tests.conftest import Office, Run
from workflow import clock
from workflow.access.roles import Grant, Role
from workflow.audit import AuditEntry, By
from workflow.database import Database
from workflow.duties.carrying import carry_out
from workflow.duties.order import Order
from workflow.duties.period_report import PeriodReport, close_period
from workflow.errors import BadInput, NotPermitted, Refused
from workflow.occurrence import Occurrence
from workflow.queries import AsOf
from workflow.reporting import fields
from workflow.reporting.answer import Answer, fill
from workflow.reporting.call import call
from workflow.snapshot import Snapshot
from workflow.standing import Status
from workflow.targets.aim import read_aim
from workflow.targets.indicator import Actual, state_indicator

TODAY = date(2025, 10, 1)
AT = make.at("2025-10-01 09:00")
HOW = {"by": make.BY, "at": AT}
DUE = date(2025, 10, 10)
TASKS = (
    make.task(timing="Thường xuyên", lead="Phòng Tư pháp"),
    make.task("I.2", timing="Quý IV", lead="Phòng Tư pháp"),
    make.task("I.3", timing="Quý IV", lead="Phòng Nội vụ"),
)
CODE = "KH27-BC.2025-Q3"


def called(session: object, *tasks: object) -> list[Occurrence]:
    directive = make.enacted(session, *(tasks or TASKS))  # type: ignore[arg-type]
    _call, new = call(session, directive, "Q3/2025", due=DUE, **HOW, today=TODAY)  # type: ignore[arg-type]
    return new


def as_of(day: date = TODAY) -> AsOf:
    return AsOf(day, 3, "Asia/Ho_Chi_Minh", False)


def test_each_agency_that_owes_something_gets_a_duty_with_its_own_deadline(database: Database) -> None:
    with database.transaction() as session:
        new = called(session)
        assert [(o.agency.name, o.due_on, o.period, o.task.code) for o in new] == [
            ("Phòng Nội vụ", DUE, "2025-Q3", CODE),
            ("Phòng Tư pháp", DUE, "2025-Q3", CODE),
        ]
        with pytest.raises(Refused, match="Đã yêu cầu báo cáo"):
            call(session, new[0].task.directive, "2025-Q3", due=DUE, **HOW, today=TODAY)
        late = make.agency(session, "Phòng Giáo dục", new=True)
        _made, more = call(session, new[0].task.directive, "2025-Q3", due=date(2025, 10, 15), agencies=[late], **HOW, today=TODAY)  # fmt: skip
        assert [(o.agency.name, o.due_on) for o in more] == [("Phòng Giáo dục", date(2025, 10, 15))]
        view = Snapshot.within(session)
        assert [(row["asked"], row["answered"], row["due_on"]) for row in fields.calls(view)] == [(3, 0, DUE)]


def test_what_cannot_be_called_for(database: Database) -> None:
    with database.transaction() as session:
        directive = make.enacted(session, *TASKS)
        for due, words in ((date(2025, 9, 30), "đã qua"), (date(2025, 10, 1), None)):
            period = "2026-Q1" if words is None else "2025-Q3"
            with pytest.raises(BadInput, match=words or "trước khi"):
                call(session, directive, period, due=due, **HOW, today=TODAY)
        outsider = By("Ai đó", "cli", frozenset({Grant(Role.FOCAL_POINT, 1)}))
        with pytest.raises(NotPermitted):
            call(session, directive, "2025-Q3", due=DUE, by=outsider, at=AT, today=TODAY)
        ended = make.agency(session, "Phòng cũ", new=True)
        ended.valid_to = date(2025, 7, 1)
        with pytest.raises(BadInput, match="kế thừa"):
            call(session, directive, "2025-Q3", due=DUE, agencies=[ended], **HOW, today=TODAY)
        close_period(session, directive, "2025-Q3", **HOW)
        with pytest.raises(Refused, match="khóa"):
            call(session, directive, "2025-Q3", due=DUE, **HOW, today=TODAY)


def test_a_form_is_kept_sent_returned_and_changed_again(database: Database) -> None:
    with database.transaction() as session:
        own = called(session)[1]
        order = Order(
            "fill", CODE, "Phòng Tư pháp", form={"done": "Tập huấn 3 lớp\n- cho 12 xã", "KH27-I.1": "Không phát sinh"}
        )
        assert "chưa gửi" in carry_out(session, order, **HOW, today=TODAY).lines[0]
        answer = session.exec(select(Answer)).one()
        assert (answer.done, own.status) == ("Tập huấn 3 lớp\n- cho 12 xã", Status.NOT_STARTED)
        assert session.exec(select(PeriodReport)).one().nothing_arose
        carry_out(
            session, Order("submit", CODE, "Phòng Tư pháp", form={"difficulties": "Thiếu kinh phí"}), **HOW, today=TODAY
        )
        assert (own.status, own.submissions[0].result) == (Status.SUBMITTED, "Tập huấn 3 lớp - cho 12 xã")
        with pytest.raises(Refused, match="đã gửi"):
            fill(session, own, {"done": "khác"}, **HOW, today=TODAY)
        own.send_back(session, by=By("Trần Bình", "cli"), at=AT, reason="Thiếu số liệu")
        fill(session, own, {"proposals": "Bổ sung kinh phí"}, **HOW, today=TODAY)
        told = [entry.after for entry in session.exec(select(AuditEntry).where(AuditEntry.act == "fill"))]
        assert told[0] == {"done": "Tập huấn 3 lớp\n- cho 12 xã"} and told[-1] == {"proposals": "Bổ sung kinh phí"}
        (row,) = [
            row for row in fields.answers(Snapshot.within(session), CODE, as_of()) if row["agency"] == "Phòng Tư pháp"
        ]
        assert (row["sent"], row["difficulties"], fields.say_answer(row)) == (False, "Thiếu kinh phí", "trả lại")


def test_what_a_form_does_not_take(database: Database) -> None:
    with database.transaction() as session:
        own = called(session)[1]
        for form, words in (
            ({"KH27-I.3": "của đơn vị khác"}, "không có mục"),
            ({"nonsense": "x"}, "không có mục"),
            ({"done": "x" * 4001}, "ký tự"),
        ):
            with pytest.raises(BadInput, match=words):
                fill(session, own, form, **HOW, today=TODAY)
        with pytest.raises(BadInput, match="không phải báo cáo"):
            fill(session, make.occurrence(session, "KH27-I.2"), {"done": "x"}, **HOW, today=TODAY)
        with pytest.raises(BadInput, match="trong kỳ"):
            carry_out(session, Order("submit", CODE, "Phòng Tư pháp"), **HOW, today=TODAY)
        stranger = By("Ai đó", "cli", frozenset({Grant(Role.FOCAL_POINT, make.agency(session, "Phòng Nội vụ").id)}))
        with pytest.raises(NotPermitted):
            fill(session, own, {"done": "thay"}, by=stranger, at=AT, today=TODAY)


def test_a_later_form_of_the_document_says_nothing_of_the_report(database: Database) -> None:
    from directives import amending

    with database.transaction() as session:
        directive = called(session)[0].task.directive
        assert amending.compare(session, directive, make.proposal(*TASKS)) == []


def test_the_report_is_no_line_of_its_own_period(run: Run, office: Office) -> None:
    with office.database.transaction() as session:
        called(session)
    rows = json.loads(run("period", "list", "2025-Q3", "--json")[1])
    assert [row["code"] for row in rows] == ["KH27-I.1"]


def test_the_commands(run: Run, office: Office, tmp_path: Path) -> None:
    with office.database.transaction() as session:
        make.enacted(session, *TASKS)
    today = clock.local_day(clock.now(), "Asia/Ho_Chi_Minh")
    period, due = f"{today.year}-Q{(today.month + 2) // 3}", today + timedelta(days=20)
    code = f"KH27-BC.{period}"
    said = run("period", "call", period, "--directive", "KH27", "--due", due.isoformat())
    assert said[0] == 0 and f"{code}: đã yêu cầu 2 cơ quan" in said[1], said
    assert "0/2 cơ quan" in run("period", "answers", code)[1]
    assert run("period", "calls", "--json")[1].count(period) == 2
    file = tmp_path / "bieu.xlsx"
    assert run("period", "form", code, "--agency", "Phòng Tư pháp", "--output", str(file))[0] == 0
    book = openpyxl.load_workbook(file)
    cells = {row[0].value: row[2] for row in book.active.iter_rows()}  # type: ignore[union-attr]
    assert set(cells) == {"Mục", "BC", "KQ", "KK", "KN", "KH27-I.1"}
    cells["KQ"].value, cells["KH27-I.1"].value = "=SUM(1)+1 lớp", "Tuyên truyền tại 12 thôn"
    cells["KQ"].data_type = "s"
    book.save(file)
    said = run("period", "answer", "--from", str(file), "--send")
    assert said[0] == 0 and "chờ xác nhận" in said[1], said
    (row,) = [row for row in json.loads(run("period", "answers", code, "--json")[1]) if row["sent"]]
    assert row["done"] == "=SUM(1)+1 lớp"
    said = run("period", "answers", code, "--missing")
    assert "Phòng Nội vụ" in said[1] and "Phòng Tư pháp" not in said[1] and "1/2 cơ quan" in said[1]
    assert run("period", "answer", code, "--agency", "Phòng Nội vụ", "--set", "không có dấu bằng")[0] == 2
    assert run("period", "answer", code, "--agency", "Phòng Nội vụ", "--difficulties", "Thiếu người")[0] == 0
    shown = run("period", "form", code, "--agency", "Phòng Nội vụ")[1]
    assert "Thiếu người" in shown and "Khó khăn" in shown
    assert run("period", "form", code)[0] == 2 and run("period", "form", "KH27-I.2")[0] == 2
    (tmp_path / "hong.csv").write_text("Mục,Trả lời\nKQ,xong\n", encoding="utf-8")
    assert "BC" in run("period", "answer", "--from", str(tmp_path / "hong.csv"))[2]


def test_figures_of_the_form_are_those_of_the_indicators(database: Database) -> None:
    with database.transaction() as session:
        own = called(session)[1]
        directive = own.task.directive
        aim, unit = read_aim("từ 45 HTX trở lên")
        state_indicator(session, directive, "Số HTX thành lập mới", aim, unit=unit, **HOW)
        only = make.occurrence_task(session, "KH27-I.3")
        state_indicator(session, directive, "Tỷ lệ hồ sơ đúng hạn", read_aim("trên 95%")[0], unit="%", task=only, **HOW)
        view = Snapshot.within(session)
        shown = fields.form(view, own.id or 0, as_of())["fields"]
        assert [(f["key"], f["label"], f["value"]) for f in shown if f["kind"] == "figure"] == [
            ("CT1", "Số HTX thành lập mới (HTX)", "")
        ], "the other is of a task that another agency leads"
        fill(session, own, {"CT1": "26 HTX", "KH27-I.1": "Đã làm"}, **HOW, today=TODAY)
        history = len(session.exec(select(AuditEntry)).all())
        fill(session, own, {"CT1": "26", "KH27-I.1": "Đã làm"}, **HOW, today=TODAY)
        assert len(session.exec(select(AuditEntry)).all()) == history, "the same once more is nothing new"
        kept = session.exec(select(Actual)).one()
        assert (kept.value, kept.period, kept.agency and kept.agency.name) == (26, "2025-Q3", "Phòng Tư pháp")
        with pytest.raises(BadInput, match="HTX"):
            fill(session, own, {"CT1": "40%"}, **HOW, today=TODAY)
