"""Commands that ask the history: what happened, whether it is whole, its head."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from workflow.i18n import _
from workflow.options import Json, looking, opened

audit_app = typer.Typer(no_args_is_help=True, help=_("The history: what happened, and that nobody bent it."))


@audit_app.command(
    "show",
    help=_(
        "Show what happened to a task, a directive, an agency or a person; without one the newest entries.\n\n\b\nExamples:\n  dondoc audit show KH88-II.3\n  dondoc audit show --last 20\n  dondoc audit show KH88 --json"
    ),
)
def show(
    context: typer.Context,
    subject: Annotated[
        str | None, typer.Argument(metavar=_("SUBJECT"), help=_("Code of a task, directive or agency, or a person."))
    ] = None,
    last: Annotated[int, typer.Option("--last", help=_("How many at most."), min=1, max=1_000_000)] = 200,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.history import entries

    with looking(context.obj) as view:
        rows = entries.about(view, subject, last)
    if json_:
        terminal.say_json(rows)
        return
    zone = ZoneInfo(context.obj.time_zone)
    terminal.say(*(line for row in rows for line in entries.lines(row, zone)), "", _("{n} in the list.", n=len(rows)))


@audit_app.command(
    "verify",
    help=_(
        "Look whether the history is whole and every state is what it tells; the exit code tells.\n\n\b\nExamples:\n  dondoc audit verify\n  dondoc audit verify --anchor 1234-0f3a9c1d2e4b5a697887"
    ),
)
def verify(
    context: typer.Context,
    anchor: Annotated[
        list[str] | None,
        typer.Option("--anchor", help=_("A head that a report or a letter carries; may be given several times.")),
    ] = None,
    json_: Json = False,
) -> None:
    from itertools import islice

    from workflow import audit, terminal
    from workflow.database import exclusive
    from workflow.history import chain, entries, replay

    with opened(context.obj) as database, database.transaction() as session:
        exclusive(session, "audit")  # nobody acts between reading the entries and reading the rows
        fault = chain.first_fault(session, anchor or ())
        bent = list(islice(replay.differences(session), 20))
        number, hash_ = audit.newest(session)
    if json_:
        terminal.say_json(
            {
                "whole": not fault and not bent,
                "fault": fault and {"kind": fault.kind, "entry": fault.entry, "words": str(fault)},
                "differences": [{"period": one.label, "words": one.words} for one in bent],
                "head": entries.anchor(number, hash_),
            }
        )
    else:
        terminal.say(
            f"✗ {fault}" if fault else _("✓ The chain is whole: {n} entries.", n=number),
            *(f"✗ {one.label}: {one.words}" for one in bent),
            *(() if bent else (_("✓ Every state is what its history tells."),)),
        )
    if fault or bent:
        raise typer.Exit(1)


@audit_app.command(
    "head",
    help=_(
        "Print the head of the history, to be kept where nobody can change it.\n\n\b\nExample:\n  dondoc audit head"
    ),
)
def head(context: typer.Context, json_: Json = False) -> None:
    from workflow import terminal
    from workflow.history import entries

    with looking(context.obj) as view:
        found = entries.head(view)
    terminal.say_json(found) if json_ else terminal.say(f"{found['anchor']}", f"{found['hash']}")


app = typer.Typer()
app.add_typer(audit_app, name="audit")
