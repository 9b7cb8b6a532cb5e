"""The web application: routes, error pages and the headers that every answer carries."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from notifications.signing import KeyFile
from web import (
    actions,
    duties,
    feeds,
    files,
    lists,
    mine,
    overdue,
    papers,
    periods,
    pictures,
    proposal_tasks,
    proposals,
    reports,
    reviews,
    sign_in,
    succession,
    targets,
)
from web import office as office_pages
from web.api.app import http_error, interface
from web.dress import HEADERS, Dress
from web.guard import TooMany
from web.limits import BodyLimit, gone
from web.pages import Office, page
from web.visitor import SignInNeeded
from workflow import clock, health
from workflow.config import Settings
from workflow.database import Database
from workflow.errors import BadInput, Busy, NotFound, NotPermitted, Problem
from workflow.evidence import EvidenceStore
from workflow.i18n import _
from workflow.snapshot import snapshot

if TYPE_CHECKING:
    from web.metrics import Figures

log = logging.getLogger(__name__)


PARTS = (
    files,
    actions,
    sign_in,
    overdue,
    reviews,
    papers,
    periods,
    succession,
    lists,
    mine,
    duties,
    proposals,
    proposal_tasks,
    targets,
    office_pages,
    pictures,
    reports,
    feeds,
)


def create_app(settings: Settings, database: Database, *, now: Callable[[], datetime] = clock.now) -> FastAPI:
    """Return the application for one office; `now` is the clock of the pages."""
    app = FastAPI(title="dondoc", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    office = Office(settings, database, KeyFile(settings.links.key_file), EvidenceStore(settings.evidence), now)
    app.state.office = office
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.mount("/api/v1", interface(office))
    if settings.sign_in.issuer:
        from web import oidc  # what it stands on takes as long to load as all the rest

        app.include_router(oidc.router)
    for part in PARTS:
        app.include_router(part.router)
    app.add_api_route("/healthz", _healthz, methods=["GET"])
    app.add_api_route("/readyz", _readyz, methods=["GET"])
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(Exception, _failure)

    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_middleware(BodyLimit, most=settings.evidence.max_megabytes * 1_000_000 + 1_000_000, headers=HEADERS)
    app.add_middleware(Dress, office=office, figures=_figures(app, office))
    return app


def _figures(app: FastAPI, office: Office) -> Figures | None:
    """Count for `/metrics`, where the office has opened it."""
    if not office.settings.web.metrics:
        return None
    from web import metrics

    app.include_router(metrics.router)
    app.state.figures = figures = metrics.Figures(office)
    return figures


def _healthz() -> dict[str, str]:
    return {"status": "ok"}


def _readyz(request: Request) -> JSONResponse:
    """Whether the record can be read and the clock ticks; 503 with the reason otherwise."""
    office: Office = request.app.state.office
    try:
        with snapshot(office.settings.database.url) as view:
            found = health.state(view, office.as_of().day, office.settings.time_zone)
    except Problem as problem:
        return JSONResponse({"status": "unavailable", "reason": str(problem)}, 503)
    ticked, unsent = found["tick_at"], found["oldest_unsent_at"]
    troubles = health.troubles(found, office.now(), office.settings.schedule.late_minutes)
    return JSONResponse(
        {
            "status": "late" if troubles else "ok",
            "troubles": troubles,
            "last_tick": ticked.isoformat() if ticked else None,
            "oldest_unsent": unsent.isoformat() if unsent else None,
            "failed_letters": found["failed"],
        },
        503 if troubles else 200,
    )


def _told(request: Request, status: int, title: str, text: str) -> Response:
    """A page that says what went wrong, or the same for a script."""
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"problem": text}, status)
    return page(request, "message.html", status=status, title=title, text=text)


def _sign_in(request: Request, error: Exception) -> Response:
    """Lead to the sign-in and back to what was wanted."""
    onward = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    where = onward if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?next={quote(where)}" if where != "/" else "/sign-in", 303)


def _problem(request: Request, error: Exception) -> Response:
    known = ((NotFound, 404), (BadInput, 400), (NotPermitted, 403), (TooMany, 429), (Busy, 503))
    status = next((code for kind, code in known if isinstance(error, kind)), 409)
    answer = _told(request, status, _("This did not work"), str(error))
    if status == 503:
        answer.headers["Retry-After"] = "30"
    return answer


def _not_valid(request: Request, error: Exception) -> Response:
    text = _("What was sent is not what this page asks for, or too long. Nothing was recorded.")
    return _told(request, 422, _("This did not work"), text)


def _http_error(request: Request, error: Exception) -> Response:
    if request.url.path.startswith("/api/v1/"):  # with a line break in it, which no mount matches
        return http_error(request, error)
    code = error.status_code if isinstance(error, HTTPException) else 500
    words: dict[int, str] = {
        404: _("There is no such page."),
        405: _("This is not possible here."),
        413: _("What was sent is too large."),
    }
    title = _("Not found") if code == 404 else _("This did not work")
    return _told(request, code, title, words.get(code, _("Please try again later.")))


def _failure(request: Request, error: Exception) -> Response:
    log.error("%s failed", request.url.path.split("/")[1], exc_info=error)
    made = _told(request, 500, _("This did not work"), _("Nothing was recorded. Please try again later."))
    made.headers.update(HEADERS)  # it leaves past what dresses the others
    return made
