"""Commands of an agency's PC: signing in to the server of the record, and out again."""

from __future__ import annotations

from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Json

app = typer.Typer()


@app.command(
    "login",
    help=_(
        "Sign in to a server with six digits from your mailbox; from then on commands work with its record.\n\n\b\nExamples:\n  dondoc login https://dondoc.langson.example --mailbox hoa@langson.example\n  dondoc login https://dondoc.langson.example --token dondoc_…"
    ),
)
def login(
    context: typer.Context,
    server: Annotated[str, typer.Argument(metavar=_("SERVER"), help=_("Address of the server."))],
    mailbox: Annotated[str, typer.Option("--mailbox", help=_("The mailbox that is registered for you."))] = "",
    token: Annotated[
        str, typer.Option("--token", help=_("An access token made on the pages, instead of a mailbox."))
    ] = "",
    plain: Annotated[
        bool, typer.Option("--plain", help=_("Allow http without protection, in a closed network."))
    ] = False,
) -> None:
    import platform

    from workflow import afar, terminal

    there = afar.Server(afar.checked_server(server, plain=plain), token, context.obj.language)
    if not token:
        address = mailbox or terminal.ask(_("Your mailbox"))
        begun = there.ask("POST", "sign-in", {"address": address})
        terminal.say(
            _("If {address} is registered there, a letter with six digits is on its way to it.", address=address)
        )
        digits = terminal.ask(_("Six digits"))
        name = f"dondoc, {platform.node()}"[:100]
        made = there.ask("POST", f"sign-in/{begun['handle']}", {"code": digits, "name": name})
        there.token = made["token"]
    who = there.ask("GET", "whoami")
    file = afar.remember(there.address, there.token, who["name"], who["language"], who["time_zone"])
    terminal.say(
        _("You are signed in to {office} as {name}.", office=who["office"], name=who["name"]),
        _("The token lies in {file}; `dondoc logout` ends it.", file=str(file)),
    )


@app.command(
    "logout", help=_("Sign out of the server: its token ends there and here.\n\n\b\nExample:\n  dondoc logout")
)
def logout(context: typer.Context) -> None:
    from workflow import afar, terminal
    from workflow.errors import Problem

    kept = afar.known()
    if not kept:
        terminal.say(_("Nobody is signed in to a server here."))
        return
    try:
        afar.Server.of(kept, None).ask("DELETE", "tokens/mine")
    except Problem as problem:
        terminal.warn(str(problem))
    afar.forget()
    terminal.say(_("Signed out of {server}.", server=kept.server))


@app.command("whoami", help=_("Say whose record commands work with, and as whom.\n\n\b\nExample:\n  dondoc whoami"))
def whoami(context: typer.Context, json_: Json = False) -> None:
    from workflow import afar, terminal
    from workflow.access.roles import say_role

    if not isinstance(context.obj, afar.Afar):
        named = {"record": context.obj.database.url.rsplit("@")[-1], "name": terminal.actor(None)}
        terminal.say_json(named) if json_ else terminal.say(
            _("The record {record} of this machine, as {name}.", record=named["record"], name=named["name"])
        )
        return
    who = afar.Server.of(context.obj, None).ask("GET", "whoami")
    if json_:
        terminal.say_json(who)
        return
    roles = ", ".join(say_role(role) for role in who["roles"]) or "–"
    terminal.say(
        _(
            "{office} ({server}), as {name}: {roles}.",
            office=who["office"],
            server=context.obj.server,
            name=who["name"],
            roles=roles,
        )
    )
