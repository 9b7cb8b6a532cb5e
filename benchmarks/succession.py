"""How long a reorganisation takes: 5,000 agencies, 200,000 open periods, 700 agencies succeeded at once; `python -m benchmarks.succession`.

The record is filled in this process; planning and applying run as commands of their own, whose time and highest memory are told.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, insert

from benchmarks.seed import ZONE
from workflow import config
from workflow.agency import Agency
from workflow.database import Database
from workflow.directive import Directive
from workflow.occurrence import Occurrence
from workflow.periods import day_window
from workflow.register.steps import TITLES
from workflow.standing import Status
from workflow.task import Assignment, Role, Task
from workflow.timing import Kind, Timing

AGENCIES, DUTIES, SUCCEEDED, HEIRS = 5_000, 200_000, 700, 200
EFFECTIVE = date(2025, 7, 1)


def main() -> None:
    """Fill, plan and apply, and print what each took; `all` gives the 700 every open period of the record."""
    for title, owners in (("evenly held by 5,000", AGENCIES), ("all held by the 700", SUCCEEDED)):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _fill(folder, owners)
            file = folder / "steps.csv"
            _write_steps(file)
            for command in ("plan", "apply"):
                arguments = [command, str(file)] + (["--json"] if command == "plan" else [])
                _run(folder, f"{title}: succession {command}", arguments)
            _run(folder, f"{title}: succession undo", ["undo", "1"])


def _run(folder: Path, title: str, arguments: list[str]) -> None:
    dondoc = str(Path(sys.executable).with_name("dondoc"))
    began = time.perf_counter()
    with (folder / "said").open("w", encoding="utf-8") as said:
        running = subprocess.Popen([dondoc, "succession", *arguments], cwd=folder, stdout=said)
        _pid, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if running.returncode:
        sys.exit((folder / "said").read_text(encoding="utf-8"))
    print(f"{title}: {seconds:.1f} s, highest memory {used.ru_maxrss // 1024} MB")


def _write_steps(file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(list(TITLES))
        for n in range(1, SUCCEEDED + 1):
            heir = SUCCEEDED + n % HEIRS + 1
            basis = "Nghị quyết số 1672/NQ-UBTVQH15 ngày 16/6/2025"
            writer.writerow([f"CQ{n}", "merged", f"CQ{heir}", EFFECTIVE.isoformat(), basis, "", ""])


def _fill(folder: Path, owners: int) -> None:
    (folder / "config.yaml").write_text("mail:\n  sender: Đôn đốc <dondoc@example.vn>\n", encoding="utf-8")
    database = Database(config.load(folder / "config.yaml").database.url).ready()
    with database.transaction() as session:
        _register(session)
        for first in range(1, DUTIES + 1, 20_000):
            _duties(session, range(first, min(first + 20_000, DUTIES + 1)), owners)
    database.dispose()


def _register(session: Session) -> None:
    agencies = [
        {
            "id": n,
            "code": f"CQ{n}",
            "name": f"Cơ quan số {n}",
            "folded": f"co quan so {n}",
            "mailbox": f"cq{n}@example.vn",
        }
        for n in range(1, AGENCIES + 1)
    ]
    session.execute(insert(Agency), agencies)
    plan = {"id": 1, "code": "KH1", "number": "1/KH-UBND", "issued_on": date(2025, 1, 2), "issuer": "UBND tỉnh"}
    kept = {"digest": "x", "file_name": "x", "plan_year": 2025, "recorded_at": datetime.now(ZONE)}
    session.execute(insert(Directive), [{**plan, **kept}])


def _duties(session: Session, numbers: range, owners: int) -> None:
    tasks, parts, duties = [], [], []
    for n in numbers:
        due, owner = date(2025, 7, 1) + timedelta(days=n % 180), n % owners + 1
        timing = Timing(f"trước ngày {due}", Kind.DEADLINE, (day_window(due),))
        tasks.append(
            {"id": n, "code": f"KH1-{n}", "directive_id": 1, "position": n, "no": str(n), "text": f"Nhiệm vụ số {n}"}
            | {"folded": f"nhiem vu so {n}", "timing": timing.to_json(), "place": {}}
        )
        parts.append({"task_id": n, "agency_id": owner, "role": Role.LEAD, "position": 1, "words": "x"})
        duties.append(
            {"task_id": n, "agency_id": owner, "issued_to_id": owner, "period": due.isoformat(), "version": 1}
            | {"original_due_on": due, "due_on": due, "status": Status.NOT_STARTED}
        )
    for table, rows in ((Task, tasks), (Assignment, parts), (Occurrence, duties)):
        session.execute(insert(table), rows)


if __name__ == "__main__":
    main()
