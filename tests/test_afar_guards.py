"""What an agency's PC refuses by itself: unprotected lines, commands of the server's machine, a login that is not one."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

import cli
from tests import make, test_afar
from tests.doors import FOCAL, PDF
from tests.test_afar import Desk
from workflow import afar

desk = test_afar.desk
ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "address",
    [
        "http://dondoc.example", "http://127.0.0.1.evil.example", "http://10.0.0.1:8000", "http://localhost@evil.example", "ftp://127.0.0.1",
        "127.0.0.1:8000", "https://", "https://x?y=1", "https://x#y", "", "https://user:pw@dondoc.example", "http://localhost.evil.example",
        "http://[::1", "javascript:alert(1)", "http://127.0.0.1:port", "https://đ ô.example:99999",
    ],
)  # fmt: skip
def test_an_address_that_would_show_the_token_is_refused(desk: Desk, address: str) -> None:
    code, _said, err = desk.pc("login", address, "--token", "dondoc_geheim")
    assert (code, "geheim" in err, "Traceback" in err) == (2, False, False), err
    assert not afar.login_file().exists()


def test_a_closed_network_may_be_plain_if_one_says_so(desk: Desk) -> None:
    assert afar.checked_server("http://dondoc.lan/", plain=True) == "http://dondoc.lan"
    assert afar.checked_server(f"{desk.url}/", plain=False) == desk.url
    assert afar.checked_server("https://dondoc.example/tinh/", plain=False) == "https://dondoc.example/tinh"


def test_what_is_for_the_servers_machine_is_refused_and_begins_no_record(desk: Desk) -> None:
    assert desk.pc("login", desk.url, "--token", desk.house.token(FOCAL))[0] == 0
    before = desk.house.entries()
    for names in cli.PARTS.values():
        for command in names:
            if command not in cli.AFAR:
                code, said, err = desk.pc(command)
                assert (code, said, "Traceback" in err) == (1, "", False), (command, err)
    for command in (
        ("agencies", "add", "Phòng Mới"), ("agencies", "mailbox", "PNV", "x@example.vn"), ("notes", "settle", "1", "--reason", "x"),
        ("period", "close", "2025-Q3"), ("agencies", "show", "PNV"), ("timing", "decide", "KH27-I.3", "--due", "1/1/2030", "--reason", "x"),
    ):  # fmt: skip
        code, _said, err = desk.pc(*command)
        assert code in (1, 2) and "Traceback" not in err, (command, err)
    assert desk.house.entries() == before
    assert not [file for file in desk.folder.rglob("*") if file.suffix in (".db", ".key") and "pc" in file.parts]


def test_a_settings_file_goes_before_a_login(desk: Desk) -> None:
    desk.pc("login", desk.url, "--token", desk.house.token(FOCAL))
    code, said, _err = desk.here("Ai đó", "whoami", "--json")
    assert (code, desk.url in said) == (0, False)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"server": "x"}', "null", '"x"', "\x00"])
def test_a_login_file_that_is_broken_is_told_and_can_be_made_anew(desk: Desk, content: str) -> None:
    file = afar.login_file()
    file.parent.mkdir(parents=True)
    file.write_text(content, encoding="utf-8")
    code, _said, err = desk.pc("tasks")
    assert (code, "Traceback" in err, str(file) in err) == (2, False, True), err
    assert desk.pc("login", desk.url, "--token", desk.house.token(FOCAL))[0] == 0
    assert desk.pc("tasks")[0] == 0


def test_a_token_that_does_not_hold_says_so(desk: Desk) -> None:
    assert desk.pc("login", desk.url, "--token", desk.house.token(FOCAL))[0] == 0
    desk.house.moment = desk.house.moment.replace(year=desk.house.moment.year + 2)
    for command in (("tasks",), ("start", "KH27-I.1"), ("whoami",)):
        code, said, err = desk.pc(*command)
        assert (code, said) == (3, "") and desk.url in err
    assert "start" not in desk.house.acts()


@pytest.mark.slow
def test_a_large_file_goes_as_it_is_read(desk: Desk) -> None:
    """24 MB: neither the PC nor the server holds it in memory."""
    assert desk.pc("login", desk.url, "--token", desk.house.token(FOCAL))[0] == 0
    measured = "tracemalloc.start(); atexit.register(lambda: print(tracemalloc.get_traced_memory()[1]))"
    told = f"import atexit, sys, tracemalloc, cli; {measured}; cli.main(sys.argv[1:])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    most = []
    for size in (1_000_000, 24_000_000):
        file = desk.folder / "pc" / f"{size}.pdf"
        file.write_bytes(PDF + os.urandom(size - len(PDF)))
        command = [sys.executable, "-c", told, "progress", "KH27-I.1", "--note", "xem tệp", "--evidence", file.name]
        tracemalloc.start()
        try:
            done = subprocess.run(
                command, cwd=file.parent, env=environment, capture_output=True, text=True, timeout=120
            )
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert done.returncode == 0, done.stderr
        most.append((int(done.stdout.split()[-1]), peak))
    assert most[1][0] - most[0][0] < 1_000_000, "the PC"
    assert most[1][1] < 12_000_000, "the server"
    with desk.house.office.database.transaction() as session:
        assert make.occurrence(session).status is not None
    kept = [file.stat().st_size for file in desk.house.office.settings.evidence.folder.glob("??/*")]
    assert sorted(kept) == [1_000_000, 24_000_000]


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """A server that sends everybody on, and remembers what it was sent."""

    seen: list[tuple[str, str]]
    onward = ""
    status = 302

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers.get("Authorization", "")))
        self.send_response(self.status)
        self.send_header("Location", self.onward)
        self.end_headers()
        self.wfile.write(b"<html>x</html>")

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_args: Any) -> None: ...


@pytest.mark.parametrize("status", [200, 301, 302, 303, 307, 308, 401, 500])
def test_a_token_follows_nobody_who_sends_it_on(desk: Desk, status: int) -> None:
    seen: list[tuple[str, str]] = []
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0),
        type("First", (Elsewhere,), {"seen": seen, "status": status, "onward": f"{desk.url}/api/v1/whoami"}),
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        code, said, err = desk.pc("login", address, "--token", desk.house.token(FOCAL))
        assert code in (1, 3) and "Traceback" not in err and not afar.login_file().exists(), (said, err)
        assert [path for path, _token in seen] == ["/api/v1/whoami"]
        server.shutdown()
