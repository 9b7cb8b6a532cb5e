"""The steps of a reorganisation as an office lists them: who is succeeded by whom, how, from which day, on which basis."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session, select

from workflow.agency import Agency
from workflow.directive import Directive
from workflow.i18n import N_, _
from workflow.names import fold, printable
from workflow.periods import show_day
from workflow.register import sheets
from workflow.register.kinds import MANNER_LABELS, Kind, Manner
from workflow.register.sheets import Faults, Line
from workflow.register.succession import BASIS, in_force
from workflow.register.wording import words_of
from workflow.task import Task

TITLES = {
    "former": N_("Former agency"),
    "kind": N_("Manner"),
    "heir": N_("Heir"),
    "on": N_("Effective on"),
    "basis": N_("Legal basis"),
    "tasks": N_("Tasks"),
    "note": N_("Note"),
}
REST = "*"


@dataclass(frozen=True)
class Step:
    """One heir of one agency. `tasks` names what it takes over of a split or a transferred function: codes of tasks or directives."""

    line: int
    kind: Manner
    former: Agency
    heir: Agency
    on: date
    basis: str
    tasks: tuple[str, ...] = ()
    note: str = ""

    def takes(self, task: str, directive: str) -> bool:
        """Whether it names this task, or the directive that gives it."""
        return task in self.tasks or directive in self.tasks


@dataclass
class _Row:
    """One line on its way to a step."""

    line: Line
    former: Agency | None = None
    heir: Agency | None = None
    kind: Manner | None = None
    on: date | None = None
    tasks: tuple[str, ...] = ()

    def key(self) -> tuple[int, int, str]:
        """What tells it from other rows: former agency, heir, manner."""
        ids = [agency.id or 0 if agency else 0 for agency in (self.former, self.heir)]
        return ids[0], ids[1], self.kind or ""


@dataclass
class _Known:
    """What the lines may name."""

    agencies: list[Agency]
    tasks: set[str]
    directives: set[str]
    by_code: dict[str, Agency] = field(init=False)
    by_name: dict[str, list[Agency]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_code = {a.code.upper(): a for a in self.agencies}
        self.by_name = defaultdict(list)
        for agency in self.agencies:
            self.by_name[agency.folded].append(agency)


def read(session: Session, path: Path) -> list[Step]:
    """The steps of a table (.xlsx, .csv) in the order in which they take effect; raises BadInput with every fault by row."""
    return check(session, lines(path), path.name)


def lines(path: Path) -> list[Line]:
    """The rows of a table of steps, unchecked; raises BadInput where a column lacks."""
    return sheets.read(path, TITLES, ("former", "kind", "heir", "on", "basis"))


def check(
    session: Session,
    lines: Iterable[Line],
    name: str,
    *,
    skip: Container[tuple[int, int, str]] = frozenset(),
    form: bool = False,
) -> list[Step]:
    """Turn lines into steps; raises BadInput where one breaks a rule of succession.

    `skip` holds what is recorded already, as (former agency, heir, manner); of a `form` faults name no rows.
    """
    faults = Faults(name, TITLES, form=form)
    lines = list(lines)
    named = any(line.cells.get("tasks") for line in lines)
    codes = [set(session.exec(select(kind.code))) if named else set() for kind in (Task, Directive)]
    known = _Known(list(session.exec(select(Agency).where(Agency.kind != Kind.COLLECTIVE))), *codes)
    rows = [row for row in (_row(line, known, faults) for line in lines) if row.key() not in skip]
    _check_heirs(rows, faults)
    _check_living(session, rows, faults)
    _check_once(session, rows, faults)
    _check_cycles(session, rows, faults)
    _check_tasks(rows, known, faults)
    faults.settle()
    steps = [
        Step(
            row.line.number,
            row.kind,
            row.former,
            row.heir,
            row.on,
            printable(row.line.cells["basis"]),
            row.tasks,
            printable(row.line.cells.get("note", "")),
        )
        for row in rows
        if row.former and row.heir and row.kind and row.on
    ]
    return sorted(steps, key=lambda step: (step.on, step.kind is not Manner.TRANSFERRED, step.line))


def _row(line: Line, known: _Known, faults: Faults) -> _Row:
    row = _Row(line, on=faults.day(line, "on"))
    if not line.cells.get("on"):
        faults.add(line, "on", _("is empty"))
    said = fold(line.cells["kind"])
    row.kind = next(
        (k for k, label in MANNER_LABELS.items() if said and said in (fold(_(label)), fold(label), fold(k))), None
    )
    if row.kind is None:
        known_kinds = ", ".join(_(label) for label in MANNER_LABELS.values())
        faults.add(line, "kind", _("“{value}” is none of: {known}.", value=line.cells["kind"], known=known_kinds))
    eve = row.on - timedelta(days=1) if row.on else None
    row.former = _agency(line, "former", eve, known, faults)
    row.heir = _agency(line, "heir", row.on, known, faults)
    if not BASIS.search(line.cells["basis"]):
        told = _(
            "“{value}” is no known legal basis: name the document's number and day, such as “Nghị quyết số 1672/NQ-UBTVQH15 ngày 16/6/2025”",
            value=printable(line.cells["basis"]),
        )
        faults.add(line, "basis", told)
    parts = (printable(part).upper() for part in line.cells.get("tasks", "").replace(",", ";").split(";"))
    row.tasks = tuple(part for part in parts if part)
    return row


def _agency(line: Line, column: str, day: date | None, known: _Known, faults: Faults) -> Agency | None:
    """The agency of a code, or the only one of a name that exists on the day."""
    words = line.cells[column]
    coded = known.by_code.get(words.upper())
    if coded:
        return coded
    named = [a for a in known.by_name.get(fold(words), []) if words.isascii() or words_of(a.name) == words_of(words)]
    named = named if words else []
    living = [a for a in named if day and a.valid_on(day)] or named
    if len(living) == 1:
        return living[0]
    if living:
        codes = ", ".join(a.code for a in living)
        faults.add(line, column, _("several agencies are called “{words}”: {codes}", words=words, codes=codes))
    else:
        faults.add(line, column, _("no agency is known as “{words}”", words=printable(words)))
    return None


def _check_heirs(rows: list[_Row], faults: Faults) -> None:
    """The heir exists on the day, and the former agency until the day before."""
    for row in rows:
        if not (row.former and row.heir and row.on and row.kind):
            continue
        if row.former is row.heir:
            faults.add(row.line, "heir", _("an agency cannot succeed itself"))
        if not row.heir.valid_on(row.on):
            begins, ends = row.heir.valid_from, row.heir.valid_to
            told = (
                _("{name} ended on {day}, before it would begin here", name=row.heir.name, day=show_day(ends))
                if ends and ends < row.on
                else _("{name} exists only from {day} on", name=row.heir.name, day=show_day(begins or row.on))
            )
            faults.add(row.line, "heir", told)
        eve, until = row.on - timedelta(days=1), row.former.valid_to
        if (row.former.valid_from or date.min) > eve:
            faults.add(row.line, "former", _("{name} does not exist before that day", name=row.former.name))
        elif until and (until < eve or (until > eve and row.kind is not Manner.TRANSFERRED)):
            faults.add(
                row.line,
                "on",
                _("by the register {name} exists until {day}", name=row.former.name, day=show_day(until)),
            )


def _check_living(session: Session, rows: list[_Row], faults: Faults) -> None:
    """No heir has itself ended by then, nor, for steps that are entered late, since: somebody must owe it today."""
    ends = {s.former_id: (s.effective_on, _("the record")) for s in in_force(session) if s.kind != Manner.TRANSFERRED}
    for row in rows:
        if row.former and row.on and row.kind is not Manner.TRANSFERRED:
            ends.setdefault(row.former.id or 0, (row.on, _("row {n}", n=row.line.number)))
    recorded = {s.former_id for s in in_force(session)}
    for row in rows:
        ended = ends.get(row.heir.id or 0) if row.heir else None
        if (
            ended
            and row.heir
            and row.on
            and (ended[0] <= row.on or row.heir.id in recorded)
            and row.heir is not row.former
        ):
            told = _(
                "{name} itself ended on {day} ({where}); name who stands in its place",
                name=row.heir.name,
                day=show_day(ended[0] - timedelta(days=1)),
                where=ended[1],
            )
            faults.add(row.line, "heir", told)


def _check_once(session: Session, rows: list[_Row], faults: Faults) -> None:
    """One end for each agency: one heir for merged, replaced and renamed, two or more for split, all on one day."""
    ended = {s.former_id: s for s in in_force(session) if s.kind != Manner.TRANSFERRED}
    by_former: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        if row.former and row.kind and row.kind is not Manner.TRANSFERRED:
            by_former[row.former.id or 0].append(row)
    for former_id, group in by_former.items():
        first = group[0]
        if former_id in ended:
            day = show_day(ended[former_id].effective_on)
            faults.add(first.line, "former", _("its succession is recorded already, from {day} on", day=day))
        for row in group[1:]:
            if row.on != first.on or row.kind is not first.kind:
                faults.add(row.line, "former", _("row {n} says otherwise how or when it ended", n=first.line.number))
            elif row.heir is first.heir or any(
                row.heir is other.heir for other in group if other.line.number < row.line.number
            ):
                faults.add(row.line, "heir", _("the same heir stands in an earlier row"))
            elif first.kind is not Manner.SPLIT:
                faults.add(
                    row.line,
                    "heir",
                    _("merged, replaced and renamed have exactly one heir; row {n} names another", n=first.line.number),
                )
        if first.kind is Manner.SPLIT and len({row.heir.id for row in group if row.heir}) < 2:
            faults.add(first.line, "heir", _("a split has two heirs or more"))


def _check_cycles(session: Session, rows: list[_Row], faults: Faults) -> None:
    """Nobody inherits from its own heirs."""
    after: dict[int, set[int]] = defaultdict(set)
    for one in in_force(session):
        if one.kind != Manner.TRANSFERRED:
            after[one.former_id].add(one.heir_id)
    for row in rows:
        if row.former and row.heir and row.kind is not Manner.TRANSFERRED:
            after[row.former.id or 0].add(row.heir.id or 0)
    for row in rows:
        if row.former and row.heir and row.kind is not Manner.TRANSFERRED and row.former is not row.heir:
            seen, waiting = set(), [row.heir.id or 0]
            while waiting:
                at = waiting.pop()
                if at not in seen:
                    seen.add(at)
                    waiting += after[at]
            if row.former.id in seen:
                faults.add(row.line, "heir", _("{name} would inherit from its own heir", name=row.former.name))


def _check_tasks(rows: list[_Row], known: _Known, faults: Faults) -> None:
    """What the heirs of a split or a transfer take over is known, and nobody takes what another takes."""
    taken: dict[tuple[int, str], int] = {}
    for row in rows:
        if row.tasks and row.kind not in (Manner.SPLIT, Manner.TRANSFERRED, None):
            faults.add(
                row.line,
                "tasks",
                _("only the heirs of a split or of a function name their tasks; here everything passes"),
            )
        for code in row.tasks:
            if code != REST and code not in known.tasks and code not in known.directives:
                faults.add(row.line, "tasks", _("there is no task and no directive {code}", code=code))
            elif row.former:
                earlier = taken.setdefault((row.former.id or 0, code), row.line.number)
                if earlier != row.line.number:
                    faults.add(row.line, "tasks", _("row {n} takes {code} already", n=earlier, code=code))
