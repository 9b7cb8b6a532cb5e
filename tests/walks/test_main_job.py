"""The whole road: a document as issued → import → tick → SMTP server → link → submitted → confirmed → report; on both databases."""

from __future__ import annotations

import email
import email.policy
import http.client
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
import uvicorn
from aiosmtpd.controller import Controller
from sqlmodel import select

from directives import importing, reading
from notifications.mailer import SmtpMailer
from reports import overdue, screen
from tests import make
from tests.conftest import Office, need
from tests.forms import filled
from tests.test_notifications_outbox import Post
from web.app import create_app
from web.demonstration import replay
from workflow import queries
from workflow.agency import add_focal_point, find_agency
from workflow.audit import AuditEntry, By
from workflow.history.chain import first_fault
from workflow.message import Message, Reminder
from workflow.snapshot import snapshot
from workflow.standing import Status

ROOT = Path(__file__).parent.parent.parent
PLAN = ROOT / "directives" / "samples" / "ke-hoach-88.docx"


@contextmanager
def mail_server(office: Office) -> Iterator[tuple[Post, SmtpMailer]]:
    post = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield (
            post,
            SmtpMailer(
                replace(office.settings.mail, transport="smtp", host="127.0.0.1", port=port, timeout_seconds=10)
            ),
        )
    finally:
        controller.stop()


@contextmanager
def served(office: Office, now: Callable[[], datetime]) -> Iterator[int]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    opened = replace(office.settings, web=replace(office.settings.web, open_lists=True))
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(opened, office.database, now=now), log_level="error", access_log=False, lifespan="off"
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def imported(office: Office) -> None:
    proposal = reading.propose(PLAN)
    with office.database.transaction() as session:
        importing.add_agencies(session, proposal, importing.unknown_agencies(session, proposal))
        monitor = find_agency(session, "Phòng Tài chính - Kế hoạch")
        importing.enact(
            session,
            proposal,
            importing.Particulars(monitor=monitor),
            by=By("Văn thư", "import"),
            at=make.at("2025-04-11 09:00"),
        )
        agency = find_agency(session, "Phòng Nội vụ")
        assert agency
        add_focal_point(session, agency, "Lê Văn B", "b@langson.example")


def test_from_the_document_to_the_report(office: Office) -> None:
    imported(office)
    with mail_server(office) as (post, transport):
        office.tick("2025-06-20 08:00", transport)
    recipients = [recipient for recipient, _content in post.accepted]
    assert recipients == ["b@langson.example"], "only this agency can be written to"
    message = email.message_from_bytes(post.accepted[0][1], policy=email.policy.default)
    block = next(
        b for b in re.split(r"\n(?=\[)", message.get_body(("plain",)).get_content()) if b.startswith("[KH88-I.2]")
    )  # type: ignore[union-attr]
    link = re.search(r"https?://\S+", block)
    assert link and "Quý II và IV" in block and "còn 10 ngày" in block
    with served(office, lambda: make.at("2025-06-25 10:00")) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        path = urllib.parse.urlsplit(link[0]).path
        connection.request("GET", path)
        shown = connection.getresponse().read().decode()
        assert "KH88-I.2" in shown
        form = urllib.parse.urlencode(
            filled(shown, words="Đã khen thưởng 3 tập thể", document_number="1450/QĐ-UBND", name="Lê Văn B")
        )
        connection.request("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})
        assert "1450/QĐ-UBND" in connection.getresponse().read().decode()
        connection.close()
    with office.database.transaction() as session:
        found = make.occurrence(session, "KH88-I.2", "2025-Q2")
        assert found.status == Status.SUBMITTED
        found.confirm(session, by=By("Phòng Tài chính - Kế hoạch", "cli"), at=make.at("2025-07-02 08:00"))
        assert found.standing(date(2025, 7, 2), 7) == "done_on_time"
        assert first_fault(session) is None
    with snapshot(office.database.url) as view:
        for day, expected in (
            (date(2025, 7, 1), {"KH88-III.1", "KH88-II.2"}),
            (date(2025, 7, 15), {"KH88-III.1", "KH88-II.2", "KH88-I.4"}),
        ):
            looked = queries.AsOf(day, 7, office.settings.time_zone, past=True)
            said = screen.text(overdue.build(view, looked), 160)
            assert {row["code"] for row in queries.overdue(view, looked)} == expected
            assert all(code in said for code in expected)
        tally = {
            row["name"]: row
            for row in queries.tally(
                view, queries.AsOf(date(2025, 7, 15), 7, office.settings.time_zone, past=True), "agency"
            )
        }
        assert (tally["Phòng Nội vụ"]["done_on_time"], tally["Phòng Nội vụ"]["overdue"]) == (1, 1)


def test_the_past_is_answered_as_it_was(office: Office) -> None:
    """Late on the 5th, reported on the 10th, returned on the 12th, reported again on the 20th: each day has its own truth."""
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="chậm nhất ngày 30/9/2025"))
        found = make.occurrence(session)
        found.submit(session, by=make.BY, at=make.at("2025-10-10 09:00"), today=date(2025, 10, 10))
        found.send_back(session, by=make.BY, at=make.at("2025-10-12 09:00"), reason="thiếu")
        found.submit(session, by=make.BY, at=make.at("2025-10-20 09:00"), today=date(2025, 10, 20))
    with snapshot(office.database.url) as view:
        standings = {}
        for day in (1, 5, 10, 11, 12, 19, 20, 25):
            looked = queries.AsOf(date(2025, 10, day), 7, office.settings.time_zone, past=True)
            standings[day] = queries.tasks(view, looked)[0]["standing"]
    assert standings == {
        1: "overdue",
        5: "overdue",
        10: "done_late",
        11: "done_late",
        12: "overdue",
        19: "overdue",
        20: "done_late",
        25: "done_late",
    }


def test_two_processes_tick_at_once(office: Office, tmp_path: Path) -> None:
    """Two real processes on one database: each reminder once, each letter once, the chain whole."""
    with office.database.transaction() as session:
        make.enacted(session, *(make.task(f"I.{n}", lead=f"Phòng số {n}") for n in range(1, 9)))
    (tmp_path / "config.yaml").write_text("mail: {transport: folder}\n", encoding="utf-8")
    import os

    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DONDOC_DATABASE_URL": office.database.url}
    for moment in ("2025-09-30T08:00", "2025-10-01T08:00"):
        command = [sys.executable, "-m", "cli", "tick", "--at", moment]
        running = [
            subprocess.Popen(
                command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            for _n in range(2)
        ]
        for process in running:
            _said, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
    with office.database.transaction() as session:
        messages = session.exec(select(Message)).all()
        reminders = Counter((r.occurrence_id, r.due_on, r.rung, r.recipient) for r in session.exec(select(Reminder)))
        assert len(messages) == 16 and all(m.status == "sent" and m.attempts == 1 for m in messages)
        assert len(reminders) == 24 and set(reminders.values()) == {1}
        assert first_fault(session) is None
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 16


@contextmanager
def started_browser() -> Iterator[object]:
    """Chromium, started after the ticks: its driver keeps an event loop running in this thread."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    need(chromium, "Chromium", "apt-get install chromium")
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=flags)
        yield started
        started.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_focal_point_reports_in_a_browser(office: Office, javascript: bool) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(deliverable="Kế hoạch của UBND"))
    office.tick("2025-09-25 08:00")
    text = (
        email.message_from_bytes(office.mailer.letters[0].content, policy=email.policy.default)
        .get_body(("plain",))
        .get_content()
    )  # type: ignore[union-attr]
    path = re.search(r"/v/\S+", text)
    assert path
    with served(office, lambda: make.at("2025-09-26 10:00")) as port, started_browser() as browser:
        context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=javascript)  # type: ignore[attr-defined]
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}{path[0]}")
        assert page.locator("main").bounding_box()["width"] <= 360
        page.get_by_role("button", name="Gửi báo cáo").click()
        assert not page.get_by_role("alert").count(), "the browser asks for what is missing"
        page.evaluate("document.querySelector('form').noValidate = true") if javascript else None
        page.get_by_label("Đã hoàn thành").check()
        page.get_by_label("Họ tên và chức vụ").fill("Trần Thị C")
        page.get_by_role("button", name="Gửi báo cáo").click()
        assert page.get_by_role("alert").is_visible(), "a result is missing"
        page.get_by_label("Số văn bản (nếu có)").fill("45/KH-UBND")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Đã ghi nhận báo cáo hoàn thành").wait_for()
        assert "45/KH-UBND" in page.content()
        page.reload()
        context.close()
    with office.database.transaction() as session:
        assert len(make.occurrence(session).submissions) == 1
        acts = [e.act for e in session.exec(select(AuditEntry)) if e.channel == "link"]
        assert acts == ["submit"]


def test_the_demonstration_replays_the_year(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replay(tmp_path / "thu")
    said = capsys.readouterr().out
    for words in (
        "KH88: ghi nhận 15 nhiệm vụ",
        "CV1026: ghi nhận 6 nhiệm vụ",
        "265 buổi sáng",
        "tính đến ngày 15/10/2025",
        "tính đến ngày 31/12/2025",
        "serve --open-lists",
    ):
        assert words in said
    assert len(list((tmp_path / "thu" / "outbox").glob("*.eml"))) > 50
    assert (tmp_path / "thu" / "bao-cao-quy-3.docx").is_file()
    replay(tmp_path / "thu")
    assert capsys.readouterr().out.splitlines()[1:-6] == said.splitlines()[1:-6], "the replay is the same each time"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    with pytest.raises(Exception, match="mine"):
        replay(tmp_path / "mine")
