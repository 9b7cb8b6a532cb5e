"""Acting through the link in a letter: GET shows the task and a form, POST records what is reported. Opening changes nothing.

A page is read from a view that cannot write. The act needs a choice that no program makes by itself, a nonce of the page, and the own
site as its origin; the address of the page is the secret, so no cookie plays a part. Every dead link looks the same from outside.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, Response
from pydantic import Field
from sqlmodel import Session
from starlette.background import BackgroundTask

from notifications import acts, links, receipts
from notifications.acts import Choice
from notifications.links import Link
from web import codes, files
from web.guard import MISSES, TooMany, count, own_site
from web.pages import Office, page
from workflow import dossier, terminal
from workflow.database import exclusive
from workflow.errors import BadInput, Busy, NotPermitted, Problem, Refused
from workflow.file_kinds import ALLOWED
from workflow.i18n import _
from workflow.limits import Limit
from workflow.names import printable
from workflow.occurrence import Occurrence
from workflow.reporting import fields
from workflow.reporting.answer import paired
from workflow.snapshot import Row, Snapshot, snapshot, stored
from workflow.standing import DONE, OPEN, standing
from workflow.timing import Timing

router = APIRouter()
NONCE_MINUTES = 30
FIELDS = ("choice", "words", "document_number", "document_on", "nothing", "until", "agency", "name")
LONGEST = {"words": 4000, "document_number": 100, "agency": 200, "name": 200}
NOT_US = "not_us"
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
PRESSES, EMPTY = Limit(30, 3600), Limit(200, 3600)  # for one link
AGAIN_TO = Limit(3, 86_400)  # new links to one mailbox


@router.api_route("/v/{token}", methods=["GET", "HEAD"], response_class=HTMLResponse)
def show(request: Request, token: str) -> Response:
    """Show the task of a link with a form, or the receipt of what was reported; write nothing."""
    return _shown(request, token)


@router.post("/v/{token}", response_class=HTMLResponse)
def act(
    request: Request,
    token: str,
    nonce: Annotated[str, Form(max_length=300)] = "",
    step: Annotated[str, Form(max_length=20)] = "",
    seen: Annotated[int | None, Form()] = None,
    code: Annotated[str, Form(max_length=20)] = "",
    choice: Annotated[str, Form(max_length=20)] = "",
    words: Annotated[str, Form()] = "",
    document_number: Annotated[str, Form()] = "",
    document_on: Annotated[str, Form(max_length=20)] = "",
    nothing: Annotated[str, Form(max_length=5)] = "",
    until: Annotated[str, Form(max_length=20)] = "",
    agency: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    item: Annotated[list[str] | None, Form()] = None,
    text: Annotated[list[str] | None, Form()] = None,
    shown: Annotated[list[Number] | None, Form()] = None,
    keep: Annotated[list[Number] | None, Form()] = None,
    evidence: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Record what is reported through a link; a second press shows the same receipt."""
    office: Office = request.app.state.office
    own_site(request)
    link = _found(request, token)
    if step == "again":
        return _again(request, token, link, choice)
    if not link or not link.alive:
        return _shown(request, token)
    meant = choice in (*Choice, NOT_US)  # what chooses nothing must not use up what a person may press
    count(request, f"{'press' if meant else 'empty'}:{link.id}", PRESSES if meant else EMPTY)
    typed = dict(zip(FIELDS, (choice, words, document_number, document_on, nothing, until, agency, name), strict=True))
    form: dict[str, str] = {}
    ticked = set(keep or ())
    try:
        form = paired(item or (), text or ())
        _fresh(office, link, nonce)
        if any(len(typed[field]) > longest for field, longest in LONGEST.items()):
            raise BadInput("One of the texts is too long.")
        reporting = link.purpose == links.REPORT
        if reporting and _still_open(link):
            files.drop(office, link, shown or (), keep or ())
            files.take(office, link, evidence or (), ticked)
            if step == "attach":
                return _shown(request, token, typed=typed, form=form, ticked=ticked, attached=True)
        _complete(typed, reporting=reporting)
        if (_still_open(link) or not reporting) and links.policy(
            link.row["link_policy"], office.settings
        ) == links.CODE:
            missing = codes.missing(office, link, code)
            if missing:
                page_ = _shown(request, token, typed=typed, form=form, ticked=ticked, code=True, problem=missing)
                return _posted(request, page_, office)
        recorded = _record(office, link, typed, form, seen, ticked) if reporting else _disown(office, link, typed)
    except (TooMany, Busy):
        raise
    except Problem as problem:
        status = 403 if isinstance(problem, NotPermitted) else 422
        return _shown(request, token, typed=typed, form=form, ticked=ticked, problem=str(problem), status=status)
    return _posted(request, _shown(request, token, recorded=recorded), office)


def _complete(typed: dict[str, str], *, reporting: bool) -> None:
    """Raise BadInput for a form without the choice that its page asks for, or without a name."""
    if reporting and typed["choice"] not in list(Choice):
        raise BadInput("Choose what you report.")
    if not reporting and typed["choice"] != NOT_US:
        raise BadInput("Tick that it was not your agency.")
    if not printable(typed["name"]):
        raise BadInput("State your name and position.")


def _again(request: Request, token: str, link: Link | None, choice: str) -> Response:
    """Send a new link for a dead one, to the registered mailbox only; the answer is the same whatever the token was."""
    office: Office = request.app.state.office
    if choice != "send":
        return _shown(request, token, problem=_("Tick that a new letter is to be sent."), status=422)
    count(request, "again", Limit(20, 3600), by_address=True)
    recipient = _renewable(office, link)
    if link and recipient and count(request, f"again:{recipient.lower()}", AGAIN_TO, refuse=False):
        with office.database.transaction() as session:
            occurrence = session.get_one(Occurrence, link.row["occurrence_id"])
            receipts.new_link(session, office.settings, office.keys, occurrence, recipient, at=office.now())
    text = _("If the link was ours and its task is still open, a letter with a new link is on its way to the mailbox that is registered for the agency.")  # fmt: skip
    return _posted(
        request, page(request, "message.html", title=_("Look into the mailbox of the agency"), text=text), office
    )


def _record(
    office: Office, link: Link, typed: dict[str, str], form: dict[str, str], seen: int | None, ticked: set[int]
) -> acts.Recorded | None:
    """Make the report with its receipts, all or nothing; returns what the receipt says, or None where the report itself is it."""
    at, today = office.now(), office.as_of().day
    with office.database.transaction() as session:
        occurrence = _still_theirs(session, office, link)
        report = acts.Report(
            Choice(typed["choice"]),
            typed["words"],
            printable(typed["document_number"]),
            terminal.day(typed["document_on"]) if typed["document_on"] else None,
            bool(typed["nothing"]) and typed["choice"] == Choice.DONE,
            terminal.day(typed["until"]) if typed["until"] else None,
            typed["agency"],
            tuple(files.evidence(session, link.id, ticked)),
            form,
        )
        by = acts.person(link.row["recipient"], typed["name"], occurrence, channel="link")
        known = seen if occurrence.status in OPEN else None
        made = acts.carry_out(session, occurrence, report, by=by, at=at, today=today, seen=known)
        if made.new:
            files.used(session, link.id)
            codes.used(session, link.id)
            receipts.receipt(session, office.settings, office.keys, occurrence, made, by=by, at=at, today=today)
        elif ticked:
            files.used(session, link.id)
    return None if typed["choice"] == Choice.DONE else made


def _disown(office: Office, link: Link, typed: dict[str, str]) -> acts.Recorded:
    """Take back what was done in the agency's name."""
    at, today = office.now(), office.as_of().day
    with office.database.transaction() as session:
        occurrence = _still_theirs(session, office, link)
        by = acts.person(link.row["recipient"], typed["name"], occurrence, channel="link")
        reason = printable(typed["words"]) or _("no reason stated")
        made = acts.disown(session, occurrence, link.row["about"], by=by, at=at, reason=reason)
        if made.new:
            how: dict[str, Any] = {"by": by, "at": at, "today": today, "own": False}
            receipts.receipt(session, office.settings, office.keys, occurrence, made, **how)
    return made


def _found(request: Request, token: str) -> Link | None:
    """The link of a token, dead or alive; whoever tries many that are not ours is slowed down."""
    office: Office = request.app.state.office
    with snapshot(office.settings.database.url) as view:
        link = links.look(view, office.keys, office.settings, token, at=office.now(), today=office.as_of().day)
    if not link or not link.alive:
        count(request, "miss", MISSES, by_address=True)
    return link


def _still_theirs(session: Session, office: Office, link: Link) -> Occurrence:
    """The occurrence of a link that acts at this moment, too: between the page and the press it may have passed to somebody else."""
    exclusive(session, "audit")
    view, today = Snapshot.within(session), office.as_of().day
    now = links.look(view, office.keys, office.settings, link.token, at=office.now(), today=today)
    if not now or not now.alive:
        raise Refused("Somebody else changed it at the same moment. Look at it again.")
    return session.get_one(Occurrence, now.row["occurrence_id"])


def _still_open(link: Link) -> bool:
    return link.row["status"] in OPEN


def _renewable(office: Office, link: Link | None) -> str:
    """The registered mailbox to which a new link may go; empty where there is nothing to report or the task is another agency's."""
    if not link or link.purpose == links.DISOWN or not _still_open(link) or link.row["confidential"]:
        return ""
    if links.policy(link.row["link_policy"], office.settings) == links.LOGIN:
        return ""
    if link.row["registered"]:
        return str(link.row["recipient"])
    with snapshot(office.settings.database.url) as view:
        return "" if _steps(view, link) else str(link.row["mailbox"] or "")


def _shown(
    request: Request,
    token: str,
    *,
    typed: dict[str, str] | None = None,
    form: dict[str, str] | None = None,
    ticked: set[int] | None = None,
    attached: bool = False,
    recorded: acts.Recorded | None = None,
    code: bool = False,
    problem: str = "",
    status: int = 200,
) -> Response:
    """The page of a token as the record is now, read from a view that cannot write."""
    office: Office = request.app.state.office
    as_of = office.as_of()
    with snapshot(office.settings.database.url) as view:
        link = links.look(view, office.keys, office.settings, token, at=office.now(), today=as_of.day)
        if not link or not link.alive:
            return _dead(request, view, link, problem=problem, status=status)
        row, kept = link.row, files.shown(view, link.id)
        asked = fields.of_link(view, row["occurrence_id"], as_of)
        latest = dossier.newest_report(view, row["occurrence_id"]) if row["status"] in DONE else None
        stated = dossier.stated(view, row["about"]) if row["about"] else None
    for one in asked:
        one["value"] = (form or {}).get(one["key"], one["value"])
    template = "disown.html" if link.purpose == links.DISOWN else "action.html"
    return page(
        request,
        template,
        status=status,
        token=token,
        row=row,
        nonce=_nonce(office, link),
        typed={**dict.fromkeys(FIELDS, ""), **(typed or {})},
        problem=problem,
        recorded=recorded,
        asked=asked,
        latest=latest,
        standing=standing(row["status"], row["due_on"], row["submitted_on"], as_of.day, as_of.soon_days),
        may_act=_still_open(link),
        code=code,
        uploads=kept,
        ticked={file["id"] for file in kept} if ticked is None else ticked,
        attached=attached,
        stated=stated,
        limit=office.settings.evidence,
        kinds=", ".join(ALLOWED),
        explanation=Timing.from_json(stored(row["timing"])).explain(),
    )


def _dead(request: Request, view: Snapshot, link: Link | None, *, problem: str, status: int) -> Response:
    """One answer for a forged, unknown, used up, revoked, replaced and expired link; one that a succession ended leads to the heir."""
    passed = link and link.row["revoked_at"] and not link.row["confidential"] and not link.row["registered"]
    steps = _steps(view, link) if link and passed else []
    if link and steps:
        return page(request, "passed_on.html", status=410, row=link.row, steps=steps)
    office: Office = request.app.state.office
    return page(
        request,
        "dead.html",
        status=404 if status == 200 else status,
        problem=problem,
        days=office.settings.links.days,
    )


def _steps(view: Snapshot, link: Link) -> list[Row]:
    """How a task passed to another agency since the link was given."""
    return view.rows(
        """select f.name as former, h.name as heir, coalesce(s.effective_on, p.moved_on) as effective_on,
            coalesce(s.basis, p.basis) as basis
        from handover p left join succession s on s.id = p.succession_id join agency f on f.id = coalesce(s.former_id, p.agency_id)
        join agency h on h.id = coalesce(s.heir_id, p.heir_id)
        where p.occurrence_id = :id and (s.applied_at >= :at or p.moved_on >= :given) order by p.id""",
        id=link.row["occurrence_id"],
        at=link.row["issued_at"],
        given=link.row["issued_at"].date() - timedelta(days=1),  # the day of the act, in whatever zone
    )


def _nonce(office: Office, link: Link) -> str:
    """What a page gives its form: for this link, for half an hour."""
    value = f"{link.id}.{int(office.now().timestamp())}.{secrets.token_urlsafe(8)}"
    return office.keys.signer("page").sign(value).decode()


def _fresh(office: Office, link: Link, nonce: str) -> None:
    """Raise NotPermitted for a form that does not come from a page of this link of the last half hour."""
    signer = office.keys.signer("page")
    value = signer.unsign(nonce).decode() if nonce.isascii() and signer.validate(nonce) else "0.0."
    number, moment, _random = value.split(".", 2)
    age = office.now().timestamp() - int(moment)
    if int(number) != link.id or not 0 <= age <= timedelta(minutes=NONCE_MINUTES).total_seconds():
        raise NotPermitted(
            "This page was open for too long. Nothing was recorded: look at it once more and press again."
        )


def _posted(request: Request, response: Response, office: Office) -> Response:
    """Let the letters that answer the act leave as soon as the page is there."""
    response.background = BackgroundTask(office.post)
    return response
