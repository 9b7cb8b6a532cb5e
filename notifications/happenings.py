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
    "undo succession": "new",
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
_GIVEN = ("open", "hand over", "succeed", "undo succession")  # from here on another agency owes it


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
    side: int | None = None  # the agency for which somebody acted
    directive: int = 0


# How many periods of its duty an agency had before this one; the plus keeps SQLite from walking through all that the agency owes.
EARLIER = (
    "(select count(*) from occurrence f where f.task_id = o.task_id and +f.agency_id = o.agency_id and f.id < o.id)"
)

_ENTRIES = f"""select e.id, e.act, e.actor, e.after, e.reason, o.id as occurrence_id, o.deadline_version, o.due_on, o.agency_id, o.status,
      d.monitor_id, d.id as directive_id, o.opens_on,
      {EARLIER} as earlier
    from audit_entry e join occurrence o on o.id = e.occurrence_id join task t on t.id = o.task_id
    join directive d on d.id = t.directive_id where {{which}} order by e.id"""


def since(
    view: Snapshot, since: int, upto: int, today: date, directives: Collection[int] | None = None
) -> list[Happening]:
    """What was entered after `since` up to `upto` for whoever owes a task; about some `directives` only, if named."""
    if since >= upto:
        return []
    only = f"and d.id in ({listed(directives)})" if directives is not None else ""
    acts = ", ".join(f"'{act}'" for act in (*OWNER, "ask part"))
    return _told(view, f"e.id > {since:d} and e.id <= {upto:d} and e.act in ({acts}) {only}", today)


def entries(view: Snapshot, numbers: Collection[int], today: date) -> list[Happening]:
    """What these entries of the history tell, as it matters today."""
    return _told(view, f"e.id in ({listed(numbers)})", today) if numbers else []


def waiting(view: Snapshot, today: date, directives: Collection[int] | None = None) -> list[Happening]:
    """The reports and requests that wait for whoever monitors the directive, whenever they were made; of some `directives` only."""
    newest = "select max(e.id) as id from audit_entry e where e.occurrence_id = {of}.occurrence_id and e.act = {act}"
    reports = newest.format(of="r", act="'submit'")
    requests = newest.format(of="q", act="'ask ' || q.wish")
    rows = view.rows(
        f"""select ({reports}) as id from (select o.id as occurrence_id from occurrence o where o.status = 'submitted') r
        union select ({requests}) as id from change_request q where q.outcome = 'waiting'"""
    )
    told = entries(view, [row["id"] for row in rows if row["id"]], today)
    return told if directives is None else [one for one in told if one.directive in directives]


def _told(view: Snapshot, which: str, today: date) -> list[Happening]:
    told, opened, part_of = [], set(), _parts(view)
    rows = view.rows(_ENTRIES.format(which=which))
    given = {row["occurrence_id"]: row["id"] for row in rows if row["act"] in _GIVEN}
    for row in rows:
        act, after, occurrence = row["act"], stored(row["after"]), row["occurrence_id"]
        occasion, agency = OWNER.get(act), row["agency_id"]
        if act in MONITOR:
            occasion, agency = MONITOR[act], row["monitor_id"]
        elif act == "ask part":
            occasion, agency = "parts", part_of.get((occurrence, after.get("part")))
        elif act.startswith("request ") and after.get("wish") == "hand_on":
            agency = _former(view, occurrence) if act == "request granted" else agency
        elif row["id"] < given.get(occurrence, 0):
            continue  # it was another agency's then
        if act == "open":
            opened.add(occurrence)
        if not occasion or not agency or not _matters(act, Status(row["status"]), row["actor"]):
            continue
        if act == "open" and row["earlier"] and row["opens_on"]:
            if row["opens_on"] > today:
                continue  # a later period of a duty that is known: told when it opens
            occasion = "opens"
        if act == "set deadline" and occurrence in opened:
            continue  # it is new anyway
        rung = occasion if act == "open" else f"{occasion}:{row['id']}"
        side = row["agency_id"] if act in MONITOR else row["monitor_id"]
        facts = (occurrence, row["deadline_version"], row["due_on"], agency, occasion, rung, row["id"], act)
        told.append(Happening(*facts, row["actor"], after, row["reason"] or "", side, row["directive_id"]))
    return told


def _former(view: Snapshot, occurrence: int) -> int | None:
    """Who owed it before it was handed on by decision: the agency that had asked for that."""
    rows = view.rows(
        "select agency_id from handover where occurrence_id = :id and succession_id is null order by id desc limit 1",
        id=occurrence,
    )
    return rows[0]["agency_id"] if rows else None


def _matters(act: str, status: Status, actor: str) -> bool:
    """Whether it still holds: closed work is not given anew, and what was decided meanwhile waits no more."""
    if act in (*_GIVEN, "set deadline", "resume", "ask part", "give part", "return", "reopen"):
        return status in OPEN
    if act == "submit":
        return status is Status.SUBMITTED
    return not (act == "confirm" and actor == "dondoc")  # confirmed by rule, with the report itself


def _parts(view: Snapshot) -> dict[tuple[int, int | None], int]:
    """Whose part of a duty is waited for; a person of the lead's own is nobody's letter."""
    rows = view.rows("select occurrence_id, number, agency_id from part where status = 'waiting' and person = ''")
    return {(row["occurrence_id"], row["number"]): row["agency_id"] for row in rows}


def opening(view: Snapshot, since: date, today: date) -> Iterator[Happening]:
    """The periods of duties known before that began after `since`, up to today."""
    rows = view.rows(
        f"""select o.id, o.deadline_version, o.due_on, o.agency_id, o.opens_on from occurrence o
        where o.opens_on > :since and o.opens_on <= :today and o.status in ('not_started', 'in_progress', 'returned')
        and {EARLIER} > 0
        order by o.id""",
        since=since,
        today=today,
    )
    for row in rows:
        now = row["id"], row["deadline_version"], row["due_on"], row["agency_id"]
        yield Happening(*now, "opens", "opens", 0, "open", "", {"opens": row["opens_on"]}, "")
