"""Sending what waits: claim a group, send with no transaction open, record it while the next is claimed.

At least once, with the same Message-ID each time. A letter that was claimed and never recorded is taken back; one whose server was
lost after it had the whole text may arrive twice, and its row says so.
"""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select, update

from notifications import recipients, wire
from notifications.mailer import Fate, Letter, Mailer, Outcome
from notifications.rounds import DONE
from workflow import audit
from workflow.audit import By
from workflow.config import MailSettings, Settings
from workflow.database import Database, write_rows
from workflow.errors import BadInput, Refused
from workflow.evidence import Evidence, EvidenceStore
from workflow.i18n import N_
from workflow.message import Delivery, Message, MessageStatus, Reminder
from workflow.snapshot import Row, Snapshot, listed
from workflow.standing import OPEN

STALE = timedelta(minutes=10)
FRESH = timedelta(minutes=10)  # a letter is younger: nothing it says has changed
PER_CONNECTION = 25
OF_THE_DAY = ("digest", "urgent")  # they say how things stand on their day

REPORTED = ("bounced", "delayed")  # what came back later, and was no attempt
AT_ONCE = ("receipt", "link", "code", "answer", "sign_in", "press", "dispatch")  # answer what somebody has just done

LOST = N_("The file that goes with it is missing or is not what was brought; see `dondoc doctor`.")
GONE = N_("Nobody reads at this address for the agency any more.")


@dataclass
class Delivered:
    """What one round of sending did."""

    sent: int = 0
    dropped: int = 0
    later: int = 0
    failed: int = 0
    problems: list[str] = field(default_factory=list)


Sent = tuple[Letter, Outcome]


def deliver(
    database: Database,
    mailer: Mailer,
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    kinds: Sequence[str] = (),
) -> Delivered:
    """Send every letter whose hour has come, of some `kinds` only if named; stops asking a server that is away, and loses nothing."""
    return asyncio.run(_deliver(database, mailer, settings, clock, kinds))


async def _deliver(
    database: Database, mailer: Mailer, settings: Settings, clock: Callable[[], datetime], kinds: Sequence[str]
) -> Delivered:
    done, mail = Delivered(), settings.mail
    until = time.monotonic() + mail.round_seconds
    with database.transaction() as session:
        recover(session, mail, at=clock())
    store = EvidenceStore(settings.evidence)
    most, outcomes = mail.connections, list[Sent]()  # the first few tell whether the server is there
    async with mailer:
        while True:
            away = any(outcome.fate in (Fate.AWAY, Fate.HELD) for _letter, outcome in outcomes)
            over = away or time.monotonic() > until
            with database.transaction() as session:
                record(session, outcomes, mail, at=clock(), done=done)
                free = 0 if over else _allowed(session, mail, most, at=clock())
                letters = claim(session, settings, at=clock(), done=done, limit=free, kinds=kinds) if free else []
            if not letters:
                return done  # of a server that is away nothing more is asked; the rest goes with the next tick
            outcomes = await _sent_all(mailer, store, letters, mail.connections, until)
            most = mail.connections * PER_CONNECTION


async def _sent_all(
    mailer: Mailer, store: EvidenceStore, letters: list[Letter], workers: int, until: float
) -> list[Sent]:
    """Hand a group over, so many at a time; once the server is away or the time is up, the rest is held as it was."""
    waiting, found, stopped = iter(letters), list[Sent](), False

    async def work() -> None:
        nonlocal stopped
        for letter in waiting:
            held = stopped or time.monotonic() > until
            outcome = Outcome(Fate.HELD) if held else await _sent(mailer, store, letter)
            stopped = stopped or outcome.fate is Fate.AWAY
            found.append((letter, outcome))

    await asyncio.gather(*(work() for _n in range(workers)))
    return found


async def _sent(mailer: Mailer, store: EvidenceStore, letter: Letter) -> Outcome:
    """A letter on which the transport fails in a way of its own is tried again later and stops no other; one whose file is lost is given up."""
    if letter.file:
        if not store.intact(letter.file):
            return Outcome(Fate.REFUSED, LOST)
        with store.open(letter.file) as file:
            letter = replace(letter, content=wire.filled(letter.content, file.read()))
    try:
        return await mailer.send(letter)
    except OSError as error:
        return Outcome(Fate.AWAY, f"{type(error).__name__}: {error}")
    except Exception as error:
        return Outcome(Fate.LATER, f"{type(error).__name__}: {error}")


def retry(session: Session, number: int, *, by: By, at: datetime) -> str:
    """Let a letter that was refused be tried again, for instance after its mailbox was mended; returns its reader.

    One of today goes with the next tick; what one of an earlier morning told goes with the next morning's.
    """
    message = session.get(Message, number)
    if not message:
        raise BadInput("There is no letter {number}.", number=number)
    if message.status is not MessageStatus.FAILED:
        raise Refused("Letter {number} was not refused; see `dondoc outbox`.", number=number)
    if not message.content:
        raise Refused(
            "Letter {number} could not be made ({reason}); what it tells comes with the next one.",
            number=number,
            reason=message.reason or "–",
        )
    message.status, message.next_at, message.attempts = MessageStatus.QUEUED, at, 0
    audit.record(session, "retry letter", str(number), by=by, at=at, after={"recipient": message.recipient})
    return message.recipient


def recover(session: Session, settings: MailSettings, *, at: datetime) -> None:
    """Take back letters that a process claimed and did not finish; they may go out a second time, never be lost."""
    stale = col(Message.claimed_at) < at - max(STALE, timedelta(seconds=2 * settings.round_seconds))
    session.exec(
        update(Message)
        .where(col(Message.status) == MessageStatus.SENDING, stale)
        .values(status=MessageStatus.QUEUED, claimed_at=None, doubts=col(Message.doubts) + 1)
    )


def _allowed(session: Session, settings: MailSettings, most: int, *, at: datetime) -> int:
    """How many letters may go now: all, or what the minute has left, counted over every process."""
    if not settings.per_minute:
        return most
    lately = select(func.count()).select_from(Delivery).where(Delivery.at > at - timedelta(minutes=1))
    lately = lately.where(col(Delivery.outcome).not_in(REPORTED))
    return max(0, min(most, settings.per_minute - session.exec(lately).one()))


def claim(
    session: Session, settings: Settings, *, at: datetime, done: Delivered, limit: int, kinds: Sequence[str] = ()
) -> list[Letter]:
    """Take up to `limit` waiting letters for this process alone; what has become pointless meanwhile is dropped.

    A letter of an earlier morning does not leave any more: its days would be wrong, and the next morning writes it anew.
    """
    table = Message.__table__  # type: ignore[attr-defined]
    zone = ZoneInfo(settings.time_zone)
    midnight = datetime.combine(at.astimezone(zone).date(), datetime.min.time(), zone)
    names = ("id", "recipient", "message_id", "content", "attempts", "queued_at", "kind")
    file = select(col(Evidence.sha256)).where(col(Evidence.dispatch_id) == table.c.dispatch_id).scalar_subquery()
    waiting = (
        table.select()
        .with_only_columns(*(table.c[name] for name in names), file.label("file"))
        .where(table.c.status == MessageStatus.QUEUED, table.c.next_at <= at)
        .where(table.c.kind.not_in(OF_THE_DAY) | (table.c.queued_at >= midnight), table.c.content != b"")
        .order_by(table.c.next_at, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    own = table.c.kind.in_(kinds) if kinds else table.c.kind != "webhook"  # which goes another way
    waiting = waiting.where(own)
    connection = session.connection()
    while rows := list(connection.execute(waiting)):
        old = [row.id for row in rows if row.kind in OF_THE_DAY and (row.attempts or at - row.queued_at >= FRESH)]
        finished, astray = _pointless(session, settings, old, at)
        _change(session, finished, {"status": MessageStatus.DROPPED, "reason": DONE})
        _change(
            session, astray, {"next_at": midnight + timedelta(days=1), "reason": GONE}
        )  # the next morning writes it anew
        _free(session, finished)
        done.dropped += len(finished)
        letters = [
            Letter(r.id, r.recipient, r.message_id, r.content, r.file or "")
            for r in rows
            if r.id not in (*finished, *astray)
        ]
        claimed = {"status": MessageStatus.SENDING, "claimed_at": at, "attempts": table.c.attempts + 1}
        _change(session, [letter.id for letter in letters], claimed)
        if letters:
            return letters
    return []


def _change(session: Session, numbers: Sequence[int], values: dict[str, object], *, only: str | None = None) -> None:
    """Write the same into letters, or into those of them that are still in one state."""
    table = Message.__table__  # type: ignore[attr-defined]
    if numbers:
        chosen = table.update().where(table.c.id.in_(numbers))
        session.connection().execute((chosen.where(table.c.status == only) if only else chosen).values(**values))


def _free(session: Session, numbers: Sequence[int]) -> None:
    """What a letter that never left told was told to nobody: should it hold again, it is told again."""
    table = Reminder.__table__  # type: ignore[attr-defined]
    if numbers:
        told = table.update().where(table.c.message_id.in_(numbers))
        session.connection().execute(told.values(message_id=None, skipped=DONE))


def _pointless(session: Session, settings: Settings, numbers: list[int], at: datetime) -> tuple[list[int], list[int]]:
    """Of letters that have waited: those about nothing that is still open, and those whose reader is no longer the right one."""
    if not numbers:
        return [], []
    view, today = Snapshot.within(session), at.astimezone(ZoneInfo(settings.time_zone)).date()
    rows = view.rows(
        f"""select m.id, m.recipient, r.rung, o.agency_id, o.status, d.monitor_id from message m
        join reminder r on r.message_id = m.id join occurrence o on o.id = r.occurrence_id
        join task t on t.id = o.task_id join directive d on d.id = t.directive_id where m.id in ({listed(numbers)})"""
    )
    by_letter: dict[int, list[Row]] = {}
    for row in rows:
        by_letter.setdefault(row["id"], []).append(row)
    book, finished, astray = recipients.book(view, settings, today), [], []
    for number, own in by_letter.items():
        ended = [row["status"] not in OPEN and not _is_occasion(row["rung"]) for row in own]
        if all(ended):
            finished.append(number)
        elif not any(book.reads(row["recipient"], row) for row in own):
            astray.append(number)
    return finished, astray


def _is_occasion(rung: str) -> bool:
    """Whether it tells what happened, which stays true whatever came after it."""
    return ":" in rung and not re.match(r"level:|part\d", rung)


def record(
    session: Session, outcomes: Sequence[Sent], settings: MailSettings, *, at: datetime, done: Delivered
) -> None:
    """Write down what became of a group of letters: sent, to be tried again with growing pauses, or given up with the reason."""
    if not outcomes:
        return
    attempts = [
        {"message_id": letter.id, "at": at, "outcome": outcome.fate, "reply": outcome.reply[:500]}
        for letter, outcome in outcomes
        if outcome.fate is not Fate.HELD
    ]
    write_rows(session, Delivery, attempts)
    held = [letter.id for letter, outcome in outcomes if outcome.fate is Fate.HELD]
    before: dict[str, object] = {"status": MessageStatus.QUEUED, "claimed_at": None}
    before["attempts"] = col(Message.attempts) - 1
    _change(session, held, before, only="sending")  # what was dropped meanwhile stays so
    sent = [letter.id for letter, outcome in outcomes if outcome.fate is Fate.SENT]
    _change(session, sent, {"status": MessageStatus.SENT, "sent_at": at, "claimed_at": None, "reason": None})
    done.sent += len(sent)
    for letter, outcome in outcomes:
        if outcome.fate not in (Fate.SENT, Fate.HELD):
            _put_back(session, letter, outcome, settings, at=at, done=done)


def _put_back(
    session: Session, letter: Letter, outcome: Outcome, settings: MailSettings, *, at: datetime, done: Delivered
) -> None:
    message = session.get_one(Message, letter.id, populate_existing=True)
    if message.status is not MessageStatus.SENDING:
        return  # it was dropped while it was being sent, and stays so
    message.claimed_at, message.reason = None, outcome.reply[:500]
    message.doubts += outcome.doubtful
    if outcome.reply not in done.problems:
        done.problems.append(outcome.reply)
    # A server that is away says nothing about the letter; a refusal that never ends does.
    of_it = outcome.fate is Fate.LATER or outcome.doubtful
    tired = of_it and at - message.queued_at > timedelta(days=settings.give_up_days)
    if outcome.fate is Fate.REFUSED or tired:
        message.status = MessageStatus.FAILED
        done.failed += 1
        return
    pause = min(settings.retry_seconds * 2 ** min(message.attempts - 1, 20), settings.longest_retry_seconds)
    message.status, message.next_at = MessageStatus.QUEUED, at + timedelta(seconds=pause)
    done.later += 1
