"""Dispatches (công văn): letters on paper about duties, kept from the draft to the number that the clerk gives them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Field, Relationship, Session, SQLModel

from workflow import audit
from workflow.audit import By
from workflow.basis import Basis, need_basis
from workflow.database import Instant, enum_column, exclusive
from workflow.dispatch_kind import Kind
from workflow.errors import BadInput, NotFound, Refused
from workflow.moving import Duty
from workflow.names import bounded
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.standing import OPEN


class Dispatch(SQLModel, table=True):
    """One letter of the office to the agencies that owe some duties, as of a day; `number` is blank until the clerk has given it."""

    id: int | None = Field(default=None, primary_key=True)
    kind: Kind = Field(sa_type=enum_column(Kind, "kind"))
    as_of: date
    answer_by: date
    subject: str
    about: str
    made_at: datetime = Field(sa_type=Instant)
    made_by: str
    number: str | None = None
    issued_on: date | None = None
    numbered_at: datetime | None = Field(default=None, sa_type=Instant)
    numbered_by: str | None = None
    dropped_at: datetime | None = Field(default=None, sa_type=Instant)
    dropped_by: str | None = None

    lines: list["DispatchLine"] = Relationship()

    @property
    def name(self) -> str:
        """What the history calls it."""
        return f"letter {self.id}"


class DispatchLine(SQLModel, table=True):
    """One duty in a dispatch, with the agency and the deadline as they stood on its day."""

    __tablename__ = "dispatch_line"

    id: int | None = Field(default=None, primary_key=True)
    dispatch_id: int = Field(foreign_key="dispatch.id", index=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    agency_id: int = Field(foreign_key="agency.id")
    due_on: date | None = None


def draft(
    session: Session,
    kind: Kind,
    duties: Sequence[Occurrence],
    *,
    as_of: date,
    answer_by: date,
    subject: str,
    about: str = "",
    by: By,
    at: datetime,
) -> Dispatch:
    """Keep a letter that is to be signed; nobody is told by it yet. `about` are the documents it carries out.

    Raises NotPermitted where somebody else monitors a duty, Refused for no open duty, BadInput for a day that has passed.
    """
    if not duties:
        raise Refused("Nothing is overdue or due soon here; no letter is needed.")
    if answer_by < as_of:
        raise BadInput("{day} has passed; say a later day for the answer.", day=show_day(answer_by))
    for duty in duties:
        row = duty.duty(session)
        row.permit(by, "press")
        if row.status not in OPEN:
            raise Refused("Only open work is pressed; see how {label} stands with `dondoc show`.", label=duty.label())
    made = Dispatch(
        kind=kind, as_of=as_of, answer_by=answer_by, subject=bounded(subject, 300), about=bounded(about, 1000),
        made_at=at, made_by=by.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    for duty in duties:
        session.add(
            DispatchLine(
                dispatch_id=made.id or 0, occurrence_id=duty.id or 0, agency_id=duty.agency_id, due_on=duty.due_on
            )
        )
    session.flush()
    told = {"kind": kind, "tasks": len(duties), "subject": made.subject}
    audit.record(session, "draft letter", made.name, by=by, at=at, after=told)
    return made


def find_dispatch(session: Session, number: int, *, lock: bool = False) -> Dispatch:
    """The letter of this number; raises NotFound."""
    if lock:
        exclusive(session, "audit")
    found = session.get(Dispatch, number, with_for_update=lock)
    if not found:
        raise NotFound("There is no letter {n}; see `dondoc letter list`.", n=number)
    return found


def give_number(session: Session, dispatch: Dispatch, basis: Basis, *, by: By, at: datetime) -> list[Duty]:
    """Enter the number and day the clerk gave a letter: from now on it is a step in the history of each of its tasks.

    Raises Refused where it has a number or was dropped, NotPermitted where somebody else monitors a duty.
    """
    _still_draft(dispatch)
    if basis.on < dispatch.as_of:
        raise BadInput("The letter was drafted on {day}; it cannot have left before.", day=show_day(dispatch.as_of))
    need_basis(basis, at)
    pressed = _permitted(session, dispatch, by)
    dispatch.number, dispatch.issued_on = basis.number, basis.on
    dispatch.numbered_at, dispatch.numbered_by = at, by.name
    told = basis.to_json()
    for row in pressed:
        audit.record(session, f"{dispatch.kind} by letter", **row.about, by=by, at=at, reason=str(basis), after=told)
    audit.record(session, "number letter", dispatch.name, by=by, at=at, after=told)
    return pressed


def drop(session: Session, dispatch: Dispatch, *, by: By, at: datetime) -> None:
    """Say that a letter will not be sent."""
    _still_draft(dispatch)
    _permitted(session, dispatch, by)
    dispatch.dropped_at, dispatch.dropped_by = at, by.name
    audit.record(session, "drop letter", dispatch.name, by=by, at=at)


def _permitted(session: Session, dispatch: Dispatch, by: By) -> list[Duty]:
    """The duties of a letter, for whoever monitors all of them; raises NotPermitted."""
    rows = [session.get_one(Occurrence, line.occurrence_id).duty(session) for line in dispatch.lines]
    for row in rows:
        row.permit(by, "press")
    return rows


def _still_draft(dispatch: Dispatch) -> None:
    if dispatch.number:
        raise Refused(
            "Letter {n} has left as {number} of {day}; it does not change any more.",
            n=dispatch.id, number=dispatch.number, day=show_day(dispatch.issued_on) if dispatch.issued_on else "–",
        )  # fmt: skip
    if dispatch.dropped_at:
        raise Refused("Letter {n} was dropped; draft another one.", n=dispatch.id)
