"""What programs may do: acts on duties, the same twice being done once; files that come as a stream."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from web.api import models
from web.api.caller import Caller, acting, answered
from web.pages import Office
from workflow.access.entry import KeptAnswer
from workflow.duties.carrying import carry_out
from workflow.duties.order import Order
from workflow.errors import BadInput, NotFound, Overtaken
from workflow.evidence import Evidence, shown_name
from workflow.message import Upload

router = APIRouter()
PART = 1 << 20
WITH_FILES = ("submit", "progress")
FILES_LIVE = timedelta(days=1)
ANY_BYTES = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.post("/acts")
def act(
    request: Request,
    order: models.Order,
    idempotency_key: Annotated[
        str,
        Header(
            max_length=200,
            description="8 to 200 characters; the same act sent again with the same key is answered, not done",
        ),
    ] = "",
    if_match: Annotated[
        str, Header(max_length=40, description='The ETag of the duty that the caller looked at, such as "3"')
    ] = "",
) -> models.Done:
    """Do one act on one duty, with the roles of the person the token acts for."""
    office: Office = request.app.state.office
    said = order.model_dump(exclude={"files"})
    seen = version_of(if_match)
    if order.files and order.act not in WITH_FILES:
        raise BadInput("This act takes no files; send them with: {acts}.", acts=", ".join(WITH_FILES))
    with acting(request) as (session, how):
        caller: Caller = request.state.caller
        name = digest = ""
        if idempotency_key:
            content = {**order.model_dump(mode="json"), "if_match": if_match}
            name, digest, before = answered(session, caller, idempotency_key, content)
            if before:
                return models.Done(**before)
        uploads = own_files(session, caller, order.files, how["at"])
        files = [Evidence(sha256=u.sha256 or "", name=u.name, size=u.size, media_type=u.media_type) for u in uploads]
        office.evidence.refuse_many(len(files))
        done = carry_out(session, Order(**said, seen=seen), **how, today=office.as_of().day, files=lambda: files)
        for upload in uploads:
            session.delete(upload)
        answer = done.to_json()
        if name:
            session.add(KeptAnswer(key=name, content_hash=digest, at=how["at"], answer=answer))
    return models.Done(**answer)


def version_of(tag: str) -> int | None:
    """The version in an If-Match header; None where there is none."""
    if not tag or tag.strip() == "*":
        return None
    plain = tag.strip().removeprefix("W/").strip('"')
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 9:
        raise Overtaken("If-Match names no version; the ETag of what you have looked at is one.")
    return int(plain)


def own_files(session: Session, caller: Caller, names: list[str], at: Any) -> list[Upload]:
    """The files that an order names, if the caller has sent them lately."""
    if not names:
        return []
    numbers = [int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 10]
    mine = select(Upload).where(
        col(Upload.id).in_(numbers), Upload.owner == caller.person.address, col(Upload.sha256).is_not(None)
    )
    found = {str(one.id): one for one in session.exec(mine.where(Upload.at > at - FILES_LIVE))}
    lost = [name for name in names if name not in found]
    if lost:
        raise BadInput("There is no such file here: {names}. Send it again.", names=", ".join(lost)[:200])
    return [found[name] for name in dict.fromkeys(names)]


@router.post("/files", status_code=201, openapi_extra={"requestBody": ANY_BYTES})
async def keep(
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=500)],
) -> models.Kept:
    """Take a file, sent as the plain body of the request; what it is follows from its content."""
    office: Office = request.app.state.office
    upload = await run_in_threadpool(_begin, request, name)
    try:
        size, waiting = 0, bytearray()
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= PART:
                size = await run_in_threadpool(_append, office, upload, size, bytes(waiting))
                waiting.clear()
        if waiting:
            size = await run_in_threadpool(_append, office, upload, size, bytes(waiting))
        return await run_in_threadpool(_finish, office, upload, size)
    except BaseException:
        await run_in_threadpool(_drop, office, upload)
        raise


def _begin(request: Request, name: str) -> Upload:
    with acting(request) as (session, how):
        caller: Caller = request.state.caller
        upload = Upload(owner=caller.person.address, name=shown_name(name), size=0, at=how["at"])
        session.add(upload)
        session.flush()
    return upload


def _append(office: Office, upload: Upload, size: int, chunk: bytes) -> int:
    """Add to a file; what is beyond the limit is counted and not kept, until it ends or the request is cut off."""
    if size + len(chunk) > office.evidence.limit:
        return size + len(chunk)
    return office.evidence.append(upload.part, size, chunk)


def _finish(office: Office, upload: Upload, size: int) -> models.Kept:
    if size > office.evidence.limit:
        limit = office.settings.evidence.max_megabytes
        raise BadInput(
            "{name} is larger than {limit} MB; send a smaller one, or several.", name=upload.name, limit=limit
        )
    if not size:
        raise BadInput("{name} is empty; send the file with its content.", name=upload.name)
    kept = office.evidence.whole(upload.part, upload.name)
    with office.database.transaction() as session:
        own = session.get(Upload, upload.id)
        if not own:
            raise NotFound("There is no such file here.")
        own.size, own.received, own.sha256, own.media_type = size, size, kept.sha256, kept.media_type
    return models.Kept(file=str(upload.id), name=upload.name, size=size, media_type=kept.media_type)


def _drop(office: Office, upload: Upload) -> None:
    """Forget a file that did not come whole."""
    with office.database.transaction() as session:
        if (own := session.get(Upload, upload.id)) and not own.sha256:
            session.delete(own)
            office.evidence.forget(upload.part)
