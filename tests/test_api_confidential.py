"""What is confidential is in no answer of the interface to others, and is told like what is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests import doors
from tests.conftest import Office
from tests.doors import ADMIN, FOCAL, LEADER, MONITOR, OFFICE, OTHER, SECRET, House

API = "/api/v1"


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


READS = (
    "tasks?all=true", "tasks/{code}", "occurrences/{duty}", "overdue?as_of=2026-01-01", "tally?by=agency", "tally?by=directive",
    "reports/overdue?as_of=2026-01-01", "reports/overdue?by=directive", "directives", "questions", "requests?all=true", "parts?all=true",
    "notes?all=true", "periods/2025-Q3", "tasks/{code}/reminders", "letters", "outbox", "audit", "audit?about={code}",
    "tasks?directive=KH28", "overdue?directive=28/KH-UBND", "tally?by=agency&directive=KH28", "audit?about=KH28", "notes?directive=KH28",
    "tasks?search=bi%20mat", "agencies",
)  # fmt: skip


def test_what_is_confidential_is_in_no_answer_to_others(house: House) -> None:
    own = house.program("pkt@example.vn")
    house.office.tick("2025-10-14 08:00")
    for order in (
        {"act": "progress", "code": "KH28-I.1", "words": "Mật: được một nửa"},
        {"act": "ask_part", "code": "KH28-I.1", "words": "Mật: số liệu", "to": "Phòng Kinh tế"},
        {
            "act": "ask_extension",
            "code": "KH28-I.1",
            "reason": "Mật: chờ",
            "basis": "1/CV ngày 1/4/2025",
            "until": "2026-12-30",
        },
    ):
        answer = own.post(f"{API}/acts", json=order)
        assert answer.status_code == 200 or order["act"] == "ask_part", answer.text
    (row,) = own.get(f"{API}/tasks", params={"directive": "KH28"}).json()["items"]
    said = {"code": "KH28-I.1", "duty": row["occurrence_id"]}
    assert own.get(f"{API}/tasks/KH28-I.1").status_code == 200 and SECRET in own.get(f"{API}/tasks?all=true").text
    assert own.get(f"{API}/occurrences/{row['occurrence_id']}").status_code == 200
    for person in (MONITOR, OFFICE, ADMIN, LEADER, FOCAL, OTHER):
        program = house.program(person)
        for path in READS:
            answer = program.get(f"{API}/{path.format(**said)}", params=None)
            shown = answer.text
            assert answer.status_code in (200, 403, 404, 422), (path, shown)
            for word in (SECRET, "Mật:", "28/KH-UBND"):
                assert word not in shown.replace("“28/KH-UBND”", "").replace("directive 28/KH-UBND", "") or (
                    answer.status_code == 404 and word == "28/KH-UBND"
                ), (person, path, shown)
            if answer.status_code == 200 and "agencies" not in path:
                assert "KH28" not in shown.replace("code=KH28", "") or "outbox" in path, (person, path, shown)


def test_what_is_hidden_and_what_is_not_there_are_told_alike(house: House) -> None:
    program, own = house.program(MONITOR), house.program("pkt@example.vn")
    number = own.get(f"{API}/tasks?directive=KH28").json()["items"][0]["occurrence_id"]
    reason = {"reason": "x", "basis": "1/CV ngày 1/4/2025"}
    pairs: tuple[tuple[str, str, str, Any], ...] = (
        ("GET", "tasks/KH28-I.1", "tasks/KH28-I.9", None),
        ("GET", "tasks/KH28-I.1/reminders", "tasks/KH28-I.9/reminders", None),
        ("GET", f"occurrences/{number}", "occurrences/99999", None),
        ("GET", "tasks?directive=KH28", "tasks?directive=KH29", None),
        ("GET", "audit?about=KH28-I.1", "audit?about=KH28-I.9", None),
        ("GET", "notes?directive=KH28", "notes?directive=KH29", None),
        ("POST", "KH28-I.1", "KH28-I.9", {"act": "start"}),
        ("POST", "KH28-I.1", "KH28-I.9", {"act": "cancel", **reason}),
        ("POST", "KH28-I.1", "KH28-I.9", {"act": "report_period", "period": "2025-Q3"}),
    )
    before = house.entries()
    for method, hidden, missing, order in pairs:
        answers = []
        for name in (hidden, missing):
            answer = (
                program.post(f"{API}/acts", json={**order, "code": name}) if order else program.get(f"{API}/{name}")
            )
            words = re.sub(r"(Gần giống|Nearest): [^\"]*", "", answer.text)
            for token in (name, "KH28-I.1", "KH28-I.9", "KH28", "KH29", str(number), "99999"):
                words = words.replace(token, "N")
            answers.append((answer.status_code, words))
        assert answers[0] == answers[1] and answers[0][0] in (404, 422), (method, hidden)
    assert house.entries() == before
