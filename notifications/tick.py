"""One tick: everything that is due, once. Cron, `dondoc run` and `dondoc serve` all call this and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from notifications import mailer, morning, outbox, reminders
from notifications.replies import inbox, reading
from notifications.signing import Keys
from workflow import limits, planner
from workflow.audit import newest
from workflow.clock import local_day
from workflow.config import Settings
from workflow.database import Database, exclusive
from workflow.errors import Refused
from workflow.evidence import Evidence, EvidenceStore
from workflow.message import Heartbeat, LinkCode, Upload


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
        _tidy(session, settings, at)
        done.opened = _open(session, settings, today, at)
        done.queued = reminders.queue(session, settings, keys, at=at)
    done.delivered = outbox.deliver(database, transport, settings, clock=clock or (lambda: at))
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


def _tidy(session: Session, settings: Settings, at: datetime) -> None:
    """Forget what was begun through links and never finished, and what was counted long ago."""
    limits.forget(session, before=at - timedelta(days=2))
    old = list(session.exec(select(Upload).where(Upload.at < at - timedelta(days=2))))
    store = EvidenceStore(settings.evidence)
    for upload in old:
        store.forget(upload.part)
        session.delete(upload)
        used = select(Evidence.id).where(Evidence.sha256 == upload.sha256)
        if upload.sha256 and not session.exec(used).first():
            store.discard(upload.sha256)
    session.execute(delete(LinkCode).where(col(LinkCode.at) < at - timedelta(days=2)))


def _beat(session: Session, at: datetime) -> None:
    exclusive(session, "tick")
    session.merge(Heartbeat(name="tick", at=at))
