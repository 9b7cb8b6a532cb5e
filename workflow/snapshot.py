"""A consistent read-only view of the record, without the object mapper.

Every list goes through here: a command that only lists must start at once, and importing the mapper alone takes
several times as long as the whole answer. The SQL stands in `workflow.queries`.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.errors import BadInput, Refused

if TYPE_CHECKING:
    from sqlmodel import Session

HEAD = "0013"  # the migration this program needs; a test compares it with workflow/migrations

Row = dict[str, Any]


class Snapshot:
    """One reading of the record; rows are mappings, `*_on` columns dates and `*_at` columns aware UTC instants."""

    def __init__(self, connection: Any, dialect: str) -> None:
        self._connection = connection
        self._dialect = dialect
        # Whose confidential directives may be seen: of these agencies, or (None) all; whoever opens it may say more.
        self.sees: frozenset[int] | None = frozenset()

    @classmethod
    def within(cls, session: Session) -> Snapshot:
        """The record as a transaction sees it, with everything that it has written so far."""
        session.flush()
        connection = session.connection()
        return cls(connection.connection.driver_connection, connection.dialect.name)

    def json_day(self, column: str, name: str) -> str:
        """The SQL of a day that stands in a JSON column."""
        if self._dialect == "sqlite":
            return f"json_extract({column}, '$.{name}')"
        return f"cast({column} ->> '{name}' as date)"

    def rows(self, sql: str, /, **args: object) -> list[Row]:
        """Return the rows of a query with `:name` parameters."""
        if self._dialect == "sqlite":
            bound: dict[str, object] = {k: _plain(v) for k, v in args.items()}
        else:
            sql = re.sub(r"(?<!:):(\w+)", r"%(\1)s", sql.replace("%", "%%"))
            bound = {k: v.replace("\0", "\ufffd") if isinstance(v, str) else _naive(v) for k, v in args.items()}
        cursor = self._connection.execute(sql, bound)
        names = [column[0] for column in cursor.description]
        typed = [(name, _day if name.endswith("_on") else _moment) for name in names if name.endswith(("_on", "_at"))]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
        for name, make in typed:
            for row in rows:
                if row[name] is not None:
                    row[name] = make(row[name])
        return rows


@contextmanager
def snapshot(url: str) -> Iterator[Snapshot]:
    """Open a snapshot; raises a Problem where there is no record yet or it is of another version."""
    dialect, connection = _connect(url)
    try:
        view = Snapshot(connection, dialect)
        try:
            found = view.rows("select version_num from alembic_version")
        except Exception as error:
            raise Refused("There is no record yet. Import a first directive with `dondoc import FILE`.") from error
        if not found or found[0]["version_num"] != HEAD:
            raise Refused(
                "The database is of version {found}, this program needs {wanted}. Run `dondoc upgrade`.",
                found=found[0]["version_num"] if found else "?",
                wanted=HEAD,
            )
        yield view
    finally:
        connection.close()


def _connect(url: str) -> tuple[str, Any]:
    if url.startswith("sqlite:///"):
        file = Path(url.removeprefix("sqlite:///"))
        if not file.is_file():
            raise Refused("There is no record yet. Import a first directive with `dondoc import FILE`.")
        try:
            connection = sqlite3.connect(
                f"{file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=30
            )
            connection.execute("begin")
            connection.execute("select 1 from sqlite_master limit 1").fetchone()
        except sqlite3.DatabaseError as error:
            raise BadInput("{file} is not a readable database: {error}", file=str(file), error=str(error)) from error
        return "sqlite", connection
    if not url.startswith("postgresql"):
        raise BadInput("database.url {url} is neither sqlite nor postgresql.", url=url)
    import psycopg

    try:
        opened = psycopg.connect(re.sub(r"^postgresql(\+\w+)?:", "postgresql:", url))
    except psycopg.OperationalError as error:
        raise Refused("The database does not answer: {error}", error=str(error).strip()) from error
    opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    opened.read_only = True
    return "postgresql", opened


def _plain(value: object) -> object:
    """What SQLite stores for a value: ISO text for dates, naive UTC for instants."""
    value = _naive(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _naive(value: object) -> object:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def listed(numbers: Iterable[int]) -> str:
    """Numbers as the inside of an SQL `in (…)`; of none at all, nothing is in it."""
    return ", ".join(str(int(number)) for number in numbers) or "null"


def exact(value: int | None) -> Decimal | None:
    """A figure that is kept as millionths (`workflow.database.Exact`)."""
    return None if value is None else Decimal(value).scaleb(-6).normalize() + 0


def stored(value: object) -> dict[str, Any]:
    """A JSON column as a mapping: it is text in SQLite and a value in PostgreSQL."""
    return (json.loads(value) if isinstance(value, str) else value) or {}  # type: ignore[return-value]


def _day(value: Any) -> date:
    """A day, which is text in SQLite."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: Any) -> datetime:
    """An instant, which both databases keep in UTC and SQLite as text."""
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).replace(tzinfo=UTC)
