"""What a record of a hand-over says: who gives, who takes, and each task with its deadlines, state, files and open requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from reports import inherited
from workflow.duties import showing
from workflow.i18n import speaking
from workflow.periods import show_day
from workflow.queries import AsOf
from workflow.snapshot import Row, Snapshot, listed
from workflow.standing import say_status

DONE = ("submitted", "completed", "cancelled")


def passed(view: Snapshot, as_of: AsOf, former_id: int, heir_id: int) -> list[Row]:
    """What passed from one agency to the other and the viewer may see, each with `facts` that a record keeps as they stand."""
    rows = inherited.rows(view, as_of, heir_id, former_id)
    numbers = [row["occurrence_id"] for row in rows]
    files, asked = _files(view, numbers), _asked(view, numbers)
    with speaking("vi"):
        for row in rows:
            row["facts"] = {
                "since": row["effective_on"].isoformat(),
                "status": row["status"],
                "files": files.get(row["occurrence_id"], []),
                "asked": asked.get(row["occurrence_id"], []),
            }
    return rows


def _files(view: Snapshot, numbers: list[int]) -> dict[int, list[str]]:
    """What was reported of each duty: the numbers of result documents, and the files behind the reports."""
    found: dict[int, list[str]] = {}
    for row in view.rows(
        f"""select s.occurrence_id, s.document_number as name from submission s where s.occurrence_id in ({listed(numbers)}) and s.document_number <> ''
        union all select s.occurrence_id, e.name from evidence e join submission s on s.id = e.submission_id
        where s.occurrence_id in ({listed(numbers)})"""
    ):
        own = found.setdefault(row["occurrence_id"], [])
        if row["name"] not in own:
            own.append(row["name"])
    return found


def _asked(view: Snapshot, numbers: list[int]) -> dict[int, list[str]]:
    """Which requests about each duty wait for a decision."""
    found: dict[int, list[str]] = {}
    with speaking("vi"):
        for row in showing.requests(view, waiting=True):
            if row["occurrence_id"] in numbers:
                found.setdefault(row["occurrence_id"], []).append(
                    f"{showing.asked_words(row)} ({row['basis_number']} ngày {show_day(row['basis_on'])})"
                )
    return found


def said(letter: Row, rows: Sequence[Row]) -> dict[str, Any]:
    """What the placeholders of its template stand for beside the head."""
    day = letter["as_of_on"]
    told = [_row(n, row, day) for n, row in enumerate(rows, 1)]
    since = min((row["facts"]["since"] for row in rows), default=day.isoformat())
    return {
        "former": letter["former"],
        "heir": letter["heir"],
        "since": show_day(date.fromisoformat(since)),
        "items": told,
        "done": sum(row["facts"]["status"] in DONE for row in rows),
        "overdue": sum(_late(row, day) for row in rows),
        "files": sum(len(row["facts"]["files"]) for row in rows),
        "waiting": sum(len(row["facts"]["asked"]) for row in rows),
    }


def _late(row: Row, day: date) -> bool:
    return bool(row["facts"]["status"] not in DONE and row["due_on"] and row["due_on"] < day)


def _row(number: int, row: Row, day: date) -> dict[str, Any]:
    facts, due = row["facts"], row["due_on"]
    state = say_status(facts["status"])
    state = state[:1].upper() + state[1:]
    if _late(row, day):
        state += f", quá hạn {(day - due).days} ngày"
    return {
        "no": number,
        "text": row["text"],
        "directive": f"{row['number']} ({row['code']})",
        "first": show_day(row["original_due_on"]) if row["original_due_on"] else "",
        "due": show_day(due) if due else "Không có thời hạn",
        "state": state,
        "files": "; ".join(facts["files"]),
        "asked": "; ".join(facts["asked"]),
    }


def grounds(rows: Sequence[Row]) -> str:
    """The legal bases of what passed."""
    return "; ".join(dict.fromkeys(row["basis"].rstrip(".; ") for row in rows))
