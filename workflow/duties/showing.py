"""What lists and cards show of requests, parts and period reports: rows without the mapper, and their words."""

from __future__ import annotations

from workflow.access.viewing import visible
from workflow.i18n import N_, _
from workflow.periods import last_day, show_day, show_period
from workflow.queries import agency_id, directive_id
from workflow.snapshot import Row, Snapshot

WISHES = {
    "extension": N_("more time"),
    "hand_on": N_("another agency"),
    "suspension": N_("suspension"),
    "cancellation": N_("cancellation"),
}
OUTCOMES = {
    "waiting": N_("waits for a decision"),
    "granted": N_("granted"),
    "refused": N_("refused"),
    "withdrawn": N_("withdrawn"),
    "lapsed": N_("lapsed"),
}
PART_STATES = {"waiting": N_("is waited for"), "given": N_("given"), "dropped": N_("not needed any more")}
# A part is waited for only while its duty is under way.
_UNDER_WAY = "o.status in ('not_started', 'in_progress', 'returned', 'submitted', 'suspended')"


def requests(
    view: Snapshot,
    *,
    directive: str | None = None,
    agency: str | None = None,
    task_id: int | None = None,
    waiting: bool = False,
) -> list[Row]:
    """The requests, oldest first: what was asked, by whom, on what basis, and what became of it."""
    where, args = _where(view, directive, agency, task_id, "a.id")
    rows = view.rows(
        f"""select q.id, t.code, o.period, o.id as occurrence_id, a.code as agency_code, a.name as agency, q.wish, q.number, q.asked_on,
            q.asked_by, q.reason, q.basis_number, q.basis_on, q.due_on, q.asked_due_on, g.name as asked_agency, q.outcome,
            q.granted_due_on, q.decided_by, q.decided_at, q.decision_number, q.decision_on, q.note,
            case when q.due_on is not null and q.asked_on > q.due_on then 1 else 0 end as after_deadline
        from change_request q join occurrence o on o.id = q.occurrence_id join task t on t.id = o.task_id
        join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id left join agency g on g.id = q.asked_agency_id
        where {where} {"and q.outcome = 'waiting'" if waiting else ""} order by q.id""",
        **args,
    )
    for row in rows:
        row["label"] = f"{row['code']} ({show_period(row['period'])})"
        row["after_deadline"] = bool(row["after_deadline"])
    return rows


def asked_words(row: Row) -> str:
    """What a request asks: more time no. 2, until 30/9/2025, asked after the deadline."""
    wish = WISHES[row["wish"]]
    what = _("{wish} no. {n}", wish=_(wish), n=row["number"])
    if row["asked_due_on"]:
        what += ", " + _("until {day}", day=show_day(row["asked_due_on"]))
    if row["asked_agency"]:
        what += ": " + str(row["asked_agency"])
    if row["after_deadline"]:
        what += " " + _("(asked after the deadline)")
    return what


def outcome_words(row: Row) -> str:
    """What became of a request, by whom, on what basis."""
    outcome = OUTCOMES[row["outcome"]]
    words = _(outcome)
    if row["granted_due_on"]:
        words += " " + _("until {day}", day=show_day(row["granted_due_on"]))
    if row["decided_by"]:
        words += f", {row['decided_by']}"
    if row["decision_number"]:
        words += f", {row['decision_number']}" + (
            " " + _("of {day}", day=show_day(row["decision_on"])) if row["decision_on"] else ""
        )
    return words + (f": {row['note']}" if row["note"] else "")


def parts(
    view: Snapshot,
    *,
    directive: str | None = None,
    agency: str | None = None,
    task_id: int | None = None,
    waiting: bool = False,
) -> list[Row]:
    """The parts asked of others, earliest due first; `lead` is who waits, `who` whom it waits for."""
    where, args = _where(view, directive, agency, task_id, "g.id")
    rows = view.rows(
        f"""select t.code, o.period, o.id as occurrence_id, p.id, p.number, a.name as lead, a.code as lead_code, g.id as agency_id,
            g.name as agency, g.code as agency_code, p.person, p.what, p.due_on, p.status, p.asked_by, p.given_on, p.given_by, p.result, p.document_number,
            case when {_UNDER_WAY} then 1 else 0 end as under_way
        from part p join occurrence o on o.id = p.occurrence_id join task t on t.id = o.task_id
        join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id join agency g on g.id = p.agency_id
        where {where} {f"and p.status = 'waiting' and {_UNDER_WAY}" if waiting else ""}
        order by case when p.due_on is null then 1 else 0 end, p.due_on, t.id, p.number""",
        **args,
    )
    heirs = _heirs(view) if rows else {}
    for row in rows:
        row["label"] = f"{row['code']} ({show_period(row['period'])})"
        own = row["agency"], row["agency_code"], row["agency_id"]
        row["agency"], row["agency_code"], row["agency_id"] = heirs.get(row["agency_code"], own)
        row["who"] = row["person"] or row["agency"]
        under_way = row.pop("under_way")
        row["waiting"] = row["status"] == "waiting" and bool(under_way)
    return rows


def notes(view: Snapshot, *, directive: str | None = None, waiting: bool = False) -> list[Row]:
    """What people wrote, oldest first; `waiting`: only what nobody has settled. What names no task is there for everybody."""
    where, args = [f"(d.id is null or {visible(view)})"], dict[str, object]()
    if directive:
        where.append("d.id = :directive")
        args["directive"] = directive_id(view, directive)
    if waiting:
        where.append("n.kind <> 'progress' and n.settled_at is null")
    rows = view.rows(
        f"""select n.id, n.kind, t.code, o.period, a.code as agency_code, a.name as agency, n.at as written_at, n.by, n.channel, n.words,
            i.subject, n.incoming_id, n.settled_at, n.settled_by, n.answer
        from note n left join incoming i on i.id = n.incoming_id left join occurrence o on o.id = n.occurrence_id
        left join task t on t.id = o.task_id left join directive d on d.id = t.directive_id left join agency a on a.id = o.agency_id
        where {" and ".join(where)} order by n.id""",
        **args,
    )
    files = view.rows("select note_id, name from evidence where note_id is not null order by id")
    for row in rows:
        row["files"] = [file["name"] for file in files if file["note_id"] == row["id"]]
    return rows


def _heirs(view: Snapshot) -> dict[str, tuple[str, str, int]]:
    """Name, code and id of the one agency that stands in the place of each that has ended, by its code."""
    steps: dict[str, set[str]] = {}
    names = {}
    for row in view.rows(
        """select f.code as former, h.code as heir, h.name, h.id from succession s join agency f on f.id = s.former_id
        join agency h on h.id = s.heir_id where s.undone_at is null and s.kind <> 'transferred'"""
    ):
        steps.setdefault(row["former"], set()).add(row["heir"])
        names[row["heir"]] = row["name"], row["heir"], row["id"]
    found = {}
    for former in steps:
        now, seen = former, {former}
        while len(steps.get(now, ())) == 1 and (after := next(iter(steps[now]))) not in seen:
            now = after
            seen.add(now)
        if now != former:
            found[former] = names[now]
    return found


def part_words(row: Row) -> str:
    """What became of a part."""
    state = PART_STATES[row["status"]]
    words = _(state) if row["waiting"] or row["status"] != "waiting" else _("not waited for any more")
    if row["given_on"]:
        words += " " + show_day(row["given_on"])
    facts = "; ".join(fact for fact in (row["result"], row["document_number"]) if fact)
    return words + (f": {facts}" if facts else "")


def with_pending(view: Snapshot, rows: list[Row]) -> list[Row]:
    """The rows with whom each waits for (`waiting_for`) and which request waits for a decision (`asked`)."""
    waited: dict[int, list[str]] = {}
    for part in parts(view, waiting=True):
        until = f" ({show_day(part['due_on'])})" if part["due_on"] else ""
        waited.setdefault(part["occurrence_id"], []).append(part["who"] + until)
    asked: dict[int, list[str]] = {}
    for request in requests(view, waiting=True):
        asked.setdefault(request["occurrence_id"], []).append(asked_words(request))
    for row in rows:
        row["waiting_for"] = waited.get(row["occurrence_id"], [])
        row["asked"] = asked.get(row["occurrence_id"], [])
    return rows


def pending_words(row: Row) -> str:
    """Whom a duty waits for, and what is asked about it; nothing for a past day."""
    words = []
    if row.get("waiting_for"):
        words.append(_("waiting for {names}", names=", ".join(row["waiting_for"])))
    if row.get("asked"):
        words.append(_("asks for: {what}", what=", ".join(row["asked"])))
    return "; ".join(words)


def period_lines(view: Snapshot, period: str, *, directive: str | None = None) -> list[Row]:
    """One line for each duty that reports on a period: ongoing ones, and recurring ones with an occurrence of that period."""
    where, args = _where(view, directive, None, None, "a.id")
    rows = view.rows(
        f"""select t.code, t.text, d.code as directive, a.code as agency_code, a.name as agency, o.period, o.status,
            coalesce(r.result, '') as result, coalesce(r.document_number, '') as document_number,
            coalesce(r.nothing_arose, s.nothing_arose) as nothing_arose, r.at as reported_at, r.by as reported_by,
            s.result as submitted, s.submitted_on, s.document_number as submitted_number,
            case when c.id is null then 0 else 1 end as closed, coalesce(t.stated_on, d.issued_on) as since_on
        from occurrence o join task t on t.id = o.task_id join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id
        left join period_report r on r.occurrence_id = o.id and r.period = :period
        left join submission s on s.occurrence_id = o.id and o.period = :period and s.number =
            (select max(n.number) from submission n where n.occurrence_id = o.id)
        left join closed_period c on c.directive_id = d.id and c.period = :period
        where {where} and o.period in ('ongoing', :period) and o.status not in ('cancelled', 'suspended')
          and t.id not in (select task_id from period_call)
        order by d.id, t.position, a.name""",
        period=period,
        **args,
    )
    rows = [
        row
        for row in rows
        if row["period"] == period
        or row["reported_at"]
        or (row["status"] != "completed" and row["since_on"] <= last_day(period))
    ]
    for row in rows:
        submitted = row["status"] in ("submitted", "completed")
        row["ongoing"] = row.pop("period") == "ongoing"
        row["reported"] = bool(row["reported_at"]) if row["ongoing"] else submitted
        row["result"] = row["result"] or (row["submitted"] if submitted else "") or ""
        row["document_number"] = row["document_number"] or (row["submitted_number"] if submitted else "") or ""
        row["nothing_arose"], row["closed"] = bool(row["nothing_arose"]) and row["reported"], bool(row["closed"])
        for name in ("submitted", "submitted_number", "since_on"):
            row.pop(name)
    return rows


def line_words(row: Row) -> str:
    """Whether somebody has reported, and whether the period is closed."""
    said = _("nothing arose") if row["nothing_arose"] else _("reported") if row["reported"] else _("not reported")
    return said + (", " + _("closed") if row["closed"] else "")


def to_do(view: Snapshot, act: str) -> list[dict[str, str]]:
    """The rows of a sheet to fill in: what waits for one of the acts that can be done in bulk, as the viewer may see it."""
    states = {
        "confirm": "('submitted')",
        "return": "('submitted')",
        "hand-on": "('not_started', 'in_progress', 'returned', 'suspended')",
    }
    rows = view.rows(
        f"""select t.code, a.code as agency, o.period, t.text, t.deliverable, s.id as report, s.result, s.document_number,
            s.nothing_arose, s.lacks_deliverable, q.reason, q.basis_number, q.asked_due_on
        from occurrence o join task t on t.id = o.task_id join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id
        left join submission s on s.occurrence_id = o.id and s.decision = 'waiting'
        left join change_request q on q.occurrence_id = o.id and q.wish = 'extension' and q.outcome = 'waiting'
        where {visible(view)} and {f"o.status in {states[act]}" if act in states else "q.id is not null and o.status in ('not_started', 'in_progress', 'returned')"}
        order by d.id, t.position, a.name, o.id"""
    )
    files: dict[int, list[str]] = {}
    for row in view.rows("select submission_id, name from evidence order by id") if rows else ():
        files.setdefault(row["submission_id"], []).append(row["name"])
    sheet = []
    for row in rows:
        told = [row["result"], row["document_number"], *files.get(row["report"], ())] if row["report"] else []
        if row["nothing_arose"]:
            told.append(_("nothing arose"))
        if row["lacks_deliverable"]:
            told.append(_("⚠ without what the task asks for: {deliverable}", deliverable=row["deliverable"] or "–"))
        line = {name: row[name] for name in ("code", "agency", "period", "text")}
        if act == "extend":
            told = [f"{row['reason']} ({row['basis_number']})"]
            line["to"] = show_day(row["asked_due_on"])
        sheet.append({**line, "told": "; ".join(filter(None, told))})
    return sheet


def _where(
    view: Snapshot, directive: str | None, agency: str | None, task_id: int | None, column: str
) -> tuple[str, dict[str, object]]:
    """What narrows a list; the viewer's own sight always does."""
    parts_: list[str] = [visible(view)]
    args: dict[str, object] = {}
    if directive:
        parts_.append("d.id = :directive")
        args["directive"] = directive_id(view, directive)
    if agency:
        parts_.append(f"{column} = :agency")
        args["agency"] = agency_id(view, agency)
    if task_id is not None:
        parts_.append("t.id = :task")
        args["task"] = task_id
    return " and ".join(parts_), args
