"""Fills a record with N made-up tasks for measuring: `python -m benchmarks.seed FOLDER N [TODAY]`."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import insert

from workflow import config
from workflow.agency import Agency
from workflow.database import Database
from workflow.directive import Directive
from workflow.occurrence import Occurrence
from workflow.periods import day_window
from workflow.standing import Status
from workflow.task import Assignment, Role, Task
from workflow.timing import Kind, Timing

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def fill(folder: Path, count: int, today: date) -> config.Settings:
    """Write a config and a database whose deadlines spread from 30 days before `today` to 334 after; 70 % of the past are done."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text("mail:\n  sender: Đôn đốc <dondoc@example.vn>\n", encoding="utf-8")
    settings = config.load(folder / "config.yaml")
    Path(settings.database.url.removeprefix("sqlite:///")).unlink(missing_ok=True)
    database = Database(settings.database.url).ready()
    with database.transaction() as session:
        session.execute(
            insert(Agency),
            [
                {
                    "id": n,
                    "code": f"CQ{n}",
                    "name": f"Cơ quan số {n}",
                    "folded": f"co quan so {n}",
                    "kind": "agency",
                    "mailbox": f"cq{n}@example.vn",
                }
                for n in range(1, 101)
            ],
        )
        session.execute(
            insert(Directive),
            [
                {
                    "id": 1,
                    "code": "KH1",
                    "number": "1/KH-UBND",
                    "issued_on": today - timedelta(days=60),
                    "issuer": "UBND tỉnh",
                    "digest": "x",
                    "file_name": "x",
                    "plan_year": today.year,
                    "confirmation": "required",
                    "recorded_at": datetime.now(ZONE),
                }
            ],
        )
        tasks, assignments, occurrences = [], [], []
        for n in range(1, count + 1):
            due = today + timedelta(days=n % 365 - 30)
            done = due < today and n % 10 < 7
            timing = Timing(f"trước ngày {due}", Kind.DEADLINE, (day_window(due),)).because(
                "Due on {due}, that day included.", due=due
            )
            tasks.append(
                {
                    "id": n,
                    "code": f"KH1-{n}",
                    "directive_id": 1,
                    "position": n,
                    "no": str(n),
                    "text": f"Nhiệm vụ số {n}: tham mưu ban hành văn bản triển khai kế hoạch phát triển kinh tế tập thể",
                    "folded": f"nhiem vu so {n}",
                    "timing_words": "trong năm",
                    "timing": timing.to_json(),
                    "place": {},
                }
            )
            assignments.append(
                {
                    "task_id": n,
                    "agency_id": n % 100 + 1,
                    "issued_to_id": n % 100 + 1,
                    "role": Role.LEAD,
                    "position": 1,
                    "words": "x",
                }
            )
            occurrences.append(
                {
                    "task_id": n,
                    "agency_id": n % 100 + 1,
                    "issued_to_id": n % 100 + 1,
                    "period": due.isoformat(),
                    "original_due_on": due,
                    "due_on": due,
                    "status": Status.COMPLETED if done else Status.NOT_STARTED,
                    "submitted_on": due if done else None,
                    "version": 1,
                }
            )
        for table, rows in ((Task, tasks), (Assignment, assignments), (Occurrence, occurrences)):
            session.execute(insert(table), rows)
    database.dispose()
    return settings


if __name__ == "__main__":
    today = date.fromisoformat(sys.argv[3]) if len(sys.argv) > 3 else datetime.now(ZONE).date()
    fill(Path(sys.argv[1]), int(sys.argv[2]), today)
