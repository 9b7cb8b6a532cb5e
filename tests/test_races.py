"""Two people at once: whoever looked before the other acted is told what happened; nothing is done twice and nothing is lost."""

from __future__ import annotations

import itertools
import random
import threading
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

from tests import make
from workflow.access.permits import PERMITS
from workflow.access.roles import Grant, Role
from workflow.audit import AuditEntry, By
from workflow.audit_words import say_act
from workflow.database import Database
from workflow.errors import Problem
from workflow.history import replay
from workflow.history.chain import first_fault
from workflow.lifecycle import next_status
from workflow.moving import duties
from workflow.occurrence import Occurrence
from workflow.standing import Status

AT = make.at("2025-09-20 10:00")
TODAY = date(2025, 9, 20)
VERBS: dict[str, tuple[str, dict[str, Any]]] = {
    "start": ("start", {}),
    "submit": ("submit", {"today": TODAY, "result": "xong"}),
    "withdraw": ("withdraw", {"reason": "vì"}),
    "confirm": ("confirm", {}),
    "return": ("send_back", {"reason": "vì"}),
    "reopen": ("reopen", {"reason": "vì"}),
    "suspend": ("suspend", {"reason": "vì"}),
    "resume": ("resume", {}),
    "cancel": ("cancel", {"reason": "vì"}),
}
# Every order of two people's look and press in which each looks before they press.
ORDERS = [
    o
    for o in itertools.permutations(("look 0", "press 0", "look 1", "press 1"))
    if all(o.index(f"look {n}") < o.index(f"press {n}") for n in (0, 1))
]


def press(session: Session, number: int, seen: int, act: str, by: By) -> None:
    """What a page's button does: the version that was looked at must still be there."""
    found = session.get_one(Occurrence, number)
    found.duty(session, seen)
    verb, more = VERBS[act]
    getattr(found, verb)(session, by=by, at=AT, **more)


@pytest.mark.slow
def test_ten_thousand_interleavings_of_two_people(database: Database) -> None:
    chance = random.Random(54)
    with database.transaction() as session:
        make.enacted(session, *(make.task(str(n)) for n in range(1, 101)))
        agency = make.agency(session, "Phòng Nội vụ").id
        numbers = session.exec(select(Occurrence.id).order_by(col(Occurrence.id))).all()
    roles = {role: frozenset({Grant(role, agency)}) for role in (Role.HEAD, Role.MONITOR, Role.OFFICE)}
    won = told = forbidden = 0
    rounds = 8_000 if database.engine.dialect.name == "sqlite" else 2_000
    for _round in range(rounds):
        number, order = chance.choice(numbers) or 0, chance.choice(ORDERS)
        who = [chance.choice(list(roles)) for _n in (0, 1)]
        acts = [_likely(chance, role) for role in who]
        looked: dict[int, int] = {}
        last_winner = ""
        for step in order:
            n = int(step[-1])
            with database.transaction() as session:
                row = duties(session, [number])[0]
            if step.startswith("look"):
                looked[n] = row.version
                continue
            stale = looked[n] != row.version
            permitted = who[n] in PERMITS[acts[n], row.status]
            try:
                target = next_status(row, acts[n])
            except Problem:
                target = None
            by = By(f"người {n} ({who[n]})", "web", roles[who[n]])
            try:
                with database.transaction() as session:
                    press(session, number, looked[n], acts[n], by)
                won += 1
                assert permitted and target and not stale, (order, who, acts, row)
                last_winner = f"{by.name}: {say_act(acts[n])}"
            except Problem as problem:
                assert stale or not permitted or not target, (order, who, acts, row, problem)
                if stale:
                    told += 1
                    assert last_winner and last_winner in str(problem)
                elif target:
                    forbidden += 1
    with database.transaction() as session:
        assert first_fault(session) is None
        assert list(replay.differences(session)) == []
        moves = select(func.count()).where(col(AuditEntry.status_after).is_not(None), AuditEntry.act != "open")
        assert session.exec(moves).one() == won, "each act that won stands in the history once, and no other"
        refusals = select(func.count()).where(AuditEntry.act == "not permitted")
        assert session.exec(refusals).one() >= forbidden
    assert won > rounds / 4 and told > rounds / 15 and forbidden > rounds / 40, (won, told, forbidden)


def _likely(chance: random.Random, role: Role) -> str:
    """An act; mostly one that the role may do somewhere."""
    own = sorted({act for act in VERBS for status in Status if role in PERMITS[act, status]})
    return chance.choice(own if chance.random() < 0.85 else sorted(VERBS))


def test_real_threads_that_act_on_one_period(database: Database) -> None:
    """Eight people press at the same moment, again and again: one wins, seven are told, the chain does not fork."""
    with database.transaction() as session:
        make.enacted(session, make.task())
        number = make.occurrence(session).id or 0
    for _round in range(5):
        with database.transaction() as session:
            seen = duties(session, [number])[0].version
        barrier, ends = threading.Barrier(8), list[str]()

        def run(n: int, seen: int = seen, barrier: threading.Barrier = barrier, ends: list[str] = ends) -> None:
            barrier.wait()
            try:
                with database.transaction() as session:
                    press(session, number, seen, "suspend" if n % 2 else "submit", By(f"người {n}", "web"))
                ends.append("won")
            except Problem as problem:
                ends.append(str(problem))

        threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ends.count("won") == 1
        assert all("người" in end for end in ends if end != "won"), ends
        with database.transaction() as session:
            found = session.get_one(Occurrence, number)
            found.resume(session, by=make.BY, at=AT) if found.status is Status.SUSPENDED else found.send_back(
                session, by=make.BY, at=AT, reason="vì"
            )
            assert first_fault(session) is None
            assert list(replay.differences(session)) == []
