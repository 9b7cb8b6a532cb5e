"""Commands that look at the record: tasks, one task, directives, the doctor; with those that move, decide and prove.

Each body imports what it needs when it runs; lists load neither the object mapper nor the web.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from workflow import commands_deadlines, commands_evidence, commands_moves
from workflow.i18n import _
from workflow.options import Agency, AsOfDay, Code, Directive, Json, as_of, look

if TYPE_CHECKING:
    from workflow.snapshot import Snapshot

app = typer.Typer()


@app.command(
    "tasks",
    help=_(
        "List tasks with status and standing.\n\n\b\nExamples:\n  dondoc tasks\n  dondoc tasks --standing overdue --agency STC\n  dondoc tasks --directive KH88 --json"
    ),
)
def tasks(
    context: typer.Context,
    directive: Directive = None,
    agency: Agency = None,
    standing: Annotated[
        str | None,
        typer.Option(
            "--standing",
            help="overdue | due_today | due_soon | on_track | no_deadline | undecided | done_on_time | done_late",
        ),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status", help="not_started | in_progress | submitted | returned | completed | suspended | cancelled"
        ),
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", help=_("Words of the task, with or without diacritics."))
    ] = None,
    every: Annotated[bool, typer.Option("--all", help=_("Also what is completed or cancelled."))] = False,
    day: AsOfDay = None,
    json_: Json = False,
) -> None:
    from workflow import terminal
    from workflow.errors import BadInput
    from workflow.periods import show_day, show_period
    from workflow.standing import Standing, Status, say_standing, say_status

    for value, known in ((standing, Standing), (status, Status)):
        if value and value not in list(known):
            raise BadInput("“{value}” is none of: {known}.", value=value, known=", ".join(known))

    def here(view: Snapshot) -> object:
        from workflow import queries

        closed = every or bool(status or standing)
        wanted = queries.Wanted(directive, agency, standing, status, search, closed=closed)
        return queries.tasks(view, as_of(context.obj, day), wanted)

    asked_for = {"directive": directive, "agency": agency, "standing": standing, "status": status, "search": search, "all": every, "as_of": day and terminal.day(day)}  # fmt: skip
    rows = look(context.obj, "tasks", asked_for, here)
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("code", _("Task")),
        C("agency", _("Agency"), wide=True),
        C("due", _("Due")),
        C("standing", _("Standing")),
        C("status", _("Status")),
        C("text", _("What is to be done"), wide=True),
    )
    shown = [
        {
            **row,
            "due": show_day(row["due_on"]) if row["due_on"] else show_period(row["period"]) if row["period"] else "–",
            "standing": say_standing(row["standing"]),
            "status": say_status(row["status"]) if row["status"] else "–",
        }
        for row in rows
    ]
    terminal.say_list(columns, shown)


@app.command("show", help=_("Show everything about one task.\n\n\b\nExample:\n  dondoc show KH88-II.3"))
def show(context: typer.Context, code: Code, day: AsOfDay = None, json_: Json = False) -> None:
    from workflow import card, terminal

    asked_for = {"as_of": day and terminal.day(day)}
    found = look(context.obj, f"tasks/{code}", asked_for, lambda view: card.drawn(view, code, as_of(context.obj, day)))
    if json_:
        terminal.say_json(found)
    else:
        terminal.say(*card.lines(found, context.obj.time_zone))


@app.command("directives", help=_("List the directives in the record.\n\n\b\nExample:\n  dondoc directives"))
def directives(context: typer.Context, json_: Json = False) -> None:
    from workflow import queries, terminal
    from workflow.periods import show_day

    rows = look(context.obj, "directives", {}, queries.directives)
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("code", _("Code")),
        C("number", _("Number")),
        C("issued", _("Issued")),
        C("issuer", _("Issuer"), wide=True),
        C("tasks", _("Tasks"), right=True),
        C("questions", _("To look at"), right=True),
        C("amended_by", _("Amended by")),
        C("subject", _("Subject"), wide=True),
    )
    terminal.say(*terminal.table(columns, [{**row, "issued": show_day(row["issued_on"])} for row in rows]))


@app.command(
    "questions",
    help=_(
        "List what waits for a person's look; `dondoc answer` settles it.\n\n\b\nExamples:\n  dondoc questions\n  dondoc questions --directive KH88 --json"
    ),
)
def questions(context: typer.Context, directive: Directive = None, json_: Json = False) -> None:
    from workflow import queries, terminal
    from workflow.card import asked

    asked_for = {"directive": directive}
    rows = look(
        context.obj, "questions", asked_for, lambda view: [asked(row) for row in queries.questions(view, directive)]
    )
    if json_:
        terminal.say_json(rows)
        return
    C = terminal.Column
    columns = (
        C("subject", _("Task")),
        C("question", _("To look at"), wide=True),
        C("text", _("What is to be done"), wide=True),
    )
    terminal.say_list(columns, rows)


@app.command("upgrade", help=_("Bring the database to the version of this program.\n\n\b\nExample:\n  dondoc upgrade"))
def upgrade(context: typer.Context) -> None:
    from workflow import terminal
    from workflow.database import Database

    database = Database(context.obj.database.url, context.obj.database.wait_seconds)
    before = database.version()
    database.upgrade()
    terminal.say(
        _(
            "The database stands at version {version} (before: {before}).",
            version=database.version() or "–",
            before=before or "–",
        )
    )
    database.dispose()


@app.command(
    "doctor", help=_("Look whether everything is in order; the exit code tells.\n\n\b\nExample:\n  dondoc doctor")
)
def doctor(context: typer.Context, json_: Json = False) -> None:
    from workflow import doctor as practice
    from workflow import terminal

    findings = practice.examine(context.obj)
    if json_:
        terminal.say_json([{"name": f.name, "state": f.state, "words": f.words} for f in findings])
    else:
        marks = {"good": "✓", "warning": "⚠", "bad": "✗"}
        terminal.say(*(f"{marks[f.state]} {f.name}: {f.words}" for f in findings))
    if any(f.state == "bad" for f in findings):
        raise typer.Exit(1)


app.add_typer(commands_moves.app)
app.add_typer(commands_deadlines.app)
app.add_typer(commands_evidence.app)
