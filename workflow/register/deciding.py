"""What a person decides of who owes a task: the heir of a split agency, and the members of a group that named nobody."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session, col, or_, select

from workflow import planner
from workflow.agency import Agency
from workflow.audit import By
from workflow.errors import BadInput, Refused
from workflow.i18n import _
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.register import groups
from workflow.register.inheritance import LIVE
from workflow.register.mention import Register
from workflow.register.succession import Handover, Lineage, Succession, in_force
from workflow.task import Assignment, Role, Task, answer, open_questions


def decide(
    session: Session, task: Task, heir: Agency, former: Agency | None, *, today: date, by: By, at: datetime
) -> int:
    """Let `heir` owe the part of `former` (or of the one lead agency that ended) in a task; returns how many open periods passed.

    Raises Refused where no lead agency of the task ended and left it to `heir`.
    """
    lineage = Lineage(in_force(session))
    parts = [
        part
        for part in task.assignments
        if part.role == Role.LEAD
        and part.agency_id
        and (former is None or former.id in (part.owed_by_id, part.agency_id))
    ]
    taken = []
    for part in parts:
        for holder in dict.fromkeys((part.owed_by_id or part.agency_id or 0, part.agency_id or 0)):
            heirs = {lineage.sole_heir(one.heir_id, today): one for one in lineage.heirs(holder, today)}
            # A second decision may correct the first: whoever owes it is another heir of the same agency.
            if heir.id in heirs and part.owed_by_id in (None, holder, *heirs) and part.owed_by_id != heir.id:
                taken.append((part, heirs[heir.id]))
                break
    if not heir.valid_on(today):
        raise Refused("{name} does not exist today; name who stands in its place.", name=heir.name)
    if not taken:
        raise Refused("No lead agency of {code} ended and left its work to {name}.", code=task.code, name=heir.name)
    if len(taken) > 1:
        ended = "; ".join(session.get_one(Agency, one.former_id).code for _part, one in taken)
        raise BadInput(
            "Several lead agencies of {code} ended; name one with --from: {codes}.", code=task.code, codes=ended
        )
    part, succession = taken[0]
    owner, told = part.owed_by_id or part.agency_id, f"{succession.basis} ({show_day(succession.effective_on)})"
    own = select(Occurrence).where(
        Occurrence.task_id == task.id, Occurrence.agency_id == owner, col(Occurrence.status).in_(LIVE)
    )
    passed = list(session.exec(own))
    former_id = succession.former_id
    if owner != former_id:  # a decision that is corrected leaves no trace among what was taken over
        earlier = select(Handover).join(Succession, col(Succession.id) == col(Handover.succession_id))
        ids = [o.id for o in passed]
        kept = or_(col(Handover.occurrence_id).in_(ids), col(Handover.assignment_id) == part.id)
        for one in session.exec(earlier.where(Succession.former_id == former_id, kept)):
            session.delete(one)
    for occurrence in passed:
        session.add(
            Handover(
                succession_id=succession.id or 0,
                occurrence_id=occurrence.id,
                agency_id=former_id,
                held=occurrence.status,
            )
        )
        occurrence.hand_over(session, heir, by=by, at=at, reason=told)
    session.add(Handover(succession_id=succession.id or 0, assignment_id=part.id, agency_id=former_id))
    part.owed_by_id = heir.id
    session.flush()
    codes = {session.get_one(Agency, i).code for i in (owner, part.agency_id) if i}
    asked = [q for q in open_questions(session, task) if q.args.get("agency") in codes]
    answer(asked, _("{name} owes it.", name=heir.name), by=by, at=at)
    planner.plan(session, task, until=today, by=by, at=at)
    return len(passed)


def fan_out(session: Session, group: Agency, *, today: date, by: By, at: datetime) -> list[Task]:
    """Let the members of a group owe the tasks that it leads and that nobody owed so far; returns those tasks."""
    led = select(Assignment).where(Assignment.agency_id == group.id, Assignment.role == Role.LEAD)
    register, lineage = Register.load(session), Lineage(in_force(session))
    reached = []
    for part in session.exec(led.order_by(col(Assignment.task_id))):
        task = part.task
        if any(other.group_id == group.id for other in task.assignments):
            continue
        known = {other.agency_id for other in task.assignments if other.role == Role.LEAD}
        fresh = [a for a in groups.members(session, group, task.directive.issued_on, register) if a.id not in known]
        for member in fresh:
            heir = lineage.sole_heir(member.id or 0, today)
            task.assignments.append(
                Assignment(
                    task_id=task.id or 0,
                    agency_id=member.id,
                    agency=member,
                    owed_by_id=heir if heir != member.id else None,
                    group_id=group.id,
                    role=Role.LEAD,
                    position=part.position,
                    words=part.words,
                )
            )
        if fresh:
            session.flush()
            asked = [q for q in open_questions(session, task) if q.args.get("words") == part.words]
            answer(asked, _("{n} agencies", n=len(fresh)), by=by, at=at)
            planner.plan(session, task, until=date(task.directive.plan_year, 12, 31), by=by, at=at)
            reached.append(task)
    return reached
