"""The interface for programs, reading: the rows of the commands, tokens, what is confidential, paging, its own description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from tests import doors
from tests.conftest import Office, Run
from tests.doors import ADMIN, FOCAL, MONITOR, PDF, House, digits
from web.api import acting, entering, hooks, letters, periods, proposals, reading, succession, targets
from web.api import office as office_reads
from workflow import clock
from workflow.access.entry import AccessToken
from workflow.afar import typed

API = "/api/v1"


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def busy(house: House) -> None:
    """Let a little of everything happen to the tasks, through the interface itself."""
    focal, monitor = house.program(FOCAL), house.program(MONITOR)
    basis = "Công văn 45/PNV ngày 20/9/2025"
    file = focal.post(f"{API}/files", params={"name": "quyết định.pdf"}, content=PDF).json()["file"]
    about: dict[str, Any] = {"code": "KH27-I.4", "agency": "Phòng Nội vụ"}
    orders = (
        {"act": "submit", "code": "KH27-I.1", "words": "Đã ban hành", "document_number": "45/QĐ", "files": [file]},
        {"act": "ask_extension", **about, "reason": "chờ số liệu", "basis": basis, "until": "2026-12-30"},
        {"act": "ask_part", **about, "words": "số liệu", "to": "Phòng Tư pháp", "until": "2025-10-20"},
        {"act": "progress", **about, "words": "được <b>một nửa</b>"},
        {"act": "report_period", "code": "KH27-I.3", "period": "2025-Q3", "words": "đã làm"},
    )
    for order in orders:
        answer = focal.post(f"{API}/acts", json=order)
        assert answer.status_code == 200, answer.text
    (asked,) = monitor.get(f"{API}/requests").json()["items"]
    answer = monitor.post(f"{API}/acts", json={"act": "grant", "number": asked["id"], "basis": basis})
    assert answer.status_code == 200, answer.text
    wish = {"directive": "KH27", "period": "2025-Q3", "due": "2025-10-30"}
    answer = house.program(MONITOR, "read", "manage").post(f"{API}/calls", json=wish)
    assert answer.status_code == 201, answer.text
    back = {"act": "return", "code": "KH27-I.1", "reason": "thiếu phụ lục"}
    assert monitor.post(f"{API}/acts", json=back).status_code == 200


SAME: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("tasks", "tasks", {}),
    ("tasks --all", "tasks", {"all": True}),
    ("tasks --directive KH27 --agency PTP", "tasks", {"directive": "KH27", "agency": "PTP"}),
    ("tasks --search ke-hoach", "tasks", {"search": "ke-hoach"}),
    ("tasks --search chuyen", "tasks", {"search": "chuyen"}),
    ("tasks --standing overdue", "tasks", {"standing": "overdue"}),
    ("tasks --status returned", "tasks", {"status": "returned"}),
    ("tasks --as-of 5/10/2025", "tasks", {"as_of": "2025-10-05"}),
    ("show KH27-I.1", "tasks/KH27-I.1", {}),
    ("show kh27-i.4 --as-of 1/10/2025", "tasks/kh27-i.4", {"as_of": "2025-10-01"}),
    ("overdue", "overdue", {}),
    ("overdue --agency PNV --as-of 1/12/2025", "overdue", {"agency": "PNV", "as_of": "2025-12-01"}),
    ("overdue --by agency", "tally", {"by": "agency"}),
    ("overdue --by directive --as-of 1/10/2025", "tally", {"by": "directive", "as_of": "2025-10-01"}),
    ("directives", "directives", {}),
    ("questions", "questions", {}),
    ("questions --directive KH27", "questions", {"directive": "KH27"}),
    ("requests list", "requests", {}),
    ("requests list --all --agency PNV", "requests", {"all": True, "agency": "PNV"}),
    ("parts list", "parts", {}),
    ("parts list --all --directive KH27", "parts", {"all": True, "directive": "KH27"}),
    ("notes list", "notes", {}),
    ("notes list --all", "notes", {"all": True}),
    ("period list 2025-Q3", "periods/2025-Q3", {}),
    ("period calls", "calls", {}),
    ("period answers KH27-BC.2025-Q3", "calls/KH27-BC.2025-Q3", {}),
    ("period form KH27-BC.2025-Q3 --agency PNV", "calls/KH27-BC.2025-Q3/form", {"agency": "PNV"}),
    ("agencies list", "agencies", {}),
    ("agencies list --all", "agencies", {"ended": True}),
    ("succession list", "successions", {}),
    ("why-reminded KH27-I.1", "tasks/KH27-I.1/reminders", {}),
    ("outbox", "outbox", {}),
    ("letter list", "letters", {}),
    ("audit show", "audit", {}),
    ("audit show KH27-I.1", "audit", {"about": "KH27-I.1"}),
)


@pytest.mark.parametrize("person", [MONITOR, FOCAL])
def test_programs_read_the_very_same_rows_as_commands(
    house: House, run: Run, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.office.tick("2025-10-14 08:00")
    busy(house)
    house.moment = clock.now()
    program = house.program(person)
    monkeypatch.setenv("DONDOC_ACTOR", person)
    for command, path, query in SAME:
        if person == FOCAL and (path, query) in (("letters", {}), ("outbox", {}), ("audit", {})):
            assert program.get(f"{API}/{path}", params=query).status_code == 403
            continue
        code, said, err = run(*command.split(), "--json")
        assert code == 0, (command, err)
        answer = program.get(f"{API}/{path}", params=query)
        assert answer.status_code == 200, (command, answer.text)
        found = answer.json()
        rows = typed(found.get("items", found))
        assert json.loads(json.dumps(rows, default=lambda one: one.isoformat())) == _rows(json.loads(said)), command


def _rows(said: Any) -> Any:
    """What a command says; one tells beside it what is planned."""
    return said["told"] if isinstance(said, dict) and "told" in said else said


def test_lists_come_in_parts_that_together_are_the_whole(house: House) -> None:
    program = house.program(MONITOR)
    for path, query in (("tasks", "all=true&search=a"), ("overdue", "as_of=2027-01-01&directive=KH27")):
        whole = program.get(f"{API}/{path}?{query}").json()
        assert whole["next"] is None and len(whole["items"]) > 1
        parts, onward = [], f"{API}/{path}?{query}&limit=1"
        while onward:
            part = program.get(onward).json()
            assert len(part["items"]) == 1
            parts += part["items"]
            onward = part["next"]
        assert parts == whole["items"]
    assert program.get(f"{API}/tasks?offset=1000").json() == {"items": [], "next": None}
    for wrong in (
        "limit=0",
        "limit=1001",
        "offset=-1",
        "offset=99999999999",
        "as_of=1/1/2025",
        "standing=x",
        "as_of=0001-01-01",
    ):
        assert program.get(f"{API}/tasks?{wrong}").status_code == 422, wrong


def test_a_request_without_a_good_token_learns_nothing(house: House) -> None:
    good = house.token(MONITOR)
    for header in (
        "",
        "Bearer",
        "Bearer ",
        "Basic x",
        f"Token {good}",
        "Bearer x",
        f"Bearer {good[:-1]}",
        "Bearer \xe9",
        "Bearer " + "x" * 9000,
    ):
        for method, path in (
            ("GET", "tasks"),
            ("GET", "whoami"),
            ("POST", "acts"),
            ("DELETE", "tokens/mine"),
            ("POST", "files?name=x"),
        ):
            body = {"json": {"act": "start", "code": "KH27-I.1"}} if path == "acts" else {}
            answer = house.client.request(
                method, f"{API}/{path}", headers={b"Authorization": header.encode("latin-1")}, **body
            )
            assert answer.status_code in (401, 429), (header, path, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            if answer.status_code == 401:
                assert answer.headers["www-authenticate"].startswith("Bearer")
    assert house.browser().get(f"{API}/whoami", headers={"Authorization": f"bearer {good}"}).status_code == 200


def test_whoever_tries_tokens_is_slowed_down_and_nobody_else(house: House) -> None:
    good = house.token(MONITOR)
    codes = [house.client.get(f"{API}/tasks", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(62)]
    assert codes == [401] * 60 + [429] * 2
    assert house.client.get(f"{API}/tasks", headers={"Authorization": f"Bearer {good}"}).status_code == 200


def test_a_token_ends_on_its_day_and_when_it_is_revoked(house: House) -> None:
    program, other = house.program(MONITOR), house.program(MONITOR)
    until = date.fromisoformat(program.get(f"{API}/tokens").json()["items"][0]["until_on"])
    assert until == house.moment.date() + timedelta(days=house.settings.sign_in.token_days)
    first = program.get(f"{API}/tokens").json()["items"][-1]
    assert first["used_at"] is not None and "token" not in first and "hash" not in str(first)
    assert program.delete(f"{API}/tokens/mine").status_code == 204
    assert program.get(f"{API}/whoami").status_code == 401
    assert [row["revoked_at"] is None for row in other.get(f"{API}/tokens").json()["items"]] == [True, False]
    assert house.acts()[-1] == "revoke token"
    day = house.moment
    house.moment = day + timedelta(days=house.settings.sign_in.token_days)
    assert other.get(f"{API}/whoami").status_code == 200
    house.moment += timedelta(days=1)
    assert other.get(f"{API}/whoami").status_code == 401


def test_nobody_ends_the_token_of_somebody_else(house: House) -> None:
    program, theirs = house.program(MONITOR), house.program(ADMIN)
    number = theirs.get(f"{API}/tokens").json()["items"][0]["id"]
    foreign, missing = program.delete(f"{API}/tokens/{number}"), program.delete(f"{API}/tokens/99999")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.text.replace(str(number), "N") == missing.text.replace("99999", "N")
    assert theirs.get(f"{API}/whoami").status_code == 200
    assert theirs.delete(f"{API}/tokens/{number}").status_code == 204


def test_a_token_does_what_it_was_made_for(house: House) -> None:
    reader, doer = house.program(FOCAL, "read"), house.program(FOCAL, "act")
    assert reader.get(f"{API}/tasks").status_code == 200 and doer.get(f"{API}/tasks").status_code == 403
    before = house.entries()
    order = {"act": "start", "code": "KH27-I.3"}
    refused = reader.post(f"{API}/acts", json=order, headers={"Accept-Language": "en"})
    assert (refused.status_code, reader.post(f"{API}/files?name=x", content=PDF).status_code) == (403, 403)
    told = refused.json()
    assert set(told) == {"type", "title", "status", "detail", "words"} and set(told["words"]) == {"vi", "en"}
    assert told["detail"] == told["words"]["en"] and told["status"] == 403
    assert (
        reader.post(f"{API}/acts", json=order, headers={"Accept-Language": "vi"}).json()["detail"]
        == told["words"]["vi"]
    )
    assert house.entries() == before
    assert doer.post(f"{API}/acts", json=order).status_code == 200


def test_a_program_signs_in_with_the_digits_of_a_letter(house: House) -> None:
    begun = house.client.post(f"{API}/sign-in", json={"address": FOCAL})
    unknown = house.client.post(f"{API}/sign-in", json={"address": "la@example.vn"})
    assert (begun.status_code, unknown.status_code) == (202, 202) and set(begun.json()) == set(unknown.json()) == {
        "handle"
    }
    (letter,) = house.letters()
    path = f"{API}/sign-in/{begun.json()['handle']}"
    assert house.client.post(path, json={"code": "abc"}).status_code == 422
    made = house.client.post(path, json={"code": digits(letter), "name": "Máy \x1b[31m của Hoa", "scopes": ["read"]})
    assert made.status_code == 201 and made.json()["person"] == "Lê Hoa" and "\x1b" not in made.json()["name"]
    assert house.client.post(path, json={"code": digits(letter)}).status_code == 409, "once"
    who = house.client.get(f"{API}/whoami", headers={"Authorization": f"Bearer {made.json()['token']}"}).json()
    assert (who["address"], who["roles"], who["agencies"], who["scopes"]) == (FOCAL, ["focal_point"], ["PNV"], ["read"])
    with house.office.database.transaction() as session:
        assert made.json()["token"] not in str(dict(session.exec(select(AccessToken)).one()))
    assert house.acts()[-1] == "make token"


def test_the_description_is_one_and_names_every_route(house: House) -> None:
    described = house.client.get(f"{API}/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    parts = (acting, entering, hooks, letters, office_reads, periods, proposals, reading, succession, targets)
    routes = {(m.lower(), r.path_format) for part in parts for r in part.router.routes for m in r.methods}  # type: ignore[attr-defined]
    told = {(method, path) for path, item in described["paths"].items() for method in item}
    assert told == {(method, path) for method, path in routes if method != "head"} and len(told) >= 25
    for path, item in described["paths"].items():
        plain = letters.WORD if path.endswith("/file") else "application/json"
        for operation in item.values():
            assert operation["description"], operation["operationId"]
            for status, answer in operation["responses"].items():
                kinds = set(answer.get("content", {"application/json": 0}))
                assert kinds == {plain if status < "300" else "application/problem+json"} or status in ("204", "413")


def test_errors_of_any_kind_are_problems_in_both_languages(house: House) -> None:
    program = house.program(MONITOR)
    for method, path, status in (
        ("GET", "nowhere", 404), ("GET", "", 404), ("PUT", "tasks", 405), ("POST", "tasks", 405), ("GET", "tasks/KH99-1", 404),
        ("GET", "occurrences/0", 422), ("GET", "occurrences/x", 422), ("GET", "tally", 422), ("GET", "periods/xx", 422),
    ):  # fmt: skip
        answer = program.request(method, f"{API}/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), path
        assert answer.json()["status"] == status and set(answer.json()["words"]) == {"vi", "en"}
        assert answer.headers["cache-control"] == "no-store"
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"act": "start", "act": 1}',
        b'{"act": "fly"}',
        b'{"act": "start", "more": 1}',
    ):
        answer = program.post(f"{API}/acts", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422) and answer.headers["content-type"] == "application/problem+json", body


def test_the_interface_speaks_of_the_offices_day(house: House) -> None:
    there = House(house.office)
    there.moment = house.moment.replace(hour=23, minute=30)
    program = there.program(MONITOR)
    assert program.get(f"{API}/reports/overdue").json()["as_of"] == "2025-10-15"
    there.moment += timedelta(hours=1)
    assert program.get(f"{API}/reports/overdue").json()["as_of"] == "2025-10-16"
