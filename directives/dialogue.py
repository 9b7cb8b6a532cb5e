"""Talking with the person who enters a document: doubts one by one, unknown agencies, changes of what is recorded.

Every answer changes the proposal only; the record is written afterwards, as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from directives import correcting
from directives.amending import Change, Sort
from directives.correcting import FIELDS, LISTED
from directives.proposal import Proposal, TaskProposal
from workflow import terminal
from workflow.audit_words import FIELD_LABELS
from workflow.errors import Problem, Refused
from workflow.i18n import N_, _


def settle(proposal: Proposal, exclusive: bool) -> None:
    """Go through the tasks that have doubts, one at a time; what is left for later stays an open question."""
    doubtful = [task for task in proposal.tasks if task.issues]
    doubts = sum(len(task.issues) for task in doubtful)
    if not doubtful or not terminal.confirm(
        _("{n} points in {tasks} tasks are to be looked at. Go through them now?", n=doubts, tasks=len(doubtful))
    ):
        return
    for number, task in enumerate(doubtful, 1):
        terminal.say("", f"[{number}/{len(doubtful)}]")
        if not _settle(proposal, task, exclusive):
            return


def _settle(proposal: Proposal, task: TaskProposal, exclusive: bool) -> bool:
    """Ask about one task until its doubts are answered or left; False to ask no more."""
    edits = [_("Correct “{field}”", field=_label(name)) for name in FIELDS]
    options = [
        _("It is right as it stands"),
        *edits,
        _("Decide the deadline"),
        _("It is no task: leave it out"),
        _("Leave all the rest for later"),
    ]
    while task.issues:
        terminal.say(*_card(proposal, task, exclusive))
        taken = terminal.choose(options, _("leave this one for later"))
        if taken == 0:
            return True
        if taken == 1:
            correcting.confirm(proposal, task, exclusive)
            return True
        if taken <= 1 + len(FIELDS):
            _correct(proposal, task, FIELDS[taken - 2])
        elif taken == len(options) - 2:
            _decide(proposal, task, exclusive)
        elif taken == len(options) - 1:
            correcting.leave_out(proposal, task)
            return True
        else:
            return False
    return True


def _card(proposal: Proposal, task: TaskProposal, exclusive: bool) -> Iterator[str]:
    yield f"{task.no}  {task.text}"
    for name in ("lead", "coordinating", "deliverable"):
        yield f"   {_label(name)}: {correcting.value(task, name) or '–'}"
    understood = correcting.understood(proposal, task, exclusive)
    yield f"   {_label('timing')}: {task.timing or '–'}" + (f" → {understood.explain()}" if understood else "")
    for found in task.issues:
        yield "   ⚠ " + " – ".join(filter(None, [str(found), str(found.place)]))


def _label(name: str) -> str:
    return _(FIELD_LABELS[name])


def _correct(proposal: Proposal, task: TaskProposal, name: str) -> None:
    """Let the person type a field anew; doubts that its words raised are raised afresh."""
    hint = _("several divided by “;”") if name in LISTED else _("Enter leaves it as it is")
    said = terminal.ask(f"   {_label(name)} ({hint})").strip()
    if said:
        correcting.correct(proposal, task, name, said)


def _decide(proposal: Proposal, task: TaskProposal, exclusive: bool) -> None:
    """Let the person say when it is due, and on what ground; the document's words stay."""
    words = terminal.ask("   " + _("Deadline, such as 15/12/2025 or “Hằng quý”"))
    reason = terminal.ask("   " + _("Reason, or the document it follows")) if words else ""
    if not words or not reason:
        return
    try:
        timing = correcting.decide(proposal, task, words, reason, exclusive)
    except Problem as problem:
        terminal.say(f"   ⚠ {problem}")
        return
    terminal.say(f"   {timing.explain()}")


def introduce(unknown: dict[str, list[str]]) -> dict[str, str | None]:
    """Ask of each unknown name which agency it means; None stands for a new one. Raises Refused where the person declines.

    `unknown` maps a name to the agencies of the register that are written alike, likest first.
    """
    meant: dict[str, str | None] = {}
    for name, near in unknown.items():
        meant[name] = None
        if near:
            terminal.say("", _("“{name}” is not certain. Is it one of these?", name=name))
            taken = terminal.choose(near, _("no, a new agency"))
            meant[name] = near[taken - 1] if taken else None
    new = [name for name, agency in meant.items() if agency is None]
    if new:
        terminal.say(_("Not in the register yet: {names}.", names="; ".join(new)))
        if not terminal.confirm(_("Enter these {n} agencies?", n=len(new))):
            raise Refused("Nothing was recorded. Enter the agencies with `dondoc agencies add`, or agree to it here.")
    return meant


SORT_LABELS = {
    Sort.ADDED: N_("New"),
    Sort.CHANGED: N_("Changed"),
    Sort.GONE: N_("No longer in the document (it stays open until a person cancels it)"),
}


def show(change: Change) -> Iterator[str]:
    """A change of the record for a person."""
    proposed = change.proposed
    sort = _(SORT_LABELS[change.sort])
    yield f"{sort}: {change.code or change.no}  {change.text}"
    for name, before, after in change.differences:
        yield f"   {_label(name)}: {before or '–'} → {after or '–'}"
    if change.sort is Sort.ADDED and proposed:
        for name, value in (("lead", "; ".join(proposed.lead)), ("timing", proposed.timing)):
            yield f"   {_label(name)}: {value or '–'}"
    for found in proposed.issues if proposed else ():
        yield f"   ⚠ {found}"


def agree(changes: list[Change]) -> list[Change]:
    """Ask about each change; returns those that the person agrees to. Raises Refused where the person stops."""
    agreed = []
    for number, change in enumerate(changes, 1):
        terminal.say("", f"[{number}/{len(changes)}]", *show(change))
        options = [_("Take it over"), _("Take over this and all that follow"), _("Stop and record nothing")]
        taken = terminal.choose(options, _("leave the record as it is"))
        if taken == 1:
            agreed.append(change)
        elif taken == 2:
            return agreed + changes[number - 1 :]
        elif taken == 3:
            raise Refused("Nothing was recorded.")
    return agreed
