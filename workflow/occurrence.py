"""Occurrences: one due instance of a task for one lead agency, and what people do with it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Integer, UniqueConstraint
from sqlalchemy.orm import joinedload
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from workflow import audit, queries
from workflow.agency import Agency
from workflow.audit import By
from workflow.database import Instant, enum_column, exclusive
from workflow.errors import BadInput, Refused
from workflow.lifecycle import Decision, move
from workflow.message import ActionLink
from workflow.names import printable
from workflow.periods import show_period
from workflow.register.succession import Handover, Lineage, in_force
from workflow.standing import OPEN, Standing, Status, standing
from workflow.submission import Evidence, Submission
from workflow.task import Task

_version = Column("version", Integer, nullable=False)


class Occurrence(SQLModel, table=True):
    """One due instance, owed by `agency_id`; (task, agency it was issued to, period) is unique.

    Whom it was issued to and the first due day are kept for ever.
    """

    __table_args__ = (UniqueConstraint("task_id", "issued_to_id", "period"),)
    __mapper_args__ = {"version_id_col": _version}

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id")
    agency_id: int = Field(foreign_key="agency.id", index=True)
    issued_to_id: int = Field(foreign_key="agency.id", index=True)
    period: str
    opens_on: date | None = None
    original_due_on: date | None = None
    due_on: date | None = Field(default=None, index=True)
    computed_due_on: date | None = (
        None  # the day its timing and the calendar gave last; another one was agreed by people
    )
    status: Status = Field(default=Status.NOT_STARTED, sa_type=enum_column(Status, "status"))
    submitted_on: date | None = None
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    version: int | None = Field(default=None, sa_column=_version)

    task: Task = Relationship()
    agency: Agency = Relationship(sa_relationship_kwargs={"foreign_keys": "Occurrence.agency_id"})
    issued_to: Agency = Relationship(sa_relationship_kwargs={"foreign_keys": "Occurrence.issued_to_id"})
    submissions: list[Submission] = Relationship(sa_relationship_kwargs={"order_by": "Submission.number"})

    def standing(self, today: date, soon_days: int) -> Standing:
        """What the calendar says on a day."""
        return standing(self.status, self.due_on, self.submitted_on, today, soon_days)

    def start(self, session: Session, *, by: By, at: datetime) -> None:
        """The agency has begun."""
        self._move(session, "start", by=by, at=at)
        self.started_at = at

    def submit(
        self,
        session: Session,
        *,
        by: By,
        at: datetime,
        today: date,
        result: str = "",
        document_number: str = "",
        evidence: list[Evidence] | None = None,
    ) -> Submission:
        """The agency reports it done; a task that names a deliverable needs words, a document number or a file behind it."""
        result, document_number = printable(result), printable(document_number)
        if self.task.deliverable and not (result or document_number or evidence):
            raise BadInput(
                "The task asks for “{deliverable}”: state the result, the document's number or attach a file.",
                deliverable=self.task.deliverable,
            )
        self._move(session, "submit", by=by, at=at, particulars={"result": result, "document": document_number})
        number = len(self.submissions) + 1
        submission = Submission(
            occurrence_id=self.id or 0,
            number=number,
            at=at,
            submitted_on=today,
            by=by.name,
            channel=by.channel,
            result=result,
            document_number=document_number,
            evidence=evidence or [],
        )
        self.submissions.append(submission)
        self.submitted_on = today
        session.flush()
        if self.task.directive.confirmation == "none":
            self.confirm(session, by=By("dondoc", by.channel), at=at)
        return submission

    def confirm(self, session: Session, *, by: By, at: datetime, note: str = "") -> None:
        """The monitoring agency accepts the result."""
        self._move(session, "confirm", by=by, at=at, reason=note or None)
        self._settle(Decision.CONFIRMED, by=by, at=at, reason=note or None)

    def send_back(self, session: Session, *, by: By, at: datetime, reason: str) -> None:
        """The monitoring agency does not accept the result and says why."""
        _need(reason)
        self._move(session, "return", by=by, at=at, reason=reason)
        self._settle(Decision.RETURNED, by=by, at=at, reason=reason)
        self.submitted_on = None

    def reopen(self, session: Session, *, by: By, at: datetime, reason: str, today: date | None = None) -> None:
        """Take up again what was completed or cancelled; what an agency did that has ended since is its heir's.

        `today` is the day in the office's zone (None: the day of `at`).
        """
        _need(reason)
        self._move(session, "reopen", by=by, at=at, reason=reason)
        self.submitted_on = None
        self.started_at = self.started_at or at
        for step in Lineage(in_force(session)).path(self.agency_id, today or at.date()):
            session.add(
                Handover(succession_id=step.id or 0, occurrence_id=self.id, agency_id=self.agency_id, held=self.status)
            )
            self.hand_over(session, session.get_one(Agency, step.heir_id), by=by, at=at, reason=reason)

    def suspend(self, session: Session, *, by: By, at: datetime, reason: str) -> None:
        """Let it rest; it is neither counted nor reminded."""
        _need(reason)
        self._move(session, "suspend", by=by, at=at, reason=reason)

    def resume(self, session: Session, *, by: By, at: datetime) -> None:
        """Go on where it was suspended."""
        self._move(session, "resume", by=by, at=at)

    def cancel(self, session: Session, *, by: By, at: datetime, reason: str) -> None:
        """Nobody need do it any more."""
        _need(reason)
        self._move(session, "cancel", by=by, at=at, reason=reason)

    def hand_over(self, session: Session, agency: Agency, *, by: By, at: datetime, reason: str) -> None:
        """Another agency owes it from now on; links in letters to the former one stop working."""
        _need(reason)
        exclusive(session, "audit")
        former, self.agency_id = self.agency, agency.id or 0
        for link in session.exec(
            select(ActionLink).where(ActionLink.occurrence_id == self.id, col(ActionLink.revoked_at).is_(None))
        ):
            link.revoked_at = at
        session.flush()
        session.refresh(self, ["agency"])
        audit.record(
            session,
            "hand over",
            f"{self.task.code}/{self.period}",
            by=by,
            at=at,
            occurrence_id=self.id,
            before={"agency": former.code},
            after={"agency": agency.code},
            reason=reason,
        )

    def owner(self) -> str:
        """Who owes it, for a person: with the agency it was issued to, where that is another one."""
        now, first = self.agency, self.issued_to
        told = {"agency": now.name, "agency_code": now.code, "issued_to": first.name, "issued_to_code": first.code}
        return queries.owner(told)

    def label(self) -> str:
        """Code and period as people say them: KH153-I.2 (quý II năm 2025)."""
        return f"{self.task.code} ({show_period(self.period)})"

    def _settle(self, decision: Decision, *, by: By, at: datetime, reason: str | None) -> None:
        latest = self.submissions[-1]
        latest.decision, latest.decided_at, latest.decided_by, latest.reason = decision, at, by.name, reason

    def _move(
        self,
        session: Session,
        act: str,
        *,
        by: By,
        at: datetime,
        reason: str | None = None,
        particulars: dict[str, Any] | None = None,
    ) -> None:
        """Make one move of the state machine and write its audit entry in the same transaction."""
        exclusive(session, "audit")  # first this lock, then the row: everybody in the same order
        before, after = move(self, act)
        session.flush()
        audit.record(
            session,
            act,
            f"{self.task.code}/{self.period}",
            by=by,
            at=at,
            occurrence_id=self.id,
            reason=reason,
            before={"status": before},
            after={"status": after, **(particulars or {})},
            status_after=after,
        )


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


def open_record(session: Session, occurrence: Occurrence, *, by: By, at: datetime) -> None:
    """Enter a new occurrence with the first line of its history."""
    exclusive(session, "audit")
    session.add(occurrence)
    session.flush()
    audit.record(
        session,
        "open",
        f"{occurrence.task.code}/{occurrence.period}",
        by=by,
        at=at,
        occurrence_id=occurrence.id,
        after={"status": occurrence.status, "due": occurrence.due_on and occurrence.due_on.isoformat()},
        status_after=occurrence.status,
    )


def choose(
    session: Session,
    task: Task,
    *,
    statuses: tuple[Status, ...] = OPEN,
    agency: Agency | None = None,
    period: str | None = None,
    today: date | None = None,
) -> Occurrence:
    """The one occurrence of a task that a person means: the only one whose status fits, of the agency and period if named.

    Periods that begin after `today` count only if named. Raises Refused where several fit or a report of it still waits.
    """
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
        raise Refused("{code} is owed by several agencies; add --agency: {names}.", code=task.code, names=names)
    waiting = [o for o in begun if o.status is Status.SUBMITTED]
    if waiting and Status.SUBMITTED not in statuses and not period:
        raise Refused(
            "The report of {label} still waits for confirmation. Name another period with --period.",
            label=waiting[0].label(),
        )
    if len(usable) > len({o.period for o in usable}):
        raise Refused(
            "{name} owes {code} several times, taken over from: {codes}; name one of these with --agency.",
            name=usable[0].agency.name,
            code=task.code,
            codes=", ".join(dict.fromkeys(o.issued_to.code for o in usable)),
        )
    if len(usable) > 1:
        raise Refused(
            "{code} has several periods that fit; add --period: {periods}.",
            code=task.code,
            periods=", ".join(o.period for o in usable),
        )
    return usable[0]


def _need(reason: str) -> None:
    if not printable(reason):
        raise BadInput("This needs a reason.")
