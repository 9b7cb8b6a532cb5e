"""Commands about the Word templates of letters and reports."""

from __future__ import annotations

from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Json, only_here

template_app = typer.Typer(no_args_is_help=True, help=_("The Word templates of letters."))
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
