"""Reorganisations by programs: planned without a trace, carried out once, decided, undone; for those who may, with a token that may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from tests import doors, make
from tests.conftest import Office, Run
from tests.doors import ADMIN, FOCAL, HEAD, LEADER, MONITOR, OFFICE, House
from tests.test_succession_pages import BASIS, handovers, offices, owners, state
from workflow.agency import Agency
from workflow.history.chain import first_fault
from workflow.history.replay import differences
from workflow.register import handing, steps
from workflow.register.sheets import Line
from workflow.register.succession import Succession

API = "/api/v1/successions"
STEP = {"former": "PNV", "heir": "A", "on": "2025-10-01", "basis": BASIS}
MERGED: dict[str, Any] = {"steps": [STEP]}
SPLIT: dict[str, Any] = {"steps": [STEP, {**STEP, "heir": "Cơ quan B"}]}
CODES = ("KH27-I.1", "KH27-I.3", "KH27-I.4")
DECIDED = {**SPLIT, "decisions": [{"former": "PNV", "task": code, "heir": "B"} for code in CODES]}


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
        offices(session)
    made = House(office)
    with made.client:
        yield made


def program(house: House, who: str = OFFICE, *scopes: str) -> Any:
    return house.program(who, *(scopes or ("read", "manage")))


@pytest.mark.parametrize("who", [OFFICE, ADMIN])
def test_a_plan_says_what_the_command_says_and_changes_nothing(
    house: House, run: Run, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, before = program(house, who), state(house)
    entries = house.entries()
    monkeypatch.setenv("DONDOC_ACTOR", who)
    told = ("--on", "1/10/2025", "--basis", BASIS, "--from", "PNV", "--to", "A")
    for wish, more in ((MERGED, ()), (SPLIT, ("--to", "Cơ quan B"))):
        answer = client.post(f"{API}/plan", json=wish)
        code, said, err = run("succession", "plan", *told, *more, "--json")
        assert code == 0, err
        assert answer.status_code == 200 and answer.json() == json.loads(said)
    assert len(answer.json()["undecided"]) > 3
    assert (state(house), house.entries(), handovers(house)) == (before, entries, [])


def test_decisions_settle_what_a_split_leaves_open(house: House) -> None:
    client, before = program(house), state(house)
    refused = client.post(API, json=SPLIT)
    assert refused.status_code == 409 and "KH27-I.1 (PNV)" in refused.json()["words"]["en"]
    assert (state(house), handovers(house)) == (before, [])
    assert client.post(f"{API}/plan", json=DECIDED).json()["undecided"] == []
    done = client.post(API, json=DECIDED)
    assert done.status_code == 201 and done.json()["batch"] == 1 and done.json()["plan"]["undecided"] == []
    assert set(owners(house).values()) == {"B"}


def test_what_is_carried_out_is_what_the_command_does_and_can_be_undone(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, before = program(house), state(house)
    planned = client.post(f"{API}/plan", json=MERGED).json()
    done = client.post(API, json=MERGED).json()
    assert done == {"batch": 1, "plan": planned}
    by_program, kept = state(house), handovers(house)
    assert [row["batch"] for row in client.get(API).json()["items"]] == [1]
    assert client.delete(f"{API}/1").status_code == 204 and state(house) == before
    assert client.get(API).json()["items"] == []
    monkeypatch.setenv("DONDOC_ACTOR", OFFICE)
    code, _said, err = run("succession", "apply", "--from", "PNV", "--to", "A", "--on", "1/10/2025", "--basis", BASIS)
    assert code == 0, err
    assert (state(house), handovers(house)) == (by_program, kept)
    with house.office.database.transaction() as session:
        assert first_fault(session) is None and list(differences(session)) == []


def test_the_same_sent_again_is_answered_and_not_done_again(house: House) -> None:
    client, key = program(house), {"Idempotency-Key": "sap-xep-0001"}
    first, entries = client.post(API, json=DECIDED, headers=key), house.entries()
    again = client.post(API, json=DECIDED, headers=key)
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert house.entries() - entries == 0
    assert client.post(API, json=MERGED, headers=key).status_code == 409, "another content"
    assert client.post(API, json=MERGED, headers={"Idempotency-Key": "x"}).status_code == 422
    assert client.post(API, json=DECIDED).status_code == 422, "without a key it is a second time"
    with house.office.database.transaction() as session:
        assert {row.batch for row in session.exec(select(Succession))} == {1}


def test_two_at_once_end_an_agency_once(house: House) -> None:
    clients = [program(house) for _n in range(3)]
    with ThreadPoolExecutor(3) as pool:
        answers = [one.status_code for one in pool.map(lambda client: client.post(API, json=MERGED), clients)]
    assert sorted(answers) == [201, 422, 422]
    with house.office.database.transaction() as session:
        assert len(session.exec(select(Succession)).all()) == 1


def test_an_heir_is_decided_afterwards(house: House) -> None:
    """A document that is entered late names an agency that was split: a person says who owes its task."""
    client = program(house)
    assert client.post(API, json=DECIDED).status_code == 201
    with house.office.database.transaction() as session:
        make.enacted(session, make.task("1", lead="Phòng Nội vụ"), number="30/KH-UBND", when="2025-10-14 09:00")
    for wish, status in (
        ({"task": "KH30-1", "heir": "PTP"}, 409),
        ({"task": "KH99-1", "heir": "A"}, 404),
        ({"task": "KH30-1", "heir": "Phòng Ma"}, 404),
        ({"task": "KH30-1", "heir": "A", "former": "PTP"}, 409),
    ):
        answer = client.post(f"{API}/decide", json=wish)
        assert answer.status_code == status and answer.json()["detail"], wish
    done = client.post(f"{API}/decide", json={"task": "kh30-1", "heir": "A", "former": "PNV"})
    assert done.status_code == 200, done.text
    assert (done.json()["task"], done.json()["heir"]) == ("KH30-1", "A")
    with house.office.database.transaction() as session:
        assert make.occurrence(session, "KH30-1").agency.code == "A"


def test_what_something_has_built_on_stays(house: House) -> None:
    client = program(house)
    assert client.delete(f"{API}/1").status_code == 404
    assert client.post(API, json=MERGED).status_code == 201
    with house.office.database.transaction() as session:
        make.occurrence(session).start(session, by=make.BY, at=house.moment)
    before = state(house)
    refused = client.delete(f"{API}/1")
    assert refused.status_code == 409 and "KH27-I.1/2025-Q3" in refused.json()["detail"]
    assert (client.delete(f"{API}/2").status_code, client.delete(f"{API}/0").status_code) == (404, 422)
    assert state(house) == before


def test_what_was_undone_is_not_undone_again(house: House) -> None:
    client = program(house)
    client.post(API, json=MERGED)
    assert [client.delete(f"{API}/1").status_code for _n in range(2)] == [204, 409]


@pytest.mark.parametrize("who", [FOCAL, HEAD, MONITOR, LEADER])
def test_others_may_not_whatever_their_token_says(house: House, who: str) -> None:
    client, before, acts = program(house, who), state(house), house.acts()
    calls = (("POST", "/plan", MERGED), ("POST", "", MERGED), ("POST", "/decide", {"task": "KH27-I.1", "heir": "A"}), ("DELETE", "/1", None))  # fmt: skip
    for method, path, wish in calls:
        assert client.request(method, API + path, json=wish).status_code == 403, path
    assert house.acts() == [*acts, *["not permitted"] * 4] and state(house) == before
    assert client.get(API).status_code == 200, "who took whose place everybody may read"


def test_a_token_that_may_not_manage_does_nothing(house: House) -> None:
    for client in (program(house, OFFICE, "read", "act"), house.browser()):
        for path, wish in (("/plan", MERGED), ("", MERGED), ("/decide", {"task": "KH27-I.1", "heir": "A"})):
            assert client.post(API + path, json=wish).status_code in (401, 403)
        assert client.delete(f"{API}/1").status_code in (401, 403)
    assert handovers(house) == []


def test_a_plan_uses_the_token(house: House) -> None:
    """What is taken back of a plan is not that the token was used."""
    client = program(house)
    assert client.post(f"{API}/plan", json=MERGED).status_code == 200
    assert [row["used_at"] is not None for row in client.get("/api/v1/tokens").json()["items"]] == [True]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"steps": []},
        {"steps": "x"},
        {"steps": [{**STEP, "on": "hôm qua"}]},
        {"steps": [{**STEP, "on": "0001-01-01"}]},
        {"steps": [{**STEP, "on": "9999-12-31"}]},
        {"steps": [{**STEP, "kind": "nuốt"}]},
        {"steps": [{**STEP, "basis": "miệng"}]},
        {"steps": [{**STEP, "basis": ""}]},
        {"steps": [{**STEP, "former": "Phòng Ma"}]},
        {"steps": [{**STEP, "former": "\x00"}]},
        {"steps": [{**STEP, "heir": "PNV"}]},
        {"steps": [{**STEP, "tasks": ["KH27-I.1"]}]},
        {"steps": [{**STEP, "kind": "transferred", "tasks": ["KH99", "\x00", "{x}"]}]},
        {"steps": [{**STEP, "more": 1}]},
        {"steps": [STEP, STEP]},
        {**SPLIT, "decisions": [{"former": "PNV", "task": "KH27-I.1", "heir": "PTP"}]},
        {**SPLIT, "decisions": [{"former": "PTP", "task": "KH27-I.1", "heir": "A"}]},
        {**SPLIT, "decisions": [{"former": "PNV", "task": "KH99", "heir": "A"}]},
        {**SPLIT, "decisions": [{"former": "PNV", "task": CODES[0], "heir": heir} for heir in "AB"]},
        {**SPLIT, "decisions": [{"former": " ", "task": " ", "heir": " "}]},
    ],
)
def test_whatever_is_sent_is_answered_in_a_sentence(house: House, wish: dict[str, Any]) -> None:
    client, before = program(house), state(house)
    for path in ("/plan", ""):
        answer = client.post(API + path, json=wish)
        assert answer.status_code == 422 and len(answer.json()["words"]["vi"]) > 20, answer.text
    assert (state(house), handovers(house)) == (before, [])


def test_a_day_to_come_can_be_planned_only(house: House) -> None:
    client, wish = program(house), {"steps": [{**STEP, "on": "2025-12-01"}]}
    assert client.post(f"{API}/plan", json=wish).status_code == 200
    refused = client.post(API, json=wish)
    assert refused.status_code == 409 and "01/12/2025" in refused.json()["detail"]
    assert "dondoc" not in refused.json()["detail"], "a program has no command line"


def test_names_do_for_codes_in_decisions(house: House) -> None:
    """A former agency may be named as the sheet of decisions does, by its code and name, or by its name."""
    for former in ("Phòng Nội vụ", "PNV Phòng Nội vụ", "pnv"):
        said = [{"former": former, "task": code.lower(), "heir": "CƠ QUAN B"} for code in CODES]
        answer = program(house).post(f"{API}/plan", json={**SPLIT, "decisions": said})
        assert answer.status_code == 200 and answer.json()["undecided"] == [], answer.text


def test_a_program_sees_what_a_command_has_done(house: House) -> None:
    with house.office.database.transaction() as session:
        cells = {"former": "PNV", "kind": "merged", "heir": "A", "on": "2025-10-01", "basis": BASIS}
        found = steps.check(session, [Line(1, cells)], "x")
        handing.apply(session, found, today=date(2025, 10, 1), by=make.BY, at=make.at("2025-10-01 08:00"))
    client = program(house)
    (row,) = client.get(API).json()["items"]
    assert (row["former_code"], row["heir_code"], row["kind"], row["basis"]) == ("PNV", "A", "merged", BASIS)
    assert client.delete(f"{API}/{row['batch']}").status_code == 204
    with house.office.database.transaction() as session:
        assert session.exec(select(Agency).where(Agency.code == "PNV")).one().valid_to is None
