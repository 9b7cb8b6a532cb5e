"""The `dondoc calendar` commands about feeds that calendar programs subscribe to."""

from __future__ import annotations

from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Actor, Json, acting, looking

app = typer.Typer()


@app.command(
    "feed",
    help=_(
        "Make a secret address under which Outlook, Google Calendar or a phone shows an agency's deadlines.\n\n\b\nExamples:\n  dondoc calendar feed STC\n  dondoc calendar feed STC --monitor"
    ),
)
def feed(
    context: typer.Context,
    agency: Annotated[str, typer.Argument(metavar=_("AGENCY"))],
    monitor: Annotated[
        bool, typer.Option("--monitor", help=_("What the agency monitors, instead of what it owes."))
    ] = False,
    by: Actor = None,
    json_: Json = False,
) -> None:
    from notifications import feeds
    from workflow import terminal
    from workflow.agency import known_agency

    with acting(context.obj, by, "mail") as (session, how):
        made, secret = feeds.make(session, known_agency(session, agency), monitor=monitor, **how)
        number = made.id
    address = feeds.address(context.obj, secret)
    if json_:
        terminal.say_json({"id": number, "address": address})
        return
    terminal.say(
        _("Feed {n}: {address}", n=number, address=address),
        _(
            "Whoever has this address sees the deadlines. It is shown this once; end it with `dondoc calendar revoke {n}`.",
            n=number,
        ),
    )


@app.command("feeds", help=_("List the feeds that were made.\n\n\b\nExample:\n  dondoc calendar feeds"))
def feeds_(context: typer.Context, json_: Json = False) -> None:
    from zoneinfo import ZoneInfo

    from notifications import feeds
    from workflow import terminal

    with looking(context.obj) as view:
        rows = feeds.listed(view)
    zone = ZoneInfo(context.obj.time_zone)
    C = terminal.Column
    columns = (
        C("id", _("No."), right=True),
        C("agency", _("Agency"), wide=True),
        C("what", _("Shows"), wide=True),
        C("made", _("Made"), wide=True),
        C("revoked", _("Revoked")),
    )
    if json_:
        terminal.say_json(rows)
        return
    terminal.say_list(
        columns,
        [
            {
                **row,
                "what": _("what it monitors") if row["monitor"] else _("what it owes"),
                "made": f"{row['made_at'].astimezone(zone):%d/%m/%Y}, {row['made_by']}",
                "revoked": f"{row['revoked_at'].astimezone(zone):%d/%m/%Y}" if row["revoked_at"] else "",
            }
            for row in rows
        ],
    )


@app.command(
    "revoke", help=_("End a feed: its address shows nothing any more.\n\n\b\nExample:\n  dondoc calendar revoke 3")
)
def revoke(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar=_("NUMBER"), min=1, max=2**31 - 1)],
    by: Actor = None,
) -> None:
    from notifications import feeds
    from workflow import terminal

    with acting(context.obj, by, "mail") as (session, how):
        agency = feeds.revoke(session, number, **how)
        line = _("Feed {n} of {name} shows nothing any more.", n=number, name=agency.name)
    terminal.say(line)
