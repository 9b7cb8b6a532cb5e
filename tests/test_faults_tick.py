"""A tick whose machine loses its power, that others make at the same time, that is late or made again: nothing is lost or told twice."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import subprocess
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col, select

from notifications.commands import tick_once
from tests import make
from tests.conftest import Office, Run
from tests.crashing import (
    MONDAY,
    furnished,
    ledger,
    outbox,
    posting,
    restorable,
    sent,
    sound,
    stepping,
    tick_together,
    undelivered,
    whole,
)
from tests.sink import Sink
from workflow import config
from workflow.database import Database
from workflow.message import Reminder
from workflow.scheduler import clock_for


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_power_cut_takes_nothing_that_was_committed(office: Office, tmp_path: Path) -> None:
    """The file and its log are copied at random steps of a tick; the log is cut behind the last commit, or anywhere."""
    chance, file, spare = random.Random(5), Path(office.database.url.removeprefix("sqlite:///")), tmp_path / "cut.db"
    copies = list[tuple[Path, set[str]]]()
    with Sink() as sink:
        office = posting(furnished(office), sink)

        def cut(step: int) -> None:
            if chance.random() < 0.2:
                folder = tmp_path / str(step)
                folder.mkdir()
                # Closing the file in this process would end its locks.
                subprocess.run(["cp", file, f"{file}-wal", folder], check=True)
                copies.append((folder / file.name, set(sink.copies())))

        with stepping(cut):
            sent(office, MONDAY)
    database, lengths = Database(f"sqlite:///{spare}"), set()
    for copy, accepted in copies:
        log = copy.with_name(f"{copy.name}-wal").read_bytes()
        for length in (committed(log), chance.randrange(len(log) + 1)):
            database.dispose()
            spare.write_bytes(copy.read_bytes())
            spare.with_name("cut.db-wal").write_bytes(log[:length])
            whole(database)
            lengths.add(length)
            if length == committed(log):
                assert accepted <= set(outbox(database)), "a letter left before its row was safe"
    database.dispose()
    assert len(copies) > 20 and len(lengths) > 20 and copies[-1][1]


def committed(log: bytes) -> int:
    """Where the last commit of a write-ahead log ends: its frame names the size of the database."""
    frame = 24 + int.from_bytes(log[8:12], "big")
    return max((at + frame for at in range(32, len(log) - frame + 1, frame) if any(log[at + 4 : at + 8])), default=32)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_every_connection_syncs_each_commit(office: Office) -> None:
    with contextlib.ExitStack() as stack:
        for _n in range(5):
            connection = stack.enter_context(office.database.engine.connect())
            told = [connection.exec_driver_sql(f"pragma {name}").scalar() for name in ("synchronous", "journal_mode")]
            assert told == [2, "wal"]
            connection.rollback()


@pytest.mark.parametrize("many", [2, pytest.param(5, marks=pytest.mark.slow)])
def test_several_processes_that_tick_at_once_do_everything_once(office: Office, many: int) -> None:
    """Twenty ticks each, all at the same moments; the end is that of one process alone."""
    days = ("2025-12-26", "2025-12-29", "2025-12-30", "2025-12-31", "2026-01-05")
    moments = [make.at(f"{day} {hour}") for day in days for hour in ("08:00", "08:01", "08:20", "14:00")]
    with office.database.transaction() as session:
        leads = "; ".join(f"Phòng số {n}" for n in range(1, 9))
        make.enacted(
            session, make.task(timing="31/12/2025", lead=leads), make.task("I.2", timing="Hằng tháng", lead=leads)
        )
    with Sink() as sink, restorable(office.database) as restore:
        office = posting(office, sink)
        for moment in moments:
            sent(office, f"{moment:%Y-%m-%d %H:%M}")
        alone, letters = ledger(office.database), len(sink.kept)
        restore()
        sink.kept.clear()
        spawn = multiprocessing.get_context("spawn")
        what = (office.database.url, office.settings, moments, spawn.Barrier(many))
        processes = [spawn.Process(target=tick_together, args=what) for _n in range(many)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * many
        sound(office.database)
        assert ledger(office.database) == alone
        assert undelivered(office.database, sink) == set()
        assert (set(sink.copies().values()), len(sink.kept)) == ({1}, letters)


@pytest.mark.parametrize("back", ["2025-01-24 08:00:05", "2025-01-24 09:00", "2025-02-03 08:00"])
def test_whoever_was_away_tells_once_what_still_matters(office: Office, back: str) -> None:
    """Five seconds, an hour and the nine days of Tết: compared with an office that never slept."""
    with office.database.transaction() as session:
        days = ("24/1/2025", "28/1/2025", "3/2/2025", "5/2/2025", "14/2/2025", "28/2/2025")
        tasks = [make.task(f"I.{n}", timing=day, lead=f"Phòng số {n % 2 + 1}") for n, day in enumerate(days, 1)]
        make.enacted(session, *tasks, issued=date(2025, 1, 6), when="2025-01-06 09:00")
    before, absent = [f"2025-01-{day} 08:00" for day in (17, 20, 21, 22, 23)], ["2025-01-24 08:00", "2025-02-03 08:00"]
    after = [f"2025-02-{day:02} 08:00" for day in (4, 5, 6, 7, 10, 11, 12, 13, 14, 17)]
    with Sink() as sink, restorable(office.database) as restore:
        office = posting(office, sink)
        _known, awake, awake_after = [through(office, moments) for moments in (before, absent, after)]
        restore()
        sink.kept.clear()
        known = through(office, before)
        first = sent(office, back)
        told = rungs(office) - known
        assert len(told) == len(newest(told)), "of each task one rung"
        assert first.delivered.sent == len({reader for _task, reader, _rung in told}), "to each reader one letter"
        asleep = through(office, [moment for moment in absent if moment > back])
        assert newest(asleep) == newest(awake)
        assert asleep < awake if back == absent[-1] else asleep == awake
        assert through(office, after) - asleep == awake_after - awake, "and it goes on as if nothing had been"
        sound(office.database)
        assert undelivered(office.database, sink) == set()
        assert set(sink.copies().values()) == {1}


def through(office: Office, moments: list[str]) -> set[tuple[int, str, int]]:
    """Tick at each moment; what was told by then."""
    for moment in moments:
        sent(office, moment)
    return rungs(office)


def rungs(office: Office) -> set[tuple[int, str, int]]:
    """The days of the ladder that were told: task, reader and rung."""
    with office.database.transaction() as session:
        lines = session.exec(select(Reminder).where(col(Reminder.message_id).is_not(None)))
        return {(one.occurrence_id, one.recipient, int(one.rung)) for one in lines if one.rung.lstrip("-").isdigit()}


def newest(lines: set[tuple[int, str, int]]) -> dict[tuple[int, str], int]:
    """The last rung of each task and reader: they go down."""
    return {(task, reader): rung for task, reader, rung in sorted(lines, key=lambda line: -line[2])}


def test_the_same_tick_by_command_and_by_clock_adds_nothing(office: Office, run: Run, tmp_path: Path) -> None:
    office = furnished(office)
    with Sink() as sink:
        office = posting(office, sink)
        assert sent(office, MONDAY).delivered.sent
        rows, letters = counted(office.database), len(sink.kept)
        again = sent(office, MONDAY)
        assert (again.queued.letters, again.queued.reminders, again.opened, again.delivered.sent) == (0, 0, 0, 0)
        assert counted(office.database) == rows
        mail = f"{{transport: smtp, host: 127.0.0.1, port: {sink.port}, sender: a@example.vn}}"
        (tmp_path / "config.yaml").write_text(
            f"mail: {mail}\noffice: {{mailbox: vp@example.vn}}\nweekly: {{mailboxes: [tuan@example.vn]}}\n"
        )
        code, said, _errors = run("tick", "--at", MONDAY.replace(" ", "T"))
        assert code == 0, said
        ticked = threading.Event()

        def call() -> None:
            tick_once(config.load(), make.at(MONDAY))
            ticked.set()

        clock = clock_for("0 0 1 1 *", "Asia/Ho_Chi_Minh", call, background=True)
        clock.start()
        clock.get_jobs()[0].modify(next_run_time=datetime.now(UTC))
        assert ticked.wait(20)
        clock.shutdown(wait=True)
        assert counted(office.database) == rows
        assert len(sink.kept) == letters
        sound(office.database)


def counted(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.transaction() as session:
        tables = SQLModel.metadata.tables.values()
        return {
            table.name: session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in tables
        }
