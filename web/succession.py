"""Reorganisations by the pages: one is stated or a table brought, what would pass is shown, what waits is decided, then it is done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field, TypeAdapter
from sqlmodel import Session, col, select

from web.guard import own_site
from web.pages import Office, page
from web.tables import brought
from web.visitor import acting, looking
from workflow.access import sight
from workflow.access.permits import PERMITS_OFFICE, permit_office
from workflow.audit import By
from workflow.database import exclusive
from workflow.directive import Directive
from workflow.errors import BadInput, Busy, NotFound, NotPermitted, Problem
from workflow.evidence import shown_name
from workflow.i18n import _
from workflow.names import printable
from workflow.register import inheritance, lineage, reorganisation, showing, steps, undoing
from workflow.register.inheritance import Confirming, Plan
from workflow.register.kinds import MANNER_LABELS, Kind
from workflow.register.sheets import Line
from workflow.snapshot import Row
from workflow.task import Task

router = APIRouter()
Batch = Annotated[int, Path(ge=1, le=2**31 - 1)]
Number = Annotated[int, Query(ge=0, le=2**31 - 1)]
Seal = Annotated[str, Form(max_length=200)]

TYPED = ("former", "heirs", "on", "kind", "basis", "tasks")
COLUMNS = ("former", "kind", "heir", "on", "basis", "tasks", "note")
MOST, MOST_BYTES = 1000, 1_000_000  # steps that a form carries to and fro: no field may hold more
LISTED = 500  # things that pass, in the list of a page
ASKED = 300  # things to decide one by one; a form of more fields is refused on its way in

Cells = dict[Literal["former", "kind", "heir", "on", "basis", "tasks", "note"], Annotated[str, Field(max_length=3000)]]
CARRIED = TypeAdapter(
    Annotated[list[tuple[Annotated[int, Field(ge=1, le=2_000_000)], Cells]], Field(min_length=1, max_length=MOST)]
)


@router.get("/succession", response_class=HTMLResponse)
def show(request: Request, done: Number = 0, undone: Number = 0) -> Response:
    """State a reorganisation or bring a table of steps; the successions that are recorded."""
    return _shown(request, dict.fromkeys(TYPED, ""), done=done, undone=undone)


def _shown(
    request: Request, typed: dict[str, str], *, problem: str = "", status: int = 200, done: int = 0, undone: int = 0
) -> Response:
    office: Office = request.app.state.office
    day = office.as_of().day
    with looking(request) as view:
        _may(request)
        recorded = lineage.successions(view)
        agencies = view.rows(
            """select code, name from agency where kind <> :group and (valid_from is null or valid_from <= :day)
            and (valid_to is null or valid_to >= :day) order by name, code limit 3000""",
            group=Kind.COLLECTIVE.value,
            day=day,
        )
        gone = view.rows("select id from succession where batch = :n and undone_at is not null limit 1", n=undone)
    batches: dict[int, list[Row]] = {}
    for row in recorded:
        batches.setdefault(row["batch"], []).append(row)
    return page(
        request, "succession.html", status=status, keep=not problem, typed=typed, problem=problem, agencies=agencies,
        batches=sorted(batches.items(), reverse=True), manners=MANNER_LABELS, columns=steps.TITLES,
        done=done if done in batches else 0, undone=undone if gone else 0,
    )  # fmt: skip


def _may(request: Request) -> None:
    """Raise NotPermitted for whoever records no successions."""
    if not request.state.visitor.person.roles & PERMITS_OFFICE["succession"]:
        raise NotPermitted("Reorganisations are entered by the office and the administrator.")


@router.post("/succession/plan", response_class=HTMLResponse)
def plan(
    request: Request,
    seal: Seal = "",
    former: Annotated[str, Form(max_length=300)] = "",
    heirs: Annotated[str, Form(max_length=10_000)] = "",
    on: Annotated[str, Form(max_length=20)] = "",
    kind: Annotated[str, Form(max_length=20)] = "",
    basis: Annotated[str, Form(max_length=500)] = "",
    tasks: Annotated[str, Form(max_length=2000)] = "",
    table: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Show what would pass and what waits for a decision; changes nothing."""
    own_site(request)
    typed = {"former": former, "heirs": heirs, "on": on, "kind": kind, "basis": basis, "tasks": tasks}
    try:
        if table and table.filename:
            with looking(request):
                _may(request)  # before a file is looked into, which takes a process of its own
            name, lines = shown_name(table.filename), _read(request, table)
        else:
            name, lines = "", _stated(typed)
        shown = _planned(request, seal, lines, name)
    except (NotPermitted, NotFound, Busy):
        raise
    except Problem as problem:
        return _shown(request, typed, problem=str(problem), status=422)
    return page(request, "succession_plan.html", **shown)


def _read(request: Request, table: UploadFile) -> list[Line]:
    """The rows of a table, read where a hostile one harms nobody."""
    lines = brought(request.app.state.office, table, steps.lines)
    if not lines:
        raise BadInput("{name} holds no step.", name=shown_name(table.filename or ""))
    if len(lines) > MOST:
        raise _too_many()
    return [Line(line.number, {key: printable(line.cells.get(key, "")) for key in COLUMNS}) for line in lines]


def _too_many() -> BadInput:
    return BadInput("More than {n} steps are carried out on the server: `dondoc succession plan FILE`.", n=MOST)


def _stated(typed: dict[str, str]) -> list[Line]:
    """The rows that the fields of the form mean."""
    plain = {key: printable(typed[key]) for key in typed}
    heirs = [printable(line) for line in typed["heirs"].splitlines() if printable(line)]
    if not (plain["former"] and heirs and plain["on"] and plain["basis"]):
        raise BadInput("Name the agency that ends, its heirs, the day and the legal basis.")
    return reorganisation.stated(
        plain["former"], heirs, plain["on"], plain["basis"], kind=plain["kind"], tasks=[plain["tasks"]]
    )


def _planned(
    request: Request, seal: str, lines: list[Line], name: str, chosen: Iterable[str] = (), problem: str = ""
) -> dict[str, Any]:
    """What the page of a plan shows, of a table or (without a name) of the form; its transaction is taken back."""
    office: Office = request.app.state.office
    carried = json.dumps([[line.number, line.cells] for line in lines], ensure_ascii=False)
    if len(carried.encode()) > MOST_BYTES:
        raise _too_many()
    with acting(request, seal) as (session, how):
        permit_office(how["by"], "succession")
        found = steps.check(session, lines, name or _("The form"), form=not name)
        made = inheritance.plan(session, found)
        shown = _told(session, made, how["by"])
        session.rollback()
    late = max(step["on"] for step in shown["steps"])
    ready = late <= office.as_of().day
    return {**shown, "carried": carried, "chosen": set(chosen), "problem": problem, "late": late, "ready": ready}


def _told(session: Session, made: Plan, by: By) -> dict[str, Any]:
    """A plan in words; the texts of documents that the person may not see are left out, though they pass with the others."""
    names, hidden = showing.named(made), sight.hidden(session, by)
    closed = set(session.exec(select(Directive.code).where(col(Directive.id).in_(hidden))))
    listed = made.moves[:LISTED]
    codes = {move.code for move in listed if move.thing.directive not in closed}
    texts = dict(session.exec(select(Task.code, Task.text).where(col(Task.code).in_(codes))).all())
    passing = [
        {**showing.row(move, names, made), "text": texts.get(move.code, ""), "open": move.thing.directive not in closed, "whole": isinstance(move.thing, Confirming)}
        for move in listed
    ]  # fmt: skip
    asked, waiting = _asked(session, made, closed)
    told = [
        {
            "former": step.former.name, "former_code": step.former.code, "heir": step.heir.name, "heir_code": step.heir.code,
            "kind": step.kind, "on": step.on, "basis": step.basis, "tasks": "; ".join(step.tasks), "note": step.note,
        }
        for step in made.steps
    ]  # fmt: skip
    return {
        "steps": told,
        "summary": list(showing.summary(made)),
        "passing": passing,
        "total": len(made.moves),
        "asked": asked,
        "waiting": waiting,
        "people": [(f"{p.name} <{p.email}>", names[p.agency_id].name, step.heir.name) for p, step in made.people],
    }


def _asked(session: Session, made: Plan, closed: set[str]) -> tuple[dict[str, dict[str, Any]], int]:
    """What a person must decide, by the code of the agency that was split, and how much that is."""
    names = showing.named(made)
    what: dict[tuple[str, str], list[str]] = {}
    for move in made.undecided:
        told = showing.row(move, names, made)
        due = f" ({told['due']})" if told["due"] not in ("–", told["what"].split(",")[0]) else ""
        what.setdefault((names[move.former_id].code, move.code), []).append(told["what"] + due)
    asked: dict[str, dict[str, Any]] = {}
    for one in showing.waiting(session, made):
        heirs = [(heir.code, heir.name) for heir in one.heirs]
        group = asked.setdefault(one.former.code, {"name": one.former.name, "heirs": heirs, "things": [], "more": 0})
        if sum(len(other["things"]) for other in asked.values()) >= ASKED:
            group["more"] += 1
            continue
        text = one.text if one.directive not in closed else _("Confidential")
        group["things"].append({"code": one.code, "text": text, "what": what[one.former.code, one.code]})
    return asked, len(what)


@router.post("/succession/apply", response_class=HTMLResponse)
def apply(
    request: Request,
    seal: Seal = "",
    steps_: Annotated[str, Form(alias="steps", max_length=MOST_BYTES)] = "",
    heir: Annotated[list[str] | None, Form()] = None,
    rest: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Carry out what was shown, checked once more; with what was chosen for each thing that waited."""
    own_site(request)
    office: Office = request.app.state.office
    today, chosen = office.as_of().day, [*(heir or ()), *(rest or ())]
    name, lines = _("The steps"), list[Line]()
    try:
        lines = _carried(steps_)
        with acting(request, seal) as (session, how):
            permit_office(how["by"], "succession")
            batch = _applied(session, lines, name, heir or [], rest or [], today=today, how=how)
    except (NotPermitted, NotFound, Busy):
        raise
    except Problem as problem:
        return _again(request, seal, lines, chosen, str(problem))
    return RedirectResponse(f"/succession?done={batch}", 303)


def _applied(
    session: Session, lines: list[Line], name: str, heir: list[str], rest: list[str], *, today: date, how: dict[str, Any]
) -> int:  # fmt: skip
    exclusive(session, "audit")  # before the register is read: two at once must not end one agency twice
    found = steps.check(session, lines, name)
    given = [_choice(n, one) for n, one in enumerate([*heir, *rest], 1) if one]
    others = {line.cells["former"].upper(): line.cells["heir"] for line in given if not line.cells["code"]}
    said = [line for line in given if line.cells["code"]]
    named = {(line.cells["former"].upper(), line.cells["code"].upper()) for line in said}
    for former, code in inheritance.plan(session, found).waiting() if others else ():
        if (former.upper(), code.upper()) not in named and former.upper() in others:
            cells = {"former": former, "code": code, "heir": others[former.upper()]}
            said.append(Line(len(heir) + len(said) + 1, cells))
    decisions = reorganisation.decided(session, found, said, _("The decisions"))
    return reorganisation.carry_out(session, found, decisions, today=today, **how)[0]


def _choice(number: int, value: str) -> Line:
    """What one field says: former agency, task and heir by their codes, none of which holds a bar."""
    former, _bar, onward = printable(value).partition("|")
    code, _bar, heir = onward.rpartition("|")
    return Line(number, {"former": former, "code": code, "heir": heir})


def _carried(text: str) -> list[Line]:
    """The steps that a form brought back; raises BadInput for what no form of ours holds."""
    try:
        found = CARRIED.validate_json(text)
    except ValueError as error:
        raise BadInput("The steps that came with the form cannot be read. Enter them once more.") from error
    numbers = [number for number, _cells in found]
    if any(one >= other for one, other in pairwise(numbers)):
        raise BadInput("The steps that came with the form cannot be read. Enter them once more.")
    told = [(number, dict[str, str](cells.items())) for number, cells in found]
    return [Line(number, {key: printable(cells.get(key, "")) for key in COLUMNS}) for number, cells in told]


def _again(request: Request, seal: str, lines: list[Line], chosen: list[str], problem: str) -> Response:
    """The plan with what was chosen and the reason; where no plan can be made any more, the form."""
    try:
        if lines:
            shown = _planned(request, seal, lines, _("The steps"), chosen, problem)
            return page(request, "succession_plan.html", status=422, **shown)
    except (NotPermitted, NotFound, Busy):
        raise
    except Problem as other:
        problem = str(other)
    return _shown(request, dict.fromkeys(TYPED, ""), problem=problem, status=422)


@router.post("/succession/{batch}/undo", response_class=HTMLResponse)
def undo(request: Request, batch: Batch, seal: Seal = "") -> Response:
    """Take a succession back, as long as nothing has happened since."""
    try:
        with acting(request, seal) as (session, how):
            permit_office(how["by"], "succession")
            undoing.undo(session, batch, **how)
    except (NotPermitted, NotFound, Busy):
        raise
    except Problem as problem:
        return _shown(request, dict.fromkeys(TYPED, ""), problem=str(problem), status=409)
    return RedirectResponse(f"/succession?undone={batch}", 303)
