"""One task on a terminal: what it asks, of whom, by when and why, what was reported, its history."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from workflow import awaited, dossier
from workflow.audit_words import FIELD_LABELS, say_act, say_value
from workflow.calendar import WorkingCalendar
from workflow.duties import showing
from workflow.i18n import N_, _
from workflow.periods import say, show_day, show_period
from workflow.queries import AsOf, owner
from workflow.snapshot import Row, Snapshot, stored
from workflow.standing import Standing, say_standing, say_status
from workflow.timing import Kind, Timing


def drawn(view: Snapshot, code: str, as_of: AsOf) -> Row:
    """Everything about one task as `dossier.task` has it, with how its deadlines are understood and came about, in words."""
    card = dossier.task(view, code, as_of)
    calendar, timing = awaited.calendar(view), Timing.from_json(stored(card["timing"]))
    card["understood"] = timing.explain()
    for row in card["occurrences"]:
        row["told"] = list(came_about(row, timing, calendar)) if row["occurrence_id"] else []
    for one, names in ((card, ("timing", "place")), *((entry, ("before", "after")) for entry in card["history"])):
        one.update({name: stored(one[name]) for name in names})
    return card


def lines(card: Row, zone: str) -> Iterator[str]:
    """Yield the lines of a task's card."""
    issued = show_day(card["issued_on"])
    yield f"{card['code']}  {card['text']}"
    yield ""
    yield from _field(
        _("Directive"),
        _("{number} of {day}, {issuer}", number=card["number"], day=issued, issuer=card["issuer"] or "–"),
    )
    yield from _field(_("Section"), card["section"])
    place = card["place"]
    yield from _field(_("Where"), _where(place, str(place.get("file", card["file_name"]))))
    for role, title in (("lead", _("Lead agency")), ("coordinating", _("Coordinating"))):
        own = [part for part in card["assignments"] if part["role"] == role]
        yield from _field(title, "; ".join(_who(part) for part in own))
        if role == "lead":
            for part in own:
                yield from (f"{'':22} – {_member(member)}" for member in part["members"])
    yield from _field(_("Deliverable"), card["deliverable"])
    yield from _field(_("Deadline as written"), f"“{card['timing_words']}”" if card["timing_words"] else _("none"))
    yield from _field(_("Understood as"), card["understood"])
    yield from _field(_("Confirmed by"), card["monitor"])
    waiting = [q for q in card["questions"] if not q["answered_by"]]
    for question in waiting:
        yield from _field(_("To decide"), _question(question))
    yield ""
    for row in card["rollup"]:
        yield show_period(row["period"]) + ": " + rollup_words(row)
    passed = passed_on(card)
    for row in card["occurrences"]:
        if row["occurrence_id"]:
            due = _("due by the end of {day}", day=show_day(row["due_on"])) if row["due_on"] else _("no deadline")
            state = f"{say_status(row['status'])}, {say_standing(row['standing'])}"
            yield f"• {show_period(row['period'])} – {owner(row)}: {due}; {state}"
            yield from (f"    {passed_words(step)}" for step in passed.get(row["occurrence_id"], ()))
            yield from (f"    {told}" for told in row["told"])
            yield from (f"    {told}" for told in _around(card, row["occurrence_id"]))
        else:
            yield f"• {say_standing(Standing.UNDECIDED)}"
    if card["history"]:
        yield ""
        yield _("History")
    for entry in card["history"]:
        at = entry["at_at"].astimezone(ZoneInfo(zone))
        period = entry["subject"].partition("/")[2]
        of = f" ({show_period(period)})" if period and entry["subject"].startswith(card["code"]) else ""
        yield f"  {at:%d/%m/%Y %H:%M}  {say_act(entry['act'])}{of}  {entry['actor']}" + (
            f": {entry['reason']}" if entry["reason"] else ""
        )
        yield from _changed(entry["before"], entry["after"])


def _who(part: Row) -> str:
    """An agency as the document names it, with its code, who owes it now, and how many a group stands for."""
    facts = [part["code"], part["heir"] and _("today {name} ({code})", name=part["heir"], code=part["heir_code"])]
    if part["members"]:
        facts.append(_("{n} agencies", n=len(part["members"])))
    told = "; ".join(filter(None, facts))
    return str(part["words"]) + (f" ({told})" if told else "")


def _member(member: Row) -> str:
    heir = member["heir"] and _("today {name} ({code})", name=member["heir"], code=member["heir_code"])
    return f"{member['name']} ({member['code']})" + (f" → {heir}" if heir else "")


def reported(report: Row) -> Iterator[str]:
    """What a report says: that nothing arose, the result, the document with its day."""
    if report["nothing_arose"]:
        yield _("nothing arose")
    yield report["result"]
    if report["document_number"]:
        on = report.get("document_on")
        yield report["document_number"] + (" " + _("of {day}", day=show_day(on)) if on else "")


DECISIONS = {
    "waiting": N_("waiting for confirmation"),
    "confirmed": N_("confirmed"),
    "returned": N_("sent back"),
    "withdrawn": N_("report withdrawn"),
}


def _report(report: Row, deliverable: str) -> Iterator[str]:
    """One report: what it says, what became of it and why."""
    facts = [*reported(report), *report["evidence"]]
    yield _(
        "Report {n} of {day} by {who}: {facts}",
        n=report["number"],
        day=show_day(report["submitted_on"]),
        who=report["by"],
        facts="; ".join(f for f in facts if f) or "–",
    )
    if report["lacks_deliverable"]:
        yield "  " + _("⚠ without what the task asks for: {deliverable}", deliverable=deliverable)
    decision = DECISIONS[report["decision"]]
    told = ": ".join(filter(None, (report["decided_by"], report["reason"])))
    yield "  " + _(decision) + (f" – {told}" if told else "")


def _around(card: Row, occurrence_id: int) -> Iterator[str]:
    """What surrounds one period: requests, parts of others, reports of periods."""
    for report in card["submissions"]:
        if report["occurrence_id"] == occurrence_id:
            yield from _report(report, card["deliverable"] or "–")
    for request in card["requests"]:
        if request["occurrence_id"] == occurrence_id:
            yield f"{showing.asked_words(request)}: {showing.outcome_words(request)}"
    for part in card["parts"]:
        if part["occurrence_id"] == occurrence_id:
            due = f" ({show_day(part['due_on'])})" if part["due_on"] else ""
            yield f"{part['number']}. {part['who']}{due}, {part['what']}: {showing.part_words(part)}"
    for line in card["period_reports"]:
        if line["occurrence_id"] == occurrence_id:
            said = "; ".join(filter(None, reported(line)))
            yield f"{show_period(line['period'])}: {said} ({line['by']})"


def rollup_words(row: Row) -> str:
    """How far several agencies have come with one period."""
    return _(
        "{reported} of {agencies} agencies have reported, {overdue} are overdue",
        **{k: row[k] for k in ("reported", "agencies", "overdue")},
    )


def passed_on(card: Row) -> dict[int, list[Row]]:
    """The handovers of a task by the period that passed."""
    passed: dict[int, list[Row]] = {}
    for row in card["passed"]:
        passed.setdefault(row["occurrence_id"], []).append(row)
    return passed


def passed_words(row: Row) -> str:
    """That a period passed to an heir: from whom, since when, on what basis."""
    return _(
        "issued to {former}, owed by {heir} since {day} ({basis})",
        former=row["former"],
        heir=row["heir"],
        day=show_day(row["effective_on"]),
        basis=row["basis"],
    )


def came_about(row: Row, timing: Timing, calendar: WorkingCalendar) -> Iterator[str]:
    """How the deadline of one period came about, where its timing alone does not say it."""
    due, first = row["due_on"], row["original_due_on"]
    counted = (
        next((w for w in timing.occurrences(first, first, calendar) if w.key == row["period"]), None) if first else None
    )
    if counted:
        yield from counted.told()
    if first and due != first:
        yield _("The first deadline was {first}; what moved it stands in the history.", first=show_day(first))
    off = due and not calendar.is_working(due) and timing.kind is Kind.DEADLINE
    if off:
        yield _(
            "{day} is a day off ({why}); a fixed day does not move, reminders come on {before}.",
            day=show_day(due),
            why=calendar.off(due),
            before=show_day(calendar.on_or_before(due)),
        )


def _changed(before: dict[str, object], after: dict[str, object]) -> Iterator[str]:
    """Which fields an entry of the history changed, from what to what."""
    for name, label in FIELD_LABELS.items():
        if name in before and name in after:
            was, now = (say_value(name, side[name]) for side in (before, after))
            title = _(label)
            yield f"{'':20}{title}: {was} → {now}"


def asked(row: Row) -> Row:
    """An open question as people and programs are told it; `subject` is what `dondoc answer` takes."""
    subject = row["task"] or row["directive"]
    return {"subject": subject, "question": _question(row), "text": row["text"] or "", "place": stored(row["place"])}


def _question(row: Row) -> str:
    return say(row["message"], stored(row["args"]))


def _where(place: dict[str, object], file: str) -> str:
    words = {"page": _("page"), "sheet": _("sheet"), "table": _("table"), "row": _("row"), "paragraph": _("paragraph")}
    return ", ".join([*(f"{words[name]} {value}" for name, value in place.items() if name in words), file])


def _field(title: str, value: str | None) -> Iterator[str]:
    if value:
        yield f"{title + ':':22} {value}"
