"""The overdue list and the page of one task; only where the office has opened them (`web.open_lists`) until there is sign-in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from reports import overdue
from web.pages import Office, page
from workflow import awaited, dossier, queries, terminal
from workflow.card import came_about, passed_on
from workflow.errors import BadInput
from workflow.snapshot import snapshot, stored
from workflow.standing import Standing, Status
from workflow.timing import Timing

router = APIRouter()


def _open(request: Request) -> Office:
    office: Office = request.app.state.office
    if not office.settings.web.open_lists:
        raise HTTPException(404)
    return office


@router.get("/")
def home(request: Request) -> Response:
    _open(request)
    return RedirectResponse("/overdue", 302)


@router.get("/overdue", response_class=HTMLResponse)
def overdue_list(
    request: Request,
    as_of: Annotated[str, Query(max_length=10)] = "",
    agency: Annotated[str, Query(max_length=200)] = "",
    by: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """What was overdue on a day, as a list or counted by agency or directive."""
    office = _open(request)
    day = office.as_of(terminal.day(as_of) if as_of else None)
    wanted = queries.Wanted(agency=agency or None)
    with snapshot(office.settings.database.url) as view:
        report = overdue.build(view, day, wanted, by if by in ("agency", "directive") else None)
    return page(request, "overdue.html", report=report, section=report.sections[0], by=by, agency=agency)


@router.get("/tasks", response_class=HTMLResponse)
def task_list(
    request: Request,
    as_of: Annotated[str, Query(max_length=10)] = "",
    agency: Annotated[str, Query(max_length=200)] = "",
    directive: Annotated[str, Query(max_length=100)] = "",
    standing: Annotated[str, Query(max_length=20)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The tasks of one standing or status: what a figure in a letter counts."""
    office = _open(request)
    for value, known in ((standing, Standing), (status, Status)):
        if value and value not in list(known):
            raise BadInput("“{value}” is none of: {known}.", value=value, known=", ".join(known))
    day = office.as_of(terminal.day(as_of) if as_of else None)
    wanted = queries.Wanted(
        directive or None, agency or None, standing or None, status or None, closed=bool(standing or status)
    )
    with snapshot(office.settings.database.url) as view:
        rows = queries.tasks(view, day, wanted)
    return page(request, "tasks.html", rows=rows, day=day.day, standing=standing, state=status, agency=agency)


@router.get("/tasks/{code}", response_class=HTMLResponse)
def task(request: Request, code: str) -> Response:
    """Everything about one task."""
    office = _open(request)
    with snapshot(office.settings.database.url) as view:
        card, calendar = dossier.task(view, code, office.as_of()), awaited.calendar(view)
    timing = Timing.from_json(stored(card["timing"]))
    counted = [list(came_about(row, timing, calendar)) if row["occurrence_id"] else [] for row in card["occurrences"]]
    return page(request, "task.html", card=card, explanation=timing.explain(), counted=counted, passed=passed_on(card))
