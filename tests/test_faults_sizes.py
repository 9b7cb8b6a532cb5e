"""What is too much for a server: files without end, lengths that lie, texts as large as files; its memory stays small and nothing is kept."""

from __future__ import annotations

import itertools
import os
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select as rows

from notifications import mailer, signing
from tests import doors
from tests.conftest import Office
from tests.doors import FOCAL, PDF, House, hidden
from workflow import clock, config
from workflow.database import Database
from workflow.message import Upload

ROOT = Path(__file__).parent.parent
MB = 1_000_000
GROWTH = 50 * MB  # how much more memory any one of these may cost

pytestmark = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read from /proc")


@dataclass
class Server:
    """`dondoc serve` as a process of its own, with what a focal point needs to be let in."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    house: House
    cookie: str
    token: str
    seal: str

    def memory(self, name: str) -> int:
        """A figure of its memory in bytes."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))

    def said(self, path: str, *headers: str, body: Iterable[bytes] = (), method: str = "POST") -> tuple[int, int, int]:
        """The status that is answered to a body which comes as long as nothing is answered; how much was sent; what memory it took."""
        head = [f"{method} {path} HTTP/1.1", "Host: x", f"Cookie: {self.cookie}", f"Authorization: Bearer {self.token}"]
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", "ascii")  # the peak is counted from here
        before, sent = self.memory("VmRSS"), 0
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            with suppress(ConnectionError):
                line.sendall("\r\n".join([*head, *headers, "", ""]).encode())
                for piece in body:
                    if select.select([line], [], [], 0)[0]:
                        break
                    line.sendall(piece)
                    sent += len(piece)
            status = int(line.recv(65536).split(b" ", 2)[1])
        return status, sent, self.memory("VmHWM") - before

    def left(self) -> list[Path]:
        """Every file in the store and among what is temporary."""
        return [path for name in ("evidence", "tmp") for path in (self.folder / name).rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    (folder / "tmp").mkdir()
    shutil.copy(_sqlite_template, folder / "dondoc.db")
    plain = config._anchored(config.Settings(), folder)
    database = Database(plain.database.url, wait_seconds=20)
    with database.transaction() as session:
        doors.register(session)
    house = House(Office(plain, database, signing.load_keys(plain.links.key_file), mailer.MemoryMailer()))
    house.moment = clock.now()
    browser = house.signed_in(FOCAL)
    seal = hidden(browser.get("/duties/1/submit").text, "seal")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "tmp")}
    command = [sys.executable, "-m", "cli", "serve", "--port", str(port), "--no-clock"]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said)
    made = Server(folder, port, process, house, f"dondoc={browser.cookies['dondoc']}", house.token(FOCAL), seal)
    try:
        for _wait in range(400):
            with suppress(OSError):
                made.said("/sign-in", "Connection: close", method="GET")
                break
            assert process.poll() is None, (folder / "said").read_text("utf-8")
            time.sleep(0.05)
        yield made
    finally:
        process.terminate()
        process.wait(20)
        database.dispose()
    assert "Traceback" not in (folder / "said").read_text("utf-8"), "whoever sends nonsense fills no log"


def gigabyte(first: bytes = b"") -> Iterator[bytes]:
    """A gigabyte that is made while it is sent."""
    yield first
    yield from itertools.repeat(bytes(MB), 1000)


def pieces(body: Iterable[bytes]) -> Iterator[bytes]:
    """A body of a length that is not told before."""
    for piece in body:
        yield b"%x\r\n%s\r\n" % (len(piece), piece) if piece else b""
    yield b"0\r\n\r\n"


PARTS = "Content-Type: multipart/form-data; boundary=x"
FIELD = b'--x\r\nContent-Disposition: form-data; name="seal"\r\n\r\n%s\r\n'
FILE = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
STATED, UNTOLD = f"Content-Length: {1000 * MB}", "Transfer-Encoding: chunked"


@pytest.mark.parametrize("length", [STATED, UNTOLD])
@pytest.mark.parametrize("way", ["form", "letter", "interface", "part"])
def test_a_gigabyte_is_refused_before_it_has_come_and_kept_nowhere(server: Server, way: str, length: str) -> None:
    before = server.house.entries()
    path, method, first, *headers = {
        "form": ("/duties/1/submit", "POST", FIELD % server.seal.encode() + FILE + PDF, PARTS),
        "letter": ("/v/none", "POST", FILE + PDF, PARTS),
        "interface": ("/api/v1/files?name=a.pdf", "POST", PDF),
        "part": ("/v/none/files/1", "PUT", PDF, "Upload-Offset: 0"),
    }[way]
    body = gigabyte(first)  # type: ignore[arg-type]
    told = server.said(
        str(path), *map(str, headers), length, body=pieces(body) if length == UNTOLD else body, method=str(method)
    )
    status, sent, grown = told
    assert (status, sent < 80 * MB, grown < GROWTH) == (413, True, True), told
    assert (server.left(), server.house.entries()) == ([], before)
    with server.house.office.database.transaction() as session:
        assert session.exec(rows(Upload)).all() == []
    assert server.said("/mine", "Connection: close", method="GET")[0] == 200, "everybody else is served"


JSON, TYPED = "Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded"
ESCAPED = b"words=" + b"%41" * 300_000 + b"&"


@pytest.mark.parametrize(
    ("path", "kind", "first", "again"),
    [
        ("/api/v1/acts", JSON, b"[", b"[]," * 300_000),
        ("/api/v1/sign-in", JSON, b'{"address": "', b"x" * MB),
        ("/v/none/files", JSON, b"[", b"{}," * 300_000),
        ("/v/none", TYPED, b"", ESCAPED),
        ("/duties/1/submit", TYPED, b"", ESCAPED),
        ("/sign-in", PARTS, FILE, b"x" * MB),
        ("/api/v1/acts", PARTS, FILE, b"x" * MB),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_where_no_files_come_in_nothing_is_as_large_as_a_file(
    server: Server, path: str, kind: str, first: bytes, again: bytes
) -> None:
    """A text of 24 MB may take 700 MB once it is read, and anybody can send one."""
    cut = [first, *[again] * 24]
    for told in (
        server.said(path, kind, f"Content-Length: {sum(map(len, cut))}", body=cut),
        server.said(path, kind, UNTOLD, body=pieces(cut)),
    ):
        assert told[0] in (400, 413) and told[1] < 20 * MB and told[2] < GROWTH, told
    assert server.left() == []


@pytest.mark.parametrize(
    ("length", "sent", "statuses"),
    [
        ("Content-Length: 50", 4 * MB, (400, 422)),
        ("Content-Length: 0", 4 * MB, (400, 422)),
        ("X: there is none", 4 * MB, (400, 422)),
        ("Content-Length: 5\r\nContent-Length: 50", 4 * MB, (400,)),
        (f"Content-Length: 50\r\n{UNTOLD}", 4 * MB, (400,)),
        (f"Content-Length: {26 * MB + 1}", 50, (413,)),
    ],
)
def test_a_length_that_is_not_that_of_the_file(
    server: Server, length: str, sent: int, statuses: tuple[int, ...]
) -> None:
    told = server.said("/api/v1/files?name=a.pdf", length, body=[b"MZ\x90\x00" + bytes(sent)])
    assert told[0] in statuses and told[2] < GROWTH, told
    assert server.left() == []


def awaited(sign: Callable[[], bool]) -> None:
    """Wait until it is so."""
    for _wait in range(250):
        if sign():
            return
        time.sleep(0.02)
    raise AssertionError("it never came")


def begun(server: Server) -> int:
    """How many files have begun to come in."""
    with server.house.office.database.transaction() as session:
        return len(session.exec(rows(Upload)).all())


def test_a_line_that_breaks_leaves_nothing_and_is_no_failure(server: Server) -> None:
    """Nothing of it stands in the log, either; that is looked at when the server has ended."""
    for request in ("POST /api/v1/files?name=a.pdf HTTP/1.1", "PUT /v/none/files/1 HTTP/1.1\r\nUpload-Offset: 0"):
        head = f"{request}\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\nContent-Length: 400000\r\n\r\n"
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
            line.sendall(head.encode() + PDF)
            awaited(lambda: "PUT" in request or begun(server) == 1)  # noqa: B023 - asked at once
    awaited(lambda: not begun(server) and not server.left())


def test_as_much_as_a_file_may_have_comes_in_through_every_door(server: Server) -> None:
    content = PDF + bytes(25 * MB - len(PDF))
    form = FIELD % server.seal.encode() + FILE + content + b"\r\n--x--\r\n"
    told = server.said("/api/v1/files?name=a.pdf", f"Content-Length: {len(content)}", body=[content])
    assert told[0] == 201 and told[2] < GROWTH, told
    told = server.said("/duties/1/submit", PARTS, f"Content-Length: {len(form)}", body=[form])
    assert told[0] == 303 and told[2] < GROWTH, told
    assert [file.stat().st_size for file in server.left()] == [25 * MB], "the same content lies there once"
