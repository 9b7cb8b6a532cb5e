"""The overdue pack: the official two by two with its rates, by agency, document and field, who is late again and again, and every overdue
task with what was told, asked and granted, every extension with its letters. Counted by the very predicates that list.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from reports import overdue, tally
from reports.report import Report, Section
from workflow import listing, queries, reviewing
from workflow.duties import showing
from workflow.figures import LABELS
from workflow.history import entries
from workflow.i18n import _
from workflow.periods import show_day, show_period
from workflow.queries import NO_SECTION, AsOf, Wanted
from workflow.reviewing import Sift
from workflow.snapshot import Row, Snapshot
from workflow.standing import say_status
from workflow.terminal import Column

AGAIN = 2  # so many late tasks of one agency are a pattern
ORDER = ("done_on_time", "done_late", "open_in_time", "overdue", "waiting", "no_deadline", "total")


def build(view: Snapshot, as_of: AsOf, wanted: Wanted, *, of: str = "due") -> Report:
    """The pack of a day for what is wanted; rates are of the duties that have fallen due (`of`: “due”) or of all given (“given”)."""
    before = reviewing.before(view, as_of, wanted)
    was = before["figures"] if before else {}
    agencies, documents = (queries.tally(view, as_of, by, wanted) for by in ("agency", "directive"))
    sections = [
        _whole(documents, before, as_of, wanted, of),
        tally.table(_("By agency"), "agency", agencies, as_of, wanted, of, was.get("agency")),
        tally.table(_("By document"), "directive", documents, as_of, wanted, of, was.get("directive")),
    ]
    if wanted.directive:
        fields = queries.tally(view, as_of, "section", wanted)
        sections.append(tally.table(_("By field"), "section", fields, as_of, wanted, of))
    late, extended = (
        reviewing.with_facts(view, as_of, reviewing.found(view, as_of, Sift(wanted, tab))[0]) for tab in ("overdue", "extended")
    )  # fmt: skip
    sections += [_again(agencies, as_of, wanted), _late(view, as_of, late), _extensions(as_of, extended)]
    title = _("Overdue tasks as of {day}", day=show_day(as_of.day))
    return Report(title, as_of.day, sections, entries.foot(view, as_of), about(view, as_of, wanted))


def about(view: Snapshot, as_of: AsOf, wanted: Wanted) -> str:
    """What a report is narrowed to, in words for paper."""
    told = []
    if wanted.directive:
        found = view.rows("select number, issued_on from directive where id = :id", id=queries.directive_id(view, wanted.directive))[0]  # fmt: skip
        told.append(_("document {number} of {day}", number=found["number"], day=show_day(found["issued_on"])))
    if wanted.agency:
        found = view.rows("select name from agency where id = :id", id=queries.agency_id(view, wanted.agency))[0]
        told.append(found["name"])
    if wanted.section:
        told.append(_("field {name}", name=_("(no section)") if wanted.section == NO_SECTION else wanted.section))
    if wanted.period:
        told.append(_("deadlines of {period}", period=show_period(wanted.period)))
    if wanted.search:
        told.append(f"“{wanted.search}”")
    if as_of.original:
        told.append(_("by the first deadline"))
    return _("Of: {what}", what="; ".join(told)) if told else ""


def _whole(now: list[Row], before: Row | None, as_of: AsOf, wanted: Wanted, of: str) -> Section:
    """The two by two and what lies outside it, with the change since the last review that was closed."""
    sums, was = queries.summed(now), queries.summed(before["figures"]["directive"]) if before else None
    columns = [Column("what", _("Tasks"), wide=True), Column("n", _("Count"), right=True)]
    if before:
        columns.append(Column("change", _("Change since {day}", day=show_day(before["held_on"])), right=True))
    names = ORDER + tally.parts(of)
    lists = tally.lists(as_of, wanted, names)
    rows = [
        {"what": _(LABELS[name]), "n": sums[name], "change": f"{sums[name] - was[name]:+d}" if was else None, "opens": {"n": lists[name]}}
        for name in names
    ]  # fmt: skip
    return Section(_("Summary"), tuple(columns), rows, tally.note(now, of))


def _again(agencies: list[Row], as_of: AsOf, wanted: Wanted) -> Section:
    """Which agencies are late with several tasks."""
    names = ("late", "overdue", "done_late", "total")
    late = [
        row | queries.summed([row]) | {"opens": tally.lists(as_of, wanted, names, agency=row["code"])}
        for row in agencies
    ]
    rows = sorted((row for row in late if row["late"] >= AGAIN), key=lambda row: (-row["late"], row["name"]))
    columns = (
        Column("name", _("Agency"), wide=True),
        *(Column(name, _(LABELS[name]), right=True) for name in names),
    )
    note = "" if rows else _("No agency is late with {n} tasks or more.", n=AGAIN)
    return Section(_("Late with several tasks"), columns, rows, note)


def _late(view: Snapshot, as_of: AsOf, rows: list[Row]) -> Section:
    """Every overdue task with its reason, its requests with their letters, and who was told last."""
    columns = (
        Column("no", _("Row"), right=True),
        Column("agency", _("Agency"), wide=True),
        Column("code", _("Task")),
        Column("text", _("What is to be done"), wide=True),
        Column("first", _("First deadline")),
        Column("due", _("Due")),
        Column("late", _("Days late"), right=True),
        Column("status", _("Status")),
        Column("letters", _("Letters sent"), right=True),
        Column("told", _("Last told"), wide=True),
        Column("asked", _("Asked and granted"), wide=True),
        Column("reason", _("Reason given"), wide=True),
    )
    zone = ZoneInfo(as_of.zone)
    shown = [_shown(n, row, zone) | {"opens": _card(as_of, row, "letters")} for n, row in enumerate(rows, 1)]
    agencies = len({row["agency_code"] for row in rows})
    note = _("{n} overdue, owed by {agencies} agencies.", n=len(rows), agencies=agencies) if rows else _("Nothing is overdue.")  # fmt: skip
    return Section(_("Overdue tasks"), columns, shown, note, overdue.unreachable(view, as_of, rows))


def _shown(number: int, row: Row, zone: ZoneInfo) -> dict[str, Any]:
    told, asked = row["told"], row["requests"]
    last = f"{show_day(told[0]['sent_at'].astimezone(zone).date())}, {told[0]['recipient']}" if told else ""
    return {
        "no": number,
        "agency": queries.owner(row),
        "code": row["code"],
        "text": row["text"],
        "first": _day(row["original_due_on"]),
        "due": show_day(row["due_on"]),
        "late": -row["days_left"],
        "status": say_status(row["status"]),
        "letters": len(told),
        "told": last,
        "asked": "; ".join(f"{showing.asked_words(one)} ({one['basis_number']}): {showing.outcome_words(one)}" for one in asked),
        "reason": "; ".join(filter(None, [*(one["reason"] for one in asked[:1]), *(one["words"] for one in row["notes"])])),
    }  # fmt: skip


def _extensions(as_of: AsOf, rows: list[Row]) -> Section:
    """Every request for more time, with the letter that asks and the one that decides."""
    columns = (
        Column("agency", _("Agency"), wide=True),
        Column("code", _("Task")),
        Column("first", _("First deadline")),
        Column("until", _("Asked until")),
        Column("letter", _("Letter that asks"), wide=True),
        Column("outcome", _("Decision"), wide=True),
        Column("reason", _("Reason given"), wide=True),
    )
    asked = [(row, one) for row in rows for one in row["requests"][::-1] if one["wish"] == "extension"]
    shown = [
        {
            "agency": queries.owner(row),
            "code": row["code"],
            "first": _day(row["original_due_on"]),
            "until": _day(one["asked_due_on"]),
            "letter": _("{number} of {day}", number=one["basis_number"], day=_day(one["basis_on"])),
            "outcome": showing.outcome_words(one),
            "reason": one["reason"],
            "opens": _card(as_of, row),
        }
        for row, one in asked
    ]
    granted = sum(one["outcome"] == "granted" for _row, one in asked)
    note = _("{n} requests for more time, {granted} granted.", n=len(asked), granted=granted) if asked else _("Nobody has asked for more time.")  # fmt: skip
    return Section(_("More time"), columns, shown, note)


def _card(as_of: AsOf, row: Row, *figures: str) -> dict[str, str]:
    """The page of a task, where its letters and requests stand."""
    return dict.fromkeys(("code", *figures), listing.card(as_of, row["code"]))


def _day(day: date | None) -> str:
    return show_day(day) if day else ""
