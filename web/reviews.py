"""Reviews as records: the list, one to be printed, opening and closing."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from web.pages import Office, page
from web.view import View
from web.visitor import acting, looking
from workflow import queries, review, reviewing
from workflow.access import sight
from workflow.access.permits import PERMITS_OFFICE
from workflow.directive import find_directive
from workflow.queries import Wanted
from workflow.snapshot import Snapshot

router = APIRouter()


@router.get("/reviews", response_class=HTMLResponse)
def reviews(request: Request) -> Response:
    """The reviews that were held, newest first."""
    with looking(request) as view:
        rows = view.rows(
            """select r.id, r.title, r.held_on, r.opened_by, r.closed_at, r.closed_by, d.code as directive,
                (select count(*) from review_line l where l.review_id = r.id) as lines
            from review r left join directive d on d.id = r.directive_id order by r.id desc limit 500"""
        )
        directives = queries.directives(view)
    person = request.state.visitor.person
    may = bool(person and person.roles & PERMITS_OFFICE["review"])
    return page(request, "reviews.html", keep=True, rows=rows, directives=directives, may=may)


@router.post("/reviews")
def open_(
    request: Request,
    seal: Annotated[str, Form(max_length=200)] = "",
    title: Annotated[str, Form(max_length=300)] = "",
    directive: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Open a review of today and go on to what is overdue."""
    office: Office = request.app.state.office
    with acting(request, seal) as (session, how):
        found = find_directive(session, directive, sight.hidden(session, how["by"])) if directive else None
        made = review.open_review(session, title, office.as_of().day, **how, directive=found)
        number = made.id
    return RedirectResponse(View(review=str(number), directive=directive).address(), 303)


@router.get("/reviews/{number}", response_class=HTMLResponse)
def one(request: Request, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Response:
    """One review: its lines and, once it is closed, its figures; to be printed."""
    with looking(request) as view:
        return _one(request, view, number)


def _one(request: Request, view: Snapshot, number: int) -> Response:
    office: Office = request.app.state.office
    held = reviewing.held(view, number)
    lines = reviewing.lines(view, number)
    figures = held["figures"] or _figures(view, office, held["directive"])
    sums = {by: queries.summed(figures[by]) for by in ("agency", "directive")}
    person = request.state.visitor.person
    may = bool(person and not held["closed_at"] and person.roles & PERMITS_OFFICE["review"])
    return page(request, "review.html", held=held, lines=lines, figures=figures, sums=sums, may=may)


@router.post("/reviews/{number}/close")
def close(
    request: Request,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    seal: Annotated[str, Form(max_length=200)] = "",
    conclusion: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Close a review with its conclusion; its figures are kept as they are now."""
    office: Office = request.app.state.office
    with acting(request, seal) as (session, how):
        held = review.find_review(session, number)
        view = Snapshot.within(session)
        figures = _figures(view, office, reviewing.held(view, number)["directive"])
        review.close_review(session, held, conclusion, figures, **how)
    return RedirectResponse(f"/reviews/{number}", 303)


def _figures(view: Snapshot, office: Office, directive: str | None) -> dict[str, Any]:
    """The tallies that a review keeps; whoever may read a review may read them, so they count no confidential document."""
    sees, view.sees = view.sees, frozenset()
    try:
        return reviewing.figures(view, office.as_of(), Wanted(directive=directive))
    finally:
        view.sees = sees
