"""Dispatches (công văn): letters on paper about duties, kept from the draft to the number that the clerk gives them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from workflow import audit
from workflow.access.permits import permit_office
from workflow.agency import Agency
from workflow.audit import By
from workflow.basis import Basis, need_basis
from workflow.database import Instant, enum_column, exclusive
from workflow.dispatch_kind import ANSWERED, Kind
from workflow.duties.request import Outcome, Request, Wish
from workflow.errors import BadInput, NotFound, Refused
from workflow.evidence import Evidence
from workflow.moving import Duty
from workflow.names import bounded
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.standing import OPEN


class Dispatch(SQLModel, table=True):
    """One letter of the office to the agencies that owe some duties, as of a day; `number` is blank until the clerk has given it.

    A record of a hand-over is between `former` and `heir`. `answer_by` is the last day for an answer, where one is asked for.
    """

    id: int | None = Field(default=None, primary_key=True)
    kind: Kind = Field(sa_type=enum_column(Kind, "kind"))
    as_of: date
    answer_by: date | None = None
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
    former_id: int | None = Field(default=None, foreign_key="agency.id")
    heir_id: int | None = Field(default=None, foreign_key="agency.id")

    lines: list["DispatchLine"] = Relationship()

    @property
    def name(self) -> str:
        """What the history calls it."""
        return f"letter {self.id}"


class DispatchLine(SQLModel, table=True):
    """One duty in a dispatch, with the agency and the deadline as they stood on its day; which request it answers, what else it tells."""

    __tablename__ = "dispatch_line"

    id: int | None = Field(default=None, primary_key=True)
    dispatch_id: int = Field(foreign_key="dispatch.id", index=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    agency_id: int = Field(foreign_key="agency.id")
    due_on: date | None = None
    request_id: int | None = Field(default=None, foreign_key="change_request.id", index=True)
    facts: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))


class Draft(NamedTuple):
    """What somebody says of a letter; `about` are the documents it carries out."""

    as_of: date
    subject: str
    about: str = ""


class Line(NamedTuple):
    """What one line of a letter is about."""

    occurrence_id: int
    agency_id: int
    due_on: date | None
    request_id: int | None = None
    facts: dict[str, Any] | None = None


def draft(
    session: Session, kind: Kind, duties: Sequence[Occurrence], said: Draft, answer_by: date, *, by: By, at: datetime
) -> Dispatch:
    """Keep a letter that asks for an answer and is to be signed; nobody is told by it yet.

    Raises NotPermitted where somebody else monitors a duty, Refused for no open duty, BadInput for a day that has passed.
    """
    if not duties:
        raise Refused("Nothing is overdue or due soon here; no letter is needed.")
    if answer_by < said.as_of:
        raise BadInput("{day} has passed; say a later day for the answer.", day=show_day(answer_by))
    for duty in duties:
        row = duty.duty(session)
        row.permit(by, "press")
        if row.status not in OPEN:
            raise Refused("Only open work is pressed; see how {label} stands with `dondoc show`.", label=duty.label())
    lines = [Line(duty.id or 0, duty.agency_id, duty.due_on) for duty in duties]
    return _kept(session, kind, said, lines, {"answer_by": answer_by}, by=by, at=at)


def draft_answer(session: Session, requests: Sequence[Request], said: Draft, *, by: By, at: datetime) -> Dispatch:
    """Keep a letter that answers requests for more time, granted or refused, each once.

    Raises NotPermitted where somebody else decides one, Refused for one that still waits or has had its letter, BadInput for another wish.
    """
    if not requests:
        raise BadInput("Name at least one request; see `dondoc requests list --all`.")
    for one in requests:
        one.occurrence.duty(session).permit(by, "decide_request")
        if one.wish is not Wish.EXTENSION:
            raise BadInput("Request {n} asks for something else than more time.", n=one.id)
        if one.outcome not in (Outcome.GRANTED, Outcome.REFUSED):
            raise Refused("Request {n} is not decided; a letter answers it after that.", n=one.id)
        if had := answered(session, one):
            raise Refused("Request {n} has had its answer: {number} of {day}.", n=one.id, number=had.number, day=show_day(had.issued_on or said.as_of))  # fmt: skip
    lines = [Line(one.occurrence_id, one.occurrence.agency_id, one.due_on, one.id) for one in requests]
    return _kept(session, Kind.EXTENSION, said, lines, {}, by=by, at=at)


def answered(session: Session, request: Request) -> Dispatch | None:
    """The letter with a number that answered a request, if there is one."""
    own = select(Dispatch).join(DispatchLine).where(DispatchLine.request_id == request.id)
    return session.exec(own.where(col(Dispatch.number).is_not(None))).first()


def draft_handover(
    session: Session, former: Agency, heir: Agency, lines: Sequence[Line], said: Draft, *, by: By, at: datetime
) -> Dispatch:
    """Keep the record of what passed from one agency to its heir; raises NotPermitted, Refused where nothing has."""
    permit_office(by, "succession", subject=former.code)
    if not lines:
        raise Refused("Nothing has passed from {former} to {heir}.", former=former.name, heir=heir.name)
    parties = {"former_id": former.id, "heir_id": heir.id}
    return _kept(session, Kind.HANDOVER, said, lines, parties, by=by, at=at)


def _kept(
    session: Session, kind: Kind, said: Draft, lines: Sequence[Line], more: dict[str, Any], *, by: By, at: datetime
) -> Dispatch:
    subject, about = bounded(said.subject, 300), bounded(said.about, 1000)
    made = Dispatch(
        kind=kind, as_of=said.as_of, subject=subject, about=about, made_at=at, made_by=by.name, **more
    )  # fmt: skip
    session.add(made)
    session.flush()
    for line in lines:
        session.add(DispatchLine(dispatch_id=made.id or 0, **line._asdict()))
    session.flush()
    told = {"kind": kind, "tasks": len(lines), "subject": subject}
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

    A refusal that named no document of its own rests on this one. Raises Refused where it has a number or was dropped,
    NotPermitted where somebody else decides.
    """
    _still_draft(dispatch)
    if basis.on < dispatch.as_of:
        raise BadInput("The letter was drafted on {day}; it cannot have left before.", day=show_day(dispatch.as_of))
    need_basis(basis, at)
    duties = permitted(session, dispatch, by)
    dispatch.number, dispatch.issued_on = basis.number, basis.on
    dispatch.numbered_at, dispatch.numbered_by = at, by.name
    told = basis.to_json()
    for line in dispatch.lines:
        asked = session.get_one(Request, line.request_id) if line.request_id else None
        if asked and not asked.decision_number:
            asked.decision_number, asked.decision_on = basis.number, basis.on
    for row in duties:
        audit.record(session, f"{dispatch.kind} by letter", **row.about, by=by, at=at, reason=str(basis), after=told)
    audit.record(session, "number letter", dispatch.name, by=by, at=at, after=told)
    return duties


def drop(session: Session, dispatch: Dispatch, *, by: By, at: datetime) -> None:
    """Say that a letter will not be sent."""
    _still_draft(dispatch)
    permitted(session, dispatch, by)
    dispatch.dropped_at, dispatch.dropped_by = at, by.name
    audit.record(session, "drop letter", dispatch.name, by=by, at=at)


def keep_file(session: Session, dispatch: Dispatch, bring: Callable[[], Evidence] | None) -> Evidence:
    """The signed letter as a file: the one it has, or the one that is brought now; a letter has one alone.

    Raises BadInput where none was ever brought, Refused for another one.
    """
    kept = session.exec(select(Evidence).where(Evidence.dispatch_id == dispatch.id)).first()
    brought = bring() if bring else None
    if kept and brought and brought.sha256 != kept.sha256:
        raise Refused("Letter {n} was mailed with {name}; it goes with no other file.", n=dispatch.id, name=kept.name)
    if kept:
        return kept
    if not brought:
        raise BadInput("Bring the signed letter as a file (.pdf, .docx or a picture).")
    brought.dispatch_id = dispatch.id
    session.add(brought)
    session.flush()
    return brought


def permitted(session: Session, dispatch: Dispatch, by: By) -> list[Duty]:
    """The duties of a letter, for whoever may draft it about all of them; raises NotPermitted."""
    rows = [session.get_one(Occurrence, line.occurrence_id).duty(session) for line in dispatch.lines]
    if dispatch.kind is Kind.HANDOVER:
        permit_office(by, "succession", subject=dispatch.name)
        return rows
    for row in rows:
        row.permit(by, "press" if dispatch.kind in ANSWERED else "decide_request")
    return rows


def _still_draft(dispatch: Dispatch) -> None:
    if dispatch.number:
        raise Refused(
            "Letter {n} has left as {number} of {day}; it does not change any more.",
            n=dispatch.id, number=dispatch.number, day=show_day(dispatch.issued_on) if dispatch.issued_on else "–",
        )  # fmt: skip
    if dispatch.dropped_at:
        raise Refused("Letter {n} was dropped; draft another one.", n=dispatch.id)
