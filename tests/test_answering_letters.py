"""Letters that answer requests for more time, and records of a hand-over: what they say, who may, what their number does."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from sqlmodel import Session, select

from reports import drafting, paper
from tests import doors, make
from tests.conftest import Office, Run
from tests.doors import FOCAL, LEADER, MONITOR, OFFICE, House, hidden
from tests.test_letter_pages import plain
from tests.test_letters_on_paper import texts
from tests.test_succession_pages import BASIS, offices
from workflow import dispatch
from workflow.access import people
from workflow.audit import AuditEntry, By
from workflow.basis import Basis
from workflow.dispatch import Dispatch
from workflow.duties.request import Request, Wish, ask, grant, refuse
from workflow.errors import BadInput, NotFound, NotPermitted, Refused
from workflow.history.chain import first_fault
from workflow.history.replay import differences
from workflow.queries import AsOf
from workflow.register import handing, steps, undoing
from workflow.register.sheets import Line
from workflow.snapshot import Snapshot

AT = make.at("2025-10-15 09:00")
TODAY = AT.date()
NOW = AsOf.at(AT, "Asia/Ho_Chi_Minh", 7)
HOW: dict[str, Any] = {"by": make.BY, "at": AT}
ASKED = Basis("Công văn 45/PNV", date(2025, 9, 20))
DECIDED = Basis("Công văn 300/UBND-VP", date(2025, 9, 25))


def asked(session: Session, code: str, agency: str, due: date = date(2026, 3, 31), wish: Wish = Wish.EXTENSION) -> Request:  # fmt: skip
    duty = make.occurrence(session, code, agency=agency)
    how: dict[str, Any] = {"by": By("Lê Hoa", "cli"), "at": make.at("2025-09-21 09:00"), "today": date(2025, 9, 21)}
    made = ask(session, duty, wish, **how, reason="chờ số liệu", basis=ASKED, due=due if wish is Wish.EXTENSION else None)  # fmt: skip
    session.flush()
    return made


def decided(session: Session) -> tuple[int, int, int, int]:
    """One granted, one refused without a document, one that waits, one for something else."""
    doors.register(session)
    day = {"at": make.at("2025-09-25 09:00")}
    first = asked(session, "KH27-I.4", "Phòng Nội vụ")
    grant(session, first, by=make.BY, **day, today=date(2025, 9, 25), basis=DECIDED, due=date(2026, 2, 28))
    second = asked(session, "KH27-I.4", "Phòng Tư pháp")
    refuse(session, second, by=make.BY, **day, reason="Đã gia hạn một lần.")
    third = asked(session, "KH27-I.1", "Phòng Nội vụ")
    other = asked(session, "KH27-I.1", "Phòng Nội vụ", wish=Wish.SUSPENSION)
    session.flush()
    return first.id or 0, second.id or 0, third.id or 0, other.id or 0


def answer(session: Session, *requests: int, **more: Any) -> Dispatch:
    return drafting.draft(session, drafting.Wish("extension", requests=requests), as_of=NOW, **{**HOW, **more})


def written(office: Office, session: Session, number: int, file: Path, sees: frozenset[int] | None = None) -> str:
    view = Snapshot.within(session)
    view.sees = sees
    paper.write_again(office.settings, view, number, file)
    return texts(docx.Document(str(file)))


def test_one_request_is_answered_in_words(office: Office, tmp_path: Path) -> None:
    with office.database.transaction() as session:
        granted, refused, _waiting, _other = decided(session)
        said = written(office, session, answer(session, granted).id or 0, tmp_path / "a.docx")
        assert "Kính gửi: Phòng Nội vụ." in said and "DANH MỤC" not in said
        assert "Công văn số 45/PNV ngày 20/9/2025 của Phòng Nội vụ" in said
        assert "căn cứ Công văn số 300/UBND-VP ngày 25/9/2025" in said
        assert "“Rà soát văn bản” giao tại Văn bản số 27/KH-UBND ngày 11/4/2025 đến hết ngày 28/02/2026" in said
        assert "thời hạn giao ban đầu: 31/12/2025; thời hạn trước khi gia hạn: 31/12/2025" in said
        said = written(office, session, answer(session, refused).id or 0, tmp_path / "b.docx")
        assert "Chưa đồng ý gia hạn" in said and "đến ngày 31/3/2026. Lý do: Đã gia hạn một lần." in said
        assert "căn cứ" not in said and "Thời hạn thực hiện nhiệm vụ là ngày 31/12/2025" in said


def test_several_are_answered_in_a_table(office: Office, tmp_path: Path) -> None:
    with office.database.transaction() as session:
        granted, refused, *_others = decided(session)
        said = written(office, session, answer(session, granted, refused, granted).id or 0, tmp_path / "a.docx")
        assert "Các Phòng: Nội vụ, Tư pháp" in said
        assert (
            "1. Đồng ý gia hạn thời gian thực hiện 1 nhiệm vụ." in said and "2. Chưa đồng ý gia hạn đối với 1" in said
        )
        table = docx.Document(str(tmp_path / "a.docx")).tables[-1]
        cells = [[cell.text for cell in row.cells] for row in table.rows]
        assert len(cells) == 3 and cells[1][2:] == ["31/12/2025", "31/12/2025", "Đồng ý đến hết ngày 28/02/2026"]
        assert cells[2][4] == "Chưa đồng ý: Đã gia hạn một lần" and "KH27-I.4" in cells[2][1]
        assert "theo Công văn số 45/PNV ngày 20/9/2025 của Phòng Tư pháp" in cells[2][1]


def test_its_number_stands_in_the_history_and_where_a_refusal_had_none(office: Office) -> None:
    with office.database.transaction() as session:
        granted, refused, *_others = decided(session)
        made = answer(session, granted, refused)
        before = made.id or 0
        again = answer(session, refused).id or 0
        dispatch.give_number(session, made, Basis("320/STC", TODAY), **HOW)
        told = session.exec(select(AuditEntry).where(AuditEntry.act == "extension by letter")).all()
        assert len(told) == 2 and {one.occurrence_id for one in told} == {line.occurrence_id for line in made.lines}
        first, second = session.get_one(Request, granted), session.get_one(Request, refused)
        assert (first.decision_number, first.decision_on) == ("Công văn 300/UBND-VP", date(2025, 9, 25))
        assert (second.decision_number, second.decision_on) == ("320/STC", TODAY)
        assert first_fault(session) is None and list(differences(session)) == []
        with pytest.raises(Refused, match="320/STC"):
            answer(session, refused)
        dispatch.drop(session, dispatch.find_dispatch(session, again), **HOW)
        assert before != again


def test_what_cannot_be_answered(office: Office) -> None:
    with office.database.transaction() as session:
        granted, _refused, waiting, other = decided(session)
        for numbers, kind in (((), BadInput), ((999,), NotFound), ((waiting,), Refused), ((granted, other), BadInput)):
            with pytest.raises(kind):
                answer(session, *numbers)
        with pytest.raises(NotPermitted):
            answer(session, granted, by=people.acting(session, FOCAL, "cli", TODAY))
        made = answer(session, granted)
        with pytest.raises(NotPermitted):
            dispatch.give_number(session, made, Basis("1/STC", TODAY), by=people.acting(session, OFFICE, "cli", TODAY), at=AT)  # fmt: skip
        with pytest.raises(BadInput, match="extension"):
            drafting.draft(session, drafting.Wish("khac"), as_of=NOW, **HOW)


def merged(session: Session, former: str = "PNV", heir: str = "A") -> None:
    """The former agency ends, and everything it owes passes."""
    cells = {"former": former, "kind": "merged", "heir": heir, "on": "1/10/2025", "basis": BASIS, "tasks": ""}
    handing.apply(session, steps.check(session, [Line(1, cells)], "form"), today=TODAY, **HOW)


def passed(session: Session) -> None:
    """Phòng Nội vụ, with a report of one duty and a request about another, becomes Cơ quan A."""
    doors.register(session)
    offices(session)
    duty = make.occurrence(session, "KH27-I.4", agency="Phòng Nội vụ")
    how: dict[str, Any] = {"by": By("Lê Hoa", "cli"), "at": make.at("2025-09-20 09:00")}
    duty.submit(session, **how, today=date(2025, 9, 20), result="xong", document_number="45/BC-PNV", document_on=date(2025, 9, 19))  # fmt: skip
    asked(session, "KH27-I.1", "Phòng Nội vụ")
    merged(session)


def record(session: Session, former: str = "PNV", heir: str = "A", **more: Any) -> Dispatch:
    wish = drafting.Wish("handover", former=former, heir=heir)
    return drafting.draft(session, wish, as_of=NOW, **{**HOW, **more})


def test_a_record_lists_everything_that_passed_as_it_stood(office: Office, tmp_path: Path) -> None:
    with office.database.transaction() as session:
        passed(session)
        made = record(session)
        before = written(office, session, made.id or 0, tmp_path / "a.docx")
        assert "BIÊN BẢN" in before and f"Căn cứ {BASIS};" in before
        assert "1. BÊN GIAO: Phòng Nội vụ" in before and "2. BÊN NHẬN: Cơ quan A" in before
        assert "kể từ ngày 01/10/2025" in before
        table = docx.Document(str(tmp_path / "a.docx")).tables[-1]
        rows = {
            row.cells[2].text.split("(")[1].rstrip(")"): [cell.text for cell in row.cells] for row in table.rows[1:]
        }
        assert len(made.lines) == len(table.rows) - 1 and set(rows) == {"KH27-I.1", "KH27-I.3", "KH27-I.4"}
        late = rows["KH27-I.1"]
        assert late[3:5] == ["30/9/2025", "30/9/2025"] and late[5] == "Chưa thực hiện, quá hạn 15 ngày"
        assert "gia hạn" in late[7] and "Công văn 45/PNV ngày 20/9/2025" in late[7]
        all_rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
        assert any(row[6] == "45/BC-PNV" and row[5] == "Chờ xác nhận" for row in all_rows)
        make.occurrence(session, "KH27-I.1").start(session, by=make.BY, at=AT)
        assert written(office, session, made.id or 0, tmp_path / "b.docx") == before, "a record says how it was"


def test_the_number_of_a_record_stands_in_the_history_and_keeps_the_succession(office: Office) -> None:
    with office.database.transaction() as session:
        passed(session)
        made = record(session)
        with pytest.raises(NotPermitted):
            dispatch.give_number(session, made, Basis("5/BB-STC", TODAY), by=people.acting(session, MONITOR, "cli", TODAY), at=AT)  # fmt: skip
        office_ = people.acting(session, OFFICE, "cli", TODAY)
        dispatch.give_number(session, made, Basis("5/BB-STC", TODAY), by=office_, at=AT)
        told = session.exec(select(AuditEntry).where(AuditEntry.act == "handover by letter")).all()
        assert len(told) == len(made.lines) and first_fault(session) is None and list(differences(session)) == []
        with pytest.raises(Refused):
            undoing.undo(session, 1, **HOW)


def test_who_may_put_a_hand_over_on_record_and_of_what(office: Office, tmp_path: Path) -> None:
    with office.database.transaction() as session:
        passed(session)
        make.agency(session, "Phòng Kinh tế")
        merged(session, make.agency(session, "Phòng Kinh tế").code, "B")
        with pytest.raises(NotPermitted):
            record(session, by=people.acting(session, MONITOR, "cli", TODAY))
        for former, heir, kind in (("PTP", "A", Refused), ("", "A", BadInput), ("Phòng Ma", "A", NotFound)):
            with pytest.raises(kind):
                record(session, former, heir)
        office_ = people.acting(session, OFFICE, "cli", TODAY)
        with pytest.raises(Refused):  # all that passed there is confidential
            record(session, make.agency(session, "Phòng Kinh tế").code, "B", by=office_)
        closed = record(session, make.agency(session, "Phòng Kinh tế").code, "B")
        assert doors.SECRET in written(office, session, closed.id or 0, tmp_path / "a.docx")
        with pytest.raises(Refused, match="mật"):
            written(office, session, closed.id or 0, tmp_path / "b.docx", frozenset())
        view = Snapshot.within(session)
        assert closed.id not in [row["id"] for row in paper.listed(view)], "nor does a list show it"


def test_the_commands(run: Run, office: Office, tmp_path: Path) -> None:
    with office.database.transaction() as session:
        granted, refused, *_others = decided(session)
        offices(session)
        merged(session)
    file = tmp_path / "gia-han.docx"
    code, out, err = run("letter", "extension", str(granted), str(refused), "--output", str(file), "--by", "Hà Theo Dõi")  # fmt: skip
    assert code == 0 and "công văn 1" in out and "Đồng ý gia hạn" in texts(docx.Document(str(file))), err
    assert run("letter", "extension", "99", "--output", str(file), "--by", "Hà Theo Dõi")[0] == 2
    code, out, err = run("letter", "handover", "PNV", "A", "--output", str(file), "--by", "Vũ Văn Thư")
    assert code == 0 and "BIÊN BẢN" in texts(docx.Document(str(file))), err
    assert run("letter", "handover", "PNV", "A", "--output", str(file), "--by", "Lê Hoa")[0] == 3
    assert run("letter", "number", "2", "5/BB-STC ngày 1/1/2020", "--by", "Vũ Văn Thư")[0] == 2
    assert [row["kind"] for row in json.loads(run("letter", "list", "--json")[1])] == ["handover", "extension"]
    assert run("letter", "list")[0] == 0


def test_the_pages(office: Office) -> None:
    with office.database.transaction() as session:
        granted, refused, *_others = decided(session)
        offices(session)
        merged(session)
    house = House(office)
    with house.client:
        monitor, clerk = house.signed_in(MONITOR), house.signed_in(OFFICE)
        page = monitor.get("/letters")
        assert "Đề nghị đã quyết định, chưa có văn bản trả lời" in plain(page)
        seal = hidden(page.text, "seal")
        lacks = monitor.post("/letters", data={"seal": seal, "kind": "extension"})
        assert lacks.status_code == 422
        done = monitor.post("/letters", data={"seal": seal, "kind": "extension", "requests": [granted, refused]})
        assert done.headers["location"] == "/letters?made=1"
        assert "chưa có văn bản trả lời" not in plain(monitor.get("/letters?made=1"))
        assert clerk.post("/letters", data={"seal": hidden(clerk.get("/succession").text, "seal"), "kind": "extension", "requests": [granted]}).status_code == 403  # fmt: skip
        page = clerk.get("/succession").text
        assert 'name="kind" value="handover"' in page
        seal = hidden(page, "seal")
        data = {"seal": seal, "kind": "handover", "former": "PNV", "heir": "A"}
        assert clerk.post("/letters", data=data).headers["location"] == "/letters?made=2"
        page = clerk.get("/letters").text
        assert 'action="/letters/2/number"' in page and 'action="/letters/1/number"' not in page
        assert clerk.post("/letters/2/number", data={"seal": seal, "given": "5/BB-STC", "issued": "2025-10-15"}).status_code == 303  # fmt: skip
        assert "lập biên bản bàn giao" in plain(clerk.get("/tasks/KH27-I.1")).lower()
        leader = house.signed_in(LEADER)
        seal = hidden(leader.get("/overdue").text, "seal")
        assert leader.post("/letters", data={**data, "seal": seal}).status_code == 403
