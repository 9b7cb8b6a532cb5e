"""A mail server for tests: it keeps what it accepts, and fails on the messages it is told to in every way mail servers fail."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
import subprocess
import threading
from base64 import b64decode
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

END = b"\r\n.\r\n"
AFTER_TEXT = {"tempfail": "451 try again later", "toobig": "552 message too big"}


@dataclass(frozen=True)
class Kept:
    """A message that the server took over."""

    message_id: str
    recipients: tuple[str, ...]
    content: bytes


class Sink:
    """Listens on the loopback while it is entered; entered again it is back on the same port.

    `faults` names what goes wrong and on which messages: {"tempfail": 3} on every third, {"hang": 1} on each; it may be changed at
    any time. greeting: 421 for a connection. closing: 421 at MAIL. refuse: 550 at RCPT. grey: 450 the first time a recipient is
    seen. tempfail, toobig: 451 and 552 after the text. drop_before, drop_after: the connection ends before the message is kept, or
    after it without a reply. hang: kept, and no reply ever. slow: replies come one byte at a time.
    """

    def __init__(
        self, *, delay: float = 0, certificate: Path | None = None, password: str | None = None, **faults: int
    ) -> None:
        self.faults, self.delay, self.certificate, self.password = faults, delay, certificate, password
        self.refused: set[str] = set()  # recipients that are never taken
        self.port = 0
        self.kept: list[Kept] = []
        self.connections = self.messages = 0
        self._seen: set[str] = set()
        self._open: set[asyncio.StreamWriter] = set()
        self._quiet = threading.Condition()

    def copies(self) -> Counter[str]:
        """How often each Message-ID was accepted."""
        return Counter(one.message_id for one in list(self.kept))

    def settle(self, seconds: float = 10) -> None:
        """Wait until nobody is connected any more: what a dead client sent has been looked at then."""
        with self._quiet:
            assert self._quiet.wait_for(lambda: not self._open, seconds), "somebody is still connected"

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), name="sink")
        self._thread.start()
        assert started.wait(10), "the mail server did not start"
        return self

    def __exit__(self, *_raised: object) -> None:
        self._loop.call_soon_threadsafe(self.ended.set)
        self._thread.join()

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self.ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", self.port, limit=1 << 26, backlog=100)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self.ended.wait()
        server.close()
        while self._open:
            for writer in self._open:
                writer.transport.abort()
            await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._quiet:
            self._open.add(writer)
        try:
            await _Talk(self, reader, writer).run()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client is gone, or speaks no TLS with us
        finally:
            writer.close()
            with self._quiet:
                self._open.discard(writer)
                self._quiet.notify_all()

    def first_sight(self, recipient: str) -> bool:
        """Whether a recipient is seen for the first time."""
        new = recipient not in self._seen
        self._seen.add(recipient)
        return new


@dataclass
class _Talk:
    """One connection: each command has a method that returns the reply; None ends the connection without one."""

    sink: Sink
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    message: int = 0
    secure: bool = False
    recipients: list[str] = field(default_factory=list)

    def hit(self, fault: str, number: int | None = None) -> bool:
        every = self.sink.faults.get(fault)
        return every is not None and (self.message if number is None else number) % every == 0

    async def run(self) -> None:
        self.sink.connections += 1
        reply: str | None = "421 closing" if self.hit("greeting", self.sink.connections) else "220 sink ESMTP"
        while reply is not None:
            await self.say(reply)
            if reply[:3] in ("221", "421") or not (line := await self.reader.readline()):
                return
            verb, _space, words = line.decode("utf-8", "replace").strip().partition(" ")
            reply = await getattr(self, f"on_{verb.lower()}", self.other)(words)

    async def say(self, reply: str) -> None:
        await asyncio.sleep(self.sink.delay)
        line = f"{reply}\r\n".encode() if reply else b""
        step = 1 if self.message and self.hit("slow") else max(1, len(line))
        for start in range(0, len(line), step):
            self.writer.write(line[start : start + step])
            await self.writer.drain()
            if step < len(line):
                await self.silence(0.2)

    async def silence(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.sink.ended.wait(), seconds)

    async def other(self, _words: str) -> str:
        return "250 ok"

    async def on_ehlo(self, _words: str) -> str:
        offers = ["sink", "8BITMIME"]
        offers += ["STARTTLS"] if self.sink.certificate and not self.secure else []
        offers += ["AUTH PLAIN"] if self.sink.password is not None else []
        return "".join(f"250-{one}\r\n" for one in offers) + "250 HELP"

    async def on_starttls(self, _words: str) -> str:
        await self.say("220 go ahead")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.sink.certificate or "")
        await self.writer.start_tls(context)
        self.secure = True
        return ""

    async def on_auth(self, words: str) -> str:
        given = b64decode(words.partition(" ")[2]).decode().split("\0")[-1]
        return "235 welcome" if given == self.sink.password else "535 who are you"

    async def on_mail(self, _words: str) -> str:
        self.sink.messages += 1
        self.message, self.recipients = self.sink.messages, []
        return "421 busy" if self.hit("closing") else "250 ok"

    async def on_rcpt(self, words: str) -> str:
        address = words[words.find("<") + 1 : words.rfind(">")]
        if address in self.sink.refused or self.hit("refuse"):
            return "550 no such user"
        if "grey" in self.sink.faults and self.sink.first_sight(address):
            return "450 greylisted"
        self.recipients.append(address)
        return "250 ok"

    async def on_data(self, _words: str) -> str | None:
        if not self.recipients:
            return "554 no valid recipients"
        await self.say("354 go ahead")
        text = (await self.reader.readuntil(END))[:-3].replace(b"\r\n..", b"\r\n.")
        for fault, reply in AFTER_TEXT.items():
            if self.hit(fault):
                return reply
        if self.hit("drop_before"):
            return None
        found = re.search(rb"(?im)^message-id:\s*(\S+)", text)
        self.sink.kept.append(Kept(found[1].decode() if found else "", tuple(self.recipients), text))
        if self.hit("hang"):
            await self.silence(None)
        return None if self.hit("drop_after") or self.hit("hang") else "250 kept"

    async def on_quit(self, _words: str) -> str:
        return "221 bye"


def self_signed(folder: Path) -> Path:
    """A key and a certificate for 127.0.0.1 in one file, signed by nobody; needs the openssl command."""
    file = folder / "server.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    new = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    subprocess.run(
        [*new, *names, "-keyout", str(file), "-out", str(folder / "cert.pem")], check=True, capture_output=True
    )
    file.write_text(file.read_text() + (folder / "cert.pem").read_text())
    return file
