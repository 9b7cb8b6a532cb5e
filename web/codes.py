"""The six digits that some agencies' links ask for: sent to the registered mailbox, typed on the page, so that a forward alone is not enough."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from notifications import receipts
from notifications.links import Link
from web.pages import Office
from workflow.database import exclusive
from workflow.i18n import _
from workflow.limits import Limit, attempt
from workflow.message import LinkCode
from workflow.occurrence import Occurrence

LIFE = timedelta(minutes=30)
TRIES = 5
SENT = {"code": Limit(5, 3600), "code a day": Limit(10, 86_400)}  # codes for one link


def missing(office: Office, link: Link, typed: str) -> str:
    """Why the act waits for a code, after one was sent where that was due; empty where the right one was typed."""
    digits = re.sub(r"\D", "", typed)
    with office.database.transaction() as session:
        exclusive(session, "audit")  # of two that press at once one gets the code sent, both are asked for it
        waiting = _waiting(session, office, link)
        if waiting and digits:
            if office.keys.signer("code").verify_signature(f"{link.id}:{digits}", waiting.code_hash):
                return ""
            waiting.tries += 1
            return _("This is not the code of the newest letter; {n} tries are left.", n=TRIES - waiting.tries)
        if waiting:
            return _("Enter the code that was sent to the mailbox of the agency.")
        within = [attempt(session, f"{name}:{link.id}", one, at=office.now()) for name, one in SENT.items()]
        if not all(within):
            return _("Too many codes were asked for. Wait an hour, or use the newest letter.")
        _send(session, office, link)
    return _("A code of six digits was sent to the mailbox of the agency. Enter it to finish; nothing is recorded yet.")


def used(session: Session, link_id: int) -> None:
    """Drop the codes of a link: with the last one the act was done."""
    session.execute(delete(LinkCode).where(col(LinkCode.link_id) == link_id))


def _waiting(session: Session, office: Office, link: Link) -> LinkCode | None:
    """The newest code of a link that still holds."""
    own = select(LinkCode).where(LinkCode.link_id == link.id, LinkCode.tries < TRIES, LinkCode.at > office.now() - LIFE)
    return session.exec(own.order_by(col(LinkCode.id).desc()).limit(1)).first()


def _send(session: Session, office: Office, link: Link) -> None:
    digits = f"{secrets.randbelow(1_000_000):06}"
    session.add(LinkCode(link_id=link.id, code_hash=_signed(office, link, digits), at=office.now()))
    occurrence = session.get_one(Occurrence, link.row["occurrence_id"])
    mailbox = occurrence.agency.mailbox or link.row["recipient"]
    receipts.code(session, office.settings, occurrence.agency, link.row["code"], digits, mailbox, at=office.now())


def _signed(office: Office, link: Link, digits: str) -> str:
    return office.keys.signer("code").get_signature(f"{link.id}:{digits}").decode()
