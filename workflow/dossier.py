"""Everything the record holds about one task, read without the mapper: for its card on a terminal, its page, and programs."""

from __future__ import annotations

from workflow.access.viewing import visible
from workflow.duties import showing
from workflow.errors import NotFound
from workflow.names import nearest
from workflow.queries import AsOf, Wanted, tasks
from workflow.snapshot import Row, Snapshot


def no_such(view: Snapshot, code: str) -> NotFound:
    """That there is no task of this code, with the nearest ones."""
    near = ", ".join(nearest(code.strip().upper(), _codes(view))) or "–"
    return NotFound("There is no task {code}. Nearest: {near}.", code=code, near=near)


def task(view: Snapshot, code: str, as_of: AsOf) -> Row:
    """Everything about one task: its place, agencies, questions, occurrences, reports and history."""
    found = view.rows(
        f"""select t.*, d.number, d.issuer, d.issued_on, d.subject, d.code as directive, d.file_name, d.confidential, d.monitor_id, m.name as monitor
        from task t join directive d on d.id = t.directive_id left join agency m on m.id = d.monitor_id
        where t.code = :code and {visible(view)}""",
        code=code.strip().upper(),
    )
    if not found:
        raise no_such(view, code)
    card = found[0]
    own = {"id": card["id"]}
    card["assignments"] = _parts(view, card["id"])
    card["questions"] = view.rows(
        "select message, args, answered_by, answer from question where task_id = :id order by id", **own
    )
    card["occurrences"] = tasks(view, as_of, Wanted(code=card["code"]))
    card["rollup"] = rollup(card["occurrences"])
    card["passed"] = view.rows(
        """select p.occurrence_id, f.name as former, h.name as heir, coalesce(s.effective_on, p.moved_on) as effective_on,
            coalesce(s.basis, p.basis) as basis
        from handover p left join succession s on s.id = p.succession_id join agency f on f.id = coalesce(s.former_id, p.agency_id)
        join agency h on h.id = coalesce(s.heir_id, p.heir_id) join occurrence o on o.id = p.occurrence_id
        where o.task_id = :id order by p.id""",
        **own,
    )
    card["submissions"] = view.rows(
        """select s.number, s.submitted_on, s.by, s.channel, s.result, s.document_number, s.document_on, s.nothing_arose,
            s.lacks_deliverable, s.decision, s.decided_by, s.reason, s.occurrence_id, o.period, a.name as agency, s.id
        from submission s join occurrence o on o.id = s.occurrence_id join agency a on a.id = o.agency_id
        where o.task_id = :id order by s.at, s.id""",
        **own,
    )
    card["requests"] = showing.requests(view, task_id=card["id"])
    card["parts"] = showing.parts(view, task_id=card["id"])
    card["period_reports"] = view.rows(
        """select r.period, r.result, r.document_number, r.nothing_arose, r.at as reported_at, r.by, r.occurrence_id
        from period_report r join occurrence o on o.id = r.occurrence_id where o.task_id = :id order by r.occurrence_id, r.period""",
        **own,
    )
    files = view.rows(
        """select e.submission_id, e.name, e.size from evidence e join submission s on s.id = e.submission_id
        join occurrence o on o.id = s.occurrence_id where o.task_id = :id order by e.id""",
        **own,
    )
    for submission in card["submissions"]:
        submission["evidence"] = [f["name"] for f in files if f["submission_id"] == submission["id"]]
    card["history"] = view.rows(
        """select e.at as at_at, e.actor, e.channel, e.act, e.reason, e.status_after, e.subject, e.before, e.after from audit_entry e
        left join occurrence o on o.id = e.occurrence_id
        where (o.task_id = :id or (e.occurrence_id is null and e.subject = :code)) and e.act <> 'not permitted' order by e.id""",
        code=card["code"],
        **own,
    )
    return card


def newest_report(view: Snapshot, occurrence_id: int) -> Row | None:
    """The last report of one period with the names of its files; None before the first."""
    rows = view.rows(
        """select s.id, s.at as reported_at, s.submitted_on, s.by, s.result, s.document_number, s.document_on, s.nothing_arose,
            s.lacks_deliverable, s.decision from submission s where s.occurrence_id = :id order by s.number desc limit 1""",
        id=occurrence_id,
    )
    if not rows:
        return None
    files = view.rows("select name from evidence where submission_id = :id order by id", id=rows[0]["id"])
    return {**rows[0], "evidence": [file["name"] for file in files]}


def stated(view: Snapshot, about: str) -> Row:
    """What somebody stated for an agency ("submission:12", "request:5", "note:7"): when, by whom, in what words, whether it stands."""
    kind, _colon, number = about.partition(":")
    query = {
        "submission": """select s.id, s.at as stated_at, s.by, s.result as words, s.document_number, s.document_on, null as until_on,
            s.decision = 'waiting' as stands from submission s where s.id = :id""",
        "request": """select q.id, q.asked_at as stated_at, q.asked_by as by, q.reason as words, q.basis_number as document_number,
            q.basis_on as document_on, q.asked_due_on as until_on, q.outcome = 'waiting' as stands from change_request q where q.id = :id""",
        "note": """select n.id, n.at as stated_at, n.by, n.words, '' as document_number, null as document_on, null as until_on,
            n.settled_at is null as stands from note n where n.id = :id""",
    }[kind]
    row = view.rows(query, id=int(number))[0]
    column = {"submission": "submission_id", "note": "note_id"}.get(kind)
    files = view.rows(f"select name from evidence where {column} = :id order by id", id=row["id"]) if column else []
    return {**row, "stands": bool(row["stands"]), "evidence": [file["name"] for file in files]}


def _parts(view: Snapshot, task_id: int) -> list[Row]:
    """The agencies as the document names them; a group carries its members, and whoever ended the heir that owes it now."""
    rows = view.rows(
        """select s.role, s.words, s.agency_id, s.group_id, a.name, a.code, a.kind, h.name as heir, h.code as heir_code
        from assignment s left join agency a on a.id = s.agency_id left join agency h on h.id = s.owed_by_id
        where s.task_id = :id order by s.role desc, s.position, a.name, s.id""",
        id=task_id,
    )
    lines = [row for row in rows if row["group_id"] is None]
    for line in lines:
        own = [
            row
            for row in rows
            if row["group_id"] and (row["group_id"], row["role"]) == (line["agency_id"], line["role"])
        ]
        line["members"] = [{key: row[key] for key in ("code", "name", "heir", "heir_code")} for row in own]
    return lines


def rollup(rows: list[Row]) -> list[Row]:
    """How far the agencies that owe one period of a task have come together, where there are several; earliest period first."""
    periods: dict[str, list[Row]] = {}
    for row in rows:
        if row["occurrence_id"] and row["standing"] != "not_counted":
            periods.setdefault(row["period"], []).append(row)
    return [
        {
            "period": period,
            "agencies": len(own),
            "reported": sum(row["status"] in ("submitted", "completed") for row in own),
            "confirmed": sum(row["status"] == "completed" for row in own),
            "overdue": sum(row["standing"] == "overdue" for row in own),
        }
        for period, own in periods.items()
        if len(own) > 1
    ]


def _codes(view: Snapshot) -> list[str]:
    """The code of every task that may be seen."""
    known = view.rows(f"select t.code from task t join directive d on d.id = t.directive_id where {visible(view)}")
    return [row["code"] for row in known]
