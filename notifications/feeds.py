"""Calendar feeds: a secret address under which a calendar program finds deadlines; only its hash is kept, and it can be revoked."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlmodel import Session

from notifications import ics, wire
from workflow import audit, queries
from workflow.agency import Agency
from workflow.audit import By
from workflow.config import Settings
from workflow.errors import BadInput, Refused
from workflow.i18n import _
from workflow.message import Feed
from workflow.snapshot import Row, Snapshot

REFRESH_HOURS = 6


def make(session: Session, agency: Agency, *, monitor: bool, by: By, at: datetime) -> tuple[Feed, str]:
    """A new feed of what an agency owes, or (`monitor`) of what it monitors; and its secret, which is shown this once."""
    secret = secrets.token_urlsafe(24)
    feed = Feed(token_hash=_hash(secret), agency_id=agency.id or 0, monitor=monitor, made_at=at, made_by=by.name)
    session.add(feed)
    session.flush()
    audit.record(session, "make feed", agency.code, by=by, at=at, after={"feed": feed.id, "monitor": monitor or None})
    return feed, secret


def revoke(session: Session, number: int, *, by: By, at: datetime) -> Agency:
    """End a feed: its address answers nothing any more."""
    feed = session.get(Feed, number)
    if not feed:
        raise BadInput("There is no feed {n}; see `dondoc calendar feeds`.", n=number)
    if feed.revoked_at:
        raise Refused("Feed {n} was revoked already.", n=number)
    feed.revoked_at = at
    agency = session.get_one(Agency, feed.agency_id)
    audit.record(session, "revoke feed", agency.code, by=by, at=at, before={"feed": number})
    return agency


def address(settings: Settings, secret: str) -> str:
    """The address to subscribe to."""
    return f"{settings.links.base_url.rstrip('/')}/ics/{secret}.ics"


def listed(view: Snapshot) -> list[Row]:
    """Every feed, newest last."""
    rows = view.rows(
        """select f.id, a.code as agency_code, a.name as agency, f.monitor, f.made_at, f.made_by, f.revoked_at
        from feed f join agency a on a.id = f.agency_id order by f.id"""
    )
    for row in rows:
        row["monitor"] = bool(row["monitor"])
    return rows


def content(view: Snapshot, settings: Settings, secret: str, *, at: datetime) -> str | None:
    """The calendar behind a secret; None for an unknown or revoked one. Nothing of confidential directives stands in it."""
    if len(secret) > 100:
        return None
    found = view.rows(
        """select f.agency_id, f.monitor, a.name from feed f join agency a on a.id = f.agency_id
        where f.token_hash = :hash and f.revoked_at is null""",
        hash=_hash(secret),
    )
    if not found:
        return None
    whose = "d.monitor_id" if found[0]["monitor"] else "o.agency_id"
    rows = view.rows(
        f"""select o.id, t.code, t.text, t.deliverable, d.number, o.due_on, o.deadline_version, a.name as agency, a.code as agency_code,
          i.name as issued_to, i.code as issued_to_code from occurrence o join task t on t.id = o.task_id
        join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id join agency i on i.id = o.issued_to_id
        where {whose} = :agency and o.due_on is not null and not d.confidential
        and o.status in ('not_started', 'in_progress', 'returned', 'submitted') order by o.due_on, o.id""",
        agency=found[0]["agency_id"],
    )
    days = [
        ics.Day(
            row["id"],
            row["due_on"],
            row["deadline_version"] - 1,
            ics.title(row["code"], row["text"], confidential=False),
            "\n".join(filter(None, [row["number"], queries.owner(row), row["deliverable"]])),
        )
        for row in rows
    ]
    name = _("Deadlines: {name}", name=found[0]["name"])
    domain = wire.sender(settings.mail.sender).domain
    return ics.calendar(days, domain=domain, at=at, name=name, hours=REFRESH_HOURS)


def _hash(secret: str) -> str:
    return hashlib.sha256(f"feed {secret}".encode()).hexdigest()
