"""Acting through the link in a letter: GET shows the task and a form, POST records the report. Opening changes nothing."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from notifications import links
from web.pages import Office, page
from workflow import terminal
from workflow.access.roles import Grant, Role
from workflow.audit import By
from workflow.errors import NotPermitted, Problem
from workflow.i18n import _
from workflow.message import ActionLink
from workflow.names import printable
from workflow.occurrence import Occurrence
from workflow.register.succession import handed
from workflow.standing import DONE, OPEN

router = APIRouter()
LONGEST = {"result": 4000, "document_number": 100, "name": 200}


@router.api_route("/v/{token}", methods=["GET", "HEAD"], response_class=HTMLResponse)
def show(request: Request, token: str) -> Response:
    """Show the task of a link with a form, or the receipt of what was reported; write nothing."""
    office: Office = request.app.state.office
    with office.database.transaction() as session:
        link = links.read(session, office.keys, token, at=office.now(), settings=office.settings.links)
        if not link:
            return _no_link(request, session, token)
        return _task_page(request, session, link, token)


@router.post("/v/{token}", response_class=HTMLResponse)
def act(
    request: Request,
    token: str,
    result: Annotated[str, Form()] = "",
    document_number: Annotated[str, Form()] = "",
    document_on: Annotated[str, Form()] = "",
    nothing: Annotated[bool, Form()] = False,
    seen: Annotated[int | None, Form()] = None,
    name: Annotated[str, Form()] = "",
    evidence: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Report the task of a link done; a second press shows the same receipt."""
    office: Office = request.app.state.office
    _same_site(request, office)
    with office.database.transaction() as session:
        link = links.read(session, office.keys, token, at=office.now(), settings=office.settings.links)
        if not link:
            return _no_link(request, session, token)
        recipient, occurrence = link.recipient, session.get_one(Occurrence, link.occurrence_id)
        if occurrence.status not in OPEN:
            return _task_page(request, session, link, token)
        typed = {
            "result": result,
            "document_number": document_number,
            "document_on": document_on,
            "nothing": "1" if nothing else "",
            "name": name,
        }
        if not (nothing or printable(result) or printable(document_number) or (evidence and evidence.filename)):
            return _task_page(
                request,
                session,
                link,
                token,
                typed=typed,
                problem=_("State the result, the document's number or attach a file."),
                status=422,
            )
        if any(len(typed[field]) > longest for field, longest in LONGEST.items()):
            return _task_page(
                request, session, link, token, typed=typed, problem=_("One of the texts is too long."), status=422
            )
        try:
            if seen is not None:
                occurrence.duty(session, seen)  # what changed between the page and the press is told first
            dated = terminal.day(document_on) if document_on else None
            files = [office.evidence.keep(evidence.filename, evidence.file)] if evidence and evidence.filename else []
            by = By(
                _(
                    "link issued to {recipient}, declared by {name}",
                    recipient=recipient,
                    name=printable(name) or _("nobody named"),
                ),
                "link",
                frozenset({Grant(Role.FOCAL_POINT, occurrence.agency_id)}),
            )
            occurrence.submit(
                session,
                by=by,
                at=office.now(),
                today=office.as_of().day,
                result=result,
                document_number=document_number,
                document_on=dated,
                nothing_arose=nothing,
                evidence=files,
            )
        except Problem as problem:
            session.expire_all()
            return _task_page(request, session, link, token, typed=typed, problem=str(problem), status=422)
        return _task_page(request, session, link, token)


def _task_page(
    request: Request,
    session: Session,
    link: ActionLink,
    token: str,
    *,
    typed: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    office: Office = request.app.state.office
    occurrence = session.get_one(Occurrence, link.occurrence_id)
    latest: Any = occurrence.submissions[-1] if occurrence.submissions and occurrence.status in DONE else None
    as_of = office.as_of()
    return page(
        request,
        "action.html",
        status=status,
        token=token,
        occurrence=occurrence,
        task=occurrence.task,
        directive=occurrence.task.directive,
        agency=occurrence.agency,
        standing=occurrence.standing(as_of.day, as_of.soon_days),
        today=as_of.day,
        latest=latest,
        recipient=link.recipient,
        typed=typed or dict.fromkeys(("result", "document_number", "document_on", "nothing", "name"), ""),
        recurs=occurrence.task.recurs,
        problem=problem,
        may_act=occurrence.status in OPEN,
        limit=office.settings.evidence.max_megabytes,
        explanation=occurrence.task.understood().explain(),
    )


def _no_link(request: Request, session: Session, token: str) -> Response:
    """The same answer for a forged, unknown, revoked and expired link; one that a succession ended leads to the heir."""
    office: Office = request.app.state.office
    occurrence = links.passed_on(session, office.keys, token)
    if occurrence:
        steps = [
            {"former": step.former.name, "heir": step.heir.name, "effective_on": step.on, "basis": step.basis}
            for step in handed(session, occurrence.id or 0)
        ]
        return page(
            request,
            "passed_on.html",
            status=410,
            task=occurrence.task,
            directive=occurrence.task.directive,
            heir=occurrence.agency,
            due_on=occurrence.due_on,
            steps=steps,
        )
    return page(
        request,
        "message.html",
        status=404,
        title=_("This link does not work any more"),
        text=_("Use the link in the newest letter, or ask the office that sent it."),
    )


def _same_site(request: Request, office: Office) -> None:
    """Refuse a form that another site sent: browsers say where a POST comes from."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = {urlsplit(office.settings.links.base_url).netloc, request.headers.get("host", "")}
    if site in ("cross-site", "same-site") or (origin and origin != "null" and urlsplit(origin).netloc not in own):
        raise NotPermitted("This form was sent from another site.")
