"""Reports of periods on the pages: called for by the monitor, filled in by the agency – page, spreadsheet, link – and seen by whoever may."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from sqlmodel import select

from tests import doors, make
from tests.conftest import Office
from tests.doors import FOCAL, MONITOR, OTHER, House
from workflow.occurrence import Occurrence
from workflow.reporting.answer import Answer
from workflow.standing import Status
from workflow.task import Task

CODE = "KH27-BC.2025-Q3"


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def call(house: House) -> dict[str, int]:
    """Call for the report as the monitor; returns the duty of each agency."""
    browser = house.signed_in(MONITOR)
    page = browser.get("/directives/KH27/reports").text
    told = {"seal": doors.hidden(page, "seal"), "period": "Q3/2025", "due": "2025-10-30"}
    answer = browser.post("/directives/KH27/reports", data=told)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/calls/{CODE}"), answer.text
    with house.office.database.transaction() as session:
        own = session.exec(select(Occurrence).join(Task).where(Task.code == CODE))
        return {duty.agency.name: duty.id or 0 for duty in own}


def test_a_report_is_called_for_filled_in_kept_and_sent(house: House) -> None:
    duties = call(house)
    assert set(duties) == {"Phòng Nội vụ", "Phòng Tư pháp"}
    browser, number = house.signed_in(FOCAL), duties["Phòng Nội vụ"]
    assert browser.get(f"/duties/{number}/submit").headers["location"] == f"/answers/{number}"
    page = browser.get(f"/answers/{number}").text
    assert 'value="KH27-I.3"' in page and "KH27-I.2" not in page, "the ongoing task of the agency, and only of it"
    told: dict[str, Any] = {
        "seal": doors.hidden(page, "seal"), "seen": doors.hidden(page, "seen"), "step": "keep",
        "item": ["done", "difficulties", "KH27-I.3"], "text": ["Tập huấn 3 lớp\n- 12 xã", "", "Không phát sinh"],
    }  # fmt: skip
    assert browser.post(f"/answers/{number}", data=told).headers["location"] == f"/answers/{number}?kept=1"
    page = browser.get(f"/answers/{number}?kept=1").text
    assert "Chưa gửi gì" in page and "Tập huấn 3 lớp\n- 12 xã" in page
    for other in (house.signed_in(MONITOR), house.signed_in(OTHER)):
        draft = other.get(f"/answers/{number}").text + other.get(f"/calls/{CODE}").text
        assert "Tập huấn" not in draft and "đã điền, chưa gửi" in draft, "a draft is the agency's own"
    sent = {
        **told,
        "seen": doors.hidden(page, "seen"),
        "step": "send",
        "document_number": "45/BC-PNV",
        "document_on": "2025-10-14",
    }
    assert browser.post(f"/answers/{number}", data=sent).headers["location"] == f"/tasks/{CODE}?done=submit"
    again = browser.post(f"/answers/{number}", data=sent)
    assert again.status_code == 422 and "Tập huấn 3 lớp" in again.text
    seen = house.signed_in(MONITOR).get(f"/calls/{CODE}").text
    assert "/overdue?directive=KH27&amp;section=Ch%E1%BA%BF" in seen, "those that are missing can be pressed"
    assert "1/2" in seen and "45/BC-PNV" in seen and re.search(r"Phòng Tư pháp</a>: chưa gửi", seen)


def test_only_the_agency_fills_in_and_only_the_monitor_calls(house: House) -> None:
    number = call(house)["Phòng Nội vụ"]
    stranger = house.signed_in(OTHER)
    page = stranger.get(f"/answers/{number}").text
    assert "<textarea" not in page
    told = {"seal": doors.hidden(stranger.get("/me").text, "seal"), "item": ["done"], "text": ["thay"], "step": "keep"}
    assert stranger.post(f"/answers/{number}", data=told).status_code == 403
    asked = {"seal": told["seal"], "period": "Q2/2025", "due": "2025-10-30"}
    assert stranger.post("/directives/KH27/reports", data=asked).status_code == 403
    assert '<form method="post">' not in stranger.get("/directives/KH27/reports").text
    wrong = house.signed_in(MONITOR)
    seal = doors.hidden(wrong.get("/directives/KH27/reports").text, "seal")
    for period, due, words in (("quý", "2025-10-30", "không phải một kỳ"), ("Q3/2025", "", "hạn gửi"), ("Q3/2025", "2025-10-01", "đã qua")):  # fmt: skip
        answer = wrong.post("/directives/KH27/reports", data={"seal": seal, "period": period, "due": due})
        assert answer.status_code == 422 and words in answer.text, answer.text


def test_a_spreadsheet_fills_in_the_form_it_is_of(house: House) -> None:
    duties = call(house)
    browser, number = house.signed_in(FOCAL), duties["Phòng Nội vụ"]
    answer = browser.get(f"/answers/{number}/form.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    for row in book.active.iter_rows():  # type: ignore[union-attr]
        if row[0].value == "KK":
            row[2].value = "Thiếu kinh phí"
    filled = io.BytesIO()
    book.save(filled)
    seal = doors.hidden(browser.get(f"/answers/{number}").text, "seal")
    brought = {"form": ("bieu.xlsx", filled.getvalue())}
    assert browser.post(f"/answers/{number}", data={"seal": seal, "step": "keep"}, files=brought).status_code == 303
    with house.office.database.transaction() as session:
        assert session.exec(select(Answer)).one().difficulties == "Thiếu kinh phí"
    other = house.signed_in(OTHER)
    seal = doors.hidden(other.get("/me").text, "seal")
    answer = other.post(f"/answers/{duties['Phòng Tư pháp']}", data={"seal": seal, "step": "keep"}, files=brought)
    assert answer.status_code == 422 and "là biểu của" in answer.text
    broken = {"form": ("bieu.xlsx", b"PK\x03\x04 no")}
    answer = other.post(f"/answers/{duties['Phòng Tư pháp']}", data={"seal": seal, "step": "keep"}, files=broken)
    assert answer.status_code == 422


def test_the_link_of_a_letter_shows_the_form(house: House) -> None:
    call(house)
    house.office.tick("2025-10-28 08:00")
    house.moment = make.at("2025-10-28 09:00")
    tokens = [
        path
        for letter in house.letters("digest")
        for path in re.findall(r"https?://[^/\s]+(/v/[\w.~-]+)", doors.words(letter))
    ]
    browser = house.browser()
    pages = {path: browser.get(path).text for path in tokens}
    path = next(path for path, text in pages.items() if f"{CODE}</span>" in text and 'value="KH27-I.3"' in text)
    page = pages[path]
    told: dict[str, Any] = {
        "nonce": doors.hidden(page, "nonce"), "seen": doors.hidden(page, "seen"), "name": "Lê Hoa, chuyên viên",
        "item": ["done", "proposals"], "text": ["Tập huấn 3 lớp", "Bổ sung kinh phí"],
    }  # fmt: skip
    headers = {"Origin": doors.BASE}
    kept = browser.post(path, data={**told, "choice": "partly"}, headers=headers)
    assert kept.status_code == 200 and "chưa gửi" in kept.text, kept.text
    page = browser.get(path).text
    assert "Bổ sung kinh phí" in page
    told["nonce"], told["seen"] = doors.hidden(page, "nonce"), doors.hidden(page, "seen")
    answer = browser.post(path, data={**told, "choice": "done", "text": ["Tập huấn 4 lớp", ""]}, headers=headers)
    assert answer.status_code == 200 and "Tập huấn 4 lớp" in answer.text, answer.text
    with house.office.database.transaction() as session:
        made = session.exec(select(Answer)).one()
        duty = session.get_one(Occurrence, made.occurrence_id)
        assert (made.done, made.proposals, duty.status) == ("Tập huấn 4 lớp", "", Status.SUBMITTED)


def test_a_program_that_calls_twice_with_one_key_is_answered_and_asks_nobody_again(house: House) -> None:
    program, wish = (
        house.program(MONITOR, "read", "manage"),
        {"directive": "KH27", "period": "2025-Q3", "due": "2025-10-30"},
    )
    first, again = (
        program.post("/api/v1/calls", json=wish, headers={"Idempotency-Key": "goi-quy-3-2025"}) for _n in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201) and first.json() == again.json()
    assert house.acts().count("call period") == 1 and program.post("/api/v1/calls", json=wish).status_code == 409
    assert house.program(FOCAL, "read", "manage").post("/api/v1/calls", json=wish).status_code == 403
