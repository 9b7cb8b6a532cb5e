"""Ways in which the life of a task once went astray, each found by reading the code or trying the commands."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from notifications import mailer
from tests import make
from tests.conftest import Office, Run
from tests.test_register_succession import checked, row
from web.app import create_app
from workflow import planner, queries
from workflow.access import people, policy
from workflow.access.roles import Role
from workflow.agency import add_agency, add_focal_point
from workflow.audit import AuditEntry, By
from workflow.basis import Basis
from workflow.database import Database
from workflow.duties import showing
from workflow.duties.part import ask_part, find_part, give_part
from workflow.duties.passing import hand_on
from workflow.duties.period_report import close_period
from workflow.duties.request import Outcome, Request, Wish, ask
from workflow.errors import BadInput, Refused
from workflow.history import replay
from workflow.message import Message, MessageStatus, Reminder
from workflow.occurrence import Occurrence
from workflow.register import handing
from workflow.snapshot import snapshot
from workflow.standing import Status

TODAY = date(2025, 9, 20)
HOW: dict[str, Any] = {"by": By("Lê Hoa", "cli"), "at": make.at("2025-09-20 10:00")}
BASIS = Basis("45/PNV", date(2025, 9, 19))
WHY: dict[str, Any] = {"today": TODAY, "reason": "vì", "basis": BASIS}


def words_of(office: Office) -> str:
    """The texts of every letter that was sent, decoded."""
    import email
    import email.policy

    letters = [email.message_from_bytes(sent.content, policy=email.policy.default) for sent in office.mailer.letters]
    return "\n".join(
        str(part.get_content()) for one in letters for part in one.walk() if part.get_content_maintype() == "text"
    )


def test_a_letter_is_shown_without_its_links_and_only_to_those_who_run_the_mail(run: Run, office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="30/9/2025"))
    office.tick("2025-09-29 08:00")
    token = re.findall(r"/v/([\w.-]+)", words_of(office))[0]
    code, said, _err = run("outbox", "--show", "1")
    assert (code, token in said, "/v/…" in said, "Message-ID" in said) == (0, False, True, True)
    run("people", "add", "Quản Trị", "--role", "administrator")
    assert run("outbox", "--show", "1")[0] == 3
    assert run("tick", "--at", "2025-09-30T08:00")[0] == 3, "who makes it another hour needs a role"
    assert run("tick")[0] == 0, "the clock needs none"


def test_a_letter_that_still_waits_is_written_anew_when_a_directive_becomes_confidential(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(text="Điều bí mật", timing="30/9/2025"))
    away = {"pnv@example.vn": mailer.Outcome(mailer.Fate.LATER, "451 later")}
    office.tick("2025-09-29 08:00", mailer.MemoryMailer(away))
    with office.database.transaction() as session:
        policy.change(session, make.directive(session), {"confidential": True}, [], **HOW, reason="mật")
        assert session.exec(select(Message.status)).all() == [MessageStatus.DROPPED]
        assert session.exec(select(Reminder)).all() == []
    office.tick("2025-09-29 09:00")
    assert "văn bản mật" in words_of(office) and "Điều bí mật" not in words_of(office)


@pytest.mark.parametrize("secret", [True, False])
def test_the_page_behind_a_link_that_ended_shows_nothing_confidential(office: Office, secret: bool) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(text="Điều bí mật", timing="30/9/2025"), make.task("I.2", lead="Phòng Tư pháp"))
    office.tick("2025-09-29 08:00")
    token = re.findall(r"/v/([\w.-]+)", words_of(office))[0]
    with office.database.transaction() as session:
        why = {**WHY, "today": date(2025, 9, 29)}
        hand_on(session, make.occurrence(session), make.agency(session, "Phòng Tư pháp"), **HOW, **why)
        make.directive(session).confidential = secret
    app = create_app(office.settings, office.database, now=lambda: make.at("2025-09-29 10:00"))
    answer = TestClient(app, base_url="http://127.0.0.1:8000").get(f"/v/{token}")
    assert (answer.status_code, "Điều bí mật" in answer.text) == ((404, False) if secret else (410, True))


def test_who_owes_it_now_is_not_told_that_it_passed_to_them(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="30/9/2025"), make.task("I.2", lead="Phòng Tư pháp", timing="30/9/2025"))
        other = make.agency(session, "Phòng Tư pháp")
        add_focal_point(session, other, "Vũ Nam", "pnv@example.vn")
    office.tick("2025-09-29 08:00")
    letter = next(one for one in office.mailer.letters if one.recipient == "pnv@example.vn")
    token = re.findall(r"/v/([\w.-]+)", words_of(Office(office.settings, office.database, office.keys, _only(letter))))[
        0
    ]
    with office.database.transaction() as session:
        hand_on(session, make.occurrence(session), make.agency(session, "Phòng Tư pháp"), **HOW, **WHY)
    app = create_app(office.settings, office.database, now=lambda: make.at("2025-09-29 10:00"))
    assert TestClient(app, base_url="http://127.0.0.1:8000").get(f"/v/{token}").status_code == 404


def _only(letter: Any) -> mailer.MemoryMailer:
    made = mailer.MemoryMailer()
    made.letters.append(letter)
    return made


def test_a_period_given_away_by_decision_stays_there_after_an_amendment(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(timing="Quý II và IV"), make.task("I.2", lead="Phòng Tư pháp"))
        fourth, heir = make.occurrence(session, period="2025-Q4"), make.agency(session, "Phòng Tư pháp")
        hand_on(session, fourth, heir, **HOW, **WHY, whole=False)
        left = planner.follow_amendment(session, make.occurrence_task(session), retimed=False, **HOW, reason="sửa lời")
        assert left == []
        states = {
            o.period: (o.agency.name, o.status)
            for o in session.exec(select(Occurrence).where(Occurrence.task_id == fourth.task_id))
        }
    assert states == {"2025-Q2": ("Phòng Nội vụ", "not_started"), "2025-Q4": ("Phòng Tư pháp", "not_started")}


def test_a_single_period_that_is_handed_on_again_does_not_take_the_part_along(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(
            session,
            make.task(timing="Quý II và IV"),
            make.task("I.2", lead="Phòng B"),
            make.task("I.3", lead="Phòng C"),
        )
        fourth = make.occurrence(session, period="2025-Q4")
        hand_on(session, fourth, make.agency(session, "Phòng B"), **HOW, **WHY, whole=False)
        hand_on(session, fourth, make.agency(session, "Phòng C"), **HOW, **WHY)
        assert [owner for owner, _issued in make.occurrence_task(session).owners()] == [fourth.issued_to_id]


def test_a_past_day_knows_every_deadline_that_stood_then(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        found = make.occurrence(session)
        for day, due in (("2025-09-25", date(2025, 11, 30)), ("2025-11-10", date(2025, 12, 31))):
            found.redate(session, due, by=HOW["by"], at=make.at(f"{day} 09:00"), reason="công văn")
    with snapshot(database.url) as view:
        seen = {}
        for day in ("2025-09-20", "2025-10-15", "2025-12-01"):
            as_of = queries.AsOf(date.fromisoformat(day), 7, "Asia/Ho_Chi_Minh", past=True)
            seen[day] = [(r["due_on"], r["standing"]) for r in queries.tasks(view, as_of)]
    assert seen == {
        "2025-09-20": [(date(2025, 9, 30), "on_track")],
        "2025-10-15": [(date(2025, 11, 30), "on_track")],
        "2025-12-01": [(date(2025, 12, 31), "on_track")],
    }


@pytest.mark.parametrize("happens", ["hand_on", "suspension"])
def test_what_was_asked_and_has_happened_is_not_asked_any_more(database: Database, happens: str) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(), make.task("I.2", lead="Phòng Tư pháp"))
        found = make.occurrence(session)
        ask(session, found, Wish(happens), **HOW, **WHY)
        if happens == "hand_on":
            hand_on(session, found, make.agency(session, "Phòng Tư pháp"), **HOW, **WHY)
        else:
            found.suspend(session, **HOW, reason="vì", basis=BASIS)
        session.expire_all()
        assert session.exec(select(Request.outcome)).all() == [Outcome.LAPSED]
        assert "request lapsed" in session.exec(select(AuditEntry.act)).all()


def test_a_closed_period_is_not_opened_by_taking_work_up_again(database: Database) -> None:
    with database.transaction() as session:
        directive = make.enacted(session, make.task(timing="Hằng quý"))
        found = make.occurrence(session, period="2025-Q2")
        found.submit(session, **HOW, today=TODAY, result="xong")
        found.confirm(session, **HOW)
        close_period(session, directive, "2025-Q2", **HOW)
        with pytest.raises(Refused, match="khóa"):
            found.reopen(session, **HOW, reason="làm lại", today=TODAY)


def test_an_ongoing_duty_does_not_end_because_nothing_arose(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(timing="Thường xuyên")).confirmation = "none"
        with pytest.raises(BadInput, match="dondoc period report"):
            make.occurrence(session).submit(session, **HOW, today=TODAY, nothing_arose=True)
    with snapshot(database.url) as view:
        assert showing.period_lines(view, "1995-Q1") == [], "nobody owed anything then"
        assert len(showing.period_lines(view, "2025-Q3")) == 1


def test_the_heir_gives_the_part_that_its_predecessor_was_asked_for(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        for code in ("A", "H"):
            add_agency(session, f"Cơ quan {code}", code=code, mailbox=f"{code.lower()}@example.vn")
        early = {**HOW, "at": make.at("2025-06-20 10:00")}
        ask_part(session, make.occurrence(session), what="Số liệu", **early, agency=make.agency(session, "Cơ quan A"))
        handing.apply(session, checked(session, row(2, "A", "merged", "H")), today=date(2025, 7, 1), **HOW)
        heir = people.Grant(Role.HEAD, make.agency(session, "Cơ quan H").id)
        by = By("Vũ Nam", "cli", frozenset({heir}))
        give_part(
            session, find_part(session, make.occurrence(session), 1), by=by, at=HOW["at"], today=TODAY, result="đây"
        )
    with snapshot(database.url) as view:
        assert [part["agency"] for part in showing.parts(view)] == ["Cơ quan H"]


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (("submit", "withdraw"), Status.IN_PROGRESS),
        (("submit", "send_back"), Status.RETURNED),
        (("submit", "send_back", "cancel", "reopen"), Status.IN_PROGRESS),
        (("start",), Status.IN_PROGRESS),
        ((), Status.NOT_STARTED),
    ],
)
def test_what_rested_goes_on_where_it_was(database: Database, steps: tuple[str, ...], state: Status) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        found = make.occurrence(session)
        for step in steps:
            more = {"submit": {"today": TODAY, "result": "xong"}, "start": {}}.get(step, {"reason": "vì"})
            getattr(found, step)(session, **HOW, **more)
        assert found.status is state
        found.suspend(session, **HOW, reason="chờ")
        found.resume(session, **HOW)
        assert found.status is state
        assert list(replay.differences(session)) == []


def test_somebody_without_an_address_is_not_somebody_with_one(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        people.appoint(session, "Trần Bình", Role.ADMINISTRATOR, **HOW, today=TODAY)
        add_focal_point(session, make.agency(session, "Phòng Nội vụ"), "Trần Bình", "xa@example.vn")
        with pytest.raises(BadInput, match="nhiều người tên Trần Bình"):
            people.acting(session, "Trần Bình", "cli", TODAY)


def test_taken_up_again_before_seven_in_the_morning_it_is_the_heirs(database: Database) -> None:
    with database.transaction() as session:
        for code in ("A", "H"):
            add_agency(session, f"Cơ quan {code}", code=code, mailbox=f"{code.lower()}@example.vn")
        make.enacted(session, make.task("1", timing="20/6/2025", lead="Cơ quan A"))
        found = make.occurrence(session, "KH27-1")
        found.submit(session, **HOW, today=date(2025, 6, 20), result="xong")
        found.confirm(session, **HOW)
        handing.apply(session, checked(session, row(2, "A", "merged", "H")), today=date(2025, 7, 1), **HOW)
        found = make.occurrence(session, "KH27-1")
        session.refresh(found)
        found.reopen(session, by=HOW["by"], at=make.at("2025-07-01 06:30"), reason="làm lại", today=date(2025, 7, 1))
        assert found.agency.code == "H"


def test_an_office_letter_that_cannot_be_written_stops_nothing(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="30/9/2025"))
    office.settings = replace(office.settings, office=replace(office.settings.office, mailbox="không phải\r\nđịa chỉ"))
    done = office.tick("2025-09-29 08:00")
    assert done.queued.letters == 1 and len(done.queued.failed) == 1
    assert [letter.recipient for letter in office.mailer.letters] == ["pnv@example.vn"]


def test_a_report_is_confirmed_by_somebody_else(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        both = By("Lê Hoa", "cli", frozenset({people.Grant(Role.MONITOR), people.Grant(Role.OFFICE)}))
        found = make.occurrence(session)
        found.submit(session, by=both, at=HOW["at"], today=TODAY, result="xong")
        with pytest.raises(Refused, match="người báo cáo"):
            found.confirm(session, by=both, at=HOW["at"])
        found.confirm(session, by=replace(both, name="Phạm Tài"), at=HOW["at"])
