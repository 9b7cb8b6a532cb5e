"""How a program comes by an access token: six digits from the registered mailbox of the person it is to act for."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Path, Request
from sqlmodel import Session

from web import entering
from web.api import models
from web.pages import Office
from workflow import audit
from workflow.access.entry import AccessToken, Person, hashed
from workflow.names import bounded

router = APIRouter()


@router.post("/sign-in", status_code=202)
def begin(request: Request, wish: models.SignInWish, after: BackgroundTasks) -> models.SignInBegun:
    """Send six digits to a mailbox, if it is registered; the answer is the same if it is not."""
    office: Office = request.app.state.office
    handle, secret = entering.ask(request, wish.address)
    after.add_task(entering.send, office, secret)
    return models.SignInBegun(handle=handle)


@router.post("/sign-in/{handle}", status_code=201)
def finish(request: Request, handle: Annotated[str, Path(max_length=100)], digits: models.SignInDigits) -> models.Token:
    """Make an access token for the person whose mailbox the digits came to."""
    office: Office = request.app.state.office
    person = entering.admit(request, handle=handle, code=digits.code)
    with office.database.transaction() as session:
        made, secret = make_token(session, office, person, digits.name, list(digits.scopes), "api")
    return models.Token(
        token=secret,
        name=made.name,
        scopes=digits.scopes,
        until_on=made.until_on,
        person=person.name,
        language=office.settings.language,
        time_zone=office.settings.time_zone,
    )


def make_token(
    session: Session, office: Office, person: Person, name: str, scopes: list[str], channel: str
) -> tuple[AccessToken, str]:
    """A fresh token for a person, with its secret, of which the record keeps the hash."""
    secret = f"dondoc_{secrets.token_urlsafe(32)}"
    made = AccessToken(
        token_hash=hashed(secret),
        address=person.address,
        name=bounded(name, 100) or "–",
        scopes=" ".join(sorted(set(scopes))),
        made_at=office.now(),
        until_on=office.as_of().day + timedelta(days=office.settings.sign_in.token_days),
    )
    session.add(made)
    told = {"token": made.name, "scopes": made.scopes, "until": made.until_on.isoformat()}
    audit.record(session, "make token", person.address, by=person.by(channel), at=office.now(), after=told)
    return made, secret
