"""What the letters of a round speak of: who is told what, and the rows of the record that say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from notifications.happenings import Happening
from workflow.snapshot import Row, Snapshot, listed
from workflow.standing import OPEN

SECTIONS = ("overdue", "today", "soon", "new", "decided", "waiting", "parts", "escalated")

Task = Row  # an occurrence with its task and directive, as `_TASK` names the fields


class Told(NamedTuple):
    """One reason to write: the key in the ledger, the section it belongs to, and what happened, if it is not the calendar's."""

    occurrence_id: int
    version: int
    due_on: date | None
    rung: str
    section: str = ""
    happening: Happening | None = None


@dataclass
class Draft:
    """A letter to be: whom it goes to, for which agencies, what is new in it and what waits for them."""

    recipient: str
    agencies: set[int] = field(default_factory=set)
    told: dict[tuple[int, int, str], Told] = field(default_factory=dict)
    waits_for: set[int] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    greeted: set[str] = field(default_factory=set)  # who else it is addressed to, in words
    urgent: bool = False


@dataclass
class Material:
    """The rows that the letters of one round speak of."""

    tasks: dict[int, Task]
    own: dict[int, list[int]]  # by agency: what is due, earliest first, as many as a letter lists
    totals: dict[int, Row]  # by agency: how many are overdue, due today, due soon
    waiting: dict[int, list[int]]  # by monitoring agency: reports and requests that wait


_TASK = """o.id, o.agency_id, o.issued_to_id, o.period, o.due_on, o.original_due_on, o.deadline_version, o.status, t.code, t.text,
    t.timing_words, t.deliverable, d.number, d.issuer, d.confidential"""
_FROM = "occurrence o join task t on t.id = o.task_id join directive d on d.id = t.directive_id"
_OPEN = "o.status in ('not_started', 'in_progress', 'returned')"


def material(
    view: Snapshot, agencies: Collection[int], occurrences: Collection[int], until: date, today: date, most: int
) -> Material:
    """Read what these agencies owe until a day (`most` of each), the named occurrences, and what waits for these agencies."""
    made = Material({}, defaultdict(list), {}, defaultdict(list))
    # the plus keeps SQLite from reading all that these agencies ever had instead of what is open
    due = f"{_OPEN} and o.due_on <= :until and +o.agency_id in ({listed(agencies)})"
    ranked = f"""select {_TASK} from (select o.id, row_number() over (partition by o.agency_id order by o.due_on, o.id) as n
        from occurrence o where {due}) ranked join {_FROM.replace(" join", " on o.id = ranked.id join", 1)} where ranked.n <= :most
        order by o.due_on, o.id"""
    for row in view.rows(ranked, until=until, most=most):
        made.tasks[row["id"]] = row
        made.own[row["agency_id"]].append(row["id"])
    counts = f"""select +o.agency_id as agency_id, sum(case when o.due_on < :today then 1 else 0 end) as overdue,
        sum(case when o.due_on = :today then 1 else 0 end) as today, sum(case when o.due_on > :today then 1 else 0 end) as soon
        from occurrence o where {due} group by 1"""
    made.totals = {row["agency_id"]: row for row in view.rows(counts, until=until, today=today)}
    waiting = f"""select {_TASK}, d.monitor_id from {_FROM} where +d.monitor_id in ({listed(agencies)}) and o.id in
        (select id from occurrence where status = 'submitted' union select occurrence_id from change_request where outcome = 'waiting')
        order by o.due_on, o.id"""
    for row in view.rows(waiting):
        made.tasks[row["id"]] = row
        made.waiting[row["monitor_id"]].append(row["id"])
    missing = sorted(set(occurrences) - set(made.tasks))
    for block in (missing[n : n + 5000] for n in range(0, len(missing), 5000)):
        named = view.rows(f"select {_TASK} from {_FROM} where o.id in ({listed(block)})")
        made.tasks.update((row["id"], row) for row in named)
    return made


def placed(draft: Draft, made: Material, today: date, until: date) -> dict[str, list[int]]:
    """Which tasks stand in which section, each once; what is new to the reader always stands there."""
    sections: dict[str, list[int]] = {name: [] for name in SECTIONS}
    told: dict[int, str] = {}
    for one in draft.told.values():
        told.setdefault(one.occurrence_id, one.section)
    mine = {n: "own" for agency in sorted(draft.agencies) for n in made.own.get(agency, ())}
    waiting = {n: "waiting" for agency in sorted(draft.waits_for) for n in made.waiting.get(agency, ())}
    for number, section in {**mine, **waiting, **told}.items():
        task = made.tasks.get(number)
        if task is None:
            continue
        if section in ("waiting", "parts", "escalated"):
            sections[section].append(number)
        elif task["status"] not in OPEN:
            sections["decided"].append(number)
        elif task["due_on"] is None or (task["due_on"] > until and section):
            sections["new" if section in ("own", "new", "opens") else "decided"].append(number)
        else:
            sections[_by_day(task["due_on"], today)].append(number)
    for name in ("overdue", "today", "soon", "new", "escalated"):
        sections[name].sort(key=lambda n: (made.tasks[n]["due_on"] or date.max, n))
    return sections


def _by_day(due: date, today: date) -> str:
    return "overdue" if due < today else "today" if due == today else "soon"


def total(draft: Draft, made: Material, name: str, stated: int) -> int:
    """How many tasks belong into a section, with those that are not listed."""
    if name not in ("overdue", "today", "soon"):
        return stated
    known = (made.totals[agency][name] for agency in draft.agencies if agency in made.totals)
    return max(stated, sum(map(int, known)))
