"""Documents handed in by programs: read, corrected, entered in the record or put aside; as the pages at /proposals do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from directives import correcting, intake
from directives.correcting import LISTED, Said
from directives.intake import Answers
from directives.proposal import Proposal
from web.api import models
from web.api.acting import own_files, version_of
from web.api.caller import Caller, acting, reading
from web.pages import Office
from workflow.access.permits import permit_office
from workflow.directive import Directive
from workflow.received import ReceivedDocument, State, say_problem

router = APIRouter(prefix="/proposals")
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Index = Annotated[int, Path(ge=1, le=100_000)]
Match = Annotated[
    str, Header(max_length=40, description='The ETag of the proposal that the caller looked at, such as "3"')
]
Words = Annotated[str, Field(max_length=5000)]
Name = Annotated[str, Field(max_length=300)]


class HandedIn(BaseModel):
    """A document to be read: a file that was sent to /files."""

    model_config = ConfigDict(extra="forbid")
    file: Annotated[str, Field(min_length=1, max_length=20)]


class Row(BaseModel):
    """A document that was handed in, with what is known of it."""

    id: int
    name: str
    size: int
    by: str
    handed_in_at: Any
    state: State
    version: int
    pages: int
    number: str | None
    subject: str | None
    issuer: str | None
    issued_on: date | None
    tasks: int
    doubts: int
    problem: str | None
    directive: str | None


class Rows(models.Listed):
    items: list[Row]


class ChangeRow(BaseModel):
    """What a later document does to a task of a recorded directive; `differences` are field, recorded, said."""

    sort: str
    code: str
    no: str
    text: str
    differences: list[tuple[str, str, str]]


class Shown(BaseModel):
    """A document with its proposal (as `dondoc read --json` prints it), the names to be told with whom they may mean, and what it
    would change in a recorded directive.
    """

    id: int
    name: str
    state: State
    version: int
    pages: int
    problem: str | None = None
    directive: str | None = None
    proposal: dict[str, Any] | None = None
    left_out: list[dict[str, Any]] = []
    unknown: dict[str, dict[str, str]] = {}
    told: list[str] = []
    changes: list[ChangeRow] = []


class Head(BaseModel):
    """What the head of a document leaves blank, or was misread."""

    model_config = ConfigDict(extra="forbid")
    number: Annotated[str, Field(max_length=100)] = ""
    issued: date | None = None
    issuer: Name = ""
    subject: Words = ""


class Task(BaseModel):
    """A task as a person corrects it: the fields that are given; a deadline with its ground ("" takes it back); that it is
    right, or no task.
    """

    model_config = ConfigDict(extra="forbid")
    no: Annotated[str, Field(max_length=40)] | None = None
    section: Name | None = None
    text: Words | None = None
    lead: Annotated[list[Name], Field(max_length=200)] | None = None
    coordinating: Annotated[list[Name], Field(max_length=200)] | None = None
    deliverable: Words | None = None
    timing: Words | None = None
    due: Name | None = None
    reason: Words = ""
    confirmed: bool = False
    left_out: bool = False

    def said(self) -> Said:
        fields = self.model_dump(exclude={"due", "reason", "confirmed", "left_out"}, exclude_none=True)
        words = {name: "; ".join(value) if name in LISTED else value for name, value in fields.items()}
        return Said(words, self.due, self.reason, self.confirmed, self.left_out)


class Entering(BaseModel):
    """What is said with a checked document: whom the unknown names mean (by code or name; "" enters a new agency), and which of its
    changes of a recorded directive are agreed (by their place in `changes`, from 0; null: all). `rest`: names of which nothing is
    said are new agencies.
    """

    model_config = ConfigDict(extra="forbid")
    meant: Annotated[dict[Name, Name], Field(max_length=1000)] = {}
    code: Annotated[str, Field(max_length=30)] = ""
    monitor: Name = ""
    amends: Name = ""
    separate: bool = False
    rest: bool = False
    agreed: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=10_000)] | None = []


class Entered(BaseModel):
    """The directive that a document is, or has changed."""

    directive: str


@router.get("")
def listed(request: Request) -> Rows:
    """The newest 200 documents that were handed in, with how far each has come; for whoever may enter documents."""
    with reading(request) as view:
        caller: Caller = request.state.caller
        permit_office(caller.person.by("api"), "import")
        return Rows(items=[Row(**row) for row in intake.received(view)])


@router.post("", status_code=201)
def hand_in(request: Request, response: Response, given: HandedIn) -> Shown:
    """Read a document; it may still be `reading` in the answer: ask again."""
    office: Office = request.app.state.office
    with acting(request, "manage") as (session, how):
        caller: Caller = request.state.caller
        permit_office(how["by"], "import")
        (upload,) = own_files(session, caller, [given.file], how["at"])
        with office.evidence.open(upload.sha256 or "") as content:
            number = intake.receive(session, office.evidence, upload.name, content, **how).id or 0
        session.delete(upload)
    office.read(number)
    return _of(request, response, number)


@router.get("/{number}")
def show(request: Request, response: Response, number: Number) -> Shown:
    """A document with its proposal as it has been corrected so far; the version is the ETag, for If-Match of a correction."""
    return _of(request, response, number)


def _of(request: Request, response: Response, number: int) -> Shown:
    office: Office = request.app.state.office
    with acting(request, "manage") as (session, how):
        one = intake.find(session, number, by=how["by"])
        late = intake.read_again(session, number, office.settings, at=how["at"])
    if late:
        office.read(number)
    with acting(request, "manage") as (session, how):
        one = intake.find(session, number, by=how["by"])
        response.headers["ETag"] = f'"{one.version}"'
        return _shown(session, one, office, how)


def _shown(session: Session, one: ReceivedDocument, office: Office, how: dict[str, Any]) -> Shown:
    directive = session.get(Directive, one.directive_id) if one.directive_id else None
    about: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "state": one.state,
        "version": one.version,
        "pages": one.pages,
    }
    about["problem"] = say_problem(one.problem) or None
    if one.state is not State.PROPOSED:
        return Shown(**about, directive=directive.code if directive else None)
    proposal = intake.load(one)
    with session.begin_nested() as trial:  # what was corrected stays, whatever the outlook has touched goes
        found = intake.outlook(session, proposal, office.settings, Answers({}), at=how["at"])
        base = found.base.code if found.base else None
        trial.rollback()
    changes = [
        ChangeRow(sort=c.sort, code=c.code, no=c.no, text=c.text, differences=list(c.differences))
        for c in found.changes
    ]
    return Shown(
        **about, proposal=proposal.to_json(), left_out=[task.to_json() for task in proposal.left_out], unknown=found.unknown,
        told=found.told, directive=base, changes=changes,
    )  # fmt: skip


def _changed(
    request: Request, response: Response, number: int, if_match: str, edit: Callable[[Proposal], object]
) -> Shown:
    office: Office = request.app.state.office
    with acting(request, "manage") as (session, how):
        one = intake.find(session, number, by=how["by"])
        intake.change(session, one, version_of(if_match), edit)
        response.headers["ETag"] = f'"{one.version}"'
        return _shown(session, one, office, how)


@router.patch("/{number}")
def head(request: Request, response: Response, number: Number, said: Head, if_match: Match = "") -> Shown:
    """Say what the head of the document leaves blank or was misread."""

    def edit(proposal: Proposal) -> None:
        correcting.complete(proposal, said.number, said.issued, said.issuer, said.subject)

    return _changed(request, response, number, if_match, edit)


@router.post("/{number}/tasks", status_code=201)
def add(request: Request, response: Response, number: Number, said: Task, if_match: Match = "") -> Shown:
    """Add a task that the reader missed, as the last one."""
    return _revised(request, response, number, 0, said, if_match)


@router.patch("/{number}/tasks/{index}")
def correct(
    request: Request, response: Response, number: Number, index: Index, said: Task, if_match: Match = ""
) -> Shown:
    """Correct a task (counted from 1), confirm it as it stands, or leave it out."""
    return _revised(request, response, number, index, said, if_match)


def _revised(request: Request, response: Response, number: int, index: int, said: Task, if_match: str) -> Shown:
    office: Office = request.app.state.office
    exclusive = office.settings.timing.before_is_exclusive
    return _changed(
        request, response, number, if_match, lambda proposal: correcting.revise(proposal, index, said.said(), exclusive)
    )


@router.post("/{number}/left-out/{index}")
def take_back(request: Request, response: Response, number: Number, index: Index, if_match: Match = "") -> Shown:
    """Say that a row that was left out (counted from 1) is a task after all."""
    return _changed(
        request,
        response,
        number,
        if_match,
        lambda proposal: correcting.take_back(proposal, correcting.left(proposal, index)),
    )


@router.post("/{number}/enter")
def enter(request: Request, number: Number, said: Entering, if_match: Match = "") -> Entered:
    """Enter the document in the record; a document is entered once, so sending it again is refused."""
    office: Office = request.app.state.office
    answers = Answers(said.meant, said.code, said.monitor, said.amends, said.separate, said.rest, said.agreed)
    with acting(request, "manage") as (session, how):
        one = intake.find(session, number, by=how["by"])
        directive = intake.enter(session, one, version_of(if_match), answers, office.settings, **how)
        return Entered(directive=directive.code)


@router.delete("/{number}", status_code=204)
def drop(request: Request, number: Number, if_match: Match = "") -> None:
    """Put a document aside."""
    with acting(request, "manage") as (session, how):
        one = intake.find(session, number, by=how["by"])
        intake.drop(session, one, version_of(if_match), **how)
