"""From tasks to occurrences: opens what is due to exist; running it again changes nothing."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from workflow.audit import By, record
from workflow.occurrence import Occurrence, open_record
from workflow.standing import OPEN
from workflow.task import Task, due_within_plan
from workflow.timing import Kind, Window

ONGOING, UNTIMED = "ongoing", "untimed"


def plan(session: Session, task: Task, *, until: date, by: By, at: datetime) -> list[Occurrence]:
    """Open the occurrences of one task that fall due up to `until`, one for each lead agency and period."""
    new = []
    existing = list(session.exec(select(Occurrence).where(Occurrence.task_id == task.id)))
    known = {(o.agency_id, o.period) for o in existing}
    # What stated no time and was given a day later is the occurrence of that day.
    known |= {(o.agency_id, str(o.original_due_on)) for o in existing if o.period == UNTIMED and o.original_due_on}
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


def date_untimed(session: Session, task: Task, due: date, *, by: By, at: datetime) -> list[Occurrence]:
    """Give a deadline to the open occurrences of a task that stated none; their history goes on."""
    untimed = select(Occurrence).where(
        Occurrence.task_id == task.id, Occurrence.period == UNTIMED, col(Occurrence.due_on).is_(None)
    )
    dated = [o for o in session.exec(untimed) if o.status in OPEN]
    for occurrence in dated:
        occurrence.due_on = occurrence.original_due_on = due
        session.flush()
        record(
            session,
            "set deadline",
            f"{task.code}/{occurrence.period}",
            by=by,
            at=at,
            occurrence_id=occurrence.id,
            before={"due": None},
            after={"due": due.isoformat()},
        )
    return dated


def follow_decision(session: Session, task: Task, *, by: By, at: datetime) -> list[Occurrence]:
    """Open what a decided timing asks for; where the task had an occurrence without a deadline, that one gets it."""
    timing = task.understood()
    if timing.kind is Kind.DEADLINE and len(timing.windows) == 1:
        dated = date_untimed(session, task, timing.windows[0].due, by=by, at=at)
        if dated:
            return dated
    return plan(session, task, until=date(task.directive.plan_year, 12, 31), by=by, at=at)
