"""How often something may be tried, counted in the record: limits hold over every process and outlive a restart."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, delete, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from workflow.database import Instant
from workflow.message import Attempts


class Limit(NamedTuple):
    """So many attempts within so many seconds of the first."""

    most: int
    seconds: int


def attempt(session: Session, name: str, limit: Limit, *, at: datetime) -> bool:
    """Count one attempt under a name and say whether it is still within the limit; after the time it begins anew.

    To be counted in a transaction of its own: what the attempt itself does may be rolled back.
    """
    begin = at - timedelta(seconds=limit.seconds)
    table: Any = Attempts.__table__  # type: ignore[attr-defined]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(table).values(name=name, since=at, count=1)
    over = table.c.since <= begin
    again = first.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "count": case((over, 1), else_=table.c.count + 1),
            "since": case((over, literal(at, Instant)), else_=table.c.since),
        },
    )
    return int(session.connection().execute(again.returning(table.c.count)).scalar_one()) <= limit.most


def forget(session: Session, *, before: datetime) -> None:
    """Drop what was counted long ago."""
    session.execute(delete(Attempts).where(col(Attempts.since) < before))
