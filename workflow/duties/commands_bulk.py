"""Commands that act on many tasks at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workflow.errors import BadInput, Refused
from workflow.i18n import _
from workflow.options import Actor, Grounds, Json, Reason, acting, looking

app = typer.Typer()
bulk_app = typer.Typer(no_args_is_help=True, help=_("Confirm, return, extend or hand on many at once."))
Codes = Annotated[list[str] | None, typer.Argument(metavar=_("TASK…"), help=_("Codes of tasks."))]
From = Annotated[Path | None, typer.Option("--from", help=_("A sheet (.xlsx, .csv) with one line for each."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Do everything but record nothing."))]
To = Annotated[str, typer.Option("--to", help=_("The new day, or the agency; a line of the sheet may say another."))]


def _bulk(
    context: typer.Context,
    act: str,
    codes: list[str] | None,
    sheet: Path | None,
    common: dict[str, str],
    by: str | None,
    dry_run: bool,
    json_: bool,
) -> None:
    """Do one act on every line and say what was done and what was not; exit code 1 if anything was not."""
    from workflow import terminal
    from workflow.clock import local_day
    from workflow.duties import bulk
    from workflow.register import sheets

    if bool(codes) == bool(sheet):
        raise BadInput("Name the tasks, or a sheet with --from.")
    lines = sheets.read(sheet, bulk.TITLES, ("code",)) if sheet else []
    lines = lines or [sheets.Line(n, {"code": code}) for n, code in enumerate(codes or [], 1)]
    lines = [
        sheets.Line(
            line.number, {**{k: v for k, v in common.items() if v}, **{k: v for k, v in line.cells.items() if v}}
        )
        for line in lines
    ]
    if not lines:
        raise BadInput("{name} has no line; fill in at least one.", name=str(sheet))
    with acting(context.obj, by) as (session, how):
        today = local_day(how["at"], context.obj.time_zone)
        made = bulk.carry_out(session, act, lines, **how, today=today, progress=terminal.progress)
        if dry_run:
            session.rollback()
    failures = [{"row": f.line.number, "code": f.line.cells.get("code", ""), "reason": f.words} for f in made.failed]
    if json_:
        terminal.say_json({"done": made.done, "failed": failures, "recorded": not dry_run})
    else:
        told = _("{n} of {total} could be done.") if dry_run else _("{n} of {total} done.")
        terminal.say(told.format(n=len(made.done), total=len(lines)))
        terminal.say(*(f"✗ {f['row']}. {f['code'] or '–'}: {f['reason']}" for f in failures))
        if dry_run:
            terminal.say(_("Dry run: nothing was recorded."))
    if failures:
        raise typer.Exit(1)


@bulk_app.command(
    "confirm",
    help=_(
        "Accept many reported results.\n\n\b\nExamples:\n  dondoc bulk confirm KH88-I.2 KH88-II.3\n  dondoc bulk confirm --from xac-nhan.xlsx"
    ),
)
def confirm(
    context: typer.Context,
    codes: Codes = None,
    sheet: From = None,
    note: Annotated[str, typer.Option("--note", help=_("A remark; it is recorded."))] = "",
    dry_run: DryRun = False,
    by: Actor = None,
    json_: Json = False,
) -> None:
    _bulk(context, "confirm", codes, sheet, {"reason": note}, by, dry_run, json_)


@bulk_app.command(
    "return",
    help=_(
        'Send many reported results back.\n\n\b\nExample:\n  dondoc bulk return KH88-I.2 KH88-II.3 --reason "Thiếu văn bản kèm theo"'
    ),
)
def return_(
    context: typer.Context,
    codes: Codes = None,
    sheet: From = None,
    reason: Reason = "",
    dry_run: DryRun = False,
    by: Actor = None,
    json_: Json = False,
) -> None:
    _bulk(context, "return", codes, sheet, {"reason": reason}, by, dry_run, json_)


@bulk_app.command(
    "extend",
    help=_(
        'Agree to many requests for more time, each to the day it asks for or to another.\n\n\b\nExample:\n  dondoc bulk extend --from gia-han.xlsx --basis "Công văn 300/STC-NS ngày 25/8/2025"'
    ),
)
def extend(
    context: typer.Context,
    codes: Codes = None,
    sheet: From = None,
    to: To = "",
    basis: Grounds = None,
    dry_run: DryRun = False,
    by: Actor = None,
    json_: Json = False,
) -> None:
    _bulk(context, "extend", codes, sheet, {"to": to, "basis": basis or ""}, by, dry_run, json_)


@bulk_app.command(
    "hand-on",
    help=_(
        'Give many tasks to another agency.\n\n\b\nExample:\n  dondoc bulk hand-on KH88-I.2 KH88-II.3 --to PNV --reason "Điều chỉnh phân công" --basis "Quyết định 12/QĐ-UBND ngày 3/9/2025"'
    ),
)
def hand_on(
    context: typer.Context,
    codes: Codes = None,
    sheet: From = None,
    to: To = "",
    reason: Reason = "",
    basis: Grounds = None,
    dry_run: DryRun = False,
    by: Actor = None,
    json_: Json = False,
) -> None:
    _bulk(context, "hand-on", codes, sheet, {"to": to, "reason": reason, "basis": basis or ""}, by, dry_run, json_)


@bulk_app.command(
    "sheet",
    help=_(
        "Write a sheet of what waits for confirm, return, extend or hand-on, to be filled in.\n\n\b\nExample:\n  dondoc bulk sheet confirm xac-nhan.xlsx"
    ),
)
def sheet_(
    context: typer.Context,
    act: Annotated[str, typer.Argument(metavar=_("ACT"), help="confirm | return | extend | hand-on")],
    file: Annotated[Path, typer.Argument(metavar=_("FILE"))],
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.duties import bulk, showing
    from workflow.register import sheets

    if act not in bulk.WAITING:
        raise BadInput("“{value}” is none of: {known}.", value=act, known=", ".join(bulk.WAITING))
    if file.exists():
        raise Refused("{file} exists already; name another file.", file=str(file))
    with looking(context.obj, by) as view:
        rows = showing.to_do(view, act)
    sheets.write(file, bulk.TITLES, rows, _("Tasks"))
    terminal.say(
        _(
            "{n} lines written to {file}; carry out with `dondoc bulk {act} --from`.",
            n=len(rows),
            file=str(file),
            act=act,
        )
    )


app.add_typer(bulk_app, name="bulk")
