"""Calendar feeds over HTTP: looking changes nothing, and an address that never was looks like one that was revoked."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from notifications import feeds
from web.pages import Office
from workflow.snapshot import snapshot

router = APIRouter()


@router.api_route("/ics/{secret}.ics", methods=["GET", "HEAD"])
def feed(request: Request, secret: str) -> Response:
    """The deadlines behind a secret address, for calendar programs."""
    office: Office = request.app.state.office
    with snapshot(office.settings.database.url) as view:
        found = feeds.content(view, office.settings, secret, at=office.now())
    if found is None:
        raise HTTPException(404)
    return Response(
        found,
        media_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": "inline; filename=han-nhiem-vu.ics"},
    )
