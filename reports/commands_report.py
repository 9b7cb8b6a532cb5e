"""Commands about reports to hand on: the overdue pack; the Word templates of letters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workflow.i18n import _
from workflow.options import Agency, AsOfDay, Directive, Json, as_of, look, only_here

if TYPE_CHECKING:
    from workflow.snapshot import Snapshot

template_app = typer.Typer(no_args_is_help=True, help=_("The Word templates of letters."))
report_app = typer.Typer(no_args_is_help=True, help=_("Reports and what they are made with."))
report_app.add_typer(template_app, name="template")


@report_app.command(
    "overdue",
    help=_(
        "The overdue pack: the two by two with its rates, by agency, document and field, every overdue task with its reasons.\n\n\b\nExamples:\n  dondoc report overdue --output qua-han.xlsx\n  dondoc report overdue --directive KH88 --as-of 15/10/2025 --of given --output qua-han.docx"
    ),
)
def overdue(
    context: typer.Context,
    directive: Directive = None,
    agency: Agency = None,
    day: AsOfDay = None,
    of: Annotated[
        str, typer.Option("--of", help=_("What rates are of: due (those that have fallen due) | given (all)."))
    ] = "due",
    output: Annotated[Path | None, typer.Option("--output", help=_("Write the report as .xlsx or .docx."))] = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.errors import BadInput

    if of not in ("due", "given"):
        raise BadInput("“{value}” is none of: {known}.", value=of, known="due, given")

    def here(view: Snapshot) -> object:
        from reports import pack
        from workflow.queries import Wanted

        wanted = Wanted(directive=directive, agency=agency)
        return pack.build(view, as_of(context.obj, day), wanted, of=of).to_json()

    asked = {"as_of": day and terminal.day(day), "of": of, "directive": directive, "agency": agency}
    found = look(context.obj, "reports/pack", asked, here)
    if json_:
        terminal.say_json(found)
        return
    from reports import screen, writing
    from reports.report import Report

    built = Report.from_json(found)
    if output:
        writing.write(built, output)
        terminal.say(_("Written to {file}.", file=str(output)))
    else:
        terminal.say(screen.text(built))


Name = Annotated[str, typer.Argument(metavar=_("NAME"), help=_("Name of a template, such as don-doc."))]


@template_app.command(
    "list",
    help=_("List the templates and where each is taken from.\n\n\b\nExample:\n  dondoc report template list"),
)
def list_templates(context: typer.Context, json_: Json = False) -> None:
    only_here(context.obj)
    from reports import office_templates
    from workflow import terminal

    rows = [
        {"name": name, "kind": _(words), "file": str(office_templates.file(context.obj, name)), "own": office_templates.own(context.obj, name)}
        for name, (words, _known) in office_templates.KNOWN.items()
    ]  # fmt: skip
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (C("name", _("Name")), C("kind", _("Kind"), wide=True), C("from", _("Taken from"), wide=True))
    shown = [{**row, "from": row["file"] if row["own"] else _("comes with dondoc")} for row in rows]
    terminal.say(*terminal.table(columns, shown))


@template_app.command(
    "export",
    help=_("Copy a template into the office's folder, to be changed in Word.\n\n\b\nExample:\n  dondoc report template export don-doc"),
)  # fmt: skip
def export(context: typer.Context, name: Name) -> None:
    only_here(context.obj)
    from reports import office_templates
    from workflow import terminal

    file = office_templates.export(name, context.obj.letterhead.templates)
    terminal.say(_("Written to {file}.", file=str(file)))


@template_app.command(
    "check",
    help=_("Check that every placeholder of the templates is one that dondoc fills.\n\n\b\nExample:\n  dondoc report template check"),
)  # fmt: skip
def check(context: typer.Context) -> None:
    only_here(context.obj)
    from reports import office_templates
    from workflow import terminal
    from workflow.errors import BadInput

    faults = [fault for name in office_templates.KNOWN for fault in office_templates.check(context.obj, name)]
    if faults:
        raise BadInput("The templates are not in order: {faults}", faults="; ".join(fault.words for fault in faults))
    terminal.say(_("All templates are in order."))


app = typer.Typer()
app.add_typer(report_app, name="report")
