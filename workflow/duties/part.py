"""Parts of others in a duty: what a coordinating agency contributes by a day of its own, and what people of the lead agency do.

A part is never more than a part: whoever owes the duty reports it. While one is open, everybody sees whom the lead waits for.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Relationship, Session, SQLModel, col, func, select

from workflow import audit
from workflow.agency import Agency
from workflow.audit import By
from workflow.basis import need_reason
from workflow.database import Instant, enum_column
from workflow.duties.showing import PART_STATES
from workflow.errors import BadInput, Refused
from workflow.i18n import _
from workflow.names import bounded
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.register.succession import Lineage, in_force
from workflow.standing import OPEN, Status


class PartStatus(StrEnum):
    """What became of a part."""

    WAITING = "waiting"
    GIVEN = "given"
    DROPPED = "dropped"


class Part(SQLModel, table=True):
    """One part: of another agency (a contribution), or of a person of the agency that owes the duty (a sub-task)."""

    __tablename__ = "part"
    __table_args__ = (UniqueConstraint("occurrence_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id")
    number: int
    agency_id: int = Field(foreign_key="agency.id", index=True)
    person: str = ""
    what: str
    due_on: date | None = None
    status: PartStatus = Field(default=PartStatus.WAITING, sa_type=enum_column(PartStatus, "status"))
    asked_at: datetime = Field(sa_type=Instant)
    asked_by: str
    given_at: datetime | None = Field(default=None, sa_type=Instant)
    given_on: date | None = None
    given_by: str | None = None
    result: str = ""
    document_number: str = ""

    occurrence: Occurrence = Relationship()
    agency: Agency = Relationship()

    def who(self) -> str:
        """Who gives it: the agency, or the person of the lead."""
        return self.person or self.agency.name


def ask_part(
    session: Session,
    occurrence: Occurrence,
    *,
    what: str,
    by: By,
    at: datetime,
    agency: Agency | None = None,
    person: str = "",
    due: date | None = None,
) -> Part:
    """The agency that owes the duty asks another one, or one of its own people, for a part by a day of its own."""
    row = occurrence.duty(session)
    row.permit(by, "ask_part")
    what, person = bounded(what, 1000), bounded(person, 200)
    if not what:
        raise BadInput("Say what is asked for with --what.")
    if bool(person) == bool(agency and agency.id != occurrence.agency_id):
        raise BadInput("Name either another agency (--agency) or a person of the own one (--person).")
    if row.status not in (*OPEN, Status.SUSPENDED):
        raise Refused(
            "Only open work can be asked about; see how {label} stands with `dondoc show`.", label=occurrence.label()
        )
    if due and occurrence.due_on and due > occurrence.due_on:
        raise BadInput(
            "The part would come on {day}, after the deadline of the whole on {due}.",
            day=show_day(due),
            due=show_day(occurrence.due_on),
        )
    if due and due < (at - timedelta(hours=14)).date():
        raise BadInput("{day} has passed; ask for a day to come.", day=show_day(due))
    last = session.exec(select(func.max(Part.number)).where(Part.occurrence_id == row.id)).one()
    part = Part(
        occurrence_id=row.id,
        number=(last or 0) + 1,
        agency_id=(agency.id if agency else None) or occurrence.agency_id,
        person=person,
        what=what,
        due_on=due,
        asked_at=at,
        asked_by=by.name,
    )
    session.add(part)
    session.flush()
    told = {"part": part.number, "of": part.who(), "what": what, "by": due and due.isoformat()}
    audit.record(session, "ask part", **row.about, by=by, at=at, after=told)
    return part


def give_part(
    session: Session, part: Part, *, by: By, at: datetime, today: date, result: str = "", document_number: str = ""
) -> None:
    """Whoever was asked gives the part."""
    result, document_number = bounded(result, 4000), bounded(document_number, 100)
    if not (result or document_number):
        raise BadInput("Say what is given: --result or --document-number.")
    heir = Lineage(in_force(session)).sole_heir(part.agency_id, today)
    giver = part.occurrence.agency_id if part.person else heir
    _settle(session, part, PartStatus.GIVEN, "give_part", giver, by=by, at=at, reason=None)
    part.given_at, part.given_on, part.given_by = at, today, by.name
    part.result, part.document_number = result, document_number
    session.flush()


def drop_part(session: Session, part: Part, *, by: By, at: datetime, reason: str) -> None:
    """The agency that asked needs it no more."""
    _settle(
        session,
        part,
        PartStatus.DROPPED,
        "drop_part",
        part.occurrence.agency_id,
        by=by,
        at=at,
        reason=need_reason(reason),
    )


def _settle(
    session: Session, part: Part, status: PartStatus, act: str, agency: int, *, by: By, at: datetime, reason: str | None
) -> None:
    row = part.occurrence.duty(session)
    row.permit(by, act, owed_by=agency)
    session.refresh(part)
    if part.status is not PartStatus.WAITING:
        raise Refused(
            "Part {n} is not waited for ({status}); see `dondoc parts list --all`.",
            n=part.number,
            status=_(PART_STATES[part.status]),
        )
    if row.status in (Status.COMPLETED, Status.CANCELLED):
        raise Refused("{label} has ended; nothing more need be given.", label=part.occurrence.label())
    part.status = status
    session.flush()
    audit.record(
        session,
        act.replace("_", " "),
        **row.about,
        by=by,
        at=at,
        after={"part": part.number, "of": part.who()},
        reason=reason,
    )


def find_part(session: Session, occurrence: Occurrence, number: int) -> Part:
    """A part of a duty by its number; raises BadInput with those there are."""
    own = select(Part).where(Part.occurrence_id == occurrence.id).order_by(col(Part.number))
    parts = list(session.exec(own))
    found = next((part for part in parts if part.number == number), None)
    if not found:
        known = "; ".join(f"{part.number} ({part.who()})" for part in parts) or "–"
        raise BadInput("{label} has no part {n}. There are: {known}.", label=occurrence.label(), n=number, known=known)
    return found
