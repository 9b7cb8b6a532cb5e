"""Durable moves with their entry in the history, a second: one by one and a hundred at once, beside the peers where they are.

`python -m benchmarks.moves [SHARED]`: on SQLite with `synchronous=FULL`; the peers run between two of our own rounds, by
SHARED/bench/j5.sh, which installs them into a scratch folder of its own.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from benchmarks.seed import fill
from workflow import audit, moving
from workflow.audit import By
from workflow.database import Database
from workflow.duties import bulk
from workflow.occurrence import Occurrence
from workflow.register.sheets import Line
from workflow.standing import Status
from workflow.task import Task

AT = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
BY = By("Người đo", "cli")
SINGLE, HUNDREDS = 500, 20


def main(shared: Path | None) -> int:
    with tempfile.TemporaryDirectory() as folder:
        settings = fill(Path(folder), 10_000, date(2026, 11, 23))
        database = Database(settings.database.url)
        ours: dict[str, list[float]] = {}
        _round(database, ours)
        peers = _peers(shared) if shared else {}
        _round(database, ours)
        database.dispose()
    for name, rates in ours.items():
        print(f"{name:44} {statistics.median(rates):9,.0f} a second")
    for name, rate in peers.items():
        print(f"{name:44} {rate:9,.0f} a second")
    if not peers:
        print("peers: not measured; name the folder that holds bench/j5.sh")
        return 0
    viewflow, spiff = peers["viewflow.fsm, FULL"], peers["SpiffWorkflow, FULL"]
    one, many = (statistics.median(ours[name]) for name in ("one move", "100 moves in one transaction"))
    print(f"one move / viewflow {one / viewflow:.2f}, / Spiff {one / spiff:.2f}; bulk / viewflow {many / viewflow:.1f}")
    return int(one <= max(viewflow, spiff) or many < 15 * viewflow)


def _round(database: Database, ours: dict[str, list[float]]) -> None:
    """Three counted repetitions of each measure."""
    for _n in range(3):
        for name, measure in (
            ("one move", _one),
            ("one move by the verb of a loaded row", _verb),
            ("100 moves in one transaction", _hundred),
            ("100 confirmed by `dondoc bulk`, from the codes", _bulk),
        ):
            ours.setdefault(name, []).append(measure(database))


def _fresh(database: Database, count: int, status: Status) -> list[int]:
    """Rows in a state to move from; brought there without a history, which is not what is measured."""
    with database.transaction() as session:
        ids = [number or 0 for number in session.exec(select(Occurrence.id).limit(count))]
        session.execute(sa.update(Occurrence).where(col(Occurrence.id).in_(ids)).values(status=status))
    return ids


def _timed(count: int, work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def _one(database: Database) -> float:
    """Load the row, check the move and the person, write row and entry, commit."""
    ids = _fresh(database, SINGLE, Status.NOT_STARTED)

    def work() -> None:
        for number in ids:
            with database.transaction() as session:
                moving.move(session, "start", moving.duties(session, [number]), by=BY, at=AT, values={"started_at": AT})

    return _timed(SINGLE, work)


def _verb(database: Database) -> float:
    """The same through the object that pages and commands hold."""
    ids = _fresh(database, SINGLE, Status.NOT_STARTED)

    def work() -> None:
        for number in ids:
            with database.transaction() as session:
                session.get_one(Occurrence, number).start(session, by=BY, at=AT)

    return _timed(SINGLE, work)


def _hundred(database: Database) -> float:
    """A hundred rows in one transaction: load, check, write, commit, as for one."""
    ids = _fresh(database, 100 * HUNDREDS, Status.NOT_STARTED)

    def work() -> None:
        for at in range(0, len(ids), 100):
            with database.transaction() as session:
                rows = moving.duties(session, ids[at : at + 100])
                moving.move(session, "start", rows, by=BY, at=AT, values={"started_at": AT})

    return _timed(100 * HUNDREDS, work)


def _bulk(database: Database) -> float:
    """Lists of a hundred codes, each carried out in one transaction, from the codes to the commit."""
    ids = _fresh(database, 100 * HUNDREDS, Status.SUBMITTED)
    with database.transaction() as session:
        codes = dict(session.execute(sa.select(col(Occurrence.id), col(Task.code)).join(Task)).all())
    lists = [
        [Line(n, {"code": codes[row]}) for n, row in enumerate(ids[at : at + 100])] for at in range(0, len(ids), 100)
    ]

    def work() -> None:
        for lines in lists:
            with database.transaction() as session:
                made = bulk.carry_out(session, "confirm", lines, by=BY, at=AT, today=AT.date())
            assert len(made.done) == 100, made.failed[:1]

    rate = _timed(100 * HUNDREDS, work)
    with database.transaction() as session:
        assert audit.head(session)
    return rate


def _peers(shared: Path) -> dict[str, float]:
    """The peers' medians, from the lines that the shared bench prints."""
    script = shared / "bench" / "j5.sh"
    if not script.is_file():
        return {}
    quiet = {**os.environ, "REPS": os.environ.get("REPS", "3")}
    said = subprocess.run(["bash", str(script)], capture_output=True, text=True, env=quiet, check=False).stdout
    print(said)
    found = {}
    for name, pattern in (
        ("viewflow.fsm, FULL", r"viewflow\.fsm, WAL FULL[^\t]*\t[^\t]*\t[^\t]*\t([\d.]+)"),
        ("SpiffWorkflow, FULL", r"SpiffWorkflow[^\t]*WAL FULL[^\t]*\t[^\t]*\t[^\t]*\t([\d.]+)"),
    ):
        line = re.search(pattern, said)
        if line:
            found[name] = float(line[1])
    return found if len(found) == 2 else {}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
