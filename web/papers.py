"""Letters on paper: drafted from the review, written as Word files, given the number of the clerk, or dropped."""

from __future__ import annotations

import tempfile
from pathlib import Path as Folder
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field

from reports import drafting, paper
from web.office import overseer
from web.pages import Office, page
from web.visitor import acting, looking
from workflow import dispatch, terminal
from workflow.access import sight
from workflow.access.roles import Role
from workflow.basis import Basis
from workflow.dispatch_kind import Kind
from workflow.errors import BadInput, NotFound, NotPermitted, Problem
from workflow.names import printable
from workflow.occurrence import Occurrence

router = APIRouter(prefix="/letters")
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Duty = Annotated[int, Field(ge=1, le=2**31 - 1)]
Seal = Annotated[str, Form(max_length=200)]
MOST = 500  # duties of one letter
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("", response_class=HTMLResponse)
def listed(request: Request, made: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0) -> Response:
    """The letters with what became of each; `made` is one that has just been drafted."""
    return _listed(request, made=made)


def _listed(request: Request, *, made: int = 0, problem: str = "", status: int = 200) -> Response:
    with looking(request) as view:
        overseer(request)
        rows = paper.listed(view)
    person = request.state.visitor.person
    return page(
        request, "letters.html", status=status, keep=not problem, rows=rows, problem=problem,
        made=next((row for row in rows if row["id"] == made), None), may=Role.MONITOR in person.roles, state=paper.state,
    )  # fmt: skip


@router.post("", response_class=HTMLResponse)
def draft(
    request: Request,
    seal: Seal = "",
    chosen: Annotated[list[Duty] | None, Form()] = None,
    answer_by: Annotated[str, Form(max_length=20)] = "",
    kind: Annotated[str, Form(max_length=20)] = Kind.PRESS.value,
) -> Response:
    """Draft a letter about the chosen duties."""
    office: Office = request.app.state.office
    try:
        with acting(request, seal) as (session, how):
            hidden = sight.hidden(session, how["by"])
            found = [session.get(Occurrence, one) for one in list(dict.fromkeys(chosen or ()))[:MOST]]
            duties = [duty for duty in found if duty and duty.task.directive_id not in hidden]
            if kind not in set(Kind):
                raise BadInput("“{value}” is none of: {known}.", value=printable(kind), known=", ".join(Kind))
            if not duties:
                raise BadInput("Choose at least one task.")
            if not answer_by:
                raise BadInput("Say until when the agencies are to answer the letter.")
            today = office.as_of().day
            made = drafting.draft(session, Kind(kind), duties, as_of=today, answer_by=terminal.day(answer_by), **how)
            number = made.id
    except NotPermitted:
        raise
    except Problem as problem:
        return _listed(request, problem=str(problem), status=422)
    return RedirectResponse(f"/letters?made={number}", 303)


@router.get("/{number}/file")
def write(request: Request, number: Number) -> Response:
    """A letter as a Word file."""
    office: Office = request.app.state.office
    with tempfile.TemporaryDirectory() as folder, looking(request) as view:
        overseer(request)
        file = Folder(folder) / "letter.docx"
        paper.write_again(office.settings, view, number, file)
        content = file.read_bytes()
    name = quote(f"cong-van-{number}.docx")
    return Response(content, media_type=WORD, headers={"Content-Disposition": f"attachment; filename={name}"})


@router.post("/{number}/number", response_class=HTMLResponse)
def number(
    request: Request,
    number: Number,
    seal: Seal = "",
    given: Annotated[str, Form(max_length=100)] = "",
    issued: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Enter the number and day that the clerk gave a letter."""
    try:
        with acting(request, seal) as (session, how):
            found = dispatch.find_dispatch(session, number, lock=True)
            if not printable(given) or not issued:
                raise BadInput("Say both the number of the letter and its day.")
            dispatch.give_number(session, found, Basis(printable(given), terminal.day(issued)), **how)
    except (NotPermitted, NotFound):
        raise
    except Problem as problem:
        return _listed(request, problem=str(problem), status=422 if isinstance(problem, BadInput) else 409)
    return RedirectResponse("/letters", 303)


@router.post("/{number}/drop")
def drop(request: Request, number: Number, seal: Seal = "") -> Response:
    """Say that a letter will not be sent."""
    with acting(request, seal) as (session, how):
        dispatch.drop(session, dispatch.find_dispatch(session, number, lock=True), **how)
    return RedirectResponse("/letters", 303)
