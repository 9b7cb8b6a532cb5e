"""Tasks: what one row or clause of a directive asks, of whom, by when, and where it is written."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, String, UniqueConstraint, cast, or_
from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from workflow.agency import Agency
from workflow.audit import By, record
from workflow.database import Instant, enum_column, exclusive
from workflow.directive import Directive
from workflow.errors import BadInput, NotFound
from workflow.names import nearest, strip_marks
from workflow.office_calendar import office_calendar
from workflow.periods import show_day
from workflow.register.kinds import Kind
from workflow.timing import Timing


class Role(StrEnum):
    """What an assignment asks of an agency."""

    LEAD = "lead"
    COORDINATING = "coordinating"


class Task(SQLModel, table=True):
    """One task, with its words and the place it came from."""

    __table_args__ = (UniqueConstraint("directive_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    directive_id: int = Field(foreign_key="directive.id", index=True)
    position: int
    no: str
    section: str = ""
    text: str
    folded: str
    deliverable: str | None = None
    timing_words: str | None = None
    timing: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    undecided: bool = Field(default=False, index=True)
    recurs: bool = Field(default=False, index=True)
    place: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    stated_on: date | None = None  # the day of the amending document that states its timing

    directive: Directive = Relationship()
    assignments: list["Assignment"] = Relationship(back_populates="task")

    def understood(self) -> Timing:
        """The timing as it stands."""
        return Timing.from_json(self.timing)

    def since(self) -> date:
        """The day of the document that states its timing: periods that had ended before are nobody's duty."""
        return self.stated_on or self.directive.issued_on

    def parts(self) -> list[tuple[int, int]]:
        """Each lead agency's part: who owes it now, and whom it was issued to. A collective owes nothing itself, its members do."""
        led = [a for a in self.assignments if a.role == Role.LEAD and a.agency and a.agency.kind != Kind.COLLECTIVE]
        return [(part.owed_by_id or part.agency_id or 0, part.agency_id or 0) for part in led]

    def owners(self) -> list[tuple[int, int]]:
        """Who owes its coming periods, each once, with the first agency from which the part comes."""
        found: dict[int, int] = {}
        for owner, issued_to in self.parts():
            found.setdefault(owner, issued_to)
        return list(found.items())

    def decide(self, session: Session, timing: Timing, *, by: By, at: datetime, reason: str) -> None:
        """Let a person say when the task is due, which answers what was asked of it; the document's words stay as they are."""
        if not reason.strip():
            raise BadInput("A decision about a deadline needs a reason or the document it follows.")
        first, last = due_within_plan(self.directive.plan_year)
        resolved = timing.resolved(office_calendar(session))
        days = [w.due for w in (*timing.windows, *((resolved,) if resolved else ()))]
        outside = [day for day in days if not max(first, self.directive.issued_on) <= day <= last]
        if outside:
            raise BadInput(
                "{day} cannot be a deadline of a plan for {year}, issued on {issued}.",
                day=show_day(outside[0]),
                year=self.directive.plan_year,
                issued=show_day(self.directive.issued_on),
            )
        exclusive(session, "audit")
        before = self.timing
        self.timing = timing.to_json()
        self.undecided, self.recurs = timing.needs_person, bool(timing.rules)
        answer(open_questions(session, self), reason, by=by, at=at)
        record(session, "decide timing", self.code, by=by, at=at, before=before, after=self.timing, reason=reason)


class Assignment(SQLModel, table=True):
    """An agency's part in a task, as the document gave it; `agency_id` is empty where the words name nobody in particular.

    `owed_by_id` is the heir that owes it now, where the agency itself no longer does. A lead that is a collective has a row of
    its own and one for each member, which names the collective in `group_id`.
    """

    __table_args__ = (UniqueConstraint("task_id", "role", "agency_id"),)

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id")
    agency_id: int | None = Field(default=None, foreign_key="agency.id", index=True)
    owed_by_id: int | None = Field(default=None, foreign_key="agency.id", index=True)
    group_id: int | None = Field(default=None, foreign_key="agency.id")
    role: Role = Field(sa_type=enum_column(Role, "role"))
    position: int
    words: str

    task: Task = Relationship(back_populates="assignments")
    agency: Agency | None = Relationship(sa_relationship_kwargs={"foreign_keys": "Assignment.agency_id"})


class Question(SQLModel, table=True):
    """Something in a directive that a person must look at: the issue the reader raised, and the answer given."""

    id: int | None = Field(default=None, primary_key=True)
    directive_id: int = Field(foreign_key="directive.id", index=True)
    task_id: int | None = Field(default=None, foreign_key="task.id", index=True)
    message: str
    args: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    place: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Instant)


def find_task(session: Session, code: str, hidden: Collection[int] = ()) -> Task:
    """The task of this code, however it is typed; raises BadInput with the nearest codes.

    Those of `hidden` directives are not there.
    """
    wanted = code.strip().upper()
    found = session.exec(select(Task).where(Task.code == wanted)).first()
    if found and found.directive_id not in hidden:
        return found
    near = nearest(wanted, session.exec(select(Task.code).where(col(Task.directive_id).not_in(hidden))))
    raise NotFound("There is no task {code}. Nearest: {near}.", code=code, near=", ".join(near) or "–")


def open_questions(session: Session, about: Task | Directive) -> list[Question]:
    """What about a task, or about a document as a whole, still waits for a person."""
    whole = isinstance(about, Directive)
    asked = select(Question).where(Question.directive_id == about.id, col(Question.task_id).is_(None))
    if not whole:
        asked = select(Question).where(Question.task_id == about.id)
    return list(session.exec(asked.where(col(Question.answered_at).is_(None))))


def answer(questions: list[Question], text: str, *, by: By, at: datetime) -> None:
    """Note what a person said to open questions."""
    for question in questions:
        question.answer, question.answered_by, question.answered_at = text, by.name, at


def undecided(session: Session, directive: Directive) -> list[Task]:
    """The tasks of a directive whose deadline a person must decide, in order."""
    waiting = select(Task).where(Task.directive_id == directive.id, col(Task.undecided)).order_by(col(Task.position))
    return list(session.exec(waiting))


def awaiting(session: Session, task: Task) -> list[Task]:
    """The other undecided tasks of the same directive that wait for the same event."""
    event = strip_marks(task.understood().event)
    others = [other for other in undecided(session, task.directive) if other.id != task.id]
    return [other for other in others if event and strip_marks(other.understood().event) == event]


def follows_calendar() -> ColumnElement[bool]:
    """The condition for tasks whose days can move with the calendar, as `Timing.follows_calendar` says of one."""
    stored = cast(Task.timing, String)
    return or_(*(stored.like(f'%"{word}"%') for word in ("offset", "session", "working_day", "send_days")))


def due_within_plan(plan_year: int) -> tuple[date, date]:
    """The span in which a plan's own deadlines can lie: generous, because plans name days of the years around them."""
    return date(plan_year - 5, 1, 1), date(plan_year + 10, 12, 31)
