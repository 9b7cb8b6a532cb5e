"""Coming in by mail: a link and six digits to a registered mailbox, once each and not for long; the answer never says who is registered."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from fastapi import Request
from sqlmodel import Session, select

from notifications import receipts
from web.guard import count
from web.pages import Office
from workflow import audit
from workflow.access.entry import Person, SignIn, hashed, person_at
from workflow.database import exclusive
from workflow.errors import BadInput, Refused
from workflow.limits import Limit
from workflow.names import printable
from workflow.snapshot import Snapshot, snapshot

LIFE = timedelta(minutes=15)
TRIES = 5
WISHES = Limit(60, 3600)  # from one address of the network
MINE = Limit(5, 3600)  # for one mailbox from one address of the network
LETTERS = Limit(15, 3600)  # to one mailbox, whoever asks
GUESSES = Limit(60, 3600)  # of digits and links, from one address of the network


def ask(request: Request, address: str) -> tuple[str, str]:
    """Begin a sign-in; returns its handle and the secret of its link. The same work whoever is meant; `send` writes the letter."""
    office: Office = request.app.state.office
    if not office.settings.sign_in.mail:
        raise Refused("Nobody signs in by mail here; use the sign-in of the office.")
    count(request, "sign-in", WISHES, by_address=True)
    mailbox = printable(address).lower()[:200]
    free = count(request, f"sign-in:{mailbox}", MINE, by_address=True, refuse=False, alone=True)
    free &= count(request, f"sign-in to:{mailbox}", LETTERS, refuse=False, alone=True)
    handle, link, digits = secrets.token_urlsafe(16), secrets.token_urlsafe(24), f"{secrets.randbelow(1_000_000):06}"
    with office.database.transaction() as session:
        session.add(
            SignIn(
                handle=handle,
                address=mailbox if free else "",
                link_hash=hashed(link),
                code_hash=_signed(office, handle, digits),
                at=office.now(),
            )
        )
    return handle, f"{link}.{digits}"


def send(office: Office, secret: str) -> None:
    """Write the letter of a sign-in and send it, if somebody is registered with the address; once the page has been answered."""
    link, _dot, digits = secret.partition(".")
    with office.database.transaction() as session:
        own = session.exec(select(SignIn).where(SignIn.link_hash == hashed(link))).one()
        person = person_at(Snapshot.within(session), own.address, office.as_of().day) if own.address else None
        if person:
            url = f"{office.settings.links.base_url.rstrip('/')}/sign-in/{link}"
            receipts.sign_in(session, office.settings, person.address, person.name, url, digits, at=office.now())
    if person:
        office.post()


def admit(request: Request, *, handle: str = "", code: str = "", link: str = "") -> Person:
    """The person who holds the digits or the link of a sign-in, which with that is used up; raises BadInput or Refused."""
    office: Office = request.app.state.office
    count(request, "guess", GUESSES, by_address=True)
    with office.database.transaction() as session:
        exclusive(session, "audit")  # of two that use it at once one comes in
        own = select(SignIn).where(SignIn.link_hash == hashed(link) if link else SignIn.handle == printable(handle))
        found = session.exec(own).first()
        alive = found and not found.used_at and found.tries < TRIES and office.now() - found.at < LIFE
        if not found or not alive:
            raise Refused("This sign-in does not hold any more. Begin a new one.")
        digits = re.sub(r"\D", "", code)
        right = bool(link) or office.keys.signer("sign-in").verify_signature(f"{handle}:{digits}", found.code_hash)
        left = TRIES - found.tries - 1
        person = person_at(Snapshot.within(session), found.address, office.as_of().day) if right else None
        if person:
            found.used_at = office.now()
        else:
            found.tries += 1
    if not person:
        raise BadInput("These are not the digits of the newest letter; {n} tries are left.", n=left)
    return person


def note(session: Session, office: Office, person: Person, act: str, channel: str) -> None:
    """Let the history say that somebody came in or went."""
    audit.record(session, act, person.address, by=person.by(channel), at=office.now())


def addressee(office: Office, link: str) -> str:
    """Whose sign-in a link is, for the page that asks whether to go on; empty where it does not hold."""
    with snapshot(office.settings.database.url) as view:
        rows = view.rows(
            "select address from sign_in where link_hash = :hash and used_at is null and tries < :tries and at > :since",
            hash=hashed(link),
            tries=TRIES,
            since=office.now() - LIFE,
        )
    return str(rows[0]["address"]) if rows else ""


def _signed(office: Office, handle: str, digits: str) -> str:
    return office.keys.signer("sign-in").get_signature(f"{handle}:{digits}").decode()
