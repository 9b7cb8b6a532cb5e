"""One tick: everything that is due, once. Cron, `dondoc run` and `dondoc serve` all call this and nothing else."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from notifications import hooks, links, mailer, morning, outbox, reminders
from notifications.replies import inbox, reading
from notifications.signing import Keys
from workflow import limits, planner
from workflow.access.entry import KeptAnswer, SignIn, WebSession
from workflow.audit import AuditEntry, newest
from workflow.clock import local_day
from workflow.config import Settings
from workflow.database import Database, exclusive
from workflow.errors import Refused
from workflow.evidence import Evidence, EvidenceStore
from workflow.message import Heartbeat, LinkCode, Upload

log = logging.getLogger(__name__)
REGISTER = ("set mailbox", "change agency", "add focal point", "add agency", "succeed", "undo succession")


@dataclass
class Ticked:
    """What a tick did."""

    opened: int = 0
    read: reading.Read = field(default_factory=reading.Read)
    queued: reminders.Queued = field(default_factory=reminders.Queued)
    delivered: outbox.Delivered = field(default_factory=outbox.Delivered)

    @property
    def mail_is_away(self) -> bool:
        return bool(self.delivered.later)


def tick(
    database: Database,
    settings: Settings,
    keys: Keys,
    transport: mailer.Mailer,
    *,
    at: datetime,
    clock: Callable[[], datetime] | None = None,
) -> Ticked:
    """Read what came in, open what is due to exist, write the letters of the morning, send what waits.

    `at` decides what is due; `clock` stamps the sending (default: `at`, so that a replay is the same each time).
    """
    today, done = local_day(at, settings.time_zone), Ticked()
    done.read = _read(database, settings, keys, clock or (lambda: at))
    with database.transaction() as session:
        exclusive(session, "tick")
        outbox.recover(session, settings.mail, at=(clock or (lambda: at))())
        forgotten = _tidy(session, at)
        _retire(session, settings, today, at)
        done.opened = _open(session, settings, today, at)
        done.queued = reminders.queue(session, settings, keys, at=at)
        hooks.queue(session, at=at)
    _sweep(EvidenceStore(settings.evidence), *forgotten)
    database.settle()
    done.delivered = outbox.deliver(database, transport, settings, clock=clock or (lambda: at))
    caller = hooks.Caller(database, clock or (lambda: at))
    outbox.deliver(database, caller, settings, clock=clock or (lambda: at), kinds=(hooks.KIND,))
    if clock:  # a replayed morning says nothing of whether the clock runs
        with database.transaction() as session:
            _beat(session, clock())
    return done


def _read(database: Database, settings: Settings, keys: Keys, clock: Callable[[], datetime]) -> reading.Read:
    """Read the inbox, if there is one; a mail server that is away stops nothing else."""
    if settings.inbox.kind == "none":
        return reading.Read()
    try:
        with inbox.open_inbox(settings.inbox) as box:
            done = reading.read(database, settings, keys, box, clock=clock)
    except Refused as problem:
        return reading.Read(problems=[str(problem)])
    except Exception as error:  # whatever lies in a mailbox, the reminders leave
        log.exception("the inbox")
        return reading.Read(problems=[f"{type(error).__name__}: {str(error)[:200]}"])
    if done.problems:
        return done
    with database.transaction() as session:
        session.merge(Heartbeat(name="inbox", at=clock()))
    return done


def _open(session: Session, settings: Settings, today: date, at: datetime) -> int:
    """Open the coming periods of recurring tasks, once a day and whenever something was entered since."""
    if morning.unchanged(session.get(Heartbeat, "plan"), settings, today, newest(session)[0]):
        return 0
    opened = planner.plan_recurring(session, today, horizon_days=settings.timing.horizon_days, at=at)
    session.merge(Heartbeat(name="plan", at=at, upto=newest(session)[0]))
    return opened


def _tidy(session: Session, at: datetime) -> tuple[list[Upload], set[str]]:
    """Forget what was begun through links and never finished, and what was counted long ago.

    Returns the uploads that are forgotten and the contents that nothing names any more, to be taken out of the store after that.
    """
    limits.forget(session, before=at - timedelta(days=2))
    old = list(session.exec(select(Upload).where(Upload.at < at - timedelta(days=2))))
    for upload in old:
        session.delete(upload)
    session.flush()
    for kind, moment in ((LinkCode, LinkCode.at), (SignIn, SignIn.at), (KeptAnswer, KeptAnswer.at)):
        session.execute(delete(kind).where(col(moment) < at - timedelta(days=2)))
    session.execute(delete(WebSession).where(col(WebSession.began_at) < at - timedelta(days=60)))
    contents = {upload.sha256 for upload in old if upload.sha256}
    named = {
        sha256
        for kind in (Evidence, Upload)
        for sha256 in session.exec(select(kind.sha256).where(col(kind.sha256).in_(contents)))
    }
    return old, contents - named


def _sweep(store: EvidenceStore, uploads: list[Upload], contents: set[str]) -> None:
    for upload in uploads:
        store.forget(upload.part)
    for sha256 in contents:
        store.discard(sha256, older_than=time.time() - 3600)


def _retire(session: Session, settings: Settings, today: date, at: datetime) -> None:
    """End the links to addresses that belong to an agency no more: once a day, because terms end, and after each change of the register."""
    beat, newest_ = session.get(Heartbeat, "links"), newest(session)[0]
    known = (beat.upto or 0) if beat else 0
    if beat and local_day(beat.at, settings.time_zone) == today:
        changed = select(AuditEntry.id).where(AuditEntry.id > known, col(AuditEntry.act).in_(REGISTER))  # type: ignore[operator]
        if not session.exec(changed.limit(1)).first():
            return
    links.retire(session, settings, at=at, today=today)
    session.merge(Heartbeat(name="links", at=at, upto=newest_))


def _beat(session: Session, at: datetime) -> None:
    exclusive(session, "tick")
    session.merge(Heartbeat(name="tick", at=at))
