"""Taking a succession back, as long as nothing has happened since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, func, select

from workflow import audit
from workflow.agency import Agency, FocalPoint
from workflow.audit import AuditEntry, By
from workflow.audit_words import say_act
from workflow.database import exclusive
from workflow.directive import Directive
from workflow.errors import NotFound, Refused
from workflow.i18n import _
from workflow.message import ActionLink, Message, Reminder
from workflow.occurrence import Occurrence
from workflow.register.handing import set_column, set_owners
from workflow.register.kinds import Manner
from workflow.register.succession import Handover, Succession
from workflow.task import Assignment, Task


def undo(session: Session, batch: int, *, by: By, at: datetime) -> list[Succession]:
    """Take a batch back in the caller's transaction; raises NotFound, or Refused where something has happened since."""
    exclusive(session, "audit")
    query = select(Succession).where(Succession.batch == batch, col(Succession.undone_at).is_(None))
    rows = list(session.exec(query.order_by(col(Succession.effective_on), col(Succession.id))))
    if not rows:
        if not session.exec(select(Succession.id).where(Succession.batch == batch)).first():
            raise NotFound("There is no succession number {n}.", n=batch)
        raise Refused("There is no succession number {n} that could be undone.", n=batch)
    _nothing_since(session, rows)
    ids = [row.id or 0 for row in rows]
    passed_on = select(Handover).where(col(Handover.succession_id).in_(ids)).order_by(col(Handover.id).desc())
    handed = list(session.exec(passed_on))
    for one in handed:
        session.expunge(one)  # read once; they go with one statement
    owners = {h.occurrence_id: h.agency_id or 0 for h in handed if h.occurrence_id}
    links = col(ActionLink.occurrence_id).in_(
        select(Handover.occurrence_id).where(col(Handover.succession_id).in_(ids))
    )
    again = update(ActionLink).where(links, col(ActionLink.revoked_at) == rows[0].applied_at).values(revoked_at=None)
    session.execute(again.execution_options(synchronize_session=False))
    set_owners(session, owners)
    parts, monitors = _former_holders(session, handed)
    set_column(session, Assignment, "owed_by_id", parts)
    set_column(session, Directive, "monitor_id", monitors)
    _take_back_people(session, handed)
    facts = list(_undone_facts(session, rows, owners))
    session.execute(delete(Handover).where(col(Handover.succession_id).in_(ids)))
    _drop_fresh(session, handed)
    session.expire_all()
    for row in rows:
        if row.kind != Manner.TRANSFERRED:
            session.get_one(Agency, row.former_id).valid_to = row.former_valid_to
        row.undone_at = at
    session.flush()
    audit.record_all(session, facts, by=by, at=at)
    return rows


def _former_holders(session: Session, handed: list[Handover]) -> tuple[dict[int, int | None], dict[int, int | None]]:
    """Who owed each part and confirmed each directive before; nobody but the one it was issued to is written as nobody."""
    parts = {h.assignment_id: h.agency_id for h in handed if h.assignment_id}
    own = select(Assignment.id, Assignment.agency_id).join(Handover, col(Handover.assignment_id) == col(Assignment.id))
    successions = {h.succession_id for h in handed}
    issued = dict(session.exec(own.where(col(Handover.succession_id).in_(successions))).all())
    monitors = {h.directive_id: h for h in handed if h.directive_id}
    return (
        {row: None if owner == issued.get(row) else owner for row, owner in parts.items()},
        {row: None if h.held == "issuer" else h.agency_id for row, h in monitors.items()},
    )


def _take_back_people(session: Session, handed: list[Handover]) -> None:
    """People and subordinate agencies are again where they were."""
    for one in handed:
        if one.child_id:
            session.get_one(Agency, one.child_id).parent_id = one.agency_id
        if one.focal_point_id and one.agency_id:
            session.get_one(FocalPoint, one.focal_point_id).valid_to = (
                date.fromisoformat(one.held) if one.held else None
            )
    session.flush()


def _drop_fresh(session: Session, handed: list[Handover]) -> None:
    """People who were entered for the heir go again."""
    fresh = [one.focal_point_id for one in handed if one.focal_point_id and not one.agency_id]
    session.execute(delete(FocalPoint).where(col(FocalPoint.id).in_(fresh)))


def _undone_facts(session: Session, rows: list[Succession], owners: dict[int, int]) -> Iterator[dict[str, Any]]:
    ids = {row.former_id for row in rows} | {row.heir_id for row in rows}
    agencies = {a.id: a for a in session.exec(select(Agency).where(col(Agency.id).in_(ids)))}
    reason = _("succession {n} undone", n=rows[0].batch)
    passed = (
        select(Occurrence.id, Task.code, Occurrence.period)
        .join(Task, col(Task.id) == col(Occurrence.task_id))
        .join(Handover, col(Handover.occurrence_id) == col(Occurrence.id))
        .where(col(Handover.succession_id).in_([row.id for row in rows]))
    )
    labels = {occurrence_id: f"{code}/{period}" for occurrence_id, code, period in session.exec(passed)}
    for occurrence_id, owner in owners.items():
        yield {
            "act": "undo succession",
            "subject": labels[occurrence_id],
            "occurrence_id": occurrence_id,
            "after": {"agency": agencies[owner].name, "owner": agencies[owner].code},
            "reason": reason,
        }
    for row in rows:
        yield {"act": "undo succession", "subject": agencies[row.former_id].code, "reason": reason}


def _nothing_since(session: Session, rows: list[Succession]) -> None:
    """Refuse where a later succession, a letter or any act builds on the batch."""
    ids, at = [row.id or 0 for row in rows], rows[0].applied_at
    agencies = {row.former_id for row in rows} | {row.heir_id for row in rows}
    later = select(Succession).where(Succession.batch > rows[0].batch, col(Succession.undone_at).is_(None))
    for one in session.exec(later):
        if {one.former_id, one.heir_id} & agencies:
            raise Refused(
                "Succession {n} was recorded later and concerns the same agencies; undo it first.", n=one.batch
            )
    moved = select(Handover.occurrence_id).where(
        col(Handover.succession_id).in_(ids), col(Handover.occurrence_id).is_not(None)
    )
    last = (
        session.exec(select(func.max(AuditEntry.id)).where(AuditEntry.at == at, AuditEntry.act == "succeed")).one() or 0
    )
    passing = ("succeed", "undo succession")  # later ones that hold are refused above, those undone left nothing
    act = select(AuditEntry).where(
        col(AuditEntry.id) > last, col(AuditEntry.occurrence_id).in_(moved), col(AuditEntry.act).not_in(passing)
    )
    told = session.exec(act.limit(1)).first()
    if told:
        raise Refused(
            "{subject} has gone on since ({act}); it can no longer be undone.",
            subject=told.subject,
            act=say_act(told.act),
        )
    _nothing_about(session, agencies, last)
    parts = select(Assignment.task_id).where(
        col(Assignment.id).in_(select(Handover.assignment_id).where(col(Handover.succession_id).in_(ids)))
    )
    opened = (
        select(AuditEntry)
        .join(Occurrence, col(Occurrence.id) == col(AuditEntry.occurrence_id))
        .where(col(AuditEntry.id) > last, AuditEntry.act == "open", col(Occurrence.task_id).in_(parts))
    )
    fresh = session.exec(opened.limit(1)).first()
    if fresh:
        raise Refused(
            "{subject} has gone on since ({act}); it can no longer be undone.",
            subject=fresh.subject,
            act=say_act(fresh.act),
        )
    letter = select(Message).join(Reminder).where(Message.queued_at > at, col(Reminder.occurrence_id).in_(moved))
    sent = session.exec(letter.limit(1)).first()
    if sent:
        raise Refused(
            "A letter to {recipient} was written since; it can no longer be undone.", recipient=sent.recipient
        )


def _nothing_about(session: Session, agencies: set[int], last: int) -> None:
    """Refuse where a document or an act since then built on who owes what: it would be left half taken back."""
    acts = ("import", "amend", "add task", "decide timing", "reopen", "hand over")
    since = select(AuditEntry.subject, AuditEntry.act).where(col(AuditEntry.id) > last, col(AuditEntry.act).in_(acts))
    told = {subject.split("/")[0]: (subject, act) for subject, act in session.exec(since)}
    if not told:
        return
    held = or_(col(Assignment.agency_id).in_(agencies), col(Assignment.owed_by_id).in_(agencies))
    own = select(Task.code, Directive.code).join(Directive, col(Directive.id) == col(Task.directive_id))
    for codes in session.exec(own.join(Assignment, col(Assignment.task_id) == col(Task.id)).where(held)):
        for subject, act in (told[code] for code in codes if code in told):
            raise Refused(
                "{subject} has gone on since ({act}); it can no longer be undone.", subject=subject, act=say_act(act)
            )
