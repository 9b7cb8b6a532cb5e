"""What programs may read: the same rows that commands and pages show."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from reports import overdue as overdue_report
from reports import pack as overdue_pack
from web.api import models
from web.api.caller import Caller, reading
from web.pages import Office
from workflow import queries
from workflow.access.viewing import visible
from workflow.card import asked, drawn
from workflow.duties import showing
from workflow.duties.period_key import period_key
from workflow.errors import NotFound
from workflow.folder import folder
from workflow.queries import AsOf, Wanted
from workflow.snapshot import Row
from workflow.standing import Standing, Status

router = APIRouter()
MOST = 1000

As = Annotated[
    date | None, Query(description="The day to look at; default: today", ge=date(1990, 1, 1), le=date(2100, 12, 31))
]
Name = Annotated[str, Query(max_length=300)]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Code = Annotated[str, Path(max_length=100)]


def _as_of(request: Request, day: date | None) -> AsOf:
    office: Office = request.app.state.office
    return office.as_of(day)


def _listed(request: Request, rows: list[Row], limit: int, offset: int) -> dict[str, Any]:
    """A part of a list, of which one row more than is shown was read."""
    more = len(rows) > limit
    onward = request.url.include_query_params(limit=limit, offset=offset + limit)
    return {"items": rows[:limit], "next": f"{onward.path}?{onward.query}" if more else None}


@router.get("/whoami")
def whoami(request: Request) -> models.Whoami:
    """The person the token acts for, their roles today, and the office."""
    office: Office = request.app.state.office
    with reading(request) as view:
        caller: Caller = request.state.caller
        own = ", ".join(map(str, caller.person.agencies)) or "null"
        agencies = [row["code"] for row in view.rows(f"select code from agency where id in ({own}) order by code")]
    return models.Whoami(
        name=caller.person.name,
        address=caller.person.address,
        roles=sorted(caller.person.roles),
        agencies=agencies,
        scopes=sorted(caller.scopes),  # type: ignore[arg-type]
        office=office.settings.office.name,
        language=office.settings.language,
        time_zone=office.settings.time_zone,
    )


@router.get("/tasks")
def tasks(
    request: Request,
    directive: Name = "",
    agency: Name = "",
    standing: Standing | None = None,
    status: Status | None = None,
    search: Annotated[str, Query(max_length=200, description="Words of the task, with or without diacritics")] = "",
    all: Annotated[bool, Query(description="Also what is completed or cancelled")] = False,
    as_of: As = None,
    limit: Limit = MOST,
    offset: Offset = 0,
) -> models.Tasks:
    """The duties with status and standing, earliest due first."""
    wanted = Wanted(
        directive or None, agency or None, standing, status, search or None, closed=all or bool(status or standing),
        limit=limit + 1, offset=offset,
    )  # fmt: skip
    with reading(request) as view:
        rows = queries.tasks(view, _as_of(request, as_of), wanted)
    return models.Tasks(**_listed(request, rows, limit, offset))


@router.get("/tasks/{code}", response_model=models.Task)
def task(request: Request, code: Code, as_of: As = None) -> Response:
    """Everything about one task."""
    with reading(request) as view:
        card = drawn(view, code, _as_of(request, as_of))
    return JSONResponse(jsonable_encoder(card))  # in the order of the card: a program prints it as the command does


@router.get("/occurrences/{number}")
def duty(
    request: Request, response: Response, number: Annotated[int, Path(ge=1, le=2**31 - 1)], as_of: As = None
) -> models.Duty:
    """One duty with its version; the version is the ETag, for If-Match of an act."""
    with reading(request) as view:
        found = view.rows(
            f"""select t.code, o.version from occurrence o join task t on t.id = o.task_id
            join directive d on d.id = t.directive_id where o.id = :id and {visible(view)}""",
            id=number,
        )
        rows = queries.tasks(view, _as_of(request, as_of), Wanted(code=found[0]["code"])) if found else []
    row = next((row for row in rows if row["occurrence_id"] == number), None)
    if not row:
        raise NotFound("There is no duty {n}.", n=number)
    response.headers["ETag"] = f'"{found[0]["version"]}"'
    return models.Duty(**row, version=found[0]["version"])


@router.get("/overdue", response_model_exclude_unset=True)  # what waits is known of today alone
def overdue(
    request: Request, directive: Name = "", agency: Name = "", as_of: As = None, limit: Limit = MOST, offset: Offset = 0
) -> models.Overdue:
    """What is overdue, longest first."""
    wanted = Wanted(directive or None, agency or None, limit=limit + 1, offset=offset)
    with reading(request) as view:
        rows = overdue_report.found(view, _as_of(request, as_of), wanted)
    return models.Overdue(**_listed(request, rows, limit, offset))


@router.get("/tally")
def tally(
    request: Request, by: Literal["agency", "directive"], directive: Name = "", agency: Name = "", as_of: As = None
) -> models.Tally:
    """The two by two by agency or directive: done or not, in time or late."""
    with reading(request) as view:
        rows = queries.tally(view, _as_of(request, as_of), by, Wanted(directive or None, agency or None))
    return models.Tally(items=rows)  # type: ignore[arg-type]


@router.get("/reports/overdue")
def overdue_review(
    request: Request,
    by: Literal["", "agency", "directive"] = "",
    directive: Name = "",
    agency: Name = "",
    as_of: As = None,
) -> models.Report:
    """The overdue review as a report: the list, or the tally by agency or directive."""
    with reading(request) as view:
        wanted = Wanted(directive or None, agency or None)
        built = overdue_report.build(view, _as_of(request, as_of), wanted, by or None)
    return models.Report(**built.to_json())


@router.get("/reports/pack")
def pack(
    request: Request,
    of: Literal["due", "given"] = "due",
    directive: Name = "",
    agency: Name = "",
    period: Annotated[str, Query(max_length=20, description="What falls due in it, such as 2025-Q3")] = "",
    as_of: As = None,
) -> models.Report:
    """The overdue pack: the two by two with its rates (of those that have fallen due, or of all given), and every overdue task.

    `opens` in a row is the address, within the office's pages, of the list that each of its figures counts.
    """
    with reading(request) as view:
        wanted = Wanted(directive or None, agency or None, period=period_key(period) if period else None)
        built = overdue_pack.build(view, _as_of(request, as_of), wanted, of=of)
    return models.Report(**built.to_json())


@router.get("/directives")
def directives(request: Request) -> models.Directives:
    """The directives in the record, newest first."""
    with reading(request) as view:
        rows = queries.directives(view)
    return models.Directives(items=rows)  # type: ignore[arg-type]


@router.get("/directives/{code}")
def directive(request: Request, code: Code, as_of: As = None) -> models.Directive:
    """One document: what it rests on, what was issued under it, how far its sections have come, its newest history."""
    with reading(request) as view:
        return models.Directive(**folder(view, code, _as_of(request, as_of)))


@router.get("/questions")
def questions(request: Request, directive: Name = "") -> models.Rows:
    """What waits for a person's look: subject, question, text, place."""
    with reading(request) as view:
        return models.Rows(items=[asked(row) for row in queries.questions(view, directive or None)])


@router.get("/requests")
def requests(request: Request, directive: Name = "", agency: Name = "", all: bool = False) -> models.Rows:
    """The requests that wait for a decision, or all of them."""
    with reading(request) as view:
        rows = showing.requests(view, directive=directive or None, agency=agency or None, waiting=not all)
    return models.Rows(items=rows)


@router.get("/parts")
def parts(request: Request, directive: Name = "", agency: Name = "", all: bool = False) -> models.Rows:
    """The parts that lead agencies wait for, or all of them."""
    with reading(request) as view:
        rows = showing.parts(view, directive=directive or None, agency=agency or None, waiting=not all)
    return models.Rows(items=rows)


@router.get("/notes")
def notes(request: Request, directive: Name = "", all: bool = False) -> models.Rows:
    """The comments that wait for a person, or everything that people wrote."""
    with reading(request) as view:
        return models.Rows(items=showing.notes(view, directive=directive or None, waiting=not all))


@router.get("/periods/{period}")
def period(request: Request, period: Code, directive: Name = "") -> models.Rows:
    """One line for each duty that reports on a period: what was reported, and who has not."""
    key = period_key(period)
    with reading(request) as view:
        return models.Rows(items=showing.period_lines(view, key, directive=directive or None))
