"""What a letter says that answers requests for more time: what each agency asked by which letter, and what became of it.

The first deadline of a task stays for ever; a letter names it beside the one that stood and the new one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from workflow.periods import show_day
from workflow.snapshot import Row

MOST = 3  # letters that are cited one by one


def said(rows: Sequence[Row]) -> dict[str, Any]:
    """What the placeholders of its template stand for beside the head."""
    answers = [_answer(n, row) for n, row in enumerate(rows, 1)]
    letters = list(dict.fromkeys(one["asked"] for one in answers))
    return {
        "asked": "; ".join(letters) if len(letters) <= MOST else "văn bản của các cơ quan, đơn vị",
        "answers": answers,
        "granted": sum(one["granted"] for one in answers),
        "refused": sum(not one["granted"] for one in answers),
    }


def _asked(row: Row) -> str:
    """The letter by which an agency asked."""
    return f"{_document(row['basis_number'], row['basis_on'])} của {row['agency']}"


def _document(number: str, day: Any) -> str:
    """A document as letters cite it, whether its kind was entered with its number or not."""
    found = re.fullmatch(r"(\D*?)\s*(?:\bsố\s+)?(\d.*)", number)
    return f"{found[1] or 'Văn bản'} số {found[2]} ngày {_day(day)}" if found else f"{number} ngày {_day(day)}"


def _answer(number: int, row: Row) -> dict[str, Any]:
    granted = row["outcome"] == "granted"
    return {
        "no": number,
        "agency": row["agency"],
        "text": row["text"],
        "directive": f"{row['number']} ({row['code']})",
        "source": f"{row['directive_kind'] or 'Văn bản'} số {row['number']} ngày {_day(row['issued_on'])}",
        "asked": _asked(row),
        "first": _day(row["original_due_on"]),
        "due": _day(row["due_on"]),
        "wanted": _day(row["asked_due_on"]),
        "new": _day(row["granted_due_on"]),
        "granted": granted,
        "reason": (row["note"] or "").rstrip("."),
    }


def grounds(rows: Sequence[Row]) -> str:
    """The documents that the decisions rest on."""
    decided = [row for row in rows if row["decision_number"]]
    return "; ".join(dict.fromkeys(_document(row["decision_number"], row["decision_on"]) for row in decided))


def _day(day: Any) -> str:
    return show_day(day) if day else ""
