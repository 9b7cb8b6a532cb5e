"""A bound on what a request may send, counted while it arrives: a stated length can lie."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _TooLarge(Exception):
    pass


class BodyLimit:
    """Answers 413 as soon as a request has sent more than `most` bytes."""

    def __init__(self, app: ASGIApp, most: int, headers: Mapping[str, str]) -> None:
        self.app, self.most = app, most
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "0")
        if stated.isdigit() and int(stated) > self.most:
            await self._refuse(send)
            return
        seen, answered = 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most:
                raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal answered
            if seen > self.most and not answered:
                return  # whatever the application makes of the cut-off body, the answer is 413
            answered = True
            await send(message)

        with suppress(_TooLarge):
            await self.app(scope, counted, noted)
        if seen > self.most and not answered:
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": 413,
                "headers": [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close"), *self.headers],
            }
        )
        await send(
            {"type": "http.response.body", "body": "Tệp gửi lên quá lớn. / What was sent is too large.\n".encode()}
        )
