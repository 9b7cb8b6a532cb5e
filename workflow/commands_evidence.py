"""Commands about evidence: what lies behind the reports, whether it is what was sent, taking it out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Actor, Directive, Json, acting, looking

app = typer.Typer()
evidence_app = typer.Typer(no_args_is_help=True, help=_("Files behind the reports."))


@evidence_app.command(
    "list",
    help=_(
        "List the files behind reports; those of a report that nobody has confirmed are in quarantine.\n\n\b\nExamples:\n  dondoc evidence list\n  dondoc evidence list --directive KH88 --json"
    ),
)
def list_files(context: typer.Context, directive: Directive = None, json_: Json = False) -> None:
    from workflow import queries, terminal
    from workflow.periods import show_period

    with looking(context.obj) as view:
        rows = queries.evidence(view, directive)
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("id", _("No."), right=True),
        C("task", _("Task")),
        C("agency", _("Agency"), wide=True),
        C("name", _("File"), wide=True),
        C("size", _("Size"), right=True),
        C("state", _("State")),
    )
    shown = [
        {
            **row,
            "task": f"{row['code']} ({show_period(row['period'])})" if row["code"] else "–",
            "size": f"{max(row['size'] // 1000, 1)} kB",
            "state": _("in quarantine") if row["quarantined"] else _("confirmed"),
        }
        for row in rows
    ]
    terminal.say_list(columns, shown)


@evidence_app.command(
    "export",
    help=_(
        "Take a file out of the store; one in quarantine only if you say so.\n\n\b\nExample:\n  dondoc evidence export 3 bao-cao.pdf"
    ),
)
def export(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar=_("NUMBER"), min=1, max=2**31 - 1)],
    file: Annotated[Path, typer.Argument(metavar=_("FILE"))],
    quarantined: Annotated[
        bool, typer.Option("--quarantined", help=_("Also while nobody has confirmed the report."))
    ] = False,
    by: Actor = None,
) -> None:
    import shutil

    from workflow import terminal
    from workflow.errors import Refused
    from workflow.evidence import EvidenceStore
    from workflow.taking import take_out

    if file.exists():
        raise Refused("{file} exists already; name another file.", file=str(file))
    store = EvidenceStore(context.obj.evidence)
    with acting(context.obj, by) as (session, how):
        found = take_out(session, store, number, **how, quarantined=quarantined)
        with store.open(found["sha256"]) as content, file.open("xb") as out:
            shutil.copyfileobj(content, out)
    terminal.say(_("{name} written to {file}.", name=found["name"], file=str(file)))


@evidence_app.command(
    "verify",
    help=_(
        "Look whether every file is there and is what was sent; the exit code tells.\n\n\b\nExample:\n  dondoc evidence verify"
    ),
)
def verify(context: typer.Context, json_: Json = False) -> None:
    from workflow import queries, terminal
    from workflow.evidence import EvidenceStore

    store = EvidenceStore(context.obj.evidence)
    with looking(context.obj) as view:
        view.sees = None  # whether a file is whole says nothing of what it is
        rows = queries.evidence(view, None)
    broken = []
    for n, row in enumerate(rows, 1):
        if not store.intact(row["sha256"]):
            broken.append(row)
        terminal.progress(n, len(rows))
    known = {row["sha256"] for row in rows}
    stray = sorted(name for name in store.names() if name not in known)
    if json_:
        terminal.say_json({"files": len(rows), "broken": [row["id"] for row in broken], "stray": stray})
    else:
        terminal.say(
            _(
                "{n} files, {broken} missing or changed, {stray} that no report names.",
                n=len(rows),
                broken=len(broken),
                stray=len(stray),
            ),
            *(f"✗ {row['id']}. {row['name']}" for row in broken),
        )
    if broken:
        raise typer.Exit(1)


app.add_typer(evidence_app, name="evidence")
