"""The clock: it wakes, it goes on after a failure, it refuses crontabs that mean another day; `run` and `serve` as real processes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests import make
from workflow.database import Database
from workflow.errors import BadInput
from workflow.scheduler import clock_for

ROOT = Path(__file__).parent.parent


def test_a_failing_call_does_not_stop_the_clock() -> None:
    calls, twice = [], threading.Event()

    def call() -> None:
        calls.append(1)
        if len(calls) == 2:
            twice.set()
        raise RuntimeError("once")

    scheduler = clock_for("* * * * *", "Asia/Ho_Chi_Minh", call, background=True)
    (job,) = scheduler.get_jobs()
    assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
    from datetime import UTC, datetime

    scheduler.start()
    try:
        for _n in range(2):
            before = len(calls)
            job.modify(next_run_time=datetime.now(UTC))
            deadline = time.monotonic() + 10
            while len(calls) == before and time.monotonic() < deadline:
                time.sleep(0.02)
        assert twice.wait(5)
    finally:
        scheduler.shutdown(wait=True)


@pytest.mark.parametrize(
    ("crontab", "said"), [("0 8 * * 1-5", "mon-fri"), ("0 8 * *", "crontab"), ("61 8 * * *", "crontab")]
)
def test_crontabs_that_mean_another_day_or_nothing_are_refused(crontab: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        clock_for(crontab, "Asia/Ho_Chi_Minh", lambda: None)


def _office(folder: Path) -> dict[str, str]:
    database = Database(f"sqlite:///{folder}/dondoc.db").ready()
    with database.transaction() as session:
        make.enacted(session, make.task(timing="Hằng tháng"))
    database.dispose()
    (folder / "config.yaml").write_text('schedule: {tick: "0 0 1 1 *"}\n', encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def test_run_ticks_at_once_and_stops_when_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli", "run"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=_office(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _n in range(2)]
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _rest, errors = process.communicate(timeout=20)
    assert "0 0 1 1 *" in lines[0] and "Mở kỳ" in lines[1]
    assert process.returncode == 0, errors


def test_serve_serves_and_stops_when_told(tmp_path: Path) -> None:
    environment = _office(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cli", "serve", "--port", str(port), "--open-lists"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        answer = None
        for _n in range(150):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/overdue")
                answer = connection.getresponse()
                assert "nhiệm vụ".encode() in answer.read()
                connection.close()
                break
            except ConnectionError:
                time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        said, errors = process.communicate(timeout=20)
    assert answer and answer.status == 200
    assert str(port) in said and "/v/" not in errors
    assert process.returncode in (0, -signal.SIGTERM), errors
