"""The overdue review: what is late with all that is known about it, the two by two, acts on many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field
from sqlmodel import Session, col, select
from starlette.background import BackgroundTask

from notifications.pressing import press
from web.pages import Office, page
from web.view import PER_PAGE, View
from web.visitor import acting, looking
from workflow import health, queries, reach, review, reviewing, terminal
from workflow.access import sight
from workflow.access.permits import PERMITS_OFFICE
from workflow.access.viewing import visible
from workflow.duties.carrying import carry_out
from workflow.duties.order import Order
from workflow.duties.request import Outcome
from workflow.duties.request import Request as Asked
from workflow.errors import BadInput, NotPermitted, Problem
from workflow.figures import FIGURES
from workflow.occurrence import Occurrence
from workflow.periods import show_period
from workflow.queries import AsOf
from workflow.reviewing import LEVELS, TABS, Sift
from workflow.snapshot import Row, Snapshot, listed

router = APIRouter()
Text = Annotated[str, Query(max_length=300)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
ACTS = ("pressed", "explain", "confirm", "return", "grant", "refuse", "note")


@router.get("/overdue", response_class=HTMLResponse)
def show(
    request: Request,
    as_of: Annotated[str, Query(max_length=10)] = "",
    original: Annotated[str, Query(max_length=1)] = "",
    tab: Annotated[str, Query(max_length=10)] = "overdue",
    level: Annotated[str, Query(max_length=10)] = "",
    directive: Text = "",
    agency: Text = "",
    section: Text = "",
    search: Text = "",
    by: Annotated[str, Query(max_length=10)] = "",
    of: Annotated[str, Query(max_length=10)] = "due",
    review: Annotated[str, Query(max_length=10)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    done: Annotated[str, Query(max_length=600)] = "",
) -> Response:
    """What is overdue on a day, comes soon or waits, as a list with its facts, or counted by agency or directive.

    `done` are the numbers of the duties that an act has just been done on.
    """
    view = View(
        as_of, original, tab if tab in TABS else "overdue", level if level in LEVELS else "", directive, agency, section,
        search, by if by in ("agency", "directive") else "", "given" if of == "given" else "due", review, page,
    )  # fmt: skip
    return _shown(request, view, done=[_number(one) for one in done.split(".")[:PER_PAGE]])


def _shown(
    request: Request, view: View, *, done: Sequence[int] = (), failed: Sequence[str] = (), status: int = 200
) -> Response:
    office: Office = request.app.state.office
    with looking(request, everybody=True) as record:
        day, wanted = view.day(office), view.wanted()
        directive = queries.directive_id(record, view.directive) if view.directive else None
        tally = queries.tally(record, day, view.by or "directive", wanted)
        before = reviewing.before(record, day, wanted, but=_number(view.review))
        rows, total = _rows(record, day, view) if not view.by else ([], 0)
        context: dict[str, Any] = {
            "view": view,
            "day": day.day,
            "past": day.past,
            "rows": rows,
            "total": total,
            "pages": -(-total // PER_PAGE),
            "per_page": PER_PAGE,
            "tally": _compared(tally, before, view),
            "sum": queries.summed(tally),
            "before": before,
            "before_sum": queries.summed(before["figures"]["directive"]) if before else None,
            "directives": queries.directives(record),
            "agencies": reviewing.owing(record),
            "sections": reviewing.sections(record, directive) if directive else [],
            "unreachable": _unreachable(record, day, rows),
            "late_clock": health.troubles(health.pulse(record), office.now(), office.settings.schedule.late_minutes),
            "open_reviews": _open_reviews(record),
            "held": _review(record, view.review),
            "told": _labels(record, done),
        }
    person = request.state.visitor.person
    may = bool(person and not day.past and person.roles & PERMITS_OFFICE["review"])
    return page(
        request,
        "overdue.html",
        status=status,
        keep=not failed,
        tabs=TABS,
        levels=LEVELS,
        may=may,
        failed=failed,
        **context,
    )


def _rows(record: Snapshot, day: AsOf, view: View) -> tuple[list[Row], int]:
    wanted = replace(view.wanted(), limit=PER_PAGE, offset=(view.page - 1) * PER_PAGE)
    rows, total = reviewing.found(record, day, Sift(wanted, view.tab, view.level))
    return reviewing.with_facts(record, day, rows), total


def _compared(tally: list[Row], before: Row | None, view: View) -> list[Row]:
    """The tally with how much each row has changed since the last review."""
    was = {row["code"]: row for row in before["figures"][view.by or "directive"]} if before else {}
    for row in tally:
        row |= queries.summed([row])
        old = was.get(row["code"])
        row["change"] = {name: row[name] - old[name] for name in FIGURES} if old else None
    return tally


def _unreachable(record: Snapshot, day: AsOf, rows: list[Row]) -> list[Row]:
    """Whom of the listed no letter reaches: nobody has reminded them."""
    if day.past or not rows:
        return []
    codes = {row["agency_code"] for row in rows}
    return [row for row in reach.unreachable(record, day.day, day.zone) if row["code"] in codes]


def _open_reviews(record: Snapshot) -> list[Row]:
    return record.rows("select id, title from review where closed_at is null order by id desc")


def _labels(record: Snapshot, numbers: Sequence[int]) -> list[str]:
    """The duties of these numbers, as far as the visitor may see them, as people name them."""
    rows = record.rows(
        f"""select t.code, o.period from occurrence o join task t on t.id = o.task_id join directive d on d.id = t.directive_id
        where o.id in ({listed(numbers)}) and {visible(record)} order by t.directive_id, t.position, o.id"""
    )
    return [f"{row['code']} ({show_period(row['period'])})" for row in rows]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _review(record: Snapshot, text: str) -> Row | None:
    """The review that a view is held in, if it is still open."""
    rows = record.rows("select id, title, held_on from review where id = :id and closed_at is null", id=_number(text))
    return rows[0] if rows else None


@router.post("/overdue", response_class=HTMLResponse)
def act(
    request: Request,
    seal: Annotated[str, Form(max_length=200)] = "",
    act: Annotated[str, Form(max_length=20)] = "",
    chosen: Annotated[list[Number] | None, Form()] = None,
    words: Annotated[str, Form(max_length=2000)] = "",
    basis: Annotated[str, Form(max_length=300)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
    view: Annotated[str, Form(max_length=2000)] = "",
    review_number: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Do one act on every chosen duty; what can be done is done, the rest is told with the reason."""
    office: Office = request.app.state.office
    done, failed = list[Occurrence](), list[str]()
    ids, shown = list(dict.fromkeys(chosen or ()))[:PER_PAGE], _parsed(view)
    shown.day(office)  # what cannot be shown afterwards is not done
    with acting(request, seal) as (session, how):
        try:
            if act not in ACTS:
                raise BadInput("Choose what is to be done.")
            if not ids:
                raise BadInput("Choose at least one task.")
            held = review.find_review(session, _number(review_number)) if review_number else None
            given = _Given(act, words, basis, terminal.day(until) if until else None)
            hidden = sight.hidden(session, how["by"])
            duties = [o for one in ids if (o := session.get(Occurrence, one)) and o.task.directive_id not in hidden]
            if act in ("pressed", "explain"):
                _press(session, office, duties, given, how, done, failed)
            else:
                _each(session, office, duties, given, how, done, failed)
            if held:
                for duty in duties:
                    if duty in done or act == "note":
                        review.note_in(session, held, duty.id or 0, act, words, **how)
            elif act == "note":
                raise BadInput("Notes belong to a review; open one first.")
        except NotPermitted:
            raise
        except Problem as problem:
            session.rollback()
            done, failed = [], [str(problem)]
        numbers = [duty.id or 0 for duty in done]
    answer: Response
    if failed:
        answer = _shown(request, shown, done=numbers, failed=failed, status=200 if done else 422)
    else:  # a page that may be loaded again without asking whether to do it once more
        answer = RedirectResponse(shown.address(done=".".join(map(str, numbers))), 303)
    answer.background = BackgroundTask(office.post)
    return answer


class _Given(NamedTuple):
    """What a form says of an act."""

    act: str
    words: str
    basis: str
    until: date | None


def _press(
    session: Session,
    office: Office,
    duties: list[Occurrence],
    given: _Given,
    how: dict[str, Any],
    done: list[Occurrence],
    failed: list[str],
) -> None:
    """Write to the agencies of all of them together, each agency by itself."""
    by_agency: dict[int, list[Occurrence]] = {}
    for duty in duties:
        by_agency.setdefault(duty.agency_id, []).append(duty)
    for own in by_agency.values():
        try:
            with session.begin_nested():
                today = office.as_of().day
                press(session, office.settings, office.keys, own, given.act, **how, today=today, words=given.words)
                done += own
        except NotPermitted:
            raise
        except Problem as problem:
            session.expire_all()
            failed.append(str(problem))


def _each(
    session: Session,
    office: Office,
    duties: list[Occurrence],
    given: _Given,
    how: dict[str, Any],
    done: list[Occurrence],
    failed: list[str],
) -> None:
    """Confirm, return, grant or refuse, one after another; a note changes nothing."""
    for duty in duties:
        if given.act == "note":
            done.append(duty)
            continue
        try:
            with session.begin_nested():
                number = _asked(session, duty) if given.act in ("grant", "refuse") else None
                order = Order(
                    given.act,
                    words=given.words,
                    reason=given.words,
                    basis=given.basis,
                    until=given.until,
                    number=number,
                )
                carry_out(session, order, **how, today=office.as_of().day, occurrence=duty)
                done.append(duty)
        except NotPermitted:
            raise
        except Problem as problem:
            session.expire_all()
            failed.append(f"{duty.label()}: {problem}")


def _asked(session: Session, duty: Occurrence) -> int:
    """The request about a duty that waits, more time before anything else."""
    own = select(Asked.id).where(Asked.occurrence_id == duty.id, Asked.outcome == Outcome.WAITING)
    found = session.exec(own.order_by(col(Asked.wish) != "extension", col(Asked.id))).first()
    if not found:
        raise BadInput("Nobody asks for anything here.")
    return found


def _parsed(query: str) -> View:
    """The view that a form was shown in."""
    known: dict[str, Any] = {
        name: value for name, value in parse_qsl(query) if name in View._fields and name not in ("page", "period")
    }
    view = View(**known)
    return view._replace(
        tab=view.tab if view.tab in TABS else "overdue", level=view.level if view.level in LEVELS else "", by=""
    )
