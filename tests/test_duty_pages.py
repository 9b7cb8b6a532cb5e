"""Acts by their pages: each form does what its command does, evidence is handed to whom it is for, pictures and figures are those of the record."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import Office
from tests.doors import ADMIN, FOCAL, HEAD, LEADER, MONITOR, OFFICE, OTHER, PDF, SECRET, House, hidden, register
from web.duties import FIELDS
from workflow.duties.carrying import DEEDS
from workflow.duties.request import Request
from workflow.evidence import Evidence

BASIS = "Công văn 120/UBND-VP ngày 3/9/2025"
WHY = {"reason": "Chờ số liệu", "basis": BASIS}


@pytest.fixture
def house(office: Office) -> House:
    with office.database.transaction() as session:
        register(session)
    return House(office)


def number(house: House, code: str = "KH27-I.1", **more: Any) -> int:
    with house.office.database.transaction() as session:
        return make.occurrence(session, code, **more).id or 0


def do(house: House, who: str, duty: int, act: str, files: Any = None, of: int = 0, **typed: str) -> Any:
    """Open the form of an act and send it."""
    browser = house.signed_in(who)
    path = f"/duties/{duty}/{act}" + (f"?of={of}" if of else "")
    shown = browser.get(path)
    assert shown.status_code == 200, shown.text
    held = {name: hidden(shown.text, name) for name in ("seal", "seen", "of")}
    return browser.post(f"/duties/{duty}/{act}", data={**held, **typed}, files=files)


def test_every_act_of_the_commands_has_a_form() -> None:
    assert set(FIELDS) == set(DEEDS) - {"fill"}  # whose page is /answers/NUMBER


def test_a_life_by_the_pages_alone(house: House) -> None:
    duty = number(house)
    for who, act, typed in (
        (FOCAL, "start", {}),
        (FOCAL, "progress", {"words": "Đã lấy ý kiến 5/8"}),
        (FOCAL, "ask_extension", {"until": "2025-12-01", **WHY}),
        (HEAD, "ask_part", {"to": "Phòng Tư pháp", "words": "Số liệu", "until": ""}),
        (OTHER, "give_part", {"words": "Đây"}),
        (FOCAL, "submit", {"words": "Đã ban hành", "document_number": "45/QĐ-UBND", "document_on": "2025-10-14"}),
        (FOCAL, "withdraw", {"reason": "Báo nhầm"}),
        (MONITOR, "grant", {"basis": BASIS}),
        (FOCAL, "submit", {"words": "Đã ban hành lại"}),
        (MONITOR, "return", {"reason": "Thiếu phụ lục"}),
        (MONITOR, "suspend", WHY),
        (MONITOR, "resume", {}),
        (FOCAL, "submit", {"words": "Đủ rồi"}),
        (MONITOR, "confirm", {"words": "Đạt"}),
        (MONITOR, "reopen", {"reason": "Làm lại"}),
        (MONITOR, "hand_on", {"to": "Phòng Tư pháp", **WHY}),
        (MONITOR, "cancel", WHY),
    ):
        of = 1 if act in ("grant", "give_part") else 0
        answer = do(house, who, duty, act, of=of, **typed)
        assert (answer.status_code, answer.headers.get("location")) == (303, f"/tasks/KH27-I.1?done={act}"), (
            act,
            answer.text,
        )
    page = unescape(house.signed_in(MONITOR).get("/tasks/KH27-I.1?done=cancel").text)
    for words in ("Đã lấy ý kiến 5/8", "Thiếu phụ lục", "45/QĐ-UBND", "Báo nhầm", "Đã ghi nhận"):
        assert words in page, words
    with house.office.database.transaction() as session:
        assert session.exec(select(Request)).one().granted_due_on is not None
    assert (
        do(house, FOCAL, number(house, "KH27-I.3"), "report_period", period="Q3/2025", words="Đã làm").status_code
        == 303
    )


def test_what_is_not_possible_comes_back_with_what_was_typed(house: House) -> None:
    duty = number(house)
    answer = do(
        house, FOCAL, duty, "ask_extension", until="2025-12-01", reason="Vì <b>thiếu</b> số liệu", basis="chưa có"
    )
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert "Vì &lt;b&gt;thiếu&lt;/b&gt; số liệu" in answer.text and 'value="2025-12-01"' in answer.text
    assert do(house, FOCAL, duty, "submit", files={"files": ("a.exe", b"MZ\x90")}).status_code == 422
    browser = house.signed_in(FOCAL)
    stale = {name: hidden(browser.get(f"/duties/{duty}/start").text, name) for name in ("seal", "seen")}
    assert do(house, FOCAL, duty, "start").status_code == 303
    assert browser.post(f"/duties/{duty}/start", data=stale).status_code == 422, "somebody was faster"
    assert (
        browser.get(f"/duties/{duty}/dance").status_code == 404 and browser.get("/duties/9999/start").status_code == 404
    )


def test_acts_are_offered_to_whom_they_are_permitted_and_to_nobody_else(house: House) -> None:
    duty = number(house)
    offered = {
        who: set(re.findall(rf"/duties/{duty}/(\w+)", house.signed_in(who).get("/tasks/KH27-I.1").text))
        for who in (FOCAL, HEAD, MONITOR, LEADER, OTHER, ADMIN)
    }
    assert {"start", "submit", "ask_extension"} <= offered[FOCAL] and "confirm" not in offered[FOCAL]
    assert {"suspend", "cancel", "hand_on"} <= offered[MONITOR] and "submit" not in offered[MONITOR]
    assert offered[LEADER] == offered[OTHER] == offered[ADMIN] == set() and "ask_part" in offered[HEAD]
    before = house.entries()
    assert do(house, OTHER, duty, "start").status_code == 403
    assert house.entries() == before + 1 and house.acts()[-1] == "not permitted"
    secret = number(house, "KH28-I.1")
    assert house.signed_in(FOCAL).get(f"/duties/{secret}/start").status_code == 404
    seal = hidden(house.signed_in(FOCAL).get("/me").text, "seal")
    assert SECRET not in house.signed_in(FOCAL).post(f"/duties/{secret}/start", data={"seal": seal}).text


def test_evidence_is_handed_to_whoever_confirms_as_a_file_and_nothing_else(house: House) -> None:
    duty = number(house)
    name = 'bao "cao"\n<script>.pdf'
    assert do(house, FOCAL, duty, "submit", files={"files": (name, PDF)}, words="Xong").status_code == 303
    with house.office.database.transaction() as session:
        kept = session.exec(select(Evidence)).one().id
    monitor = house.signed_in(MONITOR)
    page = monitor.get(f"/duties/{duty}/confirm").text
    assert f'action="/evidence/{kept}"' in page and "Xong" in page and "<script>.pdf" not in page
    seal = hidden(page, "seal")
    answer = monitor.post(f"/evidence/{kept}", data={"seal": seal})
    assert (answer.status_code, answer.content) == (200, PDF)
    assert (
        answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        and "\n" not in answer.headers["content-disposition"]
    )
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == (
        "application/octet-stream",
        "nosniff",
    )
    assert house.acts()[-1] == "export evidence"
    focal = house.signed_in(FOCAL)
    assert focal.post(f"/evidence/{kept}", data={"seal": hidden(focal.get("/me").text, "seal")}).status_code == 403
    assert monitor.post(f"/evidence/{kept}", data={"seal": "x"}).status_code == 403
    assert monitor.post("/evidence/999", data={"seal": seal}).status_code == 404
    assert monitor.get(f"/evidence/{kept}").status_code == 405


def test_figures_for_prometheus_only_where_the_office_opened_them(house: House, office: Office) -> None:
    assert house.client.get("/metrics").status_code == 404
    opened = House(office, web=replace(office.settings.web, metrics=True))
    opened.client.get("/healthz")
    told = opened.client.get("/metrics")
    assert told.status_code == 200 and 'dondoc_http_requests_total{status="200"} 1.0' in told.text
    assert re.search(r"^dondoc_overdue \d+\.0$", told.text, re.M) and "example.vn" not in told.text


def test_the_pictures_count_what_the_lists_count(house: House) -> None:
    browser = house.signed_in(OFFICE)
    page = browser.get("/progress?year=2025").text
    due = re.findall(r'href="(/tasks\?due=[^"]+)" title="(\d+)', page)
    assert due
    for address, shown in due:
        listed = unescape(browser.get(unescape(address)).text)
        assert f"Danh sách có {shown} dòng" in listed, address
    bars = {name: int(n) for name, n in re.findall(r"<title>([^–<]+) – Quá hạn: (\d+)</title>", page)}
    by_agency = browser.get("/overdue?by=agency").text
    for name, n in bars.items():
        row = by_agency[by_agency.index(name.strip()) :]
        assert re.search(rf'figure=overdue[^"]*">{n}</a>', row), name
    assert SECRET not in page
    assert "polyline" in browser.get("/directives/KH27").text
