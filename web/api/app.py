"""The application of the interface: its routes, its description, and problems as RFC 9457 has them, in both languages."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from web.api import acting, entering, hooks, letters, models, office, periods, proposals, reading, succession, targets
from web.api.caller import Conflict, Unknown
from web.guard import TooMany
from web.limits import gone
from web.pages import Office
from workflow.errors import BadInput, Busy, NotFound, NotPermitted, Overtaken, Problem, Refused
from workflow.i18n import LANGUAGES, N_, _, language, speaking

log = logging.getLogger(__name__)

KINDS: tuple[tuple[type[Problem], int, str], ...] = (
    (Unknown, 401, N_("Nobody is signed in")),
    (NotPermitted, 403, N_("Not permitted")),
    (NotFound, 404, N_("Not found")),
    (Overtaken, 412, N_("Changed meanwhile")),
    (BadInput, 422, N_("Not as it must be")),
    (TooMany, 429, N_("Tried too often")),
    (Conflict, 409, N_("Refused")),
    (Busy, 503, N_("Busy for the moment")),
    (Refused, 409, N_("Refused")),
)
ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {"model": models.Problem, "description": title} for _kind, status, title in KINDS
}
ANSWERS[400] = {"model": models.Problem, "description": N_("Not as it must be")}
ANSWERS[413] = {"description": "Too large", "content": {"text/plain": {"schema": {"type": "string"}}}}


class Interface(FastAPI):
    """The application, whose description says that problems are of a type of their own, and what needs a token."""

    def openapi(self) -> dict[str, Any]:
        """The description; FastAPI would have every answer with a model be plain JSON."""
        if self.openapi_schema:
            return self.openapi_schema
        made = super().openapi()
        made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        for path, item in made["paths"].items():
            for operation in item.values():
                if not path.startswith("/sign-in"):
                    operation["security"] = [{"token": []}]
                for status, answer in operation["responses"].items():
                    if status >= "400" and "application/json" in answer.get("content", {}):
                        answer["content"]["application/problem+json"] = answer["content"].pop("application/json")
        return made


def interface(of: Office) -> FastAPI:
    """Return the interface of one office, to be mounted at /api/v1."""
    made = Interface(
        title="dondoc",
        version="1",
        description="Tasks, duties and acts of the office's record, for programs. Days are ISO dates, instants carry their zone. See docs/api.md.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses=ANSWERS,
        redirect_slashes=False,
    )
    made.state.office = of
    for part in (reading, office, periods, targets, succession, acting, proposals, letters, entering, hooks):
        made.include_router(part.router)
    made.add_exception_handler(Problem, _problem)
    made.add_exception_handler(RequestValidationError, _not_valid)
    made.add_exception_handler(HTTPException, http_error)
    made.add_exception_handler(ClientDisconnect, gone)
    made.add_exception_handler(Exception, _failure)
    return made


def _told(
    status: int, title: str, message: str, args: dict[str, object] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """A problem with its sentence in the language asked for and in both."""
    words = {}
    for one in LANGUAGES:
        with speaking(one):
            words[one] = _(message, **(args or {}))
    content = {
        "type": f"urn:dondoc:{status}",
        "title": _(title),
        "status": status,
        "detail": words[language()],
        "words": words,
    }
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    status, title = next(((code, title) for kind, code, title in KINDS if isinstance(error, kind)), (409, "Refused"))
    if (
        status == 412 and "if-match" not in request.headers
    ):  # nothing was asked of the version; somebody was faster all the same
        status, title = 409, N_("Refused")
    headers = (
        {"WWW-Authenticate": "Bearer"}
        if status == 401
        else {"Retry-After": "600"}
        if status == 429
        else {"Retry-After": "30"}
        if status == 503
        else {}
    )
    return _told(status, title, error.message, error.args_, headers)


def _not_valid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    where = "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors()[:5])
    return _told(422, KINDS[4][2], N_("What was sent is not what the interface takes: {where}"), {"where": where})


def http_error(request: Request, error: Exception) -> JSONResponse:
    """That there is no such thing here, or not in this way."""
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # a body that is no JSON at all
        return _told(400, KINDS[4][2], N_("What was sent is not what the interface takes: {where}"), {"where": "JSON"})
    words: dict[int, tuple[str, str]] = {
        404: (N_("Not found"), N_("There is no such page.")),
        405: (N_("This did not work"), N_("This is not possible here.")),
    }
    title, told = words.get(error.status_code, (N_("This did not work"), N_("Please try again later.")))
    return _told(error.status_code, title, told, None, dict(error.headers or {}))


def _failure(request: Request, error: Exception) -> JSONResponse:
    log.error("api %s failed", request.url.path.split("/")[-1][:40], exc_info=error)
    return _told(500, N_("This did not work"), N_("Nothing was recorded. Please try again later."))
