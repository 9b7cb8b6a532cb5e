"""The named reads of the record, as SQL over a Snapshot: every list, page and report gets its rows here.

A past day is answered from the audit entries: the status of an occurrence is what its newest entry before the end of that day
says, and its result counts from the newest report made by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflow.access.viewing import visible
from workflow.errors import BadInput, NotFound
from workflow.figures import FIGURES, SUMS, counted
from workflow.i18n import _
from workflow.names import fold, strip_marks
from workflow.periods import first_day, last_day
from workflow.register.wording import words_of
from workflow.snapshot import Row, Snapshot
from workflow.standing import STANDING_SQL

# What an occurrence was on a past day; for today the columns themselves are the answer.
_THEN = """(select o.id, o.task_id, o.issued_to_id, o.period,
    coalesce((select p.agency_id from handover p left join succession s on s.id = p.succession_id
              where p.occurrence_id = o.id and coalesce(s.effective_on, p.moved_on) > :today
              order by coalesce(s.effective_on, p.moved_on), p.id limit 1), o.agency_id) as agency_id, o.opens_on, o.original_due_on,
    case when exists (select 1 from audit_entry e where e.occurrence_id = o.id and {dated}) then
        (select {due} from audit_entry e where e.occurrence_id = o.id and {dated} order by e.id desc limit 1)
        else o.due_on end as due_on,
    coalesce((select e.status_after from audit_entry e where e.occurrence_id = o.id and e.status_after is not null and e.at < :end
              order by e.id desc limit 1), 'not_started') as status,
    (select s.submitted_on from submission s where s.occurrence_id = o.id and s.at < :end order by s.number desc limit 1) as submitted_on
    from occurrence o)"""


_SAME = "id, task_id, issued_to_id, period, agency_id, opens_on, original_due_on, status, submitted_on"

# The entries that tell a deadline, up to the end of the day.
_DATED = "e.act in ('open', 'set deadline', 'grant extension') and e.at < :end"


@dataclass(frozen=True)
class AsOf:
    """The day a list speaks of: `day` in the office's zone, and whether it is in the past of the record."""

    day: date
    soon_days: int
    zone: str
    past: bool
    original: bool = False  # judge by the first deadline, whatever was granted since
    known: datetime | None = None  # the moment up to which things are known; None: the end of the day

    @classmethod
    def at(cls, now: datetime, zone: str, soon_days: int, day: date | None = None, *, original: bool = False) -> AsOf:
        today = now.astimezone(ZoneInfo(zone)).date()
        past = bool(day and day < today)
        return cls(day or today, soon_days, zone, past, original, None if past else now)

    def args(self) -> dict[str, object]:
        args: dict[str, object] = {"today": self.day, "soon": self.day + timedelta(days=self.soon_days)}
        if self.past:
            args["end"] = datetime.combine(self.day + timedelta(days=1), time(), ZoneInfo(self.zone))
        return args

    def occurrences(self, view: Snapshot) -> str:
        """The table of occurrences as they were on the day."""
        then = _THEN.format(due=view.json_day("e.after", "due"), dated=_DATED) if self.past else "occurrence"
        return f"(select {_SAME}, original_due_on as due_on from {then} then_) " if self.original else then


NO_SECTION = "-"


@dataclass(frozen=True)
class Wanted:
    """Which tasks a list is about; empty fields do not narrow it."""

    directive: str | None = None
    agency: str | None = None
    standing: str | None = None
    status: str | None = None
    search: str | None = None
    code: str | None = None
    section: str | None = None  # NO_SECTION: what stands in none
    figure: str | None = None  # what one column of the tally counts
    period: str | None = None  # its due day falls in it: "2025-Q3"
    due: date | None = None  # on this day only
    former: str | None = None  # what passed from this agency …
    heir: str | None = None  # … to this one
    work: bool = False  # without the reports of periods, which stand in no document
    closed: bool = True
    limit: int = 0  # so many rows, beginning after `offset`; 0: all of them
    offset: int = 0

    def window(self) -> str:
        """The end of a query that gives a part of a list."""
        return f" limit {int(self.limit)} offset {int(self.offset)}" if self.limit else ""


def tasks(view: Snapshot, as_of: AsOf, wanted: Wanted | None = None) -> list[Row]:
    """One row for each occurrence, and one for each task that has none yet; earliest due first, undecided last."""
    wanted = wanted or Wanted()
    sql, args = _listed(view, as_of, wanted)
    order = "case when due_on is null then 1 else 0 end, due_on, directive, task_id, agency_id, occurrence_id"
    rows = view.rows(f"select * from {sql} order by {order}{wanted.window()}", **args)
    return _with_leads(view, [with_days(row, as_of.day) for row in rows])


def count(view: Snapshot, as_of: AsOf, wanted: Wanted) -> int:
    """How many rows `tasks` would give without its window."""
    sql, args = _listed(view, as_of, wanted)
    return int(view.rows(f"select count(*) as n from {sql}", **args)[0]["n"])


def _listed(view: Snapshot, as_of: AsOf, wanted: Wanted) -> tuple[str, dict[str, object]]:
    where, args = narrow(view, wanted)
    sql = f"""(
          select t.id as task_id, t.code, t.no, t.section, t.text, t.deliverable, t.timing_words, d.code as directive, d.number,
            d.issuer, o.id as occurrence_id, o.period, o.opens_on, o.original_due_on, o.due_on, o.submitted_on, o.status,
            a.id as agency_id, a.code as agency_code, a.name as agency, i.code as issued_to_code, i.name as issued_to,
            case when o.id is null then 'undecided' else {STANDING_SQL} end as standing
          from task t join directive d on d.id = t.directive_id
          left join {as_of.occurrences(view)} o on o.task_id = t.id
          left join agency a on a.id = o.agency_id left join agency i on i.id = o.issued_to_id
          where {where}
        ) listed where {_outer(wanted)}"""
    return sql, {
        **args,
        **as_of.args(),
        **{n: getattr(wanted, n) for n in ("standing", "status", "due") if getattr(wanted, n)},
    }


def overdue(view: Snapshot, as_of: AsOf, wanted: Wanted | None = None) -> list[Row]:
    """Open occurrences whose due day has passed, longest overdue first."""
    wanted = wanted or Wanted()
    where, args = narrow(view, wanted)
    rows = view.rows(
        f"""select o.id as occurrence_id, t.code, t.text, t.deliverable, t.timing_words, d.code as directive, d.number, d.issuer,
            a.code as agency_code, a.name as agency, i.code as issued_to_code, i.name as issued_to, o.period, o.original_due_on, o.due_on, o.status
        from {as_of.occurrences(view)} o join task t on t.id = o.task_id join directive d on d.id = t.directive_id
        join agency a on a.id = o.agency_id join agency i on i.id = o.issued_to_id
        where o.due_on < :today and o.status in ('not_started', 'in_progress', 'returned') and {where}
        order by o.due_on, d.id, t.position, a.id, o.id{wanted.window()}""",
        **args,
        **{k: v for k, v in as_of.args().items() if k != "soon"},
    )
    return [with_days(row, as_of.day) for row in rows]


def owner(row: Row) -> str:
    """Who owes a period, for a person: with the agency it was issued to, where that is another one."""
    if row.get("issued_to_code") in (None, row["agency_code"]):
        return str(row["agency"])
    return _("{name} (taken over from {former})", name=row["agency"], former=row["issued_to"])


# What a tally counts by: the key, what is joined to it, and its code and name.
_GROUPS = {
    "agency": ("a.id", "join agency g on g.id = counted.id", "g.code", "g.name"),
    "directive": ("d.id", "join directive g on g.id = counted.id", "g.code", "g.number"),
    "section": ("coalesce(t.section, '')", "", "counted.id", "counted.id"),
}


def tally(view: Snapshot, as_of: AsOf, by: str, wanted: Wanted | None = None) -> list[Row]:
    """Counts by agency, directive or section: the official two by two (done or not × in time or late), and what lies outside it."""
    where, args = narrow(view, wanted or Wanted())
    grouped, joined, code, name = _GROUPS[by]
    counts = ", ".join(
        f"cast(sum(case when {one} then n else 0 end) as integer) as {name}" for name, one in FIGURES.items()
    )
    return view.rows(
        f"""select {code} as code, {name} as name, {counts}
        from (select {grouped} as id, o.status, {STANDING_SQL} as standing, count(*) as n
            from {as_of.occurrences(view)} o join task t on t.id = o.task_id join directive d on d.id = t.directive_id
            join agency a on a.id = o.agency_id where {where} group by 1, 2, 3) counted
        {joined} where standing <> 'not_counted'
        group by {code}, {name} order by overdue desc, name""",
        **args,
        **as_of.args(),
    )


def summed(tally: list[Row]) -> Row:
    """The tally of everything, with what is added up from its figures."""
    total: Row = {name: sum(row[name] for row in tally) for name in FIGURES}
    return total | {name: sum(total[one] for one in parts) for name, parts in SUMS.items()}


def directives(view: Snapshot) -> list[Row]:
    """The directives in the record, newest first."""
    return view.rows(
        f"""select d.code, d.number, d.issued_on, d.issuer, d.subject, (select count(*) from task t where t.directive_id = d.id) as tasks,
          (select count(*) from question q where q.directive_id = d.id and q.answered_at is null) as questions,
          (select r.number from revision r where r.directive_id = d.id and r.amending order by r.id desc limit 1) as amended_by
        from directive d where {visible(view)} order by d.issued_on desc, d.id desc"""
    )


def questions(view: Snapshot, directive: str | None = None) -> list[Row]:
    """What the readers and later documents left to a person, in the order of the directives."""
    return view.rows(
        f"""select q.id, d.code as directive, t.code as task, t.text, q.message, q.args, q.place
        from question q join directive d on d.id = q.directive_id left join task t on t.id = q.task_id
        where q.answered_at is null and {visible(view)} {"and d.id = :directive" if directive else ""} order by d.id, t.position, q.id""",
        **({"directive": directive_id(view, directive)} if directive else {}),
    )


def evidence(view: Snapshot, directive: str | None = None, duty: int | None = None) -> list[Row]:
    """The files behind reports and beside notes, of a directive, a duty or all; one is in quarantine until its report is confirmed or its comment settled."""
    rows = view.rows(
        f"""select e.id, t.code, o.period, a.code as agency_code, a.name as agency, e.name, e.size, e.media_type, e.sha256, s.number as report,
            o.id as occurrence_id, d.monitor_id, e.note_id as note,
            s.submitted_on, case when s.decision = 'confirmed' or n.settled_at is not null then 0 else 1 end as quarantined
        from evidence e left join submission s on s.id = e.submission_id left join note n on n.id = e.note_id
        left join occurrence o on o.id = coalesce(s.occurrence_id, n.occurrence_id) left join task t on t.id = o.task_id
        left join directive d on d.id = t.directive_id left join agency a on a.id = o.agency_id
        where e.dispatch_id is null and (d.id is null or {visible(view)}) {"and d.id = :directive" if directive else ""}
        {"and o.id = :duty" if duty else ""} order by e.id""",
        **({"directive": directive_id(view, directive)} if directive else {}),
        **({"duty": duty} if duty else {}),
    )
    for row in rows:
        row["quarantined"] = bool(row["quarantined"])
    return rows


def narrow(view: Snapshot, wanted: Wanted) -> tuple[str, dict[str, object]]:
    """The condition over directive d, task t, occurrence o and agency a for which duties a list is about, with its values."""
    parts = [visible(view)]
    args: dict[str, object] = {}
    if wanted.code:
        parts.append("t.code = :code")
        args["code"] = wanted.code
    if wanted.directive:
        parts.append("d.id = :directive")
        args["directive"] = directive_id(view, wanted.directive)
    if wanted.agency:
        parts.append("""(a.id = :agency or (a.id is null and exists (select 1 from assignment s
            where s.task_id = t.id and s.role = 'lead' and coalesce(s.owed_by_id, s.agency_id) = :agency)))""")
        args["agency"] = agency_id(view, wanted.agency)
    if wanted.search:
        parts.append("t.folded like :search escape '!'")
        args["search"] = "%" + "".join(f"!{c}" if c in "%_!" else c for c in strip_marks(wanted.search)) + "%"
    if wanted.section:
        parts.append("coalesce(t.section, '') = :section")
        args["section"] = "" if wanted.section == NO_SECTION else wanted.section
    if wanted.former and wanted.heir:
        parts.append("""o.id in (select p.occurrence_id from handover p join succession c on c.id = p.succession_id
            where c.undone_at is null and c.effective_on <= :today and c.former_id = :former and c.heir_id = :heir)""")
        args |= {"former": agency_id(view, wanted.former), "heir": agency_id(view, wanted.heir)}
    if wanted.work:
        parts.append("t.id not in (select task_id from period_call)")
    if wanted.period:
        parts.append("o.due_on >= :period_first and o.due_on <= :period_last")
        args |= {"period_first": first_day(wanted.period), "period_last": last_day(wanted.period)}
    return " and ".join(parts), args


def _outer(wanted: Wanted) -> str:
    parts = ["1 = 1"]
    if wanted.standing:
        parts.append("standing = :standing")
    if wanted.status:
        parts.append("status = :status")
    if wanted.due:
        parts.append("due_on = :due")
    if wanted.figure:
        parts.append(f"({counted(wanted.figure)}) and standing not in ('not_counted', 'undecided')")
    if not wanted.closed:
        parts.append(
            "(status is null or status in ('not_started', 'in_progress', 'returned', 'submitted', 'suspended'))"
        )
    return " and ".join(parts)


def directive_id(view: Snapshot, words: str) -> int:
    wanted = words.strip()
    rows = view.rows(
        f"select id, code from directive d where (upper(code) = upper(:words) or number = :words) and {visible(view)} order by id desc",
        words=wanted,
    )
    if not rows:
        known = ", ".join(row["code"] for row in directives(view)[:5])
        raise NotFound("There is no directive {code}. There are: {known}.", code=wanted, known=known or "–")
    return int(rows[0]["id"])


def agency_id(view: Snapshot, words: str) -> int:
    """The agency of this code, name or alias, as `workflow.agency.known_agency` finds it; raises BadInput."""
    rows = view.rows(
        """select a.id, a.name, a.code, a.valid_to as valid_to_on, case when upper(a.code) = upper(:words) then 1 else 0 end as coded,
          case when a.id in (select agency_id from agency_alias where folded = :folded) then 1 else 0 end as aliased
        from agency a where upper(a.code) = upper(:words) or a.folded = :folded
        or a.id in (select agency_id from agency_alias where folded = :folded)
        union select a.id, a.name, a.code, a.valid_to, 0, 1 from agency a where a.short_name <> '' and upper(a.short_name) = upper(:words)""",
        words=words.strip(),
        folded=fold(words),
    )
    if not words.isascii():  # "Tân Thanh" is not "Tân Thành"
        rows = [row for row in rows if row["coded"] or row["aliased"] or words_of(row["name"]) == words_of(words)]
    rows = [row for row in rows if row["coded"]] or [row for row in rows if not row["valid_to_on"]] or rows
    if len({row["id"] for row in rows}) > 1:
        shared = "; ".join(f"{row['code']} ({row['name']})" for row in rows)
        raise BadInput(
            "Several agencies are called “{words}”; name one by its code: {codes}.", words=words, codes=shared
        )
    if not rows:
        near = view.rows(
            "select name, code from agency where folded like :some order by name limit 3", some=f"%{fold(words)}%"
        )
        raise NotFound(
            "No agency is known as “{words}”. Near: {near}.",
            words=words,
            near="; ".join(f"{row['name']} ({row['code']})" for row in near) or "–",
        )
    return int(rows[0]["id"])


def with_days(row: Row, day: date) -> Row:
    """The row with how many days are left until its due day; fewer than none once it is overdue."""
    row["days_left"] = (row["due_on"] - day).days if row["due_on"] else None
    return row


def _with_leads(view: Snapshot, rows: list[Row]) -> list[Row]:
    """Tasks without an occurrence show whom the document names."""
    waiting = [row for row in rows if row["occurrence_id"] is None]
    if waiting:
        leads: dict[int, list[str]] = {}
        for lead in view.rows("""select s.task_id, s.words from assignment s join task t on t.id = s.task_id
            where s.role = 'lead' and t.undecided and s.group_id is null order by s.task_id, s.position"""):
            leads.setdefault(lead["task_id"], []).append(lead["words"])
        for row in waiting:
            row["agency"] = "; ".join(leads.get(row["task_id"], []))
    return rows
