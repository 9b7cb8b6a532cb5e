"""The history: who did what to which thing, when, through which door, what was before and after; append-only and chained.

Each entry's hash covers its content and the hash of the entry before it, so a changed, removed or inserted entry shows.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, Session, SQLModel

from workflow.access.roles import Authority
from workflow.database import KEEP_REFUSAL, Instant, exclusive, write_rows
from workflow.names import printable


@dataclass(frozen=True)
class By:
    """Who acts, and through which door (cli, link, web, tick, import); `authority` None: the record itself, or nobody has roles yet."""

    name: str
    channel: str
    authority: Authority | None = None

    @property
    def agencies(self) -> frozenset[int] | None:
        """For which agencies they hold a role, and so may see what is confidential; None for all, while nobody has roles."""
        if self.authority is None:
            return None
        return frozenset(grant.agency_id for grant in self.authority if grant.agency_id)

    def consequence(self) -> "By":
        """The same person for what follows by itself from an act that was permitted."""
        return replace(self, authority=None)


class AuditEntry(SQLModel, table=True):
    """One fact of the history."""

    __tablename__ = "audit_entry"
    # What happened to a period is found by its number; only what concerns none is looked up by its subject.
    _ABOUT_NO_PERIOD = text("occurrence_id is null")
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject", sqlite_where=_ABOUT_NO_PERIOD, postgresql_where=_ABOUT_NO_PERIOD),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant)
    actor: str
    channel: str
    act: str
    subject: str
    occurrence_id: int | None = Field(default=None, foreign_key="occurrence.id", index=True)
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    status_after: str | None = None
    reason: str | None = None
    previous: str
    hash: str


_HASHED = ("at", "actor", "channel", "act", "subject", "occurrence_id", "before", "after", "status_after", "reason")


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def digest(entry: Mapping[str, Any], previous: str) -> str:
    """The hash an entry must have: SHA-256 over the previous hash and the canonical content, a JSON list of its fields."""
    texts = [_canonical(entry["at"].astimezone(UTC).isoformat()), *(_text(entry[name]) for name in _HASHED[1:])]
    return _hash(texts, previous)


def _text(value: Any) -> str:
    return "null" if value is None else str(value) if isinstance(value, int) else _canonical(value)


def _hash(texts: list[str], previous: str) -> str:
    return hashlib.sha256(f"{previous}\n[{','.join(texts)}]".encode()).hexdigest()


def record(session: Session, act: str, subject: str, *, by: By, at: datetime, **fact: Any) -> None:
    """Append one entry in the caller's transaction; `fact` holds the optional fields of an entry."""
    record_all(session, [{"act": act, "subject": subject, **fact}], by=by, at=at)


def record_all(session: Session, facts: Iterable[dict[str, Any]], *, by: By, at: datetime) -> None:
    """Append the entries that one act makes, past the mapper; each fact gives `act`, `subject` and the optional fields.

    Writers take turns so that the chain cannot fork.
    """
    exclusive(session, "audit")
    session.flush()
    moment, actor = at.astimezone(UTC), printable(by.name)
    begin = [_canonical(moment.isoformat()), _canonical(actor), _canonical(by.channel)]
    previous, rows = head(session), []
    told: dict[int, str] = {}  # many entries of one act tell the very same
    for fact in facts:
        reason, get = fact.get("reason"), fact.get
        thing = (fact["act"], fact["subject"], get("occurrence_id"))
        own = (*thing, get("before"), get("after"), get("status_after"), reason and printable(reason))
        texts = [
            told.get(id(value)) or told.setdefault(id(value), _text(value)) if isinstance(value, dict) else _text(value)
            for value in own
        ]
        hash_ = _hash(begin + texts, previous)
        rows.append((own, texts, previous, hash_))
        previous = hash_
        if len(rows) == 5000:
            _append(session, rows, moment, actor, by.channel)
            rows.clear()
            told.clear()
    _append(session, rows, moment, actor, by.channel)


_COLUMNS = ("act", "subject", "occurrence_id", "before", "after", "status_after", "reason")
_PLAIN = f"""insert into audit_entry (at, actor, channel, {", ".join(_COLUMNS)}, previous, hash)
    values ({", ".join("?" * (len(_COLUMNS) + 5))})"""


def _append(
    session: Session, rows: list[tuple[tuple[Any, ...], list[str], str, str]], at: datetime, actor: str, channel: str
) -> None:
    """Write entries; on SQLite with the texts that were hashed, past everything that would make them a second time."""
    connection = session.connection()
    if connection.dialect.name != "sqlite" or not rows:
        same = {"at": at, "actor": actor, "channel": channel}
        told = [
            {**same, **dict(zip(_COLUMNS, own, strict=True)), "previous": previous, "hash": hash_}
            for own, _texts, previous, hash_ in rows
        ]
        write_rows(session, AuditEntry, told)
        return
    begin = (at.replace(tzinfo=None).isoformat(" ", "microseconds"), actor, channel)
    plain = [(*begin, *own[:3], *_json(texts[3:5]), *own[5:], previous, hash_) for own, texts, previous, hash_ in rows]
    connection.exec_driver_sql(_PLAIN, plain)


def _json(texts: list[str]) -> Iterator[str | None]:
    """The texts of JSON columns as they are stored: a field that says nothing is NULL."""
    return (None if text == "null" else text for text in texts)


def record_refusal(session: Session, problem: Exception, told: Mapping[str, Any], at: datetime) -> None:
    """Append that somebody tried what they may not do."""
    about = {"occurrence_id": told.get("occurrence_id"), "after": {"tried": told["act"]}, "reason": str(problem)}
    record(session, "not permitted", told["subject"], by=told["by"], at=at, **about)


KEEP_REFUSAL.append(record_refusal)

_NEWEST = text("select id, hash from audit_entry order by id desc limit 1")


def head(session: Session) -> str:
    """The hash of the newest entry; an empty text before the first."""
    return newest(session)[1]


def newest(session: Session) -> tuple[int, str]:
    """Number and hash of the newest entry; (0, "") before the first."""
    row = session.connection().execute(_NEWEST).first()
    return (row.id, row.hash) if row else (0, "")
