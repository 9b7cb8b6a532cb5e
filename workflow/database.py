"""The database: engine, one transaction at the edge, column types, migrations.

SQLite in one file by default; PostgreSQL by URL with the same code. Writers on SQLite take the lock when they begin
(`BEGIN IMMEDIATE`), because a transaction that reads first and writes later fails at once when another writer was faster.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, DateTime, Insert, create_engine, event, inspect, text
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.engine import Connection, Dialect, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from workflow import clock
from workflow.errors import BadInput, Busy, NotPermitted, Refused
from workflow.snapshot import HEAD, exact

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# One number per thing that only one transaction may do at a time (PostgreSQL advisory locks; SQLite has one writer anyway).
LOCKS = {"audit": 715_001, "tick": 715_002, "upgrade": 715_003}

LARGE_LOG = 64_000_000  # bytes of SQLite's log that whoever reads all the time has kept from beginning anew


# What keeps a refused attempt; the history puts itself in when it is loaded, so that it may stand on this and not this on it.
KEEP_REFUSAL: list[Callable[[Session, Exception, dict[str, Any], datetime], None]] = []


class Instant(TypeDecorator[datetime]):
    """An instant in UTC; refuses naive values, because SQLite would drop the zone without a word."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive instant {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Exact(TypeDecorator[Decimal]):
    """A decimal figure, kept as millionths in a whole number: SQLite would make a float of it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        millionths = value.scaleb(6)
        if millionths != int(millionths):
            raise ValueError(f"{value} is too fine")
        return int(millionths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return exact(value)


def enum_column(kind: type, name: str) -> SqlEnum:
    """A column that stores the values of a StrEnum as text, checked by the database."""
    return SqlEnum(
        kind,
        native_enum=False,
        length=20,
        create_constraint=True,
        name=name,
        values_callable=lambda members: [m.value for m in members],
    )


class Database:
    """One database by its URL."""

    def __init__(self, url: str, wait_seconds: int = 30) -> None:
        import workflow.record  # noqa: F401 - tables name each other; all must be known before one is written

        self.url = url
        self.wait_seconds = wait_seconds
        self.engine = _engine(url, wait_seconds)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: committed at the end, rolled back on any exception."""
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except NotPermitted as problem:
            self._note(problem)
            raise
        except StaleDataError as error:
            raise Refused("Somebody else changed it at the same moment. Look at it again.") from error
        except DBAPIError as error:
            raise self._said(error) from error

    def _note(self, problem: NotPermitted) -> None:
        """Keep in the history that somebody tried what they may not do; the attempt itself was rolled back."""
        told = problem.refusal
        if told:
            with Session(self.engine) as session, session.begin():
                for keep in KEEP_REFUSAL:
                    keep(session, problem, told, clock.now())

    def _said(self, error: DBAPIError) -> Exception:
        """What a failure of the database means for the person; unknown ones stay as they are."""
        words = str(error.orig)
        if "NUL (0x00)" in words:  # PostgreSQL keeps no such text; SQLite would
            return BadInput("What was given holds a character that no text has.")
        if "database is locked" in words:
            return Busy(
                "Another program has been writing to the database for {seconds} seconds; try again.",
                seconds=self.wait_seconds,
            )
        if "deadlock" in words or "could not serialize" in words:
            return Refused("Somebody else changed it at the same moment. Look at it again.")
        if "not a database" in words or "malformed" in words:
            return BadInput("{file} is not a readable database: {error}", file=self.engine.url.database, error=words)
        away = ("connect", "unable to open", "server closed", "readonly", "disk is full", "No space left")
        if isinstance(error, OperationalError) and any(sign in words for sign in away):
            return Refused("The database does not answer: {error}", error=words.strip().splitlines()[0])
        return error

    def version(self) -> str | None:
        """The migration the database stands at, or None for a fresh one."""
        try:
            with self.engine.connect() as connection:
                if not inspect(connection).has_table("alembic_version"):
                    return None
                return connection.execute(text("select version_num from alembic_version")).scalar()
        except DBAPIError as error:
            raise self._said(error) from error

    def ready(self) -> "Database":
        """Build a fresh database; refuse one that an older or newer dondoc left."""
        version = self.version()
        if version is None:
            self.upgrade()
        elif version != HEAD:
            raise Refused(
                "The database is of version {found}, this program needs {wanted}. Run `dondoc upgrade`.",
                found=version,
                wanted=HEAD,
            )
        return self

    def upgrade(self) -> None:
        """Bring the database to this program's version, in one transaction."""
        from alembic import command

        with self.migrating() as connection:
            command.upgrade(migrations(connection), "head")

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """The transaction of a migration; SQLite, which builds a changed table anew, checks foreign keys at its end only."""
        with self.engine.connect() as connection:
            plain = connection.connection.driver_connection
            lite = connection.dialect.name == "sqlite"
            if lite and plain:
                plain.execute("pragma foreign_keys = off")  # heeded outside a transaction only
            try:
                with connection.begin():
                    if not lite:  # two first commands at once: the second finds it done
                        connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": LOCKS["upgrade"]})
                    yield connection
                    if lite and (broken := connection.exec_driver_sql("pragma foreign_key_check").first()):
                        raise RuntimeError(f"the migration broke {broken}")
            finally:
                if lite and plain:
                    plain.execute("pragma foreign_keys = on")

    def settle(self) -> None:
        """Take a log of SQLite that has grown large into the database; waits no more than a second for whoever reads."""
        log = Path(f"{self.engine.url.database}-wal")
        if self.engine.dialect.name != "sqlite" or not log.is_file() or log.stat().st_size < LARGE_LOG:
            return
        with self.engine.connect() as connection:
            plain = connection.connection.driver_connection
            assert plain
            plain.execute("pragma busy_timeout = 1000")
            try:
                plain.execute("pragma wal_checkpoint(truncate)")
            finally:
                plain.execute(f"pragma busy_timeout = {self.wait_seconds * 1000}")

    def dispose(self) -> None:
        self.engine.dispose()


def migrations(connection: Any = None) -> Any:
    """Return Alembic's configuration, made in code: no ini file can disagree with it."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "workflow:migrations")
    config.attributes["connection"] = connection
    return config


def exclusive(session: Session, lock: str) -> None:
    """Hold `lock` until this transaction ends, so that nobody else does the same thing at the same time.

    Taken once in a transaction; whoever uses savepoints takes it before the first.
    """
    transaction = session.get_transaction()
    if transaction and session.info.get(lock) is transaction:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": LOCKS[lock]})
    session.info[lock] = session.get_transaction()


def write_rows(session: Session, kind: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Insert many rows of one table at once, past the mapper; every row names the same columns."""
    if rows:
        session.connection().execute(_inserting(str(kind.__tablename__)), rows)


@lru_cache
def _inserting(table: str) -> Insert:
    return SQLModel.metadata.tables[table].insert()


def _engine(url: str, wait_seconds: int) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadInput("database.url {url} is neither sqlite nor postgresql.", url=url) from error
    if parsed.get_backend_name() == "postgresql":
        drawn = parsed.set(drivername="postgresql+psycopg")
        return create_engine(drawn, pool_pre_ping=True, hide_parameters=True)  # a log must not show what letters say
    if parsed.get_backend_name() != "sqlite":
        raise BadInput("database.url {url} is neither sqlite nor postgresql.", url=parsed.render_as_string())
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": wait_seconds}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-16000",  # 16 MB
            "wal_autocheckpoint=4000",  # pages, 16 MB: pages that are written again and again are copied once
            f"busy_timeout={wait_seconds * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
