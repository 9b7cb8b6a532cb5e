"""Requests per second of the overdue page, 50 of 100,000 tasks, signed in, beside the least program that shows such a list and Django's.

`python -m benchmarks.pages ../shared [N]`; needs `wrk` (Debian package of that name).
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median

from benchmarks.seed import ZONE, fill
from workflow.access.entry import WebSession, hashed
from workflow.access.people import Appointment
from workflow.access.roles import Role
from workflow.database import Database

ROUNDS, SECONDS = 3, 6
TODAY = datetime.now(ZONE).date()


@contextmanager
def served(command: list[str], address: str, environment: dict[str, str]) -> Iterator[None]:
    """Run a server until its page answers, and end it."""
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _n in range(600):
            try:
                urllib.request.urlopen(address, timeout=5).read()
                break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait()


def measured(address: str, *headers: str) -> tuple[float, str, str]:
    """Requests a second over eight connections, with the median and the 99th percentile of their times."""
    extra = [part for header in headers for part in ("-H", header)]
    out = subprocess.run(
        ["wrk", "-t1", "-c8", f"-d{SECONDS}s", "--latency", "--timeout", "30s", *extra, address],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"{address}: {out}")
    found = [re.search(pattern, out) for pattern in (r"Requests/sec:\s+([\d.]+)", r"50%\s+(\S+)", r"99%\s+(\S+)")]
    rate, half, most = (one[1] if one else "0" for one in found)
    return float(rate), half, most


def _signed_in(url: str) -> str:
    """A monitor of everything, signed in; returns the cookie."""
    secret, now = secrets.token_urlsafe(32), datetime.now(ZONE)
    database = Database(url)
    with database.transaction() as session:
        session.add(
            Appointment(name="Lê Hoa", role=Role.MONITOR, email="hoa@example.vn", agency_id=1, valid_from=TODAY)
        )
        session.add(
            WebSession(token_hash=hashed(secret), address="hoa@example.vn", via="mail", began_at=now, seen_at=now)
        )
    database.dispose()
    return f"Cookie: dondoc={secret}"


def main(shared: Path, count: int) -> None:
    bench = shared / "bench"
    if not bench.is_dir():
        raise SystemExit(f"{bench} is not there: this measures against its programs.")
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: apt-get install wrk")
    scratch = Path(tempfile.gettempdir()) / "directive-bench"
    peers = scratch / "venv-web" / "bin" / "python"
    if not peers.exists():
        subprocess.run([sys.executable, "-m", "venv", str(peers.parents[1])], check=True)
        subprocess.run(
            [
                str(peers),
                "-m",
                "pip",
                "-q",
                "install",
                "starlette",
                "uvicorn[standard]",
                "jinja2",
                "django",
                "gunicorn",
            ],
            check=True,
        )
    with tempfile.TemporaryDirectory() as folder:
        settings = fill(Path(folder), count, TODAY)
        cookie = _signed_in(settings.database.url)
        listing = scratch / f"j6-{count}.db"
        environment = {"PYTHONPATH": str(bench), "SCRATCH": str(scratch), "PYTHONDONTWRITEBYTECODE": "1"}
        _fill_peer(peers, listing, count, environment)
        ours = [
            sys.executable,
            "-m",
            "cli",
            "--config",
            f"{folder}/config.yaml",
            "serve",
            "--no-clock",
            "--port",
            "38142",
        ]
        peer = [str(peers), str(bench / "j6_app.py"), "starlette", "38140", str(listing)]
        django = [str(peers), str(bench / "peer_django.py"), "serve", "38141", str(count)]
        rates: dict[str, list[tuple[float, str, str]]] = {"limit": [], "Django": [], "dondoc": []}
        with (
            served(peer, "http://127.0.0.1:38140/overdue", environment),
            served(django, "http://127.0.0.1:38141/overdue", environment),
            served(ours, "http://127.0.0.1:38142/healthz", {}),
        ):
            page = urllib.request.Request(
                "http://127.0.0.1:38142/overdue", headers={"Cookie": cookie.partition(": ")[2]}
            )
            began = time.perf_counter()
            body = urllib.request.urlopen(page).read()
            first = time.perf_counter() - began
            print(f"dondoc: {len(body):,} bytes, {body.count(b'<tr')} rows; the first time {first * 1000:.0f} ms")
            for _n in range(ROUNDS):
                rates["limit"].append(measured("http://127.0.0.1:38140/overdue"))
                rates["Django"].append(measured("http://127.0.0.1:38141/overdue"))
                rates["dondoc"].append(measured("http://127.0.0.1:38142/overdue", cookie))
            times = []
            for n in range(20):
                other = urllib.request.Request(
                    f"http://127.0.0.1:38142/overdue?page={n + 1}", headers=dict(page.header_items())
                )
                began = time.perf_counter()
                urllib.request.urlopen(other).read()
                times.append(time.perf_counter() - began)
            print(f"dondoc, a page made anew: {median(times) * 1000:.0f} ms")
    middle = {name: median(rate for rate, _half, _most in own) for name, own in rates.items() if own}
    for name, own in rates.items():
        if own:
            worst = max(own, key=lambda one: float(re.sub(r"[^\d.]", "", one[2]) or 0))
            print(
                f"{name:8} {middle[name]:9,.0f} requests/s, {middle[name] / middle['limit']:6.2f} of the limit; p50 {own[0][1]}, p99 at most {worst[2]}"
            )
    print(f"dondoc against Django: {middle['dondoc'] / middle['Django']:.0f} times")


def _fill_peer(python: Path, database: Path, count: int, environment: dict[str, str]) -> None:
    """The table that the least program lists, as bench/j6.sh makes it."""
    program = """
import sqlite3, sys
from benchlib import *
rm_db(sys.argv[1]); c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.executescript("pragma journal_mode=wal; create table task(id integer primary key, number text, title text, lead text, coord text, deliverable text, deadline text, status text); create index td on task(deadline) where status='open'; begin")
c.executemany("insert into task values(?,?,?,?,?,?,?,?)", tasks(int(sys.argv[2]))); c.execute("commit")
"""
    database.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [str(python), "-c", program, str(database), str(count)], env={**os.environ, **environment}, check=True
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared"), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
