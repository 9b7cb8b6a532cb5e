"""An office whose letters have left, served at the address that stands in their links, with a Chromium that opens them."""

from __future__ import annotations

import email
import email.policy
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import uvicorn
from sqlmodel import Session, SQLModel, col, select

from tests import make
from tests.conftest import Office
from tests.walks.test_main_job import started_browser
from web.app import create_app
from workflow.message import Message


@dataclass
class Walk:
    """An office whose letters have left, its pages under the address that stands in them, and a browser."""

    office: Office
    base: str
    browser: Any = None
    posts: list[str] = field(default_factory=list)
    puts: list[int] = field(default_factory=list)  # what arrived of each part of a file

    def addresses(self) -> list[str]:
        """The links of the letter of the morning, in the order of their tasks."""
        return found_in(self.office.mailer.letters[0].content)

    def receipts(self, reader: str = "pnv@example.vn", kind: str = "receipt") -> list[bytes]:
        """Letters that answered an act, once all have left."""
        for _wait in range(500):
            with self.office.database.transaction() as session:
                letters = session.exec(select(Message).where(Message.kind == kind).order_by(col(Message.id))).all()
                if all(one.status == "sent" for one in letters):
                    return [one.content for one in letters if one.recipient == reader]
            time.sleep(0.02)
        raise AssertionError(f"a {kind} has not left")

    def record(self) -> dict[str, Any]:
        """Every row of every table but the one that counts attempts."""
        with self.office.database.transaction() as session:
            tables = [table for table in SQLModel.metadata.sorted_tables if table.name != "attempts"]
            return {table.name: session.execute(table.select()).all() for table in tables}

    def page(self, address: str, width: int = 1100, **wanted: Any) -> Any:
        made = self.browser.new_context(viewport={"width": width, "height": 800}, **wanted).new_page()
        made.goto(address)
        return made


def found_in(content: bytes, part: str = "plain") -> list[str]:
    return re.findall(r"https?://\S+/v/[\w.~-]+", body(content, part))


def body(content: bytes, part: str) -> str:
    read = email.message_from_bytes(content, policy=email.policy.default)
    return str(read.get_body((part,)).get_content())  # type: ignore[union-attr]


@contextmanager
def opened(office: Office, *tasks: Any, change: Callable[[Session], object] = lambda _session: None) -> Iterator[Walk]:
    """Serve an office after a morning on which it wrote about some tasks; the links are bound to the address it is served at."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    walk = Walk(office, f"http://127.0.0.1:{listener.getsockname()[1]}")
    known = office.settings
    links, web = replace(known.links, base_url=walk.base), replace(known.web, open_lists=True)
    office.settings = replace(known, links=links, web=web)
    with office.database.transaction() as session:
        make.enacted(session, *tasks)
        change(session)
    office.tick("2025-09-25 08:00")
    app: Any = create_app(office.settings, office.database, now=lambda: make.at("2025-09-26 10:00"))

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        async def noted() -> Any:
            message = await receive()
            if scope["method"] == "PUT":
                walk.puts.append(len(message.get("body", b"")))
            return message

        walk.posts += [scope["path"]] if scope["method"] == "POST" else []
        await app(scope, noted, send)

    server = uvicorn.Server(uvicorn.Config(counted, log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        with started_browser() as walk.browser:
            yield walk
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


SEND = "form button[type=submit]:not([name])"


def press(page: Any, words: str, name: str = "Lê Văn B, chuyên viên", choice: str = "done") -> None:
    """What a person does: choose, type, press."""
    page.check(f"input[name=choice][value={choice}]")
    page.fill("textarea[name=words]", words)
    page.fill("input[name=name]", name)
    page.click(SEND)
    page.wait_for_selector("section.receipt")
