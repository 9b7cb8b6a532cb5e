"""Sending what waits: claim, send with no transaction open, record. At least once, with the same Message-ID each time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, exists, select, update

from notifications.mailer import Fate, Letter, Mailer, Outcome
from workflow.config import MailSettings
from workflow.database import Database
from workflow.i18n import N_
from workflow.message import Delivery, Message, MessageStatus, Reminder
from workflow.occurrence import Occurrence
from workflow.standing import OPEN

BATCH = 20
STALE = timedelta(minutes=10)


@dataclass
class Delivered:
    """What one round of sending did."""

    sent: int = 0
    dropped: int = 0
    later: int = 0
    failed: int = 0
    problems: list[str] = field(default_factory=list)


def deliver(database: Database, mailer: Mailer, settings: MailSettings, *, clock: Callable[[], datetime]) -> Delivered:
    """Send every letter whose hour has come; stops asking a server that does not answer, and loses nothing."""
    return asyncio.run(_deliver(database, mailer, settings, clock))


async def _deliver(
    database: Database, mailer: Mailer, settings: MailSettings, clock: Callable[[], datetime]
) -> Delivered:
    done = Delivered()
    with database.transaction() as session:
        recover(session, at=clock())
    async with mailer:
        while True:
            with database.transaction() as session:
                letters = claim(session, at=clock(), done=done)
            if not letters:
                return done
            outcomes = await asyncio.gather(*(_sent(mailer, letter) for letter in letters))
            with database.transaction() as session:
                for letter, outcome in zip(letters, outcomes, strict=True):
                    record(session, letter, outcome, settings, at=clock(), done=done)
            if any(outcome.fate is Fate.AWAY for outcome in outcomes):
                return done  # the rest waits; asking an absent server again for each letter helps nobody


async def _sent(mailer: Mailer, letter: Letter) -> Outcome:
    """A transport that fails in a way of its own is away; the letter waits, it is not stranded."""
    try:
        return await mailer.send(letter)
    except Exception as error:
        return Outcome(Fate.AWAY, f"{type(error).__name__}: {error}")


def recover(session: Session, *, at: datetime) -> None:
    """Take back letters that a process claimed and did not finish; they may go out a second time, never be lost."""
    stale = col(Message.claimed_at) < at - STALE
    session.exec(
        update(Message)
        .where(col(Message.status) == MessageStatus.SENDING, stale)
        .values(status=MessageStatus.QUEUED, claimed_at=None)
    )


def claim(session: Session, *, at: datetime, done: Delivered, limit: int = BATCH) -> list[Letter]:
    """Take up to `limit` waiting letters for this process alone; letters whose tasks are all closed by now are dropped."""
    waiting = (
        select(Message)
        .where(col(Message.status) == MessageStatus.QUEUED, col(Message.next_at) <= at)
        .order_by(col(Message.next_at), col(Message.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    letters = []
    for message in session.exec(waiting):
        if _pointless(session, message):
            message.status, message.reason = (
                MessageStatus.DROPPED,
                N_("Everything it speaks of was done before it was sent."),
            )
            done.dropped += 1
            continue
        message.status, message.claimed_at, message.attempts = MessageStatus.SENDING, at, message.attempts + 1
        letters.append(Letter(message.id or 0, message.recipient, message.message_id, message.content))
    if not letters and done.dropped and session.dirty:
        session.flush()
        return claim(session, at=at, done=done, limit=limit)
    return letters


def _pointless(session: Session, message: Message) -> bool:
    reminders = select(Reminder.id).where(Reminder.message_id == message.id)
    still_open = reminders.join(Occurrence).where(col(Occurrence.status).in_(OPEN))
    return bool(session.exec(select(exists(reminders))).one()) and not session.exec(select(exists(still_open))).one()


def record(
    session: Session, letter: Letter, outcome: Outcome, settings: MailSettings, *, at: datetime, done: Delivered
) -> None:
    """Write down what became of a letter: sent, to be tried again with growing pauses, or given up with the reason."""
    message = session.get_one(Message, letter.id)
    session.add(Delivery(message_id=letter.id, at=at, outcome=outcome.fate, reply=outcome.reply[:500]))
    message.claimed_at = None
    if outcome.fate is Fate.SENT:
        message.status, message.sent_at, message.reason = MessageStatus.SENT, at, None
        done.sent += 1
        return
    message.reason = outcome.reply[:500]
    if outcome.reply not in done.problems:
        done.problems.append(outcome.reply)
    tired = at - message.queued_at > timedelta(days=settings.give_up_days)
    if outcome.fate is Fate.REFUSED or tired:
        message.status = MessageStatus.FAILED
        done.failed += 1
        return
    pause = min(settings.retry_seconds * 2 ** (message.attempts - 1), settings.longest_retry_seconds)
    message.status, message.next_at = MessageStatus.QUEUED, at + timedelta(seconds=pause)
    done.later += 1
