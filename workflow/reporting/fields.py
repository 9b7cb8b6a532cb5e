"""The form of a period report as data: its fields with what is filled in, for pages, spreadsheets and programs alike; and who has answered.

Read without the mapper, as every list is.
"""

from __future__ import annotations

from workflow.access.viewing import visible
from workflow.errors import BadInput, NotFound
from workflow.i18n import N_, _
from workflow.periods import show_day
from workflow.queries import AsOf, Wanted, agency_id, directive_id, tasks, with_days
from workflow.snapshot import Row, Snapshot, exact
from workflow.standing import STANDING_SQL, say_status
from workflow.targets.aim import Aim, Relation
from workflow.targets.numbers import say_number

TEXTS = {
    "done": N_("What was done in the period"),
    "difficulties": N_("Difficulties, obstacles and their causes"),
    "proposals": N_("Proposals and recommendations"),
}
NOTHING = N_("Nothing arose")


def _field(key: str, label: str, value: str, kind: str, hint: str = "") -> Row:
    """One field of a form: the key under which its text comes back, what it asks for, what is filled in; `kind` is text, line or figure."""
    return {"key": key, "label": label, "value": value, "kind": kind, "hint": hint}


def _withheld(view: Snapshot, row: Row) -> bool:
    """Whether the texts are a draft that only the agency sees: not sent yet, and the viewer stands for others."""
    return (
        row["status"] in ("not_started", "in_progress") and view.sees is not None and row["agency_id"] not in view.sees
    )


def form(view: Snapshot, occurrence: int, as_of: AsOf, *, own: bool = False) -> Row:
    """The form of one agency for one period; raises NotFound where the duty is no period report or hidden.

    What is not sent yet is shown to the agency alone, or to whoever holds its link (`own`).
    """
    found = view.rows(
        f"""select o.id, t.code, t.text, o.period, o.status, o.due_on, o.version, o.agency_id, o.issued_to_id,
            a.code as agency_code, a.name as agency, f.code as issued_to_code,
            d.id as directive_id, d.code as directive, d.number, d.issuer, d.subject, d.monitor_id, c.called_at, c.called_by,
            {STANDING_SQL} as standing, r.done, r.difficulties, r.proposals, r.at as filled_at, r.by as filled_by
        from occurrence o join task t on t.id = o.task_id join period_call c on c.task_id = t.id
        join directive d on d.id = t.directive_id join agency a on a.id = o.agency_id
        join agency f on f.id = o.issued_to_id left join period_answer r on r.occurrence_id = o.id where o.id = :id and {visible(view)}""",
        id=occurrence,
        **as_of.args(),
    )
    if not found:
        raise NotFound("There is no report of a period under the number {n}.", n=occurrence)
    row = with_days(found[0], as_of.day)
    if not own and _withheld(view, row):
        row |= dict.fromkeys(TEXTS, "")
    row["fields"] = [*_texts(row), *_lines(view, row), *_figures(view, row)]
    duties = tasks(view, as_of, Wanted(directive=row["directive"], agency=row["agency_code"]))
    row["duties"] = [one for one in duties if one["code"] != row["code"] and one["occurrence_id"]]
    return row


def of_link(view: Snapshot, occurrence: int, as_of: AsOf) -> list[Row]:
    """The fields that the page of a link shows; none where its duty is no report of a period."""
    called = view.rows(
        "select c.id from period_call c join occurrence o on o.task_id = c.task_id where o.id = :id", id=occurrence
    )
    return form(view, occurrence, as_of, own=True)["fields"] if called else []


def called_duty(view: Snapshot, code: str, agency: str | None = None) -> int:
    """The number of the duty by which an agency answers a call; the agency need not be named where only one is asked."""
    rows = _asked(view, code, agency)
    if agency and len(rows) > 1:
        raise BadInput(
            "{name} owes {code} several times, taken over from: {codes}; name one of these with {option}.",
            name=rows[0]["agency"],
            code=code.upper(),
            codes=", ".join(row["issued_to_code"] for row in rows),
            option="--agency",
        )
    if len(rows) > 1:
        raise BadInput("{code} is asked of {n} agencies; name one.", code=code.upper(), n=len(rows))
    return int(rows[0]["id"])


def _asked(view: Snapshot, code: str, agency: str | None) -> list[Row]:
    """The duties of a call; raises NotFound where there is none."""
    own, args = (
        ("and :agency in (o.agency_id, o.issued_to_id)", {"agency": agency_id(view, agency)}) if agency else ("", {})
    )
    rows = view.rows(
        f"""select o.id, a.name as agency, f.code as issued_to_code from occurrence o join task t on t.id = o.task_id
        join period_call c on c.task_id = t.id join agency a on a.id = o.agency_id join agency f on f.id = o.issued_to_id
        join directive d on d.id = c.directive_id where t.code = :code and o.status <> 'cancelled' and {visible(view)} {own}""",
        code=code.strip().upper(),
        **args,
    )
    if not rows:
        raise NotFound("No report {code} is asked here; see `dondoc period calls`.", code=code.strip().upper())
    return rows


def _texts(row: Row) -> list[Row]:
    return [_field(key, _(label), row[key] or "", "text") for key, label in TEXTS.items()]


def _lines(view: Snapshot, row: Row) -> list[Row]:
    """One for each ongoing task of the agency, which has no other report than this; also where it took it over several times."""
    rows = view.rows(
        """select t.code, t.text, coalesce(r.result, '') as result, coalesce(r.nothing_arose, false) as nothing_arose from occurrence o join task t on t.id = o.task_id
        left join period_report r on r.occurrence_id = o.id and r.period = :period
        where t.directive_id = :directive and o.agency_id = :agency and o.period = 'ongoing'
          and o.status in ('not_started', 'in_progress', 'returned') order by t.position, o.id""",
        directive=row["directive_id"],
        agency=row["agency_id"],
        period=row["period"],
    )
    hint = _("What was done, or: {nothing}", nothing=_(NOTHING))
    said: dict[str, Row] = {}
    for one in rows:
        value = _(NOTHING) if one["nothing_arose"] else one["result"]
        kept = said.setdefault(one["code"], _field(one["code"], one["text"], value, "line", hint))
        kept["value"] = kept["value"] or value
    return list(said.values())


def _figures(view: Snapshot, row: Row) -> list[Row]:
    """One for each indicator of the directive that concerns the agency: those of no task, and of the tasks that it leads."""
    rows = view.rows(
        """select i.code, i.name, i.unit, i.relation, i.target, i.upper, i.until, coalesce(f.value, v.value) as value from indicator i
        left join actual v on v.indicator_id = i.id and v.agency_id = :agency and v.period = :period
        left join actual f on f.indicator_id = i.id and f.agency_id = :issued_to and f.period = :period
        where i.directive_id = :directive and (i.task_id is null
          or exists (select 1 from occurrence o where o.task_id = i.task_id and o.agency_id = :agency)) order by i.id""",
        directive=row["directive_id"],
        agency=row["agency_id"],
        issued_to=row["issued_to_id"],
        period=row["period"],
    )
    made = []
    for one in rows:
        aim, value = Aim(Relation(one["relation"]), exact(one["target"]), exact(one["upper"])), exact(one["value"])
        hint = _("What has been reached by the end of the period; aim: {aim}", aim=aim.words(one["unit"]))
        label = f"{one['name']} ({one['unit']})" if one["unit"] else one["name"]
        made.append(_field(one["code"], label, say_number(value) if value is not None else "", "figure", hint))
    return made


def calls(view: Snapshot, directive: str | None = None) -> list[Row]:
    """The reports that were called for, newest period first, with how many agencies were asked and have answered."""
    where, args = visible(view), {}
    if directive:
        where, args = f"{where} and d.id = :directive", {"directive": directive_id(view, directive)}
    return view.rows(
        f"""select d.code as directive, d.number, c.period, t.code, c.called_at, c.called_by, min(o.due_on) as due_on, count(*) as asked,
            cast(sum(case when o.status in ('submitted', 'completed') then 1 else 0 end) as integer) as answered
        from period_call c join directive d on d.id = c.directive_id join task t on t.id = c.task_id
        join occurrence o on o.task_id = t.id and o.status <> 'cancelled' where {where}
        group by d.code, d.number, c.period, t.code, c.called_at, c.called_by order by c.period desc, d.code""",
        **args,
    )


def answers(view: Snapshot, code: str, as_of: AsOf) -> list[Row]:
    """One row for each agency that was asked: whether it has sent its report, and what stands in it; a draft is the agency's own. By name."""
    _asked(view, code, None)
    rows = view.rows(
        f"""select o.id as occurrence_id, t.code, a.id as agency_id, a.code as agency_code, a.name as agency, o.period, o.status, o.due_on, o.submitted_on,
            {STANDING_SQL} as standing, coalesce(r.done, s.result, '') as done, coalesce(r.difficulties, '') as difficulties,
            coalesce(r.proposals, '') as proposals, s.document_number, s.document_on
        from period_call c join task t on t.id = c.task_id join {as_of.occurrences(view)} o on o.task_id = t.id
        join directive d on d.id = c.directive_id join agency a on a.id = o.agency_id left join period_answer r on r.occurrence_id = o.id
        left join (select occurrence_id, number, result, document_number, document_on from submission) s
          on s.occurrence_id = o.id and s.number = (select max(n.number) from submission n where n.occurrence_id = o.id)
        where t.code = :code and o.status <> 'cancelled' and {visible(view)} order by a.name""",
        code=code.strip().upper(),
        **as_of.args(),
    )
    for row in rows:
        row["sent"] = row["status"] in ("submitted", "completed")
        row["begun"] = bool(row["done"] or row["difficulties"] or row["proposals"])
        if _withheld(view, row):
            row |= dict.fromkeys(TEXTS, "")
    return rows


def say_answer(row: Row) -> str:
    """Whether an agency has sent its report, in words."""
    if row["sent"]:
        day = _("sent on {day}", day=show_day(row["submitted_on"])) if row["submitted_on"] else ""
        return day + (f" ({say_status(row['status']).lower()})" if row["status"] == "submitted" else "")
    words = (
        _("sent back")
        if row["status"] == "returned"
        else _("filled in, not sent")
        if row["begun"]
        else _("has not sent it")
    )
    return words + (", " + _("overdue") if row["standing"] == "overdue" else "")
