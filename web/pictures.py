"""The page of pictures: progress by agency, lateness over the last year, the deadlines of a year on a calendar."""

from __future__ import annotations

import calendar as months
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from web.pages import Office, page
from web.view import View
from web.visitor import looking
from workflow import awaited, pictures, queries, reviewing
from workflow.calendar import WorkingCalendar
from workflow.i18n import _
from workflow.snapshot import Row

router = APIRouter()
MOST_BARS = 25
Text = Annotated[str, Query(max_length=300)]


@router.get("/progress", response_class=HTMLResponse)
def progress(
    request: Request, directive: Text = "", agency: Text = "", year: Annotated[int, Query(ge=1990, le=2100)] = 0
) -> Response:
    """Progress by agency, lateness over time, the deadlines of a year."""
    office: Office = request.app.state.office
    view = View(directive=directive, agency=agency)
    day = office.as_of()
    wanted_year = year or day.day.year
    with looking(request, everybody=True) as record:
        wanted = view.wanted()
        rows = queries.tally(record, day, "agency", wanted)
        points = pictures.lateness(record, day, wanted)
        counts = pictures.deadlines(record, wanted_year, wanted)
        working = awaited.calendar(record)
        directives, agencies = queries.directives(record), reviewing.owing(record)
    for point in points:
        point["most"] = point["late"]
        point["list"] = view.address(as_of=point["on"].isoformat())
    return page(
        request, "progress.html", keep=True, view=view, rows=rows[:MOST_BARS], more=len(rows) - MOST_BARS, points=points, year=wanted_year,
        months=_months(wanted_year, dict(counts), working, day.day, view), most=max(counts.values(), default=1), directives=directives,
        agencies=agencies, day=day.day,
    )  # fmt: skip


def _months(year: int, counts: dict[date, int], working: WorkingCalendar, today: date, view: View) -> list[Row]:
    """The months of a year as weeks of days, each with how many duties fall due and whether it is a day off."""
    made = []
    for month in range(1, 13):
        weeks: list[list[Any]] = []
        for week in months.Calendar().monthdatescalendar(year, month):
            weeks.append([_day(one, counts, working, today, view) if one.month == month else None for one in week])
        total = sum(n for one, n in counts.items() if one.month == month)
        made.append({"title": _("Month {n}", n=month), "weeks": weeks, "total": total})
    return made


def _day(one: date, counts: dict[date, int], working: WorkingCalendar, today: date, view: View) -> Row:
    about = {"due": one.isoformat(), "directive": view.directive, "agency": view.agency}
    address = "/tasks?" + urlencode({name: value for name, value in about.items() if value})
    return {
        "on": one,
        "n": counts.get(one, 0),
        "off": not working.is_working(one),
        "today": one == today,
        "list": address,
    }
