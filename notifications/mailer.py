"""How letters leave: over SMTP, into a folder, or into memory for tests and dry runs."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from notifications import tags
from workflow.address import named_address
from workflow.config import MailSettings, Settings

if TYPE_CHECKING:
    import aiosmtplib

    from notifications.signing import Keys


class Fate(StrEnum):
    """What the transport said of a letter."""

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    AWAY = "away"
    HELD = "held"  # not tried: the server was away before it, or the round had taken its time


@dataclass(frozen=True)
class Outcome:
    """The fate of one letter and the server's words."""

    fate: Fate
    reply: str = ""
    doubtful: bool = False  # the server may have it all the same


@dataclass(frozen=True)
class Letter:
    """What the transport needs of an outbox row; `file` is the hash of a file that goes with it, put into the content last of all."""

    id: int
    recipient: str
    message_id: str
    content: bytes
    file: str = ""


class Mailer(Protocol):
    """A transport; used as an asynchronous context so that connections are kept over many letters."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    async def send(self, letter: Letter) -> Outcome: ...


class _Plain:
    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class MemoryMailer(_Plain):
    """Keeps letters in a list; `outcomes` can foretell the fate of a recipient's letters."""

    def __init__(self, outcomes: dict[str, Outcome] | None = None) -> None:
        self.letters: list[Letter] = []
        self.outcomes = outcomes or {}

    async def send(self, letter: Letter) -> Outcome:
        outcome = self.outcomes.get(letter.recipient, Outcome(Fate.SENT, "memory"))
        if outcome.fate is Fate.SENT:
            self.letters.append(letter)
        return outcome


class FolderMailer(_Plain):
    """Writes each letter as an .eml file whose name comes from its Message-ID, so that writing it twice is writing it once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, letter: Letter) -> Outcome:
        self.folder.mkdir(parents=True, exist_ok=True)
        stem = "".join(c for c in letter.message_id.strip("<>").partition("@")[0] if c.isalnum())[:32]
        file = self.folder / f"{letter.id:06}-{stem}.eml"
        temporary = file.with_suffix(".part")
        with temporary.open("wb") as out:
            out.write(letter.content)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(file)
        return Outcome(Fate.SENT, file.name)


class SmtpMailer:
    """Sends over a small pool of kept SMTP connections; after any doubt a connection is closed and made anew.

    `return_path` says where the report of a failure comes back to, for each letter its own (VERP); else it is the sender's address.
    """

    def __init__(self, settings: MailSettings, return_path: Callable[[Letter], str] | None = None) -> None:
        self.settings = settings
        self._return_path = return_path or (lambda _letter: "")
        self._free: asyncio.LifoQueue[aiosmtplib.SMTP | None] = asyncio.LifoQueue()
        self._sender = named_address(settings.sender)[1]

    async def __aenter__(self) -> Self:
        for _n in range(max(1, self.settings.connections)):
            self._free.put_nowait(None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(_quit(self._free.get_nowait()) for _n in range(self._free.qsize())))
        await asyncio.sleep(
            0
        )  # what was closed lets its socket go at the loop's next turn, and there is none after this

    async def send(self, letter: Letter) -> Outcome:
        """Hand one letter over; the whole of it takes three times the time-out of one answer at most."""
        kept = await self._free.get()
        talk = _Talk(self.settings, self._sender, kept if kept and kept.is_connected else None)
        try:
            talk.sender = self._return_path(letter) or self._sender
            async with asyncio.timeout(3 * self.settings.timeout_seconds):
                return await talk.hand_over(letter)
        except TimeoutError:
            return Outcome(Fate.AWAY, f"timeout {3 * self.settings.timeout_seconds} s", doubtful=talk.has_text)
        finally:
            self._free.put_nowait(talk.end())


async def _quit(connection: aiosmtplib.SMTP | None) -> None:
    """Say goodbye, but wait for no answer for long."""
    if connection is not None:
        try:
            await asyncio.wait_for(connection.quit(), 2)
        except Exception:
            connection.close()


class _Talk:
    """One conversation: the connection, whether it can be kept, and whether the server may have the whole letter."""

    def __init__(self, settings: MailSettings, sender: str, client: aiosmtplib.SMTP | None) -> None:
        self.settings, self.sender, self.client = settings, sender, client
        self.sound, self.has_text = False, False

    def end(self) -> aiosmtplib.SMTP | None:
        """The connection, if it can be used again; else it is closed."""
        if self.client is not None and not self.sound:
            self.client.close()
        return self.client if self.sound else None

    async def hand_over(self, letter: Letter) -> Outcome:
        import aiosmtplib

        try:
            self.client = self.client or await self._connect()
            await self.client.mail(self.sender)
        except aiosmtplib.SMTPResponseException as error:  # it is we that it does not take, not the letter
            return Outcome(Fate.AWAY, f"{error.code} {error.message}")
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:  # a certificate's fault is both of the last
            return Outcome(Fate.AWAY, str(error) or type(error).__name__)
        try:
            await self.client.rcpt(letter.recipient)
            self.has_text = (
                True  # from here on a lost connection leaves it open whether the server has kept it (RFC 1047)
            )
            answer = await self.client.data(letter.content)
            self.sound, self.has_text = True, False
            return Outcome(Fate.SENT, f"{answer.code} {answer.message}")
        except aiosmtplib.SMTPResponseException as error:
            return await self._refused(error.code, error.message)
        except (UnicodeError, ValueError, aiosmtplib.SMTPNotSupported) as error:
            await self._reset()
            return Outcome(Fate.REFUSED, f"{letter.recipient}: {error}")
        except (aiosmtplib.SMTPException, OSError) as error:
            return Outcome(Fate.AWAY, str(error) or type(error).__name__, doubtful=self.has_text)

    async def _refused(self, code: int, message: str) -> Outcome:
        """The server does not take this letter, now or ever; 421 and what is no answer mean that it is going away."""
        words = f"{code} {message}"
        if code == 421 or code < 400:
            return Outcome(Fate.AWAY, words)
        await self._reset()
        return Outcome(Fate.LATER if code < 500 else Fate.REFUSED, words)

    async def _reset(self) -> None:
        """Begin anew on the same connection, for the next letter."""
        import aiosmtplib

        self.has_text = False
        try:
            if self.client is not None:
                await self.client.rset()
                self.sound = True
        except (aiosmtplib.SMTPException, OSError):
            self.sound = False

    async def _connect(self) -> aiosmtplib.SMTP:
        import aiosmtplib

        client = aiosmtplib.SMTP(
            hostname=self.settings.host,
            port=self.settings.port,
            timeout=self.settings.timeout_seconds,
            use_tls=self.settings.security == "tls",
            start_tls=self.settings.security == "starttls",
            local_hostname=socket.gethostname() or "localhost",
        )
        await client.connect()
        try:
            await client.ehlo()
            if self.settings.username:
                await client.login(self.settings.username, self.settings.password)
        except BaseException:
            client.close()
            raise
        return client


def for_settings(settings: MailSettings, return_path: Callable[[Letter], str] | None = None) -> Mailer:
    """The transport that `mail.transport` names."""
    return FolderMailer(settings.folder) if settings.transport == "folder" else SmtpMailer(settings, return_path)


def for_office(settings: Settings, keys: Keys) -> Mailer:
    """The transport of an office whose letters come back to an address of their own."""
    return for_settings(settings.mail, lambda letter: tags.tagged(keys, settings, tags.BOUNCE, letter.message_id))
