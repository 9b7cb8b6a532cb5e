"""The history: whatever is done to it behind its back shows, and every state is what it tells."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from tests import make
from tests.conftest import Office, Run
from workflow.audit import AuditEntry, digest, head, newest, record, record_all
from workflow.database import Database, write_rows
from workflow.errors import BadInput, Problem
from workflow.history import entries, replay
from workflow.history.chain import Bent, Fault, first_fault
from workflow.occurrence import Occurrence
from workflow.snapshot import snapshot
from workflow.standing import Status

HOW = {"by": make.BY, "at": make.at("2025-09-20 10:00")}


def filled(database: Database, count: int = 6) -> str:
    """A history of some entries; returns its anchor."""
    with database.transaction() as session:
        for n in range(count):
            at = make.at(f"2025-05-0{n % 9 + 1} 08:00")
            record(session, "start", f"KH1-{n}", by=make.BY, at=at, after={"số": n}, reason="vì ơ ư")
        return entries.anchor(*newest(session))


def row(session: Session, number: int) -> AuditEntry:
    return session.exec(select(AuditEntry).where(AuditEntry.id == number)).one()


def forged(session: Session, previous: str, actor: str = "kẻ lạ") -> dict[str, object]:
    """An entry with a right hash, as somebody who knows the rule would write it."""
    at = make.at("2025-05-03 09:00")
    content = {"at": at, "actor": actor, "channel": "cli", "act": "confirm", "subject": "KH1-2", "reason": None}
    content |= dict.fromkeys(("occurrence_id", "before", "after", "status_after"))
    return {**content, "previous": previous, "hash": digest(content, previous)}


def change(session: Session) -> None:
    session.execute(text("update audit_entry set actor = 'người khác' where id = 3"))


def change_a_reason(session: Session) -> None:
    session.execute(text("update audit_entry set reason = null where id = 3"))


def change_the_link(session: Session) -> None:
    session.execute(text("update audit_entry set previous = '' where id = 3"))


def remove(session: Session) -> None:
    session.execute(text("delete from audit_entry where id in (2, 3)"))


def remove_the_first(session: Session) -> None:
    session.execute(text("delete from audit_entry where id = 1"))


def insert(session: Session) -> None:
    for number in (6, 5, 4, 3):
        session.execute(text(f"update audit_entry set id = {number + 1} where id = {number}"))
    session.add(AuditEntry(id=3, **forged(session, row(session, 2).hash)))


def insert_badly(session: Session) -> None:
    insert(session)
    session.flush()
    session.execute(text("update audit_entry set hash = 'abc' where id = 3"))


def swap(session: Session) -> None:
    for number, new in ((3, 99), (4, 3), (99, 4)):
        session.execute(text(f"update audit_entry set id = {new} where id = {number}"))


def cut(session: Session) -> None:
    session.execute(text("delete from audit_entry where id > 4"))


def write_anew(session: Session) -> None:
    """Change the third entry and mend every hash after it: the chain itself is whole."""
    session.execute(text("update audit_entry set actor = 'người khác' where id = 3"))
    session.expire_all()
    previous = row(session, 2).hash
    for number in range(3, 7):
        entry = row(session, number)
        entry.previous, entry.hash = previous, digest(entry.model_dump(), previous)
        previous = entry.hash
        session.flush()


@pytest.mark.parametrize(
    ("tamper", "kind", "entry"),
    [
        (change, Bent.CHANGED, 3),
        (change_a_reason, Bent.CHANGED, 3),
        (change_the_link, Bent.CHANGED, 3),
        (remove, Bent.REMOVED, 4),
        (remove_the_first, Bent.REMOVED, 2),
        (insert, Bent.INSERTED, 3),
        (insert_badly, Bent.INSERTED, 3),
        (swap, Bent.MOVED, 3),
        (cut, Bent.CUT, 6),
        (write_anew, Bent.REPLACED, 6),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_every_kind_of_tampering_is_named_with_its_first_entry(
    database: Database, tamper: Callable[[Session], None], kind: Bent, entry: int
) -> None:
    anchor = filled(database)
    with database.transaction() as session:
        assert first_fault(session, [anchor]) is None
        make.unguard(session)
        tamper(session)
    with database.transaction() as session:
        assert first_fault(session, [anchor]) == Fault(kind, entry)
        assert str(entry) in str(Fault(kind, entry))
        alone = first_fault(session)
        assert (alone is None) == (kind in (Bent.CUT, Bent.REPLACED)), "a chain alone cannot know its lost tail"


@pytest.mark.parametrize(
    "statement",
    ["update audit_entry set reason = 'khác'", "delete from audit_entry where id = 1", "truncate audit_entry"],
)
def test_the_database_itself_refuses_to_change_the_history(database: Database, statement: str) -> None:
    filled(database)
    if statement.startswith("truncate") and database.engine.dialect.name == "sqlite":
        statement = "delete from audit_entry"
    with pytest.raises(DBAPIError, match="never changed"), database.transaction() as session:
        session.execute(text(statement + (" cascade" if statement.startswith("truncate") else "")))
    with database.transaction() as session:
        assert first_fault(session) is None
        assert head(session) == row(session, 6).hash


def test_an_anchor_must_look_like_one(database: Database) -> None:
    filled(database)
    with database.transaction() as session, pytest.raises(BadInput, match="mã nhật ký"):
        first_fault(session, ["hôm qua"])


def bent(session: Session) -> list[tuple[str, str]]:
    return [(one.label, one.words) for one in replay.differences(session)]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("status", "'completed'", "trạng thái"),
        ("due_on", "'2026-01-01'", "hạn"),
        ("original_due_on", "'2026-01-01'", "hạn ban đầu"),
        ("submitted_on", "'2025-09-29'", "ngày báo cáo"),
        ("agency_id", "(select max(id) from agency)", "cơ quan thực hiện"),
    ],
)
def test_a_row_that_was_bent_behind_the_programs_back_is_named(
    database: Database, column: str, value: str, words: str
) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(), make.task("I.2", lead="Phòng Tư pháp"))
        make.occurrence(session).submit(session, **HOW, today=date(2025, 10, 2), result="Đã xong")
        assert bent(session) == []
        session.execute(text(f"update occurrence set {column} = {value} where id = 1"))
        found = bent(session)
    assert [label for label, _words in found] == ["KH27-I.1/2025-Q3"]
    assert words in found[0][1]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("update submission set submitted_on = '2025-09-01'", "báo cáo 1 không đúng"),
        ("update submission set decision = 'confirmed'", "báo cáo 1 không đúng"),
        ("update submission set result = 'khác'", "báo cáo 1 không đúng"),
        ("delete from submission", "có 0 báo cáo, nhật ký ghi 1"),
    ],
)
def test_a_report_that_was_bent_is_named(database: Database, statement: str, words: str) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task())
        make.occurrence(session).submit(session, **HOW, today=date(2025, 10, 2), result="Đã xong")
        session.execute(text(statement))
        found = bent(session)
    assert [label for label, _words in found] == ["KH27-I.1/2025-Q3"]
    assert words in found[0][1]


def test_a_period_that_was_taken_away_is_named(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(), make.task("I.2"))
    with database.engine.connect() as connection:  # as somebody who has switched the foreign keys off
        lite = database.engine.dialect.name == "sqlite"
        plain = connection.connection.driver_connection
        assert plain
        plain.execute("pragma foreign_keys = off" if lite else "set session_replication_role = replica")
        connection.execute(text("delete from occurrence where id = 2"))
        connection.commit()
        plain.execute("pragma foreign_keys = on" if lite else "set session_replication_role = default")
    with database.transaction() as session:
        assert bent(session) == [("KH27-I.2/2025-Q3", "có trong nhật ký nhưng không còn trong hệ thống")]


def test_entries_that_tell_an_impossible_move_and_a_row_without_any_are_named(database: Database) -> None:
    with database.transaction() as session:
        make.enacted(session, make.task(), make.task("I.2"))
        told = {"before": {"status": "not_started"}, "after": {"status": "completed"}, "status_after": "completed"}
        record(session, "confirm", "KH27-I.1/2025-Q3", **HOW, occurrence_id=1, **told)
        session.execute(text("update occurrence set status = 'completed' where id = 1"))
        make.unguard(session)
        session.execute(text("delete from audit_entry where occurrence_id = 2"))
        found = dict(bent(session))
    assert "không thể có" in found["KH27-I.1/2025-Q3"]
    assert found["KH27-I.2/2025-Q3"] == "không có nhật ký"


@pytest.mark.slow
def test_ten_thousand_random_lives_are_what_their_history_tells(database: Database) -> None:
    """Every verb at random on 10,000 periods (2,000 on PostgreSQL); then the replay of the entries equals every row."""
    chance = random.Random(20260901)
    count = 10_000 if database.engine.dialect.name == "sqlite" else 2_000
    with database.transaction() as session:
        make.enacted(session, make.task())
        first = make.occurrence(session)
        _periods_of(session, first, count)
    acts = ("start", "submit", "confirm", "send_back", "withdraw", "reopen", "suspend", "resume", "cancel", "redate")
    for block in range(2, count + 2, 500):
        with database.transaction() as session:
            for number in range(block, block + 500):
                occurrence = session.get_one(Occurrence, number)
                for _step in range(chance.randint(0, 4)):
                    _random_act(session, occurrence, chance.choice(acts), chance)
    with database.transaction() as session:
        assert bent(session) == []
        assert first_fault(session) is None
        states = set(session.exec(select(Occurrence.status)).all())
        assert states == set(Status), "every state was reached"


def _periods_of(session: Session, pattern: Occurrence, count: int) -> None:
    """Many periods of one task, each with the first line of its history."""
    days = [date(2025, 9, 1) + timedelta(days=n) for n in range(count)]
    rows = [
        {
            "task_id": pattern.task_id,
            "agency_id": pattern.agency_id,
            "issued_to_id": pattern.issued_to_id,
            "period": day.isoformat(),
            "original_due_on": day,
            "due_on": day,
            "computed_due_on": day,
            "status": Status.NOT_STARTED,
            "version": 1,
        }
        for day in days
    ]
    write_rows(session, Occurrence, rows)
    opened = [
        {
            "act": "open",
            "subject": f"KH27-I.1/{day}",
            "occurrence_id": number,
            "after": {"status": "not_started", "due": day.isoformat(), "owner": pattern.agency.code},
            "status_after": "not_started",
        }
        for number, day in enumerate(days, 2)
    ]
    record_all(session, opened, **HOW)


def _random_act(session: Session, occurrence: Occurrence, act: str, chance: random.Random) -> None:
    today = date(2025, 9, 1) + timedelta(days=chance.randint(0, 60))
    more = {
        "submit": {"today": today, "result": "xong"},
        "redate": {"due": today, "reason": "công văn"},
        **{verb: {"reason": "vì"} for verb in ("send_back", "withdraw", "reopen", "suspend", "cancel")},
    }
    try:
        getattr(occurrence, act)(session, **HOW, **more.get(act, {}))
    except Problem:
        return


def test_the_commands_of_the_history(run: Run, office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task(), make.task("I.2"))
        make.occurrence(session).submit(
            session, **HOW, today=date(2025, 10, 2), result="Đã trình", document_number="4/TTr"
        )
    code, said, _err = run("audit", "show", "KH27-I.1")
    assert code == 0
    for words in ("báo cáo hoàn thành", "Đã trình", "4/TTr", "chưa thực hiện → chờ xác nhận", "Nguyễn Thị An (cli)"):
        assert words in said, words
    assert "KH27-I.2" not in said
    assert "KH27-I.2" in run("audit", "show")[1]
    assert run("audit", "show", "KH99")[0] == 2
    anchor = run("audit", "head")[1].splitlines()[0]
    assert run("audit", "verify", "--anchor", anchor)[:2] == (
        0,
        f"✓ Chuỗi nhật ký nguyên vẹn: {anchor.split('-')[0]} dòng.\n✓ Mọi trạng thái đúng với nhật ký.\n",
    )
    with office.database.transaction() as session:
        make.unguard(session)
        session.execute(text("update audit_entry set reason = 'x' where id = 2"))
        session.execute(text("update occurrence set status = 'completed' where id = 1"))
    code, said, _err = run("audit", "verify")
    assert (code, "dòng 2 đã bị sửa" in said, "KH27-I.1/2025-Q3: trạng thái là completed" in said) == (1, True, True)
    assert '"kind": "changed"' in run("audit", "verify", "--json")[1]
    assert "dòng 2 đã bị sửa" in run("doctor")[1]


def test_reports_and_the_offices_letter_carry_the_head(run: Run, office: Office) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task())
    anchor = run("audit", "head")[1].splitlines()[0]
    assert f"Mã nhật ký: {anchor}" in run("overdue", "--as-of", "2025-12-01")[1]
    with snapshot(office.settings.database.url) as view:
        assert entries.head(view)["anchor"] == anchor
