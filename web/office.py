"""The pages about the office: documents, agencies, letters, calendar, history, settings; they show, and change nothing."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from web.pages import Office, page
from web.view import View
from web.visitor import looking
from workflow import awaited, ledger, pictures, queries
from workflow.access.entry import SETTERS
from workflow.access.permits import PERMITS_OFFICE
from workflow.calendar import DAY_KIND_LABELS
from workflow.errors import NotPermitted
from workflow.folder import folder
from workflow.history import entries
from workflow.i18n import _
from workflow.register import lineage

router = APIRouter()
Day = Annotated[str, Query(max_length=10)]


@router.get("/directives", response_class=HTMLResponse)
def directives(request: Request) -> Response:
    """The documents in the record, newest first."""
    with looking(request, everybody=True) as view:
        rows = queries.directives(view)
    return page(request, "directives.html", keep=True, rows=rows)


@router.get("/directives/{code}", response_class=HTMLResponse)
def directive(request: Request, code: str, as_of: Day = "") -> Response:
    """One document: what it rests on, how far its sections have come, its history."""
    office: Office = request.app.state.office
    shown = View(as_of=as_of, directive=code)
    with looking(request, everybody=True) as view:
        card = folder(view, code, shown.day(office))
        points = pictures.burn_down(view, shown.day(office), shown.wanted())
    for point in points:
        point["most"] = max(point["planned"], point["left"] or 0)
    return page(request, "directive.html", keep=True, card=card, view=shown, day=shown.day(office).day, points=points)


@router.get("/agencies", response_class=HTMLResponse)
def agencies(request: Request, ended: Annotated[str, Query(max_length=1)] = "") -> Response:
    """The agencies with who answers for each and what it owes; the successions."""
    office: Office = request.app.state.office
    with looking(request) as view:
        rows = lineage.agencies(view, office.as_of(), ended=bool(ended))
        successions = lineage.successions(view)
    rows = [row for row in rows if row["open"] or row["overdue"] or row["mailbox"] or row["focal_points"] or ended]
    person = request.state.visitor.person
    may = bool(person and person.roles & PERMITS_OFFICE["succession"])
    told: dict[str, Any] = {"rows": rows, "successions": successions, "ended": bool(ended), "may": may}
    return page(request, "agencies.html", keep=True, **told)


@router.get("/agencies/{code}", response_class=HTMLResponse)
def agency(request: Request, code: str) -> Response:
    """One agency: the register's card, who came before and after it, its own history."""
    office: Office = request.app.state.office
    with looking(request) as view:
        number = queries.agency_id(view, code)
        card = lineage.card(view, number, office.as_of())
        lines = list(lineage.card_lines(card, office.as_of().day))
        life = list(lineage.history_lines(lineage.history(view, number), office.settings.time_zone))
    return page(request, "agency.html", keep=True, card=card, lines=lines, life=life)


def overseer(request: Request) -> None:
    """Raise NotPermitted for whoever looks after nobody's work but their own."""
    person = request.state.visitor.person
    if not person.oversees:
        raise NotPermitted("{name} sees this only for tasks of their own agency.", name=person.name)


@router.get("/outbox", response_class=HTMLResponse)
def outbox(
    request: Request, status: Annotated[str, Query(pattern="^(queued|sending|sent|dropped|failed)?$")] = ""
) -> Response:
    """The letters: what waits, what left, what was refused."""
    with looking(request) as view:
        overseer(request)
        rows, counts = ledger.messages(view, status or None), ledger.outbox_counts(view)
    return page(request, "outbox.html", keep=True, rows=rows, counts=counts, status_=status)


@router.get("/calendar", response_class=HTMLResponse)
def calendar(request: Request, year: Annotated[int, Query(ge=1990, le=2100)] = 0) -> Response:
    """The working calendar of a year: days off, make-up days, council sessions."""
    office: Office = request.app.state.office
    wanted = year or office.as_of().day.year
    with looking(request) as view:
        found = awaited.calendar(view)
    lines = [
        {"day": line.day, "weekday": found.weekday(line.day), "kind": _(DAY_KIND_LABELS[line.kind]), "name": line.name, "source": line.source}
        for line in found.year(wanted)
    ]  # fmt: skip
    told: dict[str, Any] = {
        "year": wanted,
        "lines": lines,
        "working": found.count(wanted),
        "announced": wanted <= found.announced,
    }
    return page(request, "calendar.html", keep=True, **told)


@router.get("/audit", response_class=HTMLResponse)
def history(
    request: Request,
    about: Annotated[str, Query(max_length=200)] = "",
    last: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """The history, newest first, about one thing if it is named."""
    office: Office = request.app.state.office
    with looking(request) as view:
        overseer(request)
        rows = entries.about(view, about or None, last)[::-1]
        head = entries.head(view)
    zone = ZoneInfo(office.settings.time_zone)
    told = [{"lines": list(entries.lines(row, zone)), "hash": row["hash"]} for row in rows]
    return page(request, "audit.html", keep=True, rows=told, about=about, head=head, last=last)


@router.get("/settings", response_class=HTMLResponse)
def settings(request: Request) -> Response:
    """The settings as they are in force; they are changed in the file."""
    office: Office = request.app.state.office
    with looking(request):
        person = request.state.visitor.person
        if not person.roles & SETTERS:
            raise NotPermitted("The settings are shown to the office and the administrator.")
    return page(request, "settings.html", rows=list(_said(office.settings, "")))


def _said(value: Any, name: str) -> list[tuple[str, str]]:
    """Settings as names and values; the password in an address of the database is not told."""
    if is_dataclass(value):
        rows = []
        for one in fields(value):
            rows += _said(getattr(value, one.name), f"{name}.{one.name}".strip("."))
        return rows
    if isinstance(value, dict):
        return [row for key, one in value.items() for row in _said(one, f"{name}.{key}")] or [(name, "–")]
    if name == "database.url":
        return [(name, str(value).split("@")[-1])]
    said = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return [(name, said or "–")]
