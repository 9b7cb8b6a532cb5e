"""Commands about the register: agencies and the names they are known by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workflow.i18n import _
from workflow.options import Actor, AsOfDay, Json, acting, as_of, look, looking
from workflow.register import commands_groups, commands_people, commands_succession

if TYPE_CHECKING:
    from workflow.register.table import Changes

Ended = Annotated[bool, typer.Option("--all", help=_("Also those that do not exist on the day."))]

agencies_app = typer.Typer(invoke_without_command=True, help=_("The register of agencies; alone, it lists them."))


@agencies_app.callback()
def register(
    context: typer.Context,
    day: AsOfDay = None,
    ended: Ended = False,
    json_: Json = False,
) -> None:
    if context.invoked_subcommand is None:
        agencies(context, day, ended, json_)


@agencies_app.command(
    "list",
    help=_("List the agencies with who answers for them and what they owe.\n\n\b\nExample:\n  dondoc agencies list"),
)
def agencies(
    context: typer.Context,
    day: AsOfDay = None,
    ended: Ended = False,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.register import lineage

    rows = look(
        context.obj,
        "agencies",
        {"as_of": day and terminal.day(day), "ended": ended},
        lambda view: lineage.agencies(view, as_of(context.obj, day), ended=ended),
    )
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
    parent: Annotated[str | None, typer.Option("--parent", help=_("The agency it belongs to."))] = None,
    by: Actor = None,
) -> None:
    from workflow import agency, audit, terminal
    from workflow.errors import Refused

    with acting(context.obj, by, "register") as (session, how):
        above = agency.known_agency(session, parent) if parent else None
        if not above and agency.find_agency(session, name):
            raise Refused("{name} is already in the register.", name=name)
        kind, level = agency.kind_of(name)
        added = agency.add_agency(session, name, code=code, mailbox=mailbox, kind=kind, level=level, parent=above)
        audit.record(session, "add agency", added.code, **how, after={"name": added.name, "mailbox": added.mailbox})
        line = _("{code}: {name} is in the register.", code=added.code, name=added.name)
    terminal.say(line)


@agencies_app.command(
    "mailbox",
    help=_(
        "Set the mailbox of an agency, and of its head, who is told what is long overdue.\n\n\b\nExamples:\n  dondoc agencies mailbox STC stc@langson.gov.vn\n  dondoc agencies mailbox STC --head giamdoc.stc@langson.gov.vn"
    ),
)
def set_mailbox(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar=_("AGENCY"))],
    mailbox: Annotated[str | None, typer.Argument(metavar=_("MAILBOX"))] = None,
    head: Annotated[str | None, typer.Option("--head", help=_("The mailbox of its head."))] = None,
    by: Actor = None,
) -> None:
    from workflow import agency, audit, terminal
    from workflow.address import checked_address
    from workflow.errors import BadInput

    if not mailbox and not head:
        raise BadInput("Give the mailbox, or that of the head with --head.")
    with acting(context.obj, by, "register") as (session, how):
        found = agency.known_agency(session, name)
        before = {"mailbox": found.mailbox, "head": found.head_mailbox}
        if mailbox:
            found.mailbox = agency.free_mailbox(session, mailbox, found)
        if head:
            found.head_mailbox = checked_address(head)
        after = {"mailbox": found.mailbox, "head": found.head_mailbox}
        told = {key for key in after if after[key] != before[key]}
        was, now = ({key: one[key] for key in told} for one in (before, after))
        audit.record(session, "set mailbox", found.code, **how, before=was, after=now)
        lines = [_("{name} is written to at {mailbox}.", name=found.name, mailbox=found.mailbox or "–")]
        if found.head_mailbox:
            lines.append(_("Its head reads at {mailbox}.", mailbox=found.head_mailbox))
    terminal.say(*lines)


@agencies_app.command(
    "import",
    help=_(
        "Enter or update agencies from a spreadsheet (.xlsx, .csv), by code, all or nothing. A column that is left out changes nothing; an empty cell empties the field. Titles as `dondoc agencies export` writes them.\n\n\b\nExamples:\n  dondoc agencies import danh-ba.xlsx --dry-run\n  dondoc agencies import danh-ba.xlsx\n  dondoc agencies import --shipped lang-son"
    ),
)
def import_agencies(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar=_("FILE"), help=_("A .xlsx or .csv file."))] = None,
    shipped: Annotated[
        str | None,
        typer.Option("--shipped", help=_("A register that comes with dondoc, with its successions: lang-son.")),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Do everything but record nothing."))] = False,
    json_: Json = False,
    by: Actor = None,
) -> None:
    from workflow import clock, terminal
    from workflow.errors import BadInput
    from workflow.register import shipped as shipping
    from workflow.register import table

    if (file is None) == (shipped is None):
        raise BadInput("Name either a file or --shipped.")
    succeeded = 0
    with acting(context.obj, by, "register") as (session, how):
        today = clock.local_day(how["at"], context.obj.time_zone)
        if shipped:
            changes, succeeded = shipping.load(session, shipped, today=today, **how)
        else:
            changes = table.load(session, file or Path(), today=today, **how)
        if dry_run:
            session.rollback()
    if json_:
        terminal.say_json(
            {"added": changes.added, "changed": changes.changed, "same": changes.same, "recorded": not dry_run}
        )
        return
    terminal.say(*_told(changes))
    if changes.twins:
        shown = ", ".join(f"{new} = {old}" for new, old in changes.twins[:20])
        terminal.say(
            "⚠ "
            + _(
                "The register has these names twice now: {codes}. Pass on what the older one owes: `dondoc succession apply --kind replaced --from OLD --to NEW --on DAY --basis …`",
                codes=shown,
            )
        )
    if succeeded:
        terminal.say(_("{n} successions recorded.", n=succeeded))
    if dry_run:
        terminal.say(_("Dry run: nothing was recorded."))


def _told(changes: Changes) -> list[str]:
    """What an import does, for a person: every changed field, the new codes in one line."""
    from workflow.register.entry import TITLES

    lines = [
        _(
            "{added} new, {changed} changed, {same} as before.",
            added=len(changes.added),
            changed=len(changes.changed),
            same=changes.same,
        )
    ]
    if changes.added:
        lines.append("  + " + ", ".join(changes.added[:30]) + (" …" if len(changes.added) > 30 else ""))
    for code, fields in changes.changed.items():
        for key, (before, after) in fields.items():
            title = _(TITLES[key])
            lines.append(f"  {code}  {title}: {before or '–'} → {after or '–'}")
    return lines


@agencies_app.command(
    "export",
    help=_(
        "Write the register as a spreadsheet (.xlsx, .csv) that `agencies import` reads.\n\n\b\nExample:\n  dondoc agencies export danh-ba.xlsx"
    ),
)
def export_agencies(context: typer.Context, file: Annotated[Path, typer.Argument(metavar=_("FILE"))]) -> None:
    from workflow import terminal
    from workflow.options import opened
    from workflow.register import table

    with opened(context.obj) as database, database.transaction() as session:
        count = table.export(session, file)
    terminal.say(_("{n} agencies written to {file}.", n=count, file=str(file)))


@agencies_app.command(
    "show",
    help=_(
        "Show one agency: its names, where it belongs, who answers for it, what it owes, who came before and after it.\n\n\b\nExample:\n  dondoc agencies show STC"
    ),
)
def show_agency(
    context: typer.Context,
    agency: Annotated[str, typer.Argument(metavar=_("AGENCY"))],
    day: AsOfDay = None,
    json_: Json = False,
) -> None:
    from workflow import queries, terminal
    from workflow.register import lineage

    looked = as_of(context.obj, day)
    with looking(context.obj) as view:
        found = lineage.card(view, queries.agency_id(view, agency), looked)
    if json_:
        terminal.say_json(found)
    else:
        terminal.say(*lineage.card_lines(found, looked.day))


@agencies_app.command(
    "history",
    help=_(
        "Tell the life of an agency: what was before it, what changed, what it handed on and took over.\n\n\b\nExample:\n  dondoc agencies history STC"
    ),
)
def agency_history(
    context: typer.Context, agency: Annotated[str, typer.Argument(metavar=_("AGENCY"))], json_: Json = False
) -> None:
    from workflow import queries, terminal
    from workflow.register import lineage

    with looking(context.obj) as view:
        found = lineage.history(view, queries.agency_id(view, agency))
    if json_:
        terminal.say_json(found)
    else:
        terminal.say(*lineage.history_lines(found, context.obj.time_zone))


@agencies_app.command(
    "alias",
    help=_(
        'Teach another name of an agency, for all documents or those of one issuer.\n\n\b\nExamples:\n  dondoc agencies alias "Phòng TCKH thành phố" LS.178.TCKH\n  dondoc agencies alias "Phòng Kinh tế" LS.178.TCKH --in LS.178'
    ),
)
def add_alias(
    context: typer.Context,
    words: Annotated[str, typer.Argument(metavar=_("NAME"))],
    agency: Annotated[str, typer.Argument(metavar=_("AGENCY"))],
    scope: Annotated[
        str | None, typer.Option("--in", help=_("The agency in whose documents the name is used."))
    ] = None,
    source: Annotated[str, typer.Option("--source", help=_("Where the name was met."))] = "",
    remove: Annotated[bool, typer.Option("--remove", help=_("Forget the name again."))] = False,
    by: Actor = None,
) -> None:
    from workflow import audit, terminal
    from workflow.agency import add_alias as add
    from workflow.agency import known_agency, remove_alias

    with acting(context.obj, by, "register") as (session, how):
        found, within = known_agency(session, agency), known_agency(session, scope) if scope else None
        if remove:
            remove_alias(session, found, words, within)
            audit.record(
                session, "remove name", found.code, **how, before={"name": words, "in": within and within.code}
            )
            terminal.say(_("“{words}” no longer means {name}.", words=words, name=found.name))
            return
        alias = add(session, found, words, source or how["by"].name, within)
        audit.record(session, "add name", found.code, **how, after={"name": alias.words, "in": within and within.code})
        line = _("“{words}” means {name} ({code}).", words=alias.words, name=found.name, code=found.code)
    terminal.say(line)


@agencies_app.command(
    "which",
    help=_(
        'Say which agency a name means in a document, and why.\n\n\b\nExample:\n  dondoc agencies which "Phòng Tài chính-KH" --issuer "UBND thành phố Lạng Sơn" --on 11/4/2025'
    ),
)
def which(
    context: typer.Context,
    words: Annotated[str, typer.Argument(metavar=_("NAME"))],
    issuer: Annotated[str | None, typer.Option("--issuer", help=_("Who issued the document (code or name)."))] = None,
    on: Annotated[str | None, typer.Option("--on", help=_("The day of the document (default: today)."))] = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.agency import find_agency
    from workflow.options import opened
    from workflow.register.mention import Register

    day = as_of(context.obj, on).day
    with opened(context.obj) as database, database.transaction() as session:
        register = Register.load(session)
        above = (register.issuer(issuer, day) or find_agency(session, issuer)) if issuer else None
        found = register.resolve(words, day, above)
    if json_:
        likely = [
            {"code": c.agency.code, "name": c.agency.name, "score": round(c.score, 2), "told": c.told}
            for c in found.candidates
        ]
        terminal.say_json({"words": words, "code": found.agency and found.agency.code, "candidates": likely})
        return
    if issuer and not above:
        terminal.say(_("“{issuer}” is not certain to be an agency of the register.", issuer=issuer))
    terminal.say(*found.explain())


agencies_app.add_typer(commands_people.links_app)
app = typer.Typer()
app.add_typer(agencies_app, name="agencies")
app.add_typer(commands_groups.app)
app.add_typer(commands_people.app)
app.add_typer(commands_succession.app)
