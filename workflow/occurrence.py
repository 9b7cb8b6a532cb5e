"""Occurrences: one due instance of a task for one lead agency, and what people do with it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, UniqueConstraint, text, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Field, Relationship, Session, SQLModel, col

from workflow import audit, queries
from workflow.agency import Agency
from workflow.audit import By
from workflow.basis import Basis, need_reason
from workflow.database import Instant, enum_column, exclusive
from workflow.duties.closing import refuse_closed
from workflow.errors import BadInput
from workflow.evidence import Evidence
from workflow.lifecycle import Decision
from workflow.message import ActionLink
from workflow.moving import Duty, checked, duties, lapse, move, overtaken, refuse_own, reporters, write
from workflow.names import bounded
from workflow.periods import ONGOING, show_day, show_period
from workflow.register.succession import Handover, Lineage, in_force
from workflow.standing import Standing, Status, standing
from workflow.submission import Submission, settle
from workflow.task import Task

_version = Column("version", Integer, nullable=False)


class Occurrence(SQLModel, table=True):
    """One due instance, owed by `agency_id`; (task, agency it was issued to, period) is unique.

    Whom it was issued to and the first due day are kept for ever.
    """

    # What is due, and what waits, is looked for among what is open: the years that are done cost nothing.
    _OPEN = text("status in ('not_started', 'in_progress', 'returned')")
    _SUBMITTED = text("status = 'submitted'")
    __table_args__ = (
        UniqueConstraint("task_id", "issued_to_id", "period"),
        Index("ix_occurrence_open", "due_on", "agency_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_occurrence_submitted", "task_id", sqlite_where=_SUBMITTED, postgresql_where=_SUBMITTED),
    )
    __mapper_args__ = {"version_id_col": _version}

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id")
    agency_id: int = Field(foreign_key="agency.id", index=True)
    issued_to_id: int = Field(foreign_key="agency.id", index=True)
    period: str
    opens_on: date | None = Field(default=None, index=True)
    original_due_on: date | None = None
    due_on: date | None = None
    deadline_version: int = 1  # rises with each new deadline: reminders of the one before do not count for it
    computed_due_on: date | None = (
        None  # the day its timing and the calendar gave last; another one was agreed by people
    )
    status: Status = Field(default=Status.NOT_STARTED, sa_type=enum_column(Status, "status"))
    submitted_on: date | None = None
    rested_from: Status | None = Field(
        default=None, sa_type=enum_column(Status, "rested_from")
    )  # where it goes on from
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
        self._move(session, "start", by=by, at=at, values={"started_at": at})

    def submit(
        self,
        session: Session,
        *,
        by: By,
        at: datetime,
        today: date,
        result: str = "",
        document_number: str = "",
        document_on: date | None = None,
        evidence: Sequence[Evidence] = (),
        nothing_arose: bool = False,
    ) -> Submission:
        """The agency reports it done; the rules of its directive say what must be behind it and who confirms.

        Where the task names a deliverable, the number of a document or a file must be there: without it the report is refused, or
        marked. With `nothing_arose` (không phát sinh) a recurring duty is done without one.
        """
        result, document_number = bounded(result, 4000), bounded(document_number, 100)
        directive = self.task.directive
        self.duty(session)  # the lock first: nobody closes the period meanwhile
        refuse_closed(session, directive.id or 0, self.period)
        if nothing_arose and self.period == ONGOING:
            raise BadInput(
                "{code} is ongoing: report the period with `dondoc period report PERIOD {code} --nothing`.",
                code=self.task.code,
            )
        if nothing_arose and not self.task.recurs:
            raise BadInput(
                "{code} does not recur; say what was done, “nothing arose” is for duties that recur.",
                code=self.task.code,
            )
        if nothing_arose and (result or document_number or evidence):
            raise BadInput("Say what was done (--result), or that nothing arose (--nothing), not both.")
        if document_on and document_on > today:
            raise BadInput(
                "{day} is still to come; give the day that stands on the document.", day=show_day(document_on)
            )
        lacks = bool(self.task.deliverable) and not (document_number or evidence or nothing_arose)
        if lacks and not result:
            raise BadInput(
                "The task asks for “{deliverable}”: state the result, the document's number or attach a file.",
                deliverable=self.task.deliverable,
            )
        if lacks and directive.deliverable == "refuse":
            raise BadInput(
                "The task asks for “{deliverable}”: give the number of the document or attach the file.",
                deliverable=self.task.deliverable,
            )
        told = {
            "result": result,
            "document": document_number,
            "document_on": document_on and document_on.isoformat(),
            "nothing_arose": nothing_arose or None,
            "files": [file.sha256 for file in evidence],
            "submitted": today.isoformat(),
        }
        told = {name: value for name, value in told.items() if value}
        self._move(session, "submit", by=by, at=at, after=told, values={"submitted_on": today})
        submission = Submission(
            occurrence_id=self.id or 0,
            number=len(self.submissions) + 1,
            at=at,
            submitted_on=today,
            by=by.name,
            channel=by.channel,
            result=result,
            document_number=document_number,
            document_on=document_on,
            nothing_arose=nothing_arose,
            lacks_deliverable=lacks,
            evidence=list(evidence),
        )
        self.submissions.append(submission)
        session.flush()
        late = self.due_on is not None and today > self.due_on
        waits = directive.confirmation == "required" or (directive.confirmation == "on_overdue_only" and late)
        if not waits and not lacks:
            self.confirm(session, by=By("dondoc", by.channel), at=at)
        return submission

    def confirm(self, session: Session, *, by: By, at: datetime, note: str = "") -> None:
        """The monitoring agency accepts the result; not the person who reported it."""
        row = self.duty(session)
        checked(session, "confirm", row, by)
        refuse_own(reporters(session, [row], by).get(row.id), by)
        self._move(session, "confirm", by=by, at=at, reason=note or None)
        settle(session, [self.id or 0], Decision.CONFIRMED, by=by.name, at=at, reason=note)

    def send_back(self, session: Session, *, by: By, at: datetime, reason: str) -> None:
        """The monitoring agency does not accept the result and says why."""
        self._move(session, "return", by=by, at=at, reason=need_reason(reason), values={"submitted_on": None})
        settle(session, [self.id or 0], Decision.RETURNED, by=by.name, at=at, reason=reason)

    def withdraw(self, session: Session, *, by: By, at: datetime, reason: str) -> None:
        """The agency takes its report back while nobody has confirmed it."""
        values = {"submitted_on": None, "started_at": self.started_at or at}
        self._move(session, "withdraw", by=by, at=at, reason=need_reason(reason), values=values)
        settle(session, [self.id or 0], Decision.WITHDRAWN, by=by.name, at=at, reason=reason)

    def reopen(self, session: Session, *, by: By, at: datetime, reason: str, today: date | None = None) -> None:
        """Take up again what was completed or cancelled; what an agency did that has ended since is its heir's.

        `today` is the day in the office's zone (None: the day of `at`).
        """
        refuse_closed(session, self.task.directive_id, self.period)
        values = {"submitted_on": None, "started_at": self.started_at or at}
        self._move(session, "reopen", by=by, at=at, reason=need_reason(reason), values=values)
        for step in Lineage(in_force(session)).path(self.agency_id, today or at.date()):
            session.add(
                Handover(succession_id=step.id or 0, occurrence_id=self.id, agency_id=self.agency_id, held=self.status)
            )
            self.hand_over(session, session.get_one(Agency, step.heir_id), by=by, at=at, reason=reason)

    def suspend(self, session: Session, *, by: By, at: datetime, reason: str, basis: Basis | None = None) -> None:
        """Let it rest; it is neither counted nor reminded."""
        values = {"rested_from": self.status}
        self._move(session, "suspend", by=by, at=at, reason=need_reason(reason), after=_on(basis), values=values)

    def resume(self, session: Session, *, by: By, at: datetime) -> None:
        """Go on where it was suspended."""
        self._move(session, "resume", by=by, at=at, values={"rested_from": None})

    def cancel(self, session: Session, *, by: By, at: datetime, reason: str, basis: Basis | None = None) -> None:
        """Nobody need do it any more."""
        self._move(session, "cancel", by=by, at=at, reason=need_reason(reason), after=_on(basis))

    def redate(
        self,
        session: Session,
        due: date | None,
        *,
        by: By,
        at: datetime,
        reason: str,
        act: str = "set deadline",
        computed: bool = False,
        after: Mapping[str, Any] | None = None,
    ) -> bool:
        """Give it another deadline, whether it has one; the first is kept, and so is (unless `computed`) what the calendar gave."""
        if self.due_on == due:
            return False
        values: dict[str, Any] = {
            "due_on": due,
            "original_due_on": self.original_due_on or due,
            "deadline_version": self.deadline_version + 1,
        }
        if computed:
            values["computed_due_on"] = due
        before = {"due": self.due_on and self.due_on.isoformat()}
        told = {"due": due and due.isoformat(), **(after or {})}
        self._change(session, act, values, by=by, at=at, before=before, after=told, reason=reason)
        return True

    def hand_over(
        self,
        session: Session,
        agency: Agency,
        *,
        by: By,
        at: datetime,
        reason: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Another agency owes it from now on; links in letters to the former one stop working."""
        need_reason(reason)
        was, is_ = {"agency": self.agency.name, **(before or {})}, {"agency": agency.name, "owner": agency.code}
        values = {"agency_id": agency.id or 0}
        self._change(
            session, "hand over", values, by=by, at=at, before=was, after={**is_, **(after or {})}, reason=reason
        )
        alive = (col(ActionLink.occurrence_id) == self.id) & col(ActionLink.revoked_at).is_(None)
        session.execute(update(ActionLink).where(alive).values(revoked_at=at))
        lapse(session, [self.id or 0], ("hand_on",), by=by, at=at)
        session.refresh(self, ["agency"])

    def owner(self) -> str:
        """Who owes it, for a person: with the agency it was issued to, where that is another one."""
        now, first = self.agency, self.issued_to
        told = {"agency": now.name, "agency_code": now.code, "issued_to": first.name, "issued_to_code": first.code}
        return queries.owner(told)

    def label(self) -> str:
        """Code and period as people say them: KH153-I.2 (quý II năm 2025)."""
        return f"{self.task.code} ({show_period(self.period)})"

    def duty(self, session: Session, seen: int | None = None) -> Duty:
        """The row as the next act sees it; raises Refused where it is another version than the one that was read (or `seen`)."""
        exclusive(session, "audit")  # first this lock, then the row: everybody in the same order
        session.flush()
        row = duties(session, [self.id or 0])[0]
        if row.version != (self.version if seen is None else seen):
            raise overtaken(session, row)
        return row

    def touch(self, session: Session, seen: int | None = None) -> None:
        """Count as changed what is kept beside the row, so that whoever looked at it before (`seen`) is told."""
        write(session, [self.duty(session, seen)], {})
        self._take(session, {})

    def _move(
        self,
        session: Session,
        act: str,
        *,
        by: By,
        at: datetime,
        reason: str | None = None,
        after: Mapping[str, Any] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        """Make one move of the lifecycle with its line in the history."""
        states = move(session, act, [self.duty(session)], by=by, at=at, reason=reason, after=after, values=values)
        self._take(session, {"status": states[0], **(values or {})})

    def _change(self, session: Session, act: str, values: dict[str, Any], *, by: By, at: datetime, **fact: Any) -> None:
        """Write something else than the status, with its line in the history."""
        row = self.duty(session)
        write(session, [row], values)
        audit.record(session, act, **row.about, by=by, at=at, **fact)
        self._take(session, values)

    def _take(self, session: Session, values: Mapping[str, Any]) -> None:
        """Hold in memory what was written past the mapper."""
        for name, value in values.items():
            set_committed_value(self, name, value)
        set_committed_value(self, "version", (self.version or 0) + 1)


def _on(basis: Basis | None) -> dict[str, Any]:
    return {"basis": basis.to_json()} if basis else {}


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
        after={
            "status": occurrence.status,
            "due": occurrence.due_on and occurrence.due_on.isoformat(),
            "owner": session.get_one(Agency, occurrence.agency_id).code,
        },
        status_after=occurrence.status,
    )
