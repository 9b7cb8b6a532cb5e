"""Migrations, column types, versions, writers that wait for each other."""

from __future__ import annotations

import json
import sqlite3
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from tests import make
from workflow import record
from workflow.calendar import WorkingCalendar
from workflow.database import Database
from workflow.errors import BadInput, Refused
from workflow.message import Heartbeat
from workflow.snapshot import HEAD, snapshot
from workflow.task import find_task, open_questions


def test_the_migrations_build_what_the_classes_say(database: Database) -> None:
    assert {table.__tablename__ for table in record.TABLES} == set(SQLModel.metadata.tables)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_head_is_the_newest_migration(database: Database) -> None:
    assert database.version() == HEAD
    newest = max((Path(record.__file__).parent / "migrations" / "versions").glob("*.py"))
    assert newest.name.startswith(HEAD)


def test_a_database_of_another_version_is_refused(database: Database, url: str) -> None:
    with database.transaction() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(Refused, match="9999"):
        database.ready()
    with pytest.raises(Refused, match="9999"), snapshot(url):
        pass


def test_instants_come_back_as_they_went_in(database: Database) -> None:
    moment = make.at("2025-07-14 08:00")
    with database.transaction() as session:
        session.add(Heartbeat(name="x", at=moment))
    with database.transaction() as session:
        found = session.get_one(Heartbeat, "x").at
    assert found == moment
    assert found.tzinfo is UTC
    with pytest.raises(Exception, match="naive"), database.transaction() as session:
        session.add(Heartbeat(name="y", at=datetime(2025, 1, 1, 8)))  # noqa: DTZ001 - that is the point


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as session:
        session.add(Heartbeat(name="x", at=make.at("2025-07-14 08:00")))
        session.flush()
        raise RuntimeError
    with database.transaction() as session:
        assert session.get(Heartbeat, "x") is None


def test_writers_take_turns(database: Database) -> None:
    """Read, change, write from six threads: nothing is lost and nobody fails."""
    with database.transaction() as session:
        session.add(Heartbeat(name="n", at=datetime(2025, 1, 1, tzinfo=UTC)))

    def work() -> None:
        for _n in range(10):
            with database.transaction() as session:
                session.execute(
                    text(
                        "select * from heartbeat where name = 'n'"
                        + (" for update" if "postgresql" in database.url else "")
                    )
                )
                beat = session.get_one(Heartbeat, "n")
                beat.at = beat.at.replace(microsecond=beat.at.microsecond + 1)

    threads = [threading.Thread(target=work) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as session:
        assert session.get_one(Heartbeat, "n").at.microsecond == 60


def test_sqlite_is_durable_and_checks_foreign_keys(tmp_path: Path) -> None:
    made = Database(f"sqlite:///{tmp_path}/a.db").ready()
    with made.engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"pragma {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    made.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_locked_database_says_so(tmp_path: Path) -> None:
    made = Database(f"sqlite:///{tmp_path}/a.db", wait_seconds=0).ready()
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(Refused, match="Chương trình khác"), made.transaction() as session:
        session.add(Heartbeat(name="x", at=make.at("2025-07-14 08:00")))
    other.execute("rollback")
    other.close()
    made.dispose()


def test_strange_addresses_and_files(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="mysql"):
        Database("mysql://x/y")
    (tmp_path / "bad.db").write_bytes(b"this is no database at all, but long enough to be looked at" * 40)
    with pytest.raises(BadInput, match="bad.db"), snapshot(f"sqlite:///{tmp_path}/bad.db"):
        pass
    with pytest.raises(Refused, match="dondoc import"), snapshot(f"sqlite:///{tmp_path}/none.db"):
        pass
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "empty.db").touch()
    with pytest.raises(Refused, match="dondoc import"), snapshot(f"sqlite:///{tmp_path}/empty.db"):
        pass
    with pytest.raises(Refused, match="không trả lời"), snapshot(f"postgresql://nobody@/nothing?host={tmp_path}"):
        pass


def test_a_record_of_the_first_version_is_carried_on(tmp_path: Path) -> None:
    from alembic import command

    from workflow.database import migrations

    made = Database(f"sqlite:///{tmp_path}/a.db")
    with made.engine.begin() as connection:
        command.upgrade(migrations(connection), "0001")
    with made.engine.begin() as connection:
        connection.execute(
            text("""insert into directive (id, code, number, issued_on, issuer, kind, subject, digest, file_name, plan_year,
            confirmation, recorded_at) values (1, 'KH27', '27/KH-UBND', '2025-04-11', '', '', '', 'x', 'a', 2025, 'required',
            '2025-04-11 09:00:00.000000')""")
        )
        connection.execute(
            text("""insert into task (id, code, directive_id, position, no, section, text, folded, timing, undecided, recurs, place)
            values (1, 'KH27-I.1', 1, 1, 'I.1', '', 'x', 'x', '{"words": "", "kind": "ongoing"}', 0, 0, '{}')""")
        )
        connection.execute(
            text(
                "insert into question (id, directive_id, task_id, message, args, place) values (1, 1, 1, 'x', '{}', '{}')"
            )
        )
    with pytest.raises(Refused, match="0001"):
        made.ready()
    made.upgrade()
    with made.ready().transaction() as session:
        task = find_task(session, "KH27-I.1")
        assert task.since() == task.directive.issued_on
        assert len(open_questions(session, task)) == 1
    made.dispose()


OLD = {
    "words": "trước ngày 15 tháng cuối quý",
    "kind": "recurring",
    "windows": [],
    "cycle": "quarterly",
    "every_months": 0,
    "day": 15,
    "month": 0,
    "day_before": True,
    "working_days": 0,
    "needs_person": False,
    "reasons": [
        {"message": "Recurs every quarter; due on its last day unless a day is stated.", "args": {}},
        {"message": "“trước ngày {day}” ends on the day before.", "args": {"day": "15"}},
    ],
    "quarters": [],
}


@pytest.mark.parametrize(
    ("changed", "due"),
    [
        ({}, ["2025-06-14", "2025-09-14", "2025-12-14"]),
        ({"cycle": None, "quarters": [2, 4], "day": 0}, ["2025-06-30", "2025-12-31"]),
        ({"cycle": None, "every_months": 4, "day": 0}, ["2025-04-30", "2025-08-31", "2025-12-31"]),
        ({"cycle": "weekly", "day": 4}, 37),
    ],
)
def test_timings_of_the_second_version_mean_the_same_after_the_upgrade(
    tmp_path: Path, changed: dict[str, object], due: list[str] | int
) -> None:
    from alembic import command

    from workflow.database import migrations

    made = Database(f"sqlite:///{tmp_path}/a.db")
    with made.engine.begin() as connection:
        command.upgrade(migrations(connection), "0002")
        connection.execute(
            text("""insert into directive (id, code, number, issued_on, issuer, kind, subject, digest, file_name, plan_year,
            confirmation, recorded_at) values (1, 'KH27', '27/KH-UBND', '2025-04-11', '', '', '', 'x', 'a', 2025, 'required',
            '2025-04-11 09:00:00.000000')""")
        )
        connection.execute(
            text("""insert into task (id, code, directive_id, position, no, section, text, folded, timing, undecided, recurs, place)
            values (1, 'KH27-I.1', 1, 1, 'I.1', '', 'x', 'x', :timing, 0, 1, '{}')"""),
            {"timing": json.dumps(OLD | changed)},
        )
    made.upgrade()
    with made.ready().transaction() as session:
        timing = find_task(session, "KH27-I.1").understood()
    found = [w.due.isoformat() for w in timing.occurrences(date(2025, 4, 11), date(2025, 12, 31), WorkingCalendar())]
    assert found == due or len(found) == due
    assert "Lặp lại hằng quý." in timing.explain()
    with made.migrating() as connection:
        command.downgrade(migrations(connection), "0002")
        back = json.loads(str(connection.execute(text("select timing from task")).scalar()))
    assert {name: back[name] for name in OLD if name != "reasons"} == {
        name: value
        for name, value in (OLD | changed | ({"day_before": False} if changed else {})).items()
        if name != "reasons"
    }
    made.dispose()


def test_upgrade_builds_and_keeps(tmp_path: Path) -> None:
    made = Database(f"sqlite:///{tmp_path}/a.db")
    assert made.version() is None
    made.upgrade()
    made.upgrade()
    assert made.version() == HEAD
    made.dispose()


def test_an_older_version_takes_back_what_was_handed_on(database: Database) -> None:
    """Two duties of one task at one heir do not fit the older key: each goes back to whom it was issued to."""
    from alembic import command

    from tests.test_register_regressions import merged
    from tests.test_register_succession import offices
    from workflow.database import migrations

    with database.transaction() as session:
        offices(session, "A", "B", "H")
        make.enacted(session, make.task("1", timing="31/8/2025", lead="Cơ quan A; Cơ quan B"))
        merged(session, ("A", "H"), ("B", "H"))
    owned = text("select a.code from occurrence o join agency a on a.id = o.agency_id order by o.id")
    with database.migrating() as connection:
        assert list(connection.execute(owned).scalars()) == ["H", "H"]
        command.downgrade(migrations(connection), "0003")
        assert list(connection.execute(owned).scalars()) == ["A", "B"]
        command.upgrade(migrations(connection), "head")
        issued = text("select a.code from occurrence o join agency a on a.id = o.issued_to_id order by o.id")
        assert list(connection.execute(issued).scalars()) == ["A", "B"]
