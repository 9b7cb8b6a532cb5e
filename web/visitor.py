"""Who looks and who acts: the person behind a request, by the session of the browser or by what the proxy in front says."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request
from sqlalchemy import update
from sqlmodel import Session, col, func

from web.guard import own_site
from web.pages import Office
from workflow.access.entry import Person, WebSession, hashed, person_at
from workflow.errors import NotPermitted
from workflow.snapshot import Snapshot, snapshot

SEEN_EVERY = timedelta(minutes=5)  # how exactly the record knows when somebody was last here


class SignInNeeded(Exception):
    """This page is for people who have signed in."""


@dataclass(frozen=True)
class Visitor:
    """Whoever makes a request; nobody in particular where `person` is None. `session` is the number of the browser's session."""

    person: Person | None = None
    session: int = 0
    until: datetime | None = None  # when the session ends, whatever happens

    @property
    def seal(self) -> str:
        """What a form of this visitor is bound to."""
        return f"{self.session}:{self.person.address if self.person else ''}"


NOBODY = Visitor()


def cookie(office: Office) -> str:
    """The name of the session's cookie; over https browsers keep one of this name from every other host."""
    return "__Host-dondoc" if office.settings.links.base_url.startswith("https:") else "dondoc"


def visitor(request: Request, view: Snapshot) -> Visitor:
    """The person of a request as the record knows them now; NOBODY without a session that still holds."""
    office: Office = request.app.state.office
    today = office.as_of().day
    stated = _stated(request, office)
    if stated:
        person = person_at(view, stated, today)
        return Visitor(person) if person else NOBODY
    token = request.cookies.get(cookie(office), "")
    if not token:
        return NOBODY
    rows = view.rows(
        "select id, address, began_at, seen_at from web_session where token_hash = :hash and ended_at is null",
        hash=hashed(token),
    )
    if not rows:
        return NOBODY
    row, rules = rows[0], office.settings.sign_in
    until = min(row["began_at"] + timedelta(hours=rules.hours), row["seen_at"] + timedelta(minutes=rules.idle_minutes))
    if office.now() >= until:
        return NOBODY
    person = person_at(view, row["address"], today)
    if not person:
        return NOBODY
    if office.now() - row["seen_at"] >= SEEN_EVERY:
        request.state.seen = row["id"]
    return Visitor(person, row["id"], until)


def _stated(request: Request, office: Office) -> str:
    """The mailbox that a trusted proxy states; what anybody else sends under that name counts for nothing."""
    rules = office.settings.sign_in
    near = request.client.host if request.client else ""
    return request.headers.get(rules.header, "").strip() if rules.header and near in rules.proxies else ""


@contextmanager
def looking(request: Request, *, everybody: bool = False) -> Iterator[Snapshot]:
    """The record as the visitor of a page may see it; raises SignInNeeded for nobody, but for pages that are for `everybody`
    once the office has opened its lists.
    """
    office: Office = request.app.state.office
    with snapshot(office.settings.database.url) as view:
        who = visitor(request, view)
        request.state.visitor = who
        if not who.person and not (everybody and office.settings.web.open_lists):
            raise SignInNeeded
        view.sees = who.person.agencies if who.person else frozenset()
        yield view


@contextmanager
def acting(request: Request, seal: str) -> Iterator[tuple[Session, dict[str, Any]]]:
    """The transaction of a form that acts: from our own page, of the same session, by a person with the roles of this moment."""
    office: Office = request.app.state.office
    own_site(request)
    with office.database.transaction() as session:
        who = visitor(request, Snapshot.within(session))
        request.state.visitor = who
        if not who.person:
            raise SignInNeeded
        if not office.keys.signer("form").verify_signature(who.seal, seal):
            raise NotPermitted("This form belongs to another session. Nothing was recorded: look at the page once more and press again.")  # fmt: skip
        yield session, {"by": who.person.by("web"), "at": office.now()}


def begin(session: Session, address: str, via: str, *, at: datetime) -> str:
    """Begin a session under a new secret; returns the secret, of which the record keeps the hash."""
    secret = secrets.token_urlsafe(32)
    session.add(WebSession(token_hash=hashed(secret), address=address, via=via, began_at=at, seen_at=at))
    return secret


def end(session: Session, *, at: datetime, token: str = "", address: str = "") -> None:
    """End the session of a secret, or every session of an address."""
    own = (
        col(WebSession.token_hash) == hashed(token) if token else func.lower(col(WebSession.address)) == address.lower()
    )
    session.execute(update(WebSession).where(own, col(WebSession.ended_at).is_(None)).values(ended_at=at))


def seen(office: Office, number: int) -> None:
    """Note that somebody is still here."""
    with office.database.transaction() as session:
        session.execute(update(WebSession).where(col(WebSession.id) == number).values(seen_at=office.now()))
