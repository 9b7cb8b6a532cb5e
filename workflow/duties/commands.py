"""The commands of this folder: requests, parts and periods, notes, many at once."""

from __future__ import annotations

import typer

from workflow.duties import commands_bulk, commands_notes, commands_parts, commands_requests

app = typer.Typer()
app.add_typer(commands_requests.app)
app.add_typer(commands_parts.app)
app.add_typer(commands_notes.app)
app.add_typer(commands_bulk.app)
