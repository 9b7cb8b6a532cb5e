"""An office with people in it and its doors open: pages and interface at a moment that a test can move."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, col, func, select

from tests import make
from tests.conftest import Office
from web import visitor
from web.api.entering import make_token
from web.app import create_app
from workflow.access import people
from workflow.access.entry import person_at
from workflow.access.roles import Role
from workflow.agency import add_focal_point
from workflow.audit import AuditEntry
from workflow.database import Database
from workflow.message import Message
from workflow.snapshot import Snapshot

BASE = "http://127.0.0.1:8000"
MONITOR, OFFICE, ADMIN, LEADER = "theodoi@example.vn", "vanthu@example.vn", "quantri@example.vn", "lanhdao@example.vn"
HEAD, FOCAL, OTHER = "truongphong@example.vn", "hoa@example.vn", "nam@example.vn"
SECRET = "Rà soát phương án bí mật"
PDF = b"%PDF-1.7 noi dung"


def register(session: Session) -> None:
    """KH27, open and monitored by Sở Tài chính; KH28, confidential and of Phòng Kinh tế; a person of each role."""
    tasks = [
        make.task("I.1", text="Lập kế hoạch đào tạo cán bộ"),
        make.task("I.2", text="Báo cáo chuyên đề", timing="20/10/2025", lead="Phòng Tư pháp"),
        make.task("I.3", text="Theo dõi thường kỳ", timing="Thường xuyên"),
        make.task("I.4", text="Rà soát văn bản", timing="Quý III và Quý IV", lead="Phòng Nội vụ; Phòng Tư pháp"),
    ]
    made = make.enacted(session, *tasks)
    hidden = make.enacted(session, make.task(text=SECRET, lead="Phòng Kinh tế"), number="28/KH-UBND")
    hidden.confidential = True
    monitor = make.agency(session, "Sở Tài chính", new=True)
    session.flush()
    made.monitor_id = monitor.id
    own = make.agency(session, "Phòng Nội vụ")
    how: dict[str, Any] = {"by": make.BY, "at": make.at("2025-04-12 10:00"), "today": date(2025, 4, 12)}
    for name, role, agency, address in (
        ("Trần Quản Trị", Role.ADMINISTRATOR, None, ADMIN),
        ("Hà Theo Dõi", Role.MONITOR, monitor, MONITOR),
        ("Vũ Văn Thư", Role.OFFICE, None, OFFICE),
        ("Đỗ Lãnh Đạo", Role.LEADER, None, LEADER),
        ("Phạm Trưởng Phòng", Role.HEAD, own, HEAD),
    ):
        people.appoint(session, name, role, **how, agency=agency, email=address)
    add_focal_point(session, own, "Lê Hoa", FOCAL)
    add_focal_point(session, make.agency(session, "Phòng Tư pháp"), "Vũ Nam", OTHER)


class House:
    """The application of an office, whose clock a test moves; several may stand on one record."""

    def __init__(self, office: Office, database: Database | None = None, **web: Any) -> None:
        self.office, self.moment = office, make.at("2025-10-15 09:00")
        self.settings = replace(office.settings, **web)
        self.app: FastAPI = create_app(self.settings, database or office.database, now=self.now)
        self.client = self.browser()

    def now(self) -> datetime:
        return self.moment

    def browser(self, **more: Any) -> TestClient:
        """A browser of its own, without cookies, that does not go on by itself."""
        base = self.settings.links.base_url
        told: dict[str, Any] = {"base_url": base, "raise_server_exceptions": False, "follow_redirects": False, **more}
        return TestClient(self.app, **told)

    def letters(self, kind: str = "sign_in") -> list[Message]:
        with self.office.database.transaction() as session:
            return list(session.exec(select(Message).where(Message.kind == kind).order_by(col(Message.id))))

    def begin(self, browser: Any, address: str, **more: str) -> tuple[Any, str]:
        """Ask for a sign-in; returns the page and its handle."""
        page = browser.post("/sign-in", data={"address": address, **more})
        return page, hidden(page.text, "handle")

    def by_digits(self, address: str, browser: Any = None, **more: str) -> Any:
        """A browser that has signed in with the digits of the newest letter."""
        browser = browser or self.browser()
        _page, handle = self.begin(browser, address)
        answer = browser.post("/sign-in/code", data={"handle": handle, "code": digits(self.letters()[-1]), **more})
        assert answer.status_code == 303, answer.text
        return browser

    def signed_in(self, address: str) -> Any:
        """A browser with a session, without the letters: for tests of what lies behind the door."""
        with self.office.database.transaction() as session:
            secret = visitor.begin(session, address, "mail", at=self.moment)
        browser = self.browser()
        browser.cookies.set(visitor.cookie(self.app.state.office), secret)
        return browser

    def token(self, address: str, *scopes: str, app: FastAPI | None = None) -> str:
        """An access token of somebody registered."""
        office = (app or self.app).state.office
        with self.office.database.transaction() as session:
            person = person_at(Snapshot.within(session), address, office.as_of().day)
            assert person
            return make_token(session, office, person, "thử", list(scopes or ("read", "act")), "api")[1]

    def program(self, address: str, *scopes: str, **headers: str) -> TestClient:
        """A program that acts for somebody."""
        return self.browser(headers={"Authorization": f"Bearer {self.token(address, *scopes)}", **headers})

    def entries(self) -> int:
        """How long the history is."""
        with self.office.database.transaction() as session:
            return session.exec(select(func.count()).select_from(AuditEntry)).one()

    def acts(self) -> list[str]:
        """The acts of the history."""
        with self.office.database.transaction() as session:
            return [entry.act for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


def words(message: Message) -> str:
    """The plain text of a letter."""
    read = email.message_from_bytes(message.content, policy=email.policy.default)
    return str(read.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def digits(message: Message) -> str:
    """The six digits of a letter."""
    return re.findall(r"\d{3} \d{3}", words(message))[0].replace(" ", "")


def link(message: Message) -> str:
    """The path of the link of a letter."""
    found = re.search(r"https?://[^/\s]+(/sign-in/\S+)", words(message))
    assert found, words(message)
    return found[1]
