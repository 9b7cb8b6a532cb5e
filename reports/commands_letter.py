"""Commands about letters on paper: draft one, write it again, enter its number, drop it; here or on the server one is signed in to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from workflow.i18n import _
from workflow.options import Actor, Agency, Directive, Json, LetterNumber, acting, as_of, letter_app, look, looking

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
    chosen = {"directive": directive, "agency": agency, "section": section, "soon": soon}
    _draft(context, {"kind": "press", **chosen, "subject": subject, "about": about}, output, by, answer_by)


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
    _draft(context, {"kind": "progress", **chosen, "subject": subject, "about": about}, output, by, answer_by)


@letter_app.command(
    "extension",
    help=_(
        "Draft the letter that answers requests for more time which are decided: what was asked, the first deadline, the one that stood, the new one or why not.\n\n\b\nExamples:\n  dondoc letter extension 12 --output gia-han.docx\n  dondoc letter extension 12 13 14 --output gia-han.docx"
    ),
)
def extension(
    context: typer.Context,
    requests: Annotated[list[int], typer.Argument(metavar=_("REQUEST…"), min=1, max=2**31 - 1, help=_("Numbers of requests; see `dondoc requests list --all`."))],
    output: Output,
    about: Annotated[str, typer.Option("--about", help=_("What the decisions rest on (default: the documents they name)."))] = "",
    subject: Subject = None,
    by: Actor = None,
) -> None:  # fmt: skip
    _draft(context, {"kind": "extension", "requests": requests, "subject": subject, "about": about}, output, by)


@letter_app.command(
    "handover",
    help=_(
        "Draft the record of what passed from an agency to its heir: each task with its deadlines, state, files and open requests.\n\n\b\nExample:\n  dondoc letter handover SKHDT STC --output ban-giao.docx"
    ),
)
def handover(
    context: typer.Context,
    former: Annotated[str, typer.Argument(metavar=_("FORMER"), help=_("The agency that gave (code or name)."))],
    heir: Annotated[str, typer.Argument(metavar=_("HEIR"), help=_("The agency that took over (code or name)."))],
    output: Output,
    about: Annotated[str, typer.Option("--about", help=_("The legal basis (default: that of the succession)."))] = "",
    subject: Subject = None,
    by: Actor = None,
) -> None:
    said = {"kind": "handover", "former": former, "heir": heir, "subject": subject, "about": about}
    _draft(context, said, output, by)


def _draft(
    context: typer.Context, said: dict[str, Any], output: Path, by: str | None, answer_by: str | None = None
) -> None:
    """Keep the letter and write it; where it cannot be written nothing is kept."""
    from workflow import terminal
    from workflow.afar import Afar

    file = _word_file(output)
    told = {name: value for name, value in said.items() if value}
    if answer_by:
        told["answer_by"] = terminal.day(answer_by)
    made = (_drafted_afar if isinstance(context.obj, Afar) else _drafted_here)(context.obj, told, file, by)
    terminal.say(
        _("Letter {n} is drafted: {tasks} tasks of {agencies} agencies, in {file}.", n=made["letter"], tasks=made["tasks"], agencies=made["agencies"], file=str(output)),
        _("Once it is signed: `dondoc letter number {n} \"120/STC-TCHCSN ngày 16/10/2025\"` makes it a step in the history of each task.", n=made["letter"]),
    )  # fmt: skip


def _drafted_afar(settings: Any, told: dict[str, Any], file: Path, by: str | None) -> dict[str, Any]:
    from workflow.afar import Server

    server = Server.of(settings, by)
    if "answer_by" in told:
        told["answer_by"] = told["answer_by"].isoformat()
    made: dict[str, Any] = server.post("letters", told)
    file.write_bytes(server.fetch(f"letters/{made['letter']}/file"))
    return made


def _drafted_here(settings: Any, told: dict[str, Any], file: Path, by: str | None) -> dict[str, Any]:
    from reports import drafting, paper
    from workflow.snapshot import Snapshot

    today = as_of(settings, None)
    with acting(settings, by) as (session, how):
        made = drafting.draft(session, drafting.Wish(**told), as_of=today, **how)
        view = Snapshot.within(session)
        view.sees = how["by"].agencies
        paper.write_again(settings, view, made.id or 0, file)
        return drafting.counted(made)


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

    rows = look(context.obj, "letters", {}, paper.listed)
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
def write(context: typer.Context, number: LetterNumber, output: Output) -> None:
    from reports import paper
    from workflow import terminal
    from workflow.afar import Afar, Server

    file = _word_file(output)
    if isinstance(context.obj, Afar):
        file.write_bytes(Server.of(context.obj, None).fetch(f"letters/{number}/file"))
    else:
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
    number: LetterNumber,
    given: Annotated[str, typer.Argument(metavar=_("DOCUMENT"), help=_("Number and day, as they stand on it."))],
    by: Actor = None,
) -> None:
    from workflow import terminal
    from workflow.afar import Afar, Server
    from workflow.basis import Basis

    basis = Basis.read(given)
    if isinstance(context.obj, Afar):
        said = {"number": basis.number, "on": basis.on.isoformat()}
        tasks = Server.of(context.obj, by).post(f"letters/{number}/number", said)["tasks"]
    else:
        from workflow import dispatch

        with acting(context.obj, by) as (session, how):
            found = dispatch.find_dispatch(session, number, lock=True)
            tasks = len(dispatch.give_number(session, found, basis, **how))
    terminal.say(_("Letter {n} left as {number}; it stands in the history of {tasks} tasks.", n=number, number=basis.number, tasks=tasks))  # fmt: skip
    terminal.say(_("`dondoc letter send {n} --file …` mails the signed letter.", n=number))


@letter_app.command("drop", help=_("Say that a letter will not be sent.\n\n\b\nExample:\n  dondoc letter drop 3"))
def drop(context: typer.Context, number: LetterNumber, by: Actor = None) -> None:
    from workflow import terminal
    from workflow.afar import Afar, Server

    if isinstance(context.obj, Afar):
        Server.of(context.obj, by).post(f"letters/{number}/drop", {})
    else:
        from workflow import dispatch

        with acting(context.obj, by) as (session, how):
            dispatch.drop(session, dispatch.find_dispatch(session, number, lock=True), **how)
    terminal.say(_("Letter {n} is dropped.", n=number))


app = typer.Typer()
app.add_typer(letter_app, name="letter")
