"""Times cold commands at 10,000 tasks, and, where the peers of `SHARED/bench` have left their stores, those in the same rounds.

`make bench`; the peers' stores are made by `SCRATCH=… SIZES=10000 bash SHARED/bench/peer_roundup.sh` and `j4.sh` (SCRATCH is read).
"""

from __future__ import annotations

import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from benchmarks.seed import ZONE, fill

ROUNDS = 9


def main(shared: Path) -> None:
    """Run every command once a round, in turn, and print medians and the ratio to the first."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, 10_000, datetime.now(ZONE).date())
        dondoc = str(Path(sys.executable).with_name("dondoc"))
        commands = {
            "dondoc overdue": f"{dondoc} overdue",
            "dondoc overdue --json": f"{dondoc} overdue --json",
            "dondoc show": f"{dondoc} show KH1-1",
            **_peers(shared),
        }
        times: dict[str, list[float]] = {title: [] for title in commands}
        for n in range(ROUNDS + 1):
            for title, command in commands.items():
                began = time.perf_counter()
                ended = subprocess.run(shlex.split(command), cwd=folder, capture_output=True, text=True, check=False)
                if n:
                    times[title].append(1000 * (time.perf_counter() - began))
                if ended.returncode:
                    print(f"{title}: {ended.stderr.strip()[-300:]}")
        first = statistics.median(times["dondoc overdue"])
        for title, found in times.items():
            print(
                f"{title:32} median {statistics.median(found):6.0f} ms  (min {min(found):.0f}, max {max(found):.0f})  ratio {statistics.median(found) / first:.2f}"
            )


def _peers(shared: Path) -> dict[str, str]:
    scratch = Path(os.environ.get("SCRATCH", "/nowhere"))
    tracker, admin = scratch / "roundup-10000", scratch / "venv-roundup" / "bin" / "roundup-admin"
    django, python = shared / "bench" / "peer_django.py", scratch / "venv-wf" / "bin" / "python"
    found = {}
    if tracker.is_dir() and admin.exists():
        found["roundup-admin filter"] = f"{admin} -i {tracker} filter issue status=5"
    if django.exists() and python.exists():
        found["a Django command"] = (
            f"env PYTHONPATH={shared / 'bench'} SCRATCH={scratch} {python} {django} cli list 10000"
        )
    if not found:
        print("No peers at hand: set SCRATCH to the folder where their stores lie.")
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
