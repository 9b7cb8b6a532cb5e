"""Commands about groups: names that stand for many agencies."""

from __future__ import annotations

from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Actor, AsOfDay, Json, acting, as_of

groups_app = typer.Typer(
    no_args_is_help=True,
    help=_("Names that stand for many agencies, and who belongs to them."),
)


@groups_app.command(
    "list", help=_("List the groups with how many belong to them.\n\n\b\nExample:\n  dondoc groups list")
)
def list_groups(context: typer.Context, day: AsOfDay = None, json_: Json = False) -> None:
    from sqlmodel import col, select

    from workflow import terminal
    from workflow.agency import Agency
    from workflow.options import opened
    from workflow.register import groups
    from workflow.register.kinds import Kind
    from workflow.register.mention import Register

    looked = as_of(context.obj, day).day
    with opened(context.obj) as database, database.transaction() as session:
        register = Register.load(session)
        found = session.exec(select(Agency).where(Agency.kind == Kind.COLLECTIVE).order_by(col(Agency.id)))
        rows = [
            {
                "code": group.code,
                "name": group.name,
                "of": above.name if (above := register.parent(group)) else None,
                "members": len(groups.members(session, group, looked, register)),
            }
            for group in found
        ]
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("code", _("Code")),
        C("name", _("Name"), wide=True),
        C("of", _("In the documents of"), wide=True),
        C("members", _("Members"), right=True),
    )
    terminal.say(*terminal.table(columns, rows))


@groups_app.command(
    "show",
    help=_("Show who belongs to a group on a day.\n\n\b\nExample:\n  dondoc groups show PBDV --as-of 11/4/2025"),
)
def show_group(
    context: typer.Context,
    group: Annotated[str, typer.Argument(metavar=_("GROUP"))],
    day: AsOfDay = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.options import opened
    from workflow.periods import show_day
    from workflow.register import groups

    looked = as_of(context.obj, day).day
    with opened(context.obj) as database, database.transaction() as session:
        found = groups.known(session, group)
        rows = [{"code": a.code, "name": a.name} for a in groups.members(session, found, looked)]
        name = found.name
    if json_:
        terminal.say_json(rows)
        return
    terminal.say(_("{name} on {day}: {n} agencies", name=name, day=show_day(looked), n=len(rows)))
    terminal.say(*(f"  {row['code']:14} {row['name']}" for row in rows))


@groups_app.command(
    "set",
    help=_(
        'Say who belongs to a group; without --member its rule holds again. A new group needs --in.\n\n\b\nExample:\n  dondoc groups set "UBND các xã có cụm công nghiệp" --in LS --member LS.06325 --member LS.06463'
    ),
)
def set_group(
    context: typer.Context,
    group: Annotated[str, typer.Argument(metavar=_("GROUP"))],
    member: Annotated[list[str] | None, typer.Option("--member", help=_("Code or name of an agency."))] = None,
    within: Annotated[str | None, typer.Option("--in", help=_("The agency whose documents use the name."))] = None,
    by: Actor = None,
) -> None:
    from workflow import audit, clock, terminal
    from workflow.agency import known_agency
    from workflow.register import deciding, groups

    with acting(context.obj, by, "register") as (session, how):
        owner = known_agency(session, within) if within else None
        found = (
            (groups.find(session, group, owner) or groups.enter(session, group, owner))
            if owner
            else groups.known(session, group)
        )
        chosen = [known_agency(session, name) for name in member or []]
        groups.list_members(session, found, chosen)
        today = clock.local_day(how["at"], context.obj.time_zone)
        reached = deciding.fan_out(session, found, today=today, **how) if chosen else []
        audit.record(session, "list group", found.code, **how, after={"members": [a.code for a in chosen]})
        line = (
            _("{name}: {n} agencies listed.", name=found.name, n=len(chosen))
            if chosen
            else _("{name}: its rule says who belongs to it.", name=found.name)
        )
    terminal.say(line)
    if reached:
        terminal.say(_("{codes} are owed by them now.", codes=", ".join(task.code for task in reached)))


app = typer.Typer()
app.add_typer(groups_app, name="groups")
