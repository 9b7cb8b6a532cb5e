"""Writing what is stated of a directive in figures: permitted, not in a closed period, with what stood before in the history."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlmodel import Session, SQLModel

from workflow import audit
from workflow.access.permits import permit_office
from workflow.audit import By
from workflow.basis import need_reason
from workflow.database import exclusive
from workflow.directive import Directive
from workflow.duties.closing import refuse_closed


class Change(StrEnum):
    """What writing a figure did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


def begin(session: Session, directive: Directive, *, by: By) -> None:
    """Take the turn of a writer who states targets or money; raises NotPermitted."""
    exclusive(session, "audit")
    permit_office(by, "state_targets", subject=directive.code, monitor=directive.monitor_id)


def keep(
    session: Session,
    act: str,
    directive: Directive,
    row: Any,
    values: Mapping[str, Any],
    *,
    about: Mapping[str, Any],
    periods: tuple[str, ...] = (),
    by: By,
    at: datetime,
) -> Change:
    """Write a new row or what differs in one that is there; raises Refused where one of its periods is closed.

    `about` says in the history which figure it is.
    """
    fresh = row.id is None
    now = {name: value for name, value in values.items() if fresh or getattr(row, name) != value}
    if not now:
        return Change.SAME
    for period in periods:
        refuse_closed(session, directive.id or 0, period)
    before = {} if fresh else {name: getattr(row, name) for name in now}
    for name, value in now.items():
        setattr(row, name, value)
    row.at, row.by, row.channel = at, by.name, by.channel
    session.add(row)
    session.flush()
    audit.record(
        session,
        act,
        directive.code,
        by=by,
        at=at,
        before=told(before) or None,
        after={**about, **told(now, blank=not fresh)},
    )
    return Change.NEW if fresh else Change.CHANGED


def remove(
    session: Session,
    act: str,
    directive: Directive,
    rows: list[tuple[SQLModel, str]],
    *,
    about: Mapping[str, Any],
    content: Mapping[str, Any],
    by: By,
    at: datetime,
    reason: str,
) -> None:
    """Take rows out, each with its period; the history keeps what they said. Raises Refused where a period is closed."""
    for _row, period in rows:
        refuse_closed(session, directive.id or 0, period)
    why = need_reason(reason)
    for row, _period in rows:
        session.delete(row)
        session.flush()
    kept = told(content)
    gone = {**about, **dict.fromkeys(kept)}
    audit.record(session, act, directive.code, by=by, at=at, before=kept, after=gone, reason=why)


# What the history calls a field where its own name means another thing there.
_CALLED = {"name": "named", "until": "term", "note": "remark", "document_number": "document", "source": "money_from"}


def told(values: Mapping[str, Any], *, blank: bool = False) -> dict[str, Any]:
    """Values as the history keeps them: figures as text; with `blank` also that one was taken away."""
    plain = {
        _CALLED.get(name, name): format(value, "f") if isinstance(value, Decimal) else value
        for name, value in values.items()
    }
    return {name: value for name, value in plain.items() if blank or value not in (None, "", {})}
