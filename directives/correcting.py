"""Corrections of a proposal by the person who enters it: each changes the proposal only and keeps what was said for the record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from directives import extract
from directives.agencies import split
from directives.document import Place, clean
from directives.importing import decided_timing
from directives.phrases import timing_of
from directives.proposal import Decision, Issue, Letterhead, Proposal, TaskProposal
from workflow.audit_words import FIELD_LABELS
from workflow.errors import BadInput, NotFound
from workflow.i18n import _
from workflow.names import printable
from workflow.timing import Timing

FIELDS = ("text", "lead", "coordinating", "deliverable", "timing")
LISTED = ("lead", "coordinating")  # several, divided by ";"
NUMBER = re.compile(r"[\w.()-]{1,40}")  # what can stand in the code of a task, and so in an address
NOBODY = "Nobody is named to lead."


def value(task: TaskProposal, name: str) -> str:
    """A field of a task as a person types it."""
    return "; ".join(getattr(task, name)) if name in LISTED else getattr(task, name) or ""


def understood(proposal: Proposal, task: TaskProposal, exclusive: bool) -> Timing | None:
    """How the time of a task is read; None where the day of issue is not known."""
    issued = proposal.head.issued
    if not issued:
        return None
    if task.decision:
        return decided_timing(task.decision, issued, proposal.year or issued.year, exclusive)
    return timing_of(task.timing, issued, proposal.year or issued.year, before_is_exclusive=exclusive)


def correct(proposal: Proposal, task: TaskProposal, name: str, said: str) -> None:
    """Put what a person says in place of a field; doubts that its words raised are raised afresh, what is settled says why."""
    label, before, own = _(FIELD_LABELS[name]), value(task, name), list(_own_doubts(proposal, task))
    said = clean(said)
    found = [one for part in said.split(";") for one in split(part)] if name in LISTED else said
    setattr(task, name, (found or None) if name in ("deliverable", "timing") else found)
    if name == "timing":
        _reopen(proposal, task)
    _renew(proposal, task, own, f"{label}: {before or '–'} → {said or '–'}")


def confirm(proposal: Proposal, task: TaskProposal, exclusive: bool) -> None:
    """Settle the doubts of a task that is right as it stands, and with them the days that its doubtful time was read as.

    What nobody can follow up stays in doubt: that nobody leads it, and a time that gives no day.
    """
    said = _("Checked against the document.")
    if not task.decision and _gives_days(proposal, task, exclusive):
        task.decision = Decision(task.timing or "", said, as_read=True)
    timely = [] if task.decision else extract.of_timing(task, proposal.head)
    _settle(
        task, said, [found for found in task.issues if found not in timely and (task.lead or found.message != NOBODY)]
    )


def decide(proposal: Proposal, task: TaskProposal, words: str, reason: str, exclusive: bool) -> Timing:
    """Let a person say when a task is due, and on what ground; the document's words stay. Raises BadInput for no time at all."""
    decision, issued = Decision(clean(words), clean(reason)), proposal.head.issued
    if not decision.reason:
        raise BadInput("Say on what ground the deadline is decided.")
    if not issued:
        raise BadInput("The document has no day of issue; give it with --issued.")
    timing = decided_timing(decision, issued, proposal.year or issued.year, exclusive)
    task.decision = decision
    _settle(task, decision.reason, extract.of_timing(task, proposal.head))
    return timing


def undecide(proposal: Proposal, task: TaskProposal) -> None:
    """Take a decided deadline back: the document's words count again, with their doubts."""
    task.issues += [found for found in _reopen(proposal, task) if found not in task.issues]


@dataclass(frozen=True)
class Said:
    """What a person says of one task at once: fields anew (those of a form or of a program, by name), a deadline with its ground, that
    it is right as it stands, or that it is no task.
    """

    fields: Mapping[str, str]
    due: str | None = None  # "": a deadline that was decided is taken back
    reason: str = ""
    confirmed: bool = False
    left_out: bool = False


def at(proposal: Proposal, index: int) -> TaskProposal:
    """The task of a number, counted from 1; raises NotFound."""
    return _nth(proposal.tasks, index)


def left(proposal: Proposal, index: int) -> TaskProposal:
    """The row of a number among those that were left out, counted from 1; raises NotFound."""
    return _nth(proposal.left_out, index)


def _nth(tasks: list[TaskProposal], index: int) -> TaskProposal:
    if not 1 <= index <= len(tasks):
        raise NotFound("The document has no task {n}.", n=index)
    return tasks[index - 1]


def revise(proposal: Proposal, index: int, said: Said, exclusive: bool) -> TaskProposal:
    """Carry out what is said of the task of a number (0: one that the reader missed); raises BadInput where it cannot be."""
    fields = {name: clean(words) for name, words in said.fields.items()}
    if not all(fields.get(name, "-" if index else "") for name in ("no", "text")):
        raise BadInput("A task needs a number and what is to be done.")
    if not NUMBER.fullmatch(fields.get("no", "1")) and not (index and fields["no"] == at(proposal, index).no):
        raise BadInput(
            "“{no}” is no number of a task: letters, digits, dots, hyphens and brackets.", no=printable(fields["no"])
        )
    task = at(proposal, index) if index else TaskProposal(fields["no"], fields["text"])
    if not index:
        task.issues = list(_own_doubts(proposal, task))
        proposal.tasks.append(task)
    for name, words in fields.items():
        if words != value(task, name):
            correct(proposal, task, name, words)
    before = task.decision if task.decision and not task.decision.as_read else None
    if said.due is not None and (clean(said.due), clean(said.reason)) != (
        (before.words, before.reason) if before else ("", "")
    ):
        if clean(said.due):
            decide(proposal, task, said.due, said.reason, exclusive)
        elif before:
            undecide(proposal, task)
    if said.confirmed:
        confirm(proposal, task, exclusive)
    if said.left_out:
        leave_out(proposal, task)
    return task


def leave_out(proposal: Proposal, task: TaskProposal) -> None:
    """Say that a row is no task."""
    proposal.tasks.remove(task)
    proposal.left_out.append(task)


def take_back(proposal: Proposal, task: TaskProposal) -> None:
    """Say that a row that was left out is a task after all; it stands again where it stands in the document."""
    proposal.left_out.remove(task)
    later = (n for n, other in enumerate(proposal.tasks) if _order(other.place) > _order(task.place))
    proposal.tasks.insert(next(later, len(proposal.tasks)), task)


def complete(
    proposal: Proposal, number: str | None = None, issued: date | None = None, issuer: str = "", subject: str = ""
) -> None:
    """Say what the head of the document leaves blank or was misread; what hung on it is doubted afresh."""
    head = proposal.head
    before = [(task, list(_own_doubts(proposal, task))) for task in proposal.tasks]
    head.number, head.issued = number or head.number, issued or head.issued
    head.issuer, head.subject = issuer or head.issuer, subject or head.subject
    supplied = [found for found in extract.of_head(Letterhead()) if found not in extract.of_head(head)]
    proposal.issues = [found for found in proposal.issues if found not in supplied]
    for task, own in before:
        _renew(proposal, task, own, _("The head of the document was completed."))


def _order(place: Place) -> tuple[int, ...]:
    return tuple(n or 0 for n in (place.page, place.table, place.row, place.paragraph))


def _own_doubts(proposal: Proposal, task: TaskProposal) -> Iterator[Issue]:
    """What the fields of a task leave in doubt among the others."""
    yield from extract.doubts(task, proposal.head)
    if Counter(other.no for other in proposal.tasks)[task.no] > 1:
        yield extract.repeated(task)


def _renew(proposal: Proposal, task: TaskProposal, own: list[Issue], said: str) -> None:
    """Put the doubts that the fields of a task raise now in place of those that they raised (`own`)."""
    still = list(_own_doubts(proposal, task))
    answered = {found for found, _said in task.settled}
    task.settled += [(found, said) for found in task.issues if found in own and found not in still]
    kept = [found for found in task.issues if found not in own]
    task.issues = kept + [found for found in still if found not in answered]


def _gives_days(proposal: Proposal, task: TaskProposal, exclusive: bool) -> bool:
    """Whether the doubtful time of a task was read as days that can still be its deadline."""
    timing, issued = understood(proposal, task, exclusive), proposal.head.issued or date.max
    return bool(timing and timing.needs_person and (timing.rules or any(w.due >= issued for w in timing.windows)))


def _reopen(proposal: Proposal, task: TaskProposal) -> list[Issue]:
    """Forget what was decided about the time of a task; returns what is to be looked at in it."""
    task.decision = None
    doubted = extract.of_timing(task, proposal.head)
    task.settled = [(found, said) for found, said in task.settled if found not in doubted]
    return doubted


def _settle(task: TaskProposal, said: str, doubts: list[Issue]) -> None:
    task.settled += [(found, said) for found in task.issues if found in doubts]
    task.issues = [found for found in task.issues if found not in doubts]
