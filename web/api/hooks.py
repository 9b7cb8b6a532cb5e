"""The programs that are told what happens; for administrators, whose token may manage."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from notifications import hooks
from web.api import models
from web.api.caller import acting
from workflow.access.permits import permit_office
from workflow.snapshot import Snapshot

router = APIRouter()


@router.get("/webhooks")
def webhooks(request: Request) -> models.Webhooks:
    """The addresses that are told, and were, newest first."""
    with acting(request, "manage") as (session, how):
        permit_office(how["by"], "webhooks")
        rows = Snapshot.within(session).rows(
            "select id, address, acts, made_at, made_by, upto, revoked_at from webhook order by id desc limit 1000"
        )
    items = [models.WebhookRow(**{**row, "acts": [act for act in row["acts"].split(",") if act]}) for row in rows]
    return models.Webhooks(items=items)


@router.post("/webhooks", status_code=201)
def add(request: Request, wish: models.WebhookWish) -> models.WebhookMade:
    """Tell an address from now on what happens; its secret is in this answer alone."""
    with acting(request, "manage") as (session, how):
        made, secret = hooks.add(session, wish.address, wish.acts, **how)
    return models.WebhookMade(id=made.id or 0, secret=secret)


@router.delete("/webhooks/{number}", status_code=204)
def end(request: Request, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> None:
    """Tell an address nothing more."""
    with acting(request, "manage") as (session, how):
        hooks.end(session, number, **how)
