"""The history: who did what to which thing, when, through which door, what was before and after; append-only and chained.

Each entry's hash covers its content and the hash of the entry before it, so a changed, removed or inserted entry shows.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from workflow.database import Instant, exclusive, write_rows
from workflow.names import printable


@dataclass(frozen=True)
class By:
    """Who acts, and through which door (cli, link, web, tick, import)."""

    name: str
    channel: str


class AuditEntry(SQLModel, table=True):
    """One fact of the history."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant)
    actor: str
    channel: str
    act: str
    subject: str = Field(index=True)
    occurrence_id: int | None = Field(default=None, foreign_key="occurrence.id", index=True)
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    status_after: str | None = None
    reason: str | None = None
    previous: str
    hash: str = Field(unique=True)

    def digest(self) -> str:
        """The hash this entry must have: SHA-256 over the previous hash and the canonical content."""
        return _digest({name: getattr(self, name) for name in _HASHED}, self.previous)


_HASHED = ("at", "actor", "channel", "act", "subject", "occurrence_id", "before", "after", "status_after", "reason")


def _digest(entry: dict[str, Any], previous: str) -> str:
    content = [entry["at"].astimezone(UTC).isoformat(), *(entry[name] for name in _HASHED[1:])]
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def record(
    session: Session,
    act: str,
    subject: str,
    *,
    by: By,
    at: datetime,
    occurrence_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    status_after: str | None = None,
    reason: str | None = None,
) -> AuditEntry:
    """Append one entry in the caller's transaction; writers take turns so that the chain cannot fork."""
    exclusive(session, "audit")
    entry = AuditEntry(
        at=at,
        actor=printable(by.name),
        channel=by.channel,
        act=act,
        subject=subject,
        occurrence_id=occurrence_id,
        before=before,
        after=after,
        status_after=status_after,
        reason=reason and printable(reason),
        previous=head(session),
        hash="",
    )
    entry.hash = entry.digest()
    session.add(entry)
    session.flush()
    return entry


def record_all(session: Session, facts: Iterable[dict[str, Any]], *, by: By, at: datetime) -> None:
    """Append many entries that one act makes, without the mapper; each fact gives `act`, `subject` and the optional fields."""
    exclusive(session, "audit")
    whole = {**dict.fromkeys(_HASHED), "at": at, "actor": printable(by.name), "channel": by.channel}
    previous, rows = head(session), []
    for fact in facts:
        entry = {**whole, **fact, "previous": previous}
        entry["hash"] = previous = _digest(entry, previous)
        rows.append(entry)
        if len(rows) == 5000:
            write_rows(session, AuditEntry, rows)
            rows.clear()
    write_rows(session, AuditEntry, rows)


def head(session: Session) -> str:
    """The hash of the newest entry; an empty text before the first."""
    return session.exec(select(AuditEntry.hash).order_by(col(AuditEntry.id).desc()).limit(1)).first() or ""


def first_fault(session: Session) -> int | None:
    """The id of the first entry that does not fit the chain, or None if all fit."""
    previous = ""
    for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).yield_per(1000):
        if entry.previous != previous or entry.hash != entry.digest():
            return entry.id
        previous = entry.hash
    return None
