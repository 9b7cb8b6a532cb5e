"""The `dondoc` command: finds the settings, composes the commands of every part, and turns Problems into sentences."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from workflow import config, i18n
from workflow.errors import Problem
from workflow.i18n import _


def main(arguments: list[str] | None = None) -> None:
    """Run one command; a Problem becomes a sentence on stderr and an exit code (1 refused, 2 bad input, 3 not permitted)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")  # an office PC's code page knows no Vietnamese
    try:
        settings = config.load(_config_file(arguments))
        i18n.set_language(settings.language)
        compose(settings)(args=arguments, prog_name="dondoc")
    except Problem as problem:
        _fail(str(problem), problem.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # `dondoc tasks | head`: nobody listens any more
        sys.exit(0)
    except OSError as error:
        _fail(": ".join(filter(None, [error.strerror or str(error), error.filename and str(error.filename)])), 1)


def compose(settings: config.Settings) -> Any:
    """Return the application with every command; the settings are its context object.

    The parts are imported here and not above, because their help is written in the language of the settings.
    """
    from directives import commands as directives
    from notifications import commands as notifications
    from reports import commands as reports
    from web import commands as web
    from workflow import commands as workflow

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
            Path | None, typer.Option("--config", help=_("Settings file (default: $DONDOC_CONFIG or ./config.yaml)."))
        ] = None,
    ) -> None:
        context.obj = settings

    for part in (directives, workflow, notifications, reports, web):
        app.add_typer(part.app)
    return app


def _config_file(arguments: list[str]) -> Path | None:
    """The file that --config names, found before the commands are composed: their help depends on its language."""
    for index, argument in enumerate(arguments):
        if argument.startswith("--config="):
            return Path(argument.removeprefix("--config="))
        if argument == "--config" and index + 1 < len(arguments):
            return Path(arguments[index + 1])
    return None


def _fail(sentence: str, code: int) -> None:
    print(f"{_('Error')}: {sentence}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
