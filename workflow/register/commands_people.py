"""Commands about the people who answer for agencies, and what the links in their letters ask for."""

from __future__ import annotations

from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Actor, acting

links_app = typer.Typer()
points_app = typer.Typer(no_args_is_help=True, help=_("The people who answer for agencies."))


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

    with acting(context.obj, by, "register") as (session, how):
        found = known_agency(session, agency)
        point = add(session, found, name, email, position=position, from_=terminal.day(since) if since else None)
        audit.record(session, "add focal point", found.code, **how, after={"name": name, "email": point.email})
        line = _("{person} answers for {name}.", person=f"{name} <{point.email}>", name=found.name)
    terminal.say(line)


app = typer.Typer()
app.add_typer(points_app, name="focal-points")


@links_app.command(
    "links",
    help=_(
        "Set what the links in an agency's letters ask for: open (whoever has the letter), code (six digits sent to its mailbox), login (no link acts).\n\n\b\nExample:\n  dondoc agencies links STC code"
    ),
)
def set_link_policy(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar=_("AGENCY"))],
    policy: Annotated[str, typer.Argument(metavar="open|code|login")],
    by: Actor = None,
) -> None:
    from workflow import agency, audit, terminal
    from workflow.errors import BadInput

    if policy not in agency.POLICIES:
        raise BadInput("“{value}” is none of: {known}.", value=policy, known=", ".join(agency.POLICIES))
    with acting(context.obj, by, "register") as (session, how):
        found = agency.known_agency(session, name)
        before, found.link_policy = found.link_policy, policy
        audit.record(session, "set link policy", found.code, **how, before={"policy": before}, after={"policy": policy})
        line = _("The links to {name} ask for: {policy}.", name=found.name, policy=policy)
    terminal.say(line)
