"""Correcting a document that was handed in: its head, and each of its tasks in a form beside the page that it stands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from directives import correcting, extract, facsimile, intake
from directives.correcting import FIELDS, Said
from directives.document import clean
from directives.proposal import Proposal, TaskProposal
from web import proposals
from web.pages import Office, page
from web.proposals import Index, Number, Seal, Seen, Short, Words, field, row_of, viewing
from web.visitor import acting
from workflow import terminal
from workflow.errors import BadInput, Overtaken
from workflow.names import printable

router = APIRouter(prefix="/proposals")


@router.post("/{number}/head", response_class=HTMLResponse)
def head(
    request: Request,
    number: Number,
    seal: Seal = "",
    seen: Seen = 0,
    said_number: Annotated[str, Form(alias="number", max_length=100)] = "",
    issued: Annotated[str, Form(max_length=20)] = "",
    issuer: Short = "",
    subject: Words = "",
) -> Response:
    """Say what the head of the document leaves blank or was misread."""

    def edit(proposal: Proposal) -> None:
        day = terminal.day(issued) if issued else None
        correcting.complete(proposal, printable(clean(said_number)), day, issuer=clean(issuer), subject=clean(subject))

    return _changed(request, number, seal, seen, edit, lambda _proposal: f"/proposals/{number}?said=saved")


def _changed(
    request: Request,
    number: int,
    seal: str,
    seen: int,
    edit: Callable[[Proposal], None],
    onward: Callable[[Proposal], str],
    again: Callable[[str, int], Response] | None = None,
) -> Response:
    """Correct a proposal and go on; where it is not possible the form comes back (`again`) with the reason."""
    try:
        with acting(request, seal) as (session, how):
            one = intake.find(session, number, by=how["by"])
            proposal = intake.change(session, one, seen, edit)
    except (BadInput, Overtaken) as problem:
        status = 409 if isinstance(problem, Overtaken) else 422
        return (
            again(str(problem), status)
            if again
            else proposals.shown(request, number, problem=str(problem), status=status)
        )
    return RedirectResponse(onward(proposal), 303)


@router.get("/{number}/tasks/{index}", response_class=HTMLResponse)
def task(
    request: Request, number: Number, index: Index, sheet: Annotated[int, Query(alias="page", ge=0, le=10_000)] = 0
) -> Response:
    """One task in a form, beside the page that it stands on (or another one)."""
    return _task(request, number, index, {}, sheet=sheet)


@router.get("/{number}/new", response_class=HTMLResponse)
def new(request: Request, number: Number, sheet: Annotated[int, Query(alias="page", ge=0, le=10_000)] = 0) -> Response:
    """A form for a task that the reader missed."""
    return _task(request, number, 0, {}, sheet=sheet)


def _task(
    request: Request,
    number: int,
    index: int,
    typed: dict[str, str],
    *,
    sheet: int = 0,
    problem: str = "",
    status: int = 200,
) -> Response:
    """The form of a task (0: a new one) with what was typed in place of what it says."""
    with viewing(request) as (office, session, how):
        one = intake.find(session, number, by=how["by"])
        proposal = intake.load(one)
        found = correcting.at(proposal, index) if index else TaskProposal("", "")
        row = row_of(proposal, found, index, office.settings.timing.before_is_exclusive)
        document = intake.document(one)
        lines = facsimile.excerpt(document, found.place) if document else []
        values = {
            "no": found.no,
            "section": found.section,
            **{name: correcting.value(found, name) for name in FIELDS},
            "due": row["decided"].words if row["decided"] else "",
            "reason": row["decided"].reason if row["decided"] else "",
        }
        doubtful = [n for n, other in enumerate(proposal.tasks, 1) if other.issues]
        return page(
            request, "proposal_task.html", status=status, one=one, row=row, lines=lines, typed={**values, **typed}, label=field,
            problem=problem, total=len(proposal.tasks), fields=FIELDS,
            onward=next((n for n in doubtful if n > index), None), place=found.place,
            timely=bool(extract.of_timing(found, proposal.head)) and not found.decision,
            sheet=min(sheet or found.place.page or 1, one.pages),
        )  # fmt: skip


class TaskForm(BaseModel):
    """What is typed about a task; `act` is the button that was pressed."""

    seal: str = Field("", max_length=200)
    seen: int = Field(0, ge=0, le=2**31 - 1)
    no: str = Field("", max_length=40)
    section: str = Field("", max_length=300)
    text: str = Field("", max_length=50_000)
    lead: str = Field("", max_length=50_000)
    coordinating: str = Field("", max_length=50_000)
    deliverable: str = Field("", max_length=50_000)
    timing: str = Field("", max_length=50_000)
    due: str = Field("", max_length=300)
    reason: str = Field("", max_length=1000)
    act: str = Field("save", max_length=20)


@router.post("/{number}/tasks/{index}", response_class=HTMLResponse)
def correct(request: Request, number: Number, index: Index, form: Annotated[TaskForm, Form()]) -> Response:
    """Correct a task, confirm it as it stands, or leave it out; then go on to the next that is doubtful."""
    return _correct(request, number, index, form)


@router.post("/{number}/new", response_class=HTMLResponse)
def add(request: Request, number: Number, form: Annotated[TaskForm, Form()]) -> Response:
    """Add a task that the reader missed."""
    return _correct(request, number, 0, form)


def _correct(request: Request, number: int, index: int, form: TaskForm) -> Response:
    office: Office = request.app.state.office
    exclusive = office.settings.timing.before_is_exclusive
    settled = False

    def edit(proposal: Proposal) -> None:
        nonlocal settled
        fields = {name: getattr(form, name) for name in ("no", "section", *FIELDS)}
        leaves = form.act == "leave_out"  # nothing else is said of a row that is no task
        said = Said({}, left_out=True) if leaves else Said(fields, form.due, form.reason, form.act == "confirm")
        settled = not correcting.revise(proposal, index, said, exclusive).issues or leaves

    def onward(proposal: Proposal) -> str:
        at = index or len(proposal.tasks)
        if not settled:
            return f"/proposals/{number}/tasks/{at}"
        after = at if form.act != "leave_out" else at - 1
        doubtful = [n for n, other in enumerate(proposal.tasks, 1) if other.issues]
        following = next((n for n in doubtful if n > after), doubtful[0] if doubtful else 0)
        return f"/proposals/{number}/tasks/{following}" if following and index else f"/proposals/{number}?said=saved"

    typed = form.model_dump(exclude={"seal", "seen", "act"})
    return _changed(
        request, number, form.seal, form.seen, edit, onward,
        lambda problem, status: _task(request, number, index, typed, problem=problem, status=status),
    )  # fmt: skip


@router.post("/{number}/left-out/{index}")
def take_back(request: Request, number: Number, index: Index, seal: Seal = "", seen: Seen = 0) -> Response:
    """Say that a row that was left out is a task after all."""

    def edit(proposal: Proposal) -> None:
        correcting.take_back(proposal, correcting.left(proposal, index))

    return _changed(request, number, seal, seen, edit, lambda _proposal: f"/proposals/{number}?said=saved")
