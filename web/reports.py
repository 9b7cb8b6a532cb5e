"""Reports as pages and as files: the same choices as the commands, every figure opens its list, nothing is changed by looking."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from reports import answered, pack, upward, writing
from reports.report import Report
from reports.writing import MEDIA_TYPES
from web.pages import Office, page
from web.view import View
from web.visitor import looking
from workflow import queries, reviewing
from workflow.access.viewing import visible
from workflow.i18n import N_, speaking
from workflow.snapshot import Snapshot

router = APIRouter(prefix="/reports")
Day = Annotated[str, Query(max_length=10)]
Text = Annotated[str, Query(max_length=300)]
Word = Annotated[str, Query(max_length=30)]
Kind = Literal["xlsx", "docx", "pdf"]
MOST = 200  # rows of one table on a page; the files have all of them
FILES = {"xlsx": "Excel", "docx": "Word", "pdf": "PDF"}
KINDS = {"progress": N_("how far it has come"), "interim": N_("interim review"), "final": N_("final review")}
PARTS = ("", "-H1", "-H2", "-Q1", "-Q2", "-Q3", "-Q4", *(f"-{month:02}" for month in range(1, 13)))


def shown(
    request: Request, template: str, report: Report, files: dict[str, str], *, paper: bool = False, **more: Any
) -> Response:
    """The page of a report: its template extends `report.html` with what can be chosen; `files` are the addresses of its files.

    What is written for `paper` is Vietnamese whatever the page around it is.
    """
    return page(request, template, keep=True, report=report, most=MOST, files=files, titles=FILES, paper=paper, **more)


def written(office: Office, report: Report, kind: str, name: str) -> Response:
    """A report as a file to keep; two are written at a time."""
    with office.drawing, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"report.{kind}"
        writing.write(report, file, office.settings.links.base_url.rstrip("/"))
        content = file.read_bytes()
    name = f"{name}-{report.as_of.isoformat()}.{kind}"
    return Response(
        content, media_type=MEDIA_TYPES[kind], headers={"Content-Disposition": f"attachment; filename={name}"}
    )


@router.get("/overdue", response_class=HTMLResponse)
def overdue(
    request: Request, as_of: Day = "", original: Day = "", directive: Text = "", agency: Text = "", section: Text = "", search: Text = "",
    period: Word = "", of: Word = "due",
) -> Response:  # fmt: skip
    """The overdue pack: the two by two with its rates, by agency, document and field, every overdue task with its reasons."""
    view = _view(as_of, original, directive, agency, section, search, period, of)
    with looking(request, everybody=True) as record:
        report = _pack(request, record, view)
        directives, agencies, years = queries.directives(record), reviewing.owing(record), _years(record)
    return shown(
        request, "report_overdue.html", report, {kind: view.address(f"/reports/overdue.{kind}") for kind in FILES},
        view=view, directives=directives, agencies=agencies, years=years, parts=PARTS, chosen=view.wanted().period or "",
    )  # fmt: skip


@router.get("/overdue.{kind}")
def overdue_file(
    request: Request, kind: Kind, as_of: Day = "", original: Day = "", directive: Text = "", agency: Text = "", section: Text = "",
    search: Text = "", period: Word = "", of: Word = "due",
) -> Response:  # fmt: skip
    """The same as a spreadsheet, a Word document or a PDF; what goes on paper is Vietnamese."""
    view = _view(as_of, original, directive, agency, section, search, period, of)
    with speaking("vi"):
        with looking(request, everybody=True) as record:
            report = _pack(request, record, view)
        return written(request.app.state.office, report, kind, "qua-han")


def _view(
    as_of: str, original: str, directive: str, agency: str, section: str, search: str, period: str, of: str
) -> View:
    return View(
        as_of=as_of, original=original, directive=directive, agency=agency, section=section, search=search, period=period,
        of="given" if of == "given" else "due",
    )  # fmt: skip


def _pack(request: Request, record: Snapshot, view: View) -> Report:
    return pack.build(record, view.day(request.app.state.office), view.wanted(), of=view.of)


def _years(record: Snapshot) -> list[int]:
    """The years in which something falls due that the visitor may see, newest first."""
    found = record.rows(
        f"""select min(o.due_on) as first_on, max(o.due_on) as last_on from occurrence o join task t on t.id = o.task_id
        join directive d on d.id = t.directive_id where {visible(record)}"""
    )[0]
    return list(range(found["last_on"].year, found["first_on"].year - 1, -1)) if found["first_on"] else []


@router.get("/progress", response_class=HTMLResponse)
def progress(
    request: Request, directive: Text, as_of: Day = "", period: Word = "", kind: Word = "progress", to: Text = ""
) -> Response:
    """The draft of the report upward on a directive; its text is Vietnamese."""
    view = View(as_of=as_of, directive=directive, period=period)
    what = upward.asked(directive, period, kind, to)
    with looking(request, everybody=True) as record:
        report = upward.report(record, view.day(request.app.state.office), what)
        years = _years(record)
    query = urlencode({"directive": directive, "as_of": as_of, "period": period, "kind": kind, "to": to})
    files = {one: f"/reports/progress.{one}?{query}" for one in FILES}
    return shown(
        request,
        "report_progress.html",
        report,
        files,
        what=what,
        as_of=as_of,
        years=years,
        parts=PARTS,
        kinds=KINDS,
        paper=True,
    )


@router.get("/progress.{kind_}")
def progress_file(
    request: Request,
    kind_: Kind,
    directive: Text,
    as_of: Day = "",
    period: Word = "",
    kind: Word = "progress",
    to: Text = "",
) -> Response:
    """The same as a file; the Word document is the one that is signed."""
    office: Office = request.app.state.office
    day, what = View(as_of=as_of).day(office), upward.asked(directive, period, kind, to)
    with speaking("vi"), looking(request, everybody=True) as record:
        if kind_ != "docx":
            return written(office, upward.report(record, day, what), kind_, "bao-cao")
        with office.drawing, tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "report.docx"
            upward.write(office.settings, record, day, what, file)
            content = file.read_bytes()
    headers = {"Content-Disposition": f"attachment; filename=bao-cao-{day.day.isoformat()}.docx"}
    return Response(content, media_type=MEDIA_TYPES["docx"], headers=headers)


@router.get("/period/{code}.{kind}")
def answers_file(request: Request, code: str, kind: Kind, as_of: Day = "") -> Response:
    """The answers to a call for reports as a file."""
    office: Office = request.app.state.office
    with speaking("vi"), looking(request, everybody=True) as record:
        return written(office, answered.build(record, View(as_of=as_of).day(office), code), kind, "bao-cao-ky")
