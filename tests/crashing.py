"""What the tests of faults share: killing a process at a chosen step, copies of a database, and what must hold after any fault."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, Self
from uuid import uuid4

import aiosmtplib
import psycopg
import sqlalchemy as sa
from aiosmtplib.protocol import SMTPProtocol
from sqlalchemy.engine import make_url
from sqlalchemy.engine.default import DefaultDialect
from sqlmodel import col, func, select, text

from notifications import mailer
from tests.conftest import Office, need
from tests.sink import Sink
from workflow.config import MailSettings
from workflow.database import Database
from workflow.history import replay
from workflow.history.chain import first_fault
from workflow.message import Delivery, Message, MessageStatus, Reminder
from workflow.snapshot import Snapshot

# Everything by which a tick touches the world outside of its process.
EFFECTS = frozenset(
    function.__code__
    for function in (
        DefaultDialect.do_execute,
        DefaultDialect.do_executemany,
        DefaultDialect.do_commit,
        Snapshot.rows,
        aiosmtplib.SMTP.connect,
        SMTPProtocol.write,
        SMTPProtocol.data_received,
    )
)


@contextmanager
def stepping(act: Callable[[int], object]) -> Iterator[None]:
    """Call `act` with the number of each step: before every effect on the outside and after it."""
    step = 0

    def look(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal step
        if frame.f_code in EFFECTS and event in ("call", "return"):
            step += 1
            act(step)

    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(None)


def dies_at(fatal: int, work: Callable[[], object]) -> bool:
    """Do `work` in a child that kills itself at step `fatal`; whether it did, or came to the end before."""

    def killed() -> None:
        with stepping(lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == fatal else None):
            work()

    return _ended(_forked(killed))


def dies_after(seconds: float, work: Callable[[], object]) -> bool:
    """Do `work` in a child that is killed after so many seconds; whether it was, or came to the end before."""
    child = _forked(work)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return _ended(child)


def _forked(work: Callable[[], object]) -> int:
    return os.fork() or _child(work)


def _child(work: Callable[[], object]) -> NoReturn:
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _ended(child: int) -> bool:
    _pid, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), f"the child failed on its own: {code}"
    return code != 0


@contextmanager
def restorable(database: Database) -> Iterator[Callable[[], None]]:
    """Yield what puts a database back to how it is now and leaves it open to nobody."""
    database.dispose()
    home, name = make_url(database.url), f"c{uuid4().hex[:12]}"
    if home.get_backend_name() == "sqlite":
        file = Path(home.database or "")
        kept = shutil.copy(file, file.with_name(name))

        def copy() -> None:
            database.dispose()
            for end in ("-wal", "-shm"):
                file.with_name(file.name + end).unlink(missing_ok=True)
            shutil.copy(kept, file)

        yield copy
        return
    with psycopg.connect(home.set(database="postgres").render_as_string(), autocommit=True) as server:
        server.execute(f"create database {name} template {home.database}")

        def create() -> None:
            database.dispose()
            server.execute(f"drop database {home.database} with (force)")
            server.execute(f"create database {home.database} template {name}")

        yield create
        server.execute(f"drop database {name}")


class Absent(mailer.MemoryMailer):
    """A transport whose server is never there."""

    async def send(self, letter: mailer.Letter) -> mailer.Outcome:
        return mailer.Outcome(mailer.Fate.AWAY, "no server")


def posting(office: Office, sink: Sink, **more: Any) -> Office:
    """The same office, sending through the sink."""
    base = MailSettings(
        "smtp", sender="Đôn đốc <dondoc@example.vn>", host="127.0.0.1", port=sink.port, timeout_seconds=5
    )
    return replace(office, settings=replace(office.settings, mail=replace(base, **{"connections": 3, **more})))


def sound(database: Database) -> None:
    """What holds after every fault, once a tick has been made later."""
    with database.transaction() as session:
        if database.engine.dialect.name == "sqlite":
            assert session.execute(text("pragma integrity_check")).scalars().all() == ["ok"]
        assert first_fault(session) is None
        assert list(replay.differences(session)) == []
        key = [col(c) for c in (Reminder.occurrence_id, Reminder.deadline_version, Reminder.rung, Reminder.recipient)]
        assert session.execute(sa.select(*key).group_by(*key).having(func.count() > 1)).all() == []
        unsaid = select(Reminder.id).where(col(Reminder.message_id).is_(None), col(Reminder.skipped).is_(None))
        assert session.exec(unsaid).all() == [], "told to nobody, and nobody knows why"
        assert session.exec(select(Message.id).where(Message.status == MessageStatus.SENDING)).all() == []
        answered = select(Delivery.message_id).where(Delivery.outcome == "sent", Delivery.reply != "")
        unanswered = select(Message.id).where(Message.status == MessageStatus.SENT, col(Message.id).not_in(answered))
        assert session.exec(unanswered).all() == [], "sent, and the server's answer is not kept"


def outbox(database: Database) -> dict[str, Message]:
    """The letters by their Message-ID."""
    with database.transaction() as session:
        return {one.message_id: one for one in session.exec(select(Message))}


def undelivered(database: Database, sink: Sink) -> set[str]:
    """Letters that the server never accepted though nobody dropped them."""
    dropped = {number for number, one in outbox(database).items() if one.status is MessageStatus.DROPPED}
    return set(outbox(database)) - dropped - set(sink.copies())


def ledger(database: Database) -> set[tuple[object, ...]]:
    """What the ledger and the outbox say, without numbers and hours."""
    line, letter = Reminder.__table__, Message.__table__  # type: ignore[attr-defined]
    told = sa.select(
        line.c.occurrence_id, line.c.deadline_version, line.c.rung, line.c.recipient, line.c.skipped, letter.c.key
    )
    with database.transaction() as session:
        lines = session.execute(told.join(letter, letter.c.id == line.c.message_id, isouter=True)).all()
        return {tuple(row) for row in (*lines, *session.execute(sa.select(letter.c.key, letter.c.status)))}


class Server:
    """A PostgreSQL server of its own that can be stopped as a power cut stops it; listens on a socket in its folder only."""

    def __enter__(self) -> Self:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        initdb = shutil.which("initdb") or (str(programs[-1]) if programs else None)
        need(initdb, "PostgreSQL", "apt-get install postgresql")
        self._account = "nobody" if os.getuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path must be short
        if self._account:
            os.chown(self._folder, pwd.getpwnam(self._account).pw_uid, -1)
        self._pg_ctl = str(Path(str(initdb)).with_name("pg_ctl"))
        self._call(str(initdb), "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D")
        self.url = f"postgresql://tester@/record?host={self._folder}"
        self.start()
        with psycopg.connect(f"postgresql://tester@/postgres?host={self._folder}", autocommit=True) as connection:
            connection.execute("create database record")
        return self

    def __exit__(self, *_raised: object) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        options = f"-k {self._folder} -c listen_addresses= -c fsync=off"
        self._call(self._pg_ctl, "start", "-w", "-l", f"{self._folder}/log", "-o", options, "-D")

    def stop(self) -> None:
        self._call(self._pg_ctl, "stop", "-w", "-m", "immediate", "-D")

    def _call(self, *command: str) -> None:
        told = {"stdout": subprocess.DEVNULL, "cwd": "/", "timeout": 60, "user": self._account}
        subprocess.run([*command, f"{self._folder}/d"], check=True, **told)  # type: ignore[call-overload]
