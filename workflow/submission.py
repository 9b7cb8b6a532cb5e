"""Submissions: what an agency reported, and what became of the report."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import UniqueConstraint, update
from sqlmodel import Field, Relationship, Session, SQLModel, col

from workflow.database import Instant, enum_column
from workflow.evidence import Evidence
from workflow.lifecycle import Decision


class Submission(SQLModel, table=True):
    """One report of completion; a later one never replaces an earlier one.

    `nothing_arose`: nothing fell to be done in this period (không phát sinh). `lacks_deliverable`: what the task asks for was
    neither numbered nor attached, and the rules of its directive let that pass with this mark.
    """

    __table_args__ = (UniqueConstraint("occurrence_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id")
    number: int
    at: datetime = Field(sa_type=Instant)
    submitted_on: date
    by: str
    channel: str
    result: str = ""
    document_number: str = ""
    document_on: date | None = None
    nothing_arose: bool = False
    lacks_deliverable: bool = False
    decision: Decision = Field(default=Decision.WAITING, sa_type=enum_column(Decision, "decision"))
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: str | None = None
    reason: str | None = None

    evidence: list[Evidence] = Relationship()


def settle(
    session: Session, occurrences: Sequence[int], decision: Decision, *, by: str, at: datetime, reason: str | None
) -> None:
    """Note what became of the waiting report of each of these periods."""
    waiting = col(Submission.occurrence_id).in_(occurrences) & (col(Submission.decision) == Decision.WAITING)
    settled = update(Submission).where(waiting)
    session.execute(settled.values(decision=decision, decided_at=at, decided_by=by, reason=reason or None))
