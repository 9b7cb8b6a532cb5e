"""Requests: an agency asks for a later date, another addressee, a rest or an end of its duty; somebody else decides.

Practice: the holder of a task never moves its date. A request states reason and basis; while it waits the old date counts; a
granted one changes the current date only, and the first stays for ever.
"""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from workflow import audit
from workflow.agency import Agency
from workflow.audit import By
from workflow.basis import Basis, need_basis, need_reason
from workflow.database import Instant, enum_column
from workflow.duties.passing import hand_on
from workflow.duties.showing import OUTCOMES, WISHES
from workflow.errors import BadInput, NotFound, Refused
from workflow.i18n import _
from workflow.names import printable
from workflow.occurrence import Occurrence
from workflow.periods import show_day
from workflow.standing import OPEN, Status
from workflow.task import due_within_plan


class Wish(StrEnum):
    """What is asked."""

    EXTENSION = "extension"
    HAND_ON = "hand_on"
    SUSPENSION = "suspension"
    CANCELLATION = "cancellation"


class Outcome(StrEnum):
    """What became of a request; `lapsed`: the duty ended before anybody decided."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Request(SQLModel, table=True):
    """One request; `number` counts those of its kind for one period. `due_on` is the deadline that stood when it was made."""

    __tablename__ = "change_request"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "wish", "number"),
        Index(
            "uq_change_request_waiting",
            "occurrence_id",
            "wish",
            unique=True,
            sqlite_where=text("outcome = 'waiting'"),
            postgresql_where=text("outcome = 'waiting'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id")
    wish: Wish = Field(sa_type=enum_column(Wish, "wish"))
    number: int
    asked_at: datetime = Field(sa_type=Instant)
    asked_on: date
    asked_by: str
    channel: str
    reason: str
    basis_number: str
    basis_on: date
    due_on: date | None = None
    asked_due_on: date | None = None
    asked_agency_id: int | None = Field(default=None, foreign_key="agency.id")
    outcome: Outcome = Field(default=Outcome.WAITING, sa_type=enum_column(Outcome, "outcome"))
    granted_due_on: date | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: str | None = None
    decision_number: str | None = None
    decision_on: date | None = None
    note: str | None = None

    occurrence: Occurrence = Relationship()

    @property
    def after_deadline(self) -> bool:
        """Whether it was made when the deadline had already passed."""
        return self.due_on is not None and self.asked_on > self.due_on

    def label(self) -> str:
        """What people call it: KH153-II.6 (quý II năm 2025), more time no. 2."""
        return _("{what}, {wish} no. {n}", what=self.occurrence.label(), wish=_(WISHES[self.wish]), n=self.number)


def ask(
    session: Session,
    occurrence: Occurrence,
    wish: Wish,
    *,
    by: By,
    at: datetime,
    today: date,
    reason: str,
    basis: Basis | None,
    due: date | None = None,
    agency: Agency | None = None,
) -> Request:
    """Record a request of the agency that owes the duty; nothing else changes until it is decided."""
    row = occurrence.duty(session)
    row.permit(by, f"ask_{wish}")
    reason, basis = need_reason(reason), need_basis(basis, at)
    if row.status not in OPEN and not (row.status is Status.SUSPENDED and wish in (Wish.HAND_ON, Wish.CANCELLATION)):
        raise Refused(
            "Only open work can be asked about; see how {label} stands with `dondoc show`.", label=occurrence.label()
        )
    if wish is Wish.EXTENSION:
        check_new_day(occurrence, due)
        if due and due < today:
            raise BadInput("{day} has passed; ask for a day to come.", day=show_day(due))
    if agency and agency.id == occurrence.agency_id:
        raise BadInput("{name} owes it already; name another agency.", name=agency.name)
    own = select(Request).where(Request.occurrence_id == row.id, Request.wish == wish)
    earlier = list(session.exec(own.order_by(col(Request.number))))
    waiting = next((one for one in earlier if one.outcome is Outcome.WAITING), None)
    if waiting:
        raise Refused(
            "Request {n} of {day} still waits for a decision; withdraw it first (`dondoc requests withdraw {n}`).",
            n=waiting.id,
            day=show_day(waiting.asked_on),
        )
    request = Request(
        occurrence_id=row.id,
        wish=wish,
        number=len(earlier) + 1,
        asked_at=at,
        asked_on=today,
        asked_by=by.name,
        channel=by.channel,
        reason=reason,
        basis_number=basis.number,
        basis_on=basis.on,
        due_on=occurrence.due_on,
        asked_due_on=due,
        asked_agency_id=agency.id if agency else None,
    )
    session.add(request)
    told = {
        "request": request.number,
        "wanted": due.isoformat() if due else agency.name if agency else None,
        "after_deadline": request.after_deadline or None,
        "basis": basis.to_json(),
    }
    audit.record(session, f"ask {wish}", **row.about, by=by, at=at, after=_said(told), reason=reason)
    return request


def check_new_day(occurrence: Occurrence, due: date | None) -> None:
    """Raise where a day cannot be the new deadline: none stands, it is not later, or it lies outside the plan."""
    if occurrence.due_on is None:
        raise Refused(
            "{label} has no deadline that could be extended; `dondoc deadline set` decides one.",
            label=occurrence.label(),
        )
    if due is None:
        raise BadInput("Name the new day with --to.")
    directive = occurrence.task.directive
    if not occurrence.due_on < due <= due_within_plan(directive.plan_year)[1]:
        raise BadInput(
            "{day} is no extension: the deadline is {due}, and a plan for {year} ends by {last}.",
            day=show_day(due),
            due=show_day(occurrence.due_on),
            year=directive.plan_year,
            last=show_day(due_within_plan(directive.plan_year)[1]),
        )


def grant(
    session: Session,
    request: Request,
    *,
    by: By,
    at: datetime,
    today: date,
    basis: Basis | None,
    due: date | None = None,
    agency: Agency | None = None,
    note: str = "",
) -> None:
    """The monitoring agency agrees, to what was asked or to another day or agency; this carries it out."""
    occurrence, basis = request.occurrence, need_basis(basis, at)
    new = due or request.asked_due_on
    heir = agency or (session.get_one(Agency, request.asked_agency_id) if request.asked_agency_id else None)
    if request.wish is Wish.EXTENSION:
        check_new_day(occurrence, new)
        if occurrence.status is Status.SUBMITTED:
            raise Refused(
                "The report of {label} waits for confirmation: confirm or return it first.", label=occurrence.label()
            )
    if request.wish is Wish.HAND_ON and heir is None:
        raise BadInput("Name the agency that it goes to with --to.")
    _decide(session, request, Outcome.GRANTED, by=by, at=at, basis=basis, note=note)
    act: dict[str, Any] = {"by": by.consequence(), "at": at, "reason": printable(note) or request.reason}
    if request.wish is Wish.EXTENSION:
        request.granted_due_on = new
        told = {"request": request.number, "asked": request.asked_by, "basis": basis.to_json()}
        occurrence.redate(session, new, act="grant extension", after=told, **act)
    elif heir and request.wish is Wish.HAND_ON:
        hand_on(session, occurrence, heir, basis=basis, today=today, **act)
    elif request.wish is Wish.SUSPENSION:
        occurrence.suspend(session, basis=basis, **act)
    else:
        occurrence.cancel(session, basis=basis, **act)
    session.flush()


def refuse(
    session: Session, request: Request, *, by: By, at: datetime, reason: str, basis: Basis | None = None
) -> None:
    """The monitoring agency does not agree; the old deadline goes on counting."""
    _decide(session, request, Outcome.REFUSED, by=by, at=at, basis=basis, note=need_reason(reason))


def withdraw(session: Session, request: Request, *, by: By, at: datetime, reason: str) -> None:
    """The agency takes its request back."""
    _close(session, request, Outcome.WITHDRAWN, "withdraw_request", by=by, at=at, basis=None, note=need_reason(reason))


def _decide(
    session: Session, request: Request, outcome: Outcome, *, by: By, at: datetime, basis: Basis | None, note: str
) -> None:
    if printable(by.name).casefold() == request.asked_by.casefold():
        raise Refused("{name} asked for it; somebody else decides.", name=by.name)
    _close(session, request, outcome, "decide_request", by=by, at=at, basis=basis, note=note)


def _close(
    session: Session,
    request: Request,
    outcome: Outcome,
    act: str,
    *,
    by: By,
    at: datetime,
    basis: Basis | None,
    note: str,
) -> None:
    """Write what became of a request, with its line in the history."""
    row = request.occurrence.duty(session)
    row.permit(by, act)
    session.refresh(request)
    if request.outcome is not Outcome.WAITING:
        raise Refused(
            "Request {n} is decided ({outcome}, {name}); make a new one if need be.",
            n=request.id,
            outcome=_(OUTCOMES[request.outcome]),
            name=request.decided_by or "–",
        )
    request.outcome, request.decided_at, request.decided_by = outcome, at, by.name
    request.note = printable(note) or None
    if basis:
        request.decision_number, request.decision_on = basis.number, basis.on
    told = {"request": request.number, "wish": request.wish, "basis": basis.to_json() if basis else None}
    audit.record(session, f"request {outcome}", **row.about, by=by, at=at, after=_said(told), reason=request.note)


def find_request(session: Session, number: int, hidden: Collection[int] = ()) -> Request:
    """The request of this number; raises BadInput. Those about `hidden` directives are not there."""
    found = session.get(Request, number)
    if not found or found.occurrence.task.directive_id in hidden:
        raise NotFound("There is no request {n}; see `dondoc requests list --all`.", n=number)
    return found


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
