"""Commands about letters on paper: draft one about what is late, write it again, enter its number, drop it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workflow.i18n import _
from workflow.options import Actor, Agency, Directive, Json, acting, as_of, looking

letter_app = typer.Typer(no_args_is_help=True, help=_("Letters on paper, ready to be signed."))

Number = Annotated[int, typer.Argument(metavar=_("NUMBER"), help=_("Number of the letter; see `dondoc letter list`."))]
Output = Annotated[Path, typer.Option("--output", help=_("The Word file to write (.docx)."))]
AnswerBy = Annotated[str, typer.Option("--answer-by", help=_("The last day for the answer, such as 24/10/2025."))]
Soon = Annotated[bool, typer.Option("--soon", help=_("Also what is due soon."))]
Section = Annotated[str | None, typer.Option("--section", help=_("Only a section of the document."))]
About = Annotated[
    str,
    typer.Option("--about", help=_("What the letter carries out (default: the directives of its tasks, by their numbers)."))
]  # fmt: skip
Subject = Annotated[str | None, typer.Option("--subject", help=_("The subject behind “V/v”."))]


@letter_app.command(
    "press",
    help=_(
        "Draft the letter that presses whoever is late: addressees and annex from the record, number and day left blank.\n\n\b\nExamples:\n  dondoc letter press --directive KH88 --answer-by 24/10/2025 --output don-doc.docx\n  dondoc letter press --agency STC --soon --answer-by 24/10/2025 --output don-doc.docx"
    ),
)
def press(
    context: typer.Context,
    answer_by: AnswerBy,
    output: Output,
    directive: Directive = None,
    agency: Agency = None,
    section: Section = None,
    soon: Soon = False,
    about: About = "",
    subject: Subject = None,
    by: Actor = None,
) -> None:
    chosen = {"directive": directive, "agency": agency, "section": section}
    _draft(context, "press", chosen, answer_by, output, about, subject, by, soon=soon)


@letter_app.command(
    "progress",
    help=_(
        "Draft the letter that asks how far everything that is open has come.\n\n\b\nExample:\n  dondoc letter progress --directive KH88 --answer-by 24/10/2025 --output bao-cao.docx"
    ),
)
def progress(
    context: typer.Context,
    answer_by: AnswerBy,
    output: Output,
    directive: Directive = None,
    agency: Agency = None,
    section: Section = None,
    about: About = "",
    subject: Subject = None,
    by: Actor = None,
) -> None:
    chosen = {"directive": directive, "agency": agency, "section": section}
    _draft(context, "progress", chosen, answer_by, output, about, subject, by)


def _draft(
    context: typer.Context, kind: str, chosen: dict[str, str | None], answer_by: str, output: Path, about: str, subject: str | None,
    by: str | None, *, soon: bool = False,
) -> None:  # fmt: skip
    """Keep the letter and write it; where it cannot be written nothing is kept."""
    from reports import drafting, paper
    from workflow import terminal
    from workflow.dispatch_kind import Kind
    from workflow.occurrence import Occurrence
    from workflow.queries import Wanted
    from workflow.snapshot import Snapshot

    file, today = _word_file(output), as_of(context.obj, None)
    with acting(context.obj, by) as (session, how):
        view = Snapshot.within(session)
        view.sees = how["by"].agencies
        rows = paper.chosen(view, today, Wanted(**chosen), kind, soon=soon)  # type: ignore[arg-type]
        duties = [session.get_one(Occurrence, row["occurrence_id"]) for row in rows]
        made = drafting.draft(
            session, Kind(kind), duties, as_of=today.day, answer_by=terminal.day(answer_by), subject=subject or "", about=about, **how
        )  # fmt: skip
        paper.write_again(context.obj, view, made.id or 0, file)
        agencies = len({row["agency_code"] for row in rows})
        lines = [
            _("Letter {n} is drafted: {tasks} tasks of {agencies} agencies, in {file}.", n=made.id, tasks=len(rows), agencies=agencies, file=str(output)),
            _("Once it is signed: `dondoc letter number {n} \"120/STC-TCHCSN ngày 16/10/2025\"` makes it a step in the history of each task.", n=made.id),
        ]  # fmt: skip
    terminal.say(*lines)


def _word_file(output: Path) -> Path:
    from workflow.errors import BadInput
    from workflow.terminal import output_file

    if output.suffix.lower() != ".docx":
        raise BadInput("{name} is no name of a Word file; end it with .docx.", name=output.name)
    return output_file(output)


@letter_app.command(
    "list",
    help=_("List the letters, newest first.\n\n\b\nExample:\n  dondoc letter list"),
)
def list_(context: typer.Context, json_: Json = False) -> None:
    from reports import paper
    from workflow import terminal
    from workflow.dispatch_kind import say_kind
    from workflow.periods import show_day

    with looking(context.obj) as view:
        rows = paper.listed(view)
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("id", _("No."), right=True),
        C("kind", _("Kind")),
        C("subject", _("Subject"), wide=True),
        C("tasks", _("Tasks"), right=True),
        C("as_of", _("As of")),
        C("state", _("State"), wide=True),
    )
    shown = [
        {**row, "kind": say_kind(row["kind"]), "as_of": show_day(row["as_of_on"]), "state": paper.state(row)}
        for row in rows
    ]
    terminal.say(*terminal.table(columns, shown))


@letter_app.command(
    "write",
    help=_("Write a drafted letter once more, after a change of head or template.\n\n\b\nExample:\n  dondoc letter write 3 --output don-doc.docx"),
)  # fmt: skip
def write(context: typer.Context, number: Number, output: Output) -> None:
    from reports import paper
    from workflow import terminal

    file = _word_file(output)
    with looking(context.obj) as view:
        paper.write_again(context.obj, view, number, file)
    terminal.say(_("Written to {file}.", file=str(output)))


@letter_app.command(
    "number",
    help=_(
        "Enter the number and day that the clerk gave a letter; from then on it stands in the history of each of its tasks.\n\n\b\nExample:\n  dondoc letter number 3 \"120/STC-TCHCSN ngày 16/10/2025\""
    ),
)  # fmt: skip
def number(
    context: typer.Context,
    number: Number,
    given: Annotated[str, typer.Argument(metavar=_("DOCUMENT"), help=_("Number and day, as they stand on it."))],
    by: Actor = None,
) -> None:
    from workflow import dispatch, terminal
    from workflow.basis import Basis

    with acting(context.obj, by) as (session, how):
        found = dispatch.find_dispatch(session, number, lock=True)
        pressed = dispatch.give_number(session, found, Basis.read(given), **how)
        line = _("Letter {n} left as {number}; it stands in the history of {tasks} tasks.", n=number, number=found.number, tasks=len(pressed))  # fmt: skip
    terminal.say(line)


@letter_app.command("drop", help=_("Say that a letter will not be sent.\n\n\b\nExample:\n  dondoc letter drop 3"))
def drop(context: typer.Context, number: Number, by: Actor = None) -> None:
    from workflow import dispatch, terminal

    with acting(context.obj, by) as (session, how):
        dispatch.drop(session, dispatch.find_dispatch(session, number, lock=True), **how)
    terminal.say(_("Letter {n} is dropped.", n=number))


app = typer.Typer()
app.add_typer(letter_app, name="letter")
