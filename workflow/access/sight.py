"""Which directives a person who acts may not see: the rule of `viewing`, asked inside a transaction."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

from workflow.access.viewing import seen_by
from workflow.audit import By


def hidden(session: Session, by: By) -> frozenset[int]:
    """The confidential directives that name none of the agencies for which the person holds a role."""
    if by.agencies is None:
        return frozenset()
    session.flush()
    found = session.connection().execute(text(f"select d.id from directive d where {seen_by(by.agencies)} is not true"))
    return frozenset(found.scalars())
