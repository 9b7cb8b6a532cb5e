"""Documents handed in by programs: the same reading, corrections and entering as on the pages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from directives import intake
from tests import doors
from tests.conftest import Office
from tests.doors import ADMIN, FOCAL, MONITOR, OFFICE, House
from workflow.directive import Directive
from workflow.received import ReceivedDocument, State
from workflow.task import Task

API = "/api/v1/proposals"
LETTER = Path(intake.__file__).parent / "samples" / "cong-van-1026.pdf"


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def program(house: House, address: str = OFFICE) -> Any:
    return house.program(address, "read", "act", "manage")


def handed_in(client: Any, file: Path = LETTER) -> dict[str, Any]:
    """Hand a document in and wait until it is read."""
    sent = client.post("/api/v1/files", params={"name": file.name}, content=file.read_bytes())
    assert sent.status_code == 201, sent.text
    answer = client.post(API, json={"file": sent.json()["file"]})
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    for _try in range(300):
        if shown["state"] != "reading":
            return shown
        time.sleep(0.2)
        shown = client.get(f"{API}/{shown['id']}").json()
    raise AssertionError("it is never read")


def test_a_document_is_read_corrected_and_entered(house: House) -> None:
    client = program(house)
    shown = handed_in(client)
    at = f"{API}/{shown['id']}"
    assert shown["state"] == "proposed" and shown["pages"] == 2 and shown["proposal"]["number"] == "1026/UBND-KT"
    first = shown["proposal"]["tasks"][0]
    assert first["no"] == "1.1" and len(first["lead"]) == 3
    seen = client.get(at).headers["etag"]
    fixed = client.patch(
        f"{at}/tasks/1", json={"lead": ["Sở Y tế"], "deliverable": "Báo cáo"}, headers={"If-Match": seen}
    )
    assert fixed.status_code == 200 and fixed.json()["proposal"]["tasks"][0]["lead"] == ["Sở Y tế"]
    assert fixed.json()["proposal"]["tasks"][0]["text"] == first["text"]  # what was not said stays
    late = client.patch(f"{at}/tasks/1", json={"lead": ["Sở Nội vụ"]}, headers={"If-Match": seen})
    assert late.status_code == 412 and set(late.json()["words"]) == {"vi", "en"}
    gone = client.patch(f"{at}/tasks/2", json={"left_out": True}).json()
    assert [task["no"] for task in gone["left_out"]] == ["1.2"]
    back = client.post(f"{at}/left-out/1").json()
    assert [task["no"] for task in back["proposal"]["tasks"]] == [task["no"] for task in shown["proposal"]["tasks"]]
    added = client.post(f"{at}/tasks", json={"no": "9", "text": "Tổng kết Đề án", "lead": ["Sở Tài chính"]})
    assert added.status_code == 201 and added.json()["proposal"]["tasks"][-1]["no"] == "9"
    head = client.patch(at, json={"subject": "Đề án điểm hỗ trợ"}).json()
    assert head["proposal"]["subject"] == "Đề án điểm hỗ trợ" and head["proposal"]["issued"] == "2025-07-04"
    silent = client.post(f"{at}/enter", json={"code": "CV1026"})
    assert silent.status_code == 409  # nobody said whom the names mean
    done = client.post(f"{at}/enter", json={"meant": dict.fromkeys(head["unknown"], ""), "code": "CV1026"})
    assert done.status_code == 200, done.text
    assert done.json() == {"directive": "CV1026"} and client.get("/api/v1/directives/CV1026").status_code == 200
    again = client.post(f"{at}/enter", json={"meant": {}})
    assert again.status_code == 409
    row = client.get(API).json()["items"][0]
    assert (row["state"], row["directive"], row["number"]) == ("recorded", "CV1026", "1026/UBND-KT")
    with house.office.database.transaction() as session:
        own = select(Task.no).join(Directive).where(Directive.code == "CV1026").order_by(col(Task.position))
        assert list(session.exec(own))[-1] == "9"


def test_a_deadline_is_decided_with_its_ground(house: House) -> None:
    client = program(house)
    at = f"{API}/{handed_in(client)['id']}/tasks/2"
    assert client.patch(at, json={"due": "15/8/2025"}).status_code == 422
    decided = client.patch(at, json={"due": "15/8/2025", "reason": "Ý kiến Chủ tịch"})
    assert decided.status_code == 200
    assert client.patch(at, json={"due": "khi nào xong", "reason": "x"}).status_code == 422
    assert client.patch(at, json={"text": ""}).status_code == 422
    assert client.patch(at.replace("/2", "/99"), json={"text": "x"}).status_code == 404


def test_what_is_put_aside_is_not_entered(house: House) -> None:
    client = program(house)
    at = f"{API}/{handed_in(client)['id']}"
    assert client.delete(at).status_code == 204 and client.delete(at).status_code == 409
    assert client.post(f"{at}/enter", json={}).status_code == 409
    assert client.get(at).json()["state"] == "dropped" and client.get(at).json()["proposal"] is None
    with house.office.database.transaction() as session:
        assert session.exec(select(ReceivedDocument.state)).one() is State.DROPPED


def test_only_who_enters_documents_with_a_token_that_may_manage(house: House) -> None:
    number = handed_in(program(house))["id"]
    calls = [("get", API), ("get", f"{API}/{number}"), ("post", f"{API}/{number}/enter"), ("patch", f"{API}/{number}"), ("patch", f"{API}/{number}/tasks/1"), ("post", f"{API}/{number}/tasks"), ("post", f"{API}/{number}/left-out/1"), ("delete", f"{API}/{number}")]  # fmt: skip
    for address in (FOCAL, MONITOR, ADMIN):
        client = program(house, address)
        for method, path in calls:
            sent = client.request(method.upper(), path, json={} if method in ("post", "patch") else None)
            assert sent.status_code == 403, (address, method, path, sent.text)
        kept = client.post("/api/v1/files", params={"name": "a.pdf"}, content=LETTER.read_bytes()).json()["file"]
        assert client.post(API, json={"file": kept}).status_code == 403
    narrow = house.program(OFFICE, "read", "act")
    assert narrow.get(f"{API}/{number}").status_code == 403
    other = (
        program(house, ADMIN)
        .post("/api/v1/files", params={"name": "a.pdf"}, content=LETTER.read_bytes())
        .json()["file"]
    )
    assert program(house).post(API, json={"file": other}).status_code == 422  # a file of somebody else
    assert program(house).get(f"{API}/999").status_code == 404
