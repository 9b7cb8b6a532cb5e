"""From tasks to occurrences: opens what is due to exist and follows what is decided or amended; twice is once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import joinedload, selectinload
from sqlmodel import Session, col, select

from workflow.agency import Agency
from workflow.audit import By
from workflow.calendar import WorkingCalendar
from workflow.database import exclusive
from workflow.errors import Refused
from workflow.i18n import N_, _
from workflow.occurrence import Occurrence, open_record
from workflow.office_calendar import office_calendar
from workflow.periods import ONGOING, UNTIMED, Window
from workflow.register.succession import Handover
from workflow.standing import OPEN, Status
from workflow.task import Assignment, Question, Role, Task, answer, due_within_plan, follows_calendar, open_questions
from workflow.timing import Kind


def plan(session: Session, task: Task, *, until: date, by: By, at: datetime) -> list[Occurrence]:
    """Open the occurrences of one task that fall due up to `until`, one for each lead agency and period."""
    exclusive(session, "audit")  # before the owners are read: a succession that is being applied changes them
    known = {(agency, o.period) for o in _existing(session, task) for agency in (o.agency_id, o.issued_to_id)}
    return _plan(session, task, known, until=until, by=by, at=at)


def _plan(
    session: Session, task: Task, known: set[tuple[int, str]], *, until: date, by: By, at: datetime
) -> list[Occurrence]:
    return [
        _open(session, task, owner, issued_to, window, by=by, at=at)
        for window in _windows(task, until, office_calendar(session))
        for owner, issued_to in task.owners()
        if not {(owner, window.key), (issued_to, window.key)} & known
    ]


# A task with what planning it reads.
_WHOLE = (
    selectinload(Task.assignments).joinedload(Assignment.agency),  # type: ignore[arg-type]
    joinedload(Task.directive),  # type: ignore[arg-type]
)


def plan_recurring(session: Session, today: date, *, horizon_days: int, at: datetime) -> int:
    """Open the coming occurrences of every recurring task; returns how many are new."""
    exclusive(session, "audit")
    recurring = col(Task.recurs).is_(True) & col(Task.undecided).is_(False)
    known: dict[int, set[tuple[int, str]]] = defaultdict(set)
    periods = select(Occurrence.task_id, Occurrence.agency_id, Occurrence.issued_to_id, Occurrence.period)
    for task_id, agency_id, issued_to_id, period in session.exec(periods.join(Task).where(recurring)):
        known[task_id] |= {(agency_id, period), (issued_to_id, period)}
    until, by = today + timedelta(days=horizon_days), By("dondoc", "tick")
    tasks = session.exec(select(Task).where(recurring).options(*_WHOLE).order_by(col(Task.id)))
    return sum(len(_plan(session, task, known[task.id or 0], until=until, by=by, at=at)) for task in tasks)


def follow_decision(session: Session, task: Task, *, by: By, at: datetime, reason: str) -> list[Occurrence]:
    """Bring the occurrences in line with a decided timing; returns those that are new or got another deadline.

    A decided day moves the open occurrence and keeps its first deadline; it never adds a second one beside it. A decided cycle
    cancels what nobody had begun under the timing before. Raises Refused where a day would have to stand for several periods.
    """
    how: dict[str, Any] = {"by": by.consequence(), "at": at, "reason": reason}
    changed = []
    for owner, issued_to in task.parts():
        followed = _follow(session, task, owner, issued_to, frozenset(), date.min, **how)
        if not task.recurs and followed.left:
            own = [o for o in _own(session, task, owner, issued_to) if o.status in OPEN]
            raise Refused(
                "{code} has several open periods: {periods}. Cancel those that no longer hold.",
                code=task.code,
                periods=", ".join(o.period for o in own),
            )
        _drop(session, followed.left, date.min, **how)
        changed += followed.changed
    return changed


def follow_amendment(
    session: Session, task: Task, *, retimed: bool, by: By, at: datetime, reason: str
) -> list[Occurrence]:
    """Bring the occurrences in line with a task that a later document changed; returns those that a person must settle.

    What was reported stays where it is. The open work of an agency that no longer leads is handed to the one named in its place.
    With a new timing (`retimed`) open occurrences get the new days and keep their first ones. What nobody had begun and is no
    longer asked is cancelled; what was begun, or was due before the later document, stays open.
    """
    how: dict[str, Any] = {"by": by.consequence(), "at": at, "reason": reason}
    decided = _decided(session, task)
    _give_back(session, task, decided, **how)
    existing, parts = [o for o in _existing(session, task) if o.id not in decided], task.parts()
    owners, issued = {owner for owner, _issued_to in parts}, {issued_to for _owner, issued_to in parts}
    served_by = {agency for o in existing for agency in (o.agency_id, o.issued_to_id)}
    former = list(dict.fromkeys(o.agency_id for o in existing if o.agency_id not in owners and o.status in OPEN))
    fresh = [part for part in parts if not set(part) & served_by]
    served: dict[int, frozenset[str]] = {}
    grouped = any(a.group_id for a in task.assignments if a.role == Role.LEAD)
    for old, (new, issued_to) in zip(former, fresh, strict=False) if not grouped else ():
        own = [o for o in existing if o.agency_id == old]
        served[issued_to] = frozenset(o.period for o in own)
        for occurrence in own:
            if occurrence.status in OPEN:
                occurrence.hand_over(session, session.get_one(Agency, new), **how)
    unpaired = former if grouped else former[len(fresh) :]
    dropped = [o for o in existing if o.agency_id in unpaired and o.status in OPEN]
    dropped += [o for o in existing if o.status in OPEN and _double(o, existing, issued)]
    unsettled = _drop(session, dropped, task.since(), **how)
    for owner, issued_to in parts if retimed else fresh:
        since, had = task.since(), served.get(issued_to, frozenset())
        followed = _follow(session, task, owner, issued_to, had, since, **how)
        unsettled += _drop(session, followed.left, since, **how)
    return unsettled


def _decided(session: Session, task: Task) -> set[int | None]:
    """The periods that the monitoring agency gave to somebody else, of agencies that still lead: an amendment leaves them there."""
    issued = {issued_to for _owner, issued_to in task.parts()}
    moved = select(Handover).join(Occurrence, col(Occurrence.id) == col(Handover.occurrence_id))
    moved = moved.where(Occurrence.task_id == task.id, col(Occurrence.issued_to_id).in_(issued))
    newest = {one.occurrence_id: one for one in session.exec(moved.order_by(col(Handover.id)))}
    return {number for number, one in newest.items() if one.succession_id is None}


def _give_back(session: Session, task: Task, decided: set[int | None], **how: Any) -> None:
    """Give what an earlier amendment took from an agency back to it, where it leads again."""
    owner_of = {issued_to: owner for owner, issued_to in task.parts()}
    for occurrence in _existing(session, task):
        owner = owner_of.get(occurrence.issued_to_id, occurrence.agency_id)
        if owner != occurrence.agency_id and occurrence.status in OPEN and occurrence.id not in decided:
            occurrence.hand_over(session, session.get_one(Agency, owner), **how)


def _double(occurrence: Occurrence, existing: list[Occurrence], issued: set[int]) -> bool:
    """Whether it came from an agency that leads no more to one that owes the same period on its own account."""
    return occurrence.issued_to_id not in issued and any(
        other.issued_to_id in issued and (other.agency_id, other.period) == (occurrence.agency_id, occurrence.period)
        for other in existing
    )


def settle_session(session: Session, task: Task, *, by: By, at: datetime, reason: str) -> bool:
    """Decide the timing of a task that waits for a council session whose day the calendar knows; whether it was so."""
    timing = task.understood()
    if not (task.undecided and timing.session and timing.happening(office_calendar(session))):
        return False
    known = replace(timing, needs_person=False, reasons=()).because(N_("The calendar knows the day of the session."))
    task.decide(session, known, by=by, at=at, reason=reason)
    return True


def follow_calendar(session: Session, *, by: By, at: datetime, reason: str) -> list[tuple[Occurrence, date | None]]:
    """Bring the occurrences in line with the calendar as it is; returns those that moved or are new, with their former day.

    An open occurrence moves only if its day was the one that the calendar gave before: what people agreed stands. A session
    whose day is now known settles the tasks that waited for it.
    """
    how: dict[str, Any] = {"by": by, "at": at, "reason": reason}
    calendar = office_calendar(session)
    moved: list[tuple[Occurrence, date | None]] = []
    for task in session.exec(select(Task).where(follows_calendar()).options(*_WHOLE).order_by(col(Task.id))):
        if settle_session(session, task, **how):
            moved += [(o, None) for o in plan(session, task, until=_year_end(task), by=by, at=at)]
        own = [o for o in _existing(session, task) if o.status in OPEN and o.due_on]
        if task.undecided or not own:
            continue
        _lost_session(session, task, calendar, by=by, at=at)
        # Looked up by their periods, so a span wide enough for any day that slips over an end.
        until = max([_year_end(task), *(o.due_on for o in own if o.due_on)]) + timedelta(days=60)
        windows = task.understood().occurrences(task.since() - timedelta(days=60), until, calendar)
        now = {w.key: w.due for w in windows}
        for occurrence in own:
            day, due = occurrence.due_on, now.get(occurrence.period)
            if due and day == occurrence.computed_due_on and occurrence.redate(session, due, computed=True, **how):
                moved.append((occurrence, day))
    return moved


def _lost_session(session: Session, task: Task, calendar: WorkingCalendar, *, by: By, at: datetime) -> None:
    """Ask about a deadline whose session is no longer in the calendar; it stays until a person or a new line says otherwise."""
    message = N_("The session is no longer in the calendar; its deadline stays until a day is entered.")
    timing = task.understood()
    if not timing.session or timing.windows:
        return
    asked = [question for question in open_questions(session, task) if question.message == message]
    if timing.happening(calendar):
        answer(asked, _("The calendar knows the day of the session."), by=by, at=at)
    elif not asked:
        session.add(Question(directive_id=task.directive_id, task_id=task.id, message=message))


class _Followed(NamedTuple):
    """What became of one agency's occurrences: new or moved ones, and open ones that no period is left for."""

    changed: list[Occurrence]
    left: list[Occurrence]


def _follow(
    session: Session,
    task: Task,
    owner: int,
    issued_to: int,
    served: frozenset[str],
    since: date,
    *,
    by: By,
    at: datetime,
    reason: str,
) -> _Followed:
    """Match the open occurrences of one lead's part with the periods that hold; open what lacks from `since` on."""
    if task.undecided:
        return _Followed([], [])
    how: dict[str, Any] = {"by": by, "at": at, "reason": reason}
    wanted = {w.key: w for w in _windows(task, _year_end(task), office_calendar(session))}
    own = _own(session, task, owner, issued_to)
    part = {owner, issued_to}
    known = served | {o.period for o in _existing(session, task) if part & {o.agency_id, o.issued_to_id}}
    missing = [w for key, w in wanted.items() if key not in known and (since <= w.due)]
    left = [o for o in own if o.status in OPEN and o.period not in wanted]
    changed = []
    for occurrence in own:
        if occurrence.status in OPEN and occurrence.period in wanted:
            due = _due(wanted[occurrence.period])
            changed += [occurrence] if occurrence.redate(session, due, computed=True, **how) else []
    if not task.recurs:  # a day in place of a day is the same duty; a month in place of a quarter is not
        for occurrence, window in _nearest(left, missing):
            changed += [occurrence] if occurrence.redate(session, _due(window), computed=True, **how) else []
            left.remove(occurrence)
            missing.remove(window)
    changed += [_open(session, task, owner, issued_to, window, by=by, at=at) for window in missing]
    return _Followed(changed, left)


def _nearest(left: list[Occurrence], missing: list[Window]) -> list[tuple[Occurrence, Window]]:
    """Which open occurrence goes on as which new period: those whose days are nearest, each once."""
    pairs: list[tuple[Occurrence, Window]] = []
    every = [(abs((o.due_on or date.max) - w.due), i, j) for i, o in enumerate(left) for j, w in enumerate(missing)]
    for _days, i, j in sorted(every):
        if not any(left[i] is occurrence or missing[j] is window for occurrence, window in pairs):
            pairs.append((left[i], missing[j]))
    return pairs


def _drop(session: Session, occurrences: list[Occurrence], since: date, **how: Any) -> list[Occurrence]:
    """Cancel what nobody had begun and was not due before `since`; return what stays."""
    kept = []
    for occurrence in occurrences:
        if occurrence.status is Status.NOT_STARTED and (occurrence.due_on or date.max) >= since:
            occurrence.cancel(session, **how)
        else:
            kept.append(occurrence)
    return kept


def _existing(session: Session, task: Task) -> list[Occurrence]:
    query = select(Occurrence).where(Occurrence.task_id == task.id).order_by(col(Occurrence.due_on), col(Occurrence.id))
    return list(session.exec(query))


def _own(session: Session, task: Task, owner: int, issued_to: int) -> list[Occurrence]:
    """The occurrences of one lead's part: issued to it, or taken over from an agency that leads no more."""
    others = {agency for _owner, agency in task.parts()} - {issued_to}
    return [
        o
        for o in _existing(session, task)
        if o.issued_to_id == issued_to or (o.agency_id == owner and o.issued_to_id not in others)
    ]


def _year_end(task: Task) -> date:
    """Until when a new task's occurrences are opened: its plan's year, and at least a quarter from the day it was stated."""
    return max(date(task.directive.plan_year, 12, 31), task.since() + timedelta(days=92))


def _windows(task: Task, until: date, calendar: WorkingCalendar) -> Iterable[Window]:
    timing = task.understood()
    if task.undecided:
        return []
    if timing.kind is Kind.ONGOING:
        return [Window(date.max, None, ONGOING)]
    if timing.kind is Kind.UNDETERMINED and not task.timing_words:
        return [Window(date.max, None, UNTIMED)]
    if timing.rules:
        return timing.occurrences(task.since(), max(until, _year_end(task)), calendar)
    return timing.occurrences(*due_within_plan(task.directive.plan_year), calendar)


def _due(window: Window) -> date | None:
    return None if window.key in (ONGOING, UNTIMED) else window.due


def _open(
    session: Session, task: Task, agency_id: int, issued_to_id: int, window: Window, *, by: By, at: datetime
) -> Occurrence:
    due = _due(window)
    occurrence = Occurrence(
        task=task,
        task_id=task.id or 0,
        agency_id=agency_id,
        issued_to_id=issued_to_id,
        period=window.key,
        opens_on=window.opens,
        original_due_on=due,
        due_on=due,
        computed_due_on=due,
    )
    open_record(session, occurrence, by=by, at=at)
    return occurrence
