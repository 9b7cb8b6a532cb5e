"""Reports of periods on the pages: calling for them, the form of an agency, who has sent it."""

from __future__ import annotations

import tempfile
from pathlib import Path as Folder
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import col, select
from starlette.background import BackgroundTask

from reports.writing import MEDIA_TYPES
from web.duties import permitted
from web.guard import own_site
from web.pages import Office, page
from web.tables import brought
from web.view import View
from web.visitor import Visitor, acting, looking
from workflow import terminal
from workflow.access import sight
from workflow.access.permits import PERMITS_OFFICE, held
from workflow.agency import known_agency
from workflow.directive import find_directive
from workflow.duties.carrying import carry_out
from workflow.duties.order import Order
from workflow.errors import BadInput, Busy, NotFound, NotPermitted, Problem
from workflow.occurrence import Occurrence
from workflow.queries import directive_id
from workflow.reporting import fields, sheet
from workflow.reporting.answer import paired
from workflow.reporting.call import SECTION, call
from workflow.snapshot import Row
from workflow.standing import OPEN
from workflow.task import Task

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Code = Annotated[str, Path(max_length=100)]
Seal = Annotated[str, Form(max_length=200)]
CALLING = ("period", "due", "agencies")


@router.get("/directives/{code}/reports", response_class=HTMLResponse)
def calls(request: Request, code: Code) -> Response:
    """The reports that were called for from the agencies of a document, and calling for one."""
    return _calls(request, code, dict.fromkeys(CALLING, ""))


def _calls(request: Request, code: str, typed: dict[str, str], *, problem: str = "", status: int = 200) -> Response:
    with looking(request, everybody=True) as view:
        row = view.rows(
            "select id, code, number, subject, monitor_id from directive where id = :id", id=directive_id(view, code)
        )[0]
        rows = fields.calls(view, row["code"])
    may = _may_call(request.state.visitor, row)
    return page(request, "calls.html", status=status, directive=row, rows=rows, may=may, typed=typed, problem=problem)


def _may_call(who: Visitor, row: Row) -> bool:
    roles = held(who.person.authority, owed_by=None, monitor=row["monitor_id"]) if who.person else frozenset()
    return bool(roles & PERMITS_OFFICE["call_period"])


@router.post("/directives/{code}/reports", response_class=HTMLResponse)
def ask(
    request: Request,
    code: Code,
    seal: Seal = "",
    period: Annotated[str, Form(max_length=50)] = "",
    due: Annotated[str, Form(max_length=20)] = "",
    agencies: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Call for the report of a period; one agency a line, none for all that owe something."""
    office: Office = request.app.state.office
    typed = {"period": period, "due": due, "agencies": agencies}
    try:
        with acting(request, seal) as (session, how):
            found = find_directive(session, code, sight.hidden(session, how["by"]))
            if not due.strip():
                raise BadInput("Name the day by which the reports are to be sent.")
            named = [known_agency(session, name) for name in agencies.splitlines() if name.strip()]
            day, today = terminal.day(due), office.as_of().day
            _made, new = call(session, found, period, due=day, agencies=named, today=today, **how)
            task = new[0].task.code
    except (NotPermitted, NotFound, Busy):
        raise
    except Problem as problem:
        return _calls(request, code, typed, problem=str(problem), status=422)
    return RedirectResponse(f"/calls/{task}", 303)


@router.get("/calls/{code}", response_class=HTMLResponse)
def answers(request: Request, code: Code, as_of: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Who has sent the report that was called for, with what stands in it, and who has not."""
    office: Office = request.app.state.office
    view_ = View(as_of=as_of)
    with looking(request, everybody=True) as view:
        rows = fields.answers(view, code, view_.day(office))
        found = next(row for row in fields.calls(view) if row["code"] == code.strip().upper())
    return page(
        request,
        "answers.html",
        keep=True,
        call=found,
        rows=rows,
        say=fields.say_answer,
        texts=fields.TEXTS,
        section=SECTION,
    )


@router.get("/answers/{number}", response_class=HTMLResponse)
def show(request: Request, number: Number, kept: Annotated[str, Query(max_length=1)] = "") -> Response:
    """The form by which an agency reports a period."""
    return _shown(request, number, {}, kept=bool(kept))


@router.get("/answers/{number}/form.xlsx")
def download(request: Request, number: Number) -> Response:
    """The form as a spreadsheet, with what is filled in so far."""
    office: Office = request.app.state.office
    with looking(request) as view:
        row = fields.form(view, number, office.as_of())
    with tempfile.TemporaryDirectory() as folder:
        file = Folder(folder) / f"{row['code']}-{row['agency_code']}.xlsx"
        sheet.write(file, row)
        content = file.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{row["directive"].encode("ascii", "replace").decode()}-{row["period"]}.xlsx"'}  # fmt: skip
    return Response(content, media_type=MEDIA_TYPES["xlsx"], headers=headers)  # fmt: skip


def _shown(
    request: Request, number: int, typed: dict[str, Any], *, kept: bool = False, problem: str = "", status: int = 200
) -> Response:
    office: Office = request.app.state.office
    with looking(request) as view:
        row = fields.form(view, number, office.as_of())
    may = row["status"] in OPEN and permitted(request.state.visitor, row, row["monitor_id"], "fill")
    for item in row["fields"]:
        item["value"] = typed.get(item["key"], item["value"])
    typed = {"document_number": "", "document_on": "", **typed}
    return page(request, "answer.html", status=status, row=row, may=may, kept=kept, problem=problem, typed=typed)


@router.post("/answers/{number}", response_class=HTMLResponse)
def answer(
    request: Request,
    number: Number,
    seal: Seal = "",
    seen: Annotated[int | None, Form()] = None,
    step: Annotated[str, Form(max_length=10)] = "",
    item: Annotated[list[str] | None, Form()] = None,
    text: Annotated[list[str] | None, Form()] = None,
    document_number: Annotated[str, Form(max_length=200)] = "",
    document_on: Annotated[str, Form(max_length=20)] = "",
    form: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Keep the form or send it; a spreadsheet that is brought fills it in."""
    office: Office = request.app.state.office
    own_site(request)  # before anything that was sent is looked into
    typed = {"document_number": document_number, "document_on": document_on}
    try:
        given = paired(item or (), text or ())
        typed = {**given, **typed}
        filled = _brought(request, number, form) if form and form.filename else given
        with acting(request, seal) as (session, how):
            visible = col(Task.directive_id).not_in(sight.hidden(session, how["by"]))
            duty = session.exec(select(Occurrence).join(Task).where(Occurrence.id == number, visible)).first()
            if not duty:
                raise NotFound("There is no report of a period under the number {n}.", n=number)
            day = terminal.day(document_on) if document_on else None
            order = Order("submit" if step == "send" else "fill", form=filled, document_number=document_number, document_on=day, seen=seen)  # fmt: skip
            done = carry_out(session, order, **how, today=office.as_of().day, occurrence=duty)
    except (NotPermitted, NotFound, Busy):
        raise
    except Problem as problem:
        return _shown(request, number, typed, problem=str(problem), status=422)
    if step != "send":
        return RedirectResponse(f"/answers/{number}?kept=1", 303)
    reply = RedirectResponse(f"/tasks/{done.code}?done=submit", 303)
    reply.background = BackgroundTask(office.post)
    return reply


def _brought(request: Request, number: int, table: UploadFile) -> dict[str, str]:
    """The texts of a spreadsheet, which must be the form of this very duty, whoever owes it now."""
    office: Office = request.app.state.office
    with looking(request) as view:
        row = fields.form(view, number, office.as_of())
    code, agency, texts = brought(office, table, sheet.read)
    if (code.upper(), agency.upper()) != (row["code"].upper(), row["issued_to_code"].upper()):
        raise BadInput("{name} is the form of {code}.", name=table.filename, code=f"{code}/{agency}")
    return texts
