"""A whole office in one folder, served to Chromium, and a person who has nothing but the keyboard."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import uvicorn
from sqlmodel import Session, col, select

from notifications import mailer, signing
from tests import doors, make
from tests.conftest import Office
from tests.walks.opened_letters import body
from web import visitor
from web.app import create_app
from workflow import config
from workflow.access import people
from workflow.access.roles import Role
from workflow.agency import add_focal_point
from workflow.audit import AuditEntry
from workflow.database import Database
from workflow.duties.carrying import carry_out
from workflow.duties.order import Order
from workflow.message import Message

NOW = make.at("2025-10-15 09:00")
EARLIER: dict[str, Any] = {"by": make.BY, "at": make.at("2025-10-10 09:00"), "today": date(2025, 10, 10)}


def register(session: Session) -> None:
    """KH27 in two sections, monitored by Sở Tài chính: late, soon due, reported and asked for; a person of each role."""
    given = [
        ("I.1", "Lập kế hoạch đào tạo cán bộ", "20/10/2025", "Phòng Nội vụ", "Kế hoạch của UBND"),
        ("I.2", "Tổng kết công tác thi đua năm", "31/12/2025", "Phòng Nội vụ", None),
        ("I.3", "Rà soát văn bản quy phạm", "30/9/2025", "Phòng Tư pháp", None),
        ("I.4", "Báo cáo chuyên đề hộ tịch", "15/9/2025", "Phòng Tư pháp", None),
        ("II.1", "Đánh giá chợ đầu mối", "10/9/2025", "Phòng Kinh tế", "Báo cáo"),
        ("II.2", "Khảo sát hộ kinh doanh", "8/10/2025", "Phòng Kinh tế", "Báo cáo"),
        ("II.3", "Lập danh mục đầu tư công", "5/10/2025", "Phòng Kinh tế", None),
        ("II.4", "Quy hoạch bến bãi", "9/10/2025", "Phòng Kinh tế", None),
        ("II.5", "Theo dõi giá cả thị trường", "Thường xuyên", "Phòng Kinh tế", None),
    ]
    tasks = [
        replace(make.task(no, text, timing, lead, product), section=f"{no.split('.')[0]}. {title}")
        for (no, text, timing, lead, product) in given
        for title in ["Nội vụ và tư pháp" if no.startswith("I.") else "Kinh tế và đầu tư"]
    ]
    made, monitor = make.enacted(session, *tasks), make.agency(session, "Sở Tài chính", new=True)
    session.flush()
    made.monitor_id = monitor.id
    how: dict[str, Any] = {"by": make.BY, "at": make.at("2025-04-12 10:00"), "today": date(2025, 4, 12)}
    for name, role, agency, address in (
        ("Trần Quản Trị", Role.ADMINISTRATOR, None, doors.ADMIN),
        ("Hà Theo Dõi", Role.MONITOR, monitor, doors.MONITOR),
        ("Vũ Văn Thư", Role.OFFICE, None, doors.OFFICE),
        ("Phạm Trưởng Phòng", Role.HEAD, make.agency(session, "Phòng Nội vụ"), doors.HEAD),
    ):
        people.appoint(session, name, role, **how, agency=agency, email=address)
    add_focal_point(session, make.agency(session, "Phòng Nội vụ"), "Lê Hoa", doors.FOCAL)
    add_focal_point(session, make.agency(session, "Phòng Tư pháp"), "Vũ Nam", doors.OTHER)
    session.flush()
    carry(session, "II.2", Order("submit", words="Đã khảo sát 214 hộ", document_number="12/BC-PKT"))
    carry(session, "II.3", Order("submit", words="Đã lập danh mục"))
    basis = "Công văn 15/PKT ngày 9/10/2025"
    carry(session, "II.4", Order("ask_extension", until=date(2025, 11, 30), reason="Chờ số liệu đo đạc", basis=basis))


def carry(session: Session, no: str, order: Order) -> None:
    carry_out(session, order, **EARLIER, occurrence=make.occurrence(session, f"KH27-{no}"))


@dataclass
class Served:
    """An office under its own address; its letters lie in a folder."""

    office: Office
    base: str
    now: datetime = NOW

    @contextmanager
    def record(self) -> Iterator[Session]:
        with self.office.database.transaction() as session:
            yield session

    def acts(self) -> list[tuple[str, str]]:
        """What the history says, oldest first: act and who did it."""
        with self.record() as session:
            return [(entry.act, entry.actor) for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]

    def letter(self, kind: str) -> Any:
        """The newest letter of a kind, once it has left."""
        for _wait in range(500):
            with self.record() as session:
                found = session.exec(
                    select(Message).where(Message.kind == kind).order_by(col(Message.id).desc())
                ).first()
            if found and found.status == "sent":
                return found
            time.sleep(0.02)
        raise AssertionError(f"no {kind} has left")

    def page(self, browser: Any, address: str = "", *, width: int = 1440, height: int = 900, **wanted: Any) -> Any:
        """A page of a browser of its own, signed in as `address` without the letter."""
        context = browser.new_context(base_url=self.base, viewport={"width": width, "height": height}, **wanted)
        if address:
            with self.record() as session:
                secret = visitor.begin(session, address, "mail", at=self.now)
            context.add_cookies([{"name": "dondoc", "value": secret, "url": self.base}])
        return context.new_page()


@contextmanager
def served(folder: Path, template: Path, fill: Callable[[Session], object] | None = None) -> Iterator[Served]:
    """Serve an office whose record begins as a copy of `template`, and as `fill` adds to it."""
    shutil.copy(template, folder / "record.db")
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    plain = config._anchored(config.Settings(), folder)
    url = f"sqlite:///{folder / 'record.db'}"
    links = replace(plain.links, base_url=base)
    settings = replace(plain, database=replace(plain.database, url=url), links=links)
    database = Database(url, wait_seconds=20)
    made = Served(Office(settings, database, signing.load_keys(settings.links.key_file), mailer.MemoryMailer()), base)
    if fill:
        with made.record() as session:
            fill(session)
    app = create_app(settings, database, now=lambda: made.now)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
        database.dispose()


FOCUSED = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    const words = (one) => (one ? one.textContent : '').replace(/\\s+/g, ' ').trim();
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    const name = e.getAttribute('aria-label') || (e.labels && e.labels.length && words(e.labels[0])) || words(e);
    return { name, kind: e.type || e.tagName.toLowerCase(), value: e.value ?? '', checked: !!e.checked,
        chosen: e.tagName === 'SELECT' ? words(e.selectedOptions[0]) : '', href: e.getAttribute('href') || '',
        outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth, top: box.top + scrollY };
}"""


class Hands:
    """A person at the keyboard: Tab until it is there, then Enter, Space, arrows or letters; never a mouse."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.choosers: list[Any] = []
        page.on("filechooser", lambda chooser: self.choosers.append(chooser))

    def at(self) -> dict[str, Any]:
        """What has the focus."""
        return self.page.evaluate(FOCUSED) or {"name": "", "kind": "", "outline": 9, "seen": True}

    def to(self, name: str, kind: str = "", *, back: bool = False, most: int = 150) -> dict[str, Any]:
        """Go on until something of that name has the focus; whatever is passed can be seen to have it."""
        here, passed = self.at(), []
        for _step in range(most):
            if here["name"].startswith(name) and kind in ("", here["kind"]):
                return here
            passed.append(here["name"])
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            here = self.at()
            assert here["outline"] >= 2 and here["seen"], f"the focus on {here} cannot be seen"
        raise AssertionError(f"no {name} within {most} steps: {passed}")

    def skip(self) -> None:
        """Past the head of the page, with the link that is there for it."""
        self.to("Đến nội dung chính")
        self.page.keyboard.press("Enter")

    def go(self, name: str, kind: str = "", *, skip: bool = False) -> None:
        """Follow a link or press a button."""
        if skip:
            self.skip()
        self.to(name, kind)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, name: str, text: str) -> None:
        self.to(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def day(self, name: str, day: date) -> None:
        """Type a day into the field of a browser, whose order of day and month is that of its language."""
        self.to(name, "date")
        for order in ("%d%m%Y", "%m%d%Y"):
            self.page.keyboard.type(day.strftime(order))
            if self.at()["value"] == day.isoformat():
                return
            for _part in range(2):
                self.page.keyboard.press("ArrowLeft")
        raise AssertionError(f"{day} cannot be typed: {self.at()}")

    def tick(self, name: str) -> None:
        """Tick a box, or choose among what belongs together with the arrows."""
        here = self.to(name, "checkbox")
        self.page.keyboard.press("Space")
        assert self.at()["checked"] is not here["checked"]

    def radio(self, name: str) -> None:
        """One of several: Space takes the first, arrows go on."""
        for _step in range(150):
            if self.at()["kind"] == "radio":
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        for _step in range(8):
            if self.at()["name"] == name and self.at()["checked"]:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} cannot be chosen: {self.at()}")

    def choose(self, name: str, option: str) -> None:
        self.to(name, "select-one")
        self.page.keyboard.press("Home")
        for _step in range(30):
            if self.at()["chosen"].startswith(option):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{option} is not among {name}")

    def attach(self, name: str, *files: Path) -> None:
        self.to(name, "file")
        self.page.keyboard.press("Enter")
        for _wait in range(100):
            if self.choosers:
                break
            self.page.wait_for_timeout(20)
        self.choosers.pop().set_files(list(files))

    def sign_in(self, office: Served, address: str) -> None:
        """The real way in: the mailbox, the letter, its digits."""
        self.page.goto("/")
        self.write("Hộp thư", address)
        folder = office.office.settings.mail.folder
        known = set(folder.glob("*.eml"))
        self.go("Gửi mã cho tôi")
        for _wait in range(500):
            if came := set(folder.glob("*.eml")) - known:
                break
            time.sleep(0.02)
        assert office.letter("sign_in").recipient == address and len(came) == 1
        digits = re.findall(r"\d{3} \d{3}", body(came.pop().read_bytes(), "plain"))[0]
        self.write("Sáu chữ số", digits)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def says(self, *words: str) -> None:
        """The page says this, as a person reads it."""
        said = " ".join(self.page.inner_text("main").split())
        for one in words:
            assert one in said, f"“{one}” is not in: {said}"
