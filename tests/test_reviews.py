"""Reviews that are held and closed; and the pages that are kept: never stale, never somebody else's, and nothing in them runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from tests import doors, make
from tests.conftest import Office
from tests.doors import ADMIN, FOCAL, LEADER, MONITOR, OFFICE, House, hidden
from tests.test_overdue_page import bulk, ids, listed
from workflow.database import Database
from workflow.history.chain import first_fault
from workflow.review import Review, ReviewLine
from workflow.standing import Status

ROOT = Path(__file__).parent.parent
XSS = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def opened(browser: Any, **typed: str) -> str:
    """Open a review; returns its number."""
    seal = hidden(browser.get("/reviews").text, "seal")
    answer = browser.post("/reviews", data={"seal": seal, "title": "Rà soát quý III", **typed})
    assert answer.status_code == 303, answer.text
    found = re.search(r"review=(\d+)", answer.headers["location"])
    assert found
    return found[1]


def closed(browser: Any, number: str, **typed: str) -> Any:
    page = browser.get("/reviews").text
    return browser.post(
        f"/reviews/{number}/close", data={"seal": hidden(page, "seal"), "conclusion": "Đôn đốc tiếp", **typed}
    )


def test_what_is_decided_and_noted_stands_in_the_review_and_its_figures_stay(house: House) -> None:
    browser, (one, three) = house.signed_in(MONITOR), ids(house, "KH27-I.1", "KH27-I.3")
    house.program(FOCAL).post("/api/v1/acts", json={"act": "submit", "code": "KH27-I.3", "words": "xong"})
    number = opened(browser)
    view = f"review={number}"
    assert bulk(browser, "note", one, words="Hứa nộp tuần sau", review_number=number, view=view).status_code == 200
    assert bulk(browser, "note", one, words=" ", review_number=number, view=view).status_code == 422
    assert bulk(browser, "confirm", three, one, words="Đạt", review_number=number, view=view).status_code == 200
    assert bulk(browser, "pressed", one, words="Gấp", review_number=number, view=view).status_code == 200
    with house.office.database.transaction() as session:
        lines = [(line.decision, line.words, line.occurrence_id) for line in session.exec(select(ReviewLine))]
        assert lines == [("note", "Hứa nộp tuần sau", one), ("confirm", "Đạt", three), ("pressed", "Gấp", one)]
    live = browser.get(f"/reviews/{number}").text
    assert "Hứa nộp tuần sau" in live and f'action="/reviews/{number}/close"' in live
    assert closed(browser, number).status_code == 303
    kept = browser.get(f"/reviews/{number}").text
    assert "Đôn đốc tiếp" in kept and "/close" not in kept
    table = kept.split("<h2>")[2:]
    house.program(FOCAL).post("/api/v1/acts", json={"act": "submit", "code": "KH27-I.1", "words": "xong"})
    house.moment += timedelta(days=40)
    later = house.signed_in(MONITOR)
    assert later.get(f"/reviews/{number}").text.split("<h2>")[2:] == table, "its figures do not change any more"
    assert '<small class="change">' in later.get("/overdue?by=agency").text, "the next one tells what has changed"
    assert house.acts().count("close review") == 1


def test_a_closed_review_takes_nothing_more(house: House) -> None:
    browser, (one,) = house.signed_in(MONITOR), ids(house, "KH27-I.1")
    number = opened(browser)
    assert closed(browser, number).status_code == 303
    before = house.entries()
    for act in ("note", "pressed", "explain"):
        answer = bulk(browser, act, one, words="x", review_number=number, view=f"review={number}")
        assert answer.status_code == 422, "not even the act itself, which would stand in no review"
    assert closed(browser, number, conclusion="Khác").status_code == 409
    assert closed(browser, "99").status_code == 404
    assert (house.entries(), house.letters("press")) == (before, [])
    with house.office.database.transaction() as session:
        assert session.exec(select(Review)).one().conclusion == "Đôn đốc tiếp"


@pytest.mark.parametrize("person", [FOCAL, OFFICE, ADMIN, LEADER])
def test_only_who_monitors_holds_reviews(house: House, person: str) -> None:
    number = opened(house.signed_in(MONITOR))
    browser = house.signed_in(person)
    seal, before = hidden(browser.get("/reviews").text, "seal"), house.acts()
    assert 'action="/reviews"' not in browser.get("/reviews").text
    for path, data in (("/reviews", {"title": "x"}), (f"/reviews/{number}/close", {"conclusion": "x"})):
        assert browser.post(path, data={**data, "seal": seal}).status_code == 403
    assert house.acts() == [*before, "not permitted", "not permitted"]
    assert "/close" not in browser.get(f"/reviews/{number}").text


def test_a_review_of_one_directive_counts_that_alone_and_none_that_is_hidden(house: House) -> None:
    browser = house.signed_in(MONITOR)
    number = opened(browser, directive="KH27")
    assert closed(browser, number).status_code == 303
    with house.office.database.transaction() as session:
        kept = session.exec(select(Review)).one().figures
        assert kept and [row["code"] for row in kept["directive"]] == ["KH27"]
    seal = hidden(browser.get("/reviews").text, "seal")
    assert browser.post("/reviews", data={"seal": seal, "directive": "KH28"}).status_code == 404
    everything = opened(house.signed_in(MONITOR))
    closed(browser, everything)
    assert "KH28" not in house.signed_in(doors.LEADER).get(f"/reviews/{everything}").text


def test_a_kept_page_is_given_again_and_is_never_stale(house: House) -> None:
    """Whoever writes, over whatever connection, in whatever process: the next look shows it."""
    browser = house.signed_in(MONITOR)
    first = browser.get("/overdue")
    second = browser.get("/overdue")
    assert first.text == second.text and first.headers["etag"] == second.headers["etag"]
    assert second.headers["cache-control"] == "no-cache, private"
    same = browser.get("/overdue", headers={"If-None-Match": f'"x", {second.headers["etag"]}'})
    assert (same.status_code, same.content) == (304, b"") and same.headers["etag"] == second.headers["etag"]
    assert browser.get("/overdue", headers={"If-None-Match": '"x"'}).status_code == 200
    other = Database(house.office.database.url)
    try:
        for n in range(10):
            browser.get("/overdue")
            with other.transaction() as session:
                make.occurrence(session).redate(
                    session, date(2025, 9, 1) + timedelta(days=n), by=make.BY, at=house.moment, reason="x"
                )
            page = browser.get("/overdue", headers={"If-None-Match": second.headers["etag"]})
            assert page.status_code == 200 and f"{n + 1}/9/2025" in page.text
    finally:
        other.dispose()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DONDOC_DATABASE_URL": house.office.database.url,
        "DONDOC_ACTOR": FOCAL,
    }
    command = [sys.executable, "-m", "cli", "done", "KH27-I.1", "--result", "xong"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert listed(browser.get("/overdue").text) == set()


def test_a_transaction_that_is_taken_back_shows_nowhere(house: House) -> None:
    browser = house.signed_in(MONITOR)
    before = browser.get("/overdue").text
    with pytest.raises(RuntimeError), house.office.database.transaction() as session:
        make.occurrence(session).submit(session, by=make.BY, at=house.moment, today=house.moment.date(), result="x")
        session.flush()
        if not house.office.database.url.startswith("sqlite"):
            assert browser.get("/overdue").text == before, "nor while it lasts"
        raise RuntimeError
    assert browser.get("/overdue").text == before


def test_a_page_is_as_new_as_the_day(house: House) -> None:
    browser = house.signed_in(MONITOR)
    house.moment = make.at("2025-10-15 23:59")
    browser = house.signed_in(MONITOR)
    assert "15/10/2025" in browser.get("/overdue").text
    house.moment += timedelta(minutes=1)
    assert (
        "16/10/2025" in browser.get("/overdue").text
        and "15/10/2025" not in browser.get("/overdue").text.split("<h2>")[0]
    )


def test_readers_among_writers_never_see_what_is_gone(house: House) -> None:
    """While one writes a day and remembers it once it is written, no reader afterwards sees an older one."""
    written, stop, wrong = [0], threading.Event(), list[str]()

    def read() -> None:
        browser = house.signed_in(MONITOR)
        while not stop.is_set():
            least = written[0]
            page = browser.get("/overdue")
            found = re.search(r"(\d+)/8/2025", page.text)
            if page.status_code != 200 or (least and int(found[1] if found else 0) < least):
                wrong.append(f"{page.status_code}: {found and found[0]} after {least}")

    readers = [threading.Thread(target=read) for _n in range(3)]
    other = Database(house.office.database.url)
    try:
        for thread in readers:
            thread.start()
        for day in range(1, 29):
            with other.transaction() as session:
                make.occurrence(session).redate(session, date(2025, 8, day), by=make.BY, at=house.moment, reason="x")
            written[0] = day
    finally:
        stop.set()
        for thread in readers:
            thread.join(20)
        other.dispose()
    assert wrong == []
    with house.office.database.transaction() as session:
        assert first_fault(session) is None


def test_a_page_of_one_person_is_never_given_to_another(house: House) -> None:
    """Whoever asks, in whatever order, with whatever cookies: names, seals and what is confidential are each one's own."""
    people = {address: house.signed_in(address) for address in (MONITOR, FOCAL, "pkt@example.vn", ADMIN)}
    names = {MONITOR: "Hà Theo Dõi", FOCAL: "Lê Hoa", "pkt@example.vn": "Phòng Kinh tế", ADMIN: "Trần Quản Trị"}
    seals = set()
    for _round in range(2):
        for address, browser in people.items():
            for path in ("/overdue", "/tasks", "/tasks/KH27-I.1", "/reviews"):
                page = browser.get(path).text
                head = unescape(page.split('<div class="me">')[1].split("</div>")[0])
                assert names[address] in head and not any(n in head for a, n in names.items() if a != address)
                seals.add((address, hidden(page, "seal")))
            assert (doors.SECRET in browser.get("/tasks?search=bi mat").text) is (address == "pkt@example.vn")
            assert (browser.get("/tasks/KH28-I.1").status_code == 200) is (address == "pkt@example.vn")
            assert house.browser().get("/overdue").status_code == 303
    assert len(seals) == len({seal for _address, seal in seals}) == 4


def test_two_lines_of_cookies_do_not_lay_ones_page_under_anothers_name(house: House) -> None:
    there = House(house.office, web=replace(house.settings.web, open_lists=True))
    insider = there.signed_in("pkt@example.vn").cookies["dondoc"]
    for second in ("", "x=1"):
        headers = [("cookie", f"dondoc={insider}"), ("cookie", second)]
        assert doors.SECRET in there.client.get("/tasks", headers=headers).text
        plain = there.client.get("/tasks", headers=[("cookie", second)]).text
        assert doors.SECRET not in plain and doors.SECRET not in there.client.get("/tasks").text
    english = {"Authorization": "Basic x", "Accept-Language": "en"}
    assert '<html lang="en">' in there.client.get("/overdue", headers=english).text
    assert '<html lang="vi">' in there.client.get("/overdue").text


def test_nothing_that_people_write_runs_in_a_page(house: House) -> None:
    with house.office.database.transaction() as session:
        make.enacted(session, make.task(text=XSS, lead="Phòng Nội vụ"), number="31/KH-UBND")
        make.agency(session, "Phòng Nội vụ").name = f"Phòng {XSS}"
    focal, browser = house.program(FOCAL), house.signed_in(MONITOR)
    for order in (
        {"act": "progress", "code": "KH31-I.1", "words": XSS},
        {
            "act": "ask_extension",
            "code": "KH31-I.1",
            "reason": XSS,
            "basis": "<i>1</i>/CV ngày 1/4/2025",
            "until": "2026-12-30",
        },
        {"act": "submit", "code": "KH27-I.1", "words": XSS, "document_number": "<b>1</b>"},
    ):
        assert focal.post("/api/v1/acts", json=order).status_code == 200, order
    number = opened(browser, title=XSS[:100])
    bulk(browser, "note", *ids(house, "KH31-I.1"), words=XSS, review_number=number)
    closed(browser, number, conclusion=XSS)
    paths = (
        "/overdue",
        "/overdue?by=agency",
        "/overdue?tab=waiting",
        "/overdue?tab=asked",
        "/tasks",
        "/tasks/KH31-I.1",
        "/reviews",
        f"/reviews/{number}",
    )
    for path in (*paths, f"/tasks?search={XSS}", f"/overdue?search={XSS}&section={XSS}", f"/sign-in?next=/{XSS}"):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert re.findall(r"<(?:script|img|i|b)[ >]", answer.text) == [], path
        assert (
            "49" not in re.findall(r"onerror=alert\(2\)&gt;(.{0,7})", answer.text)
            and "default-src 'none'" in answer.headers["content-security-policy"]
        )
    assert "&lt;script&gt;alert(1)" in browser.get("/tasks/KH31-I.1").text
    with house.office.database.transaction() as session:
        assert make.occurrence(session, "KH27-I.1").status is Status.SUBMITTED
