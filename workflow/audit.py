"""The history: who did what to which thing, when, through which door, what was before and after; append-only and chained.

Each entry's hash covers its content and the hash of the entry before it, so a changed, removed or inserted entry shows.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, text
from sqlmodel import Field, Session, SQLModel

from workflow.access.roles import Authority
from workflow.database import Instant, exclusive, write_rows
from workflow.names import printable


@dataclass(frozen=True)
class By:
    """Who acts, and through which door (cli, link, web, tick, import); `authority` None: the record itself, or nobody has roles yet."""

    name: str
    channel: str
    authority: Authority | None = None

    def consequence(self) -> "By":
        """The same person for what follows by itself from an act that was permitted."""
        return replace(self, authority=None)


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


_HASHED = ("at", "actor", "channel", "act", "subject", "occurrence_id", "before", "after", "status_after", "reason")


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def digest(entry: Mapping[str, Any], previous: str) -> str:
    """The hash an entry must have: SHA-256 over the previous hash and the canonical content."""
    content = [entry["at"].astimezone(UTC).isoformat(), *(entry[name] for name in _HASHED[1:])]
    return hashlib.sha256(f"{previous}\n{_canonical(content)}".encode()).hexdigest()


def record(session: Session, act: str, subject: str, *, by: By, at: datetime, **fact: Any) -> None:
    """Append one entry in the caller's transaction; `fact` holds the optional fields of an entry."""
    record_all(session, [{"act": act, "subject": subject, **fact}], by=by, at=at)


def record_all(session: Session, facts: Iterable[dict[str, Any]], *, by: By, at: datetime) -> None:
    """Append the entries that one act makes, past the mapper; each fact gives `act`, `subject` and the optional fields.

    Writers take turns so that the chain cannot fork.
    """
    exclusive(session, "audit")
    session.flush()
    whole = {**dict.fromkeys(_HASHED), "at": at, "actor": printable(by.name), "channel": by.channel}
    previous, rows = head(session), []
    for fact in facts:
        entry = {**whole, **fact, "previous": previous}
        if entry["reason"]:
            entry["reason"] = printable(entry["reason"])
        entry["hash"] = previous = digest(entry, previous)
        rows.append(entry)
        if len(rows) == 5000:
            write_rows(session, AuditEntry, rows)
            rows.clear()
    write_rows(session, AuditEntry, rows)


def record_refusal(session: Session, problem: Exception, told: Mapping[str, Any], at: datetime) -> None:
    """Append that somebody tried what they may not do."""
    about = {"occurrence_id": told.get("occurrence_id"), "after": {"tried": told["act"]}, "reason": str(problem)}
    record(session, "not permitted", told["subject"], by=told["by"], at=at, **about)


_NEWEST = text("select hash from audit_entry order by id desc limit 1")


def head(session: Session) -> str:
    """The hash of the newest entry; an empty text before the first."""
    return str(session.connection().execute(_NEWEST).scalar() or "")
