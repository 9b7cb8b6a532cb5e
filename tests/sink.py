"""A mail server for tests: it keeps what it accepts, and fails on the messages it is told to in every way mail servers fail."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
import threading
from base64 import b64decode
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple, Self


class Kept(NamedTuple):
    """A message that the server took over."""

    message_id: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass
class Sink:
    """Listens on the loopback while it is entered; `idle` while nobody is connected.

    `faults` names what goes wrong and on which messages: {"tempfail": 3} on every third, {"hang": 1} on each; it may be changed at
    any time. greeting: 421 for a connection. closing: 421 at MAIL. refuse: 550 at RCPT. grey: 450 the first time a recipient is
    seen. tempfail, toobig: 451 and 552 after the text. drop_before, drop_after: the connection ends before the message is kept, or
    after it without a reply. hang: kept, and no reply ever. slow: replies come one byte at a time.
    """

    faults: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)  # recipients that are never taken
    delay: float = 0  # seconds before each reply
    tls: ssl.SSLContext | None = None
    password: str | None = None
    port: int = 0
    kept: list[Kept] = field(default_factory=list)
    connections: int = 0
    messages: int = 0
    seen: set[str] = field(default_factory=set)  # recipients

    def copies(self) -> Counter[str]:
        """How often each Message-ID was accepted."""
        return Counter(one.message_id for one in list(self.kept))

    def __enter__(self) -> Self:
        self.idle, self._open = threading.Event(), set[asyncio.StreamWriter]()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="sink")
        self._thread.start()
        assert self.idle.wait(10), "the mail server did not start"
        return self

    def __exit__(self, *_raised: object) -> None:
        self._loop.call_soon_threadsafe(self.ended.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self.ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=1 << 26)
        self.port = server.sockets[0].getsockname()[1]
        self.idle.set()
        await self.ended.wait()
        server.close()
        while self._open:
            for writer in self._open:
                writer.transport.abort()
            await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.idle.clear()
        self._open.add(writer)
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):  # the client is gone
            await _Talk(self, reader, writer, self.connections).run()
        writer.close()
        self._open.discard(writer)
        if not self._open:
            self.idle.set()


@dataclass
class _Talk:
    """One connection."""

    sink: Sink
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int  # of the connection, and then of the message
    recipients: tuple[str, ...] = ()

    def hit(self, fault: str) -> bool:
        return self.number % self.sink.faults.get(fault, self.number + 1) == 0

    async def run(self) -> None:
        reply: str | None = "421 closing" if self.hit("greeting") else "220 sink"
        while reply is not None:
            await self.say(reply)
            if reply[:3] in ("221", "421") or not (line := await self.reader.readline()):
                return
            verb, _space, words = line.decode("utf-8", "replace").strip().partition(" ")
            reply = await self.answer(verb.upper(), words)

    async def say(self, reply: str) -> None:
        line = f"{reply}\r\n".encode() if reply else b""
        size, pause = (1, 0.2) if self.hit("slow") else (len(line) or 1, self.sink.delay)
        for start in range(0, len(line), size):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.sink.ended.wait(), pause)
            self.writer.write(line[start : start + size])
            await self.writer.drain()

    async def answer(self, verb: str, words: str) -> str | None:
        """The reply to a command; None ends the connection without one."""
        sink = self.sink
        if verb == "EHLO":
            tls, login = sink.tls is not None, sink.password is not None
            return "250-sink\r\n" + "250-STARTTLS\r\n" * tls + "250-AUTH PLAIN\r\n" * login + "250 8BITMIME"
        if verb == "STARTTLS" and sink.tls:
            await self.say("220 go ahead")
            await self.writer.start_tls(sink.tls)
            return ""
        if verb == "AUTH":
            return "235 welcome" if b64decode(words[6:]) == f"\0dondoc\0{sink.password}".encode() else "535 who are you"
        if verb == "MAIL":
            sink.messages += 1
            self.number, self.recipients = sink.messages, ()
            return "421 busy" if self.hit("closing") else "250 ok"
        if verb == "RCPT":
            address = words[words.find("<") + 1 : words.rfind(">")]
            grey = "grey" in sink.faults and address not in sink.seen
            sink.seen.add(address)
            if grey or address in sink.refused or self.hit("refuse"):
                return "450 greylisted" if grey else "550 no such user"
            self.recipients += (address,)
        if verb == "DATA":
            return await self.text()
        return "221 bye" if verb == "QUIT" else "250 ok"

    async def text(self) -> str | None:
        await self.say("354 go ahead")
        text = (await self.reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
        refusals = {"tempfail": "451 try again later", "toobig": "552 message too big", "drop_before": None}
        if hit := [reply for fault, reply in refusals.items() if self.hit(fault)]:
            return hit[0]
        found = re.search(rb"(?im)^message-id:\s*(\S+)", text)
        self.sink.kept.append(Kept(found[1].decode() if found else "", self.recipients, text))
        if self.hit("hang"):
            await self.reader.read()
        return None if self.hit("drop_after") or self.hit("hang") else "250 kept"
