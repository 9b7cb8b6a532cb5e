"""The page of a directive's targets and money: what has been reached, what does not agree, and a form for a figure."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from web.pages import Office, page
from web.visitor import Visitor, acting, looking
from workflow.access import sight
from workflow.access.permits import PERMITS_OFFICE, held
from workflow.access.roles import Role
from workflow.directive import find_directive
from workflow.duties.period_key import period_key
from workflow.errors import Busy, NotFound, NotPermitted, Problem
from workflow.snapshot import Row
from workflow.targets import showing
from workflow.targets.numbers import say_quantity
from workflow.targets.term import say_term
from workflow.targets.typed import type_actual

router = APIRouter()
Seal = Annotated[str, Form(max_length=200)]
TYPED = ("indicator", "agency", "period", "value", "note", "document_number")
# Which colour a state has: what is not certain is never green.
COLOURS = {"reached": "done_on_time", "missed": "overdue", "untold": "due_soon", "incomplete": "due_soon"}


@router.get("/directives/{code}/targets", response_class=HTMLResponse)
def targets(
    request: Request,
    code: str,
    period: Annotated[str, Query(max_length=30)] = "",
    done: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """The newest figures of each indicator, or those of one period; the money by source; what does not agree."""
    return _shown(request, code, period, dict.fromkeys(TYPED, ""), done=bool(done))


def _shown(
    request: Request,
    code: str,
    period: str,
    typed: dict[str, str],
    *,
    problem: str = "",
    status: int = 200,
    done: bool = False,
) -> Response:
    office: Office = request.app.state.office
    key = period_key(period) if period.strip() else ""
    with looking(request, everybody=True) as view:
        told = showing.targets(view, code, today=office.as_of().day, period=key)
    may, everybodys = _may(request.state.visitor, told)
    words: dict[str, Any] = {
        "aim": showing.aim_words, "reached": showing.value_words, "stands": showing.state_words, "differs": showing.difference_words,
        "balance": showing.balance_words, "quantity": say_quantity, "term": say_term,
    }  # fmt: skip
    return page(
        request, "targets.html", status=status, keep=not problem, told=told, typed=typed, problem=problem, done=done, may=may,
        everybodys=everybodys, colours=COLOURS, period=key, **words,
    )  # fmt: skip


def _may(who: Visitor, told: Row) -> tuple[bool, bool]:
    """Whether somebody records figures here, and whether those of every agency."""
    if not who.person:
        return False, False
    allowed = PERMITS_OFFICE["record_actual"]
    everybodys = bool(held(who.person.authority, owed_by=None, monitor=told["monitor_id"]) & allowed)
    return everybodys or bool(who.person.roles & {Role.FOCAL_POINT, Role.HEAD}), everybodys


@router.post("/directives/{code}/targets", response_class=HTMLResponse)
def record(
    request: Request,
    code: str,
    seal: Seal = "",
    indicator: Annotated[str, Form(max_length=40)] = "",
    agency: Annotated[str, Form(max_length=300)] = "",
    period: Annotated[str, Form(max_length=50)] = "",
    value: Annotated[str, Form(max_length=60)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
    document_number: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Record a figure of one period; one that is there already is corrected."""
    office: Office = request.app.state.office
    typed = dict(zip(TYPED, (indicator, agency, period, value, note, document_number), strict=True))
    try:
        with acting(request, seal) as (session, how):
            directive = find_directive(session, code, sight.hidden(session, how["by"]))
            type_actual(session, directive, {**typed, "code": indicator}, today=office.as_of().day, **how)
            code = directive.code
    except (NotPermitted, NotFound, Busy):
        raise
    except Problem as problem:
        return _shown(request, code, "", typed, problem=str(problem), status=422)
    return RedirectResponse(f"/directives/{quote(code, safe='')}/targets?done=1", 303)
