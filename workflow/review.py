"""Reviews: a meeting of the Finance Department over what is late, with what was decided, noted and counted; closed and kept."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Relationship, Session, SQLModel

from workflow import audit
from workflow.access.permits import permit_office
from workflow.audit import By
from workflow.database import Instant, exclusive
from workflow.directive import Directive
from workflow.errors import BadInput, NotFound, Refused
from workflow.names import bounded
from workflow.periods import show_day

NOTE = "note"  # a line that decides nothing


class Review(SQLModel, table=True):
    """One review as of a day, of everything or of one directive; `figures` are the tallies when it was closed."""

    id: int | None = Field(default=None, primary_key=True)
    title: str
    held_on: date
    directive_id: int | None = Field(default=None, foreign_key="directive.id", index=True)
    opened_at: datetime = Field(sa_type=Instant)
    opened_by: str
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_by: str | None = None
    conclusion: str = ""
    figures: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))

    lines: list["ReviewLine"] = Relationship()

    @property
    def subject(self) -> str:
        """What the history calls it."""
        return f"review {self.id}"


class ReviewLine(SQLModel, table=True):
    """What was decided or noted about one duty in a review; `decision` is the act, or “note”."""

    __tablename__ = "review_line"

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="review.id", index=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    at: datetime = Field(sa_type=Instant)
    by: str
    decision: str
    words: str = ""


def open_review(
    session: Session, title: str, held_on: date, *, by: By, at: datetime, directive: Directive | None = None
) -> Review:
    """Begin a review of everything, or of one directive; one of a confidential directive could be read by whom it is hidden from."""
    permit_office(by, "review", monitor=directive.monitor_id if directive else None)
    if directive and directive.confidential:
        raise Refused(
            "{code} is confidential: what is decided stands with its tasks, no review of it is kept.",
            code=directive.code,
        )
    exclusive(session, "audit")
    made = Review(
        title=bounded(title, 200) or show_day(held_on),
        held_on=held_on,
        directive_id=directive.id if directive else None,
        opened_at=at,
        opened_by=by.name,
    )
    session.add(made)
    session.flush()
    audit.record(
        session, "open review", made.subject, by=by, at=at, after={"title": made.title, "of": held_on.isoformat()}
    )
    return made


def find_review(session: Session, number: int) -> Review:
    """The review of this number; raises NotFound."""
    found = session.get(Review, number)
    if not found:
        raise NotFound("There is no review {n}.", n=number)
    return found


def note_in(
    session: Session, review: Review, occurrence_id: int, decision: str, words: str, *, by: By, at: datetime
) -> None:
    """Write down what was decided or said about a duty; a review that is closed takes nothing more."""
    permit_office(by, "review")
    _refuse_closed(review)
    words = bounded(words, 2000)
    if decision == NOTE and not words:
        raise BadInput("Say in a line what is to be noted.")
    session.add(
        ReviewLine(
            review_id=review.id or 0, occurrence_id=occurrence_id, at=at, by=by.name, decision=decision, words=words
        )
    )


def close_review(
    session: Session, review: Review, conclusion: str, figures: dict[str, Any], *, by: By, at: datetime
) -> None:
    """End a review with its conclusion and the figures it rested on; it does not change any more."""
    permit_office(by, "review")
    exclusive(session, "audit")
    _refuse_closed(review)
    review.conclusion, review.figures = bounded(conclusion, 4000), figures
    review.closed_at, review.closed_by = at, by.name
    audit.record(session, "close review", review.subject, by=by, at=at, reason=review.conclusion or None)


def _refuse_closed(review: Review) -> None:
    if review.closed_at:
        raise Refused("Review {n} was closed by {name}; open a new one.", n=review.id, name=review.closed_by)
