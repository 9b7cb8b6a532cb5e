"""Calling for the reports of a period: a task of its own beside those of the directive, owed by each agency by a deadline of its own.

Decree 09/2019/NĐ-CP, Articles 4 and 12, on periodic reports. Because it is a task, reminders, links, confirmation, successions and
the overdue review hold for it as for any other.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, func, select

from workflow import audit
from workflow.access.permits import permit_office
from workflow.agency import Agency
from workflow.audit import By
from workflow.database import Instant, exclusive
from workflow.directive import Directive
from workflow.duties.closing import refuse_closed
from workflow.duties.period_key import period_key
from workflow.errors import BadInput, Refused
from workflow.i18n import N_, speaking
from workflow.names import strip_marks
from workflow.occurrence import Occurrence, open_record
from workflow.periods import Window, add_months, first_day, last_day, show_day, show_period
from workflow.register.groups import members
from workflow.register.kinds import Kind as AgencyKind
from workflow.standing import Status
from workflow.task import Assignment, Role, Task
from workflow.timing import Kind, Timing

SECTION = "Chế độ báo cáo"  # under which the reports stand among the tasks of the directive


class PeriodCall(SQLModel, table=True):
    """The report of one period that a directive's agencies were asked for; its task holds who owes it and until when."""

    __tablename__ = "period_call"
    __table_args__ = (UniqueConstraint("directive_id", "period"),)

    id: int | None = Field(default=None, primary_key=True)
    directive_id: int = Field(foreign_key="directive.id")
    period: str
    task_id: int = Field(foreign_key="task.id", unique=True)
    called_at: datetime = Field(sa_type=Instant)
    called_by: str


def call(
    session: Session,
    directive: Directive,
    period: str,
    *,
    due: date,
    agencies: Sequence[Agency] = (),
    by: By,
    at: datetime,
    today: date,
) -> tuple[PeriodCall, list[Occurrence]]:
    """Ask agencies for their report of a period (default: all that owe something of the directive), due on `due`.

    Once more asks those that were not asked yet. Returns the call and what is new; raises BadInput, Refused or NotPermitted.
    """
    permit_office(by, "call_period", subject=directive.code, monitor=directive.monitor_id)
    exclusive(session, "audit")
    key = period_key(period)
    refuse_closed(session, directive.id or 0, key)
    if due < today:
        raise BadInput("{day} has passed; name a day that is still to come.", day=show_day(due))
    if due > add_months(last_day(key), 12):
        raise BadInput("{day} is more than a year after {period}.", day=show_day(due), period=show_period(key))
    if due < first_day(key):
        raise BadInput("{day} lies before {period} begins.", day=show_day(due), period=show_period(key))
    named = [member for one in agencies for member in _members(session, one, today)]
    asked = list({agency.id: agency for agency in named}.values()) or owing(session, directive, today)
    if not asked:
        raise Refused("No agency owes anything of {code}; name those that are to report.", code=directive.code)
    if ended := [agency.code for agency in asked if agency.valid_to and agency.valid_to <= today]:
        raise BadInput("{codes} have ended; name their successors.", codes=", ".join(ended))
    found = session.exec(select(PeriodCall).where(PeriodCall.directive_id == directive.id, PeriodCall.period == key))
    made = found.first() or _first(session, directive, key, due, by=by, at=at)
    task = session.get_one(Task, made.task_id)
    owed = {agency for part in task.parts() for agency in part}
    new = [_open(session, task, agency, key, due, by=by, at=at) for agency in asked if agency.id not in owed]
    if not new:
        raise Refused("The report of {period} is called for already: {code}.", period=show_period(key), code=task.code)
    told = {"period": key, "due": due.isoformat(), "agencies": sorted(o.agency.code for o in new)}
    audit.record(session, "call period", task.code, by=by, at=at, after=told)
    return made, new


def _members(session: Session, agency: Agency, today: date) -> list[Agency]:
    """An agency, or whom a group names on the day; a group itself answers nothing."""
    if agency.kind != AgencyKind.COLLECTIVE:
        return [agency]
    found = members(session, agency, today)
    if not found:
        raise BadInput("{name} is a group without members; name the agencies that are to report.", name=agency.name)
    return found


def _first(session: Session, directive: Directive, key: str, due: date, *, by: By, at: datetime) -> PeriodCall:
    """The task that carries the reports of a period."""
    with speaking("vi"):
        text = f"Báo cáo kết quả thực hiện {directive.number}, {show_period(key)}"
        words = f"chậm nhất ngày {show_day(due)}"
    timing = Timing(words, Kind.DEADLINE, (Window(due, first_day(key), key),))
    timing = timing.because(N_("The report was called for by {day}."), day=due)
    last = session.exec(select(func.max(Task.position)).where(Task.directive_id == directive.id)).one()
    task = Task(
        code=f"{directive.code}-BC.{key}".upper(),
        directive=directive,
        directive_id=directive.id or 0,
        position=(last or 0) + 1,
        no=f"BC.{key}",
        section=SECTION,
        text=text,
        folded=strip_marks(text),
        timing_words=words,
        timing=timing.to_json(),
        place={},
        stated_on=at.date() if at.date() > directive.issued_on else None,
    )
    session.add(task)
    session.flush()
    made = PeriodCall(directive_id=directive.id or 0, period=key, task_id=task.id or 0, called_at=at, called_by=by.name)
    session.add(made)
    session.flush()
    return made


def _open(session: Session, task: Task, agency: Agency, key: str, due: date, *, by: By, at: datetime) -> Occurrence:
    """Ask one agency; its deadline is its own, also where others were asked before."""
    owner = agency.id or 0
    task.assignments.append(
        Assignment(task_id=task.id or 0, agency_id=owner, role=Role.LEAD, position=len(task.assignments) + 1, words=agency.name)
    )  # fmt: skip
    occurrence = Occurrence(
        task=task, task_id=task.id or 0, agency_id=owner, issued_to_id=owner, period=key, opens_on=first_day(key),
        original_due_on=due, due_on=due, computed_due_on=due,
    )  # fmt: skip
    open_record(session, occurrence, by=by, at=at)
    return occurrence


def owing(session: Session, directive: Directive, today: date) -> list[Agency]:
    """The agencies that owe anything of a directive, open or done, and still exist; by name."""
    own = select(Occurrence.agency_id).join(Task).where(Task.directive_id == directive.id)
    own = own.where(Occurrence.status != Status.CANCELLED)
    alive = col(Agency.valid_to).is_(None) | (col(Agency.valid_to) > today)
    return list(session.exec(select(Agency).where(col(Agency.id).in_(own), alive).order_by(Agency.name)))


def call_of(session: Session, occurrence: Occurrence) -> PeriodCall | None:
    """The call that a duty answers, if it is a period report."""
    return session.exec(select(PeriodCall).where(PeriodCall.task_id == occurrence.task_id)).first()
