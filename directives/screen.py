"""A proposal on a terminal: head, table, doubts."""

from __future__ import annotations

from collections.abc import Iterator

from directives.phrases import timing_of
from directives.proposal import CLEAR, Proposal
from workflow.i18n import _
from workflow.periods import show_day
from workflow.terminal import Column, table
from workflow.timing import CYCLE_LABELS, KIND_LABELS, Kind, Timing


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
    if head.amends:
        yield _("Changes: {document}", document=head.amends.words)
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
    yield from _clarity(proposal)
    doubts = [(i, "") for i in proposal.issues] + [(i, t.no) for t in proposal.tasks for i in t.issues]
    if doubts:
        yield _("To look at ({n}):", n=len(doubts))
        for doubt, no in doubts:
            yield "  ⚠ " + " – ".join(filter(None, [no, str(doubt), str(doubt.place)]))


def _clarity(proposal: Proposal) -> Iterator[str]:
    """The "6 rõ": what the document leaves open, for the drafter."""
    lacking: dict[str, list[str]] = {}
    for task in proposal.tasks:
        for key in task.unclear():
            lacking.setdefault(key, []).append(task.no)
    if lacking:
        yield _("Left open by the document (“6 rõ”):")
        for key, label in CLEAR.items():
            if key in lacking:
                yield "  " + _(
                    "{what}: {n} tasks ({numbers})", what=_(label), n=len(lacking[key]), numbers=_few(lacking[key])
                )


def _few(numbers: list[str]) -> str:
    return ", ".join(numbers[:12]) + (" …" if len(numbers) > 12 else "")


def _due(timing: Timing) -> str:
    if timing.windows and not timing.rules:
        return ("⚠ " if timing.needs_person else "") + ", ".join(show_day(w.due) for w in timing.windows)
    if timing.cycle:
        return ("⚠ " if timing.needs_person else "") + _(CYCLE_LABELS[timing.cycle])
    if timing.kind is Kind.UNDETERMINED and not timing.words:
        return _("not stated")
    return ("⚠ " if timing.needs_person else "") + _(KIND_LABELS[timing.kind])
