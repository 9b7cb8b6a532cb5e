"""Every test that touches the record runs on SQLite and on PostgreSQL: the `database` fixture is both."""

from __future__ import annotations

import io
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

import cli
from notifications import mailer, signing
from notifications.tick import Ticked, tick
from tests import make
from workflow import config, i18n
from workflow.database import Database

REQUIRED = os.environ.get("DONDOC_TEST_EVERYTHING") == "1"


Begun = Callable[[str, str, Callable[[], object]], None]


def _scratch() -> str:
    """Memory where there is room for it: on a disk every commit of every test waits for the disk."""
    memory = Path("/dev/shm")
    room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= 4 << 30
    return str(memory) if room else "/tmp"


SCRATCH = _scratch()  # short, as the path of a socket must be
os.environ["TMPDIR"] = tempfile.tempdir = SCRATCH


def need(found: object, what: str, install: str) -> None:
    """Skip with the reason and the way to install what is missing; where everything must run, fail instead."""
    if not found:
        reason = f"{what} is missing: {install}"
        pytest.fail(reason) if REQUIRED else pytest.skip(reason)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first: a long test that begins last keeps one worker busy while the others have nothing left."""
    items.sort(key=lambda item: not any(name in item.nodeid for name in ("/walks/", "/test_races")))


@pytest.fixture(autouse=True)
def _quiet_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No settings of the machine leak into a test, and each begins in Vietnamese."""
    for name in ("DONDOC_CONFIG", "DONDOC_DATABASE_URL", "DONDOC_ACTOR", "DONDOC_SMTP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    i18n.set_language("vi")
    yield
    i18n.set_language("vi")


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "record.db"
    Database(f"sqlite:///{file}").ready().dispose()
    return file


@pytest.fixture
def begun(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Begun:
    """Fill the record as `fill` does; where it lies in the test's folder, later tests get a copy of what the first one made."""

    def begin(name: str, url: str, fill: Callable[[], object]) -> None:
        kept = tmp_path_factory.getbasetemp() / f"begun-{name}"
        if not url.startswith("sqlite"):
            fill()
        elif kept.is_dir():
            shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
        else:
            fill()
            shutil.copytree(tmp_path, kept)

    return begin


@dataclass
class Cluster:
    """A private PostgreSQL server that listens on a socket in its own folder only."""

    folder: Path

    def url(self, name: str) -> str:
        return f"postgresql://tester@/{name}?host={self.folder}"

    def run(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start a PostgreSQL server for this worker; as root it runs under another account."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(programs[-1]) if programs else None)
    need(initdb, "PostgreSQL", "apt-get install postgresql")
    account = "nobody" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg", dir=SCRATCH))
    if account:
        os.chown(folder, pwd.getpwnam(account).pw_uid, -1)
    pg_ctl, home = str(Path(str(initdb)).with_name("pg_ctl")), folder / "d"

    def call(*command: str) -> None:
        subprocess.run(
            command, check=True, user=account, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", timeout=60
        )

    call(str(initdb), "-D", str(home), "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=60"
    call(pg_ctl, "-D", str(home), "-w", "-l", str(folder / "log"), "-o", options, "start")
    made = Cluster(folder)
    try:
        made.run("create database template_record")
        Database(made.url("template_record")).ready().dispose()
        yield made
    finally:
        call(pg_ctl, "-D", str(home), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database of each kind."""
    if request.param == "sqlite":
        file = tmp_path / "record.db"
        shutil.copy(request.getfixturevalue("_sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: Cluster = request.getfixturevalue("cluster")
    name = f"t{uuid4().hex[:12]}"
    server.run(f"create database {name} template template_record")
    yield server.url(name)
    server.run(f"drop database {name} with (force)")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = Database(url, wait_seconds=20)
    yield made
    made.dispose()


@dataclass
class Office:
    """An office in a folder of its own: settings, record, keys and a mailer that keeps letters in memory."""

    settings: config.Settings
    database: Database
    keys: signing.Keys
    mailer: mailer.MemoryMailer

    def tick(self, moment: str, transport: mailer.Mailer | None = None) -> Ticked:
        return tick(self.database, self.settings, self.keys, transport or self.mailer, at=make.at(moment))


@pytest.fixture
def office(database: Database, url: str, tmp_path: Path) -> Office:
    settings = config._anchored(config.Settings(), tmp_path)
    settings = replace(settings, database=replace(settings.database, url=url))
    return Office(settings, database, signing.load_keys(settings.links.key_file), mailer.MemoryMailer())


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `dondoc …` against the test's database; returns exit code, stdout and stderr."""
    monkeypatch.setenv("DONDOC_DATABASE_URL", url)
    monkeypatch.setenv("DONDOC_ACTOR", "Nguyễn Thị An")

    def call(*arguments: str, answers: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        try:
            cli.main(list(arguments))
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call
