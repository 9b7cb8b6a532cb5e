"""Letters on paper by the pages: drafted from the review, taken as Word files, numbered, dropped."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import docx
import pytest
from sqlmodel import col, select

from tests import doors, make
from tests.conftest import Office
from tests.doors import ADMIN, FOCAL, LEADER, MONITOR, House, hidden
from workflow.dispatch import Dispatch
from workflow.history.chain import first_fault


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def chosen(house: House, *codes: str) -> list[int]:
    with house.office.database.transaction() as session:
        return [make.occurrence(session, code).id or 0 for code in codes]


def drafted(house: House, browser: Any, *codes: str, **more: Any) -> Any:
    page = browser.get("/overdue").text
    assert 'formaction="/letters"' in page
    data = {"seal": hidden(page, "seal"), "chosen": chosen(house, *codes), "answer_by": "2025-10-31", **more}
    return browser.post("/letters", data=data)


def plain(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def letters(house: House) -> list[Dispatch]:
    with house.office.database.transaction() as session:
        return list(session.exec(select(Dispatch).order_by(col(Dispatch.id))))


def test_a_letter_from_the_review_to_its_number(house: House) -> None:
    browser = house.signed_in(MONITOR)
    answer = drafted(house, browser, "KH27-I.4")
    assert answer.headers["location"] == "/letters?made=1", plain(answer)
    page = browser.get("/letters?made=1")
    assert "Đã soạn công văn 1 về 1 nhiệm vụ" in plain(page) and "31/10/2025" in plain(page)
    file = browser.get("/letters/1/file")
    assert file.headers["content-disposition"] == "attachment; filename=cong-van-1.docx"
    document = docx.Document(io.BytesIO(file.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert any("KH27-I.4" in cell for cell in cells) and re.search(r"(Quá hạn|Còn) \d+ ngày", " ".join(cells))
    seal = hidden(page.text, "seal")
    lacks = browser.post("/letters/1/number", data={"seal": seal, "given": "120/STC"})
    assert lacks.status_code == 422 and "cả số và ngày" in plain(lacks)
    early = browser.post("/letters/1/number", data={"seal": seal, "given": "120/STC", "issued": "2025-10-01"})
    assert early.status_code == 422 and letters(house)[0].number is None
    done = browser.post("/letters/1/number", data={"seal": seal, "given": "120/STC", "issued": "2025-10-15"})
    assert done.status_code == 303 and "Đã phát hành, số 120/STC ngày 15/10/2025" in plain(browser.get("/letters"))
    twice = browser.post("/letters/1/number", data={"seal": seal, "given": "121/STC", "issued": "2025-10-15"})
    assert twice.status_code == 409 and letters(house)[0].number == "120/STC"
    assert "đôn đốc bằng công văn" in plain(browser.get("/tasks/KH27-I.4")).lower()
    with house.office.database.transaction() as session:
        assert first_fault(session) is None


def test_a_letter_that_will_not_be_sent(house: House) -> None:
    browser = house.signed_in(MONITOR)
    drafted(house, browser, "KH27-I.4")
    seal = hidden(browser.get("/letters").text, "seal")
    assert browser.post("/letters/1/drop", data={"seal": seal}).status_code == 303
    assert letters(house)[0].dropped_by == "Hà Theo Dõi" and "Nhập số công văn" not in browser.get("/letters").text
    assert browser.post("/letters/1/drop", data={"seal": seal}).status_code == 409
    assert browser.post("/letters/9/drop", data={"seal": seal}).status_code == 404
    assert browser.get("/letters/9/file").status_code == 404


@pytest.mark.parametrize(
    ("more", "said"), [({"answer_by": ""}, "trả lời"), ({"answer_by": "2025-10-01"}, "đã qua"), ({"chosen": []}, "nhiệm vụ"), ({"answer_by": "x"}, "x")]
)  # fmt: skip
def test_what_is_lacking_is_said_and_nothing_kept(house: House, more: dict[str, Any], said: str) -> None:
    answer = drafted(house, house.signed_in(MONITOR), "KH27-I.4", **more)
    assert answer.status_code == 422 and said in plain(answer) and letters(house) == []


def test_who_may(house: House) -> None:
    browser = house.signed_in(MONITOR)
    assert drafted(house, browser, "KH28-I.1").status_code == 422  # what is hidden cannot be chosen
    drafted(house, browser, "KH27-I.4")
    for address, sees in ((FOCAL, 403), (LEADER, 200), (ADMIN, 200)):
        other = house.signed_in(address)
        assert other.get("/letters").status_code == other.get("/letters/1/file").status_code == sees
        seal = hidden(other.get("/overdue").text, "seal")
        data = {"seal": seal, "chosen": chosen(house, "KH27-I.4"), "answer_by": "2025-10-31"}
        assert other.post("/letters", data=data).status_code == 403
        assert other.post("/letters/1/number", data={"seal": seal, "given": "1/STC", "issued": "2025-10-15"}).status_code == 403  # fmt: skip
        assert other.post("/letters/1/drop", data={"seal": seal}).status_code == 403
    assert len(letters(house)) == 1 and letters(house)[0].number is None
