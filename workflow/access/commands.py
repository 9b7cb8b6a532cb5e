"""Commands about who may do what: the people and their roles, and the rules of one directive."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from workflow.access import commands_login
from workflow.i18n import _
from workflow.options import Actor, Agency, AsOfDay, Json, Reason, acting, as_of, hidden, looking

app = typer.Typer()
people_app = typer.Typer(no_args_is_help=True, help=_("People and the roles they hold."))


@people_app.command(
    "list",
    help=_(
        "List who holds which role on a day.\n\n\b\nExamples:\n  dondoc people list\n  dondoc people list --as-of 1/7/2025 --json"
    ),
)
def list_people(context: typer.Context, day: AsOfDay = None, json_: Json = False) -> None:
    from workflow import terminal
    from workflow.access.roles import say_role
    from workflow.periods import show_day

    today = as_of(context.obj, day).day
    with looking(context.obj) as view:
        rows = view.rows(
            """select p.id, p.name, p.email, p.role, a.code as agency_code, a.name as agency, p.valid_from as from_on, p.valid_to as to_on
            from appointment p left join agency a on a.id = p.agency_id
            where p.valid_from <= :today and (p.valid_to is null or p.valid_to >= :today) order by p.role, p.name, p.id""",
            today=today,
        )
        anybody = view.rows("select id from appointment limit 1")
    if json_:
        terminal.say_json(rows)
        return
    if not rows and anybody:
        terminal.say(_("Nobody held a role on {day}.", day=show_day(today)))
        return
    if not rows:
        terminal.say(
            _(
                "Nobody holds a role yet: whoever runs the command may do everything. Name an administrator with `dondoc people add`."
            )
        )
        return
    C = terminal.Column
    columns = (
        C("id", _("No."), right=True),
        C("name", _("Name"), wide=True),
        C("role", _("Role"), wide=True),
        C("agency", _("Agency"), wide=True),
        C("email", _("Mailbox")),
        C("since", _("Since")),
    )
    terminal.say(
        *terminal.table(columns, [{**r, "role": say_role(r["role"]), "since": show_day(r["from_on"])} for r in rows])
    )


@people_app.command(
    "add",
    help=_(
        'Give a person a role; the first one is the administrator, and from then on the roles count.\n\n\b\nExamples:\n  dondoc people add "Trần Văn Bình" --role administrator --email binh@langson.example\n  dondoc people add "Lê Thị Hoa" --role monitor --agency STC'
    ),
)
def add_person(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar=_("NAME"))],
    role: Annotated[str, typer.Option("--role", help="focal_point | head | monitor | office | leader | administrator")],
    agency: Agency = None,
    email: Annotated[str, typer.Option("--email", help=_("The address, which tells people of one name apart."))] = "",
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.access.people import appoint
    from workflow.access.roles import Role, say_role
    from workflow.agency import known_agency
    from workflow.clock import local_day
    from workflow.errors import BadInput

    if role not in list(Role):
        raise BadInput("“{value}” is none of: {known}.", value=role, known=", ".join(Role))
    with acting(context.obj, by, "appoint") as (session, how):
        made = appoint(
            session,
            name,
            Role(role),
            **how,
            today=local_day(how["at"], context.obj.time_zone),
            agency=known_agency(session, agency) if agency else None,
            email=email,
        )
        held = known_agency(session, agency).name if agency else ""
        line = f"{made.name}: {say_role(made.role)}" + (f" ({held})." if held else ".")
        first = made.id == 1
    terminal.say(line)
    if first:
        terminal.say(_("From now on only people with a role may act: name yourself with --by or $DONDOC_ACTOR."))


@people_app.command(
    "end",
    help=_("End a role; `dondoc people list` shows its number.\n\n\b\nExample:\n  dondoc people end 3"),
)
def end_role(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar=_("NUMBER"), min=1, max=2**31 - 1)],
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.access.people import Appointment, dismiss
    from workflow.access.roles import say_role
    from workflow.clock import local_day
    from workflow.errors import BadInput

    with acting(context.obj, by, "appoint") as (session, how):
        found = session.get(Appointment, number)
        if not found:
            raise BadInput("There is no role number {n}; see `dondoc people list`.", n=number)
        dismiss(session, found, **how, today=local_day(how["at"], context.obj.time_zone))
        line = _("{name} is no longer: {role}.", name=found.name, role=say_role(found.role))
    terminal.say(line)


@app.command(
    "policy",
    help=_(
        'Show or set the rules of one directive: who confirms, what a report must bring, who may see it.\n\n\b\nExamples:\n  dondoc policy KH88\n  dondoc policy KH88 --confirmation on_overdue_only --reason "Quy chế 12/QC-UBND"\n  dondoc policy KH88 --confidential --reader STC --reason "Văn bản mật"'
    ),
)
def policy(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar=_("DIRECTIVE"), help=_("Code or number of a directive."))],
    confirmation: Annotated[
        str | None, typer.Option("--confirmation", help="required | on_overdue_only | none")
    ] = None,
    deliverable: Annotated[str | None, typer.Option("--deliverable", help="refuse | mark")] = None,
    monitor: Annotated[
        str | None, typer.Option("--monitor", help=_("The agency that confirms (code or name)."))
    ] = None,
    confidential: Annotated[
        bool | None,
        typer.Option(
            "--confidential/--not-confidential",
            help=_("Only agencies that it names may see it; no word of it in letters."),
        ),
    ] = None,
    reader: Annotated[
        list[str] | None,
        typer.Option("--reader", help=_("An agency that may see it, too; may be given several times.")),
    ] = None,
    reason: Reason = "",
    by: Actor = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.access import policy as rules
    from workflow.agency import known_agency
    from workflow.directive import find_directive

    wanted: dict[str, Any] = {"confirmation": confirmation, "deliverable": deliverable, "confidential": confidential}
    changes = {name: value for name, value in wanted.items() if value is not None}
    if not (changes or monitor or reader):
        with looking(context.obj, by) as view:
            shown = rules.shown(view, code)
        terminal.say_json(shown) if json_ else terminal.say(*rules.lines(shown))
        return
    with acting(context.obj, by) as (session, how):
        found = find_directive(session, code, hidden(session, how))
        if monitor:
            changes["monitor"] = known_agency(session, monitor)
        readers = [known_agency(session, one) for one in reader or []]
        rules.change(session, found, changes, readers, **how, reason=reason)
        code = found.code
    with looking(context.obj, by) as view:
        view.sees = None  # who has just set the rules is told them, also where they now hide the directive
        shown = rules.shown(view, code)
    terminal.say_json(shown) if json_ else terminal.say(*rules.lines(shown))


app.add_typer(people_app, name="people")
app.add_typer(commands_login.app)
