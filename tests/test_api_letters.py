"""Letters on paper by programs and from afar: the same acts as on the pages, once each, for those who may."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
import pytest
from sqlmodel import col, select

from tests import doors, make, test_afar
from tests.conftest import Office
from tests.doors import ADMIN, FOCAL, LEADER, MONITOR, OFFICE, PDF, House
from tests.test_afar import Desk
from tests.test_letters_on_paper import texts
from workflow.dispatch import Dispatch
from workflow.history.chain import first_fault
from workflow.message import Message

API = "/api/v1/letters"
PRESS = {"kind": "press", "directive": "KH27", "soon": True, "answer_by": "2025-10-31"}
KEY = {"Idempotency-Key": "soan-cong-van-1"}
desk = test_afar.desk


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def letters(office: Office) -> list[Dispatch]:
    with office.database.transaction() as session:
        return list(session.exec(select(Dispatch).order_by(col(Dispatch.id))))


def test_a_letter_from_the_draft_to_the_mailboxes(house: House) -> None:
    program = house.program(MONITOR)
    made = program.post(API, json=PRESS, headers=KEY)
    assert made.status_code == 201 and made.json() == {"letter": 1, "tasks": 2, "agencies": 2}, made.text
    assert program.post(API, json=PRESS, headers=KEY).json() == made.json() and len(letters(house.office)) == 1
    assert program.post(API, json={**PRESS, "soon": False}, headers=KEY).status_code == 409
    file = program.get(f"{API}/1/file")
    assert file.headers["content-type"].endswith("wordprocessingml.document")
    assert "KH27-I.1" in texts(docx.Document(io.BytesIO(file.content)))
    early = program.post(f"{API}/1/send", json={})
    assert early.status_code == 409
    given = {"number": "120/STC-TCHCSN", "on": "2025-10-15"}
    key = {"Idempotency-Key": "lay-so-0001"}
    for _twice in range(2):
        left = program.post(f"{API}/1/number", json=given, headers=key)
        assert left.status_code == 200 and left.json() == {"letter": 1, "number": "120/STC-TCHCSN", "tasks": 2}
    assert program.post(f"{API}/1/number", json=given).status_code == 409
    assert program.post(f"{API}/1/drop").status_code == 409
    upload = program.post("/api/v1/files?name=ky.pdf", content=PDF).json()["file"]
    sent = program.post(f"{API}/1/send", json={"file": upload})
    assert sent.status_code == 200 and FOCAL in sent.json()["recipients"], sent.text
    again = program.post(f"{API}/1/send", json={})
    assert again.json()["recipients"] == [] and sorted(again.json()["before"]) == sorted(sent.json()["recipients"])
    (row,) = program.get(API).json()["items"]
    assert (row["number"], row["mailed"], row["kind"]) == ("120/STC-TCHCSN", 4, "press")
    with house.office.database.transaction() as session:
        assert len(session.exec(select(Message).where(Message.kind == "dispatch")).all()) == 4
        assert first_fault(session) is None


def test_a_letter_about_named_duties_that_will_not_be_sent(house: House) -> None:
    program = house.program(MONITOR)
    number = program.get("/api/v1/tasks?directive=KH27").json()["items"][0]["occurrence_id"]
    made = program.post(API, json={"kind": "progress", "duties": [number], "answer_by": "2025-10-31"})
    assert made.status_code == 201 and made.json()["tasks"] == 1
    assert program.post(f"{API}/1/drop").json() == {"letter": 1} and letters(house.office)[0].dropped_by
    assert program.post(f"{API}/1/drop").status_code == 409


def test_who_may_and_what_is_lacking(house: House) -> None:
    program = house.program(MONITOR)
    for wish, status in (
        ({"kind": "press", "directive": "KH27"}, 422),
        ({**PRESS, "answer_by": "2025-10-01"}, 422),
        ({**PRESS, "directive": "KH99"}, 404),
        ({**PRESS, "directive": "KH28"}, 404),
        ({"kind": "khac"}, 422),
        ({"kind": "extension"}, 422),
        ({"kind": "extension", "requests": [9]}, 404),
        ({"kind": "handover", "former": "PNV"}, 422),
        ({**PRESS, "lạ": 1}, 422),
    ):
        answer = program.post(API, json=wish)
        assert answer.status_code == status, (wish, answer.text)
    for path in ("9/number", "9/send", "9/drop"):
        body: dict[str, Any] = {"number": "1/STC", "on": "2025-10-15"} if "number" in path else {}
        assert program.post(f"{API}/{path}", json=body).status_code == 404
    assert program.get(f"{API}/9/file").status_code == 404
    assert program.post(API, json=PRESS).status_code == 201
    for address, sees, acts in ((FOCAL, 403, 403), (LEADER, 200, 403), (ADMIN, 200, 403), (OFFICE, 200, 403)):
        other = house.program(address)
        assert other.get(API).status_code == other.get(f"{API}/1/file").status_code == sees
        assert other.post(API, json=PRESS).status_code == acts
        assert other.post(f"{API}/1/number", json={"number": "1/STC", "on": "2025-10-15"}).status_code == acts
        assert other.post(f"{API}/1/drop").status_code == acts
    assert house.program(MONITOR, "read").post(API, json=PRESS).status_code == 403
    assert len(letters(house.office)) == 1 and letters(house.office)[0].number is None


def test_from_afar_the_commands_do_the_same(desk: Desk) -> None:
    """A letter is drafted, taken, numbered and mailed on a PC, with the record on the server."""
    assert desk.pc("login", desk.url, "--token", desk.house.token(MONITOR))[0] == 0
    told = ("--directive", "KH27", "--answer-by", "31/12/2099", "--output", "don-doc.docx")
    code, out, err = desk.pc("letter", "press", *told)
    assert code == 0 and "công văn 1" in out, err
    file = desk.folder / "pc" / "don-doc.docx"
    assert "KH27-I.1" in texts(docx.Document(str(file)))
    assert desk.pc("letter", "write", "1", "--output", "lai.docx")[0] == 0
    assert texts(docx.Document(str(file.with_name("lai.docx")))) == texts(docx.Document(str(file)))
    for more in ((), ("--json",)):
        assert desk.pc("letter", "list", *more)[:2] == desk.here(MONITOR, "letter", "list", *more)[:2]
    day = desk.house.moment.astimezone(make.ZONE).date()
    code, out, err = desk.pc("letter", "number", "1", f"120/STC ngày {day:%d/%m/%Y}")
    assert code == 0 and "120/STC" in out, err
    file.with_name("ky.pdf").write_bytes(PDF)
    code, out, err = desk.pc("letter", "send", "1", "--file", "ky.pdf")
    assert code == 0 and FOCAL in out, err
    assert "đã có" in desk.pc("letter", "send", "1")[1].lower()
    assert desk.pc("letter", "progress", *told)[0] == 0 and desk.pc("letter", "drop", "2")[0] == 0
    assert desk.pc("letter", "extension", "9", "--output", "x.docx")[0] == 2
    assert desk.pc("letter", "handover", "PNV", "PTP", "--output", "x.docx")[0] == 3
    assert desk.pc("letter", "drop", "1")[0] == 1
    with desk.house.office.database.transaction() as session:
        assert first_fault(session) is None
