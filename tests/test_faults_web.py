"""What a server survives: a record that somebody else holds, requests that never end, more than was stated, many parts."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlalchemy import text

from tests.conftest import Office
from tests.doors import FOCAL, House, hidden, register
from web.limits import BodyLimit
from workflow.database import LARGE_LOG, Database
from workflow.snapshot import snapshot


@pytest.fixture
def house(office: Office) -> House:
    with office.database.transaction() as session:
        register(session)
    return House(office)


@contextmanager
def served(app: Any) -> Iterator[int]:
    """A real server on loopback; returns its port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


def said(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """What a server answers to raw pieces that are sent one by one."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        for piece in pieces:
            try:
                line.sendall(piece)
            except OSError:
                break
            time.sleep(pause)
        line.settimeout(10)
        got = b""
        while block := line.recv(65536):
            got += block
            if b"\r\n\r\n" in got:
                break
        return got


def test_a_record_that_another_program_holds_is_said_to_be_busy(office: Office, url: str) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL lets readers and writers pass each other")
    with office.database.transaction() as session:
        register(session)
    hurried = Database(url, wait_seconds=1)
    house = House(office, hurried)
    browser = house.signed_in(FOCAL)
    form = browser.get("/duties/1/start").text
    with office.database.transaction() as other:
        other.execute(text("select 1"))  # a writer takes the lock as it begins
        began = time.monotonic()
        answer = browser.post("/duties/1/start", data={name: hidden(form, name) for name in ("seal", "seen")})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert time.monotonic() - began < 10 and "Traceback" not in answer.text
        assert browser.get("/mine").status_code == 200, "whoever reads is not held up"
    hurried.dispose()


def written(office: Office, megabytes: int) -> int:
    """Write so much in single commits; returns how large the log of SQLite is after that."""
    for _n in range(megabytes):
        with office.database.transaction() as session:
            session.execute(text("insert into ballast values (zeroblob(1000000))"))
    return Path(f"{office.database.engine.url.database}-wal").stat().st_size


@pytest.fixture
def laden(house: House) -> House:
    with house.office.database.transaction() as session:
        session.execute(text("create table ballast (content)"))
    return house


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_long_reader_holds_up_nobody_and_the_log_shrinks_once_it_has_ended(laden: House) -> None:
    office, browser = laden.office, laden.signed_in(FOCAL)
    with snapshot(office.database.url) as view:
        before = view.rows("select count(*) as n from ballast")
        assert written(office, 66) > LARGE_LOG, "nothing that it may still read is written over"
        form = browser.get("/duties/1/start").text
        sent = {name: hidden(form, name) for name in ("seal", "seen")}
        assert browser.post("/duties/1/start", data=sent).status_code == 303
        began = time.monotonic()
        office.tick("2025-10-15 09:00")
        assert time.monotonic() - began < 10 and browser.get("/mine").status_code == 200
        assert view.rows("select count(*) as n from ballast") == before, "what it reads stands still"
    grown = written(office, 2)
    assert written(office, 10) == grown, "from here on it is used again"
    office.tick("2025-10-15 09:05")
    assert written(office, 1) < 3_000_000
    assert browser.get("/tasks/KH27-I.1").status_code == 200


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_readers_who_follow_each_other_without_a_pause_let_no_log_grow_for_ever(laden: House) -> None:
    office, over = laden.office, threading.Event()

    def read() -> None:
        while not over.is_set():
            with snapshot(office.database.url) as view:
                view.rows("select count(*) as n from ballast")
                over.wait(0.01)

    readers = [threading.Thread(target=read) for _n in range(4)]
    for one in readers:
        one.start()
    try:
        written(office, 70)
        for minute in range(5):
            office.tick(f"2025-10-15 09:0{minute}")
            if (size := written(office, 1)) < LARGE_LOG:
                break
    finally:
        over.set()
        for one in readers:
            one.join()
    assert size < LARGE_LOG


def test_a_request_that_comes_too_slowly_is_let_go_and_others_are_served(house: House) -> None:
    limited = BodyLimit(house.app, most=10_000_000, headers={}, pause=0.4)
    with served(limited) as port:
        head = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\n"
        slow = [threading.Thread(target=said, args=(port, head, b"a", b"d"), kwargs={"pause": 0.3}) for _n in range(20)]
        for one in slow:
            one.start()
        assert said(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 200")
        assert said(port, head, b"a").startswith(b"HTTP/1.1 408")
        for one in slow:
            one.join()


@pytest.mark.parametrize(
    ("head", "body", "statuses"),
    [
        (b"Content-Length: 99999999999", b"x" * 1000, (413,)),
        (b"Content-Length: -5", b"x", (400,)),
        (b"Content-Length: 1e3", b"x", (400,)),
        (b"Transfer-Encoding: chunked", b"ffffffff\r\n" + b"x" * 1_500_000, (413, 400)),
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"0\r\n\r\n", (400, 403, 422)),
        (b"", b"", (400, 403, 422)),
    ],
)
def test_lengths_that_lie_end_in_a_plain_answer(
    house: House, head: bytes, body: bytes, statuses: tuple[int, ...]
) -> None:
    limited = BodyLimit(house.app, most=1_000_000, headers={}, pause=1)
    with served(limited) as port:
        begin = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        answer = said(port, begin + head + b"\r\n\r\n" if head else begin + b"\r\n", body)
        status = int(answer.split(b" ", 2)[1])
        assert status in statuses, answer[:300]


def test_ten_thousand_parts_and_fields_are_refused_and_kept_nowhere(house: House) -> None:
    browser = house.signed_in(FOCAL)
    form = browser.get("/duties/1/submit").text
    held = {name: hidden(form, name) for name in ("seal", "seen")}
    many = [("files", (f"{n}.pdf", b"%PDF-1.7")) for n in range(3000)]
    before = house.entries()
    assert browser.post("/duties/1/submit", data=held, files=many).status_code in (400, 413, 422)
    wide = "&".join(f"chosen={n + 1}" for n in range(10_000))
    seal = held["seal"]
    answer = browser.post(
        "/overdue",
        content=f"seal={seal}&act=pressed&{wide}",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code in (400, 403, 413, 422)
    assert house.entries() <= before + 1 and not list(house.settings.evidence.folder.glob("??/*"))


def test_files_may_be_called_anything_and_lie_nowhere_else(house: House, office: Office) -> None:
    folder = office.settings.evidence.folder
    outside = {path for path in folder.parent.rglob("*") if folder not in path.parents and path != folder}
    names = (
        "../../x.pdf",
        "..\\x.pdf",
        "/etc/x.pdf",
        "CON",
        "a\x00b.pdf",
        "x" * 300 + ".pdf",
        "․․/x.pdf",
        "<img src=x onerror=alert(1)>.pdf",
    )
    settings = replace(house.settings, evidence=replace(house.settings.evidence, max_files=20))
    house = House(office, evidence=settings.evidence)
    browser = house.signed_in(FOCAL)
    form = browser.get("/duties/1/progress").text
    held = {name: hidden(form, name) for name in ("seal", "seen")}
    files = [("files", (name, b"%PDF-1.7 " + str(n).encode())) for n, name in enumerate(names)]
    assert browser.post("/duties/1/progress", data={**held, "words": "một nửa"}, files=files).status_code in (
        303,
        400,
        422,
    )
    assert {
        path for path in folder.parent.rglob("*") if folder not in path.parents and path != folder
    } - outside <= set(folder.parent.rglob("*.db*"))
    assert "<img" not in browser.get("/tasks/KH27-I.1").text
