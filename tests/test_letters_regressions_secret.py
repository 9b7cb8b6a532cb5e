"""What becomes confidential while its letters wait stands in none that leaves; an upgrade of the ledger tells nothing anew."""

from __future__ import annotations

from datetime import date

import pytest
from alembic import command
from sqlmodel import select

from notifications import outbox
from notifications.mailer import Fate, Letter, MemoryMailer, Outcome
from notifications.tick import tick
from tests import make
from tests.conftest import Office
from tests.test_letters_regressions import MONITOR, OWNER, monitored, reachable, readers, submit, told, unreachable
from tests.test_notifications_rounds import filled, how
from workflow.access import policy
from workflow.agency import add_agency
from workflow.database import migrations
from workflow.duties.part import ask_part
from workflow.errors import Refused
from workflow.message import Message, MessageStatus

SECRET = "Việc bí mật"


def hide(office: Office, moment: str, code: str = "KH27") -> None:
    """Make a directive confidential."""
    with office.database.transaction() as session:
        found = make.directive(session, code)
        policy.change(session, found, {"confidential": True}, [], by=make.BY, at=make.at(moment), reason="mật")


def test_a_letter_that_becomes_secret_while_it_is_being_sent_does_not_come_back(office: Office) -> None:
    filled(office, make.task(text=SECRET, timing="30/9/2025"))

    class Slow(MemoryMailer):
        async def send(self, letter: Letter) -> Outcome:
            hide(office, "2025-09-29 08:00")
            return Outcome(Fate.LATER, "451 greylisted")

    office.tick("2025-09-29 08:00", Slow())
    office.tick("2025-09-29 08:30")
    office.tick("2025-09-30 08:00")
    assert OWNER in readers(office)
    assert SECRET not in told(office)


def test_a_waiting_letter_that_only_lists_it_is_dropped_too(office: Office) -> None:
    with office.database.transaction() as session:
        monitor = monitored(session, make.task(text=SECRET)).monitor_id
        other = make.enacted(session, make.task(text="Việc thường", lead="Phòng Tư pháp"), number="28/KH-UBND")
        other.monitor_id = monitor
    office.tick("2025-04-14 08:00")
    submit(office, "2025-04-14 09:00")
    office.tick("2025-04-15 08:00")
    submit(office, "2025-04-15 09:00", "KH28-I.1")
    unreachable(office, MONITOR)
    office.tick("2025-04-16 08:00")
    with office.database.transaction() as session:
        waits = session.exec(select(Message).where(Message.status == MessageStatus.QUEUED)).one()
        assert (waits.recipient, "KH27" in waits.subject) == (MONITOR, False)
    hide(office, "2025-04-16 08:01")
    reachable(office)
    office.tick("2025-04-16 08:30")
    office.tick("2025-04-17 08:00")
    assert "Việc thường" in told(office, MONITOR)
    assert SECRET not in told(office)


def test_a_refused_letter_about_what_became_secret_is_not_tried_again(office: Office) -> None:
    filled(office, make.task(text=SECRET, timing="30/9/2025"))
    office.mailer.outcomes[OWNER] = Outcome(Fate.REFUSED, "550 no such user")
    office.tick("2025-09-29 08:00")
    hide(office, "2025-09-29 08:01")
    reachable(office)
    with office.database.transaction() as session:
        refused = session.exec(select(Message.id)).one()
        with pytest.raises(Refused, match="không soạn được"):
            outbox.retry(session, refused or 0, by=make.BY, at=make.at("2025-09-29 09:00"))
    office.tick("2025-09-29 09:00")
    office.tick("2025-09-30 08:00")
    assert OWNER in readers(office)
    assert SECRET not in told(office)


def test_what_a_dropped_letter_told_of_another_directive_is_told_again(office: Office) -> None:
    filled(office, make.task())
    filled(office, make.task(lead="Phòng Tư pháp"), number="28/KH-UBND")
    with office.database.transaction() as session:
        add_agency(session, "Phòng Y tế", mailbox="yt@example.vn")
    office.tick("2025-04-14 08:00")
    with office.database.transaction() as session:
        when = how("Nguyễn Thị An", "2025-04-14 09:00")
        for code in ("KH27-I.1", "KH28-I.1"):
            asked = make.agency(session, "Phòng Y tế")
            ask_part(session, make.occurrence(session, code), what=f"số liệu {code}", agency=asked, **when)
    unreachable(office, "yt@example.vn")
    office.tick("2025-04-15 08:00")
    hide(office, "2025-04-15 08:01")
    reachable(office)
    office.tick("2025-04-15 08:30")
    office.tick("2025-04-16 08:00")
    assert "số liệu KH28-I.1" in told(office, "yt@example.vn")
    assert "số liệu KH27-I.1" not in told(office)


def test_a_second_directive_can_become_confidential_the_same_morning(office: Office) -> None:
    filled(office, make.task(text=SECRET, timing="30/9/2025"))
    filled(office, make.task(text="Việc thường", timing="30/9/2025"), number="28/KH-UBND")
    unreachable(office, OWNER)
    office.tick("2025-09-29 08:00")
    hide(office, "2025-09-29 08:01", "KH27")
    office.tick("2025-09-29 08:10")
    hide(office, "2025-09-29 08:11", "KH28")
    reachable(office)
    office.tick("2025-09-29 08:20")
    office.tick("2025-09-30 08:00")
    assert OWNER in readers(office)
    assert SECRET not in told(office) and "Việc thường" not in told(office)


def run_as_the_clock(office: Office, moment: str) -> None:
    """A tick that leaves its heartbeat, as that of a real clock does."""
    at = make.at(moment)
    tick(office.database, office.settings, office.keys, office.mailer, at=at, clock=lambda: at)


def down_and_up(office: Office) -> None:
    """Take the record back to the version before the ledger, and upgrade it."""
    with office.database.migrating() as connection:
        command.downgrade(migrations(connection), "0005")
    with office.database.migrating() as connection:
        command.upgrade(migrations(connection), "head")
    office.mailer.letters.clear()


def test_the_morning_of_the_upgrade_is_not_lost(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"))
    run_as_the_clock(office, "2025-09-25 08:00")
    run_as_the_clock(office, "2025-09-30 07:40")  # before the hours of the morning
    down_and_up(office)
    office.tick("2025-09-30 08:00")
    office.tick("2025-09-30 09:00")
    assert readers(office) == [OWNER]


def test_what_is_long_known_of_an_urgent_directive_is_not_told_anew_after_the_upgrade(office: Office) -> None:
    with office.database.transaction() as session:
        monitored(session, make.task(timing="30/9/2025"), make.task("I.2", timing="30/12/2025")).kind = "Công điện"
    submit(office, "2025-04-14 07:00")
    with office.database.transaction() as session:
        make.occurrence(session).confirm(session, **how("Trần Văn Bình", "2025-04-15 07:10"))
    for day in ("2025-04-16", "2025-09-24", "2025-09-25"):
        run_as_the_clock(office, f"{day} 08:00")
    down_and_up(office)
    office.tick("2025-09-25 08:30")
    assert readers(office) == []


def test_rungs_that_were_told_before_the_upgrade_are_not_told_again(office: Office) -> None:
    filled(office, make.task(timing="30/9/2025"), make.task("I.2", timing="10/10/2025"))
    for day in ("2025-09-24", "2025-09-25"):
        run_as_the_clock(office, f"{day} 08:00")
    with office.database.transaction() as session:
        for due, moment in ((date(2025, 10, 3), "2025-09-25 09:00"), (date(2025, 9, 30), "2025-09-25 09:10")):
            make.occurrence(session).redate(session, due, **how("Trần Văn Bình", moment), reason="đổi hạn")
    for day in ("2025-09-26", "2025-09-29", "2025-09-30"):
        run_as_the_clock(office, f"{day} 08:00")
    down_and_up(office)
    office.tick("2025-09-30 09:00")
    assert readers(office) == []
    office.tick("2025-10-01 08:00")
    assert readers(office) == [OWNER]
