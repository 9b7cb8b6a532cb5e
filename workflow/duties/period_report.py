"""Reports of periods on ongoing duties ("Thường xuyên"): one line for each period, also where nothing arose, until it is closed.

An ongoing duty has no deadline and is never overdue; what is asked of it is a line in each period report. A recurring duty has its
own occurrence for each period, whose report is that line (`Occurrence.submit`); closing the period locks both.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Relationship, Session, SQLModel, select

from workflow import audit
from workflow.audit import By
from workflow.basis import need_reason
from workflow.database import Instant, exclusive
from workflow.directive import Directive
from workflow.duties.closing import ClosedPeriod, closed, refuse_closed
from workflow.duties.period_key import period_key
from workflow.errors import BadInput, Refused
from workflow.names import bounded
from workflow.occurrence import Occurrence
from workflow.periods import ONGOING, first_day, last_day, show_period
from workflow.standing import OPEN, Status
from workflow.task import Task


class PeriodReport(SQLModel, table=True):
    """What an agency reported on an ongoing duty for one period; it may be corrected until the period is closed."""

    __tablename__ = "period_report"
    __table_args__ = (UniqueConstraint("occurrence_id", "period"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id")
    period: str
    result: str = ""
    document_number: str = ""
    nothing_arose: bool = False
    at: datetime = Field(sa_type=Instant)
    by: str
    channel: str

    occurrence: Occurrence = Relationship()


def report_period(
    session: Session,
    occurrence: Occurrence,
    period: str,
    *,
    by: By,
    at: datetime,
    today: date,
    result: str = "",
    document_number: str = "",
    nothing_arose: bool = False,
) -> PeriodReport:
    """Write or correct the line of one period; `period` is a key such as 2025-Q3. The history keeps what it said before."""
    row = occurrence.duty(session)
    row.permit(by, "report_period")
    if occurrence.period != ONGOING:
        raise BadInput("{label} has a deadline of its own; report it with `dondoc done`.", label=occurrence.label())
    key = period_key(period)
    result, document_number = bounded(result, 4000), bounded(document_number, 100)
    if nothing_arose == bool(result or document_number):
        raise BadInput("Say what was done (--result), or that nothing arose (--nothing), not both.")
    if first_day(key) > today:
        raise BadInput("{period} has not begun; name one that has.", period=show_period(key))
    if last_day(key) < occurrence.task.since():
        raise BadInput("{period} had ended before the task was given; name a later one.", period=show_period(key))
    refuse_closed(session, occurrence.task.directive_id, key)
    if row.status not in OPEN:
        raise Refused(
            "Only open work can be reported on; see how {label} stands with `dondoc show`.", label=occurrence.label()
        )
    same = select(PeriodReport).where(PeriodReport.occurrence_id == row.id, PeriodReport.period == key)
    found = session.exec(same).first()
    before = _content(found) if found else None
    line = found or PeriodReport(occurrence_id=row.id, period=key, at=at, by=by.name, channel=by.channel)
    line.result, line.document_number, line.nothing_arose = result, document_number, nothing_arose
    line.at, line.by, line.channel = at, by.name, by.channel
    session.add(line)
    audit.record(session, "report period", **row.about, by=by, at=at, before=before, after=_content(line))
    return line


def close_period(session: Session, directive: Directive, period: str, *, by: By, at: datetime) -> ClosedPeriod:
    """Lock a period of a directive; raises Refused while a report of it still waits for confirmation."""
    exclusive(session, "audit")
    key = period_key(period)
    already = closed(session, directive.id or 0, key)
    if already:
        raise Refused(
            "{period} is closed already, by {name}; `dondoc period open` opens it again.",
            period=show_period(key),
            name=already.closed_by,
        )
    if first_day(key) > (at + timedelta(hours=14)).date():
        raise BadInput("{period} has not begun; name one that has.", period=show_period(key))
    waiting = session.exec(
        select(Task.code)
        .join(Occurrence)
        .where(Task.directive_id == directive.id, Occurrence.period == key, Occurrence.status == Status.SUBMITTED)
    ).all()
    if waiting:
        raise Refused(
            "Reports of {period} still wait for confirmation: {codes}. Confirm or return them first.",
            period=show_period(key),
            codes=", ".join(waiting),
        )
    row = ClosedPeriod(directive_id=directive.id or 0, period=key, closed_at=at, closed_by=by.name)
    session.add(row)
    audit.record(session, "close period", directive.code, by=by, at=at, after={"period": key})
    return row


def open_period(session: Session, directive: Directive, period: str, *, by: By, at: datetime, reason: str) -> None:
    """Unlock a period again; the history keeps that it was closed."""
    exclusive(session, "audit")
    key = period_key(period)
    found = closed(session, directive.id or 0, key)
    if not found:
        raise Refused("{period} is not closed; its reports can be changed.", period=show_period(key))
    session.delete(found)
    audit.record(
        session, "open period", directive.code, by=by, at=at, after={"period": key}, reason=need_reason(reason)
    )


def _content(line: PeriodReport) -> dict[str, Any]:
    content = {
        "period": line.period,
        "result": line.result,
        "document": line.document_number,
        "nothing_arose": line.nothing_arose or None,
    }
    return {name: value for name, value in content.items() if value}
