"""Letters on paper: drafted from the review or about decided requests, written as Word files, numbered, dropped, mailed once signed."""

from __future__ import annotations

import tempfile
from pathlib import Path as Folder
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field
from starlette.background import BackgroundTask

from notifications import signed
from reports import drafting, paper
from reports.writing import MEDIA_TYPES
from web.office import overseer
from web.pages import Office, page
from web.visitor import acting, looking
from workflow import dispatch, terminal
from workflow.access.permits import PERMITS_OFFICE, held
from workflow.access.roles import Role
from workflow.access.viewing import visible
from workflow.basis import Basis
from workflow.dispatch_kind import Kind, say_kind
from workflow.errors import BadInput, NotFound, NotPermitted, Problem
from workflow.names import printable
from workflow.snapshot import Row, Snapshot

router = APIRouter(prefix="/letters")
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Seal = Annotated[str, Form(max_length=200)]
Named = Annotated[str, Form(max_length=300)]
UNANSWERED = 200  # decided requests that are offered for an answer
WORD = MEDIA_TYPES["docx"]


@router.get("", response_class=HTMLResponse)
def listed(
    request: Request,
    made: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    mailed: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """The letters with what became of each; `made` is one that has just been drafted, `mailed` one that was just mailed."""
    return _listed(request, made=made, mailed=mailed)


def _listed(request: Request, *, made: int = 0, mailed: int = 0, problem: str = "", status: int = 200) -> Response:
    with looking(request) as view:
        overseer(request)
        rows = paper.listed(view)
        person = request.state.visitor.person
        unanswered = _unanswered(view, person)
        told = _mailed(view, mailed)
    records = bool(person.roles & PERMITS_OFFICE["succession"])
    for row in rows:
        row["may"] = records if row["kind"] == Kind.HANDOVER else Role.MONITOR in person.roles
    return page(
        request, "letters.html", status=status, keep=not problem, rows=rows, problem=problem, unanswered=unanswered, told=told,
        made=next((row for row in rows if row["id"] == made), None), state=paper.state, kind=say_kind,
    )  # fmt: skip


def _unanswered(view: Snapshot, person: Any) -> list[Row]:
    """Decided requests for more time that no letter answers yet and the visitor may answer, newest first."""
    rows = view.rows(
        f"""select q.id, t.code, a.name as agency, q.basis_number, q.basis_on, q.outcome, q.granted_due_on, q.note, d.monitor_id, o.agency_id
        from change_request q join occurrence o on o.id = q.occurrence_id join task t on t.id = o.task_id
        join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id
        where q.wish = 'extension' and q.outcome in ('granted', 'refused') and {visible(view)} and not exists (select 1 from dispatch_line x
          join dispatch l on l.id = x.dispatch_id where x.request_id = q.id and l.dropped_at is null) order by q.id desc limit {UNANSWERED}"""
    )
    may = person.authority
    return [r for r in rows if Role.MONITOR in held(may, owed_by=r["agency_id"], monitor=r["monitor_id"])]


def _mailed(view: Snapshot, number: int) -> list[Row]:
    """The addresses that a letter was mailed to, with what became of each; of one that the visitor may see."""
    if not any(row["tasks"] for row in paper.listed(view, number)) if number else True:
        return []
    return view.rows(
        "select m.recipient, m.status, m.reason from message m where m.dispatch_id = :n order by m.id",
        n=number,
    )


@router.post("", response_class=HTMLResponse)
def draft(
    request: Request,
    seal: Seal = "",
    chosen: Annotated[list[Id] | None, Form()] = None,
    requests: Annotated[list[Id] | None, Form()] = None,
    former: Named = "",
    heir: Named = "",
    answer_by: Annotated[str, Form(max_length=20)] = "",
    kind: Annotated[str, Form(max_length=20)] = Kind.PRESS.value,
) -> Response:
    """Draft a letter about the chosen duties, an answer to the chosen requests, or the record of a hand-over."""
    office: Office = request.app.state.office
    try:
        with acting(request, seal) as (session, how):
            if kind in (Kind.PRESS, Kind.PROGRESS) and not chosen:
                raise BadInput("Choose at least one task.")
            until = terminal.day(answer_by) if answer_by else None
            wish = drafting.Wish(
                kind, duties=tuple(chosen or ()), requests=tuple(requests or ()), former=printable(former), heir=printable(heir), answer_by=until
            )  # fmt: skip
            number = drafting.draft(session, wish, as_of=office.as_of(), **how).id
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
        return _again(request, problem)
    return RedirectResponse("/letters", 303)


@router.post("/{number}/send", response_class=HTMLResponse)
def send(
    request: Request,
    number: Number,
    seal: Seal = "",
    file: Annotated[UploadFile | None, File()] = None,
    copy_: Annotated[str, Form(alias="copy", max_length=5)] = "",
) -> Response:
    """Mail a letter that has its number, with the signed file, to the agencies it is addressed to; each address once."""
    office: Office = request.app.state.office
    brought = file if file and file.filename else None
    try:
        with acting(request, seal) as (session, how):
            found = dispatch.find_dispatch(session, number, lock=True)
            bring = (lambda: office.evidence.keep(brought.filename or "", brought.file)) if brought else None
            done = signed.mail(
                session, office.settings, found, bring, copy=bool(copy_), today=office.as_of().day, **how
            )
    except (NotPermitted, NotFound):
        raise
    except Problem as problem:
        return _again(request, problem)
    # Whom nobody reaches is told once, to whoever pressed; the page that one goes on to would not know it.
    told = " ".join(done.lines()) if done.unreachable else ""
    answer = _listed(request, problem=told) if told else RedirectResponse(f"/letters?mailed={number}", 303)
    answer.background = BackgroundTask(office.post)
    return answer


def _again(request: Request, problem: Problem) -> Response:
    return _listed(request, problem=str(problem), status=422 if isinstance(problem, BadInput) else 409)


@router.post("/{number}/drop")
def drop(request: Request, number: Number, seal: Seal = "") -> Response:
    """Say that a letter will not be sent."""
    with acting(request, seal) as (session, how):
        dispatch.drop(session, dispatch.find_dispatch(session, number, lock=True), **how)
    return RedirectResponse("/letters", 303)
