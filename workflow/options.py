"""What commands share: the options that mean the same everywhere, the day a list speaks of, the transaction of an act."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

    from workflow.config import Settings
    from workflow.database import Database
    from workflow.queries import AsOf

Code = Annotated[str, typer.Argument(metavar=_("TASK"), help=_("Code of a task, such as KH88-II.3."))]
Agency = Annotated[str | None, typer.Option("--agency", help=_("Code or name of an agency."))]
Directive = Annotated[str | None, typer.Option("--directive", help=_("Code or number of a directive."))]
Period = Annotated[str | None, typer.Option("--period", help=_("Period, such as 2025-Q2."))]
AsOfDay = Annotated[
    str | None, typer.Option("--as-of", help=_("The day to look at, such as 15/10/2025 (default: today)."))
]
Json = Annotated[bool, typer.Option("--json", help=_("Print JSON for programs."))]
Actor = Annotated[str | None, typer.Option("--by", help=_("Who acts (default: $DONDOC_ACTOR or the account)."))]
Reason = Annotated[str, typer.Option("--reason", help=_("Why; it is recorded."))]


def as_of(settings: Settings, day: str | None) -> AsOf:
    """The day a list speaks of."""
    from workflow import clock, terminal
    from workflow.queries import AsOf

    return AsOf.at(clock.now(), settings.time_zone, settings.reminders.soon_days, terminal.day(day) if day else None)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open the office's database for one command, built if it is new."""
    from workflow.database import Database

    database = Database(settings.database.url, settings.database.wait_seconds)
    try:
        yield database.ready()
    finally:
        database.dispose()


@contextmanager
def acting(settings: Settings, named: str | None) -> Iterator[tuple[Session, dict[str, Any]]]:
    """Open the transaction of a command that acts, with who and when."""
    from workflow import clock, terminal
    from workflow.audit import By

    with opened(settings) as database, database.transaction() as session:
        yield session, {"by": By(terminal.actor(named), "cli"), "at": clock.now()}
