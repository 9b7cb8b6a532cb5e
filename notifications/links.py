"""Action links: a signed permission for one purpose, on one occurrence in one version of its deadline, for one recipient.

The token is a random 128-bit number and a signature over it and over everything the link is bound to, the purpose as salt; the record
keeps only its hash, so that neither a copy of the record nor a row written into it makes a link. It lives from the sending of its
letter, and only while its recipient is an address of whoever owes the task. Looking at one changes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlmodel import Session, col

from notifications.signing import Keys
from workflow import audit
from workflow.agency import POLICIES
from workflow.audit import By
from workflow.config import Settings
from workflow.errors import Refused
from workflow.message import ActionLink
from workflow.snapshot import Row, Snapshot, listed
from workflow.standing import Status

REPORT, DISOWN = "report", "disown"
BEFORE = "report_done"  # links of before they were bound to anything: they act no more, and a new one can be asked for
DISOWN_HOURS = 72
OPEN, CODE, LOGIN = POLICIES


@dataclass(frozen=True)
class Link:
    """What a token that we signed stands for, as the record is now; `row` has the task that it is about."""

    row: Row
    token: str
    alive: bool

    @property
    def id(self) -> int:
        return int(self.row["id"])

    @property
    def purpose(self) -> str:
        return str(self.row["act"])


def policy(own: str | None, settings: Settings) -> str:
    """What an agency's links ask for: open, code or login."""
    return own or settings.links.policy


def issue(
    keys: Keys,
    settings: Settings,
    *,
    occurrence: int,
    version: int,
    recipient: str,
    message_id: int,
    at: datetime,
    purpose: str = REPORT,
    about: str = "",
) -> tuple[str, dict[str, Any]]:
    """A fresh token and the row that the record keeps of it; `message_id` is the letter that carries it."""
    row = {
        "occurrence_id": occurrence,
        "deadline_version": version,
        "act": purpose,
        "about": about,
        "recipient": recipient,
        "message_id": message_id,
        "issued_at": at,
        "revoked_at": None,
    }
    number = secrets.token_urlsafe(16)
    token = f"{number}.{keys.signer(purpose).get_signature(_bound(number, settings, row)).decode()}"
    return token, {**row, "token_hash": _hash(token)}


def look(view: Snapshot, keys: Keys, settings: Settings, token: str, *, at: datetime, today: date) -> Link | None:
    """The link of a token, dead or alive; None for one that is not ours. The same work is done for every token."""
    found = view.rows(_LINK, hash=_hash(token), today=today, office=settings.office.mailbox.lower())
    number, _dot, signature = token.encode("ascii", "replace").decode().rpartition(".")
    row = {**found[0], "status": Status(found[0]["status"])} if found else _NOBODY
    signed = keys.signer(row["act"]).verify_signature(_bound(number, settings, row), signature)
    return Link(row, token, _alive(row, settings, at)) if signed and found else None


_NOBODY: Row = {"act": REPORT, "occurrence_id": 0, "deadline_version": 0, "about": "", "recipient": ""}

_LINK = """select l.id, l.act, l.about, l.recipient, l.deadline_version, l.issued_at, l.revoked_at, m.sent_at,
      o.id as occurrence_id, o.period, o.due_on, o.original_due_on, o.status, o.submitted_on, o.version, o.deadline_version as now_version,
      o.agency_id, t.code, t.text, t.deliverable, t.timing, t.timing_words, t.recurs, d.number, d.issuer, d.confidential, d.monitor_id,
      d.plan_year, a.name as agency, a.code as agency_code, a.mailbox, a.link_policy,
      case when lower(l.recipient) in (lower(a.mailbox), lower(a.deputy_mailbox), lower(a.head_mailbox), :office)
        or exists (select 1 from focal_point f where f.agency_id = a.id and lower(f.email) = lower(l.recipient)
          and (f.valid_from is null or f.valid_from <= :today) and (f.valid_to is null or f.valid_to >= :today))
        then 1 else 0 end as registered
    from action_link l join occurrence o on o.id = l.occurrence_id join task t on t.id = o.task_id
    join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id join message m on m.id = l.message_id
    where l.token_hash = :hash"""


def of_letter(
    view: Snapshot, settings: Settings, letter: int, reader: str, *, at: datetime, today: date
) -> list[tuple[Row, bool]]:
    """What a letter gave to report, and whether whoever answers it from the address `reader` may do so now."""
    query = _LINK.replace("lower(l.recipient)", ":reader").replace(
        "l.token_hash = :hash", "l.message_id = :letter and l.act = :act"
    )
    args = {"letter": letter, "act": REPORT, "reader": reader.lower(), "office": ""}  # the office answers for nobody
    rows = view.rows(query + " order by t.code, o.period", today=today, **args)
    return [({**row, "status": Status(row["status"])}, _alive(row, settings, at)) for row in rows]


def _alive(row: Row, settings: Settings, at: datetime) -> bool:
    """Whether it may act now, as far as the link itself is concerned."""
    hours = 24 * settings.links.days if row["act"] == REPORT else DISOWN_HOURS
    return bool(
        row["act"] in (REPORT, DISOWN)
        and not row["revoked_at"]
        and not row["confidential"]
        and policy(row["link_policy"], settings) != LOGIN
        and row["registered"]
        and (row["act"] != REPORT or row["deadline_version"] == row["now_version"])
        and at <= (row["sent_at"] or row["issued_at"]) + timedelta(hours=hours)
    )


def address(settings: Settings, token: str) -> str:
    """The address that opens a link; always from the settings, never from a request."""
    return f"{settings.links.base_url.rstrip('/')}/v/{token}"


def revoke(session: Session, numbers: list[int], *, by: By, at: datetime, reason: str) -> int:
    """End links by their numbers; says how many were still alive."""
    if not numbers:
        raise Refused("No link that acts fits; see `dondoc links list`.")
    alive = col(ActionLink.id).in_(numbers) & col(ActionLink.revoked_at).is_(None)
    done = session.execute(update(ActionLink).where(alive).values(revoked_at=at))
    ended = int(done.rowcount)  # type: ignore[attr-defined]
    audit.record(session, "revoke links", "", by=by, at=at, after={"links": ended}, reason=reason)
    return ended


def retire(session: Session, settings: Settings, *, at: datetime, today: date) -> int:
    """End for good the links whose recipient is no longer an address of whoever owes the task: going back does not revive them."""
    view = Snapshot.within(session)
    gone = view.rows(
        f"select id from ({_LINK.replace('l.token_hash = :hash', 'l.revoked_at is null and l.issued_at > :since')}) g where registered = 0",
        today=today,
        office=settings.office.mailbox.lower(),
        since=at - timedelta(days=settings.links.days + settings.mail.give_up_days + 1),
    )
    for block in (gone[n : n + 500] for n in range(0, len(gone), 500)):
        named = col(ActionLink.id).in_([row["id"] for row in block])
        session.execute(update(ActionLink).where(named).values(revoked_at=at))
    return len(gone)


def end_reports(session: Session, occurrence: int, *, at: datetime) -> None:
    """End the links that report on an occurrence: somebody has used one who should not have."""
    own = (col(ActionLink.occurrence_id) == occurrence) & (col(ActionLink.act) == REPORT)
    session.execute(update(ActionLink).where(own, col(ActionLink.revoked_at).is_(None)).values(revoked_at=at))


def living(
    view: Snapshot,
    settings: Settings,
    *,
    at: datetime,
    today: date,
    agency: int | None = None,
    code: str | None = None,
    address: str | None = None,
    numbers: list[int] | None = None,
) -> list[Row]:
    """The links that act now, oldest first, narrowed by agency, task, recipient or number."""
    where, args = ["l.revoked_at is null"], dict[str, object]()
    if agency:
        where.append("o.agency_id = :agency")
        args["agency"] = agency
    if code:
        where.append("t.code = :code")
        args["code"] = code.strip().upper()
    if address:
        where.append("lower(l.recipient) = :address")
        args["address"] = address.lower()
    if numbers:
        where.append(f"l.id in ({listed(numbers)})")
    query = _LINK.replace("l.token_hash = :hash", " and ".join(where)) + " order by l.id"
    rows = view.rows(query, today=today, office=settings.office.mailbox.lower(), **args)
    named = ("id", "act", "code", "period", "agency_code", "agency", "recipient", "issued_at", "sent_at")
    return [{name: row[name] for name in named} for row in rows if _alive(row, settings, at)]


def _bound(number: str, settings: Settings, row: Row) -> str:
    """Everything a link is bound to, as it is signed."""
    if row["act"] == BEFORE:
        return number
    audience = urlsplit(settings.links.base_url).netloc
    facts = (row["occurrence_id"], row["deadline_version"], row["about"], row["recipient"])
    return "\n".join((number, audience, *map(str, facts)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
