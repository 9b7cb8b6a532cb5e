"""What happened to tasks that somebody is told of, read from the history: it is the one list of intentions that cannot be lost.

Each entry belongs to one agency's letter: what was decided goes to whoever owes the task, what waits goes to whoever decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.snapshot import Snapshot, listed, stored
from workflow.standing import OPEN, Status

# Which entries tell which occasion, and whom: whoever owes the task, or whoever monitors it.
OWNER = {
    "open": "new",
    "hand over": "new",
    "succeed": "new",
    "return": "returned",
    "reopen": "returned",
    "set deadline": "decided",
    "request granted": "decided",
    "request refused": "decided",
    "suspend": "decided",
    "resume": "decided",
    "cancel": "decided",
    "confirm": "confirmed",
    "give part": "parts",
}
MONITOR = {
    "submit": "submitted",
    "ask extension": "asked",
    "ask hand_on": "asked",
    "ask suspension": "asked",
    "ask cancellation": "asked",
}
_ONCE = ("new", "opens")  # told once to whoever owes it; the others once for each entry


@dataclass(frozen=True)
class Happening:
    """One thing to tell an agency of a task; `rung` is its key in the ledger."""

    occurrence_id: int
    version: int
    due_on: date | None
    agency_id: int
    occasion: str
    rung: str
    entry: int
    act: str
    actor: str
    after: dict[str, Any]
    reason: str
    part: int | None = None


_ENTRIES = """select e.id, e.act, e.actor, e.after, e.reason, o.id as occurrence_id, o.deadline_version, o.due_on, o.agency_id, o.status,
      d.monitor_id, o.opens_on,
      (select count(*) from occurrence f where f.task_id = o.task_id and f.agency_id = o.agency_id and f.id < o.id) as earlier
    from audit_entry e join occurrence o on o.id = e.occurrence_id join task t on t.id = o.task_id
    join directive d on d.id = t.directive_id where {which} order by e.id"""


def since(
    view: Snapshot, since: int, upto: int, today: date, directives: Collection[int] | None = None
) -> list[Happening]:
    """What was entered after `since` up to `upto`, as it matters today; about some `directives` only, if named."""
    if since >= upto:
        return []
    only = f"and d.id in ({listed(directives)})" if directives is not None else ""
    return _told(view, f"e.id > {since:d} and e.id <= {upto:d} {only}", today)


def entries(view: Snapshot, numbers: Collection[int], today: date) -> list[Happening]:
    """What these entries of the history tell, as it matters today."""
    return _told(view, f"e.id in ({listed(numbers)})", today) if numbers else []


def _told(view: Snapshot, which: str, today: date) -> list[Happening]:
    told, opened, part_of = [], set(), _parts(view)
    for row in view.rows(_ENTRIES.format(which=which)):
        act, after, occurrence, number = row["act"], stored(row["after"]), row["occurrence_id"], None
        if act == "open":
            opened.add(occurrence)
        occasion = OWNER.get(act) or MONITOR.get(act)
        agency = row["monitor_id"] if act in MONITOR else row["agency_id"]
        if act == "ask part":
            occasion, number = "parts", after.get("part")
            agency = part_of.get((occurrence, number))
        if not occasion or not agency or not _matters(act, Status(row["status"]), row["actor"]):
            continue
        if act == "open" and row["earlier"] and row["opens_on"] and row["opens_on"] > today:
            continue  # a later period of a duty that is known: told when it opens
        if act == "set deadline" and occurrence in opened:
            continue  # it is new anyway
        if act == "open" and row["earlier"]:
            occasion = "opens"
        rung = occasion if occasion in _ONCE else f"{occasion}:{row['id']}"
        facts = (occurrence, row["deadline_version"], row["due_on"], agency, occasion, rung, row["id"], act)
        told.append(Happening(*facts, row["actor"], after, row["reason"] or "", number))
    return told


def _matters(act: str, status: Status, actor: str) -> bool:
    """Whether it still holds: closed work is not given anew, and what was decided meanwhile waits no more."""
    if act in ("open", "hand over", "succeed", "set deadline", "resume", "ask part", "give part"):
        return status in OPEN
    if act in ("return", "reopen"):
        return status in OPEN
    if act == "submit":
        return status is Status.SUBMITTED
    if act in MONITOR:
        return status not in (Status.COMPLETED, Status.CANCELLED)
    return not (act == "confirm" and actor == "dondoc")  # confirmed by rule, with the report itself


def _parts(view: Snapshot) -> dict[tuple[int, int | None], int]:
    """Whose part of a duty is waited for; a person of the lead's own is nobody's letter."""
    rows = view.rows("select occurrence_id, number, agency_id from part where status = 'waiting' and person = ''")
    return {(row["occurrence_id"], row["number"]): row["agency_id"] for row in rows}


def opening(view: Snapshot, since: date, today: date) -> Iterator[Happening]:
    """The periods of duties known before that began after `since`, up to today."""
    rows = view.rows(
        """select o.id, o.deadline_version, o.due_on, o.agency_id from occurrence o
        where o.opens_on > :since and o.opens_on <= :today and o.status in ('not_started', 'in_progress', 'returned')
        and exists (select 1 from occurrence f where f.task_id = o.task_id and f.agency_id = o.agency_id and f.id < o.id)
        order by o.id""",
        since=since,
        today=today,
    )
    for row in rows:
        now = row["id"], row["deadline_version"], row["due_on"], row["agency_id"]
        yield Happening(*now, "opens", "opens", 0, "open", "", {}, "")
