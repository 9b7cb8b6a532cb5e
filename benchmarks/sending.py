"""Durable sending beside the limits, in one run: `python -m benchmarks.sending SHARED [MESSAGES]`.

The outbox of dondoc (SQLite, synchronous=FULL) empties itself into Postfix's `smtp-sink` in turn with `smtp-source` (one session) and
aiosmtplib with ten connections; then into the sink of SHARED/bench with a round trip of 20 ms. SMTP_SINK, SMTP_SOURCE and POSTFIX_LIB
name Postfix's tools; without them the first part is left out and says so.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from notifications import letters, mailer, outbox
from workflow import config
from workflow.database import Database, write_rows
from workflow.message import Message

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
BODY = "Kính gửi: Sở Tài chính\n\nNhiệm vụ: Báo cáo tình hình thực hiện nhiệm vụ về đầu tư công\nHạn: 30/11/2026\n" * 5


def rows(count: int, settings: config.Settings) -> list[dict[str, object]]:
    """So many letters of about 1.2 kB of text each, ready in the outbox."""
    words = letters.Words("Nhắc việc: báo cáo đầu tư công", "Kính gửi", BODY, [], (), "Văn phòng")
    made = letters.row(settings, "k", "a@example.vn", words, kind="digest", at=AT)
    return [{**made, "key": f"k{n}", "message_id": f"<{n}@example.vn>", "kind": "office"} for n in range(count)]


def emptied(port: int, count: int, connections: int) -> float:
    """Letters a second that leave the outbox, each recorded as sent."""
    with TemporaryDirectory() as folder:
        settings = config._anchored(config.Settings(), Path(folder))
        mail = replace(settings.mail, transport="smtp", host="127.0.0.1", port=port, connections=connections)
        settings = replace(settings, mail=mail)
        database = Database(settings.database.url).ready()
        with database.transaction() as session:
            write_rows(session, Message, rows(count, settings))
        begun = time.perf_counter()
        done = outbox.deliver(database, mailer.for_settings(mail), settings, clock=lambda: AT)
        took = time.perf_counter() - begun
        database.dispose()
        assert done.sent == count, done
        return count / took


def plain(port: int, count: int, connections: int) -> float:
    """Letters a second of aiosmtplib alone, with nothing recorded."""
    import aiosmtplib

    content = rows(1, config.Settings())[0]["content"]

    async def run() -> None:
        waiting = iter(range(count))

        async def one() -> None:
            client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="localhost")
            await client.connect()
            for _n in waiting:
                await client.sendmail("bench@example.vn", ["a@example.vn"], content)  # type: ignore[arg-type]
            await client.quit()

        await asyncio.gather(*(one() for _n in range(connections)))

    begun = time.perf_counter()
    asyncio.run(run())
    return count / (time.perf_counter() - begun)


def source(port: int, count: int) -> float:
    """Letters a second of Postfix's own client, one session."""
    program, library = os.environ["SMTP_SOURCE"], os.environ.get("POSTFIX_LIB", "")
    size = len(rows(1, config.Settings())[0]["content"])  # type: ignore[arg-type]
    with TemporaryDirectory() as folder:
        (Path(folder) / "main.cf").touch()
        around = {**os.environ, "LD_LIBRARY_PATH": library, "MAIL_CONFIG": folder}
        command = [program, "-4", "-d", "-s", "1", "-m", str(count), "-l", str(size)]
        begun = time.perf_counter()
        subprocess.run(
            [*command, "-f", "bench@example.vn", "-t", "a@example.vn", f"127.0.0.1:{port}"],
            env=around,
            check=True,
            stderr=subprocess.DEVNULL,
        )
        return count / (time.perf_counter() - begun)


@contextmanager
def listening(*command: str, environment: dict[str, str] | None = None) -> Iterator[int]:
    """A sink on a free port; `PORT` in its command is replaced."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    full = [part.replace("PORT", str(port)) for part in command]
    running = subprocess.Popen(full, env={**os.environ, **(environment or {})}, stderr=subprocess.DEVNULL)
    try:
        for _n in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        running.terminate()
        running.wait()


def compare(title: str, rounds: int, who: dict[str, Callable[[], float]]) -> None:
    """Run everybody in turn and print medians and ratios to the first."""
    found: dict[str, list[float]] = {name: [] for name in who}
    for _n in range(rounds):
        for name, run in who.items():
            found[name].append(run())
    first = next(iter(found.values()))
    print(title)
    for name, values in found.items():
        ratios = [value / base for value, base in zip(values, first, strict=True)]
        print(f"  {name:44} {statistics.median(values):9.1f}/s   ratio {statistics.median(ratios):.2f}")


def main(shared: Path, count: int) -> None:
    sink = os.environ.get("SMTP_SINK")
    if sink and os.environ.get("SMTP_SOURCE"):
        as_whom = ["-u", "nobody"] if os.getuid() == 0 else []
        with (
            TemporaryDirectory() as folder,
            listening(
                sink,
                *as_whom,
                "127.0.0.1:PORT",
                "1000",
                environment={"LD_LIBRARY_PATH": os.environ.get("POSTFIX_LIB", ""), "MAIL_CONFIG": folder},
            ) as port,
        ):
            (Path(folder) / "main.cf").touch()
            compare(
                f"{count} letters to smtp-sink",
                5,
                {
                    "smtp-source, 1 session": lambda: source(port, count),
                    "aiosmtplib alone, 10 connections": lambda: plain(port, count, 10),
                    "dondoc, durable, 10 connections": lambda: emptied(port, count, 10),
                    "dondoc, durable, 4 connections": lambda: emptied(port, count, 4),
                    "dondoc, durable, 1 connection": lambda: emptied(port, count, 1),
                },
            )
    else:
        print("smtp-sink and smtp-source are not named (SMTP_SINK, SMTP_SOURCE): this part is left out.")
    far = shared / "bench" / "sink.py"
    if not far.is_file():
        print(f"{far} is not there: the comparison at 20 ms is left out.")
        return
    with listening(sys.executable, str(far), "PORT", "--rtt", "20") as port:
        compare(
            "500 letters at a round trip of 20 ms",
            5,
            {
                "aiosmtplib alone, 10 connections": lambda: plain(port, 500, 10),
                "dondoc, durable, 10 connections": lambda: emptied(port, 500, 10),
                "dondoc, durable, 4 connections": lambda: emptied(port, 500, 4),
            },
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5000)
