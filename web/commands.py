"""Commands that join everything: the pages with the clock, and the demonstration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workflow.i18n import _

app = typer.Typer()


@app.command(
    "serve",
    help=_(
        "Serve the pages on this machine, with the clock.\n\n\b\nExamples:\n  dondoc serve\n  dondoc serve --open-lists --port 8080"
    ),
)
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option("--host", help=_("Address to listen on (default: web.host)."))] = None,
    port: Annotated[int | None, typer.Option("--port", help=_("Port to listen on (default: web.port)."))] = None,
    open_lists: Annotated[
        bool,
        typer.Option(
            "--open-lists", help=_("Show the overdue list and the tasks without sign-in; for a closed network only.")
        ),
    ] = False,
    clock: Annotated[
        bool, typer.Option("--clock/--no-clock", help=_("Also tick on the schedule of the settings."))
    ] = True,
) -> None:
    import logging
    from dataclasses import replace

    import uvicorn

    from notifications.commands import tick_once
    from web.app import create_app
    from workflow import terminal
    from workflow.options import opened
    from workflow.scheduler import clock_for

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = context.obj
    if open_lists:
        settings = replace(settings, web=replace(settings.web, open_lists=True))
    scheduler = (
        clock_for(settings.schedule.tick, settings.time_zone, lambda: tick_once(settings), background=True)
        if clock
        else None
    )
    where = host or settings.web.host, port or settings.web.port
    with opened(settings) as database:
        if scheduler:
            scheduler.start()
        terminal.say(_("Open http://{host}:{port}/ – stop with Ctrl-C.", host=where[0], port=where[1]))
        try:
            # No access log: the path of a link is a permission to act.
            uvicorn.run(
                create_app(settings, database),
                host=where[0],
                port=where[1],
                log_level="warning",
                access_log=False,
                server_header=False,
            )
        finally:
            if scheduler:
                scheduler.shutdown(wait=True)


@app.command(
    "demo",
    help=_("Replay the year 2025 on two sample directives, in a new folder.\n\n\b\nExample:\n  dondoc demo thu-nghiem"),
)
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar=_("FOLDER"), help=_("Where to put the database and the letters."))
    ] = Path("demo"),
) -> None:
    from web.demonstration import replay

    replay(folder)
