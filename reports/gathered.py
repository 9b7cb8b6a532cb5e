"""What a report upward is made of: the documents, tasks, results, figures and answers of one directive, as of a day and for a period."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workflow import queries, reviewing
from workflow.access.viewing import visible
from workflow.duties import showing
from workflow.names import fold
from workflow.periods import first_day, last_day
from workflow.queries import AsOf, Wanted
from workflow.reporting import fields
from workflow.reviewing import Sift
from workflow.snapshot import Row, Snapshot
from workflow.targets import showing as targets


@dataclass(frozen=True)
class Gathered:
    """The stuff of a report; `wanted` names the tasks it counts, `answers` are empty where no report of the period was called for."""

    as_of: AsOf
    period: str
    wanted: Wanted
    directive: Row
    tally: list[Row]  # of the whole
    due_tally: list[Row]  # of what falls due in the period
    sections: list[Row]  # the tally by section, in the order of the document
    documents: list[Row]
    results: list[Row]
    late: list[Row]
    duties: list[Row]
    targets: Row
    call: str
    answers: list[Row]

    @property
    def missing(self) -> list[str]:
        """The agencies that were asked for their report and have not sent it."""
        return [row["agency"] for row in self.answers if not row["sent"]]


def gather(view: Snapshot, as_of: AsOf, code: str, period: str = "") -> Gathered:
    """Gather what the record has of one directive, without the reports themselves as tasks; raises NotFound."""
    number = queries.directive_id(view, code)
    directive = view.rows("select id, code, number, kind, issued_on, issuer, subject from directive where id = :id", id=number)[0]  # fmt: skip
    wanted = Wanted(directive=directive["code"], work=True)
    order = {name: place for place, name in enumerate(reviewing.sections(view, number))}
    sections = sorted(queries.tally(view, as_of, "section", wanted), key=lambda row: order.get(row["code"], -1))
    late, _total = reviewing.found(view, as_of, Sift(wanted))
    call, answers = _answers(view, as_of, directive["code"], period)
    return Gathered(
        as_of,
        period,
        wanted,
        directive,
        queries.tally(view, as_of, "directive", wanted),
        queries.tally(view, as_of, "directive", replace(wanted, period=period)) if period else [],
        sections,
        _documents(view, as_of, directive),
        [*_results(view, as_of, number, period), *_ongoing(view, directive["code"], period)],
        reviewing.with_facts(view, as_of, late),
        [row for row in queries.tasks(view, as_of, wanted) if row["occurrence_id"]],
        targets.targets(view, directive["code"], today=as_of.day, period=period),
        call,
        answers,
    )


def _answers(view: Snapshot, as_of: AsOf, code: str, period: str) -> tuple[str, list[Row]]:
    """The code of the report that was called for, and who answered what."""
    called = next((row["code"] for row in fields.calls(view, code) if row["period"] == period), "")
    return called, fields.answers(view, called, as_of) if called else []


def _documents(view: Snapshot, as_of: AsOf, directive: Row) -> list[Row]:
    """The documents that carry the directive out: what is recorded as resting on it, and what agencies named as the result of their tasks."""
    under = view.rows(
        f"""select distinct d.number, d.issued_on, d.issuer, d.subject from legal_basis b join directive d on d.id = b.directive_id
        where b.number = :number and d.id <> :id and {visible(view)} order by d.issued_on""",
        number=directive["number"],
        id=directive["id"],
    )
    then = "and s.at < :end" if as_of.past else ""
    results = view.rows(
        f"""select s.document_number as number, s.document_on as issued_on, a.name as issuer, t.text as subject
        from submission s join occurrence o on o.id = s.occurrence_id join task t on t.id = o.task_id join agency a on a.id = o.agency_id
        where t.directive_id = :id and s.document_number <> '' and s.decision in ('waiting', 'confirmed')
          and t.id not in (select task_id from period_call) {then} order by s.document_on, s.id""",
        id=directive["id"],
        **as_of.args(),
    )
    seen: dict[tuple[str, str], Row] = {}  # numbers are an office's own: two have each their 45/BC-UBND
    for row in (*under, *results):
        seen.setdefault((row["number"].upper(), fold(row["issuer"] or "")), row)
    return list(seen.values())


def _results(view: Snapshot, as_of: AsOf, directive: int, period: str) -> list[Row]:
    """The tasks that were reported done (due or reported within the period, where one is named), each with what was reported."""
    then = "and n.at < :end" if as_of.past else ""
    within = "and (s.submitted_on between :first and :last or o.due_on between :first and :last)" if period else ""
    return view.rows(
        f"""select t.code, t.text, coalesce(t.section, '') as section, t.position, a.name as agency, o.period, o.status, s.submitted_on,
            s.result, s.document_number, s.document_on, s.nothing_arose
        from {as_of.occurrences(view)} o join task t on t.id = o.task_id join agency a on a.id = o.agency_id
        join submission s on s.occurrence_id = o.id and s.number = (select max(n.number) from submission n where n.occurrence_id = o.id {then})
        where t.directive_id = :id and o.status in ('submitted', 'completed') and t.id not in (select task_id from period_call) {within}
        order by t.position, a.name, o.id""",
        id=directive,
        **as_of.args(),
        **({"first": first_day(period), "last": last_day(period)} if period else {}),
    )


def _ongoing(view: Snapshot, code: str, period: str) -> list[Row]:
    """What was reported of ongoing tasks for the period."""
    if not period:
        return []
    rows = [row for row in showing.period_lines(view, period, directive=code) if row["ongoing"] and row["reported"]]
    own = """select t.code, coalesce(t.section, '') as section, t.position from task t join directive d on d.id = t.directive_id
        where d.code = :code"""
    places = {row["code"]: row for row in view.rows(own, code=code)}
    told = {"period": "ongoing", "status": "completed", "document_on": None, "submitted_on": None}
    return [{**row, **told, **places[row["code"]]} for row in rows]
