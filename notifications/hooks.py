"""Telling other programs what happened: entries of the history, signed, through the outbox like letters, so that none is lost.

One message carries up to a hundred entries of the history in their order. Nothing of confidential documents is told.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from notifications.mailer import Fate, Letter, Outcome
from workflow import audit
from workflow.access.permits import permit_office
from workflow.access.viewing import visible
from workflow.audit import By
from workflow.audit_words import ACT_LABELS
from workflow.database import Database, exclusive
from workflow.errors import BadInput, NotFound
from workflow.message import Message, Webhook
from workflow.snapshot import Row, Snapshot, stored

KIND = "webhook"
AT_ONCE, ROUNDS = 100, 50
TIMEOUT = 10  # seconds for an answer
QUIET = ("sign in", "sign out", "make token", "revoke token", "not permitted")  # of people, not of work


def add(session: Session, address: str, acts: list[str], *, by: By, at: datetime) -> tuple[Webhook, str]:
    """Tell an address from now on what happens; returns the secret that signs it, which is shown this once."""
    permit_office(by, "webhooks")
    parts = urlsplit(address.strip())
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.fragment:
        raise BadInput(
            "“{text}” is not the address of a program; write it like https://hethong.example/nhan-tin.", text=address
        )
    unknown = [act for act in acts if act not in ACT_LABELS or act in QUIET]
    if unknown:
        raise BadInput(
            "“{value}” is none of: {known}.", value=unknown[0], known=", ".join(sorted(set(ACT_LABELS) - set(QUIET)))
        )
    exclusive(session, "audit")
    secret = secrets.token_urlsafe(32)
    made = Webhook(
        address=address.strip(),
        secret=secret,
        acts=",".join(acts),
        made_at=at,
        made_by=by.name,
        upto=audit.newest(session)[0],
    )
    session.add(made)
    session.flush()
    told = {"address": parts.hostname, "acts": ", ".join(acts)}
    audit.record(session, "add webhook", f"webhook {made.id}", by=by, at=at, after=told)
    return made, secret


def end(session: Session, number: int, *, by: By, at: datetime) -> None:
    """Tell an address nothing more."""
    permit_office(by, "webhooks")
    found = session.get(Webhook, number)
    if not found:
        raise NotFound("There is no webhook {n}.", n=number)
    if not found.revoked_at:
        found.revoked_at = at
        audit.record(session, "end webhook", f"webhook {number}", by=by, at=at)


def queue(session: Session, *, at: datetime) -> int:
    """Put what happened since into the outbox for every address that is told; returns how many messages."""
    hooks = list(session.exec(select(Webhook).where(col(Webhook.revoked_at).is_(None))))
    view, newest, made = Snapshot.within(session), audit.newest(session)[0], 0
    for hook in hooks:
        for _n in range(ROUNDS):
            if hook.upto >= newest:
                break
            last, entries = _since(view, hook.upto)
            wanted = [one for one in entries if not hook.acts or one["act"] in hook.acts.split(",")]
            if wanted:
                session.add(_message(hook, last, wanted, at))
                made += 1
            hook.upto = last
        session.flush()
    return made


def _since(view: Snapshot, upto: int) -> tuple[int, list[Row]]:
    """The next entries of the history that may be told, and up to which entry that is."""
    last = view.rows("select max(id) as n from (select id from audit_entry where id > :upto order by id limit :most) e", upto=upto, most=AT_ONCE)[0]["n"]  # fmt: skip
    rows = view.rows(
        f"""select e.id, e.at as at_at, e.act, e.subject, e.actor, e.channel, e.reason, e.status_after, e.before, e.after, e.occurrence_id
        from audit_entry e left join occurrence o on o.id = e.occurrence_id left join task t on t.id = o.task_id or t.code = e.subject
        left join directive d on d.id = t.directive_id or d.code = e.subject
        where e.id > :upto and e.id <= :last and (d.id is null or {visible(view)}) order by e.id""",
        upto=upto,
        last=last,
    )
    return int(last), [row for row in rows if row["act"] not in QUIET]


def _message(hook: Webhook, last: int, entries: list[Row], at: datetime) -> Message:
    told = [
        {**row, "at_at": row["at_at"].isoformat(), "before": stored(row["before"]), "after": stored(row["after"])}
        for row in entries
    ]
    key = f"webhook:{hook.id}:{last}"
    content = json.dumps({"webhook": hook.id, "upto": last, "entries": told}, ensure_ascii=False, default=str).encode()
    return Message(
        key=key,
        kind=KIND,
        recipient=f"webhook:{hook.id}",
        subject=f"{len(entries)} → {urlsplit(hook.address).hostname}",
        content=content,
        message_id=f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@webhook>",
        queued_at=at,
        next_at=at,
    )


def signature(secret: str, moment: int, content: bytes) -> str:
    """What the header Dondoc-Signature says: HMAC-SHA256 over the moment, a dot and the body."""
    told = hmac.new(secret.encode(), f"{moment}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={moment},v1={told}"


class Caller:
    """The transport of these messages: one POST each, no redirect followed; what is not answered with 2xx is tried again."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database, self.clock = database, clock
        self.hooks: dict[str, tuple[str, str]] = {}

    async def __aenter__(self) -> Self:
        with self.database.transaction() as session:
            alive = session.exec(select(Webhook).where(col(Webhook.revoked_at).is_(None)))
            self.hooks = {f"webhook:{hook.id}": (hook.address, hook.secret) for hook in alive}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def send(self, letter: Letter) -> Outcome:
        """Call the address; an address that is told nothing any more gets nothing."""
        if letter.recipient not in self.hooks:
            return Outcome(Fate.REFUSED, "ended")
        return await asyncio.to_thread(self._call, *self.hooks[letter.recipient], letter)

    def _call(self, address: str, secret: str, letter: Letter) -> Outcome:
        parts = urlsplit(address)
        kind: Any = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        moment = int(self.clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "dondoc",
            "Dondoc-Delivery": letter.message_id.strip("<>"),
            "Dondoc-Signature": signature(secret, moment, letter.content),
        }
        try:
            connection = kind(parts.hostname, parts.port, timeout=TIMEOUT)
            try:
                connection.request(
                    "POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), letter.content, headers
                )
                answer = connection.getresponse()
                words = f"{answer.status} {answer.reason}"
            finally:
                connection.close()
        except (OSError, HTTPException, ValueError) as error:
            return Outcome(Fate.LATER, f"{type(error).__name__}: {error}"[:200])
        if 200 <= answer.status < 300:
            return Outcome(Fate.SENT, words)
        return Outcome(Fate.REFUSED if answer.status == 410 else Fate.LATER, words)
