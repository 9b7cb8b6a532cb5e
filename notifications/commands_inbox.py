"""Commands about letters that come in."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from workflow.i18n import N_, _
from workflow.options import Actor, Json, acting, looking

app = typer.Typer()
inbox_app = typer.Typer(no_args_is_help=True, help=_("Answers and delivery reports that come in."))

BECAME = {
    "acts": N_("carried out"),
    "comment": N_("waits for a person"),
    "unverified": N_("unknown sender, waits for a person"),
    "automatic": N_("automatic, left alone"),
    "bounce": N_("a letter did not arrive"),
}


@inbox_app.command(
    "list",
    help=_(
        "List the letters that came in and what became of each, newest first.\n\n\b\nExamples:\n  dondoc inbox list\n  dondoc inbox list --became unverified --json"
    ),
)
def listed(
    context: typer.Context,
    became: Annotated[
        str | None, typer.Option("--became", help="acts | comment | unverified | automatic | bounce")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help=_("How many at most."), min=1, max=100_000)] = 50,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.errors import BadInput

    if became and became not in BECAME:
        raise BadInput("“{value}” is none of: {known}.", value=became, known=", ".join(BECAME))
    only = "where became = :became" if became else ""
    with looking(context.obj) as view:
        rows = view.rows(
            f"select id, at as read_at, sender, subject, became, words, letter_id from incoming {only} order by id desc limit :most",
            most=limit,
            **({"became": became} if became else {}),
        )
    if json_:
        terminal.say_json(rows)
        return
    zone, labels = ZoneInfo(context.obj.time_zone), {name: _(label) for name, label in BECAME.items()}
    C = terminal.Column
    columns = (
        C("id", _("No."), right=True),
        C("when", _("When")),
        C("sender", _("From"), wide=True),
        C("subject", _("Subject"), wide=True),
        C("became", _("Became"), wide=True),
        C("words", _("Remark"), wide=True),
    )
    shown = [
        {**row, "when": f"{row['read_at'].astimezone(zone):%d/%m/%Y %H:%M}", "became": labels[row["became"]]}
        for row in rows
    ]
    terminal.say_list(columns, shown)


@inbox_app.command(
    "test",
    help=_(
        "Open the inbox of the settings and count what waits there; nothing is read or marked.\n\n\b\nExample:\n  dondoc inbox test"
    ),
)
def test(context: typer.Context, by: Actor = None) -> None:
    from datetime import timedelta

    from notifications.replies import inbox
    from workflow import clock, terminal
    from workflow.errors import Refused

    settings = context.obj.inbox
    with acting(context.obj, by, "mail"):
        pass
    if settings.kind == "none":
        raise Refused("No inbox is named in the settings: see `inbox.kind`.")
    with inbox.open_inbox(settings) as box:
        since = clock.local_day(clock.now(), context.obj.time_zone) - timedelta(days=60)
        waiting = sum(1 for _one in box.unread(since))
    where = str(settings.path) if settings.kind == "maildir" else f"{settings.host}:{settings.port} {settings.folder}"
    terminal.say(_("{n} letters wait in {where}.", n=waiting, where=where))


app.add_typer(inbox_app, name="inbox")
