"""Received documents: a file that somebody handed in to be entered, and what has been understood of it so far."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from workflow.database import Instant, enum_column
from workflow.i18n import N_, _
from workflow.periods import say


class State(StrEnum):
    """How far a received document has come."""

    READING = "reading"
    PROPOSED = "proposed"
    UNREADABLE = "unreadable"
    RECORDED = "recorded"
    DROPPED = "dropped"


WAITING = (State.READING, State.PROPOSED, State.UNREADABLE)
STATE_LABELS = {
    State.READING: N_("is being read"),
    State.PROPOSED: N_("to be checked"),
    State.UNREADABLE: N_("could not be read"),
    State.RECORDED: N_("recorded"),
    State.DROPPED: N_("put aside"),
}


def say_state(state: str) -> str:
    """The state in words."""
    return _(STATE_LABELS[State(state)])


def say_problem(problem: dict[str, Any] | None) -> str:
    """The sentence that says why a document could not be read; empty for none."""
    return say(problem["message"], problem["args"]) if problem else ""


class ReceivedDocument(SQLModel, table=True):
    """One file with its proposal as it has been corrected so far; its content lies in the store under its SHA-256.

    `version` counts the corrections, so that of two who correct at once the second is told. `problem` is the key and the arguments
    of the sentence that says why it could not be read.
    """

    __tablename__ = "received_document"

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(index=True)
    name: str
    size: int
    media_type: str
    by: str
    at: datetime = Field(sa_type=Instant)
    state: State = Field(default=State.READING, sa_type=enum_column(State, "state"))
    read_at: datetime = Field(sa_type=Instant)  # when the last reading of it began
    problem: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    proposal: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    pages: int = 0  # that can be shown as pictures; where there are none, `text` is what is shown
    text: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    version: int = 1
    directive_id: int | None = Field(default=None, foreign_key="directive.id")
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_by: str | None = None
