"""What somebody who guesses learns: of what is confidential no more than of what is not there, neither in words nor by the clock."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import select

from tests import doors, make
from tests.conftest import Office
from tests.doors import FOCAL, MONITOR, PDF, House, hidden
from workflow.evidence import Evidence
from workflow.occurrence import Occurrence

API = "/api/v1"
SECRET, NOTHING = "KH30-150", "KH31-150"
OWNER = "pkt@example.vn"
Ask = Callable[[str, int, int], Any]  # for a code, a duty and a file


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    """KH30 is confidential and larger than everything else together; its owner has reported on one task with a file."""
    with office.database.transaction() as session:
        doors.register(session)
        tasks = (make.task(f"{n}", f"Việc số {n}", lead="Phòng Kinh tế") for n in range(1, 201))
        make.enacted(session, *tasks, number="30/KH-UBND").confidential = True
    made = House(office)
    with made.client:
        own = made.program(OWNER)
        file = own.post(f"{API}/files?name=mat.pdf", content=PDF).json()["file"]
        order = {"act": "submit", "code": SECRET, "words": "Mật", "files": [file]}
        assert own.post(f"{API}/acts", json=order).status_code == 200
        with office.database.transaction() as session:
            session.execute(update(Evidence).values(id=7777))  # a number that stands nowhere else in a page
        yield made


def numbers(house: House) -> tuple[int, int]:
    """The numbers of the secret duty and of its file."""
    with house.office.database.transaction() as session:
        duty, file = make.occurrence(session, SECRET).id, session.exec(select(Evidence.id)).one()
    return duty or 0, file or 0


def asked(house: House) -> dict[str, Ask]:
    """Everything that names a thing by its code or number, asked by somebody who may not see it."""
    program, browser = house.program(MONITOR), house.signed_in(MONITOR)
    seal = hidden(browser.get("/reviews").text, "seal")
    act: dict[str, Any] = {"reason": "x", "basis": "1/CV ngày 1/4/2025"}

    def chosen(_code: str, duty: int, _file: int) -> Any:
        return browser.post("/overdue", data={"seal": seal, "act": "pressed", "chosen": duty})

    return {
        "task": lambda code, _duty, _file: program.get(f"{API}/tasks/{code}"),
        "reminders": lambda code, _duty, _file: program.get(f"{API}/tasks/{code}/reminders"),
        "duty": lambda _code, duty, _file: program.get(f"{API}/occurrences/{duty}"),
        "directive": lambda code, _duty, _file: program.get(f"{API}/directives/{code[:4]}"),
        "list": lambda code, _duty, _file: program.get(f"{API}/tasks?directive={code[:4]}"),
        "history": lambda code, _duty, _file: program.get(f"{API}/audit?about={code}"),
        "start": lambda code, _duty, _file: program.post(f"{API}/acts", json={"act": "start", "code": code}),
        "cancel": lambda code, _duty, _file: program.post(f"{API}/acts", json={"act": "cancel", "code": code, **act}),
        "page of a task": lambda code, _duty, _file: browser.get(f"/tasks/{code}"),
        "page of a directive": lambda code, _duty, _file: browser.get(f"/directives/{code[:4]}"),
        "page of a list": lambda code, _duty, _file: browser.get(f"/overdue?directive={code[:4]}"),
        "form": lambda _code, duty, _file: browser.get(f"/duties/{duty}/confirm"),
        "press": lambda _code, duty, _file: browser.post(f"/duties/{duty}/confirm", data={"seal": seal}),
        "many": chosen,
        "file": lambda _code, _duty, file: browser.post(f"/evidence/{file}", data={"seal": seal}),
    }


def told(answer: Any, *names: object) -> tuple[int, str, set[str]]:
    """An answer without the names that were asked for, and without what is like them."""
    words = re.sub(r"(Gần giống|Nearest): [^\"<]*", "", answer.text)
    for name in sorted(map(str, names), key=len, reverse=True):
        words = re.sub(rf"(?<![=\w-]){name}\b", "N", words)
    return answer.status_code, words, set(answer.headers)


@pytest.mark.parametrize(
    ("times", "apart"), [(12, 1.3), pytest.param(100, 1.15, marks=[pytest.mark.slow])], ids=["few", "thousands"]
)
def test_hidden_and_missing_are_told_alike_and_in_the_same_time(house: House, times: int, apart: float) -> None:
    """Asked in turns, so that whatever else the machine does falls on both; of some tries one without noise is enough."""
    duty, file = numbers(house)
    there, nowhere = (SECRET, duty, file), (NOTHING, 99_999, 99_999)
    asks = asked(house)
    before = house.entries()
    for name, ask in asks.items():
        answers = [told(ask(*of), *of, of[0][:4]) for of in (there, nowhere)]
        assert answers[0] == answers[1] and "Mật" not in answers[0][1], name
        for _try in range(8):
            spent: dict[Any, list[float]] = {there: [], nowhere: []}
            for of in (there, nowhere, nowhere, there) * (times // 2):
                began = time.perf_counter()
                ask(*of)
                spent[of].append(time.perf_counter() - began)
            medians = sorted(statistics.median(one) for one in spent.values())
            if medians[1] <= apart * medians[0]:
                break
        assert medians[1] <= apart * medians[0], (name, medians)
    assert house.entries() == before


def test_whoever_goes_through_all_numbers_finds_only_what_is_for_them(house: House) -> None:
    program, browser, others = house.program(FOCAL), house.signed_in(FOCAL), set()
    with house.office.database.transaction() as session:
        open_ = {one.id for one in session.exec(select(Occurrence)) if not one.task.directive.confidential}
        secret = {one.id for one in session.exec(select(Occurrence)) if one.task.directive.confidential}
    assert open_ and len(secret) > 200
    for number in sorted([*open_, *sorted(secret)[-40:], *range(900, 940)]):  # type: ignore[type-var]
        for answer in (program.get(f"{API}/occurrences/{number}"), browser.get(f"/duties/{number}/start")):
            assert (answer.status_code == 200) is (number in open_), number
            if answer.status_code != 200:
                others.add(told(answer, number)[:2])
    assert {status for status, _words in others} == {404} and len(others) == 2, (
        "one answer of the interface, one of the pages"
    )
