"""Which occurrence is meant: the one that a person names by task, agency and period; the open ones due between two days."""

from datetime import date

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from workflow.agency import Agency
from workflow.duties.period_key import period_key
from workflow.errors import BadInput, Refused
from workflow.occurrence import Occurrence
from workflow.standing import OPEN, Status, say_status
from workflow.task import Task

# An occurrence with what a letter says of it.
_WHOLE = (
    joinedload(Occurrence.task).joinedload(Task.directive),  # type: ignore[arg-type]
    joinedload(Occurrence.agency),  # type: ignore[arg-type]
    joinedload(Occurrence.issued_to),  # type: ignore[arg-type]
)


def open_between(session: Session, first_due: date, last_due: date) -> list[Occurrence]:
    """Open occurrences due between two days, earliest first, with their tasks and agencies."""
    query = (
        select(Occurrence)
        .where(
            col(Occurrence.status).in_(OPEN), col(Occurrence.due_on) >= first_due, col(Occurrence.due_on) <= last_due
        )
        .options(*_WHOLE)
        .order_by(col(Occurrence.due_on), col(Occurrence.id))
    )
    return list(session.exec(query))


def choose(
    session: Session,
    task: Task,
    *,
    statuses: tuple[Status, ...] = OPEN,
    agency: Agency | None = None,
    period: str | None = None,
    today: date | None = None,
    option: str = "--agency",
) -> Occurrence:
    """The one occurrence of a task that a person means: the only one whose status fits, of the agency and period if named.

    Periods that begin after `today` count only if named. Raises Refused where several fit or a report of it still waits.
    """
    period = _key(period)
    query = select(Occurrence).where(Occurrence.task_id == task.id).order_by(col(Occurrence.due_on), col(Occurrence.id))
    every = list(session.exec(query))
    if not every:
        raise Refused(
            "{code} has no deadline yet: decide it with `dondoc deadline set` or `dondoc cycle set`.", code=task.code
        )
    named = [
        o
        for o in every
        if (not agency or agency.id in (o.agency_id, o.issued_to_id))
        and (not period or o.period.upper() == period.upper())
    ]
    if not named:
        parts = "; ".join(f"{o.agency.name}, {o.period}" for o in every)
        raise BadInput("{code} has no such part. There are: {parts}.", code=task.code, parts=parts)
    begun = [o for o in named if period or today is None or o.opens_on is None or o.opens_on <= today] or named
    usable = [o for o in begun if o.status in statuses] or begun
    owners = {o.agency_id: o.agency.name for o in usable}
    if len(owners) > 1:
        names = "; ".join(owners.values())
        raise Refused(
            "{code} is owed by several agencies; add {option}: {names}.", code=task.code, option=option, names=names
        )
    waiting = [o for o in begun if o.status is Status.SUBMITTED]
    if waiting and Status.SUBMITTED not in statuses and not period:
        raise Refused(
            "The report of {label} still waits for confirmation. Name another period with --period.",
            label=waiting[0].label(),
        )
    if len(usable) > len({o.period for o in usable}):
        raise Refused(
            "{name} owes {code} several times, taken over from: {codes}; name one of these with {option}.",
            option=option,
            name=usable[0].agency.name,
            code=task.code,
            codes=", ".join(dict.fromkeys(o.issued_to.code for o in usable)),
        )
    if len(usable) > 1 and not any(o.status in statuses for o in usable):
        raise Refused(
            "Nothing of {code} is “{statuses}”. Its periods: {periods}.",
            code=task.code,
            statuses="”, “".join(say_status(status) for status in statuses),
            periods=", ".join(f"{o.period} ({say_status(o.status)})" for o in usable),
        )
    if len(usable) > 1:
        raise Refused(
            "{code} has several periods that fit; add --period: {periods}.",
            code=task.code,
            periods=", ".join(o.period for o in usable),
        )
    return usable[0]


def _key(period: str | None) -> str | None:
    """A period as people type it (Q3/2025, quý III/2025), as its key; what is none of the calendar stays as it is."""
    try:
        return period_key(period) if period else None
    except BadInput:
        return period
