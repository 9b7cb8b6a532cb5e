"""Commands about reports to hand on: the overdue pack, the report upward, answers to a call, what was taken over, what was told."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reports import commands_template
from workflow.i18n import _
from workflow.options import Agency, AsOfDay, Code, Directive, Json, as_of, look, looking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from reports.report import Report
    from workflow.afar import Afar
    from workflow.config import Settings
    from workflow.snapshot import Snapshot

report_app = typer.Typer(no_args_is_help=True, help=_("Reports and what they are made with."))
report_app.add_typer(commands_template.template_app, name="template")


Output = Annotated[Path | None, typer.Option("--output", help=_("Write the report as .xlsx, .docx or .pdf."))]
Format = Annotated[
    str | None, typer.Option("--format", help=_("xlsx | docx | pdf, where the name of the file does not say it."))
]


def named(output: Path | None, format_: str | None, name: str) -> Path | None:
    """The file to write, if any: the one that is named, with the format that is asked for; without a name, one in this folder."""
    from reports.writing import FORMATS
    from workflow.errors import BadInput

    if format_ is None:
        return output
    if f".{format_}" not in FORMATS:
        raise BadInput("“{value}” is none of: {known}.", value=format_, known="xlsx, docx, pdf")
    if output is None:
        return Path(f"{name}.{format_}")
    if output.suffix.lower() not in ("", f".{format_}"):
        raise BadInput("{name} is not named as .{format}.", name=output.name, format=format_)
    return output.with_suffix(f".{format_}")


@contextmanager
def handed_on(settings: Settings | Afar, output: Path | None) -> Iterator[Settings | Afar]:
    """The settings while a report is made; one that becomes a file is in Vietnamese whatever its maker reads."""
    from workflow.i18n import speaking

    if output:
        with speaking("vi"):
            yield replace(settings, language="vi")
    else:
        yield settings


def show(settings: Settings | Afar, built: Report, output: Path | None) -> None:
    """Print a report, or write it as a file whose figures open their lists on the office's pages."""
    from reports import screen, writing
    from workflow import terminal
    from workflow.afar import Afar

    if output:
        base = settings.server if isinstance(settings, Afar) else settings.links.base_url
        writing.write(built, output, base.rstrip("/"))
        terminal.say(_("Written to {file}.", file=str(output)))
    else:
        terminal.say(screen.text(built))


def hand_on(
    settings: Settings | Afar,
    path: str,
    asked: Mapping[str, object],
    here: Callable[[Snapshot], object],
    output: Path | None,
    json_: bool,
) -> None:
    """Make a report `here` or on the server, which answers `path` with the very same, and print it or write it."""
    from reports.report import Report
    from workflow import terminal

    with handed_on(settings, output) as speaking_:
        found = look(speaking_, path, asked, here)
    if json_:
        terminal.say_json(found)
    else:
        show(settings, Report.from_json(found), output)


@report_app.command(
    "overdue",
    help=_(
        "The overdue pack: the two by two with its rates, by agency, document and field, every overdue task with its reasons.\n\n\b\nExamples:\n  dondoc report overdue --output qua-han.xlsx\n  dondoc report overdue --directive KH88 --as-of 15/10/2025 --of given --output qua-han.docx\n  dondoc report overdue --period 2025-Q3 --output qua-han.pdf"
    ),
)
def overdue(
    context: typer.Context,
    directive: Directive = None,
    agency: Agency = None,
    period: Annotated[str | None, typer.Option("--period", help=_("What falls due in it, such as 2025-Q3."))] = None,
    day: AsOfDay = None,
    of: Annotated[
        str, typer.Option("--of", help=_("What rates are of: due (those that have fallen due) | given (all)."))
    ] = "due",
    output: Output = None,
    format_: Format = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.duties.period_key import period_key
    from workflow.errors import BadInput

    output = named(output, format_, "qua-han")
    if of not in ("due", "given"):
        raise BadInput("“{value}” is none of: {known}.", value=of, known="due, given")
    key = period_key(period) if period else None

    def here(view: Snapshot) -> object:
        from reports import pack
        from workflow.queries import Wanted

        wanted = Wanted(directive=directive, agency=agency, period=key)
        return pack.build(view, as_of(context.obj, day), wanted, of=of).to_json()

    asked = {"as_of": day and terminal.day(day), "of": of, "directive": directive, "agency": agency, "period": key}
    hand_on(context.obj, "reports/pack", asked, here, output, json_)


@report_app.command(
    "inherited",
    help=_(
        "What an agency took over from those it succeeded, and how it stands.\n\n\b\nExamples:\n  dondoc report inherited LS.05986\n  dondoc report inherited STC --from SKHDT --output tiep-nhan.docx"
    ),
)
def inherited(
    context: typer.Context,
    heir: Annotated[str, typer.Argument(metavar=_("HEIR"))],
    former: Annotated[str | None, typer.Option("--from", help=_("The agency that ends (code or name)."))] = None,
    output: Output = None,
    format_: Format = None,
    day: AsOfDay = None,
    json_: Json = False,
) -> None:
    from reports import inherited as report
    from workflow import queries, terminal

    output = named(output, format_, "tiep-nhan")
    looked = as_of(context.obj, day)
    with looking(context.obj) as view, handed_on(context.obj, output):
        ids = queries.agency_id(view, heir), queries.agency_id(view, former) if former else None
        if json_:
            terminal.say_json(report.rows(view, looked, *ids))
            return
        built = report.build(view, looked, *ids)
    show(context.obj, built, output)


@report_app.command(
    "proof",
    help=_(
        "The proof of what was told about a task, to whom and when, to print for an inspection.\n\n\b\nExample:\n  dondoc report proof KH88-II.3 --output chung-minh.docx"
    ),
)
def proof(
    context: typer.Context,
    code: Code,
    agency: Agency = None,
    output: Output = None,
    format_: Format = None,
    day: AsOfDay = None,
    json_: Json = False,
) -> None:
    from reports import proof as report
    from workflow import terminal

    output = named(output, format_, "chung-minh")
    looked = as_of(context.obj, day)
    with looking(context.obj) as view, handed_on(context.obj, output):
        if json_:
            terminal.say_json(report.lines(view, looked, code, agency))
            return
        built = report.build(view, looked, code, agency)
    show(context.obj, built, output)


@report_app.command(
    "progress",
    help=_(
        'Draft the report upward on a directive: documents, results, assessment, proposals, annexes; as .docx ready to be signed.\n\n\b\nExamples:\n  dondoc report progress --directive KH88 --period 2025-Q3 --output bao-cao.docx\n  dondoc report progress --directive KH88 --kind final --to "UBND tỉnh" --output tong-ket.docx'
    ),
)
def progress(
    context: typer.Context,
    directive: Annotated[str, typer.Option("--directive", help=_("Code or number of a directive."))],
    period: Annotated[str | None, typer.Option("--period", help=_("The period that is reported on, such as 2025-Q3 (default: all the time until the day)."))] = None,
    kind: Annotated[str, typer.Option("--kind", help="progress | interim | final")] = "progress",
    to: Annotated[str, typer.Option("--to", help=_("Whom it goes to (default: whoever issued the directive)."))] = "",
    day: AsOfDay = None,
    output: Output = None, format_: Format = None,
    json_: Json = False,
) -> None:  # fmt: skip
    from workflow import terminal
    from workflow.afar import Afar, Server

    output = named(output, format_, "bao-cao")
    asked = {"directive": directive, "period": period, "kind": kind, "to": to, "as_of": day and terminal.day(day)}
    if output and output.suffix.lower() == ".docx":
        file = terminal.output_file(output)
        if isinstance(context.obj, Afar):
            file.write_bytes(Server.of(context.obj, None).fetch("reports/progress.docx", asked))
        else:
            from reports import upward

            with looking(context.obj) as view:
                upward.write(
                    context.obj, view, as_of(context.obj, day), upward.asked(directive, period, kind, to), file
                )
        terminal.say(_("Written to {file}.", file=str(output)))
        return

    def here(view: Snapshot) -> object:
        from reports import upward

        return upward.report(view, as_of(context.obj, day), upward.asked(directive, period, kind, to)).to_json()

    hand_on(context.obj, "reports/progress", asked, here, output, json_)


@report_app.command(
    "period",
    help=_(
        "What the agencies answered to the call for a report, and who has not.\n\n\b\nExample:\n  dondoc report period KH88-BC.2025-Q3 --output bao-cao-ky.xlsx"
    ),
)
def period_(
    context: typer.Context,
    code: Code,
    day: AsOfDay = None,
    output: Output = None,
    format_: Format = None,
    json_: Json = False,
) -> None:
    from workflow import terminal

    output = named(output, format_, "bao-cao-ky")

    def here(view: Snapshot) -> object:
        from reports import answered

        return answered.build(view, as_of(context.obj, day), code).to_json()

    hand_on(context.obj, f"reports/period/{code}", {"as_of": day and terminal.day(day)}, here, output, json_)


app = typer.Typer()
app.add_typer(report_app, name="report")
