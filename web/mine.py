"""One's own side: what the agency owes and waits for, and one's own sessions and access tokens."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from web.api.entering import make_token
from web.pages import Office, page
from web.visitor import acting, looking
from workflow import audit, queries
from workflow.access.entry import SCOPES, AccessToken, Person
from workflow.duties import showing
from workflow.duties.period_key import period_key
from workflow.errors import BadInput, NotFound
from workflow.periods import last_day
from workflow.queries import AsOf, Wanted
from workflow.snapshot import Row, Snapshot, listed

router = APIRouter()
NEAR = ("overdue", "due_today", "due_soon")


@router.get("/mine", response_class=HTMLResponse)
def mine(request: Request, agency: Annotated[str, Query(max_length=100)] = "") -> Response:
    """What one's agency owes: overdue, soon due, sent back, waiting; parts and reports of periods."""
    office: Office = request.app.state.office
    with looking(request) as view:
        person: Person = request.state.visitor.person
        own = view.rows(f"select id, code, name from agency where id in ({listed(person.agencies)}) order by name")
        chosen = next((one for one in own if one["code"] == agency), own[0] if own else None)
        context = _owed(view, office.as_of(), chosen) if chosen else {}
    return page(request, "mine.html", keep=True, own=own, chosen=chosen, day=office.as_of().day, **context)


def _owed(view: Snapshot, as_of: AsOf, agency: Row) -> dict[str, Any]:
    rows = queries.tasks(view, as_of, Wanted(agency=agency["code"], closed=False))
    duties = [row for row in rows if row["occurrence_id"]]
    groups = {
        "overdue": [row for row in duties if row["standing"] == "overdue"],
        "soon": [row for row in duties if row["standing"] in ("due_today", "due_soon")],
        "returned": [row for row in duties if row["status"] == "returned" and row["standing"] not in NEAR],
        "waiting": [row for row in duties if row["status"] == "submitted"],
        "later": [row for row in duties if row["standing"] == "on_track" and row["status"] != "returned"],
        "ongoing": [row for row in duties if row["standing"] == "no_deadline" and row["status"] != "submitted"],
    }
    key = period_key(f"Q{(as_of.day.month + 2) // 3}/{as_of.day.year}")
    return {
        "groups": groups,
        "undecided": [row for row in rows if not row["occurrence_id"]],
        "parts": showing.parts(view, agency=agency["code"], waiting=True),
        "requests": showing.requests(view, agency=agency["code"], waiting=True),
        "period": key,
        "period_ends": last_day(key),
        "lines": [
            row for row in showing.period_lines(view, key) if row["agency_code"] == agency["code"] and row["ongoing"]
        ],
    }


@router.get("/me", response_class=HTMLResponse)
def me(request: Request) -> Response:
    """Who one is here, since when one is signed in where, and the tokens of one's programs."""
    with looking(request) as view:
        return _me(request, view)


def _me(request: Request, view: Snapshot, fresh: str = "") -> Response:
    person: Person = request.state.visitor.person
    sessions = view.rows(
        """select id, via, began_at, seen_at from web_session where address = :address and ended_at is null
        order by id desc limit 20""",
        address=person.address,
    )
    tokens = view.rows(
        """select id, name, scopes, made_at, until_on, used_at, revoked_at from access_token where address = :address
        order by id desc limit 50""",
        address=person.address,
    )
    grants = view.rows(f"select id, name from agency where id in ({listed(person.agencies)}) order by name")
    names = {row["id"]: row["name"] for row in grants}
    roles = sorted((grant.role, names.get(grant.agency_id or 0, "")) for grant in person.authority)
    return page(request, "me.html", sessions=sessions, tokens=tokens, roles=roles, scopes=SCOPES, fresh=fresh)


@router.post("/me/tokens", response_class=HTMLResponse)
def make(
    request: Request,
    seal: Annotated[str, Form(max_length=200)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    scopes: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make an access token for a program of one's own; it is shown this once."""
    office: Office = request.app.state.office
    wanted = [scope for scope in SCOPES if scope in (scopes or ())]
    with acting(request, seal) as (session, _how):
        if not wanted:
            raise BadInput("Choose what the token is for.")
        _made, secret = make_token(session, office, request.state.visitor.person, name, wanted, "web")
    with looking(request) as view:
        return _me(request, view, secret)


@router.post("/me/tokens/end")
def end(
    request: Request,
    seal: Annotated[str, Form(max_length=200)] = "",
    number: Annotated[int, Form(ge=1, le=2**31 - 1)] = 1,
) -> Response:
    """End a token of one's own."""
    with acting(request, seal) as (session, how):
        own = session.get(AccessToken, number)
        person: Person = request.state.visitor.person
        if not own or own.address != person.address:
            raise NotFound("There is no token {n}.", n=number)
        if not own.revoked_at:
            own.revoked_at = how["at"]
            audit.record(session, "revoke token", own.address, **how, after={"token": own.name})
    return RedirectResponse("/me", 303)
