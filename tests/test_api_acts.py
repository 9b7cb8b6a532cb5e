"""The interface for programs, acting: the table of permits, the same twice being done once, versions, files, whatever is sent."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from tests import doors, make
from tests.conftest import Office
from tests.doors import FOCAL, OTHER, PDF, House
from tests.test_permits import HOW, TODAY, WHY, bring
from workflow.access import people
from workflow.access.permits import PERMITS
from workflow.access.roles import Role
from workflow.audit import AuditEntry
from workflow.duties.part import ask_part
from workflow.duties.request import Wish, ask
from workflow.evidence import Evidence
from workflow.history.chain import first_fault
from workflow.history.replay import differences
from workflow.message import Upload
from workflow.occurrence import Occurrence
from workflow.standing import Status

API = "/api/v1"
BASIS = "Công văn 120/UBND-VP ngày 3/9/2025"
BECAUSE = {"reason": "vì", "basis": BASIS}


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


ORDERS: dict[str, dict[str, Any]] = {
    "start": {},
    "submit": {"words": "xong"},
    "withdraw": {"reason": "nhầm"},
    "confirm": {},
    "return": {"reason": "thiếu"},
    "reopen": {"reason": "làm lại"},
    "suspend": BECAUSE,
    "resume": {},
    "cancel": BECAUSE,
    "hand_on": {**BECAUSE, "to": "Phòng C"},
    "ask_extension": {**BECAUSE, "until": "2026-01-31"},
    "ask_hand_on": BECAUSE,
    "ask_suspension": BECAUSE,
    "ask_cancellation": BECAUSE,
    "grant": {"basis": BASIS},
    "refuse": {"reason": "không"},
    "withdraw_request": {"reason": "thôi"},
    "ask_part": {"words": "góp ý", "to": "Phòng C"},
    "drop_part": {"number": 1, "reason": "đủ rồi"},
    "give_part": {"number": 1, "words": "đây"},
    "progress": {"words": "được một nửa"},
    "report_period": {"period": "2025-Q3", "words": "đã làm"},
}
ON_REQUESTS = ("grant", "refuse", "withdraw_request")


def named(act: str) -> str:
    """What the table of permits calls an act."""
    return "decide_request" if act in ("grant", "refuse") else act


def may(act: str, status: Status) -> frozenset[Role]:
    """Whom the table lets; nothing is granted while a report waits, whoever decides."""
    return frozenset() if (act, status) == ("grant", Status.SUBMITTED) else PERMITS[named(act), status]


def cells() -> Iterator[tuple[str, Status, Role, bool, bool]]:
    """Act, state, role, whether of the agency that counts, and whether the table allows it; what is refused comes first."""
    whole = (Role.OFFICE, Role.LEADER, Role.ADMINISTRATOR)
    for act, status in itertools.product(ORDERS, Status):
        every = [
            (act, status, role, mine, role in may(act, status) and (mine or role in whole))
            for role, mine in itertools.product(Role, (True, False))
        ]
        yield from sorted(every, key=lambda cell: cell[4])


def duties(session: Session) -> dict[tuple[str, Status], list[dict[str, Any]]]:
    """For each act and state as many duties as are needed for those who may, and one for those who may not."""
    needed = Counter((act, status) for act, status, _role, _mine, allowed in cells() if allowed)
    wanted = [(key, n) for key in itertools.product(ORDERS, Status) for n in range(max(needed[key], 1))]
    tasks = [
        make.task(f"{n}", timing="Thường xuyên" if act == "report_period" else "Quý IV", lead="Phòng A")
        for n, ((act, _status), _n) in enumerate(wanted, 1)
    ]
    directive = make.enacted(session, *tasks, make.task("9999", lead="Phòng B"))
    directive.monitor_id = make.agency(session, "Phòng B").id
    session.flush()
    found: dict[tuple[str, Status], list[dict[str, Any]]] = {}
    for n, ((act, status), _n) in enumerate(wanted, 1):
        occurrence, said = make.occurrence(session, f"KH27-{n}"), {"code": f"KH27-{n}"}
        if act in ON_REQUESTS:
            made = ask(session, occurrence, Wish.EXTENSION, **HOW, today=TODAY, **WHY, due=date(2026, 1, 15))
            session.flush()
            said = {"number": made.id}
        if act in ("drop_part", "give_part"):
            ask_part(session, occurrence, what="số liệu", **HOW, agency=make.agency(session, "Phòng B"))
        bring(session, occurrence, status)
        found.setdefault((act, status), []).append({"id": occurrence.id, **said})
    for name in "ABC":
        agency = make.agency(session, f"Phòng {name}", new=name == "C")
        session.flush()
        for role in (Role.ADMINISTRATOR, *(role for role in Role if role is not Role.ADMINISTRATOR)):
            told = {"agency": agency, "email": f"{role}.{name.lower()}@example.vn"}
            people.appoint(session, f"{role} {name}", role, **HOW, today=TODAY, **told)
    return found


@pytest.mark.slow
def test_every_cell_of_the_table_is_what_the_interface_does(office: Office) -> None:
    """Role × act × state, for the agency that counts and for another; nothing changes where it is refused, and history keeps who tried."""
    with office.database.transaction() as session:
        found = duties(session)
    house = House(office)
    house.moment = make.at("2025-09-20 10:00")
    tokens = {(role, x): house.token(f"{role}.{x}@example.vn") for role in Role for x in "abc"}
    answers: Counter[int] = Counter()
    with house.client as client:
        for act, status, role, mine, allowed in cells():
            own = "b" if role is Role.MONITOR or act == "give_part" else "a"
            duty = found[act, status].pop() if allowed else found[act, status][0]
            order = {"act": act, **ORDERS[act], **{n: v for n, v in duty.items() if n != "id"}}
            bearer = {"Authorization": f"Bearer {tokens[role, own if mine else 'c']}"}
            answer = client.post(f"{API}/acts", json=order, headers=bearer)
            expected = (200,) if allowed else (403, 409, 422) if not may(act, status) else (403,)
            assert answer.status_code in expected, (act, status, role, mine, answer.text)
            answers[answer.status_code] += 1
    assert sum(answers.values()) == len(ORDERS) * len(Status) * len(Role) * 2 and answers[200] > 150
    with office.database.transaction() as session:
        tried = session.exec(select(AuditEntry).where(AuditEntry.act == "not permitted")).all()
        assert len(tried) == answers[403] and all(entry.channel == "api" for entry in tried)
        assert first_fault(session) is None and list(differences(session)) == []
        for (act, status), rest in found.items():
            for duty in rest:
                assert session.get_one(Occurrence, duty["id"]).status is status, act


def test_the_same_sent_twice_is_done_once(house: House) -> None:
    program = house.program(FOCAL)
    order, key = {"act": "progress", "code": "KH27-I.1", "words": "được một nửa"}, {"Idempotency-Key": "a" * 20}
    first, second = (program.post(f"{API}/acts", json=order, headers=key) for _n in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (200, first.json())
    assert house.acts().count("progress") == 1
    other = program.post(f"{API}/acts", json={**order, "words": "khác"}, headers=key)
    assert (other.status_code, house.acts().count("progress")) == (409, 1)
    theirs = house.program(doors.HEAD).post(f"{API}/acts", json=order, headers=key)
    assert (theirs.status_code, house.acts().count("progress")) == (200, 2), "a key is each person's own"
    for bad in ("short", "x" * 201, "é" * 10, "tab\tinside"):
        sent = {b"Idempotency-Key": bad.encode()}
        assert program.post(f"{API}/acts", json=order, headers=sent).status_code == 422  # type: ignore[arg-type]
    assert house.acts().count("progress") == 2
    again = House(house.office).browser(headers=dict(program.headers))
    assert again.post(f"{API}/acts", json=order, headers=key).json() == first.json(), "a restart forgets nothing"


def test_what_was_refused_may_be_tried_again_with_its_key(house: House) -> None:
    program, key = house.program(FOCAL), {"Idempotency-Key": "k" * 20}
    order = {"act": "withdraw", "code": "KH27-I.1", "reason": "nhầm"}
    assert program.post(f"{API}/acts", json=order, headers=key).status_code in (409, 422)
    assert program.post(f"{API}/acts", json={"act": "submit", "code": "KH27-I.1", "words": "xong"}).status_code == 200
    assert program.post(f"{API}/acts", json=order, headers=key).status_code == 200


def test_eight_that_send_the_same_at_once_do_it_once(house: House) -> None:
    token = house.token(FOCAL)
    order = {"act": "submit", "code": "KH27-I.1", "words": "Đã ban hành"}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "one-and-the-same"}

    def send(_n: int) -> tuple[int, str]:
        answer = house.browser().post(f"{API}/acts", json=order, headers=headers)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    assert len(answers) == 1 and next(iter(answers))[0] == 200, answers
    assert house.acts().count("submit") == 1
    with house.office.database.transaction() as session:
        assert len(make.occurrence(session).submissions) == 1 and first_fault(session) is None


def test_who_looked_at_an_older_version_is_told_so(house: House) -> None:
    program = house.program(FOCAL)
    number = program.get(f"{API}/tasks?search=dao tao").json()["items"][0]["occurrence_id"]
    looked = program.get(f"{API}/occurrences/{number}")
    tag, order = looked.headers["etag"], {"act": "start", "code": "KH27-I.1"}
    assert tag == f'"{looked.json()["version"]}"'
    for bad in ("x", '"x"', '"99999999999999"', '"-1"', f"{tag}, {tag}"):
        assert program.post(f"{API}/acts", json=order, headers={"If-Match": bad}).status_code == 412, bad
    assert program.post(f"{API}/acts", json=order, headers={"If-Match": '"7"'}).status_code == 412
    done = program.post(f"{API}/acts", json=order, headers={"If-Match": f"W/{tag}"})
    assert done.status_code == 200 and done.json()["status"] == "in_progress"
    report = {"act": "submit", "code": "KH27-I.1", "words": "xong"}
    stale = program.post(f"{API}/acts", json=report, headers={"If-Match": tag})
    assert stale.status_code == 412 and "submit" not in house.acts()
    newest = program.get(f"{API}/occurrences/{number}").headers["etag"]
    assert newest == f'"{done.json()["version"]}"' != tag
    assert program.post(f"{API}/acts", json=report, headers={"If-Match": newest}).status_code == 200
    assert (
        program.post(
            f"{API}/acts", json={"act": "progress", "code": "KH27-I.3", "words": "x"}, headers={"If-Match": "*"}
        ).status_code
        == 200
    )


def uploads(house: House) -> int:
    with house.office.database.transaction() as session:
        return len(session.exec(select(Upload)).all())


def test_files_are_taken_as_they_come_and_named_in_an_order(house: House) -> None:
    program = house.program(FOCAL)
    for name in (
        "../../etc/passwd.pdf",
        "C:\\x\\..\\quyết định.pdf",
        "a\x00\x1b[31mb.pdf",
        "." * 300,
        "'; drop table upload;--.pdf",
    ):
        kept = program.post(f"{API}/files", params={"name": name}, content=PDF)
        assert kept.status_code == 201, kept.text
        told = kept.json()
        assert (
            "/" not in told["name"]
            and "\\" not in told["name"]
            and told["name"].isprintable()
            and len(told["name"]) <= 120
        )
        assert (told["size"], told["media_type"]) == (len(PDF), "application/pdf")
    order = {"act": "submit", "code": "KH27-I.1", "files": [told["file"], told["file"]]}
    assert program.post(f"{API}/acts", json=order).status_code == 200
    with house.office.database.transaction() as session:
        (one,) = session.exec(select(Evidence)).all()
        assert one.size == len(PDF) and one.submission_id
        evidence = house.office.settings.evidence.folder
    assert [file.name for file in evidence.rglob("*") if file.is_file()] == [one.sha256], "nothing else lies anywhere"
    again = program.post(
        f"{API}/acts", json={"act": "progress", "code": "KH27-I.3", "words": "x", "files": order["files"]}
    )
    assert again.status_code == 422 and "progress" not in house.acts(), "a file serves once"


def test_files_of_others_and_old_ones_are_not_there(house: House) -> None:
    program, other = house.program(FOCAL), house.program(OTHER)
    file = program.post(f"{API}/files?name=a.pdf", content=PDF).json()["file"]
    order = {"act": "progress", "code": "KH27-I.2", "words": "x", "files": [file]}
    foreign = other.post(f"{API}/acts", json=order)
    missing = other.post(f"{API}/acts", json={**order, "files": ["99999"]})
    assert foreign.status_code == missing.status_code == 422
    assert foreign.text.replace(file, "N") == missing.text.replace("99999", "N")
    for name in ("", "x", "-1", "1e3", "٣", "9" * 400, "1; drop table upload", f" {file}", f"0x{file}"):
        assert other.post(f"{API}/acts", json={**order, "files": [name]}).status_code == 422, name
    house.moment += timedelta(days=1, seconds=1)
    late = program.post(f"{API}/acts", json={**order, "code": "KH27-I.1"})
    assert late.status_code == 422 and "progress" not in house.acts()


def test_what_counts_not_as_a_file_leaves_nothing_behind(house: House) -> None:
    small = House(house.office, evidence=replace(house.settings.evidence, max_megabytes=1))
    program = small.program(FOCAL)
    sent = (
        ("empty.pdf", b"", 422), ("x.exe", b"MZ\x90\x00" * 10, 422), ("page.html", b"<script>alert(1)</script>", 422),
        ("big.pdf", PDF * 80_000, 422), ("huge.pdf", PDF * 200_000, 413),
    )  # fmt: skip
    for name, content, status in sent:
        assert program.post(f"{API}/files", params={"name": name}, content=content).status_code == status, name
        assert program.post(f"{API}/files", params={"name": name}, content=iter([content])).status_code == status, name
    lying = program.post(f"{API}/files?name=a.pdf", content=iter([PDF * 200_000]), headers={"Content-Length": "10"})
    assert lying.status_code == 413
    assert (
        program.post(f"{API}/files?name=a.pdf", content=PDF, headers={"Content-Length": "99999999"}).status_code == 413
    )
    assert program.post(f"{API}/files", content=PDF).status_code == 422 and uploads(house) == 0
    folder = house.office.settings.evidence.folder
    assert not [file for file in folder.rglob("*") if file.is_file()] if folder.exists() else True


def test_more_files_than_one_report_may_bring_are_refused(house: House) -> None:
    program = house.program(FOCAL)
    files = [program.post(f"{API}/files?name=a.pdf", content=PDF + bytes([n])).json()["file"] for n in range(11)]
    order = {"act": "submit", "code": "KH27-I.1", "files": files}
    assert program.post(f"{API}/acts", json=order).status_code == 422 and uploads(house) == 11
    assert program.post(f"{API}/acts", json={**order, "files": files[:10]}).status_code == 200 and uploads(house) == 1
