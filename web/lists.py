"""The lists that every figure opens, and the pages of one task and of one directive."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from web.duties import FIELDS, MAIN, OF_REQUESTS, open_acts, permitted
from web.pages import Office, page
from web.view import PER_PAGE, View
from web.visitor import Visitor, looking
from workflow import ledger, listing, queries, reviewing
from workflow.access import entry
from workflow.audit_words import say_act
from workflow.card import drawn, passed_on
from workflow.figures import LABELS
from workflow.snapshot import Row
from workflow.standing import Standing, Status

router = APIRouter()
Text = Annotated[str, Query(max_length=300)]
Word = Annotated[str, Query(max_length=20)]


@router.get("/")
def home(request: Request) -> Response:
    """One's own agency; or what is overdue, for whoever oversees it or has not signed in."""
    with looking(request, everybody=True):
        person: entry.Person | None = request.state.visitor.person
    return RedirectResponse(
        "/mine" if person and person.agencies and not person.roles & entry.OVERSEERS else "/overdue", 302
    )


@router.get("/tasks", response_class=HTMLResponse)
def task_list(
    request: Request,
    as_of: Annotated[str, Query(max_length=10)] = "",
    original: Annotated[str, Query(max_length=1)] = "",
    directive: Text = "",
    agency: Text = "",
    section: Text = "",
    search: Text = "",
    standing: Word = "",
    status: Word = "",
    figure: Word = "",
    period: Annotated[str, Query(max_length=30)] = "",
    due: Annotated[str, Query(max_length=10)] = "",
    work: Annotated[str, Query(max_length=1)] = "",
    former: Text = "",
    heir: Text = "",
    page_: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """The duties of one standing or status, or those that a figure counts."""
    office: Office = request.app.state.office
    view = View(as_of=as_of, original=original, directive=directive, agency=agency, section=section, search=search, period=period, page=page_)  # fmt: skip
    day = view.day(office)
    chosen = {
        "standing": standing,
        "status": status,
        "figure": figure,
        "due": due,
        "work": work,
        "former": former,
        "heir": heir,
    }
    wanted = replace(listing.asked(view._asdict() | chosen), limit=PER_PAGE, offset=(page_ - 1) * PER_PAGE)
    with looking(request, everybody=True) as record:
        rows, total = queries.tasks(record, day, wanted), queries.count(record, day, wanted)
        directives, agencies = queries.directives(record), reviewing.owing(record)
        found = queries.directive_id(record, directive) if directive else 0
        sections = reviewing.sections(record, found) if found else []
    return page(
        request, "tasks.html", keep=True, rows=rows, total=total, pages=-(-total // PER_PAGE), view=view, day=day.day, directives=directives,
        agencies=agencies, sections=sections, chosen=chosen, standings=Standing, statuses=Status, figures=LABELS,
    )  # fmt: skip


@router.get("/tasks/{code}", response_class=HTMLResponse)
def task(
    request: Request,
    code: str,
    as_of: Annotated[str, Query(max_length=10)] = "",
    done: Annotated[str, Query(max_length=30)] = "",
) -> Response:
    """Everything about one task."""
    office: Office = request.app.state.office
    with looking(request, everybody=True) as view:
        card = drawn(view, code, View(as_of=as_of).day(office))
        letters = ledger.told(view, card["code"])
    acts = {} if as_of else open_acts(request.state.visitor, card)
    said = done if done in FIELDS else ""
    return page(
        request, "task.html", keep=True, card=card, passed=passed_on(card), acts=acts, main_acts=MAIN, timeline=_timeline(card, letters), done=said,
        decides=_decides(request.state.visitor, card), gives=_gives(request.state.visitor, card),
    )  # fmt: skip


def _timeline(card: Row, letters: list[Row]) -> list[Row]:
    """What people did and what was told, newest first."""
    happened = [
        {
            "at": entry["at_at"],
            "title": say_act(entry["act"]),
            "period": entry["subject"].partition("/")[2],
            "who": entry["actor"],
            "words": entry["reason"],
            "letter": False,
        }
        for entry in card["history"]
    ]
    told = [
        {
            "at": line["sent_at"] or line["decided_at"],
            "title": ledger.say_rung(line["rung"]),
            "period": line["period"],
            "who": line["recipient"] or line["agency"],
            "words": ledger.say_state(line),
            "letter": True,
        }
        for line in letters
    ]
    return sorted((*reversed(told), *reversed(happened)), key=lambda one: one["at"], reverse=True)


def _decides(who: Visitor, card: Row) -> dict[int, list[str]]:
    """What somebody may do with each request that waits, by its number."""
    duties = {row["occurrence_id"]: row for row in card["occurrences"]}
    waiting = [
        asked for asked in card["requests"] if asked["outcome"] == "waiting" and asked["occurrence_id"] in duties
    ]
    return {
        asked["id"]: [
            act for act in OF_REQUESTS if permitted(who, duties[asked["occurrence_id"]], card["monitor_id"], act)
        ]
        for asked in waiting
    }


def _gives(who: Visitor, card: Row) -> dict[int, list[str]]:
    """What somebody may do with each part that is waited for, by its id; whoever was asked gives it."""
    duties = {row["occurrence_id"]: row for row in card["occurrences"]}
    made = {}
    for part in card["parts"]:
        row = duties.get(part["occurrence_id"])
        if row and part["waiting"]:
            owners = {"give_part": None if part["person"] else part["agency_id"], "drop_part": None}
            made[part["id"]] = [
                act for act, owner in owners.items() if permitted(who, row, card["monitor_id"], act, owed_by=owner)
            ]
    return made
