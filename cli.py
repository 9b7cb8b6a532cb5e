"""The `dondoc` command: finds the settings, composes the commands of every part, and turns Problems into sentences."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow import afar, i18n
from workflow.errors import Problem, Refused
from workflow.i18n import _

if TYPE_CHECKING:
    from workflow import config

# Which part offers which command; a test compares it with the parts.
PARTS = {
    "directives": ("read", "figures", "import", "timing"),
    "workflow": (
        "tasks", "show", "directives", "questions", "start", "done", "withdraw", "confirm", "return", "reopen", "suspend",
        "resume", "cancel", "hand-on", "answer", "evidence", "deadline", "cycle", "event", "upgrade", "doctor",
    ),
    "workflow.duties": ("extend", "requests", "parts", "progress", "notes", "bulk"),
    "workflow.reporting": ("period",),
    "workflow.register": ("agencies", "focal-points", "groups", "succession"),
    "workflow.access": ("people", "policy", "login", "logout", "whoami"),
    "workflow.targets": ("targets",),
    "workflow.history": ("audit",),
    "notifications": (
        "outbox", "mail", "inbox", "links", "keys", "tick", "run", "reminders", "why-reminded", "why-not", "calendar", "letter",
    ),
    "reports": ("overdue", "letter", "report"),
    "web": ("serve", "demo"),
}  # fmt: skip


# Which commands work with the record of a server, after `dondoc login`; the others are for the machine of the record.
AFAR = (
    "tasks", "show", "directives", "questions", "start", "done", "withdraw", "confirm", "return", "reopen", "suspend", "resume",
    "cancel", "hand-on", "extend", "requests", "parts", "period", "progress", "notes", "agencies", "overdue", "report", "letter", "timing",
    "read", "figures", "targets", "login", "logout", "whoami",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Run one command; a Problem becomes a sentence on stderr and an exit code (1 refused, 2 bad input, 3 not permitted)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                encoding="utf-8", errors="replace" if stream is sys.stdin else "strict"
            )  # an office PC's code page knows no Vietnamese
    try:
        settings = _settings(arguments)
        i18n.set_language(settings.language)
        _refuse_here(settings, _command(arguments))
        compose(settings, _command(arguments))(args=arguments, prog_name="dondoc")
    except Problem as problem:
        _fail(str(problem), problem.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # `dondoc tasks | head`: nobody listens any more
        sys.exit(0)
    except OSError as error:
        _fail(": ".join(filter(None, [error.strerror or str(error), error.filename and str(error.filename)])), 1)


def compose(settings: config.Settings | afar.Afar, command: str | None = None) -> Any:
    """Return the application for one command, or with every command; the settings are its context object.

    The parts are imported here and not above: their help is written in the language of the settings, and a command need not
    wait for the parts that it is not in.
    """
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help=_(
            "Carries government directives to their end: reads them, tracks every task, reminds, reviews what is overdue."
        ),
    )

    @app.callback()
    def settings_(
        context: typer.Context,
        config_: Annotated[
            Path | None,
            typer.Option("--config", help=_("Settings file (default: $DONDOC_CONFIG or ./config.yaml).")),
        ] = None,
    ) -> None:
        context.obj = settings

    for part in [part for part, names in PARTS.items() if command in names] or PARTS:
        app.add_typer(import_module(f"{part}.commands").app)
    return app


def _command(arguments: list[str]) -> str | None:
    """The first argument that is neither an option nor the value of --config."""
    values = [i + 1 for i, argument in enumerate(arguments) if argument == "--config"]
    return next((a for i, a in enumerate(arguments) if not a.startswith("-") and i not in values), None)


def _settings(arguments: list[str]) -> config.Settings | afar.Afar:
    """The settings of this machine, or the server that one is signed in to; a broken login is in nobody's way who signs in anew."""
    file = _config_file(arguments)
    try:
        if there := afar.chosen(file):
            return there
    except afar.BrokenLogin:
        if _command(arguments) != "login":
            raise
    from workflow import config

    return config.load(file)


def _refuse_here(settings: config.Settings | afar.Afar, command: str | None) -> None:
    """Raise Refused for a command that would begin a record of its own on the PC of somebody who works with a server's."""
    server = getattr(settings, "server", "")
    if server and any(command in names for names in PARTS.values()) and command not in AFAR:
        raise Refused("`dondoc {command}` is for the machine of the record; you are signed in to {server}. Name a settings file with --config, or `dondoc logout`.", command=command, server=server)  # fmt: skip


def _config_file(arguments: list[str]) -> Path | None:
    """The file that --config names, found before the commands are composed: their help depends on its language."""
    for index, argument in enumerate(arguments):
        if argument.startswith("--config="):
            return Path(argument.removeprefix("--config="))
        if argument == "--config" and index + 1 < len(arguments):
            return Path(arguments[index + 1])
    return None


def _fail(sentence: str, code: int) -> None:
    print(_("Error: {sentence}", sentence=sentence), file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
