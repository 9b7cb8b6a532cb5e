"""Letters on paper by programs: drafted, taken as Word files, numbered, dropped, mailed; with the rights of the pages."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path as Folder
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.background import BackgroundTask

from notifications import signed
from reports import drafting, paper
from reports.writing import MEDIA_TYPES
from web.api import models
from web.api.acting import own_files
from web.api.caller import once, reading
from web.api.office import _overseer
from web.pages import Office
from workflow import dispatch
from workflow.basis import Basis
from workflow.dispatch_kind import Kind
from workflow.evidence import Evidence
from workflow.names import bounded

router = APIRouter(prefix="/letters")
WORD = MEDIA_TYPES["docx"]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Named = Annotated[str, Field(max_length=300)]
Once = Annotated[
    str, Header(max_length=200, description="8 to 200 characters; the same sent again is answered, not done")
]


class LetterWish(BaseModel):
    """What letter is wanted: about duties, as an answer to requests, or on a hand-over."""

    model_config = ConfigDict(extra="forbid")
    kind: Kind
    directive: Named = Field("", description="Choose the duties from one directive, by code or number")
    agency: Named = ""
    section: Named = ""
    soon: bool = Field(False, description="Of a reminder: also what is due soon")
    duties: Annotated[list[Id], Field(max_length=500)] = Field([], description="Numbers of duties, instead of choosing")
    requests: Annotated[list[Id], Field(max_length=500)] = Field(
        [], description="Of an answer: numbers of decided requests"
    )
    former: Named = Field("", description="Of a hand-over: the agency that gave")
    heir: Named = Field("", description="Of a hand-over: the agency that took over")
    answer_by: date | None = Field(
        None, description="Of a reminder or a request for a report: the last day for the answer"
    )
    subject: Named = ""
    about: Annotated[str, Field(max_length=1000)] = ""


class LetterDrafted(BaseModel):
    """A letter by its number, and about how many tasks of how many agencies it is."""

    letter: int
    tasks: int
    agencies: int


class NumberGiven(BaseModel):
    """The number and day that the clerk gave a letter."""

    model_config = ConfigDict(extra="forbid")
    number: Annotated[str, Field(min_length=1, max_length=200)]
    on: date


class LetterLeft(BaseModel):
    """A letter that has left, and in the history of how many tasks it stands."""

    letter: int
    number: str
    tasks: int


class LetterDropped(BaseModel):
    """A letter that will not be sent."""

    letter: int


class SendWish(BaseModel):
    """The signed letter to mail: a file as `POST /files` calls it; empty where it was brought before."""

    model_config = ConfigDict(extra="forbid")
    file: Annotated[str, Field(max_length=20)] = ""
    copy_: bool = Field(False, alias="copy", description="Also to the office's own mailbox")


class LetterMailed(BaseModel):
    """Whom a letter goes to now, who had it before, whom no letter reaches; `lines` for a person."""

    recipients: list[str]
    before: list[str]
    unreachable: list[str]
    lines: list[str]


@router.get("")
def listed(request: Request) -> models.Rows:
    """The newest 500 letters with what became of each; for those who oversee the work."""
    with reading(request) as view:
        _overseer(request)
        return models.Rows(items=paper.listed(view))


@router.post("", status_code=201)
def draft(request: Request, wish: LetterWish, idempotency_key: Once = "") -> LetterDrafted:
    """Keep a letter that is to be signed."""
    office: Office = request.app.state.office

    def make(session: Session, how: dict[str, Any]) -> dict[str, Any]:
        told = wish.model_dump()
        told |= {"kind": wish.kind.value, "duties": tuple(wish.duties), "requests": tuple(wish.requests)}
        return drafting.counted(drafting.draft(session, drafting.Wish(**told), as_of=office.as_of(), **how))

    return LetterDrafted(**once(request, idempotency_key, wish.model_dump(mode="json"), make))


@router.get(
    "/{number}/file", response_class=Response, responses={200: {"content": {WORD: {"schema": {"type": "string", "format": "binary"}}}}}
)  # fmt: skip
def file(request: Request, number: Number) -> Response:
    """A letter as a Word file, with its number and day left blank."""
    office: Office = request.app.state.office
    with tempfile.TemporaryDirectory() as folder, reading(request) as view:
        _overseer(request)
        target = Folder(folder) / "letter.docx"
        paper.write_again(office.settings, view, number, target)
        return Response(target.read_bytes(), media_type=WORD)


@router.post("/{number}/number")
def give_number(request: Request, number: Number, given: NumberGiven, idempotency_key: Once = "") -> LetterLeft:
    """Enter the number that the clerk gave: from then on the letter stands in the history of each of its tasks."""

    def make(session: Session, how: dict[str, Any]) -> dict[str, Any]:
        found = dispatch.find_dispatch(session, number, lock=True)
        left = dispatch.give_number(session, found, Basis(bounded(given.number, 200), given.on), **how)
        return {"letter": number, "number": found.number, "tasks": len(left)}

    return LetterLeft(**once(request, idempotency_key, {"of": number, **given.model_dump(mode="json")}, make))


@router.post("/{number}/drop")
def drop(request: Request, number: Number, idempotency_key: Once = "") -> LetterDropped:
    """Say that a letter will not be sent."""

    def make(session: Session, how: dict[str, Any]) -> dict[str, Any]:
        dispatch.drop(session, dispatch.find_dispatch(session, number, lock=True), **how)
        return {"letter": number}

    return LetterDropped(**once(request, idempotency_key, {"drop": number}, make))


@router.post("/{number}/send", response_model=LetterMailed)
def send(request: Request, number: Number, wish: SendWish, idempotency_key: Once = "") -> Response:
    """Mail a letter that has its number, with the signed file, to the agencies it is addressed to; each address once."""
    office: Office = request.app.state.office

    def make(session: Session, how: dict[str, Any]) -> dict[str, Any]:
        uploads = own_files(session, request.state.caller, [wish.file] if wish.file else [], how["at"])
        files = [Evidence(sha256=u.sha256 or "", name=u.name, size=u.size, media_type=u.media_type) for u in uploads]
        found = dispatch.find_dispatch(session, number, lock=True)
        bring = files.pop if files else None
        done = signed.mail(session, office.settings, found, bring, copy=wish.copy_, today=office.as_of().day, **how)
        for upload in uploads:
            session.delete(upload)
        return {**vars(done), "lines": done.lines()}

    told = LetterMailed(**once(request, idempotency_key, {"of": number, **wish.model_dump(mode="json")}, make))
    return Response(told.model_dump_json(), media_type="application/json", background=BackgroundTask(office.post))
