"""Submissions: what an agency reported, the files behind it, and what became of the report."""

import hashlib
import os
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel

from workflow.database import Instant, enum_column
from workflow.errors import BadInput
from workflow.lifecycle import Decision


class Submission(SQLModel, table=True):
    """One report of completion; a later one never replaces an earlier one."""

    __table_args__ = (UniqueConstraint("occurrence_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    occurrence_id: int = Field(foreign_key="occurrence.id")
    number: int
    at: datetime = Field(sa_type=Instant)
    submitted_on: date
    by: str
    channel: str
    result: str = ""
    document_number: str = ""
    decision: Decision = Field(default=Decision.WAITING, sa_type=enum_column(Decision, "decision"))
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: str | None = None
    reason: str | None = None

    evidence: list["Evidence"] = Relationship()


class Evidence(SQLModel, table=True):
    """A file behind a submission; the content lies in the evidence folder under its SHA-256."""

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int | None = Field(default=None, foreign_key="submission.id", index=True)
    sha256: str
    name: str
    size: int


class EvidenceStore:
    """The folder that holds evidence, named by content: nothing a sender writes can choose a path."""

    def __init__(self, folder: Path, max_megabytes: int) -> None:
        self.folder = folder
        self.limit = max_megabytes * 1_000_000

    def keep(self, name: str, content: BinaryIO) -> Evidence:
        """Store a file durably and return its (unattached) record; refuses empty and too large files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        handle, temporary = tempfile.mkstemp(dir=self.folder, prefix="incoming-")
        try:
            with os.fdopen(handle, "wb") as out:
                while block := content.read(1 << 16):
                    size += len(block)
                    if size > self.limit:
                        raise BadInput(
                            "{name} is larger than {limit} MB.", name=shown_name(name), limit=self.limit // 1_000_000
                        )
                    digest.update(block)
                    out.write(block)
                out.flush()
                os.fsync(out.fileno())
            if not size:
                raise BadInput("{name} is empty.", name=shown_name(name))
            place = self.path(digest.hexdigest())
            place.parent.mkdir(exist_ok=True)
            Path(temporary).replace(place)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return Evidence(sha256=digest.hexdigest(), name=shown_name(name), size=size)

    def path(self, sha256: str) -> Path:
        """Where the content of this hash lies."""
        return self.folder / sha256[:2] / sha256


def shown_name(name: str) -> str:
    """The last part of a file name without control characters, for showing only."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[-120:] or "file"
