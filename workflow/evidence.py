"""Evidence: the files behind a report, kept by their content beside the database.

A file is in quarantine until the report it backs is confirmed: it can be listed and verified, and is handed out only to somebody
who says that they want it all the same. Whether it is follows from the report and is stored nowhere.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Field, SQLModel

from workflow.config import EvidenceSettings
from workflow.errors import BadInput
from workflow.file_kinds import ALLOWED, kind_of


class Evidence(SQLModel, table=True):
    """A file behind a submission, beside a note, or the signed letter that a dispatch became; its content lies in the store under its SHA-256."""

    id: int | None = Field(default=None, primary_key=True)
    submission_id: int | None = Field(default=None, foreign_key="submission.id", index=True)
    note_id: int | None = Field(default=None, foreign_key="note.id", index=True)
    dispatch_id: int | None = Field(default=None, foreign_key="dispatch.id", index=True)
    sha256: str = Field(index=True)
    name: str
    size: int
    media_type: str = ""


# Plain text that calls itself anything else may be a script to somebody's machine.
_TEXT_NAMES = ("", ".txt", ".csv", ".md")


class EvidenceStore:
    """The folder that holds evidence, named by content: nothing a sender writes can choose a path.

    Four methods are all that the rest of the program knows of what it holds (`keep`, `open`, `intact`, `names`); an object store for
    several machines has the same four, and because a name is the hash of what it holds, copying one into the other needs no order.
    What is still coming in (`append`, `whole`, `forget`, `discard`) lies in a folder beside them.
    """

    def __init__(self, settings: EvidenceSettings) -> None:
        self.folder = settings.folder
        self.limit = settings.max_megabytes * 1_000_000
        self.most = settings.max_files

    def keep(self, name: str, content: BinaryIO) -> Evidence:
        """Store a file durably and return its (unattached) record; refuses empty, too large and unwelcome files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        handle, temporary = tempfile.mkstemp(dir=self.folder, prefix="incoming-")
        try:
            with os.fdopen(handle, "wb") as out:
                while block := content.read(1 << 16):
                    size += len(block)
                    if size > self.limit:
                        raise BadInput(
                            "{name} is larger than {limit} MB; send a smaller one, or several.",
                            name=shown_name(name),
                            limit=self.limit // 1_000_000,
                        )
                    digest.update(block)
                    out.write(block)
                out.flush()
                os.fsync(out.fileno())
            if not size:
                raise BadInput("{name} is empty; send the file with its content.", name=shown_name(name))
            kind = kind_of(Path(temporary))
            if not kind or (kind == "txt" and Path(shown_name(name)).suffix.lower() not in _TEXT_NAMES):
                raise BadInput(
                    "By its content {name} is no file that counts as evidence. Send one of: {kinds}.",
                    name=shown_name(name),
                    kinds=", ".join(ALLOWED),
                )
            place = self._path(digest.hexdigest())
            place.parent.mkdir(exist_ok=True)
            Path(temporary).replace(place)
            _settle(place.parent)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return Evidence(sha256=digest.hexdigest(), name=shown_name(name), size=size, media_type=ALLOWED[kind])

    def append(self, part: str, offset: int, chunk: bytes) -> int:
        """Add to a file that comes in parts; returns how much of it lies here, which tells the sender where to go on.

        What does not begin where the last part ended is not taken. `part` is a name of our own making.
        """
        place = self._part(part)
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("ab") as out:
            if out.tell() != offset or offset + len(chunk) > self.limit:
                return out.tell()
            out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
            return out.tell()

    def whole(self, part: str, name: str) -> Evidence:
        """Keep a file whose parts have all come; raises as `keep` does, and the parts are gone either way."""
        place = self._part(part)
        try:
            with place.open("rb") as content:
                return self.keep(name, content)
        finally:
            self.forget(part)

    def discard(self, sha256: str, *, older_than: float) -> None:
        """Drop a content that nothing names, unless it came again since a moment (seconds of the epoch)."""
        place = self._path(sha256)
        with suppress(FileNotFoundError):
            if place.stat().st_mtime < older_than:
                place.unlink()

    def forget(self, part: str) -> None:
        """Drop the parts of a file that will not be finished."""
        self._part(part).unlink(missing_ok=True)

    def _part(self, part: str) -> Path:
        return self.folder / "parts" / part

    def keep_all(self, files: Sequence[Path]) -> list[Evidence]:
        """Store files of this machine; refuses all of them where one is not there or they are too many."""
        self.refuse_many(len(files))
        missing = [str(file) for file in files if not file.is_file()]
        if missing:
            raise BadInput("There is no file {names}.", names=", ".join(missing))
        kept = []
        for file in files:
            with file.open("rb") as content:
                kept.append(self.keep(file.name, content))
        return kept

    def refuse_many(self, count: int) -> None:
        """Raise where one report would bring more files than one may."""
        if count > self.most:
            raise BadInput("{n} files are too many for one report; at most {most}.", n=count, most=self.most)

    def open(self, sha256: str) -> BinaryIO:
        """The content of this hash; raises FileNotFoundError."""
        return self._path(sha256).open("rb")

    def intact(self, sha256: str) -> bool:
        """Whether the content is there and is what it was."""
        try:
            with self.open(sha256) as content:
                return hashlib.file_digest(content, "sha256").hexdigest() == sha256  # type: ignore[arg-type]
        except FileNotFoundError:
            return False

    def names(self) -> Iterator[str]:
        """The hash of every file that lies in the store."""
        for file in self.folder.glob("??/*"):
            yield file.name

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256


def _settle(folder: Path) -> None:
    """Let the new name survive a power cut; the content was synced before it got the name."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def shown_name(name: str) -> str:
    """The last part of a file name without control characters, for showing only."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[-120:] or "file"
