"""What the interface takes and gives, field by field; the OpenAPI description is made from these."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from workflow.access.entry import SCOPES
from workflow.duties.carrying import DEEDS
from workflow.standing import Standing, Status

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Day = date | None
Scope = Literal["read", "act", "manage"]
Act = Literal[
    "start", "fill", "submit", "progress", "report_period", "withdraw", "confirm", "return", "reopen", "suspend", "resume", "cancel",
    "hand_on", "ask_extension", "ask_hand_on", "ask_suspension", "ask_cancellation", "grant", "refuse", "withdraw_request",
    "ask_part", "give_part", "drop_part",
]  # fmt: skip
assert set(Act.__args__) == set(DEEDS) and set(Scope.__args__) == set(SCOPES)  # type: ignore[attr-defined]


class Listed(BaseModel):
    """A part of a list; `next` is the path of the following part."""

    next: str | None = None


class Problem(BaseModel):
    """What went wrong (RFC 9457), in the language asked for and in both (`words`)."""

    type: str
    title: str
    status: int
    detail: str
    words: dict[str, str] = Field(description="The sentence by language: vi and en.")


class TaskRow(BaseModel):
    """One duty: a task as one agency owes it for one period; `occurrence_id` is null where its deadline is to be decided."""

    task_id: int
    code: str
    no: str
    section: str | None
    text: str
    deliverable: str | None
    timing_words: str | None
    directive: str
    number: str
    issuer: str | None
    occurrence_id: int | None
    period: str | None
    opens_on: Day
    original_due_on: Day
    due_on: Day
    submitted_on: Day
    status: Status | None
    agency_id: int | None
    agency_code: str | None
    agency: str | None
    issued_to_code: str | None
    issued_to: str | None
    standing: Standing
    days_left: int | None


class Tasks(Listed):
    items: list[TaskRow]


class OverdueRow(BaseModel):
    """One duty that is overdue, with whom it waits for and what is asked about it."""

    occurrence_id: int
    code: str
    text: str
    deliverable: str | None
    timing_words: str | None
    directive: str
    number: str
    issuer: str | None
    agency_code: str
    agency: str
    issued_to_code: str
    issued_to: str
    period: str
    original_due_on: Day
    due_on: date
    status: Status
    days_left: int
    waiting_for: list[str] = []
    asked: list[str] = []


class Overdue(Listed):
    items: list[OverdueRow]


class TallyRow(BaseModel):
    """Counts by agency or directive: done or not, in time or late, and what lies outside that."""

    code: str
    name: str
    total: int
    done_on_time: int
    done_late: int
    waiting: int
    open_in_time: int
    overdue: int
    no_deadline: int


class Tally(Listed):
    items: list[TallyRow]


class DirectiveRow(BaseModel):
    """One document in the record."""

    code: str
    number: str
    issued_on: date
    issuer: str | None
    subject: str | None
    tasks: int
    questions: int
    amended_by: str | None


class Directives(Listed):
    items: list[DirectiveRow]


class Loose(BaseModel):
    """A row with more fields than are promised here."""

    model_config = ConfigDict(extra="allow")


class Task(Loose):
    """Everything about one task: what it asks, of whom, what was reported, its history."""

    code: str
    text: str
    directive: str
    understood: str
    occurrences: list[dict[str, Any]]
    submissions: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    parts: list[dict[str, Any]]
    history: list[dict[str, Any]]


class Directive(Loose):
    """One document with everything around it."""

    code: str
    number: str
    issued_on: date
    confidential: bool
    basis: list[dict[str, Any]]
    under: list[dict[str, Any]]
    sections: list[dict[str, Any]]
    tally: TallyRow | None
    history: list[dict[str, Any]]


class Duty(TaskRow):
    """One duty with its version, which is its ETag, too."""

    version: int


class Rows(Listed):
    """A list whose rows the description of the endpoint tells."""

    items: list[dict[str, Any]]


class Section(BaseModel):
    """A table of a report."""

    title: str
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    note: str
    warning: str
    text: list[tuple[list[tuple[str, str, str]], bool]] = Field(
        [],
        description="Running text: lines of pieces (text, address of the list that a figure opens, what it counts), and whether bold",
    )


class Report(BaseModel):
    """A report of a day, without a format."""

    title: str
    as_of: date
    sections: list[Section]
    foot: str
    about: str


Words = Annotated[str, Field(max_length=4000)]
Short = Annotated[str, Field(max_length=300)]


class Order(BaseModel):
    """One act on one duty; which fields matter follows from the act (docs/api.md)."""

    model_config = ConfigDict(extra="forbid")

    act: Act
    code: Short = Field("", description="Code of the task, such as KH88-II.3")
    agency: Short = Field("", description="Whose part is meant, where several agencies lead")
    period: Short = Field("", description="Period, such as 2025-Q3")
    words: Words = Field("", description="The result, the progress, what is asked for, or a remark")
    reason: Words = ""
    document_number: Annotated[str, Field(max_length=100)] = ""
    document_on: Day = None
    nothing_arose: bool = False
    form: dict[Annotated[str, Field(max_length=100)], Words] = Field(
        {}, description="The fields of a period report by their keys", max_length=500
    )
    basis: Short = Field("", description="The document it rests on, with its day: Công văn 120/UBND-VP ngày 3/9/2025")
    until: Day = Field(None, description="The day asked for or granted")
    to: Short = Field("", description="The agency asked or meant, by code or name")
    person: Annotated[str, Field(max_length=200)] = ""
    number: Number | None = Field(None, description="Of a request, or of a part")
    files: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=100)] = []


class Done(BaseModel):
    """What became of an act: the duty as it is now, and lines that tell a person."""

    code: str
    period: str
    agency: str
    agency_code: str
    status: Status
    occurrence: int
    version: int
    number: int | None
    lines: list[str]


class Kept(BaseModel):
    """A file that was taken; `file` names it in an order, within a day."""

    file: str
    name: str
    size: int
    media_type: str


class SignInWish(BaseModel):
    model_config = ConfigDict(extra="forbid")
    address: Annotated[str, Field(min_length=3, max_length=200)]


class SignInBegun(BaseModel):
    """The sign-in that waits for six digits from the mailbox; the same whether the mailbox is registered or not."""

    handle: str


class SignInDigits(BaseModel):
    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Field(min_length=1, max_length=20)]
    name: Annotated[str, Field(min_length=1, max_length=100)] = "dondoc"
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3)] = ["read", "act"]


class Token(BaseModel):
    """A fresh access token; it is shown this once."""

    token: str
    name: str
    scopes: list[Scope]
    until_on: date
    person: str
    language: str
    time_zone: str


class TokenRow(BaseModel):
    """An access token of the caller, without its secret."""

    id: int
    name: str
    scopes: list[Scope]
    made_at: datetime
    until_on: date
    used_at: datetime | None
    revoked_at: datetime | None


class Tokens(Listed):
    items: list[TokenRow]


class Whoami(BaseModel):
    """The person a token acts for, and the office it is of."""

    name: str
    address: str
    roles: list[str]
    agencies: list[str]
    scopes: list[Scope]
    office: str
    language: str
    time_zone: str


class WebhookWish(BaseModel):
    """An address to be told what happens: of these acts of the history, or of all."""

    model_config = ConfigDict(extra="forbid")
    address: Annotated[str, Field(min_length=8, max_length=500)]
    acts: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100)] = []


class WebhookRow(BaseModel):
    """An address that is told; without its secret."""

    id: int
    address: str
    acts: list[str]
    made_at: datetime
    made_by: str
    upto: int
    revoked_at: datetime | None


class WebhookMade(BaseModel):
    """A fresh one with the secret that signs what it is told (docs/api.md); it is shown this once."""

    id: int
    secret: str


class Webhooks(Listed):
    items: list[WebhookRow]
