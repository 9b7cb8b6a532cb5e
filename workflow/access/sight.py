"""Whether a person who acts may see a directive: the same rule as `viewing.visible`, for one directive and with the mapper."""

from __future__ import annotations

from sqlmodel import Session, col, func, or_, select

from workflow.audit import By
from workflow.directive import Directive, DirectiveReader
from workflow.standing import Status


def may_see(session: Session, by: By | None, directive: Directive) -> bool:
    """Whether the directive is open, or names an agency for which the person holds a role."""
    from workflow.duties.part import Part, PartStatus
    from workflow.occurrence import Occurrence
    from workflow.task import Assignment, Task

    if not directive.confidential or by is None or by.authority is None:
        return True
    own = {grant.agency_id for grant in by.authority if grant.agency_id}
    if own & {directive.issuer_id, directive.monitor_id}:
        return True
    tasks = select(Task.id).where(Task.directive_id == directive.id)
    periods = select(Occurrence.id).where(col(Occurrence.task_id).in_(tasks))
    named = (
        select(DirectiveReader.id).where(
            DirectiveReader.directive_id == directive.id, col(DirectiveReader.agency_id).in_(own)
        ),
        select(Assignment.id).where(
            col(Assignment.task_id).in_(tasks),
            or_(func.coalesce(Assignment.owed_by_id, Assignment.agency_id).in_(own)),
        ),
        select(Occurrence.id).where(
            col(Occurrence.task_id).in_(tasks),
            col(Occurrence.agency_id).in_(own),
            Occurrence.status != Status.CANCELLED,
        ),
        select(Part.id).where(
            col(Part.occurrence_id).in_(periods), col(Part.agency_id).in_(own), Part.status != PartStatus.DROPPED
        ),
    )
    return any(session.exec(query.limit(1)).first() for query in named)
