"""Random lives of tasks: several people with several roles, mornings that pass, and what must hold after every step."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlmodel import col, func, select

from notifications import mailer, signing
from notifications.tick import tick
from tests import make
from workflow import config
from workflow.access.roles import Grant, Role
from workflow.audit import By, newest
from workflow.basis import Basis
from workflow.database import Database
from workflow.duties import bulk
from workflow.duties.part import ask_part, drop_part, find_part, give_part
from workflow.duties.passing import hand_on
from workflow.duties.period_report import close_period, open_period, report_period
from workflow.duties.request import Request, Wish, ask, grant, refuse, withdraw
from workflow.errors import Problem
from workflow.history import replay
from workflow.history.chain import first_fault
from workflow.history.entries import anchor
from workflow.message import Delivery, Message, MessageStatus, Reminder
from workflow.occurrence import Occurrence
from workflow.register.sheets import Line
from workflow.standing import Status

BASIS = Basis("120/UBND-VP", date(2025, 9, 3))
MOVES = ("start", "submit", "withdraw", "confirm", "send_back", "reopen", "suspend", "resume", "cancel")
PEOPLE = ("lead", "other", "monitor", "office", "leader", "nobody")


class Lives(RuleBasedStateMachine):
    """One office from 1 September 2025 on."""

    fresh: Callable[[], str]
    keys: signing.Keys
    settings: config.Settings

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(self.fresh(), wait_seconds=20)
        self.now, self.anchors, self.mailer = make.at("2025-09-01 08:00"), list[str](), mailer.MemoryMailer()

    @initialize()
    def begin(self) -> None:
        with self.database.transaction() as session:
            directive = make.enacted(
                session,
                make.task("1", lead="Phòng A; Phòng B", deliverable="Báo cáo"),
                make.task("2", timing="Hằng quý", lead="Phòng A"),
                make.task("3", timing="Thường xuyên", lead="Phòng B"),
                make.task("4", timing="15/9/2025", lead="Sở M"),
            )
            agencies = {name: make.agency(session, name).id for name in ("Phòng A", "Phòng B", "Sở M")}
            directive.monitor_id = agencies["Sở M"]
            self.agencies = list(agencies)
        a, b, m = agencies.values()
        self.people = {
            "lead": frozenset({Grant(Role.HEAD, a)}),
            "other": frozenset({Grant(Role.FOCAL_POINT, b)}),
            "monitor": frozenset({Grant(Role.MONITOR, m), Grant(Role.FOCAL_POINT, m)}),
            "office": frozenset({Grant(Role.OFFICE)}),
            "leader": frozenset({Grant(Role.LEADER)}),
            "nobody": frozenset(),
        }

    def act(self, who: str, number: int, deed: Callable[[Any, Occurrence, dict[str, Any]], object]) -> None:
        """Let a person do something to a period; what is refused changes nothing."""
        self.now += timedelta(minutes=7)
        how = {"by": By(who, "cli", self.people[who]), "at": self.now}
        try:
            with self.database.transaction() as session:
                ids = session.exec(select(Occurrence.id).order_by(col(Occurrence.id))).all()
                deed(session, session.get_one(Occurrence, ids[number % len(ids)]), how)
        except Problem as problem:
            assert str(problem)

    @property
    def today(self) -> date:
        return self.now.date()

    @rule(who=st.sampled_from(PEOPLE), number=st.integers(0, 12), verb=st.sampled_from(MOVES))
    def move(self, who: str, number: int, verb: str) -> None:
        more: dict[str, Any] = {"submit": {"today": self.today, "result": "xong", "document_number": "1/BC"}}.get(
            verb, {}
        )
        if verb in ("withdraw", "send_back", "reopen", "suspend", "cancel"):
            more = {"reason": "vì"}
        self.act(who, number, lambda session, found, how: getattr(found, verb)(session, **how, **more))

    @rule(
        who=st.sampled_from(PEOPLE),
        number=st.integers(0, 12),
        wish=st.sampled_from(list(Wish)),
        days=st.integers(-5, 60),
    )
    def request(self, who: str, number: int, wish: Wish, days: int) -> None:
        def deed(session: Any, found: Occurrence, how: dict[str, Any]) -> None:
            due = (found.due_on or self.today) + timedelta(days=days) if wish is Wish.EXTENSION else None
            ask(session, found, wish, **how, today=self.today, reason="vì", basis=BASIS, due=due)

        self.act(who, number, deed)

    @rule(
        who=st.sampled_from(PEOPLE),
        number=st.integers(1, 9),
        decision=st.sampled_from(("grant", "refuse", "withdraw")),
        heir=st.integers(0, 2),
    )
    def decide(self, who: str, number: int, decision: str, heir: int) -> None:
        def deed(session: Any, _found: Occurrence, how: dict[str, Any]) -> None:
            asked = session.get(Request, number)
            if not asked:
                return
            if decision == "grant":
                to = make.agency(session, self.agencies[heir]) if asked.wish is Wish.HAND_ON else None
                grant(session, asked, **how, today=self.today, basis=BASIS, agency=to)
            else:
                {"refuse": refuse, "withdraw": withdraw}[decision](session, asked, **how, reason="vì")

        self.act(who, 0, deed)

    @rule(who=st.sampled_from(PEOPLE), number=st.integers(0, 12), heir=st.integers(0, 2), whole=st.booleans())
    def pass_on(self, who: str, number: int, heir: int, whole: bool) -> None:
        def deed(session: Any, found: Occurrence, how: dict[str, Any]) -> None:
            to = make.agency(session, self.agencies[heir])
            hand_on(session, found, to, **how, today=self.today, reason="vì", basis=BASIS, whole=whole)

        self.act(who, number, deed)

    @rule(who=st.sampled_from(PEOPLE), number=st.integers(0, 12), what=st.sampled_from(("ask", "give", "drop")))
    def part(self, who: str, number: int, what: str) -> None:
        def deed(session: Any, found: Occurrence, how: dict[str, Any]) -> None:
            if what == "ask":
                ask_part(session, found, what="số liệu", **how, agency=make.agency(session, "Sở M"))
            elif what == "give":
                give_part(session, find_part(session, found, 1), **how, today=self.today, result="đây")
            else:
                drop_part(session, find_part(session, found, 1), **how, reason="thôi")

        self.act(who, number, deed)

    @rule(who=st.sampled_from(PEOPLE), number=st.integers(0, 12), what=st.sampled_from(("line", "close", "open")))
    def period(self, who: str, number: int, what: str) -> None:
        def deed(session: Any, found: Occurrence, how: dict[str, Any]) -> None:
            if what == "line":
                report_period(session, found, "2025-Q3", **how, today=self.today, nothing_arose=True)
            elif what == "close":
                close_period(session, found.task.directive, "2025-Q3", **how)
            else:
                open_period(session, found.task.directive, "2025-Q3", **how, reason="vì")

        self.act(who, number, deed)

    @rule(who=st.sampled_from(PEOPLE), act=st.sampled_from(("confirm", "return")))
    def many(self, who: str, act: str) -> None:
        rows = [Line(n, {"code": f"KH27-{n}", "agency": "Phòng A", "reason": "vì"}) for n in (1, 2, 4)]
        self.act(who, 0, lambda session, _found, how: bulk.carry_out(session, act, rows, **how, today=self.today))

    @rule(days=st.integers(1, 20))
    def mornings_pass(self, days: int) -> None:
        self.now = datetime.combine(self.today + timedelta(days=days), self.now.timetz().replace(hour=8, minute=0))
        tick(self.database, self.settings, self.keys, self.mailer, at=self.now)
        with self.database.transaction() as session:
            transient = select(func.count()).where(
                col(Message.status).in_((MessageStatus.SENDING, MessageStatus.QUEUED))
            )
            assert session.exec(transient).one() == 0, "I5: nothing is left half sent after a tick"

    @invariant()
    def nothing_is_bent(self) -> None:
        with self.database.transaction() as session:
            if self.database.engine.dialect.name == "sqlite":
                assert session.execute(text("pragma integrity_check")).scalar() == "ok", "I1"
            assert first_fault(session, self.anchors[-3:]) is None, "I2: the chain, and every head kept before"
            assert [str(one) for one in replay.differences(session)] == [], "I3: every state is what its entries tell"
            columns = (Reminder.occurrence_id, Reminder.due_on, Reminder.rung, Reminder.recipient)
            served = session.exec(select(*columns)).all()
            assert len(served) == len(set(served)), "I4: each rung once"
            sent = select(Message.id).where(Message.status == MessageStatus.SENT)
            replies = set(session.exec(select(Delivery.message_id).where(Delivery.reply != "")))
            assert set(session.exec(sent)) <= replies, "I6: what was sent carries the server's answer"
            for found in session.exec(select(Occurrence)):
                done = found.status in (Status.SUBMITTED, Status.COMPLETED)
                assert done == (found.submitted_on is not None), "a day of report stands where a report does"
                assert (found.original_due_on is None) == (found.due_on is None)
                waiting = [s for s in found.submissions if s.decision == "waiting"]
                assert len(waiting) == (found.status is Status.SUBMITTED)
            self.anchors.append(anchor(*newest(session)))

    def teardown(self) -> None:
        self.database.dispose()


@pytest.mark.slow
def test_random_lives(request: pytest.FixtureRequest, tmp_path: Path, url: str) -> None:
    made: list[str] = []

    def fresh() -> str:
        if url.startswith("sqlite"):
            file = tmp_path / f"{uuid4().hex}.db"
            shutil.copy(request.getfixturevalue("_sqlite_template"), file)
            return f"sqlite:///{file}"
        cluster, name = request.getfixturevalue("cluster"), f"t{uuid4().hex[:12]}"
        cluster.run(f"create database {name} template template_record")
        made.append(name)
        return str(cluster.url(name))

    keys, office = signing.load_keys(tmp_path / "key"), config._anchored(config.Settings(), tmp_path)
    kind = type("Lives", (Lives,), {"fresh": staticmethod(fresh), "keys": keys, "settings": office})
    few = settings(
        max_examples=30 if url.startswith("sqlite") else 12,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(kind, settings=few)
    finally:
        for name in made:
            request.getfixturevalue("cluster").run(f"drop database if exists {name} with (force)")
