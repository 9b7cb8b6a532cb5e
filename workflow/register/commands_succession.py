"""Commands about succession: plan, apply, undo, list, decide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workflow.i18n import _
from workflow.options import Actor, Code, Json, acting, looking

if TYPE_CHECKING:
    from sqlmodel import Session

    from workflow.register.inheritance import Decisions, Plan
    from workflow.register.steps import Step

succession_app = typer.Typer(
    no_args_is_help=True, help=_("Reorganisations: who takes over what from an agency that ends.")
)

SHOWN = 200  # lines of a plan on a terminal; --sheet and --json hold all

File = Annotated[Path | None, typer.Argument(metavar=_("FILE"), help=_("A table of steps (.xlsx, .csv)."))]
Former = Annotated[str | None, typer.Option("--from", help=_("The agency that ends (code or name)."))]
Heirs = Annotated[list[str] | None, typer.Option("--to", help=_("Its heir; several for a split."))]
On = Annotated[str | None, typer.Option("--on", help=_("The day it takes effect."))]
Basis = Annotated[str | None, typer.Option("--basis", help=_("The document it follows, with number and day."))]
Manner = Annotated[
    str | None,
    typer.Option(
        "--kind", help=_("replaced | merged | split | renamed | transferred (default: merged, several heirs: split).")
    ),
]
Tasks = Annotated[list[str] | None, typer.Option("--task", help=_("A task or directive that passes with a function."))]
Shipped = Annotated[
    str | None, typer.Option("--shipped", help=_("The steps of a register that comes with dondoc: lang-son."))
]
DecisionFile = Annotated[
    Path | None, typer.Option("--decisions", help=_("A filled sheet that `succession plan --sheet` wrote."))
]


def _steps(
    session: Session,
    file: Path | None,
    shipped: str | None,
    former: str | None,
    heirs: list[str] | None,
    on: str | None,
    basis: str | None,
    kind: str | None,
    tasks: list[str] | None,
) -> list[Step]:
    """The steps that a file, a shipped register or the options name."""
    from workflow.errors import BadInput
    from workflow.register import reorganisation, steps
    from workflow.register import shipped as shipping

    if sum(bool(given) for given in (file, shipped, former)) != 1:
        raise BadInput("Name either a file of steps, --shipped, or --from with --to, --on and --basis.")
    if file:
        return steps.read(session, file)
    if shipped:
        return shipping.waiting(session, shipped)
    if not (heirs and on and basis):
        raise BadInput("--from needs --to, --on and --basis.")
    lines = reorganisation.stated(former or "", heirs, on, basis, kind=kind or "", tasks=tasks or ())
    return steps.check(session, lines, _("The options"))


@succession_app.command(
    "plan",
    help=_(
        'Show what a succession would move, and what a person must decide; changes nothing.\n\n\b\nExamples:\n  dondoc succession plan sap-xep.xlsx\n  dondoc succession plan sap-xep.xlsx --sheet quyet-dinh.xlsx\n  dondoc succession plan --from SKHDT --to STC --on 01/3/2025 --basis "Nghị quyết số 04/NQ-HĐND ngày 18/02/2025"'
    ),
)
def plan(
    context: typer.Context,
    file: File = None,
    former: Former = None,
    to: Heirs = None,
    on: On = None,
    basis: Basis = None,
    kind: Manner = None,
    task: Tasks = None,
    shipped: Shipped = None,
    decisions: DecisionFile = None,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", help=_("Write what waits for a decision as a spreadsheet to fill in."))
    ] = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.register import inheritance, showing

    with acting(context.obj, None, "succession") as (session, _how):
        steps = _steps(session, file, shipped, former, to, on, basis, kind, task)
        made = inheritance.plan(session, steps, _decided(session, steps, decisions))
        if sheet and made.undecided:
            _write_sheet(session, made, sheet)
        said = showing.as_json(made) if json_ else list(showing.lines(made, SHOWN))
        session.rollback()
    if json_:
        terminal.say_json(said)
        return
    terminal.say(*said)
    if sheet and not made.undecided:
        terminal.say(_("Nothing waits for a decision; {file} was not written.", file=str(sheet)))
    elif sheet:
        terminal.say(_("Fill in the last column of {file} and apply with --decisions {file}.", file=str(sheet)))


@succession_app.command(
    "apply",
    help=_(
        "Carry a succession out, in one transaction; refused while anything waits for a decision.\n\n\b\nExamples:\n  dondoc succession apply sap-xep.xlsx\n  dondoc succession apply sap-xep.xlsx --decisions quyet-dinh.xlsx"
    ),
)
def apply(
    context: typer.Context,
    file: File = None,
    former: Former = None,
    to: Heirs = None,
    on: On = None,
    basis: Basis = None,
    kind: Manner = None,
    task: Tasks = None,
    shipped: Shipped = None,
    decisions: DecisionFile = None,
    by: Actor = None,
) -> None:
    from workflow import clock, terminal
    from workflow.database import exclusive
    from workflow.errors import Refused
    from workflow.register import handing, showing

    with acting(context.obj, by, "succession") as (session, how):
        exclusive(session, "audit")  # before the register is read: two at once must not end one agency twice
        steps = _steps(session, file, shipped, former, to, on, basis, kind, task)
        if not steps:
            raise Refused("There is no step that is not recorded already.")
        today = clock.local_day(how["at"], context.obj.time_zone)
        decided = _decided(session, steps, decisions)
        batch, made = handing.apply(session, steps, today=today, decisions=decided, progress=terminal.progress, **how)
        told = list(showing.summary(made))
    terminal.say(
        *told,
        "",
        _("Succession {n} is recorded. While nothing has happened since: `dondoc succession undo {n}`.", n=batch),
    )


@succession_app.command(
    "undo",
    help=_(
        "Take a succession back, as long as nothing has happened since.\n\n\b\nExample:\n  dondoc succession undo 3"
    ),
)
def undo(context: typer.Context, number: Annotated[int, typer.Argument(metavar=_("NUMBER"))], by: Actor = None) -> None:
    from workflow import terminal
    from workflow.register import undoing

    with acting(context.obj, by, "succession") as (session, how):
        rows = undoing.undo(session, number, **how)
        line = _("Succession {n} is undone: {rows} steps; everything is owed as before.", n=number, rows=len(rows))
    terminal.say(line)


@succession_app.command("list", help=_("List the successions in the record.\n\n\b\nExample:\n  dondoc succession list"))
def list_(context: typer.Context, json_: Json = False) -> None:
    from workflow import terminal
    from workflow.periods import show_day
    from workflow.register import lineage
    from workflow.register.kinds import say_manner

    with looking(context.obj) as view:
        rows = lineage.successions(view)
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("batch", _("No."), right=True),
        C("day", _("Effective on")),
        C("former", _("Former agency"), wide=True),
        C("kind", _("Manner")),
        C("heir", _("Heir"), wide=True),
        C("duties", _("Open periods"), right=True),
        C("basis", _("Legal basis"), wide=True),
    )
    shown = [
        {
            **row,
            "day": show_day(row["effective_on"]),
            "kind": say_manner(row["kind"]),
            "former": f"{row['former']} ({row['former_code']})",
            "heir": f"{row['heir']} ({row['heir_code']})",
        }
        for row in rows
    ]
    terminal.say(*terminal.table(columns, shown))


@succession_app.command(
    "decide",
    help=_(
        "Say which heir owes a task whose lead agency ended and was split.\n\n\b\nExample:\n  dondoc succession decide KH153-II.6 LS.05986"
    ),
)
def decide(
    context: typer.Context,
    code: Code,
    heir: Annotated[str, typer.Argument(metavar=_("HEIR"))],
    former: Former = None,
    by: Actor = None,
) -> None:
    from workflow import clock, terminal
    from workflow.agency import known_agency
    from workflow.register import deciding
    from workflow.task import find_task

    with acting(context.obj, by, "succession") as (session, how):
        task, taker = find_task(session, code), known_agency(session, heir)
        ended = known_agency(session, former) if former else None
        today = clock.local_day(how["at"], context.obj.time_zone)
        moved = deciding.decide(session, task, taker, ended, today=today, **how)
        line = _("{code} is owed by {name} now; {n} open periods passed.", code=task.code, name=taker.name, n=moved)
    terminal.say(line)


def _decided(session: Session, steps: list[Step], file: Path | None) -> Decisions:
    """What a filled sheet says; nothing without one."""
    from workflow.register import reorganisation, sheets

    if file is None:
        return {}
    lines = sheets.read(file, reorganisation.SHEET, ("code", "former", "heir"))
    return reorganisation.decided(session, steps, lines, file.name)


def _write_sheet(session: Session, made: Plan, file: Path) -> None:
    from workflow.register import reorganisation, sheets, showing

    sheets.write(file, reorganisation.SHEET, showing.to_decide(session, made), _("To decide"))


app = typer.Typer()
app.add_typer(succession_app, name="succession")
