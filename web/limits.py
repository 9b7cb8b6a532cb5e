"""A bound on what a request may send and how long it may take over it, counted while it arrives: a stated length can lie."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAUSE = 30  # seconds between two pieces of a request
SLOWEST = 500  # bytes a second, after the first half minute


WORDS = {
    408: "Đường truyền quá chậm. / The line is too slow.\n",
    413: "Tệp gửi lên quá lớn. / What was sent is too large.\n",
}


class _TooLarge(Exception):
    pass


class _TooSlow(Exception):
    pass


class BodyLimit:
    """Answers 413 as soon as a request has sent more than `most` bytes, 408 where it comes too slowly."""

    def __init__(self, app: ASGIApp, most: int, headers: Mapping[str, str], pause: float = PAUSE) -> None:
        self.app, self.most, self.pause = app, most, pause
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "0")
        if stated.isdigit() and int(stated) > self.most:
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
            if seen > self.most:
                raise _TooLarge
            if not whole and time.monotonic() - began > self.pause + seen / SLOWEST:
                slow = True
                raise _TooSlow
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            if (slow or seen > self.most) and not answered:
                return  # whatever the application makes of the cut-off body, the answer is ours
            answered = True
            await send(message)

        with suppress(_TooLarge, _TooSlow):
            await self.app(scope, counted, noted)
        if (slow or seen > self.most) and not answered:
            await self._refuse(send, 408 if slow else 413)

    async def _refuse(self, send: Send, status: int = 413) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"), *self.headers],
            }
        )
        await send({"type": "http.response.body", "body": WORDS[status].encode()})
