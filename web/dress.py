"""What every answer passes: the language of the reader, the headers of safety, and the pages that were made already.

A page that was made is given again as long as it would be the same: the record's version is read at each request, and nothing is
kept beyond the version it was read in, beyond the day, or longer than a minute.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import visitor
from web.pages import KEPT, Office
from workflow import i18n
from workflow.version import Version

if TYPE_CHECKING:
    from web.metrics import Figures

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
MOST, LONGEST = 500, timedelta(minutes=1)
LARGEST = 1_000_000


class _Page(NamedTuple):
    """A page that was made: its headers and body, and until when it may be given."""

    until: datetime
    tag: bytes
    start: Message
    body: Message


class Dress:
    """Speaks the reader's language, adds the headers, gives pages again that would be the same."""

    def __init__(self, app: ASGIApp, office: Office, figures: Figures | None = None) -> None:
        self.app, self.office, self.figures = app, office, figures
        self.version = Version(office.settings.database.url)
        # What a page follows from beside its address: every line of it, for a program may send one of a name twice.
        self.told = {b"cookie", b"authorization", b"accept-language", office.settings.sign_in.header.lower().encode()}
        self.pages: dict[tuple[bytes, ...], _Page] = {}
        self.of = ""  # the version of the record that the pages are of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.figures:
            send = self.figures.watched(send)
        key = self._key(scope)
        if key and (page := await self._kept(key)):
            await _give(page, scope, send)
            return
        headers = Headers(scope=scope)
        i18n.set_language(_language(headers, self.office.settings.language))
        of, state = self.of, scope.setdefault("state", {})
        await self.app(scope, receive, self._dressed(scope, send, key, of))
        if state.get("seen"):
            await run_in_threadpool(visitor.seen, self.office, state["seen"])

    def _key(self, scope: Scope) -> tuple[bytes, ...] | None:
        """What a page depends on beside the record and the day: its address, and who says to be looking."""
        if scope["method"] != "GET":
            return None
        near = (scope.get("client") or ("",))[0].encode()
        who = [name + b":" + value for name, value in scope["headers"] if name in self.told]
        return (scope["raw_path"], scope["query_string"], near, *who)

    async def _kept(self, key: tuple[bytes, ...]) -> _Page | None:
        now = await self.version.current()
        if now != self.of or not now:
            self.pages.clear()
            self.of = now
        page = self.pages.get(key)
        return page if page and self.office.now() < page.until else None

    def _dressed(self, scope: Scope, send: Send, key: tuple[bytes, ...] | None, of: str) -> Send:
        """Send with the headers, and keep the page where its endpoint allows it."""
        start: Message | None = None
        plain = scope["path"].startswith("/static/")

        async def dressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in HEADERS.items():
                    if not (plain and name == "Cache-Control"):
                        headers.setdefault(name, value)
                kept = headers.get(KEPT)
                del headers[KEPT]
                start = message if kept and key and of and message["status"] == 200 else None
                if start:
                    return  # with its tag, once the body is known
            elif start:
                page = self._made(start, message, scope["state"].get("visitor"))
                start = None
                small = len(message["body"]) <= LARGEST and not message.get("more_body")
                if small and self.of == of and len(self.pages) < MOST:
                    self.pages[key or ()] = page
                await send(page.start)
                await send(page.body)
                return
            await send(message)

        return dressed

    def _made(self, start: Message, body: Message, who: visitor.Visitor | None) -> _Page:
        tag = f'"{hashlib.sha256(body["body"]).hexdigest()[:20]}"'.encode()
        headers = [*start["headers"], (b"etag", tag)]
        headers = [(n, b"no-cache, private" if n.lower() == b"cache-control" else v) for n, v in headers]
        now, zone = self.office.now(), ZoneInfo(self.office.settings.time_zone)
        local = now.astimezone(zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), zone)
        until = min(
            now + LONGEST, midnight, who.until if who and who.until else midnight
        )  # no page outlives its session
        return _Page(until, tag, {**start, "headers": headers}, body)


async def _give(page: _Page, scope: Scope, send: Send) -> None:
    asked = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
    if page.tag in [tag.strip() for tag in asked.split(b",")]:
        headers = [(n, v) for n, v in page.start["headers"] if n.lower() != b"content-length"]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send(page.start)
    await send(page.body)


def _language(headers: Headers, default: str) -> str:
    """The language that the reader has chosen on our pages, or a program asks for; else the office's."""
    chosen = cookie_parser("; ".join(headers.getlist("cookie"))).get("language")
    if chosen in i18n.LANGUAGES:
        return str(chosen)
    asked = headers.get("accept-language", "").strip()[:2] if "authorization" in headers else ""
    return asked if asked in i18n.LANGUAGES else default
