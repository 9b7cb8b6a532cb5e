"""Files that come in through a link: kept as they arrive, so that a bad line or a form that was not complete loses none of them.

With a script they come in parts and go on where the line broke; without one, with the form. They belong to nothing until a report
takes them; what no report takes is forgotten after two days.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from notifications import links
from notifications.links import Link
from web.guard import MISSES, count, own_site
from web.pages import Office
from workflow.database import exclusive
from workflow.errors import BadInput, Problem, Refused
from workflow.evidence import Evidence, shown_name
from workflow.limits import Limit
from workflow.message import Upload
from workflow.names import printable
from workflow.snapshot import Row, Snapshot, snapshot
from workflow.standing import OPEN

router = APIRouter()
FORGOTTEN = datetime(2000, 1, 1, tzinfo=UTC)  # the day of what is to be taken away
PARTS = Limit(3000, 3600)  # for one link: 250 MB in parts of 256 kB, three times over


class Announced(BaseModel):
    """A file that a browser wants to send."""

    name: str = Field(max_length=500)
    size: int = Field(ge=1)
    mark: str = Field(default="", max_length=400)


@router.post("/v/{token}/files")
def announce(request: Request, token: str, file: Announced) -> JSONResponse:
    """Begin a file, or find how much of it is here already."""
    office: Office = request.app.state.office
    link = _acting(request, token)
    with office.database.transaction() as session:
        exclusive(session, "audit")  # the same file announced twice at once is one
        own, mark = _own(session, link.id), printable(file.mark)
        known = next((u for u in own if mark and (u.mark, u.size) == (mark, file.size)), None)
        if not known:
            _within(office, own, file.name, file.size)
            known = Upload(link_id=link.id, name=shown_name(file.name), size=file.size, mark=mark, at=office.now())
            session.add(known)
            session.flush()
        return JSONResponse({"id": known.id, "received": known.received, "whole": bool(known.sha256)})


@router.put("/v/{token}/files/{number}")
async def part(
    request: Request,
    token: str,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    upload_offset: Annotated[int, Header(ge=0)],
) -> JSONResponse:
    """Take a part of a file; the answer says how much of it is here, also where the part did not fit (409)."""
    from starlette.concurrency import run_in_threadpool

    chunk = await request.body()
    return await run_in_threadpool(_part, request, token, number, upload_offset, chunk)


def _part(request: Request, token: str, number: int, offset: int, chunk: bytes) -> JSONResponse:
    office: Office = request.app.state.office
    link, refused = _acting(request, token), None
    with office.database.transaction() as session:
        upload = session.get(Upload, number, with_for_update=True)
        if not upload or upload.link_id != link.id or upload.at <= FORGOTTEN:
            raise BadInput("There is no such file here.")
        if upload.sha256:  # the answer to its last part was lost on the way
            return JSONResponse({"received": upload.size, "whole": True})
        if offset + len(chunk) > upload.size:
            raise BadInput("{name} is larger than was announced.", name=upload.name)
        fits = upload.received == offset
        upload.received = office.evidence.append(upload.part, offset, chunk)
        if upload.received == upload.size:
            try:
                kept = office.evidence.whole(upload.part, upload.name)
                upload.sha256, upload.media_type = kept.sha256, kept.media_type
            except Problem as problem:  # by its content it is nothing that counts; it is not asked for again
                _forget(session, [upload])
                refused = problem
        state = {"received": upload.received, "whole": bool(upload.sha256)}
    if refused:
        raise refused
    return JSONResponse(state, 200 if fits else 409)


def _acting(request: Request, token: str) -> Link:
    """The link of a token that may still bring files; raises Refused."""
    office: Office = request.app.state.office
    own_site(request)
    if request.headers.get("sec-fetch-site") not in (None, "same-origin"):
        raise Refused("This form was sent from another site.")
    with snapshot(office.settings.database.url) as view:
        link = links.look(view, office.keys, office.settings, token, at=office.now(), today=office.as_of().day)
    if not link:
        count(request, "miss", MISSES, by_address=True)
    if not link or not link.alive or link.purpose != links.REPORT or link.row["status"] not in OPEN:
        raise Refused("Nothing can be sent here any more.")
    count(request, f"files:{link.id}", PARTS, alone=True)
    return link


def take(office: Office, link: Link, sent: Sequence[UploadFile], ticked: set[int]) -> None:
    """Keep the files that came with a form, each for itself, and tick them; raises for the first that is refused."""
    refused = list[Problem]()
    for file in sent:
        if file.filename:
            try:
                ticked.add(_keep(office, link, file))
            except Problem as problem:
                refused.append(problem)
    if refused:
        raise refused[0]


def _keep(office: Office, link: Link, file: UploadFile) -> int:
    with office.database.transaction() as session:
        _within(office, _own(session, link.id), file.filename or "", file.size or 0)
    kept = office.evidence.keep(file.filename or "", file.file)
    with office.database.transaction() as session:
        exclusive(session, "audit")
        same = next((one for one in _own(session, link.id) if one.sha256 == kept.sha256), None)
        if not same:
            same = Upload(
                link_id=link.id,
                name=kept.name,
                size=kept.size,
                received=kept.size,
                sha256=kept.sha256,
                media_type=kept.media_type,
                at=office.now(),
            )
            session.add(same)
            session.flush()
        return same.id or 0


def drop(office: Office, link: Link, shown_: Sequence[int], keep: Sequence[int]) -> None:
    """Forget the files that the form showed and that are not ticked any more; what it did not show is another person's."""
    unticked = set(shown_) - set(keep)
    if unticked:
        with office.database.transaction() as session:
            _forget(session, [one for one in _own(session, link.id) if one.sha256 and one.id in unticked])


def shown(view: Snapshot, link_id: int) -> list[Row]:
    """The whole files that a report through this link would bring."""
    return view.rows(
        "select id, name, size from upload where link_id = :id and sha256 is not null and at > :since order by id",
        id=link_id,
        since=FORGOTTEN,
    )


def evidence(session: Session, link_id: int, chosen: Collection[int]) -> list[Evidence]:
    """The chosen files of a link, as far as they are whole, as evidence of a report."""
    return [
        Evidence(sha256=one.sha256, name=one.name, size=one.size, media_type=one.media_type)
        for one in _own(session, link_id)
        if one.sha256 and one.id in chosen
    ]


def used(session: Session, link_id: int) -> None:
    """Forget what a report has taken, and what was left beside it."""
    _forget(session, _own(session, link_id))


def _own(session: Session, link_id: int) -> list[Upload]:
    mine = select(Upload).where(Upload.link_id == link_id, Upload.at > FORGOTTEN)
    return list(session.exec(mine.order_by(col(Upload.id))))


def _forget(session: Session, uploads: Sequence[Upload]) -> None:
    """Leave files to the tick, which takes their content away where nothing else has it."""
    for one in uploads:
        one.at, one.mark = FORGOTTEN, ""
    session.flush()


def _within(office: Office, own: Sequence[Upload], name: str, size: int) -> None:
    """Raise where a file is too large, or one too many."""
    if size > office.evidence.limit:
        raise BadInput(
            "{name} is larger than {limit} MB; send a smaller one, or several.",
            name=shown_name(name),
            limit=office.settings.evidence.max_megabytes,
        )
    office.evidence.refuse_many(len(own) + 1)
