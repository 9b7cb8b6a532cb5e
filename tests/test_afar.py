"""Working with the record of a server from an agency's PC: over a real connection, the same commands say the same."""

from __future__ import annotations

import io
import json
import socket
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlmodel import select

import cli
from tests import doors, make
from tests.conftest import Office
from tests.doors import FOCAL, MONITOR, PDF, House, digits
from workflow import afar, clock
from workflow.access.entry import AccessToken
from workflow.history.chain import first_fault
from workflow.standing import Status

BASIS = "Công văn 45/PNV ngày 20/9/2025"


class Lazy(io.StringIO):
    """What a person types who first looks into the mailbox."""

    def __init__(self, look: Callable[[], str]) -> None:
        super().__init__()
        self.look = look

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        return self.look() + "\n"


class Desk:
    """Two machines: the server's own, and a PC that knows its address alone."""

    def __init__(self, house: House, folder: Path, patch: pytest.MonkeyPatch, said: pytest.CaptureFixture[str]) -> None:
        self.house, self.folder, self.patch, self.said, self.url = house, folder, patch, said, ""
        self.letters = 0
        for name in ("pc", "server"):
            (folder / name).mkdir()
        patch.setenv("XDG_CONFIG_HOME", str(folder / "settings"))
        patch.delenv("APPDATA", raising=False)

    def _run(self, arguments: tuple[str, ...], stdin: Any) -> tuple[int, str, str]:
        self.patch.setattr(sys, "stdin", stdin)
        try:
            cli.main(list(arguments))
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = self.said.readouterr()
        return code, told.out, told.err

    def here(self, person: str, *arguments: str) -> tuple[int, str, str]:
        """A command on the server's own machine."""
        with self.patch.context() as patch:
            patch.setenv("DONDOC_DATABASE_URL", self.house.office.database.url)
            patch.setenv("DONDOC_ACTOR", person)
            patch.chdir(self.folder / "server")
            return self._run(arguments, io.StringIO())

    def pc(self, *arguments: str, answers: str = "", stdin: Any = None) -> tuple[int, str, str]:
        """A command on the PC."""
        with self.patch.context() as patch:
            patch.chdir(self.folder / "pc")
            return self._run(arguments, stdin or io.StringIO(answers))

    def login(self, address: str, url: str = "") -> tuple[int, str, str]:
        """Sign in with the digits of the letter that comes."""

        def look() -> str:
            for _n in range(500):
                if len(found := self.house.letters()) > self.letters:
                    self.letters = len(found)
                    return digits(found[-1])
                time.sleep(0.02)
            raise AssertionError("no letter came")

        return self.pc("login", url or self.url, "--mailbox", address, stdin=Lazy(look))

    def token(self) -> str:
        return str(json.loads(afar.login_file().read_text("utf-8"))["token"])


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The application behind a real port."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def desk(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    with office.database.transaction() as session:
        doors.register(session)
    house = House(office)
    house.moment = clock.now()
    made = Desk(house, tmp_path, monkeypatch, capsys)
    with serving(house.app) as made.url:
        yield made


def test_signing_in_keeps_a_token_for_this_account_alone_and_out_ends_it(desk: Desk) -> None:
    code, said, err = desk.login(FOCAL)
    assert (code, "Lê Hoa" in said) == (0, True), err
    file, token = afar.login_file(), desk.token()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and token not in said + err
    assert [one.name for one in file.parent.iterdir()] == ["login.json"]
    code, said, _err = desk.pc("whoami", "--json")
    told = json.loads(said)
    assert (code, told["address"], told["roles"], told["agencies"]) == (0, FOCAL, ["focal_point"], ["PNV"])
    assert "Lê Hoa" in desk.pc("whoami")[1] and desk.url in desk.pc("whoami")[1]
    assert desk.pc("logout")[0] == 0 and not file.exists()
    with desk.house.office.database.transaction() as session:
        assert session.exec(select(AccessToken)).one().revoked_at is not None
    assert desk.pc("logout")[0] == 0, "twice is no mistake"
    assert desk.pc("login", desk.url, "--token", token)[0] == 3 and not file.exists()


def test_signing_in_anew_takes_the_place_of_the_login_before(desk: Desk) -> None:
    desk.login(FOCAL)
    afar.login_file().chmod(0o644)
    first = desk.token()
    assert desk.pc("login", desk.url, "--token", desk.house.token(MONITOR))[0] == 0
    assert desk.token() != first and stat.S_IMODE(afar.login_file().stat().st_mode) == 0o600
    assert json.loads(desk.pc("whoami", "--json")[1])["roles"] == ["monitor"]


def test_wrong_digits_sign_nobody_in(desk: Desk) -> None:
    code, _said, err = desk.pc("login", desk.url, "--mailbox", FOCAL, answers="000000\n")
    assert (code, err != "", afar.login_file().exists()) == (2, True, False)
    assert desk.pc("login", desk.url, "--mailbox", "la@example.vn", answers="123456\n")[0] == 2
    assert desk.pc("login", desk.url, "--mailbox", FOCAL, answers="")[0] != 0
    assert not afar.login_file().exists()


LISTS = (
    "tasks", "tasks --all", "tasks --directive KH27 --agency PTP", "tasks --search ke-hoach", "tasks --standing overdue",
    "tasks --as-of 5/10/2025", "show KH27-I.1", "show kh27-i.4 --as-of 1/10/2025", "overdue", "overdue --as-of 1/12/2025",
    "overdue --agency PNV", "overdue --by agency", "overdue --by directive --as-of 1/12/2025", "directives", "questions",
    "requests list", "requests list --all", "parts list --all", "notes list --all", "period list 2025-Q3", "period list 2025-Q3 --missing",
    "agencies", "agencies list --all", "targets list KH27", "targets list KH27 --period 2025-Q2 --as-of 1/9/2025", "targets list 27/KH-UBND",
)  # fmt: skip
WRONG = (
    "show KH99-I.1", "tasks --directive KH99", "tasks --agency Xyz", "tasks --standing x", "overdue --as-of 31/2/2025", "overdue --by week",
    "start KH99-I.1", "start KH27-I.3 --agency Xyz", "done KH27-I.2", "withdraw KH27-I.2 --reason x", "confirm KH27-I.1",
    "extend KH27-I.1 --to 1/1/2020 --reason x --basis 1/CV", "requests grant 999", "parts give KH27-I.1 --part 9 --result x",
    "show QĐ12-Đ.1", "period list x", "targets list KH99", "targets list KH27 --as-of 31/2/2025",
    "targets actual KH27 CT9 --period 2025-Q2 --value 5", "targets actual KH99 CT1 --period 2025-Q2 --value 5", "targets actual KH27 CT1 --period x --value 5",
)  # fmt: skip


@pytest.mark.parametrize("person", [MONITOR, FOCAL])
def test_lists_say_the_same_as_on_the_servers_own_machine(desk: Desk, person: str) -> None:
    focal = (
        "done KH27-I.1 --result xong --document-number 45/QĐ",
        "start KH27-I.3",
        "progress KH27-I.4 --note một-nửa --agency PNV",
    )
    for command in focal:
        assert desk.here(FOCAL, *command.split())[0] == 0, command
    asked = desk.here(
        FOCAL, "extend", "KH27-I.4", "--agency", "PNV", "--to", "30/12/2030", "--reason", "chờ", "--basis", BASIS
    )
    assert asked[0] == 0, asked
    part = desk.here(FOCAL, "parts", "ask", "KH27-I.4", "--what", "số liệu", "--lead", "PNV", "--agency", "PTP")
    assert part[0] == 0, part
    for stated in (
        ("set", "KH27", "--name", "Tỷ lệ HTX khá, tốt", "--unit", "%", "--target", "30-40%", "--baseline", "25,5%"),
        ("money", "KH27", "--purpose", "Đề án", "--stage", "planned", "--source", "state", "--amount", "1.147,25 triệu", "--period", "2021-2025"),
        ("money", "KH27", "--purpose", "Đề án", "--stage", "paid", "--source", "state", "--amount", "67 triệu", "--place", "mục I"),
        ("actual", "KH27", "CT1", "--period", "2025-Q2", "--value", "33,75"),
    ):  # fmt: skip
        assert desk.here(MONITOR, "targets", *stated)[0] == 0, stated
    assert desk.pc("login", desk.url, "--token", desk.house.token(person))[0] == 0
    for command in LISTS:
        for more in ((), ("--json",)):
            code, said, err = desk.pc(*command.split(), *more)
            there = desk.here(person, *command.split(), *more)
            assert (code, said) == there[:2], (command, more, err, there[2])
            assert code == 0 and said, command
    assert not list((desk.folder / "pc").iterdir()), "nothing is written on the PC"


@pytest.mark.parametrize("person", [MONITOR, FOCAL])
def test_what_does_not_work_says_the_same_too(desk: Desk, person: str) -> None:
    assert desk.pc("login", desk.url, "--token", desk.house.token(person))[0] == 0
    before = desk.house.acts().count("not permitted")
    for command in WRONG:
        code, said, err = desk.pc(*command.split())
        there = desk.here(person, *command.split())
        assert (code, said, err.replace(desk.url, "")) == there, command
        assert code in (1, 2, 3) and err, command
    acts = desk.house.acts()
    assert set(acts[-1:]) <= {"make token", "not permitted"} and (acts.count("not permitted") - before) % 2 == 0


def test_the_main_acts_work_from_afar(desk: Desk) -> None:
    desk.login(FOCAL)
    file = desk.folder / "pc" / "quyết định.pdf"
    file.write_bytes(PDF)
    code, said, err = desk.pc("start", "KH27-I.1")
    assert (code, "KH27-I.1" in said) == (0, True), err
    report = (
        "done",
        "KH27-I.1",
        "--result",
        "Đã ban hành",
        "--document-number",
        "45/QĐ",
        "--evidence",
        "quyết định.pdf",
    )
    code, said, err = desk.pc(*report)
    assert code == 0, err
    code, said, err = desk.pc(
        "extend", "KH27-I.4", "--agency", "PNV", "--to", "30/12/2030", "--reason", "chờ số liệu", "--basis", BASIS
    )
    assert code == 0, err
    assert desk.pc("confirm", "KH27-I.1")[0] == 3, "one's own report"
    assert desk.pc("start", "KH27-I.3", "--by", "Hà Theo Dõi")[0] == 2, "somebody else is not named"
    desk.pc("logout")
    desk.login(MONITOR)
    assert desk.pc("confirm", "KH27-I.1", "--note", "Đạt")[0] == 0
    asked = json.loads(desk.pc("requests", "list", "--json")[1])[0]["id"]
    assert desk.pc("requests", "grant", str(asked), "--basis", BASIS)[0] == 0
    with desk.house.office.database.transaction() as session:
        own = make.occurrence(session)
        assert (own.status, own.submissions[0].evidence[0].name) == (Status.COMPLETED, "quyết định.pdf")
        assert (own.submissions[0].by, own.submissions[0].channel) == ("Lê Hoa", "api")
        assert first_fault(session) is None


def test_a_figure_is_recorded_from_afar_and_the_targets_themselves_are_not(desk: Desk) -> None:
    assert desk.here(MONITOR, "targets", "set", "KH27", "--name", "Số lớp", "--unit", "lớp", "--target", "12")[0] == 0
    desk.login(FOCAL)
    figure = ("targets", "actual", "KH27", "ct1", "--period", "quý II/2025", "--value", "1.022 lớp", "--note", "ước")
    code, said, err = desk.pc(*figure)
    assert (code, said) == (0, desk.here(FOCAL, *figure)[1]), err
    assert "Phòng Nội vụ" in said and "1.022 lớp" in said
    (one,) = json.loads(desk.pc("targets", "list", "KH27", "--json")[1])["indicators"]
    assert [(told["value"], told["note"], told["by"]) for told in one["values"]] == [("1022", "ước", "Lê Hoa")]
    assert desk.pc(*figure, "--by", "Hà Theo Dõi")[0] == 2 and desk.pc(*figure, "--agency", "PTP")[0] == 3
    acts = desk.house.acts()
    for refused in (
        ("set", "KH27", "--name", "x"), ("drop", "KH27", "CT1", "--reason", "x"), ("form", "KH27", "--output", "bieu.xlsx"),
        ("money", "KH27", "--purpose", "x", "--stage", "paid", "--source", "own", "--amount", "1 triệu"), ("take", "bieu.xlsx"),
    ):  # fmt: skip
        code, said, err = desk.pc("targets", *refused)
        assert (code, said, desk.url in err) == (1, "", True), (refused, err)
    assert desk.house.acts() == acts and not list((desk.folder / "pc").iterdir())


def test_a_document_is_read_on_the_pc_itself(desk: Desk) -> None:
    desk.login(FOCAL)
    file = desk.folder / "pc" / "bao-cao.md"
    file.write_text("# II. MỤC TIÊU NĂM 2024\n\nSố lớp tập huấn: từ 12 lớp trở lên.\n", encoding="utf-8")
    assert desk.pc("read", str(file), "--json")[0] == 0
    code, said, err = desk.pc("figures", str(file), "--json")
    assert (code, json.loads(said)["indicators"][0]["target"]) == (0, "12"), err


def test_a_file_that_is_no_evidence_is_told_plainly(desk: Desk) -> None:
    desk.login(FOCAL)
    folder = desk.folder / "pc"
    for name, content in (
        ("leer.pdf", b""),
        ("x.exe", b"MZ\x90\x00" * 9),
        ("big.pdf", PDF + b"x" * 25_500_000),
        ("huge.pdf", PDF + b"x" * 40_000_000),
    ):
        (folder / name).write_bytes(content)
        code, _said, err = desk.pc("done", "KH27-I.1", "--result", "x", "--evidence", name)
        assert (code, "Traceback" in err) == (2, False), (name, code, err)
    assert desk.pc("done", "KH27-I.1", "--result", "x", "--evidence", "fehlt.pdf")[0] == 2
    assert "submit" not in desk.house.acts()


class Wire:
    """A line to a server that can be cut after the server has answered, before the answer arrives."""

    def __init__(self, url: str) -> None:
        self.there, self.cuts, self.seen = int(url.rsplit(":", 1)[1]), 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self.listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self.there)) as far, suppress(OSError):
            first = near.recv(65536)
            act = b"/acts" in first.split(b"\r\n", 1)[0]
            far.sendall(first)
            threading.Thread(target=self._pump, args=(near, far), daemon=True).start()
            while block := far.recv(65536):
                if act:
                    self.seen += 1
                    if self.cuts > 0:
                        self.cuts -= 1
                        near.shutdown(socket.SHUT_RDWR)
                        return
                    act = False
                near.sendall(block)

    @staticmethod
    def _pump(near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while block := near.recv(65536):
                far.sendall(block)
            far.shutdown(socket.SHUT_WR)


def test_a_line_that_breaks_is_tried_again_and_the_act_is_done_once(desk: Desk) -> None:
    wire = Wire(desk.url)
    assert desk.pc("login", wire.url, "--token", desk.house.token(FOCAL))[0] == 0
    wire.cuts = 2
    code, said, err = desk.pc("progress", "KH27-I.1", "--note", "được một nửa")
    assert (code, wire.seen, desk.house.acts().count("progress")) == (0, 3, 1), (said, err)
    wire.cuts = 3
    code, said, err = desk.pc("done", "KH27-I.1", "--result", "xong")
    assert (code, said, desk.house.acts().count("submit")) == (1, "", 1), err
    wire.listener.close()


def test_a_server_that_is_gone_or_none_is_told_plainly(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    code, _said, err = desk.pc("login", f"http://127.0.0.1:{port}", "--token", "x")
    assert (code, "Traceback" in err) == (1, False)
    afar.remember(f"http://127.0.0.1:{port}", "x", "Lê Hoa", "vi", "Asia/Ho_Chi_Minh")
    for command in (("tasks",), ("start", "KH27-I.1"), ("whoami",)):
        code, _said, err = desk.pc(*command)
        assert (code, "Traceback" in err) == (1, False)
    assert desk.pc("logout")[0] == 0 and not afar.login_file().exists()
