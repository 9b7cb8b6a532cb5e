"""The outbox: letters as rows, written in the transaction that decided them, and each attempt to send one."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from workflow.database import Instant, enum_column


class MessageStatus(StrEnum):
    """What became of a letter."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"


class Message(SQLModel, table=True):
    """A rendered letter, stored as it is sent; `key` says what it is for and is unique.

    `kind` is digest, urgent, weekly, office, or what answers an act: receipt, link, code, answer, press, dispatch. The signed
    file of a dispatch lies in the store once, however many read it, and is put into the content as the letter leaves. `doubts` counts the times a server was lost after it had the whole text,
    so that the reader may have it twice (RFC 1047); its Message-ID is the same each time.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str = "digest"
    recipient: str = Field(index=True)
    subject: str
    content: bytes = Field(sa_type=LargeBinary)
    message_id: str = Field(unique=True)
    status: MessageStatus = Field(
        default=MessageStatus.QUEUED, index=True, sa_type=enum_column(MessageStatus, "status")
    )
    queued_at: datetime = Field(sa_type=Instant)
    next_at: datetime = Field(sa_type=Instant)
    claimed_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    attempts: int = 0
    doubts: int = 0
    reason: str | None = None
    dispatch_id: int | None = Field(default=None, foreign_key="dispatch.id", index=True)


class Delivery(SQLModel, table=True):
    """One attempt to send a letter and the server's answer; or (`bounced`, `delayed`) what a delivery report said of it later."""

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    at: datetime = Field(sa_type=Instant)
    outcome: str
    reply: str = ""


class Reminder(SQLModel, table=True):
    """A line of the ledger: what an occurrence, in one version of its deadline, gave reason to tell a recipient; never twice.

    `rung` is a number of the ladder ("3" working days before, "-5" after), or an occasion ("new", "returned:812" with the entry of
    the history it tells, "level:head", "part1:3"). Without a letter, `skipped` says why nobody was told.
    """

    __table_args__ = (UniqueConstraint("occurrence_id", "deadline_version", "rung", "recipient"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id")
    deadline_version: int
    due_on: date | None = None
    rung: str
    recipient: str
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    at: datetime = Field(sa_type=Instant)
    skipped: str | None = None


class Morning(SQLModel, table=True):
    """The mark that it was decided on a day what an agency is told: rungs reached up to it, entries of the history up to `upto`.

    `knew` is a fingerprint of the addresses, ladder and calendar it was decided with; where it differs, everything is looked at anew.
    """

    __table_args__ = (UniqueConstraint("agency_id", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    agency_id: int = Field(foreign_key="agency.id")
    day: date
    at: datetime = Field(sa_type=Instant)
    upto: int
    knew: str


class Feed(SQLModel, table=True):
    """A secret address under which a calendar program finds the deadlines of an agency, or of what it monitors; revocable."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    agency_id: int = Field(foreign_key="agency.id")
    monitor: bool = False
    made_at: datetime = Field(sa_type=Instant)
    made_by: str
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class ActionLink(SQLModel, table=True):
    """A permission for one purpose (`act`) on one occurrence, in one version of its deadline, for one recipient.

    Only the token's hash is kept. `about` is what a "it was not us" takes back: "submission:12", "request:5", "note:7".
    """

    __tablename__ = "action_link"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    deadline_version: int = 1
    act: str
    about: str = ""
    recipient: str
    message_id: int = Field(foreign_key="message.id", index=True)
    issued_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class LinkCode(SQLModel, table=True):
    """Six digits sent to the registered mailbox, for agencies whose links ask for them; only their keyed hash is kept."""

    __tablename__ = "link_code"

    id: int | None = Field(default=None, primary_key=True)
    link_id: int = Field(foreign_key="action_link.id", index=True)
    code_hash: str
    at: datetime = Field(sa_type=Instant)
    tries: int = 0


class Upload(SQLModel, table=True):
    """A file that is being sent, through a link or by somebody who is signed in (`owner`, an address), until it is used or forgotten.

    `mark` is how the sender's browser knows it again. `received` of `size` bytes lie in the store; a whole file has its hash.
    """

    id: int | None = Field(default=None, primary_key=True)
    link_id: int | None = Field(default=None, foreign_key="action_link.id", index=True)
    owner: str = ""
    name: str
    size: int
    mark: str = ""
    received: int = 0
    sha256: str | None = None
    media_type: str = ""
    at: datetime = Field(sa_type=Instant)

    @property
    def part(self) -> str:
        """What its parts are called in the store; a number may be given anew, a number with its moment is not."""
        return f"{self.id}-{self.at:%Y%m%d%H%M%S%f}"


class Attempts(SQLModel, table=True):
    """How often something was tried since a moment, so that limits outlive a restart."""

    name: str = Field(primary_key=True)
    since: datetime = Field(sa_type=Instant)
    count: int = 0


class Incoming(SQLModel, table=True):
    """A letter that came in, and what became of it; `key` is the hash of its bytes, so that reading it twice is reading it once.

    `became` is acts, comment, unverified, automatic or bounce; `words` says it for a person.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    at: datetime = Field(sa_type=Instant)
    sender: str
    subject: str
    became: str
    words: str = ""
    letter_id: int | None = Field(default=None, foreign_key="message.id", index=True)


class Webhook(SQLModel, table=True):
    """An address of another program that is told what happens: entries of the history after `upto`, signed with `secret`."""

    id: int | None = Field(default=None, primary_key=True)
    address: str
    secret: str
    acts: str = ""  # only these acts of the history, parted by commas; empty: all
    made_at: datetime = Field(sa_type=Instant)
    made_by: str
    upto: int = 0
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class Heartbeat(SQLModel, table=True):
    """When a step of the tick last ended well, and up to which entry of the history, where it reads that."""

    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
    upto: int | None = None
