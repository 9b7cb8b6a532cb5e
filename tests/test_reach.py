"""Which addresses are given up when letters come back, and who is unreachable then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import Office, Run
from workflow import reach
from workflow.config import Settings
from workflow.message import Delivery, Message, MessageStatus
from workflow.snapshot import snapshot

ZONE = Settings().time_zone
TODAY = date(2025, 9, 30)
READER = "pnv@example.vn"


def came_back(office: Office, *days: tuple[str, str], sent_well: str = "") -> frozenset[str]:
    """Letters to one reader, each with the day and what was reported of it; returns the addresses that are given up today."""
    with office.database.transaction() as session:
        for number, (day, outcome) in enumerate(days):
            at = make.at(f"{day} 08:00")
            status = MessageStatus.FAILED if outcome == "bounced" else MessageStatus.SENT
            letter = Message(
                key=f"k{number}", recipient=READER, subject="s", content=b"x", message_id=f"<{number}@x>", attempts=1,
                queued_at=at, next_at=at, sent_at=at, status=status,
            )  # fmt: skip
            session.add(letter)
            session.flush()
            session.add(Delivery(message_id=letter.id or 0, at=at, outcome="sent"))
            session.add(Delivery(message_id=letter.id or 0, at=at + timedelta(hours=1), outcome=outcome, reply="5.1.1"))
        if sent_well:
            at = make.at(f"{sent_well} 08:00")
            session.add(
                Message(
                    key="well",
                    recipient=READER,
                    subject="s",
                    content=b"x",
                    message_id="<w@x>",
                    attempts=1,
                    queued_at=at,
                    next_at=at,
                    sent_at=at,
                    status=MessageStatus.SENT,
                )
            )
    with snapshot(office.database.url) as view:
        return reach.refused(view, TODAY, ZONE)


HARD, SOFT = "bounced", "delayed"


@pytest.mark.parametrize(
    ("days", "sent_well", "given_up"),
    [
        ([("2025-09-29", HARD)], "", False),
        ([("2025-09-22", HARD), ("2025-09-29", HARD)], "", True),
        ([("2025-08-20", HARD), ("2025-09-29", HARD)], "", False),
        ([("2025-09-22", HARD), ("2025-09-23", HARD)], "2025-09-27", False),
        ([("2025-09-22", HARD), ("2025-09-23", HARD)], "2025-09-29", True),
        ([(f"2025-09-{day}", SOFT) for day in range(20, 24)], "", False),
        ([(f"2025-09-{day}", SOFT) for day in range(20, 25)], "", True),
        ([*((f"2025-09-{day}", SOFT) for day in range(20, 24)), ("2025-09-25", HARD)], "", True),
    ],
)
def test_two_for_good_or_five_for_a_while_within_five_weeks(
    office: Office, days: list[tuple[str, str]], sent_well: str, given_up: bool
) -> None:
    assert came_back(office, *days, sent_well=sent_well) == (frozenset({READER}) if given_up else frozenset())


def test_one_letter_that_is_delayed_five_times_is_one(office: Office) -> None:
    came_back(office, ("2025-09-29", SOFT))
    with office.database.transaction() as session:
        letter = session.exec(select(Message.id)).one()
        for hour in range(4):
            session.add(Delivery(message_id=letter or 0, at=make.at(f"2025-09-29 1{hour}:00"), outcome=SOFT))
    with snapshot(office.database.url) as view:
        assert reach.refused(view, TODAY, ZONE) == frozenset()


def test_who_is_unreachable_is_said_with_the_reason(office: Office, run: Run) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(), make.task("I.2", lead="Phòng Kinh tế"), make.task("I.3", lead="Phòng Y tế"))
        make.agency(session, "Phòng Kinh tế").mailbox = None
        make.agency(session, "Phòng Y tế").deputy_mailbox = READER
    came_back(office, ("2025-09-22", HARD), ("2025-09-29", HARD))
    with snapshot(office.database.url) as view:
        found = {row["name"]: row["why"] for row in reach.unreachable(view, TODAY, ZONE)}
    assert found == {"Phòng Nội vụ": "thư bị trả về", "Phòng Kinh tế": "chưa có hộp thư"}
    office.settings = replace(office.settings, office=replace(office.settings.office, mailbox="vp@example.vn"))
    office.tick("2025-09-30 08:00")
    letter = next(one for one in office.mailer.letters if one.recipient == "vp@example.vn")
    assert letter.content
