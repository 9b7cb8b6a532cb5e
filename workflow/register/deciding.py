"""One task at a time: which heir owes what an agency that ended and was split had to do."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session, col, select

from workflow import planner
from workflow.agency import Agency
from workflow.audit import By
from workflow.errors import BadInput, Refused
from workflow.i18n import _
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.register.inheritance import LIVE
from workflow.register.succession import Handover, Lineage, in_force
from workflow.task import Role, Task, answer, open_questions


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
    for occurrence in passed:
        session.add(
            Handover(
                succession_id=succession.id or 0, occurrence_id=occurrence.id, agency_id=owner, held=occurrence.status
            )
        )
        occurrence.hand_over(session, heir, by=by, at=at, reason=told)
    session.add(Handover(succession_id=succession.id or 0, assignment_id=part.id, agency_id=owner))
    part.owed_by_id = heir.id
    session.flush()
    codes = {session.get_one(Agency, i).code for i in (owner, part.agency_id) if i}
    asked = [q for q in open_questions(session, task) if q.args.get("agency") in codes]
    answer(asked, _("{name} owes it.", name=heir.name), by=by, at=at)
    planner.plan(session, task, until=today, by=by, at=at)
    return len(passed)
