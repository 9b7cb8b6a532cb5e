"""Who calls: the person whose access token a program holds, and what it may do for them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

from fastapi import Request
from sqlalchemy import update
from sqlmodel import Session, col

from web.guard import MISSES, count
from web.pages import Office
from workflow.access.entry import AccessToken, KeptAnswer, Person, hashed, person_at
from workflow.database import exclusive
from workflow.errors import BadInput, NotPermitted, Problem
from workflow.i18n import N_
from workflow.snapshot import Snapshot, snapshot

USED_EVERY = timedelta(minutes=5)


class Unknown(Problem):
    """Nobody is known by what was sent; sign in (again)."""


class Conflict(Problem):
    """What was sent does not go with what was sent before."""


class Caller(NamedTuple):
    """The person a program acts for, and for what."""

    person: Person
    scopes: frozenset[str]
    token: int


def _caller(request: Request, view: Snapshot, scope: str) -> Caller:
    office: Office = request.app.state.office
    kind, _space, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise Unknown(N_("Send an access token: Authorization: Bearer …"))
    rows = view.rows(
        "select id, address, scopes, until_on, used_at from access_token where token_hash = :hash and revoked_at is null",
        hash=hashed(secret.strip()),
    )
    today = office.as_of().day
    row = rows[0] if rows and rows[0]["until_on"] >= today else None
    person = person_at(view, row["address"], today) if row else None
    if not row or not person:
        request.state.missed = True
        raise Unknown(N_("This access token does not hold any more. Sign in again."))
    caller = Caller(person, frozenset(row["scopes"].split()), row["id"])
    if scope not in caller.scopes:
        raise NotPermitted(
            "This access token is for: {scopes}. This needs: {scope}.", scopes=row["scopes"], scope=scope
        )
    if not row["used_at"] or office.now() - row["used_at"] >= USED_EVERY:
        request.state.used = row["id"]
    return caller


@contextmanager
def reading(request: Request) -> Iterator[Snapshot]:
    """The record as the caller may see it."""
    office: Office = request.app.state.office
    try:
        with snapshot(office.settings.database.url) as view:
            caller = _caller(request, view, "read")
            request.state.caller = caller
            view.sees = caller.person.agencies
            yield view
    except Unknown:
        _missed(request)
        raise
    if getattr(request.state, "used", 0):
        with office.database.transaction() as session:
            _use(request, session)


@contextmanager
def acting(request: Request, scope: str = "act") -> Iterator[tuple[Session, dict[str, Any]]]:
    """The transaction of an act of the caller, with who and when."""
    office: Office = request.app.state.office
    try:
        with office.database.transaction() as session:
            caller = _caller(request, Snapshot.within(session), scope)
            request.state.caller = caller
            _use(request, session)
            yield session, {"by": caller.person.by("api"), "at": office.now()}
    except Unknown:
        _missed(request)
        raise


def _missed(request: Request) -> None:
    """Slow down whoever tries tokens."""
    if getattr(request.state, "missed", False):
        count(request, "miss", MISSES, by_address=True)


def _use(request: Request, session: Session) -> None:
    """Note that a token is in use."""
    number = getattr(request.state, "used", 0)
    office: Office = request.app.state.office
    if number:
        session.execute(update(AccessToken).where(col(AccessToken.id) == number).values(used_at=office.now()))


def answered(session: Session, caller: Caller, key: str, content: Any) -> tuple[str, str, dict[str, Any] | None]:
    """What was answered to the very same act before, with the names under which the new answer is to be kept.

    Raises BadInput for a key that cannot be one, Conflict where it came with another content.
    """
    if not (8 <= len(key) <= 200 and key.isascii() and key.isprintable()):
        raise BadInput("Send an Idempotency-Key of 8 to 200 plain characters, a new one for each act.")
    exclusive(session, "audit")  # of two that send the same at once the second finds the answer of the first
    name = hashed(f"{caller.person.address}\n{key}")
    told = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()
    found = session.get(KeptAnswer, name)
    if found and found.content_hash != digest:
        raise Conflict(N_("This Idempotency-Key was sent with another content before. Take a new one."))
    return name, digest, found.answer if found else None


def once(
    request: Request,
    key: str,
    content: dict[str, Any],
    make: Callable[[Session, dict[str, Any]], dict[str, Any]],
    scope: str = "act",
) -> dict[str, Any]:
    """What an act answers; with a key, what it answered when it was sent before."""
    with acting(request, scope) as (session, how):
        caller: Caller = request.state.caller
        name = digest = ""
        if key:
            name, digest, before = answered(session, caller, key, content)
            if before:
                return before
        told = make(session, how)
        if name:
            session.add(KeptAnswer(key=name, content_hash=digest, at=how["at"], answer=told))
    return told
