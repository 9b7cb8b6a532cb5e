"""A morning's round beside the raw limit, in one run: `python -m benchmarks.mornings SHARED [TASKS …]`.

Each size is filled, one morning is decided and its letters are marked as sent; then the next morning and the tick after it are timed, each
on a fresh copy. The limit is SHARED/bench/j12_limits.py: find what is due, render one short text for each, insert, durable. A round does
more: text, HTML and calendar file, a signed link and a line of the ledger for each task, everything else that is due listed with it.
"""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.seed import ZONE
from notifications import reminders, signing
from workflow import config
from workflow.config import EscalationSettings, ReminderSettings
from workflow.database import Database

BEFORE, TODAY, ROUNDS = date(2026, 11, 20), date(2026, 11, 23), 5
LADDER = ReminderSettings(before=(7, 3, 1, 0), after=(), then_every=0)  # the days that the limit looks at


def decided(settings: config.Settings, day: date, minute: int = 0) -> tuple[float, reminders.Queued]:
    """Milliseconds of one round, with its commit, and what it wrote."""
    database = Database(settings.database.url)
    with database.transaction() as session:  # the connection is there, as in a process that runs
        session.connection().exec_driver_sql("select count(*) from agency")
    begun = time.perf_counter()
    with database.transaction() as session:
        at = datetime(day.year, day.month, day.day, 8, minute, tzinfo=ZONE)
        done = reminders.queue(session, settings, signing.load_keys(settings.links.key_file), at=at)
    took = (time.perf_counter() - begun) * 1e3
    database.dispose()
    return took, done


def measure(folder: Path, count: int) -> tuple[float, float, reminders.Queued]:
    """Median milliseconds of a morning and of the tick after it."""
    subprocess.run([sys.executable, "-m", "benchmarks.seed", str(folder), str(count), TODAY.isoformat()], check=True)
    settings = config.load(folder / "config.yaml")
    settings = replace(settings, reminders=LADDER, escalation=EscalationSettings(0, 0, 0))
    decided(settings, BEFORE)
    file, kept = folder / "dondoc.db", folder / "kept.db"
    with sqlite3.connect(file) as connection:
        connection.execute("update message set status = 'sent'")
    connection.close()
    shutil.copy(file, kept)
    mornings, idle = [], []
    for _n in range(ROUNDS):
        for end in ("", "-wal", "-shm"):
            Path(f"{file}{end}").unlink(missing_ok=True)
        shutil.copy(kept, file)
        took, done = decided(settings, TODAY)
        mornings.append(took)
        idle.append(decided(settings, TODAY, 5)[0])
    return statistics.median(mornings), statistics.median(idle), done


def limit(shared: Path, count: int, folder: Path) -> tuple[float, float, int]:
    """Milliseconds of the raw tick and of its second run, and how many were due."""
    results = folder / "results.tsv"
    around = {**os.environ, "SCRATCH": str(folder), "RESULTS": str(results), "REPS": str(ROUNDS)}
    around.pop("PGDSN", None)
    subprocess.run(
        [sys.executable, str(shared / "bench" / "j12_limits.py"), str(count)],
        check=True,
        env=around,
        stdout=subprocess.DEVNULL,
    )
    rows = [line.split("\t") for line in results.read_text(encoding="utf-8").splitlines()]
    first, again = (next(row for row in rows if words in row[1]) for words in ("find + render", "second tick"))
    return float(first[4]), float(again[4]), int(first[9].split()[0])


def main(shared: Path, sizes: list[int]) -> None:
    for count in sizes:
        with TemporaryDirectory() as folder:
            took, idle, done = measure(Path(folder) / "ours", count)
            told = f"{count} tasks: {done.reminders} told in {done.letters} letters in {took:.0f} ms, the tick after it {idle:.1f} ms"
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{told}, {peak:.0f} MB")
            if (shared / "bench" / "j12_limits.py").is_file():
                raw, again, due = limit(shared, count, Path(folder))
                each = (took / done.reminders) / (raw / due)
                print(
                    f"  raw: {due} in {raw:.1f} ms, second {again:.2f} ms; for each {each:.1f} times, idle {idle / again:.1f} times"
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(size) for size in sys.argv[2:]] or [10_000, 100_000])
