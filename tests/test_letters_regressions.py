"""Letters that did not leave at once: ways in which what they told was once lost, told twice, late, or to the wrong reader."""

from __future__ import annotations

import email
import email.policy
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from notifications import letters, outbox, reminders
from notifications.mailer import Fate, Letter, Outcome
from tests import make
from tests.conftest import Office
from tests.test_notifications_rounds import filled, how
from workflow.agency import FocalPoint, add_agency, add_focal_point
from workflow.basis import Basis
from workflow.config import Ladder
from workflow.directive import Directive
from workflow.duties.part import Part, ask_part, drop_part
from workflow.message import Message, MessageStatus, Reminder
from workflow.snapshot import Row, Snapshot

OWNER, MONITOR = "pnv@example.vn", "stc@example.vn"
BASIS = Basis("45/PNV", date(2025, 4, 1))


def monitored(session: Session, *tasks: Any, **extra: Any) -> Directive:
    """Record a directive that the Finance Department monitors."""
    made = make.enacted(session, *(tasks or (make.task(),)), **extra)
    made.monitor_id = make.agency(session, "Sở Tài chính", new=True).id
    make.agency(session, "Sở Tài chính").mailbox = MONITOR
    return made


def said(letter: Letter) -> str:
    """The subject of a letter and everything in it that is text: both bodies and the calendar."""
    read = email.message_from_bytes(letter.content, policy=email.policy.default)
    texts = [str(part.get_content()) for part in read.walk() if part.get_content_maintype() == "text"]
    return "\n".join([f"Subject: {read['Subject']}", *texts])


def told(office: Office, reader: str = "") -> str:
    """Everything that the letters say which have left, to one reader or to all."""
    return "\n".join(said(one) for one in office.mailer.letters if reader in ("", one.recipient))


def readers(office: Office) -> list[str]:
    return [one.recipient for one in office.mailer.letters]


def unreachable(office: Office, reader: str) -> None:
    office.mailer.outcomes[reader] = Outcome(Fate.AWAY, "no server")


def reachable(office: Office) -> None:
    """Every server answers again; what left before counts no more."""
    office.mailer.outcomes.clear()
    office.mailer.letters.clear()


def move_mailbox(office: Office, name: str, address: str | None) -> None:
    with office.database.transaction() as session:
        make.agency(session, name).mailbox = address


def submit(office: Office, moment: str, code: str = "KH27-I.1") -> None:
    with office.database.transaction() as session:
        when = {**how("Nguyễn Thị An", moment), "today": date.fromisoformat(moment[:10])}
        make.occurrence(session, code).submit(session, **when, result="xong")


def withdraw(office: Office, moment: str) -> None:
    with office.database.transaction() as session:
        make.occurrence(session).withdraw(session, **how("Nguyễn Thị An", moment), reason="nhầm")


def send_back(office: Office, moment: str, name: str = "Trần Văn Bình", reason: str = "thiếu phụ lục") -> None:
    with office.database.transaction() as session:
        make.occurrence(session).send_back(session, **how(name, moment), reason=reason)


def two_offices(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025", lead="Phòng Nội vụ; Phòng Tư pháp"))


def test_a_report_taken_back_before_the_monitor_heard_of_it_is_told_to_nobody(office: Office) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="31/12/2025"))
    office.tick("2025-04-14 08:00")
    submit(office, "2025-04-14 09:00")
    unreachable(office, MONITOR)
    office.tick("2025-04-15 08:00")
    withdraw(office, "2025-04-15 09:00")
    reachable(office)
    office.tick("2025-04-16 08:00")
    assert readers(office) == []


def test_a_part_dropped_before_its_agency_heard_of_it_is_told_to_nobody(office: Office) -> None:
    filled(office, make.task(timing="31/12/2025"))
    with office.database.transaction() as session:
        add_agency(session, "Phòng Y tế", mailbox="yt@example.vn")
    office.tick("2025-04-14 08:00")
    with office.database.transaction() as session:
        other = make.agency(session, "Phòng Y tế")
        when = how("Nguyễn Thị An", "2025-04-14 09:00")
        ask_part(session, make.occurrence(session), what="số liệu", agency=other, **when)
    unreachable(office, "yt@example.vn")
    office.tick("2025-04-15 08:00")
    with office.database.transaction() as session:
        when = how("Nguyễn Thị An", "2025-04-15 09:00")
        drop_part(session, session.exec(select(Part)).one(), reason="thôi", **when)
    reachable(office)
    office.tick("2025-04-16 08:00")
    assert readers(office) == []


def test_what_a_letter_that_waited_told_is_told_within_the_hours_of_its_own_agency(office: Office) -> None:
    two_offices(office)
    with office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").working_hours = "14-16"
        make.agency(session, "Phòng Tư pháp").working_hours = "7-9"
    unreachable(office, OWNER)
    office.tick("2025-09-29 07:30")
    office.tick("2025-09-29 14:00")
    with office.database.transaction() as session:
        for waits in session.exec(select(Message).where(Message.status == MessageStatus.QUEUED)):
            waits.next_at = make.at("2025-09-30 07:00")  # its server came back in the night
    reachable(office)
    office.tick("2025-09-30 07:30")
    assert readers(office) == ["ptp@example.vn"]
    office.tick("2025-09-30 14:00")
    assert readers(office) == ["ptp@example.vn", OWNER]


def test_a_letter_of_friday_waits_for_monday_and_counts_the_days_anew(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    unreachable(office, OWNER)
    office.tick("2025-09-26 08:00")
    reachable(office)
    office.tick("2025-09-28 03:00")  # a Sunday
    assert readers(office) == []
    office.tick("2025-09-29 08:00")
    assert readers(office) == [OWNER]
    assert "còn 1 ngày" in told(office) and "còn 4 ngày" not in told(office)


def test_an_agency_told_at_any_hour_makes_no_letter_of_another_leave_on_a_sunday(office: Office) -> None:
    two_offices(office)
    with office.database.transaction() as session:
        code = make.agency(session, "Phòng Tư pháp").code
    own = replace(office.settings.reminders, agencies={code: Ladder(urgent=True)})
    office.settings = replace(office.settings, reminders=own)
    unreachable(office, OWNER)
    office.tick("2025-09-26 08:00")
    reachable(office)
    office.tick("2025-09-28 00:05")  # a Sunday
    assert OWNER not in readers(office)
    office.tick("2025-09-29 08:00")
    assert readers(office).count(OWNER) == 1


def test_an_urgent_letter_that_waited_a_night_does_not_tell_the_days_of_yesterday(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    with office.database.transaction() as session:
        make.directive(session).kind = "Công điện"
    unreachable(office, OWNER)
    office.tick("2025-09-29 06:00")
    reachable(office)
    office.tick("2025-09-30 09:00")
    assert readers(office) == [OWNER], "one letter, of the morning"
    assert "còn 1 ngày" not in told(office)


def test_a_letter_claimed_by_a_process_that_died_yesterday_is_replaced_by_one(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    at = make.at("2025-09-29 08:00")
    with office.database.transaction() as session:
        reminders.queue(session, office.settings, office.keys, at=at)
    with office.database.transaction() as session:
        assert outbox.claim(session, office.settings, at=at, done=outbox.Delivered(), limit=9)
    office.tick("2025-09-30 08:00")
    assert readers(office) == [OWNER]
    assert "còn 1 ngày" not in told(office)


def test_a_letter_that_another_machine_takes_while_a_morning_is_decided_is_not_replaced(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(office, make.task(timing="30/9/2025"))
    unreachable(office, OWNER)
    office.tick("2025-09-29 08:00")
    claimed: list[Letter] = []
    rows = Snapshot.rows

    def and_meanwhile(view: Snapshot, sql: str, /, **args: object) -> list[Row]:
        found = rows(view, sql, **args)
        if "m.queued_at < :midnight" in sql and not claimed:
            with another_machine(office, session) as other:
                late = make.at("2025-09-29 23:59")
                claimed.extend(outbox.claim(other, office.settings, at=late, done=outbox.Delivered(), limit=9))
        return found

    monkeypatch.setattr(Snapshot, "rows", and_meanwhile)
    with office.database.transaction() as session:
        reminders.queue(session, office.settings, office.keys, at=make.at("2025-09-30 08:00"))
    assert [one.recipient for one in claimed] == [OWNER]
    with office.database.transaction() as session:
        first, second = session.exec(select(Message).order_by(Message.id))  # type: ignore[arg-type]
        assert (first.status, second.status) == (MessageStatus.SENDING, MessageStatus.QUEUED)
        lines = [(r.rung, r.message_id, r.skipped) for r in session.exec(select(Reminder))]
        assert sorted(lines) == [("0", second.id, None), ("1", first.id, None), ("new", first.id, None)]


def another_machine(office: Office, session: Session) -> Any:
    """A transaction beside the running one; SQLite lets only one write, so there it is the same."""
    beside = "postgresql" in office.settings.database.url
    return office.database.transaction() if beside else nullcontext(session)


def test_what_a_letter_to_a_former_mailbox_told_reaches_the_new_one(office: Office) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="30/4/2025"))
    submit(office, "2025-04-14 09:00")
    office.tick("2025-04-15 08:00")
    send_back(office, "2025-04-15 09:00")
    unreachable(office, OWNER)
    office.tick("2025-04-16 08:00")
    move_mailbox(office, "Phòng Nội vụ", "moi@example.vn")
    reachable(office)
    office.tick("2025-04-16 08:30")
    office.tick("2025-04-17 08:00")
    assert "thiếu phụ lục" in told(office, "moi@example.vn")


def test_a_letter_that_only_tells_what_happened_does_not_go_to_a_former_mailbox(office: Office) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="31/12/2025"))
    submit(office, "2025-04-14 07:00")
    office.tick("2025-04-14 08:00")
    send_back(office, "2025-04-14 09:00")
    unreachable(office, OWNER)
    office.tick("2025-04-15 08:00")
    move_mailbox(office, "Phòng Nội vụ", "moi@example.vn")
    reachable(office)
    office.tick("2025-04-15 08:30")
    assert readers(office) == []


def test_a_letter_for_two_agencies_whose_reader_left_one_still_tells_of_the_other(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="30/9/2025"))
        monitor = make.agency(session, "Phòng Tư pháp", new=True)
        other = make.enacted(session, make.task(lead="Phòng Y tế", timing="31/12/2025"), number="28/KH-UBND")
        make.directive(session).monitor_id = other.monitor_id = monitor.id
        for agency in (make.agency(session, "Phòng Nội vụ"), monitor):
            agency.mailbox = None
            add_focal_point(session, agency, "Chung", "chung@example.vn")
    office.tick("2025-04-14 08:00")
    submit(office, "2025-09-24 09:00", "KH28-I.1")
    unreachable(office, "chung@example.vn")
    office.tick("2025-09-25 08:00")
    with office.database.transaction() as session:
        left = make.agency(session, "Phòng Nội vụ")
        left.mailbox = OWNER
        session.delete(session.exec(select(FocalPoint).where(FocalPoint.agency_id == left.id)).one())
    reachable(office)
    for moment in ("2025-09-25 08:30", "2025-09-26 08:00", "2025-09-30 08:00"):
        office.tick(moment)
    assert "KH28-I.1" in told(office, "chung@example.vn")


def test_a_rung_whose_letter_was_dropped_is_told_when_the_report_is_taken_back(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    office.tick("2025-04-14 08:00")
    unreachable(office, OWNER)
    office.tick("2025-09-25 08:00")
    submit(office, "2025-09-25 08:05")
    reachable(office)
    office.tick("2025-09-25 08:30")
    assert readers(office) == []
    withdraw(office, "2025-09-25 10:00")
    office.tick("2025-09-26 08:00")  # a day without a rung of its own
    assert readers(office) == [OWNER]


def test_nobody_is_told_to_direct_what_was_done_before_the_letter_left(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    with office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").head_mailbox = "head@example.vn"
    office.tick("2025-09-30 08:00")
    unreachable(office, "head@example.vn")
    office.tick("2025-10-07 08:00")
    submit(office, "2025-10-07 09:00")
    with office.database.transaction() as session:
        make.occurrence(session).confirm(session, **how("Trần Văn Bình", "2025-10-07 09:10"))
    reachable(office)
    office.tick("2025-10-07 10:00")
    office.tick("2025-10-08 08:00")
    assert "head@example.vn" not in readers(office)
    with office.database.transaction() as session:
        (waited,) = session.exec(select(Message).where(Message.recipient == "head@example.vn"))
        assert waited.status is MessageStatus.DROPPED


def test_what_a_refused_letter_told_reaches_whoever_stands_in(office: Office) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="31/12/2025"))
        make.agency(session, "Phòng Nội vụ").deputy_mailbox = "deputy@example.vn"
    submit(office, "2025-04-14 07:00")
    office.tick("2025-04-14 08:00")
    send_back(office, "2025-04-14 09:00")
    office.mailer.outcomes[OWNER] = Outcome(Fate.REFUSED, "550 no such user")
    office.tick("2025-04-15 08:00")
    office.tick("2025-04-16 08:00")
    assert "thiếu phụ lục" in told(office, "deputy@example.vn")


def test_what_a_letter_that_could_not_be_made_told_comes_with_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="31/12/2025"))
    submit(office, "2025-04-14 07:00")
    office.tick("2025-04-14 08:00")
    send_back(office, "2025-04-14 09:00")
    with monkeypatch.context() as broken:
        broken.setattr(letters, "render", lambda _words: 1 // 0)
        office.tick("2025-04-15 08:00")
    office.mailer.letters.clear()
    office.tick("2025-04-15 08:05")
    office.tick("2025-04-16 08:00")
    assert "thiếu phụ lục" in told(office, OWNER)
