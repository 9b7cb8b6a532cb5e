"""Commands about agencies and the people who answer for them."""

from __future__ import annotations

from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Actor, AsOfDay, Json, acting, as_of

agencies_app = typer.Typer(invoke_without_command=True, help=_("The register of agencies; alone, it lists them."))
points_app = typer.Typer(no_args_is_help=True, help=_("The people who answer for agencies."))


@agencies_app.callback()
def register(context: typer.Context, day: AsOfDay = None, json_: Json = False) -> None:
    if context.invoked_subcommand is None:
        agencies(context, day, json_)


@agencies_app.command(
    "list",
    help=_("List the agencies with who answers for them and what they owe.\n\n\b\nExample:\n  dondoc agencies list"),
)
def agencies(context: typer.Context, day: AsOfDay = None, json_: Json = False) -> None:
    from workflow import queries, terminal
    from workflow.snapshot import snapshot

    with snapshot(context.obj.database.url) as view:
        rows = queries.agencies(view, as_of(context.obj, day))
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("code", _("Code")),
        C("name", _("Name"), wide=True),
        C("mailbox", _("Mailbox"), wide=True),
        C("people", _("Focal points"), wide=True),
        C("open", _("Open"), right=True),
        C("overdue", _("Overdue"), right=True),
    )
    terminal.say(*terminal.table(columns, [{**row, "people": "; ".join(row["focal_points"])} for row in rows]))


@agencies_app.command(
    "add",
    help=_(
        'Enter an agency.\n\n\b\nExample:\n  dondoc agencies add "Sở Tài chính" --code STC --mailbox stc@langson.gov.vn'
    ),
)
def add_agency(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar=_("NAME"))],
    code: Annotated[str | None, typer.Option("--code", help=_("Short code (default: made of the name)."))] = None,
    mailbox: Annotated[str | None, typer.Option("--mailbox", help=_("Where its letters go."))] = None,
    by: Actor = None,
) -> None:
    from workflow import agency, audit, terminal

    with acting(context.obj, by) as (session, how):
        added = agency.add_agency(session, name, code=code, mailbox=mailbox)
        audit.record(session, "add agency", added.code, **how, after={"name": added.name, "mailbox": added.mailbox})
        line = _("{code}: {name} is in the register.", code=added.code, name=added.name)
    terminal.say(line)


@agencies_app.command(
    "mailbox", help=_("Set the mailbox of an agency.\n\n\b\nExample:\n  dondoc agencies mailbox STC stc@langson.gov.vn")
)
def set_mailbox(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar=_("AGENCY"))],
    mailbox: Annotated[str, typer.Argument(metavar=_("MAILBOX"))],
    by: Actor = None,
) -> None:
    from workflow import agency, audit, terminal

    with acting(context.obj, by) as (session, how):
        found = agency.known_agency(session, name)
        before, found.mailbox = found.mailbox, agency.checked_address(mailbox)
        audit.record(
            session, "set mailbox", found.code, **how, before={"mailbox": before}, after={"mailbox": found.mailbox}
        )
        line = _("{name} is written to at {mailbox}.", name=found.name, mailbox=found.mailbox)
    terminal.say(line)


@points_app.command(
    "add",
    help=_(
        'Name the person who answers for an agency.\n\n\b\nExample:\n  dondoc focal-points add STC "Nguyễn Thị An" an.nt@langson.gov.vn --position "Chuyên viên"'
    ),
)
def add_focal_point(
    context: typer.Context,
    agency: Annotated[str, typer.Argument(metavar=_("AGENCY"))],
    name: Annotated[str, typer.Argument(metavar=_("NAME"))],
    email: Annotated[str, typer.Argument(metavar=_("E-MAIL"))],
    position: Annotated[str, typer.Option("--position", help=_("Position in the agency."))] = "",
    since: Annotated[str | None, typer.Option("--from", help=_("First day (default: always)."))] = None,
    by: Actor = None,
) -> None:
    from workflow import audit, terminal
    from workflow.agency import add_focal_point as add
    from workflow.agency import known_agency

    with acting(context.obj, by) as (session, how):
        found = known_agency(session, agency)
        point = add(session, found, name, email, position=position, from_=terminal.day(since) if since else None)
        audit.record(session, "add focal point", found.code, **how, after={"name": name, "email": point.email})
        line = _("{person} answers for {name}.", person=f"{name} <{point.email}>", name=found.name)
    terminal.say(line)


app = typer.Typer()
app.add_typer(agencies_app, name="agencies")
app.add_typer(points_app, name="focal-points")
