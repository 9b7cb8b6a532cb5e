"""Acts on one duty by somebody who is signed in: a page for each act with only what it needs. The acts are those of `carrying`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from sqlmodel import col, select
from starlette.background import BackgroundTask

from web.pages import Office, page
from web.visitor import Visitor, acting, looking
from workflow import dossier, queries, terminal
from workflow.access import sight
from workflow.access.permits import PERMITS, held
from workflow.access.viewing import visible
from workflow.duties import showing
from workflow.duties.carrying import carry_out
from workflow.duties.order import Order
from workflow.errors import Busy, NotFound, NotPermitted, Problem
from workflow.evidence import Evidence
from workflow.file_kinds import ALLOWED
from workflow.occurrence import Occurrence
from workflow.queries import Wanted
from workflow.snapshot import Row, Snapshot
from workflow.standing import Status
from workflow.taking import take_out
from workflow.task import Task

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]

# What the form of an act asks for.
FIELDS: dict[str, tuple[str, ...]] = {
    "start": (),
    "submit": ("words", "document_number", "document_on", "nothing", "files"),
    "progress": ("words", "files"),
    "report_period": ("period", "words", "document_number", "nothing"),
    "withdraw": ("reason",),
    "confirm": ("words",),
    "return": ("reason",),
    "reopen": ("reason",),
    "suspend": ("reason", "basis"),
    "resume": (),
    "cancel": ("reason", "basis"),
    "hand_on": ("to", "person", "reason", "basis"),
    "ask_extension": ("until", "reason", "basis"),
    "ask_hand_on": ("to", "reason", "basis"),
    "ask_suspension": ("reason", "basis"),
    "ask_cancellation": ("reason", "basis"),
    "grant": ("until", "to", "basis", "words"),
    "refuse": ("reason", "basis"),
    "withdraw_request": ("reason",),
    "ask_part": ("to", "person", "words", "until"),
    "give_part": ("words", "document_number"),
    "drop_part": ("reason",),
}
MAIN = (
    "submit",
    "report_period",
    "confirm",
    "return",
    "ask_extension",
)  # what a task's page offers at once; the others are folded
OF_REQUESTS = {"grant": "decide_request", "refuse": "decide_request", "withdraw_request": "withdraw_request"}
OF_REPORTS = ("confirm", "return", "withdraw", "reopen")  # their page shows what was reported
OF_PARTS = ("give_part", "drop_part")
TYPED = ("words", "reason", "basis", "document_number", "document_on", "nothing", "until", "to", "person", "period")


def permitted(who: Visitor, row: Row, monitor: int | None, act: str, *, owed_by: int | None = None) -> bool:
    """Whether somebody may do an act on a duty as it stands."""
    if not who.person:
        return False
    roles = held(who.person.authority, owed_by=row["agency_id"] if owed_by is None else owed_by, monitor=monitor)
    return bool(roles & PERMITS[OF_REQUESTS.get(act, act), Status(row["status"])])


def open_acts(who: Visitor, card: Row) -> dict[int, list[str]]:
    """The acts that somebody may do on each duty of a task, without those that belong to a request or a part."""
    plain = [act for act in FIELDS if act not in OF_REQUESTS and act not in OF_PARTS]
    made = {}
    for row in card["occurrences"]:
        if row["occurrence_id"]:
            fitting = [act for act in plain if (act == "report_period") <= (row["period"] == "ongoing")]
            made[row["occurrence_id"]] = [act for act in fitting if permitted(who, row, card["monitor_id"], act)]
    return made


@router.get("/duties/{number}/{act}", response_class=HTMLResponse)
def show(request: Request, number: Number, act: str, of: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0) -> Response:
    """Ask for what an act needs; `of` is the number of a request or a part."""
    return _shown(request, number, act, of, dict.fromkeys(TYPED, ""))


def _shown(
    request: Request, number: int, act: str, of: int, typed: dict[str, Any], *, problem: str = "", status: int = 200
) -> Response:
    office: Office = request.app.state.office
    if act not in FIELDS:
        raise NotFound("There is no such act.")
    with looking(request) as view:
        row = _duty(view, office, number)
        if act == "submit" and row["called"]:
            return RedirectResponse(f"/answers/{number}", 303)  # a report of a period has a form of its own
        report = dossier.newest_report(view, number) if act in OF_REPORTS else None
        asked = _asked(view, row, of) if act in OF_REQUESTS else None
        files = _files(view, row, report) if report and report["evidence"] else []
    wish = asked["wish"] if asked and act == "grant" else ""
    needless = {"": (), "extension": ("to",), "hand_on": ("until",)}.get(wish, ("to", "until"))
    needed = tuple(field for field in FIELDS[act] if field not in needless)
    return page(
        request, "act.html", status=status, row=row, act=act, of=of, typed=typed, problem=problem, fields=needed, report=report,
        asked=asked, files=files,
        limit=office.settings.evidence, kinds=", ".join(ALLOWED),
    )  # fmt: skip


def _files(view: Snapshot, row: Row, report: Row) -> list[Row]:
    """The files of a report, as they are handed out."""
    kept = queries.evidence(view, duty=row["occurrence_id"])
    return [one for one in kept if one["name"] in report["evidence"]]


def _asked(view: Snapshot, row: Row, of: int) -> Row | None:
    """The request of this number about the duty."""
    own = showing.requests(view, task_id=row["task_id"])
    return next((one for one in own if (one["id"], one["occurrence_id"]) == (of, row["occurrence_id"])), None)


def _duty(view: Snapshot, office: Office, number: int) -> Row:
    found = view.rows(
        f"""select t.code, t.recurs, o.version, d.plan_year, (select max(c.id) from period_call c where c.task_id = t.id) as called from occurrence o join task t on t.id = o.task_id
        join directive d on d.id = t.directive_id where o.id = :id and {visible(view)}""",
        id=number,
    )
    rows = queries.tasks(view, office.as_of(), Wanted(code=found[0]["code"])) if found else []
    row = next((row for row in rows if row["occurrence_id"] == number), None)
    if not row:
        raise NotFound("There is no duty {n}.", n=number)
    return {**row, **found[0]}


@router.post("/duties/{number}/{act}", response_class=HTMLResponse)
def carry(
    request: Request,
    number: Number,
    act: str,
    seal: Annotated[str, Form(max_length=200)] = "",
    seen: Annotated[int | None, Form()] = None,
    of: Annotated[int, Form(ge=0, le=2**31 - 1)] = 0,
    words: Annotated[str, Form(max_length=5000)] = "",
    reason: Annotated[str, Form(max_length=5000)] = "",
    basis: Annotated[str, Form(max_length=300)] = "",
    document_number: Annotated[str, Form(max_length=200)] = "",
    document_on: Annotated[str, Form(max_length=20)] = "",
    nothing: Annotated[str, Form(max_length=5)] = "",
    until: Annotated[str, Form(max_length=20)] = "",
    to: Annotated[str, Form(max_length=300)] = "",
    person: Annotated[str, Form(max_length=200)] = "",
    period: Annotated[str, Form(max_length=50)] = "",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Do an act; where it is not possible the form comes back with what was typed and the reason."""
    office: Office = request.app.state.office
    if act not in FIELDS:
        raise NotFound("There is no such act.")
    typed = {
        "words": words, "reason": reason, "basis": basis, "document_number": document_number, "document_on": document_on,
        "nothing": nothing, "until": until, "to": to, "person": person, "period": period,
    }  # fmt: skip
    sent = [file for file in files or () if file.filename] if "files" in FIELDS[act] else []

    def keep() -> list[Evidence]:
        office.evidence.refuse_many(len(sent))
        return [office.evidence.keep(file.filename or "", file.file) for file in sent]

    try:
        with acting(request, seal) as (session, how):
            in_sight = col(Task.directive_id).not_in(sight.hidden(session, how["by"]))
            duty = session.exec(select(Occurrence).join(Task).where(Occurrence.id == number, in_sight)).first()
            if not duty:
                raise NotFound("There is no duty {n}.", n=number)
            order = Order(
                act,
                words=words,
                reason=reason,
                basis=basis,
                document_number=document_number,
                document_on=terminal.day(document_on) if document_on else None,
                nothing_arose=bool(nothing),
                until=terminal.day(until) if until else None,
                to=to,
                person=person,
                period=period,
                number=of or None,
                seen=seen,
            )
            done = carry_out(session, order, **how, today=office.as_of().day, files=keep, occurrence=duty)
    except (NotPermitted, NotFound, Busy):
        raise
    except Problem as problem:
        return _shown(request, number, act, of, typed, problem=str(problem), status=422)
    answer = RedirectResponse(f"/tasks/{done.code}?done={act}", 303)
    answer.background = BackgroundTask(office.post)
    return answer


@router.post("/evidence/{number}")
def take(request: Request, number: Number, seal: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Hand out a file to whoever confirms or has entered the document; whoever presses wants it, confirmed or not."""
    office: Office = request.app.state.office
    with acting(request, seal) as (session, how):
        found = take_out(session, office.evidence, number, **how, quarantined=True)
    return handed_out(office, found["sha256"], found["name"], found["size"])


def handed_out(office: Office, sha256: str, name: str, size: int) -> Response:
    """A file of the store as a download that no browser opens by itself."""
    content = office.evidence.open(sha256)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(size),
    }
    return StreamingResponse(_blocks(content), media_type="application/octet-stream", headers=headers)


def _blocks(content: BinaryIO) -> Iterator[bytes]:
    with content:
        while block := content.read(1 << 16):
            yield block
