"""Whether everything is in order: the database, the history's chain, evidence files, the clock, the outbox, who can be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from workflow import clock
from workflow.errors import Problem
from workflow.i18n import _

if TYPE_CHECKING:
    from workflow.config import Settings
    from workflow.database import Database


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `state` is good, warning or bad."""

    name: str
    state: str
    words: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a part that cannot be looked at is a bad finding, not an exception."""
    from workflow.database import Database

    nothing = Finding(
        _("Database"),
        "warning",
        _("There is no record yet. Import a first directive with `dondoc import FILE`."),
    )
    url = settings.database.url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return [nothing]
    database = Database(settings.database.url, settings.database.wait_seconds)
    try:
        if database.version() is None:
            return [nothing]
        database.ready()
        return [
            *_database(database),
            *_history(database),
            *_evidence(settings, database),
            *_calendar(database),
            *_record(settings),
        ]
    except Problem as problem:
        return [Finding(_("Database"), "bad", str(problem))]
    except Exception as error:
        return [Finding(_("Database"), "bad", str(error).splitlines()[0])]
    finally:
        database.dispose()


def _database(database: Database) -> Iterator[Finding]:
    from sqlalchemy import text

    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            answer = connection.execute(text("pragma integrity_check")).scalar()
            yield Finding(
                _("Database"),
                "good" if answer == "ok" else "bad",
                _("SQLite, whole") if answer == "ok" else str(answer),
            )
        else:
            yield Finding(
                _("Database"), "good", str(connection.execute(text("select version()")).scalar()).split(",")[0]
            )


def _history(database: Database) -> Iterator[Finding]:
    from sqlmodel import func, select

    from workflow.audit import AuditEntry
    from workflow.database import exclusive
    from workflow.history import chain, replay

    with database.transaction() as session:
        exclusive(session, "audit")  # nobody acts between reading the entries and reading the rows
        fault = chain.first_fault(session)
        count = session.exec(select(func.count()).select_from(AuditEntry)).one()
        bent = [f"{one.label}: {one.words}" for one in replay.differences(session)]
    yield Finding(
        _("History"),
        "bad" if fault else "good",
        str(fault) if fault else _("{n} entries, the chain is whole", n=count),
    )
    yield Finding(
        _("States"),
        "bad" if bent else "good",
        "; ".join(bent[:10]) if bent else _("every state is what its history tells"),
    )


def _evidence(settings: Settings, database: Database) -> Iterator[Finding]:
    from sqlmodel import select

    from workflow.evidence import Evidence, EvidenceStore
    from workflow.received import ReceivedDocument, State

    store = EvidenceStore(settings.evidence)
    with database.transaction() as session:
        kept = select(ReceivedDocument.sha256, ReceivedDocument.name).where(ReceivedDocument.state != State.DROPPED)
        files = [*session.exec(select(Evidence.sha256, Evidence.name).distinct()), *session.exec(kept.distinct())]
    broken = [name for sha256, name in files if not store.intact(sha256)]
    stray = set(store.names()) - {sha256 for sha256, _name in files}
    yield Finding(
        _("Evidence"),
        "bad" if broken else "good",
        _("missing or changed: {names}", names=", ".join(broken))
        if broken
        else _("{n} files, as they were sent", n=len(files))
        + (", " + _("{n} more that no report names", n=len(stray)) if stray else ""),
    )


def _calendar(database: Database) -> Iterator[Finding]:
    """Whether every deadline that is counted in working days stands where the calendar puts it; looks and changes nothing."""
    from workflow import planner
    from workflow.audit import By
    from workflow.office_calendar import office_calendar

    now = clock.now()
    with database.transaction() as session:
        announced = office_calendar(session).announced
        moved = [
            o.task.code for o, _was in planner.follow_calendar(session, by=By("doctor", "cli"), at=now, reason="-")
        ]
        session.rollback()
    old = announced < now.year
    words = _("days off are announced up to {year}", year=announced)
    if moved:
        words = _(
            "{codes} stand elsewhere than the calendar puts them; `dondoc calendar check`", codes=", ".join(moved)
        )
    yield Finding(_("Calendar"), "warning" if moved or old else "good", words)


def _record(settings: Settings) -> Iterator[Finding]:
    from workflow import health, ledger
    from workflow.snapshot import snapshot

    with snapshot(settings.database.url) as view:
        found, counts = (
            health.state(view, clock.local_day(clock.now(), settings.time_zone), settings.time_zone),
            ledger.outbox_counts(view),
        )
    zone, now = ZoneInfo(settings.time_zone), clock.now()
    ticked = found["tick_at"]
    troubles = health.troubles(found, now, settings.schedule.late_minutes)
    when = f"{ticked.astimezone(zone):%d/%m/%Y %H:%M}" if ticked else _("never")
    yield Finding(
        _("Clock"),
        "bad" if troubles else "good" if ticked else "warning",
        "; ".join([_("last tick: {when}", when=when), *troubles])
        + ("" if ticked else " – " + _("start `dondoc run` or `dondoc serve`")),
    )
    if settings.inbox.kind != "none":
        yield _inbox(found["inbox_at"], zone, now, settings.schedule.late_minutes)
    waiting = counts.get("queued", 0) + counts.get("sending", 0)
    failed = counts.get("failed", 0)
    yield Finding(
        _("Outbox"),
        "warning" if failed or waiting else "good",
        _(
            "{sent} sent, {waiting} waiting, {failed} refused",
            sent=counts.get("sent", 0),
            waiting=waiting,
            failed=failed,
        ),
    )
    if found["notes"]:
        words = _("{n} comments wait for a person: `dondoc notes list`", n=found["notes"])
        yield Finding(_("Comments"), "warning", words)
    unreachable = found["unreachable"]
    yield Finding(
        _("Agencies"),
        "warning" if unreachable else "good",
        _("nobody can be written to at: {names}", names="; ".join(unreachable))
        if unreachable
        else _("every agency that owes something can be written to"),
    )
    ended = found["ended"]
    yield Finding(
        _("Succession"),
        "warning" if ended else "good",
        _(
            "ended, but still owe something: {names}; enter their succession, or `dondoc succession decide`",
            names="; ".join(ended),
        )
        if ended
        else _("whoever owes something exists"),
    )
    yield Finding(
        _("Deadlines"),
        "warning" if found["undecided"] else "good",
        _("{n} tasks wait for a person to decide", n=found["undecided"])
        if found["undecided"]
        else _("none waits for a person"),
    )


def _inbox(read: datetime | None, zone: ZoneInfo, now: datetime, late_minutes: int) -> Finding:
    """Whether answers are read as often as the clock ticks."""
    late = read is None or now - read > timedelta(minutes=late_minutes)
    when = f"{read.astimezone(zone):%d/%m/%Y %H:%M}" if read else _("never")
    words = _("last read: {when}", when=when) + (" – " + _("try `dondoc inbox test`") if late else "")
    return Finding(_("Inbox"), "bad" if late else "good", words)
