"""Who may do what: every cell of the table through the verbs themselves, and what the history keeps of a refusal."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from notifications.pressing import press
from notifications.signing import Keys
from tests import make
from tests.conftest import Office, Run
from workflow.access import people
from workflow.access.permits import ACTS, OFFICE_ACTS, PERMITS, PERMITS_OFFICE, permit_office
from workflow.access.roles import Grant, Role
from workflow.agency import Agency
from workflow.audit import AuditEntry, By
from workflow.basis import Basis
from workflow.config import Settings
from workflow.database import Database
from workflow.duties.note import report_progress
from workflow.duties.part import ask_part, drop_part, find_part, give_part
from workflow.duties.passing import hand_on
from workflow.duties.period_report import report_period
from workflow.duties.request import Request, Wish, ask, refuse, withdraw
from workflow.errors import BadInput, NotPermitted, Problem, Refused
from workflow.occurrence import Occurrence
from workflow.reporting.answer import fill
from workflow.reporting.call import PeriodCall
from workflow.standing import Status

AT = make.at("2025-09-20 10:00")
HOW: dict[str, Any] = {"by": make.BY, "at": AT}
TODAY = date(2025, 9, 20)
BASIS = Basis("120/UBND-VP", date(2025, 9, 3))
KEYS = Keys(("x" * 43,))
WHY: dict[str, Any] = {"reason": "vì", "basis": BASIS}


def bring(session: Session, occurrence: Occurrence, status: Status) -> None:
    """Bring a fresh period into a state by its verbs."""
    steps: dict[Status, tuple[str, ...]] = {
        Status.NOT_STARTED: (),
        Status.IN_PROGRESS: ("start",),
        Status.SUBMITTED: ("submit",),
        Status.RETURNED: ("submit", "send_back"),
        Status.COMPLETED: ("submit", "confirm"),
        Status.SUSPENDED: ("suspend",),
        Status.CANCELLED: ("cancel",),
    }
    for step in steps[status]:
        more = {"submit": {"today": TODAY, "result": "xong"}}.get(step, {"reason": "vì"})
        getattr(occurrence, step)(session, **HOW, **({} if step in ("start", "confirm") else more))
    assert occurrence.status is status


def prepare(session: Session) -> dict[tuple[str, Status], int]:
    """A period in every state, with a deadline and without, each with a request and a part that wait where they can."""
    statuses = list(Status)
    tasks = [make.task(f"1.{n}", timing="Quý IV", lead="Phòng A") for n in range(len(statuses))]
    tasks += [make.task(f"2.{n}", timing="Thường xuyên", lead="Phòng A") for n in range(len(statuses))]
    directive = make.enacted(session, *tasks, make.task("3", lead="Phòng B"))
    directive.monitor_id = make.agency(session, "Phòng B").id
    session.flush()
    found = {}
    for kind, (n, status) in itertools.product((1, 2), enumerate(statuses)):
        occurrence = make.occurrence(session, f"KH27-{kind}.{n}")
        if kind == 1:
            ask(session, occurrence, Wish.EXTENSION, **HOW, today=TODAY, **WHY, due=date(2026, 1, 15))
            ask_part(session, occurrence, what="số liệu", **HOW, agency=make.agency(session, "Phòng B"))
        bring(session, occurrence, status)
        found["dated" if kind == 1 else "ongoing", status] = occurrence.id or 0
    return found


def asked_for(session: Session, occurrence: Occurrence) -> Occurrence:
    """Let a duty be the report of a period."""
    task = occurrence.task
    called = PeriodCall(
        directive_id=task.directive_id, period="2025-Q3", task_id=task.id, called_at=AT, called_by="Lê Hoa"
    )
    session.add(called)
    session.flush()
    return occurrence


def deed(act: str) -> Callable[[Session, Occurrence, dict[str, Any]], object]:
    """What a person does when they do this act."""

    def waiting(session: Session, occurrence: Occurrence) -> Request:
        return session.exec(select(Request).where(Request.occurrence_id == occurrence.id)).one()

    def other(session: Session) -> Agency:
        return make.agency(session, "Phòng B")

    deeds: dict[str, Callable[[Session, Occurrence, dict[str, Any]], object]] = {
        "start": lambda s, o, how: o.start(s, **how),
        "submit": lambda s, o, how: o.submit(s, **how, today=TODAY, result="xong"),
        "withdraw": lambda s, o, how: o.withdraw(s, **how, reason="nhầm"),
        "confirm": lambda s, o, how: o.confirm(s, **how),
        "return": lambda s, o, how: o.send_back(s, **how, reason="thiếu"),
        "reopen": lambda s, o, how: o.reopen(s, **how, reason="làm lại"),
        "suspend": lambda s, o, how: o.suspend(s, **how, **WHY),
        "resume": lambda s, o, how: o.resume(s, **how),
        "cancel": lambda s, o, how: o.cancel(s, **how, **WHY),
        "hand_on": lambda s, o, how: hand_on(s, o, other(s), **how, today=TODAY, **WHY),
        "ask_extension": lambda s, o, how: ask(s, o, Wish.EXTENSION, **how, today=TODAY, **WHY, due=date(2026, 1, 31)),
        "ask_hand_on": lambda s, o, how: ask(s, o, Wish.HAND_ON, **how, today=TODAY, **WHY),
        "ask_suspension": lambda s, o, how: ask(s, o, Wish.SUSPENSION, **how, today=TODAY, **WHY),
        "ask_cancellation": lambda s, o, how: ask(s, o, Wish.CANCELLATION, **how, today=TODAY, **WHY),
        "decide_request": lambda s, o, how: refuse(s, waiting(s, o), **how, reason="không"),
        "withdraw_request": lambda s, o, how: withdraw(s, waiting(s, o), **how, reason="thôi"),
        "ask_part": lambda s, o, how: ask_part(s, o, what="góp ý", **how, agency=other(s)),
        "drop_part": lambda s, o, how: drop_part(s, find_part(s, o, 1), **how, reason="đủ rồi"),
        "give_part": lambda s, o, how: give_part(s, find_part(s, o, 1), **how, today=TODAY, result="đây"),
        "press": lambda s, o, how: press(s, Settings(), KEYS, [o], "pressed", **how, today=TODAY),
        "progress": lambda s, o, how: report_progress(s, o, **how, words="được một nửa"),
        "fill": lambda s, o, how: fill(s, asked_for(s, o), {"done": "đã làm"}, **how, today=TODAY),
        "report_period": lambda s, o, how: report_period(s, o, "2025-Q3", **how, today=TODAY, result="đã làm"),
    }
    return deeds[act]


def test_every_cell_of_the_table_passes_or_is_refused(database: Database) -> None:
    """Role × act × state, for one's own agency and for another: what the table allows is done, nothing else is."""
    with database.transaction() as session:
        rows = prepare(session)
        own, foreign = make.agency(session, "Phòng A").id, make.agency(session, "Phòng C", new=True).id
        monitor = make.agency(session, "Phòng B").id
    cells = 0
    with database.transaction() as session:
        for act, status, role, mine in itertools.product(ACTS, Status, Role, (True, False)):
            related = {Role.MONITOR: monitor}.get(role, own if act != "give_part" else monitor)
            where = related if mine else foreign
            by = By("Người thử", "cli", frozenset({Grant(role, where)}))
            whole = role in (Role.OFFICE, Role.LEADER, Role.ADMINISTRATOR)
            allowed = role in PERMITS[act, status] and (mine or whole)
            nested = session.begin_nested()
            occurrence = session.get_one(Occurrence, rows["ongoing" if act == "report_period" else "dated", status])
            if act == "ask_extension":  # the one that was prepared would be in its way
                for request in session.exec(select(Request).where(Request.occurrence_id == occurrence.id)).all():
                    session.delete(request)
            passed, problem = True, None
            try:
                deed(act)(session, occurrence, {"by": by, "at": AT})
            except Problem as refused:
                passed, problem = False, refused
            nested.rollback()
            session.expire_all()
            assert passed == allowed, (act, status, role, mine, problem)
            cells += 1
    assert cells == len(ACTS) * len(Status) * len(Role) * 2


@pytest.mark.parametrize(("act", "role"), list(itertools.product(PERMITS_OFFICE, Role)))
def test_every_cell_of_the_acts_that_concern_no_task(act: str, role: Role) -> None:
    by = By("Người thử", "cli", frozenset({Grant(role, 1)}))
    if role in PERMITS_OFFICE[act]:
        permit_office(by, act, owed_by=1)
    else:
        with pytest.raises(NotPermitted, match="Người thử không được"):
            permit_office(by, act, owed_by=1)
    assert f"\n{act} " in OFFICE_ACTS


def test_the_table_in_the_docs_is_the_table() -> None:
    from pathlib import Path

    from workflow.access.permits import TASK_ACTS

    docs = (Path(__file__).parent.parent / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    assert TASK_ACTS.strip() in docs
    assert OFFICE_ACTS.strip() in docs


def test_until_an_administrator_is_named_everybody_may(database: Database) -> None:
    with database.transaction() as session:
        assert people.acting(session, "Ai đó", "cli", TODAY).authority is None
        with pytest.raises(Refused, match="quản trị"):
            people.appoint(session, "Lê Hoa", Role.OFFICE, **HOW, today=TODAY)
        people.appoint(session, "Trần Bình", Role.ADMINISTRATOR, **HOW, today=TODAY)
        with pytest.raises(NotPermitted, match="chưa có vai trò"):
            people.acting(session, "Ai đó", "cli", TODAY)
        by = people.acting(session, "trần bình", "cli", TODAY)
        assert (by.name, by.authority) == ("Trần Bình", frozenset({Grant(Role.ADMINISTRATOR)}))


def test_another_role_of_somebody_with_one_address_is_the_same_persons(database: Database) -> None:
    with database.transaction() as session:
        people.appoint(session, "Trần Bình", Role.ADMINISTRATOR, **HOW, today=TODAY, email="binh@example.vn")
        second = people.appoint(session, "Trần Bình", Role.OFFICE, **HOW, today=TODAY)
        assert second.email == "binh@example.vn"
        by = people.acting(session, "Trần Bình", "cli", TODAY)  # by name: there is one of that name
        assert {grant.role for grant in by.authority or ()} == {Role.ADMINISTRATOR, Role.OFFICE}


def test_a_role_counts_between_its_days_and_the_last_administrator_stays(database: Database) -> None:
    with database.transaction() as session:
        first = people.appoint(session, "Trần Bình", Role.ADMINISTRATOR, **HOW, today=TODAY)
        with pytest.raises(Refused, match="người khác trước"):
            people.dismiss(session, first, **HOW, today=TODAY)
        office = people.appoint(session, "Lê Hoa", Role.OFFICE, **HOW, today=TODAY)
        with pytest.raises(Refused, match="đã giữ"):
            people.appoint(session, "Lê Hoa", Role.OFFICE, **HOW, today=TODAY)
        with pytest.raises(BadInput, match="--agency"):
            people.appoint(session, "Lê Hoa", Role.MONITOR, **HOW, today=TODAY)
        people.dismiss(session, office, **HOW, today=date(2025, 10, 1))
        assert people.acting(session, "Lê Hoa", "cli", date(2025, 9, 30)).authority
        with pytest.raises(NotPermitted):
            people.acting(session, "Lê Hoa", "cli", date(2025, 10, 1))


def test_two_people_of_one_name_act_by_their_address(database: Database) -> None:
    with database.transaction() as session:
        people.appoint(session, "Trần Bình", Role.ADMINISTRATOR, **HOW, today=TODAY, email="a@x.vn")
        people.appoint(session, "Trần Bình", Role.OFFICE, **HOW, today=TODAY, email="b@x.vn")
        with pytest.raises(BadInput, match=r"a@x\.vn, b@x\.vn"):
            people.acting(session, "Trần Bình", "cli", TODAY)
        assert people.acting(session, "B@x.vn", "cli", TODAY).authority == frozenset({Grant(Role.OFFICE)})


def test_every_refusal_stands_in_the_history(run: Run, office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task())
        lead = make.agency(session, "Phòng Nội vụ").code
    assert run("people", "add", "Trần Bình", "--role", "administrator")[0] == 0
    assert run("people", "add", "Lê Hoa", "--role", "focal_point", "--agency", lead, "--by", "Trần Bình")[0] == 0
    code, _said, err = run("confirm", "KH27-I.1", "--by", "Người lạ")
    assert (code, "Người lạ chưa có vai trò" in err) == (3, True)
    assert run("done", "KH27-I.1", "--result", "xong", "--by", "Lê Hoa")[0] == 0
    code, _said, err = run("confirm", "KH27-I.1", "--by", "Lê Hoa")
    assert (code, "Lê Hoa không được làm việc này: xác nhận" in err, "cơ quan theo dõi" in err) == (3, True, True)
    assert run("calendar", "add", "25/12/2025", "--off", "--name", "x", "--yes", "--by", "Lê Hoa")[0] in (2, 3)
    code, _said, err = run("agencies", "add", "Phòng Mới", "--by", "Lê Hoa")
    assert (code, "sửa danh bạ" in err) == (3, True)
    with office.database.transaction() as session:
        refusals = session.exec(select(AuditEntry).where(AuditEntry.act == "not permitted")).all()
        told = [(entry.actor, (entry.after or {})["tried"], entry.subject) for entry in refusals]
    assert ("Người lạ", "sign in", "") in told
    assert ("Lê Hoa", "confirm", "KH27-I.1/2025-Q3") in told
    assert ("Lê Hoa", "register", "") in told
    assert "không được phép" in run("audit", "show", "Lê Hoa")[1]


def test_the_people_that_are_named(run: Run) -> None:
    assert "Chưa ai giữ vai trò" in run("people", "list")[1]
    run("people", "add", "Nguyễn Thị An", "--role", "administrator", "--email", "an@x.vn")
    assert "quản trị" in run("people", "list")[1]
    assert '"role": "administrator"' in run("people", "list", "--json")[1]
    assert run("people", "add", "Lê Hoa", "--role", "boss")[0] == 2
    assert run("people", "add", "Lê Hoa", "--role", "office")[0] == 0
    assert "thôi vai trò" in run("people", "end", "2")[1]
    assert run("people", "end", "9")[0] == 2
    assert run("people", "end", "1")[0] == 1
