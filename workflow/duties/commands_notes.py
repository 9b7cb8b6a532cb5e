"""Commands about what people wrote: how far a task has come, and comments that wait for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from workflow.duties.order import Order
from workflow.i18n import N_, _
from workflow.options import Actor, Agency, Code, Directive, Json, Period, Reason, acting, look, order

app = typer.Typer()
notes_app = typer.Typer(
    no_args_is_help=True,
    help=_("What people wrote beside their reports: progress, and comments that wait for a person."),
)

KINDS = {
    "progress": N_("progress"),
    "comment": N_("comment"),
    "unverified": N_("⚠ from an unknown sender"),
}


@app.command(
    "progress",
    help=_(
        'Say how far a task has come; it stays open.\n\n\b\nExamples:\n  dondoc progress KH88-II.3 --note "Đã lấy ý kiến 5/8 đơn vị"\n  dondoc progress KH88-II.3 --note "Dự thảo lần 2" --evidence du-thao.docx'
    ),
)
def progress(
    context: typer.Context,
    code: Code,
    note: Annotated[str, typer.Option("--note", help=_("How far it has come, in a line."))] = "",
    evidence: Annotated[
        list[Path] | None, typer.Option("--evidence", help=_("A file that shows it; may be given several times."))
    ] = None,
    agency: Agency = None,
    period: Period = None,
    by: Actor = None,
) -> None:
    order(context.obj, Order("progress", code, agency or "", period or "", words=note), by, evidence or ())


@notes_app.command(
    "list",
    help=_(
        "List the comments that wait for a person, or everything that was written.\n\n\b\nExamples:\n  dondoc notes list\n  dondoc notes list --all --directive KH88 --json"
    ),
)
def listed(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help=_("Also progress, and what was settled."))] = False,
    directive: Directive = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.duties import showing

    asked = {"directive": directive, "all": every}
    rows = look(context.obj, "notes", asked, lambda view: showing.notes(view, directive=directive, waiting=not every))
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("id", _("No."), right=True),
        C("when", _("When")),
        C("kind", _("Kind")),
        C("task", _("Task")),
        C("by", _("By"), wide=True),
        C("words", _("Words"), wide=True),
        C("answer", _("Settled"), wide=True),
    )
    terminal.say_list(columns, [_shown(row, context.obj.time_zone) for row in rows])


def _shown(row: dict[str, Any], zone: str) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    kind = KINDS[row["kind"]]
    files = f" [{', '.join(row['files'])}]" if row["files"] else ""
    return {
        **row,
        "when": f"{row['written_at'].astimezone(ZoneInfo(zone)):%d/%m/%Y %H:%M}",
        "kind": _(kind),
        "task": row["code"] or "–",
        "words": row["words"] + files,
        "answer": f"{row['settled_by']}: {row['answer']}" if row["settled_by"] else "",
    }


@notes_app.command(
    "settle",
    help=_(
        'Say what was done about a comment.\n\n\b\nExample:\n  dondoc notes settle 3 --reason "Đã gọi lại, đơn vị sẽ báo cáo bằng văn bản"'
    ),
)
def settle(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar=_("NUMBER"), min=1, max=2**31 - 1)],
    reason: Reason = "",
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.duties.note import settle as settle_

    with acting(context.obj, by) as (session, how):
        settle_(session, number, **how, reason=reason)
    terminal.say(_("Comment {n} is settled.", n=number))


app.add_typer(notes_app, name="notes")
