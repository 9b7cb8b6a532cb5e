"""What a review looks at: what is overdue, comes soon, waits for confirmation or for a decision, with everything known about it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from workflow.access.viewing import visible
from workflow.errors import NotFound
from workflow.i18n import N_
from workflow.queries import AsOf, Wanted, directive_id, narrow, tally, with_days
from workflow.snapshot import Row, Snapshot, listed, stored

_OPEN = "o.status in ('not_started', 'in_progress', 'returned')"
_ASKED = "(select q.occurrence_id from change_request q where q.outcome = 'waiting')"
TABS = {
    "overdue": (N_("Overdue"), f"o.due_on < :today and {_OPEN}"),
    "soon": (N_("Due soon"), f"o.due_on >= :today and o.due_on <= :soon and {_OPEN}"),
    "waiting": (N_("Waiting for confirmation"), "o.status = 'submitted'"),
    "asked": (N_("Requests to decide"), f"o.id in {_ASKED} and (o.status = 'suspended' or {_OPEN})"),
}
# What a report lists beside these.
_BESIDE = {"extended": "o.id in (select q.occurrence_id from change_request q where q.wish = 'extension')"}
_LISTS = {name: condition for name, (_title, condition) in TABS.items()} | _BESIDE
# How late: from so many days to so many.
LEVELS = {
    "1-5": (N_("1 to 5 days"), 1, 5),
    "6-10": (N_("6 to 10 days"), 6, 10),
    "11-30": (N_("11 to 30 days"), 11, 30),
    "31": (N_("more than 30 days"), 31, None),
}


@dataclass(frozen=True)
class Sift:
    """Which duties a review lists."""

    wanted: Wanted = field(default_factory=Wanted)
    tab: str = "overdue"
    level: str = ""


def found(view: Snapshot, as_of: AsOf, sift: Sift) -> tuple[list[Row], int]:
    """A part of the list, longest overdue first, and how many rows the whole has."""
    where, args = narrow(view, sift.wanted)
    args |= {name: value for name, value in as_of.args().items() if name != "soon" or sift.tab == "soon"}
    parts = [where, _LISTS[sift.tab]]
    if sift.level:
        _title, least, most = LEVELS[sift.level]
        parts.append("o.due_on <= :latest" + (" and o.due_on >= :earliest" if most else ""))
        args["latest"] = as_of.day - timedelta(days=least)
        args |= {"earliest": as_of.day - timedelta(days=most)} if most else {}
    source = f"""from {as_of.occurrences(view)} o join task t on t.id = o.task_id join directive d on d.id = t.directive_id
        join agency a on a.id = o.agency_id join agency i on i.id = o.issued_to_id where {" and ".join(parts)}"""
    total = view.rows(f"select count(*) as n {source}", **args)[0]["n"]
    rows = view.rows(
        f"""select o.id as occurrence_id, t.code, t.text, t.section, d.code as directive, d.number, a.code as agency_code, a.name as agency,
            i.code as issued_to_code, i.name as issued_to, o.period, o.original_due_on, o.due_on, o.status {source}
        order by case when o.due_on is null then 1 else 0 end, o.due_on, o.id{sift.wanted.window()}""",
        **args,
    )
    return [with_days(row, as_of.day) for row in rows], int(total)


def with_facts(view: Snapshot, as_of: AsOf, rows: list[Row]) -> list[Row]:
    """The rows with who was told when, what was reported, asked and written; nothing that came after the day."""
    ids = listed(row["occurrence_id"] for row in rows)
    until: Any = as_of.args().get("end")
    then = {"end": until} if until else {}

    def about(sql: str, moment: str) -> dict[int, list[Row]]:
        gathered: dict[int, list[Row]] = defaultdict(list)
        for row in view.rows(sql.format(ids=ids, then=f"and {moment} < :end" if then else ""), **then):
            if until and row.get("decided_at") and row["decided_at"] >= until:
                row.update(_UNDECIDED["outcome" if "outcome" in row else "decision"])
            gathered[row["occurrence_id"]].append(row)
        return gathered

    reminders = about(_REMINDERS, "r.at")
    requests, reports = about(_REQUESTS, "q.asked_at"), about(_REPORTS, "s.at")
    notes = about(_NOTES, "n.at")
    for row in rows:
        own = row["occurrence_id"]
        row["told"] = reminders.get(own, [])
        row["requests"] = requests.get(own, [])
        row["reports"] = reports.get(own, [])[:1]
        row["notes"] = notes.get(own, [])[:2]
    return rows


# What is not known yet of a request or a report that is decided after the day.
_UNDECIDED: dict[str, Row] = {
    "outcome": {"outcome": "waiting", "granted_due_on": None, "decided_by": None, "decision_number": "", "note": ""},
    "decision": {"decision": "waiting", "reason": None},
}
_REMINDERS = """select r.occurrence_id, r.rung, r.recipient, m.sent_at from reminder r join message m on m.id = r.message_id
    where r.occurrence_id in ({ids}) and m.status = 'sent' {then} order by m.sent_at desc, r.id desc"""
_REQUESTS = """select q.occurrence_id, q.id, q.wish, q.number, q.asked_on, q.reason, q.basis_number, q.basis_on, q.asked_due_on,
      q.outcome, q.granted_due_on, q.decided_by, q.decided_at, q.decision_number, q.decision_on, q.note, a.name as asked_agency,
      case when q.due_on is not null and q.asked_on > q.due_on then 1 else 0 end as after_deadline
    from change_request q left join agency a on a.id = q.asked_agency_id
    where q.occurrence_id in ({ids}) {then} order by q.id desc"""
_REPORTS = """select s.occurrence_id, s.id, s.submitted_on, s.by, s.result, s.document_number, s.document_on, s.nothing_arose,
      s.lacks_deliverable, s.decision, s.decided_at, s.reason, (select count(*) from evidence e where e.submission_id = s.id) as files
    from submission s where s.occurrence_id in ({ids}) {then} order by s.id desc"""
_NOTES = """select n.occurrence_id, n.kind, n.words, n.by, n.at as written_at from note n
    where n.occurrence_id in ({ids}) {then} order by n.id desc"""


def figures(view: Snapshot, as_of: AsOf, wanted: Wanted) -> dict[str, Any]:
    """The tallies of a day by agency and by directive, as a closed review keeps them."""
    return {"of": as_of.day.isoformat(), **{by: tally(view, as_of, by, wanted) for by in ("agency", "directive")}}


def before(view: Snapshot, as_of: AsOf, wanted: Wanted, *, but: int = 0) -> Row | None:
    """The last closed review of the same extent before a day, with its figures; None before the first, and where more than a
    directive narrows what is counted: no review has counted that.
    """
    if as_of.original or wanted.agency or wanted.section or wanted.search or wanted.period:
        return None
    directive = directive_id(view, wanted.directive) if wanted.directive else None
    rows = view.rows(
        f"""select id, title, held_on, figures from review where closed_at is not null and id <> :but and held_on <= :day
        and {"directive_id = :directive" if directive else "directive_id is null"} order by held_on desc, id desc limit 1""",
        day=as_of.day,
        but=but,
        **({"directive": directive} if directive else {}),
    )
    return {**rows[0], "figures": stored(rows[0]["figures"])} if rows else None


def sections(view: Snapshot, directive_id: int) -> list[str]:
    """The sections of a directive, in its order."""
    rows = view.rows(
        "select section, min(position) as place from task where directive_id = :id and section is not null group by section order by place",
        id=directive_id,
    )
    return [row["section"] for row in rows]


def held(view: Snapshot, number: int) -> Row:
    """One review; raises NotFound."""
    rows = view.rows(
        """select r.id, r.title, r.held_on, r.opened_at, r.opened_by, r.closed_at, r.closed_by, r.conclusion, r.figures, d.code as directive,
            d.number from review r left join directive d on d.id = r.directive_id where r.id = :id""",
        id=number,
    )
    if not rows:
        raise NotFound("There is no review {n}.", n=number)
    return {**rows[0], "figures": stored(rows[0]["figures"]) or None}


def lines(view: Snapshot, number: int) -> list[Row]:
    """What was decided and noted in a review, of what the viewer may see."""
    return view.rows(
        f"""select l.at as written_at, l.by, l.decision, l.words, t.code, t.text, o.period, a.name as agency, o.status, o.due_on
        from review_line l join occurrence o on o.id = l.occurrence_id join task t on t.id = o.task_id
        join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id
        where l.review_id = :id and {visible(view)} order by l.id""",
        id=number,
    )


def owing(view: Snapshot) -> list[Row]:
    """The agencies that owe something or owed it, by name."""
    return view.rows("select code, name from agency where id in (select agency_id from occurrence) order by name, code")
