"""A proposal on a terminal: head, table, doubts."""

from __future__ import annotations

from collections.abc import Iterator

from directives.phrases import timing_of
from directives.proposal import Proposal
from workflow.i18n import _
from workflow.terminal import Column, table
from workflow.timing import CYCLE_LABELS, KIND_LABELS, Kind, Timing, show_day


def lines(proposal: Proposal, exclusive: bool) -> Iterator[str]:
    """The proposal for a person: head, table, doubts."""
    head = proposal.head
    blank = _("⚠ left blank")
    yield _("Document: {name}", name=proposal.file_name)
    yield _(
        "Number: {number}    Issued: {issued}    Issuer: {issuer}",
        number=head.number or blank,
        issued=show_day(head.issued) if head.issued else blank,
        issuer=head.issuer or blank,
    )
    if head.subject:
        yield _("Subject: {subject}", subject=head.subject)
    if head.basis:
        cited = (f"{b.number} ({show_day(b.issued)})" if b.issued else b.number for b in head.basis)
        yield _("Based on: {numbers}", numbers="; ".join(cited))
    yield ""
    rows = []
    issued, section = head.issued, None
    for task in proposal.tasks:
        if task.section and task.section != section:
            section = task.section
            rows.append({"banner": f"▌ {section}"})
        due = ""
        if issued:
            due = _due(timing_of(task.timing, issued, proposal.year or issued.year, before_is_exclusive=exclusive))
        rows.append(
            {
                "mark": "⚠" if task.issues else "",
                "no": task.no,
                "text": task.text,
                "lead": "; ".join(task.lead) or "–",
                "coordinating": "; ".join(task.coordinating) or "–",
                "deliverable": task.deliverable or "–",
                "timing": task.timing or "–",
                "due": due,
            }
        )
    columns = (
        Column("mark", ""),
        Column("no", _("No.")),
        Column("text", _("What is to be done"), wide=True),
        Column("lead", _("Lead"), wide=True),
        Column("coordinating", _("Coordinating"), wide=True),
        Column("deliverable", _("Deliverable"), wide=True),
        Column("timing", _("Time as written"), wide=True),
        Column("due", _("Due"), wide=True),
    )
    if rows:
        yield from table(columns, rows)
        yield ""
    yield _("{n} tasks.", n=len(proposal.tasks))
    doubts = [(i, "") for i in proposal.issues] + [(i, t.no) for t in proposal.tasks for i in t.issues]
    if doubts:
        yield _("To look at ({n}):", n=len(doubts))
        for doubt, no in doubts:
            yield "  ⚠ " + " – ".join(filter(None, [no, str(doubt), str(doubt.place)]))


def _due(timing: Timing) -> str:
    if timing.kind is Kind.DEADLINE:
        return ("⚠ " if timing.needs_person else "") + ", ".join(show_day(w.due) for w in timing.windows)
    if timing.kind is Kind.RECURRING and timing.cycle:
        return _(CYCLE_LABELS[timing.cycle])
    if timing.kind is Kind.UNDETERMINED and not timing.words:
        return _("not stated")
    return ("⚠ " if timing.needs_person else "") + _(KIND_LABELS[timing.kind])
