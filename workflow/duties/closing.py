"""Periods that were closed: what was reported for them is locked until the monitoring agency opens them again."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, select

from workflow.database import Instant
from workflow.errors import Refused
from workflow.periods import show_period


class ClosedPeriod(SQLModel, table=True):
    """A period of one directive whose reports nobody may add or change any more."""

    __tablename__ = "closed_period"
    __table_args__ = (UniqueConstraint("directive_id", "period"),)

    id: int | None = Field(default=None, primary_key=True)
    directive_id: int = Field(foreign_key="directive.id")
    period: str
    closed_at: datetime = Field(sa_type=Instant)
    closed_by: str


def closed(session: Session, directive_id: int, period: str) -> ClosedPeriod | None:
    """The closing of a period, if it is closed."""
    same = select(ClosedPeriod).where(ClosedPeriod.directive_id == directive_id, ClosedPeriod.period == period)
    return session.exec(same).first()


def refuse_closed(session: Session, directive_id: int, period: str) -> None:
    """Raise Refused where the period is closed."""
    found = closed(session, directive_id, period)
    if found:
        raise Refused(
            "{period} was closed by {name}. Ask the monitoring agency to open it again (`dondoc period open`).",
            period=show_period(period),
            name=found.closed_by,
        )
