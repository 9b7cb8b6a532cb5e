"""A reorganisation as somebody states it, in options, a form, a table or from a program; what was decided of it; carrying it out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlmodel import Session

from workflow.audit import By
from workflow.errors import Refused
from workflow.i18n import N_, _
from workflow.names import fold, printable
from workflow.periods import show_day
from workflow.register import handing, inheritance
from workflow.register.inheritance import Decisions, Plan
from workflow.register.kinds import Manner
from workflow.register.sheets import Faults, Line
from workflow.register.steps import Step

# The table of what a person decides: what waits, of whom, and which heir takes it.
SHEET = {
    "code": N_("Task"),
    "former": N_("Former agency"),
    "text": N_("What is to be done"),
    "heirs": N_("Possible heirs"),
    "heir": N_("Given to"),
}


def stated(
    former: str, heirs: Sequence[str], on: str, basis: str, *, kind: str = "", tasks: Sequence[str] = ()
) -> list[Line]:
    """The rows of one agency that ends, one for each heir; without a manner one heir means merged and several mean split."""
    manner = kind or (Manner.SPLIT if len(heirs) > 1 else Manner.MERGED)
    cells = {"former": former, "kind": manner, "on": on, "basis": basis, "tasks": "; ".join(tasks)}
    return [Line(n, {**cells, "heir": heir}) for n, heir in enumerate(heirs, 1)]


def decided(session: Session, steps: list[Step], lines: Iterable[Line], name: str) -> Decisions:
    """What rows of a `SHEET` say; raises BadInput where an heir is none of the former agency's, or nothing waits for the decision."""
    found: Decisions = {}
    lines = list(lines)
    if not lines:
        return found
    faults = Faults(name, SHEET)
    waiting = inheritance.plan(session, steps).waiting()
    for line in lines:
        code, said = line.cells["code"].upper(), line.cells["heir"]
        own = _of(steps, line.cells["former"])
        heirs = [step.heir for step in own]
        forms = {h.code: (h.code.upper(), f"{h.code} {h.name}".upper()) for h in heirs}
        meant = [h for h in heirs if said.upper() in forms[h.code] or fold(said) == fold(h.name)]
        if not own:
            faults.add(
                line, "former", _("no agency is known as “{words}”", words=printable(line.cells["former"])[:100])
            )
        elif said and not meant:
            told = ", ".join(h.code for h in heirs)
            faults.add(line, "heir", _("“{value}” is none of: {known}.", value=printable(said)[:100], known=told))
        elif meant:
            former = own[0].former.code
            if (former, code) not in waiting:
                told = _("{code} of {former} waits for no decision", code=printable(code)[:100], former=former)
                faults.add(line, "code", told)
            elif found.setdefault((former, code), meant[0].code) != meant[0].code:
                faults.add(line, "heir", _("an earlier row gives {code} to another", code=code))
    faults.settle()
    return found


def _of(steps: list[Step], words: str) -> list[Step]:
    """The steps of the agency that is named by its code, its code and name, or its name."""
    code = words.split(" ", maxsplit=1)[0].upper()
    coded = [step for step in steps if step.former.code.upper() == code]
    named = [step for step in steps if words and fold(words) == fold(step.former.name)]
    return coded or [step for step in named if step.former is named[0].former]


def carry_out(
    session: Session, steps: list[Step], decisions: Decisions, *, today: date, by: By, at: datetime
) -> tuple[int, Plan]:
    """Apply the steps for somebody who has no command line before them: what is refused is said without naming commands."""
    late = max((step.on for step in steps), default=today)
    if late > today:
        raise Refused("This takes effect on {day}; it can be carried out from that day on.", day=show_day(late))
    if undecided := inheritance.plan(session, steps, decisions).waiting():
        raise Refused(
            "{n} things wait for a decision: say for each which heir takes it. The first: {codes}.",
            n=len(undecided),
            codes=", ".join(f"{code} ({former})" for former, code in undecided[:5]),
        )
    return handing.apply(session, steps, today=today, by=by, at=at, decisions=decisions)
