"""Period reports in rough hands: doubled names, groups, heirs, two who fill in at once, emptied fields, tables that are none."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from sqlmodel import Session, select

from notifications import acts
from notifications.acts import Choice, Report
from reports import upward
from reports.gathered import gather
from tests import doors, make
from tests.conftest import Office
from tests.doors import FOCAL, MONITOR, House
from tests.test_period_calls import AT, CODE, DUE, HOW, TASKS, TODAY, as_of, called
from tests.test_register_succession import checked, row
from workflow import config
from workflow.access.roles import Grant, Role
from workflow.audit import By
from workflow.database import Database
from workflow.duties.carrying import carry_out
from workflow.duties.note import Note
from workflow.duties.order import Order
from workflow.duties.period_report import PeriodReport
from workflow.errors import BadInput, NotFound, Overtaken
from workflow.occurrence import Occurrence
from workflow.queries import AsOf
from workflow.register import groups, handing, sheets
from workflow.register.kinds import Kind
from workflow.reporting import fields, sheet
from workflow.reporting.answer import Answer, fill
from workflow.reporting.call import call
from workflow.snapshot import Snapshot
from workflow.targets.aim import read_aim
from workflow.targets.indicator import Actual, Indicator, state_indicator

LATER = {"by": make.BY, "at": make.at("2025-10-02 09:00")}


def form(session: Session, duty: Occurrence) -> dict[str, str]:
    """The fields of a form with what is filled in."""
    return {
        one["key"]: one["value"]
        for one in fields.form(Snapshot.within(session), duty.id or 0, as_of(), own=True)["fields"]
    }


def stated(session: Session, **more: Any) -> Indicator:
    aim, unit = read_aim("từ 45 HTX trở lên")
    return state_indicator(session, make.directive(session), "Số HTX thành lập mới", aim, unit=unit, **HOW, **more)[0]


def merged(session: Session, duties: list[Occurrence]) -> None:
    """One agency takes the place of all."""
    make.agency(session, "H", new=True)
    steps = checked(session, *(row(n, duty.agency.code, "merged", "H") for n, duty in enumerate(duties, 2)))
    handing.apply(session, steps, today=date(2025, 10, 2), **LATER)
    session.expire_all()


def test_an_agency_named_twice_is_asked_once_and_a_group_by_its_members(database: Database) -> None:
    with database.transaction() as session:
        directive = make.enacted(session, *TASKS)
        own = make.agency(session, "Phòng Nội vụ")
        group, empty = (make.agency(session, name, new=True) for name in ("Các phòng", "Các ban"))
        group.kind = empty.kind = Kind.COLLECTIVE
        groups.list_members(session, group, [own, make.agency(session, "Phòng Tư pháp")])
        with pytest.raises(BadInput, match="Các ban"):
            call(session, directive, "2025-Q3", due=DUE, agencies=[empty], **HOW, today=TODAY)
        _made, new = call(session, directive, "2025-Q3", due=DUE, agencies=[own, group, own], **HOW, today=TODAY)
        assert [duty.agency.name for duty in new] == ["Phòng Nội vụ", "Phòng Tư pháp"]


def test_of_two_who_fill_in_at_once_the_second_is_told(database: Database) -> None:
    with database.transaction() as session:
        own, first = called(session)[1], Order("fill", form={"done": "của chị Hoa", "KH27-I.1": "đã làm"})
        seen = own.version

        def press(order: Order) -> None:
            carry_out(session, order, **HOW, today=TODAY, occurrence=own)

        press(Order("fill", form=first.form, seen=seen))
        press(Order("fill", form=first.form, seen=seen))
        with pytest.raises(Overtaken):
            press(Order("fill", form={"done": "của anh Nam"}, seen=seen))
    with database.transaction() as session:
        own = session.get_one(Occurrence, own.id)
        press(Order("fill", form={"KH27-I.1": "đã làm xong"}, seen=own.version))
        with pytest.raises(Overtaken):
            press(Order("fill", form={"done": "dòng khác đã đổi"}, seen=(own.version or 0) - 1))


def test_an_empty_field_takes_nothing_back(database: Database) -> None:
    with database.transaction() as session:
        own = called(session)[1]
        stated(session)
        fill(session, own, {"CT1": "", "KH27-I.1": ""}, **HOW, today=TODAY)
        assert session.exec(select(Answer)).all() == []
        fill(session, own, {"CT1": "26", "KH27-I.1": "đã làm"}, **HOW, today=TODAY)
        for key in ("CT1", "KH27-I.1"):
            with pytest.raises(BadInput, match=f"{key} "):
                fill(session, own, {key: " "}, **HOW, today=TODAY)


def test_what_was_filled_in_stays_with_the_duty_that_an_heir_takes_over(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        duties = called(session)
        stated(session)
        for duty, figure in zip(duties, ("4", "26"), strict=True):
            fill(session, duty, {"done": f"của {duty.agency.code}", "CT1": figure}, **HOW, today=TODAY)
        sheet.write(tmp_path / "cu.xlsx", fields.form(Snapshot.within(session), duties[1].id or 0, as_of(), own=True))
        numbers = [duty.id for duty in duties]
        merged(session, duties)
    with database.transaction() as session:
        first, second = (session.get_one(Occurrence, number) for number in numbers)
        assert [(form(session, duty)["done"], form(session, duty)["CT1"]) for duty in (first, second)] == [
            ("của PNV", "4"),
            ("của PTP", "26"),
        ]
        heir = By("Người kế thừa", "cli", frozenset({Grant(Role.FOCAL_POINT, first.agency_id)}))
        fill(session, second, {"CT1": "28"}, by=heir, at=AT, today=TODAY)
        assert sorted(value.value for value in session.exec(select(Actual))) == [4, 28], "not counted twice"
        view = Snapshot.within(session)
        assert fields.called_duty(view, CODE, "PTP") == second.id and sheet.read(tmp_path / "cu.xlsx")[1] == "PTP"
        with pytest.raises(BadInput, match="tiếp nhận từ: P"):
            fields.called_duty(view, CODE, "H")
        with pytest.raises(NotFound):
            fields.called_duty(view, "KH27-I.2", "PTP")


def test_an_heir_of_several_reports_an_ongoing_task_once(database: Database) -> None:
    with database.transaction() as session:
        both = make.task(timing="Thường xuyên", lead="Phòng Tư pháp; Phòng Nội vụ")
        merged(session, called(session, both))
        directive = make.directive(session)
        (new,) = call(session, directive, "2025-09", due=DUE, **LATER, today=date(2025, 10, 2))[1]
        shown = fields.form(Snapshot.within(session), new.id or 0, as_of(), own=True)["fields"]
        assert [one["key"] for one in shown if one["kind"] == "line"] == ["KH27-I.1"]
        fill(session, new, {"KH27-I.1": "đã làm"}, **LATER, today=date(2025, 10, 2))
        lines = session.exec(select(PeriodReport)).all()
        assert [line.result for line in lines] == ["đã làm", "đã làm"] and form(session, new)["KH27-I.1"] == "đã làm"


def test_an_indicator_is_not_called_as_the_form_calls_its_own_fields(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, *TASKS)
        for code in ("KQ", "bc"):
            with pytest.raises(BadInput):
                stated(session, code=code)
        assert stated(session, code="KQ1").code == "KQ1"


def test_a_remark_beside_the_form_is_kept_and_the_form_counts_also_where_the_remark_is_the_same(
    database: Database,
) -> None:
    with database.transaction() as session:
        own = called(session)[1]
        by = acts.person("ptp@example.vn", "Lê Hoa", own, channel="link")

        def send(choice: Choice, done: str) -> acts.Recorded:
            report = Report(choice, "Còn chờ số liệu", form={"done": done})
            return acts.carry_out(session, own, report, by=by, at=AT, today=TODAY)

        assert send(Choice.PARTLY, "Tập huấn 2 lớp").new
        assert not send(Choice.PARTLY, "Tập huấn 3 lớp").new
        assert form(session, own)["done"] == "Tập huấn 3 lớp"
        assert send(Choice.DONE, "Tập huấn 4 lớp").facts == ["Tập huấn 4 lớp"]
        notes = [(note.kind.value, note.words) for note in session.exec(select(Note))]
        assert notes == [("progress", "Còn chờ số liệu"), ("comment", "Còn chờ số liệu")]


def test_a_cell_longer_than_a_table_holds_is_a_bad_table(tmp_path: Path) -> None:
    file = tmp_path / "bieu.csv"
    file.write_text("Mục,Trả lời\nKQ," + "x" * 200_000, encoding="utf-8")
    with pytest.raises(BadInput, match=r"bieu\.csv"):
        sheets.read(file, sheet.TITLES, ("key", "value"))


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def test_the_pages_refuse_what_is_forged(house: House) -> None:
    monitor = house.signed_in(MONITOR)
    seal = doors.hidden(monitor.get("/directives/KH27/reports").text, "seal")
    asked = {"seal": seal, "period": "Q3/2025", "due": "2025-10-30", "agencies": "PNV\nPhòng Nội vụ\nPTP"}
    assert monitor.post("/directives/KH27/reports", data=asked).status_code == 303
    with house.office.database.transaction() as session:
        own, other = (make.occurrence(session, CODE, agency=name).id for name in ("Phòng Nội vụ", "Phòng Tư pháp"))
    browser = house.signed_in(FOCAL)
    seal, before = doors.hidden(browser.get(f"/answers/{own}").text, "seal"), house.entries()
    content = browser.get(f"/answers/{own}/form.xlsx").content

    def post(number: int | None, table: bytes = b"", **told: Any) -> int:
        brought = {"form": ("bieu.csv" if table[:2] != b"PK" else "bieu.xlsx", table)} if table else None
        answer = browser.post(f"/answers/{number}", data={"seal": seal, "step": "keep", **told}, files=brought)
        return int(answer.status_code)

    assert post(other, item=["done"], text=["thay"]) == 403
    assert post(own, item=[f"k{n}" for n in range(450)], text=["x"] * 450) == 422
    assert post(own, item=[f"k{n}" for n in range(5000)], text=["x"] * 5000) == 400
    assert post(own, item=["done"], text=["x" * 4001]) == 422 and post(own, item=["KH27-I.2"], text=["x"]) == 422
    assert post(own, item=["done", "difficulties"], text=["một chữ"]) == 422, "not as many texts as fields"
    assert post(own, table=b"M\xe1\xbb\xa5c,Tr\xe1\xba\xa3 l\xe1\xbb\x9di\nKQ," + b"x" * 200_000) == 422
    assert post(other, table=content) == 422, "it is the form of another duty"
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.active["C2"].value = f"{CODE}/PTP"  # type: ignore[index]
    forged = io.BytesIO()
    book.save(forged)
    assert post(own, table=forged.getvalue()) == 422
    assert browser.post(f"/answers/{own}", json={"seal": seal}).status_code == 403
    assert house.entries() == before + 1, "what was not permitted stands in the history, and nothing else"


def test_enter_in_a_field_keeps_the_form_and_does_not_send_it(house: House) -> None:
    """A browser presses the first button of a form when somebody presses Enter in one of its fields."""
    with house.office.database.transaction() as session:
        how: dict[str, Any] = {"by": make.BY, "at": make.at("2025-10-15 08:00")}
        _made, new = call(session, make.directive(session), "2025-Q3", due=date(2025, 10, 30), **how, today=date(2025, 10, 15))  # fmt: skip
        number = next(duty.id for duty in new if duty.agency.name == "Phòng Nội vụ")
    page = house.signed_in(FOCAL).get(f"/answers/{number}").text
    assert 0 < page.index('value="keep"') < page.index('value="send"')


def test_documents_of_two_offices_under_one_number_are_two(database: Database) -> None:
    with database.transaction() as session:
        directive = make.enacted(session, *TASKS)
        for code in ("KH27-I.2", "KH27-I.3"):
            make.occurrence(session, code).submit(session, **HOW, today=TODAY, result="xong", document_number="45/BC")
        view = Snapshot.within(session)
        told = gather(view, as_of(), directive.code)
        assert [row["number"] for row in told.documents] == ["45/BC", "45/BC"]
        earlier = AsOf(date(2025, 9, 30), 3, "Asia/Ho_Chi_Minh", True)
        assert gather(view, earlier, directive.code).documents == [], "what came later is not told of an earlier day"


def test_the_report_is_not_addressed_to_an_agency_that_has_ended(database: Database, tmp_path: Path) -> None:
    settings = config._anchored(config.Settings(), tmp_path)
    with database.transaction() as session:
        directive = make.enacted(session, *TASKS)
        issuer = make.agency(session, "UBND thành phố")
        directive.issuer_id = issuer.id
        for ended, to in ((None, "UBND thành phố"), (date(2025, 7, 1), "…")):
            issuer.valid_to = ended
            file = tmp_path / f"{bool(ended)}.docx"
            upward.write(settings, Snapshot.within(session), as_of(), upward.asked("KH27", "", "progress", ""), file)
            assert f"Kính gửi: {to}." in [one.text for one in docx.Document(str(file)).paragraphs]
