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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from multiprocessing.synchronize import Barrier
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
from sqlmodel import SQLModel, select

from notifications import mailer, reminders, signing
from notifications.tick import Ticked, tick
from tests import make
from tests.conftest import SCRATCH, Office, need
from tests.sink import Sink
from workflow.config import MailSettings, Settings
from workflow.database import Database
from workflow.history import replay
from workflow.history.chain import first_fault
from workflow.message import Message, MessageStatus
from workflow.snapshot import Snapshot

DAY, MORNING = "2025-09-30", "2025-09-30 08:00"  # of `written`
FRIDAY, MONDAY = "2025-12-26 08:00", "2025-12-29 08:00"  # of `furnished`

# Everything by which a tick touches the world outside of its process; by identity, because to hash code takes long.
EFFECTS = frozenset(
    id(function.__code__)
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
        if id(frame.f_code) in EFFECTS and event in ("call", "return"):
            step += 1
            act(step)

    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(None)


def only(step: int, act: Callable[[], object]) -> Callable[[int], None]:
    """What `stepping` calls to act at one step alone."""

    def look(now: int) -> None:
        if now == step:
            act()

    return look


def dies_at(fatal: int, work: Callable[[], object]) -> bool:
    """Do `work` in a child that kills itself at step `fatal`; whether it did, or came to the end before."""

    def killed() -> None:
        with stepping(only(fatal, partial(os.kill, os.getpid(), signal.SIGKILL))):
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

    used = [name]

    def run(order: str) -> None:  # the server may have been away since the last time
        with psycopg.connect(home.set(database="postgres").render_as_string(), autocommit=True) as server:
            server.execute(order)

    def create() -> None:
        database.dispose()
        used.append(f"{name}_{len(used)}")
        run(f"alter database {home.database} rename to {used[-1]}")  # to drop it here would make the next one slow
        run(f"create database {home.database} template {name}")
        run("checkpoint")  # or a crash takes the copy's sequences back to where they were copied

    run(f"create database {name} template {home.database}")
    yield create
    database.dispose()
    for one in used:
        run(f"drop database {one} with (force)")


class Absent(mailer.MemoryMailer):
    """A transport whose server is never there."""

    async def send(self, letter: mailer.Letter) -> mailer.Outcome:
        return mailer.Outcome(mailer.Fate.AWAY, "no server")


def furnished(office: Office) -> Office:
    """An office with something of everything that a tick does on MONDAY, and letters of FRIDAY that never left.

    A weekly letter and the office's own are due, days of the ladder and levels of escalation are reached, a period is opened.
    """
    with office.database.transaction() as session:
        make.enacted(
            session,
            make.task(timing="31/12/2025", lead="Phòng số 1; Phòng số 2"),
            make.task("I.2", timing="Hằng tháng", lead="Phòng số 2"),
            make.task("I.3", timing="trước ngày 16/12/2025", lead="Phòng số 3"),
        )
    settings = replace(
        office.settings,
        office=replace(office.settings.office, mailbox="vp@example.vn"),
        weekly=replace(office.settings.weekly, mailboxes=("tuan@example.vn",)),
    )
    made = replace(office, settings=settings)
    done = made.tick(FRIDAY, Absent())
    assert done.queued.letters and not done.delivered.sent
    return made


def written(office: Office, readers: int) -> Office:
    """An office whose letters of the morning are written, one for each reader, and have not left."""
    with office.database.transaction() as session:
        make.enacted(session, *(make.task(f"I.{n}", lead=f"Phòng số {n}") for n in range(1, readers + 1)))
        assert reminders.queue(session, office.settings, office.keys, at=make.at(MORNING)).letters == readers
    return office


def posting(office: Office, sink: Sink, **more: Any) -> Office:
    """The same office, sending through the sink."""
    base = MailSettings(
        "smtp", sender="Đôn đốc <dondoc@example.vn>", host="127.0.0.1", port=sink.port, timeout_seconds=5
    )
    return replace(office, settings=replace(office.settings, mail=replace(base, **{"connections": 3, **more})))


def sent(office: Office, moment: str) -> Ticked:
    """A tick over the office's own transport."""
    return office.tick(moment, mailer.for_settings(office.settings.mail))


def whole(database: Database) -> None:
    """What holds at any moment: the file, the chain of the history, and the states that follow from it."""
    with database.transaction() as session:
        if database.engine.dialect.name == "sqlite":
            assert session.execute(sa.text("pragma integrity_check")).scalars().all() == ["ok"]
        assert first_fault(session) is None
        assert list(replay.differences(session)) == []


def sound(database: Database) -> None:
    """What holds after every fault, once a tick was made later."""
    whole(database)
    line, letter, attempt = (SQLModel.metadata.tables[name].c for name in ("reminder", "message", "delivery"))
    key = (line.occurrence_id, line.deadline_version, line.rung, line.recipient)
    answered = sa.select(attempt.message_id).where(attempt.outcome == "sent", attempt.reply != "")
    with database.transaction() as session:
        for fault in (
            sa.select(*key).group_by(*key).having(sa.func.count() > 1),
            sa.select(line.id).where(line.message_id.is_(None), line.skipped.is_(None)),
            sa.select(letter.id).where(letter.status == "sending"),
            sa.select(letter.id).where(letter.status == "sent", letter.id.not_in(answered)),
        ):
            assert session.execute(fault).all() == [], str(fault)


def tick_together(url: str, settings: Settings, moments: Sequence[datetime], start: Barrier) -> None:
    """What one of several processes does: a tick at each moment, at the same time as the others."""
    database, keys = Database(url, wait_seconds=60), signing.load_keys(settings.links.key_file)
    for moment in moments:
        start.wait(120)
        tick(database, settings, keys, mailer.for_settings(settings.mail), at=moment)
    database.dispose()


def outbox(database: Database) -> dict[str, Message]:
    """The letters by their Message-ID."""
    with database.transaction() as session:
        return {one.message_id: one for one in session.exec(select(Message))}


def sending(database: Database) -> set[str]:
    """The letters that a process has claimed."""
    return {number for number, one in outbox(database).items() if one.status is MessageStatus.SENDING}


def waiting(database: Database) -> int:
    """How many letters have neither left nor been given up."""
    return sum(one.status in (MessageStatus.QUEUED, MessageStatus.SENDING) for one in outbox(database).values())


def undelivered(database: Database, sink: Sink) -> set[str]:
    """Letters that the server never accepted though nobody dropped them."""
    kept = {number for number, one in outbox(database).items() if one.status is not MessageStatus.DROPPED}
    return kept - set(sink.copies())


def ledger(database: Database) -> set[tuple[object, ...]]:
    """What the ledger and the outbox say, without numbers and hours."""
    line, letter = (SQLModel.metadata.tables[name] for name in ("reminder", "message"))
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
        self._folder = Path(tempfile.mkdtemp(prefix="pg", dir=SCRATCH))
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
        if self.up:
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        options = f"-k {self._folder} -c listen_addresses= -c fsync=off"
        self._call(self._pg_ctl, "start", "-w", "-l", f"{self._folder}/log", "-o", options, "-D")
        self.up = True

    def stop(self) -> None:
        self._call(self._pg_ctl, "stop", "-w", "-m", "immediate", "-D")
        self.up = False

    def _call(self, *command: str) -> None:
        told = {"stdout": subprocess.DEVNULL, "cwd": "/", "timeout": 60, "user": self._account}
        subprocess.run([*command, f"{self._folder}/d"], check=True, **told)  # type: ignore[call-overload]
