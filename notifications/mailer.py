"""How letters leave: over SMTP, into a folder, or into memory for tests and dry runs."""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from workflow.config import MailSettings

if TYPE_CHECKING:
    import aiosmtplib


class Fate(StrEnum):
    """What the transport said of a letter."""

    SENT = "sent"
    LATER = "later"
    REFUSED = "refused"
    AWAY = "away"


@dataclass(frozen=True)
class Outcome:
    """The fate of one letter and the server's words."""

    fate: Fate
    reply: str = ""


@dataclass(frozen=True)
class Letter:
    """What the transport needs of an outbox row."""

    id: int
    recipient: str
    message_id: str
    content: bytes


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
    """Sends over a small pool of kept SMTP connections; after any doubt a connection is closed and made anew."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings
        self._free: asyncio.LifoQueue[aiosmtplib.SMTP | None] = asyncio.LifoQueue()
        self._sender = parseaddr(settings.sender)[1]

    async def __aenter__(self) -> Self:
        for _n in range(max(1, self.settings.connections)):
            self._free.put_nowait(None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while not self._free.empty():
            connection = self._free.get_nowait()
            if connection is not None:
                try:
                    await connection.quit()
                except Exception:
                    connection.close()

    async def send(self, letter: Letter) -> Outcome:
        import aiosmtplib

        kept = await self._free.get()
        client = kept if kept and kept.is_connected else None
        keep: aiosmtplib.SMTP | None = None
        try:
            client = client or await self._connect()
            refused, reply = await client.sendmail(self._sender, [letter.recipient], letter.content)
            keep = client
            return Outcome(Fate.SENT, reply) if not refused else Outcome(Fate.REFUSED, str(refused))
        except aiosmtplib.SMTPRecipientsRefused as error:
            keep = client
            first = error.recipients[0]
            return Outcome(_fate(first.code), f"{first.code} {first.message}")
        except aiosmtplib.SMTPConnectResponseError as error:
            return Outcome(Fate.AWAY, f"{error.code} {error.message}")
        except aiosmtplib.SMTPAuthenticationError as error:
            return Outcome(Fate.AWAY, f"{error.code} {error.message}")
        except aiosmtplib.SMTPResponseException as error:
            keep = client if error.code not in (421, -1) else None
            return Outcome(Fate.AWAY if error.code == 421 else _fate(error.code), f"{error.code} {error.message}")
        except (aiosmtplib.SMTPException, OSError) as error:
            return Outcome(Fate.AWAY, str(error) or type(error).__name__)
        finally:
            if client is not None and keep is None:
                client.close()
            self._free.put_nowait(keep)

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
            if self.settings.username:
                await client.login(self.settings.username, self.settings.password)
        except BaseException:
            client.close()
            raise
        return client


def _fate(code: int) -> Fate:
    return Fate.LATER if 400 <= code < 500 else Fate.REFUSED


def for_settings(settings: MailSettings) -> Mailer:
    """The transport that `mail.transport` names."""
    return FolderMailer(settings.folder) if settings.transport == "folder" else SmtpMailer(settings)
