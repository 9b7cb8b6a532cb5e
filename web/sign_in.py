"""The pages of signing in and out. GET shows, POST acts: a scanner that opens the link of a letter signs nobody in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.background import BackgroundTask

from web import entering, visitor
from web.guard import TooMany, own_site
from web.pages import Office, page
from workflow.access.entry import Person
from workflow.errors import Busy, Problem
from workflow.i18n import LANGUAGES, _

router = APIRouter()
Short = Annotated[str, Form(max_length=200)]


@router.get("/sign-in", response_class=HTMLResponse)
def ask(request: Request, next: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Ask for the mailbox."""
    return _form(request, next)


@router.post("/sign-in", response_class=HTMLResponse)
def send(request: Request, address: Short = "", next: Annotated[str, Form(max_length=500)] = "/") -> Response:
    """Send a link and six digits, if the mailbox is registered; the page is the same if it is not."""
    office: Office = request.app.state.office
    own_site(request)
    if "@" not in address:
        problem = _("Give the address of your mailbox, such as hoa@langson.example.")
        return _form(request, next, problem, 422)
    handle, secret = entering.ask(request, address)
    answer = page(request, "sign_in_code.html", handle=handle, next=here(next), address=address.strip())
    answer.background = BackgroundTask(entering.send, office, secret)
    return answer


@router.post("/sign-in/code", response_class=HTMLResponse)
def enter(
    request: Request,
    handle: Short = "",
    code: Short = "",
    address: Short = "",
    next: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Come in with the six digits."""
    own_site(request)
    try:
        person = entering.admit(request, handle=handle, code=code or "-")
    except Problem as problem:
        told: dict[str, Any] = {"handle": handle, "next": here(next), "address": address, "problem": str(problem)}
        return page(request, "sign_in_code.html", status=_status(problem), **told)
    return come_in(request, person, here(next), "mail")


@router.get("/sign-in/{link}", response_class=HTMLResponse)
def show(request: Request, link: str) -> Response:
    """Ask whether to go on; nothing is used up by looking."""
    office: Office = request.app.state.office
    address = entering.addressee(office, link)
    if not address:
        problem = _("This sign-in does not hold any more. Begin a new one.")
        return _form(request, "/", problem, 404)
    return page(request, "sign_in_link.html", address=address)


@router.post("/sign-in/{link}", response_class=HTMLResponse)
def enter_by_link(request: Request, link: str) -> Response:
    """Come in with the link of the letter."""
    own_site(request)
    try:
        person = entering.admit(request, link=link)
    except Problem as problem:
        return _form(request, "/", str(problem), _status(problem))
    return come_in(request, person, "/", "mail")


@router.post("/sign-out")
def leave(request: Request, seal: Short = "", everywhere: Annotated[str, Form(max_length=1)] = "") -> Response:
    """End this session, or every one of the person; on the server, not only in the browser."""
    office: Office = request.app.state.office
    name = visitor.cookie(office)
    with visitor.acting(request, seal) as (session, how):
        person: Person = request.state.visitor.person
        token = "" if everywhere else request.cookies.get(name, "")
        visitor.end(session, at=how["at"], token=token, address=person.address)
        entering.note(session, office, person, "sign out", "web")
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(name, secure=name.startswith("__Host-"), httponly=True, samesite="lax")
    return answer


@router.post("/language")
def speak(request: Request, language: Short = "", next: Annotated[str, Form(max_length=500)] = "/") -> Response:
    """Speak another language to this browser from here on."""
    own_site(request)
    answer = RedirectResponse(here(next), 303)
    if language in LANGUAGES:
        answer.set_cookie(
            "language", language, max_age=31_536_000, httponly=True, samesite="lax", secure=_safe(request)
        )
    return answer


def _status(problem: Problem) -> int:
    return 429 if isinstance(problem, TooMany) else 503 if isinstance(problem, Busy) else 422


def _form(request: Request, onward: str, problem: str = "", status: int = 200) -> Response:
    """The page that asks for the mailbox, or for the account of the office."""
    office: Office = request.app.state.office
    rules = office.settings.sign_in
    ways = {"by_mail": rules.mail, "by_office": bool(rules.issuer)}
    return page(request, "sign_in.html", status=status, next=here(onward), problem=problem, **ways)


def come_in(request: Request, person: Person, onward: str, via: str) -> Response:
    """Begin a fresh session, whatever the browser brought along, and end what it brought."""
    office: Office = request.app.state.office
    name = visitor.cookie(office)
    with office.database.transaction() as session:
        if old := request.cookies.get(name, ""):
            visitor.end(session, at=office.now(), token=old)
        secret = visitor.begin(session, person.address, via, at=office.now())
        entering.note(session, office, person, "sign in", "web")
    answer = RedirectResponse(onward, 303)
    hours = office.settings.sign_in.hours
    answer.set_cookie(name, secret, max_age=hours * 3600, httponly=True, samesite="lax", secure=_safe(request))
    return answer


def _safe(request: Request) -> bool:
    office: Office = request.app.state.office
    return office.settings.links.base_url.startswith("https:")


def here(path: str) -> str:
    """A path of this site to go on to; anything else leads home."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain else "/"
