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
    """A rendered letter, stored as it is sent; `key` says what it is for and is unique."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    recipient: str
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
    reason: str | None = None


class Delivery(SQLModel, table=True):
    """One attempt to send a letter and the server's answer."""

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    at: datetime = Field(sa_type=Instant)
    outcome: str
    reply: str = ""


class Reminder(SQLModel, table=True):
    """Rung `rung` served for an occurrence, a due day and a recipient: never twice."""

    __table_args__ = (UniqueConstraint("occurrence_id", "due_on", "rung", "recipient"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id")
    due_on: date
    rung: int
    recipient: str
    message_id: int = Field(foreign_key="message.id", index=True)


class ActionLink(SQLModel, table=True):
    """A permission for one act on one occurrence for one recipient; only the token's hash is kept."""

    __tablename__ = "action_link"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    due_on: date | None = None
    act: str
    recipient: str
    message_id: int = Field(foreign_key="message.id", index=True)
    issued_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class Heartbeat(SQLModel, table=True):
    """When a step of the tick last ended well."""

    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
