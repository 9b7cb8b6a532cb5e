"""How people come in from afar: sign-ins by mail, sessions that end on the server, access tokens of programs, answers that repeat.

Of everything that opens a door only a hash is kept. Who may do what is looked up anew at each request: a role that has ended opens
nothing, however long a session would still last.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from workflow.access.roles import Authority, Grant, Role
from workflow.audit import By
from workflow.database import Instant
from workflow.names import printable
from workflow.snapshot import Snapshot

OVERSEERS = frozenset({Role.MONITOR, Role.OFFICE, Role.LEADER, Role.ADMINISTRATOR})  # look after the work of others
SETTERS = frozenset({Role.ADMINISTRATOR, Role.OFFICE})  # are shown the settings
SCOPES = ("read", "act", "manage")  # see; acts on duties; acts that concern the whole office


class SignIn(SQLModel, table=True):
    """One wish to come in by mail: a link and six digits that were sent to a registered mailbox; each works once, one of both."""

    __tablename__ = "sign_in"

    id: int | None = Field(default=None, primary_key=True)
    handle: str = Field(unique=True)  # what the page that waits for the digits calls it
    address: str
    link_hash: str = Field(unique=True)
    code_hash: str
    at: datetime = Field(sa_type=Instant)
    tries: int = 0
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class WebSession(SQLModel, table=True):
    """That somebody is signed in; `via` is mail, oidc or header. It ends here, whatever the browser still holds."""

    __tablename__ = "web_session"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    address: str = Field(index=True)
    via: str
    began_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class AccessToken(SQLModel, table=True):
    """A permission for a program to act for a person, for some scopes until a day; revocable."""

    __tablename__ = "access_token"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    address: str = Field(index=True)
    name: str
    scopes: str
    made_at: datetime = Field(sa_type=Instant)
    until_on: date
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class KeptAnswer(SQLModel, table=True):
    """What was answered to an act of a program, so that the same act sent again (same key, same content) is answered, not done."""

    __tablename__ = "kept_answer"

    key: str = Field(primary_key=True)  # hash of the person's address and the key that the program chose
    content_hash: str
    at: datetime = Field(sa_type=Instant)
    answer: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


@dataclass(frozen=True)
class Person:
    """Whoever has come in, with the roles of the day; an agency's own mailbox answers for it as a focal point does."""

    name: str
    address: str
    authority: Authority

    @property
    def agencies(self) -> frozenset[int]:
        """The agencies for which the person holds a role: whose confidential directives they may see."""
        return frozenset(grant.agency_id for grant in self.authority if grant.agency_id)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.authority)

    @property
    def oversees(self) -> bool:
        """Whether they look after the work of others."""
        return bool(self.roles & OVERSEERS)

    def by(self, channel: str) -> By:
        """The person as the history names them."""
        return By(self.name, channel, self.authority)


def person_at(view: Snapshot, address: str, today: date) -> Person | None:
    """The person or agency that is registered with an address on a day; None for an address that nobody holds a role at."""
    rows = view.rows(
        """select name, email, role, agency_id from appointment
        where lower(email) = :address and valid_from <= :today and (valid_to is null or valid_to >= :today)
        union all select name, email, 'focal_point', agency_id from focal_point where lower(email) = :address
        and (valid_from is null or valid_from <= :today) and (valid_to is null or valid_to >= :today)
        union all select name, mailbox, 'focal_point', id from agency where lower(mailbox) = :address
        and (valid_from is null or valid_from <= :today) and (valid_to is null or valid_to >= :today)""",
        address=address.strip().lower(),
        today=today,
    )
    if not rows:
        return None
    grants = frozenset(Grant(Role(row["role"]), row["agency_id"]) for row in rows)
    return Person(printable(rows[0]["name"]), rows[0]["email"], grants)


def hashed(secret: str) -> str:
    """What the record keeps of a secret of 128 random bits and more."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
