"""Handing a duty on by decision: from which agency and person to which, since when, why and on what basis."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session, col, select

from workflow.agency import Agency, FocalPoint
from workflow.audit import By
from workflow.basis import Basis, need_basis, need_reason
from workflow.errors import BadInput
from workflow.names import bounded
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.register.kinds import Kind
from workflow.register.succession import Handover
from workflow.standing import OPEN, Status
from workflow.task import Assignment, Role


def hand_on(
    session: Session,
    occurrence: Occurrence,
    heir: Agency,
    *,
    by: By,
    at: datetime,
    today: date,
    reason: str,
    basis: Basis | None,
    person: str = "",
    whole: bool = True,
) -> list[Occurrence]:
    """Give a duty to another agency; with `whole` every open period of that part goes, and so do the coming ones.

    Returns the periods that went. Whom it was issued to is kept for ever; links in letters to the former agency end.
    """
    row = occurrence.duty(session)
    row.permit(by, "hand_on")
    person = bounded(person, 200)
    reason, basis = need_reason(reason), need_basis(basis, at)
    if heir.id == occurrence.agency_id:
        raise BadInput("{name} owes it already; name another agency.", name=heir.name)
    if heir.kind == Kind.COLLECTIVE:
        raise BadInput("{name} stands for many agencies; name one.", name=heir.name)
    if not heir.valid_on(today):
        raise BadInput(
            "{name} does not exist on {day}; name one that does (`dondoc agencies`).",
            name=heir.name,
            day=show_day(today),
        )
    if row.status not in (*OPEN, Status.SUSPENDED):
        raise BadInput(
            "Only open work can be handed on; see how {label} stands with `dondoc show`.", label=occurrence.label()
        )
    going = [occurrence, *siblings(session, occurrence)] if whole else [occurrence]
    former_id = occurrence.agency_id
    former, given = people(session, former_id, today), person or people(session, heir.id or 0, today)
    for one in going:
        moved = Handover(
            occurrence_id=one.id,
            agency_id=one.agency_id,
            held=one.status,
            heir_id=heir.id,
            moved_on=today,
            reason=reason,
            basis=str(basis),
        )
        session.add(moved)
        before, after = {"person": former}, {"person": given, "basis": basis.to_json(), "from": today.isoformat()}
        one.hand_over(session, heir, by=by, at=at, reason=reason, before=before, after=after)
    if whole:
        own = select(Assignment).where(
            Assignment.task_id == occurrence.task_id,
            Assignment.role == Role.LEAD,
            Assignment.agency_id == occurrence.issued_to_id,
        )
        for part in session.exec(own):
            if (part.owed_by_id or part.agency_id) == former_id:  # else it holds one period only, not the part
                part.owed_by_id = heir.id
    session.flush()
    return going


def siblings(session: Session, occurrence: Occurrence) -> list[Occurrence]:
    """The other open periods of the same part of a task."""
    same = select(Occurrence).where(
        Occurrence.task_id == occurrence.task_id,
        Occurrence.issued_to_id == occurrence.issued_to_id,
        Occurrence.agency_id == occurrence.agency_id,
        Occurrence.id != occurrence.id,
        col(Occurrence.status).in_((*OPEN, Status.SUSPENDED)),
    )
    return list(session.exec(same.order_by(col(Occurrence.id))))


def people(session: Session, agency_id: int, today: date) -> str:
    """The focal points of an agency on a day, for the history."""
    points = session.exec(select(FocalPoint).where(FocalPoint.agency_id == agency_id).order_by(col(FocalPoint.id)))
    own = [p.name for p in points if (p.valid_from or date.min) <= today <= (p.valid_to or date.max)]
    return ", ".join(own) or "–"
