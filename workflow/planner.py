"""From tasks to occurrences: opens what is due to exist; running it again changes nothing."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from workflow.audit import By, record
from workflow.database import exclusive
from workflow.errors import Refused
from workflow.occurrence import Occurrence, open_record
from workflow.standing import OPEN, Status
from workflow.task import Task, due_within_plan
from workflow.timing import Kind, Window

ONGOING, UNTIMED = "ongoing", "untimed"


def plan(session: Session, task: Task, *, until: date, by: By, at: datetime) -> list[Occurrence]:
    """Open the occurrences of one task that fall due up to `until`, one for each lead agency and period."""
    new = []
    known = {(o.agency_id, o.period) for o in session.exec(select(Occurrence).where(Occurrence.task_id == task.id))}
    agencies = [a.agency_id for a in task.leads() if a.agency_id is not None]
    for window in _windows(task, until):
        for agency_id in agencies:
            if (agency_id, window.key) in known:
                continue
            due = None if window.key in (ONGOING, UNTIMED) else window.due
            occurrence = Occurrence(
                task=task,
                task_id=task.id or 0,
                agency_id=agency_id,
                period=window.key,
                opens_on=window.opens,
                original_due_on=due,
                due_on=due,
            )
            open_record(session, occurrence, by=by, at=at)
            new.append(occurrence)
    return new


def plan_recurring(session: Session, today: date, *, horizon_days: int, at: datetime) -> int:
    """Open the coming occurrences of every recurring task; returns how many are new."""
    recurring = select(Task).where(col(Task.recurs).is_(True), col(Task.undecided).is_(False)).order_by(col(Task.id))
    until = today + timedelta(days=horizon_days)
    return sum(
        len(plan(session, task, until=until, by=By("dondoc", "tick"), at=at)) for task in session.exec(recurring)
    )


def _windows(task: Task, until: date) -> Iterable[Window]:
    timing = task.understood()
    if task.undecided:
        return []
    if timing.kind is Kind.ONGOING:
        return [Window(date.max, None, ONGOING)]
    if timing.kind is Kind.UNDETERMINED and not task.timing_words:
        return [Window(date.max, None, UNTIMED)]
    first, last = due_within_plan(task.directive.plan_year)
    if timing.kind is Kind.RECURRING:
        # Periods that had ended before the directive was issued are nobody's duty.
        return timing.occurrences(task.directive.issued_on, max(until, date(task.directive.plan_year, 12, 31)))
    return timing.occurrences(first, last)


def follow_decision(session: Session, task: Task, *, by: By, at: datetime, reason: str) -> list[Occurrence]:
    """Bring the occurrences in line with a decided timing; returns those that are new or got another deadline.

    A decided day moves the open occurrence and keeps its first deadline; it never adds a second one beside it. A decided cycle
    cancels what nobody had begun under the timing before.
    """
    timing = task.understood()
    existing = list(session.exec(select(Occurrence).where(Occurrence.task_id == task.id).order_by(col(Occurrence.id))))
    waiting = [o for o in existing if o.status in OPEN]
    if timing.kind is Kind.RECURRING:
        wanted = {window.key for window in _windows(task, date(task.directive.plan_year, 12, 31))}
        for occurrence in waiting:
            if occurrence.period not in wanted and occurrence.status is Status.NOT_STARTED:
                occurrence.cancel(session, by=by, at=at, reason=reason)
        return plan(session, task, until=date(task.directive.plan_year, 12, 31), by=by, at=at)
    due = timing.windows[0].due if timing.windows else None
    changed = []
    for agency_id in [a.agency_id for a in task.leads() if a.agency_id is not None]:
        own = [o for o in waiting if o.agency_id == agency_id]
        if len(own) > 1:
            raise Refused(
                "{code} has several open periods: {periods}. Cancel those that no longer hold.",
                code=task.code,
                periods=", ".join(o.period for o in own),
            )
        if own:
            changed += [own[0]] if _redate(session, own[0], due, by=by, at=at, reason=reason) else []
        else:
            period = due.isoformat() if due else ONGOING
            if not any(o.agency_id == agency_id and o.period == period for o in existing):
                fresh = Occurrence(
                    task=task, task_id=task.id or 0, agency_id=agency_id, period=period, original_due_on=due, due_on=due
                )
                open_record(session, fresh, by=by, at=at)
                changed.append(fresh)
    return changed


def _redate(session: Session, occurrence: Occurrence, due: date | None, *, by: By, at: datetime, reason: str) -> bool:
    """Give an open occurrence another deadline; the first one is kept."""
    if occurrence.due_on == due:
        return False
    exclusive(session, "audit")
    before, occurrence.due_on = occurrence.due_on, due
    occurrence.original_due_on = occurrence.original_due_on or due
    session.flush()
    record(
        session,
        "set deadline",
        f"{occurrence.task.code}/{occurrence.period}",
        by=by,
        at=at,
        occurrence_id=occurrence.id,
        before={"due": before and before.isoformat()},
        after={"due": due and due.isoformat()},
        reason=reason,
    )
    return True
