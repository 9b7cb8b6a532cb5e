"""Calendar feeds, a letter sent to try the way, and what tells that the clock or the outbox stands still."""

from __future__ import annotations

import email
import email.policy
import json
import re
from datetime import date, timedelta
from pathlib import Path

import icalendar
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from notifications.mailer import Fate, MemoryMailer, Outcome
from tests import make
from tests.conftest import Office, Run
from web.app import HEADERS, create_app
from workflow import clock, health
from workflow.message import Heartbeat, Message


def client(office: Office, moment: str = "2025-09-26 09:00") -> TestClient:
    return TestClient(create_app(office.settings, office.database, now=lambda: make.at(moment)))


def feed(run: Run, *arguments: str) -> tuple[int, str]:
    made = json.loads(run("calendar", "feed", *arguments, "--json")[1])
    return made["id"], made["address"].removeprefix("http://127.0.0.1:8000")


def test_a_feed_shows_what_an_agency_owes_until_it_is_revoked(office: Office, run: Run) -> None:
    with office.database.transaction() as session:
        make.enacted(
            session,
            make.task(timing="30/9/2025", text="Lập kế hoạch; gửi Sở Tài chính, trước hạn"),
            make.task("I.2", timing="10/10/2025"),
            make.task("I.3", timing="Thường xuyên"),
            make.task("I.4", timing="30/9/2025", lead="Phòng Tư pháp"),
        )
        how = {"by": make.BY, "at": make.at("2025-04-12 08:00")}
        make.occurrence(session, "KH27-I.2").redate(session, date(2025, 10, 20), reason="x", **how)  # type: ignore[arg-type]
    number, path = feed(run, "PNV")
    site = client(office)
    answer = site.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/calendar")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    events = list(icalendar.Calendar.from_ical(answer.text).walk("VEVENT"))
    assert [(e.decoded("DTSTART"), int(e["SEQUENCE"])) for e in events] == [
        (date(2025, 9, 30), 0),
        (date(2025, 10, 20), 1),
    ]
    assert str(events[0]["SUMMARY"]) == "[KH27-I.1] Lập kế hoạch; gửi Sở Tài chính, trước hạn"
    assert site.head(path).status_code == 200
    with office.database.transaction() as session:
        make.directive(session).confidential = True
    assert "VEVENT" not in site.get(path).text, "nothing of a confidential directive"
    assert path.rpartition("/")[2].removesuffix(".ics") not in json.dumps(run("calendar", "feeds", "--json")[1])
    assert run("calendar", "revoke", str(number))[0] == 0
    assert run("calendar", "revoke", str(number))[0] == 1 and run("calendar", "revoke", "77")[0] == 2
    gone, never = site.get(path), site.get("/ics/xyz.ics")
    assert (gone.status_code, gone.text) == (never.status_code, never.text) == (404, gone.text)
    assert "Phòng Nội vụ" in run("calendar", "feeds")[1]
    assert {"tạo địa chỉ lịch", "thu hồi địa chỉ lịch"} <= set(
        re.findall("tạo địa chỉ lịch|thu hồi địa chỉ lịch", run("audit", "show", "PNV")[1])
    )


def test_a_monitor_has_a_feed_of_what_it_monitors(office: Office, run: Run) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="30/9/2025"), make.task("I.2", timing="1/10/2025", lead="Phòng Tư pháp"))
        make.directive(session).monitor_id = make.agency(session, "Sở Tài chính", new=True).id
    _number, path = feed(run, "STC", "--monitor")
    text = client(office).get(path).text
    assert text.count("BEGIN:VEVENT") == 2 and "Phòng Tư pháp" in text
    _number, own = feed(run, "STC")
    assert "VEVENT" not in client(office).get(own).text


def test_a_clock_that_is_silent_is_said_where_people_look(office: Office, run: Run) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="30/9/2025"))
        session.add(Heartbeat(name="tick", at=clock.now() - timedelta(minutes=61)))
    for command in (("overdue",), ("outbox",)):
        code, _said, warned = run(*command)
        assert code == 0 and "Lịch chạy đã ngừng 61 phút" in warned
    code, said, _warned = run("doctor")
    assert code != 0 and "Lịch chạy đã ngừng 61 phút" in said
    with office.database.transaction() as session:
        session.get_one(Heartbeat, "tick").at = clock.now() - timedelta(minutes=59)
    assert run("overdue")[2] == ""


def test_the_limit_of_silence_is_a_setting() -> None:
    found = {"tick_at": make.at("2025-09-26 08:00"), "oldest_unsent_at": None}
    assert health.troubles(found, make.at("2025-09-26 08:20"), 30) == []
    assert len(health.troubles(found, make.at("2025-09-26 08:31"), 30)) == 1


def test_a_letter_that_waits_is_an_error_that_needs_no_mail_to_be_seen(office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="30/9/2025"))
    office.tick("2025-09-26 08:00", MemoryMailer({"pnv@example.vn": Outcome(Fate.AWAY, "no route")}))
    assert client(office, "2025-09-26 08:30").get("/readyz").status_code == 200
    late = client(office, "2025-09-26 09:30").get("/readyz")
    assert late.status_code == 503
    assert late.json()["troubles"] == ["Có thư chờ gửi đã 90 phút: xem `dondoc outbox --status queued`."]
    assert late.json()["oldest_unsent"].startswith("2025-09-26")


def test_the_way_of_letters_can_be_tried(office: Office, run: Run, tmp_path: Path) -> None:
    code, said, _err = run("mail", "test", "toi@example.vn")
    assert code == 0 and "Máy chủ đã nhận thư" in said
    (file,) = (tmp_path / "outbox").glob("*.eml")
    read = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert read["To"] == "toi@example.vn" and "ă â đ ê ô ơ ư" in read.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert read["Precedence"] is None
    with office.database.transaction() as session:
        assert session.exec(select(Message)).all() == [], "it is no reminder"
    assert run("mail", "test", "toi@example.vn\nBcc: x")[0] == 2
    (tmp_path / "config.yaml").write_text("mail: {transport: smtp, host: 127.0.0.1, port: 9}\n", encoding="utf-8")
    code, said, _err = run("mail", "test", "toi@example.vn", "--json")
    assert code == 1 and json.loads(said)["fate"] == "away"


@pytest.mark.parametrize(
    ("asked", "found"), [("standing=overdue", 1), ("standing=due_soon", 1), ("status=not_started", 2)]
)
def test_the_lists_behind_the_figures_of_the_week(office: Office, asked: str, found: int) -> None:
    from dataclasses import replace

    with office.database.transaction() as session:
        make.enacted(session, make.task(timing="20/9/2025"), make.task("I.2", timing="30/9/2025"))
    office.settings = replace(office.settings, web=replace(office.settings.web, open_lists=True))
    page = client(office).get(f"/tasks?{asked}&as_of=2025-09-26&agency=PNV")
    assert page.status_code == 200 and page.text.count('href="/tasks/KH27-') == found
    assert client(office).get("/tasks?standing=evil").status_code == 400
    office.settings = replace(office.settings, web=replace(office.settings.web, open_lists=False))
    assert client(office).get(f"/tasks?{asked}").url.path == "/sign-in"
