"""The chain of the history: whatever is done to it behind its back shows."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests import make
from workflow.audit import AuditEntry, head, record
from workflow.database import Database
from workflow.history.chain import first_fault


def _filled(database: Database) -> None:
    with database.transaction() as session:
        for n in range(6):
            record(
                session,
                "start",
                f"KH1-{n}",
                by=make.BY,
                at=make.at(f"2025-05-0{n + 1} 08:00"),
                after={"số": n},
                reason="vì ơ ư",
            )


def test_an_untouched_chain_is_whole(database: Database) -> None:
    _filled(database)
    with database.transaction() as session:
        assert first_fault(session) is None
        assert head(session) == session.get_one(AuditEntry, 6).hash


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("update audit_entry set reason = 'khác' where id = 3", 3),
        ("update audit_entry set actor = 'người khác' where id = 1", 1),
        ("delete from audit_entry where id = 4", 5),
        ("update audit_entry set previous = '' where id = 6", 6),
    ],
)
def test_a_changed_or_removed_entry_is_named(database: Database, statement: str, first: int) -> None:
    _filled(database)
    with database.transaction() as session:
        session.execute(text(statement))
    with database.transaction() as session:
        assert first_fault(session) == first
