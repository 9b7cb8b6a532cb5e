"""Action links: a signed permission for one act on one occurrence for one recipient.

The token is a random 128-bit number and a signature over it, with the act as salt; the record keeps only its SHA-256. It acts
until `links.days` after its letter was sent. Opening a link changes nothing.
"""

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from itsdangerous import BadSignature, Signer
from sqlmodel import Session, select

from workflow.agency import FocalPoint
from workflow.config import LinkSettings
from workflow.errors import BadInput
from workflow.message import ActionLink, Message
from workflow.occurrence import Occurrence
from workflow.register.succession import Handover
from workflow.snapshot import Row

REPORT_DONE = "report_done"


class _Signer(Signer):
    """Derives each key once: a morning signs thousands of links."""

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        known: dict[str | bytes | None, bytes] = self.__dict__.setdefault("_derived", {})
        if secret_key not in known:
            known[secret_key] = super().derive_key(secret_key)
        return known[secret_key]


@dataclass(frozen=True)
class Keys:
    """The signing keys: the first signs, all verify."""

    values: tuple[str, ...]

    def signer(self, act: str) -> Signer:
        # itsdangerous signs with the last key of its list
        return _Signer(
            list(reversed(self.values)), salt=f"dondoc.{act}", key_derivation="hmac", digest_method=hashlib.sha256
        )


def load_keys(file: Path) -> Keys:
    """Read the key file, one key a line; make it at the first use, readable by its owner only."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return load_keys(file)  # another process was faster
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(32) + "\n")
    values = tuple(line.strip() for line in file.read_text(encoding="ascii").splitlines() if line.strip())
    if not values or any(len(value) < 32 for value in values):
        raise BadInput(
            "The key file {file} has no usable key; remove it and all links given so far stop working.", file=str(file)
        )
    return Keys(values)


def row(task: Row, token: str, *, recipient: str, message_id: int, at: datetime) -> Row:
    """The record of a link whose token a letter carries; `task` is the occurrence with its due day."""
    return {
        "token_hash": _hash(token),
        "occurrence_id": task["id"],
        "due_on": task["due_on"],
        "act": REPORT_DONE,
        "recipient": recipient,
        "message_id": message_id,
        "issued_at": at,
        "revoked_at": None,
    }


def new_tokens(keys: Keys, count: int) -> list[str]:
    """Fresh signed tokens for the act of reporting done."""
    signer = keys.signer(REPORT_DONE)
    return [signer.sign(secrets.token_urlsafe(16)).decode() for _n in range(count)]


def read(session: Session, keys: Keys, token: str, *, at: datetime, settings: LinkSettings) -> ActionLink | None:
    """The link of a token that may act now; None for a forged, unknown, revoked or expired one, without telling which."""
    link = _known(session, keys, token)
    if not link or link.revoked_at:
        return None
    if _confidential(session, link):
        return None
    message = session.get(Message, link.message_id)
    sent = message.sent_at if message else None
    return link if at <= (sent or link.issued_at) + timedelta(days=settings.days) else None


def passed_on(session: Session, keys: Keys, token: str) -> Occurrence | None:
    """What the link of a former agency was for, where a succession or a decision gave it to another; None for every other link.

    Whoever holds the link has seen the task in its letter; it shows who owes it now and acts no more.
    """
    link = _known(session, keys, token)
    if not link or not link.revoked_at or _confidential(session, link):
        return None
    moved = select(Handover).where(Handover.occurrence_id == link.occurrence_id)
    found = session.get_one(Occurrence, link.occurrence_id)
    own = select(FocalPoint.id).where(FocalPoint.agency_id == found.agency_id, FocalPoint.email == link.recipient)
    present = link.recipient == found.agency.mailbox or session.exec(own).first()
    return found if session.exec(moved).first() and not present else None


def _confidential(session: Session, link: ActionLink) -> bool:
    """Whether it would open a task of a confidential directive, of which nothing is shown without a login."""
    return session.get_one(Occurrence, link.occurrence_id).task.directive.confidential


def _known(session: Session, keys: Keys, token: str) -> ActionLink | None:
    """The recorded link of a token that we signed."""
    if len(token) > 200:
        return None
    try:
        keys.signer(REPORT_DONE).unsign(token.encode("utf-8", "replace"))
    except BadSignature:
        return None
    return session.exec(select(ActionLink).where(ActionLink.token_hash == _hash(token))).first()


def address(settings: LinkSettings, token: str) -> str:
    """The address that opens a link; always from the settings, never from a request."""
    return f"{settings.base_url.rstrip('/')}/v/{token}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
