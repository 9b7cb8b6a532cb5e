"""A bound on what a request may send and how long it may take over it, counted while it arrives: a stated length can lie."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAUSE = 30  # seconds between two pieces of a request
SLOWEST = 500  # bytes a second, after the first half minute
ORDINARY = 500_000  # bytes of a request that brings no whole file: text is held in memory, and what is read out of it takes 80 times as much
FILES = re.compile(
    r"/v/[^/]+|/duties/[^/]+/[^/]+|/proposals|/succession/(?:plan|apply)|/letters/[^/]+/send|/api/v1/files"
)  # where files come in, or a form that carries a table

WORDS = {
    408: "Đường truyền quá chậm. / The line is too slow.\n",
    413: "Tệp gửi lên quá lớn. / What was sent is too large.\n",
}


class _TooLarge(ClientDisconnect):
    """To the application it is as if the sender had gone."""


class _TooSlow(ClientDisconnect):
    pass


def gone(_request: Request, _error: Exception) -> Response:
    """What becomes of a request whose sender went away while it was being read: nobody hears it, and it is no failure of ours."""
    return Response(status_code=400)


class BodyLimit:
    """Answers 413 as soon as a request has sent too much, 408 where it comes too slowly.

    With files it may bring `most` bytes, otherwise as much as texts need. Whoever does not say how much will come is not
    listened to any longer than it takes to answer.
    """

    def __init__(self, app: ASGIApp, most: int, headers: Mapping[str, str], pause: float = PAUSE) -> None:
        self.app, self.most, self.pause = app, most, pause
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        stated, endless, most = headers.get("content-length", "0"), "transfer-encoding" in headers, self._most(scope)
        if stated.isdigit() and int(stated) > most:
            await self._refuse(send)
            return
        seen, answered, whole, slow, began = 0, False, False, False, time.monotonic()

        async def counted() -> Message:
            nonlocal seen, whole, slow
            if whole:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), self.pause)
            except TimeoutError as error:
                slow = True
                raise _TooSlow from error
            seen += len(message.get("body", b""))
            whole = not message.get("more_body")
            if seen > most:
                raise _TooLarge
            if not whole and time.monotonic() - began > self.pause + seen / SLOWEST:
                slow = True
                raise _TooSlow
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            if (slow or seen > most) and not answered:
                return  # whatever the application makes of the cut-off body, the answer is ours
            answered = True
            if endless and not whole and message["type"] == "http.response.start":
                MutableHeaders(raw=message["headers"])["Connection"] = "close"
            await send(message)

        with suppress(_TooLarge, _TooSlow):
            await self.app(scope, counted, noted)
        if (slow or seen > most) and not answered:
            await self._refuse(send, 408 if slow else 413)

    def _most(self, scope: Scope) -> int:
        """How many bytes a request may bring."""
        files = (
            FILES.fullmatch(scope["path"]) and "urlencoded" not in Headers(scope=scope).get("content-type", "").lower()
        )
        return self.most if files else min(self.most, ORDINARY)

    async def _refuse(self, send: Send, status: int = 413) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"), *self.headers],
            }
        )
        await send({"type": "http.response.body", "body": WORDS[status].encode()})
