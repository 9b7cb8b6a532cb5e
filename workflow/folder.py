"""One document with everything around it: what it rests on, what was issued under it, how far its sections have come, its history."""

from __future__ import annotations

from itertools import groupby

from workflow.access.viewing import visible
from workflow.history import entries
from workflow.queries import AsOf, Wanted, directive_id, tally, tasks
from workflow.snapshot import Row, Snapshot

LATELY = 30  # entries of the history that a page shows


def folder(view: Snapshot, words: str, as_of: AsOf) -> Row:
    """A directive by its code or number; raises NotFound."""
    number = directive_id(view, words)
    card = view.rows(
        """select d.id, d.code, d.number, d.issued_on, d.issuer, d.subject, d.file_name, d.confidential, d.confirmation, d.deliverable,
            m.name as monitor, m.code as monitor_code from directive d left join agency m on m.id = d.monitor_id where d.id = :id""",
        id=number,
    )[0]
    card["confidential"] = bool(card["confidential"])
    card["basis"] = view.rows(
        f"""select b.number, b.issued_on, b.words, d.code as directive from legal_basis b
        left join directive d on d.number = b.number and (b.issued_on is null or d.issued_on = b.issued_on) and {visible(view)}
        where b.directive_id = :id order by b.id""",
        id=number,
    )
    card["under"] = view.rows(
        f"""select distinct d.id, d.code, d.number, d.issued_on, d.subject from legal_basis b join directive d on d.id = b.directive_id
        where b.number = :number and d.id <> :id and {visible(view)} order by d.issued_on, d.id""",
        number=card["number"],
        id=number,
    )
    card["revisions"] = view.rows(
        "select r.number, r.amending from revision r where r.directive_id = :id order by r.id", id=number
    )
    counted = tally(view, as_of, "directive", Wanted(directive=card["code"]))
    card["tally"] = counted[0] if counted else None
    rows = tasks(view, as_of, Wanted(directive=card["code"]))
    rows.sort(key=lambda row: (row["task_id"], row["due_on"] is None, row["due_on"] or as_of.day))
    card["sections"] = [
        {"title": title, "rows": list(own)}
        for title, own in groupby(_placed(view, number, rows), lambda row: row["section"])
    ]
    card["history"] = entries.about(view, card["code"], LATELY)[::-1]
    return card


def _placed(view: Snapshot, directive: int, rows: list[Row]) -> list[Row]:
    """The rows in the order of the document."""
    places = {
        row["id"]: row["position"]
        for row in view.rows("select id, position from task where directive_id = :id", id=directive)
    }
    return sorted(rows, key=lambda row: places[row["task_id"]])
