"""Where letters come in: an IMAP folder or a Maildir. What was read is marked and stays there; nothing is ever deleted.

The mark is our own (a keyword, or the flag P of a Maildir): a letter that a person opened before us is read all the same.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from workflow.config import InboxSettings
from workflow.errors import Refused

MARK = "DondocRead"
_MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)  # RFC 3501, whatever is spoken


class Arrived(NamedTuple):
    """A letter as it lies there; of one that is too large only the headers were fetched; `seen`: a person has opened it."""

    name: str
    raw: bytes
    whole: bool = True
    seen: bool = False


class Inbox(Protocol):
    """A folder of letters."""

    def unread(self, since: date) -> Iterator[Arrived]:
        """The letters that came since a day and that we have not marked yet, oldest first, as many as are read at once."""
        ...

    def mark(self, name: str) -> None:
        """Mark one as read."""
        ...


class MemoryInbox:
    """Letters in a list, for tests and dry runs."""

    def __init__(self, *letters: bytes) -> None:
        self.letters = {str(n): raw for n, raw in enumerate(letters)}
        self.marked: list[str] = []

    def unread(self, since: date) -> Iterator[Arrived]:
        yield from (Arrived(name, raw) for name, raw in self.letters.items() if name not in self.marked)

    def mark(self, name: str) -> None:
        self.marked.append(name)


class Maildir:
    """A Maildir, as a mail server on the same machine delivers into it."""

    def __init__(self, settings: InboxSettings) -> None:
        if not (settings.path / "new").is_dir():
            raise Refused("{file} is no Maildir; see `inbox.path` in the settings.", file=str(settings.path))
        self.settings = settings

    def unread(self, since: date) -> Iterator[Arrived]:
        waiting = []
        for file in (file for part in ("new", "cur") for file in Path(self.settings.path, part).iterdir()):
            flags, arrived = file.name.partition(":2,")[2], file.stat().st_mtime
            if "P" not in flags and datetime.fromtimestamp(arrived, UTC).date() >= since:
                waiting.append((arrived, file, "S" in flags))
        for _arrived, file, seen in sorted(waiting)[: self.settings.at_once]:
            large = file.stat().st_size > self.settings.max_megabytes * 1_000_000
            with file.open("rb") as content:
                raw = content.read(1 << 16 if large else -1)
            yield Arrived(file.name.partition(":")[0], _headers(raw) if large else raw, whole=not large, seen=seen)

    def mark(self, name: str) -> None:
        """Give it a name that says so; its content is not touched."""
        for file in (file for part in ("new", "cur") for file in Path(self.settings.path, part).glob(f"{name}*")):
            flags = "".join(sorted({*file.name.partition(":2,")[2], "P", "S"}))
            file.rename(self.settings.path / "cur" / f"{name}:2,{flags}")


class Imap:
    """A folder of an IMAP server."""

    def __init__(self, connection: imaplib.IMAP4, settings: InboxSettings) -> None:
        self.connection, self.settings = connection, settings
        self.keyword = rb"\*" in _flat(connection.response("PERMANENTFLAGS")[1])  # the server keeps a mark of our own

    def unread(self, since: date) -> Iterator[Arrived]:
        day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        ours = ("UNKEYWORD", MARK) if self.keyword else ("UNSEEN",)
        found = _ok(self.connection.uid("search", "SINCE", day, *ours))
        for number in _flat(found).split()[: self.settings.at_once]:
            uid = number.decode()
            facts = _flat(_ok(self.connection.uid("fetch", uid, "(RFC822.SIZE FLAGS)")))
            stated = re.search(rb"RFC822\.SIZE (\d+)", facts)
            whole = bool(stated) and int(stated[1]) <= self.settings.max_megabytes * 1_000_000  # type: ignore[index]
            part = "BODY.PEEK[]" if whole else "BODY.PEEK[HEADER]"
            answer = _ok(self.connection.uid("fetch", uid, f"({part})"))
            raw = next((one[1] for one in answer if isinstance(one, tuple)), None)
            if raw is None and any(
                answer
            ):  # it is there and the server gives it otherwise than it should: a person looks
                raw, whole = f"X-Not-Fetched: {uid}\r\n\r\n".encode(), False
            if raw is not None:  # else it is gone by now
                yield Arrived(uid, raw, whole, seen=rb"\Seen" in facts)

    def mark(self, name: str) -> None:
        _ok(self.connection.uid("store", name, "+FLAGS", rf"(\Seen {MARK})" if self.keyword else r"(\Seen)"))


@contextmanager
def open_inbox(settings: InboxSettings) -> Iterator[Inbox]:
    """The inbox of the settings; raises Refused with the server's words where it cannot be opened."""
    if settings.kind == "maildir":
        yield Maildir(settings)
        return
    try:
        connection = _connect(settings)
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise Refused("The inbox cannot be read: {error}", error=_words(error)) from error
    try:
        yield Imap(connection, settings)
    except (imaplib.IMAP4.error, OSError) as error:
        raise Refused("The inbox cannot be read: {error}", error=_words(error)) from error
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            connection.logout()


def _connect(settings: InboxSettings) -> imaplib.IMAP4:
    context, where = ssl.create_default_context(), (settings.host, settings.port)
    if settings.security == "tls":
        connection: imaplib.IMAP4 = imaplib.IMAP4_SSL(*where, ssl_context=context, timeout=settings.timeout_seconds)
    else:
        connection = imaplib.IMAP4(*where, timeout=settings.timeout_seconds)
    try:
        if settings.security == "starttls":
            connection.starttls(context)
        connection.login(settings.username, settings.password)
        _ok(connection.select(_quoted(settings.folder)))
    except BaseException:
        with suppress(imaplib.IMAP4.error, OSError):
            connection.shutdown()
        raise
    return connection


def _quoted(folder: str) -> str:
    """The name of a folder as IMAP writes it (RFC 3501, section 5.1.3)."""
    coded = re.sub(
        r"[^\x20-\x7e]+",
        lambda found: "&" + b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-",
        folder.replace("&", "&-"),
    )
    return '"' + coded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    """What a server answered; raises where it did not do what it was asked."""
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(_flat(answer[1]).decode("utf-8", "replace"))
    return answer[1]


def _flat(answer: list[Any]) -> bytes:
    parts = (part for one in answer for part in (one if isinstance(one, tuple) else (one,)))
    return b" ".join(part for part in parts if isinstance(part, bytes))


def _headers(raw: bytes) -> bytes:
    return re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0] + b"\r\n\r\n"


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else error
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
