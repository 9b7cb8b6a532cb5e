"""Documents handed in: the list, one to be checked, each of its tasks beside the page it stands on, and entering it in the record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from directives import amending, correcting, extract, intake
from directives.dialogue import SORT_LABELS
from directives.document import Place
from directives.intake import Answers
from directives.proposal import CLEAR, Letterhead, Proposal, TaskProposal
from web.duties import handed_out
from web.pages import Office, page
from web.visitor import acting, looking
from workflow.access.permits import permit_office
from workflow.audit_words import FIELD_LABELS
from workflow.directive import Directive
from workflow.errors import BadInput, NotFound, Problem, Refused
from workflow.file_kinds import DOCUMENTS
from workflow.i18n import _
from workflow.names import is_collective
from workflow.received import WAITING, State, say_problem

router = APIRouter(prefix="/proposals")
NEW = "new"  # in place of a code: the name is that of an agency to be entered
ASKED = 250  # names asked about one by one; a form of more fields is refused on its way in
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Index = Annotated[int, Path(ge=1, le=100_000)]
Words = Annotated[str, Form(max_length=5000)]
Short = Annotated[str, Form(max_length=300)]
Seal = Annotated[str, Form(max_length=200)]
Seen = Annotated[int, Form(ge=0, le=2**31 - 1)]


@contextmanager
def viewing(request: Request) -> Iterator[tuple[Office, Session, dict[str, Any]]]:
    """The record for somebody who may enter documents; whatever is asked of it, nothing is written."""
    office: Office = request.app.state.office
    with looking(request):
        by = request.state.visitor.person.by("web")
        permit_office(by, "import")
    with office.database.transaction() as session:
        yield office, session, {"by": by, "at": office.now()}
        session.rollback()


@router.get("", response_class=HTMLResponse)
def listed(request: Request) -> Response:
    """The documents that wait to be checked, and what became of the newest others."""
    return _listed(request)


def _listed(request: Request, *, problem: str = "", status: int = 200) -> Response:
    office: Office = request.app.state.office
    with looking(request) as view:
        permit_office(request.state.visitor.person.by("web"), "import")
        rows = intake.received(view)
    return page(
        request, "proposals.html", status=status, problem=problem, kinds=", ".join(DOCUMENTS), limit=office.settings.evidence,
        waiting=[row for row in rows if row["state"] in WAITING], settled=[row for row in rows if row["state"] not in WAITING],
    )  # fmt: skip


@router.post("", response_class=HTMLResponse)
def hand_in(request: Request, seal: Seal = "", file: Annotated[UploadFile | None, File()] = None) -> Response:
    """Take a document in and read it; whoever handed it in waits a moment for what was understood."""
    office: Office = request.app.state.office
    try:
        with acting(request, seal) as (session, how):
            if not file or not file.filename:
                raise BadInput("Choose a file first.")
            number = intake.receive(session, office.evidence, file.filename, file.file, **how).id or 0
    except (BadInput, Refused) as problem:
        return _listed(request, problem=str(problem), status=422 if isinstance(problem, BadInput) else 409)
    office.read(number)
    return RedirectResponse(f"/proposals/{number}", 303)


@router.get("/{number}", response_class=HTMLResponse)
def show(
    request: Request,
    number: Number,
    amends: Annotated[str, Query(max_length=100)] = "",
    separate: Annotated[str, Query(max_length=1)] = "",
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """One document: its head, its tasks with their doubts, the names to be told, and the form that enters it."""
    return shown(request, number, Answers({}, amends=amends, separate=bool(separate)), said=said)


def shown(
    request: Request, number: int, typed: Answers | None = None, *, said: str = "", problem: str = "", status: int = 200
) -> Response:
    """The page of a document, with what was `typed` into the form that enters it."""
    typed = typed or Answers({})
    with viewing(request) as (office, session, how):
        one = intake.find(session, number, by=how["by"])
        if one.state is State.READING:
            if intake.read_again(session, number, office.settings, at=how["at"]):
                session.commit()
                office.read(number)
            answer = page(request, "proposal_waits.html", one=one, directive="")
            answer.headers["Refresh"] = "3"
            return answer
        if one.state is not State.PROPOSED:
            directive = session.get(Directive, one.directive_id) if one.directive_id else None
            return page(
                request,
                "proposal_waits.html",
                one=one,
                directive=directive.code if directive else "",
                problem=say_problem(one.problem),
            )
        proposal = intake.load(one)
        exclusive = office.settings.timing.before_is_exclusive
        try:
            found = intake.outlook(session, proposal, office.settings, typed, at=how["at"])
        except BadInput as wrong:
            typed, problem, status = replace(typed, amends=""), str(wrong), 422
            found = intake.outlook(session, proposal, office.settings, typed, at=how["at"])
        tasks = [row_of(proposal, task, n, exclusive) for n, task in enumerate(proposal.tasks, 1)]
        return page(
            request, "proposal.html", status=status, one=one, proposal=proposal, tasks=tasks, found=found, typed=typed, problem=problem,
            said=said, unclear=_unclear(proposal), doubts=sum(bool(task.issues) for task in proposal.tasks),
            blank=not (proposal.head.number and proposal.head.issued), monitor=typed.monitor or office.settings.office.monitor or "",
            label=field, vague=[name for name, near in found.unknown.items() if near or is_vague(name)],
            first=next((row["index"] for row in tasks if row["task"].issues), 0), asked=ASKED, own=bool(found.base and not amending.is_later_document(found.base, proposal)),
            headless=[found.message for found in extract.of_head(Letterhead())], sorts={sort: _(words) for sort, words in SORT_LABELS.items()},
        )  # fmt: skip


def row_of(proposal: Proposal, task: TaskProposal, index: int, exclusive: bool) -> dict[str, Any]:
    timing = correcting.understood(proposal, task, exclusive)
    doubted = bool(timing and timing.needs_person and not timing.rules and not timing.windows)
    return {
        "task": task,
        "index": index,
        "understood": timing.explain() if timing and not doubted else "",
        "decided": task.decision if task.decision and not task.decision.as_read else None,
    }


def _unclear(proposal: Proposal) -> list[tuple[str, list[str]]]:
    """The "6 rõ" that the document leaves open, with the numbers of the tasks."""
    lacking = {key: [task.no for task in proposal.tasks if key in task.unclear()] for key in CLEAR}
    return [(_(CLEAR[key]), numbers) for key, numbers in lacking.items() if numbers]


def is_vague(name: str) -> bool:
    """Whether a name stands for nobody in particular, so that nobody enters it as an agency without thinking."""
    return is_collective(name) or name.lower().endswith("liên quan")


def field(name: str) -> str:
    return _(FIELD_LABELS[name])


@router.post("/{number}/enter", response_class=HTMLResponse)
def enter(
    request: Request,
    number: Number,
    seal: Seal = "",
    seen: Seen = 0,
    name: Annotated[list[str] | None, Form()] = None,
    mean: Annotated[list[str] | None, Form()] = None,
    other: Annotated[list[str] | None, Form()] = None,
    code: Short = "",
    monitor: Short = "",
    amends: Short = "",
    separate: Annotated[str, Form(max_length=1)] = "",
    rest: Annotated[str, Form(max_length=1)] = "",
    agreed: Annotated[list[int] | None, Form()] = None,
    all: Annotated[str, Form(max_length=1)] = "",
) -> Response:
    """Enter the document in the record and go on to it; where it is not possible the page comes back with the reason."""
    office: Office = request.app.state.office
    rows = zip(name or (), mean or (), other or (), strict=False)
    meant = {
        one: elsewhere.strip() or chosen.replace(NEW, "")
        for one, chosen, elsewhere in rows
        if elsewhere.strip() or chosen
    }
    answers = Answers(
        meant, code.strip().upper(), monitor.strip(), amends, bool(separate), bool(rest), None if all else agreed or ()
    )
    try:
        with acting(request, seal) as (session, how):
            one = intake.find(session, number, by=how["by"])
            directive = intake.enter(session, one, seen, answers, office.settings, **how).code
    except Problem as problem:
        return shown(request, number, answers, problem=str(problem), status=422)
    return RedirectResponse(f"/directives/{directive}", 303)


@router.post("/{number}/drop")
def drop(request: Request, number: Number, seal: Seal = "", seen: Seen = 0) -> Response:
    """Put a document aside."""
    with acting(request, seal) as (session, how):
        one = intake.find(session, number, by=how["by"])
        intake.drop(session, one, seen, **how)
    return RedirectResponse("/proposals", 303)


@router.get("/{number}/pages/{sheet}")
def sheet(
    request: Request,
    number: Number,
    sheet: Annotated[int, Path(ge=1, le=10_000)],
    table: Annotated[int | None, Query(ge=1, le=1000)] = None,
    row: Annotated[int | None, Query(ge=1, le=10_000)] = None,
) -> Response:
    """A page of the document as a picture, the row of a task marked."""
    with viewing(request) as (office, session, how):
        one = intake.find(session, number, by=how["by"])
        if sheet > one.pages:
            raise NotFound("{name} has no page {n}.", name=one.name, n=sheet)
        session.expunge(one)
    with office.drawing:
        made = intake.picture(office.evidence, office.settings, one, Place(page=sheet, table=table, row=row))
    return Response(made, media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


@router.get("/{number}/file")
def whole(request: Request, number: Number) -> Response:
    """The document as it was handed in."""
    with viewing(request) as (office, session, how):
        one = intake.find(session, number, by=how["by"])
        sha256, name, size = one.sha256, one.name, one.size
    return handed_out(office, sha256, name, size)
