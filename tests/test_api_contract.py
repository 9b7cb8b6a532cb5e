"""The interface keeps what its description promises, whatever is sent: no failure, no answer that is not described."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from sqlmodel import select

from tests import doors, make
from tests.conftest import Office
from tests.doors import ADMIN, PDF, House
from workflow.access import people
from workflow.access.roles import Role
from workflow.audit import AuditEntry
from workflow.history.chain import first_fault
from workflow.history.replay import differences

# An order that is well formed may still name nothing that is there; a parameter that nobody knows is passed over; whether a duty that was read is there follows from the record.
JUDGED_OTHERWISE = ("positive_data_acceptance", "negative_data_rejection", "ensure_resource_availability", "use_after_free", "object_level_authorization")  # fmt: skip


KNOWN = {"code": "KH27-I.1", "number": 1, "period": "2025-Q3"}


@pytest.mark.slow
def test_every_answer_is_one_that_is_described(office: Office) -> None:
    """As one person who administers, monitors and enters: each operation with what fits its description and what does not."""
    load_all_checks()
    checks = [check for check in CHECKS.get_all() if check.__name__ not in JUDGED_OTHERWISE]
    with office.database.transaction() as session:
        doors.register(session)
        how: dict[str, Any] = {
            "by": make.BY,
            "at": make.at("2025-04-12 10:00"),
            "today": date(2025, 4, 12),
            "email": ADMIN,
        }
        people.appoint(session, "Trần Quản Trị", Role.MONITOR, **how, agency=make.agency(session, "Sở Tài chính"))
        people.appoint(session, "Trần Quản Trị", Role.OFFICE, **how)
    house, called = House(office), dict[str, set[int]]()
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", house.app)
    with house.client:
        for found in schema.get_all_operations():
            for mode in GenerationMode:
                tried(house, found.ok(), mode, checks, called)
    assert len(called) >= 25, called
    assert all(status < 500 for seen in called.values() for status in seen), called
    fine = {label for label, seen in called.items() if seen & {200, 201, 202, 204}}
    assert len(fine) > 20, sorted(set(called) - fine)
    with office.database.transaction() as session:
        assert first_fault(session) is None and list(differences(session)) == []
        assert {entry.channel for entry in session.exec(select(AuditEntry))} <= {"api", "import", "cli"}


def tried(house: House, operation: Any, mode: GenerationMode, checks: list[Any], called: dict[str, set[int]]) -> None:
    """Call one operation with whatever its description allows, and more."""
    token = house.token(ADMIN, "read", "act", "manage")

    @settings(
        max_examples=20, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        house.moment += timedelta(minutes=3)  # whoever tries without a token is slowed down
        if mode is GenerationMode.POSITIVE and house.moment.minute % 2:  # now and then name what is there
            case.path_parameters.update({name: KNOWN[name] for name in case.path_parameters or {} if name in KNOWN})
            if case.path == "/files":
                case.body = PDF
            elif case.path == "/acts":
                case.body = (
                    {**case.body, **KNOWN, "files": []} if case.body.pop("number", 0) else {"act": "start", **KNOWN}
                )
        mine = house.token(ADMIN, "read", "act", "manage") if case.method == "DELETE" else token
        headers = {"Authorization": f"Bearer {mine}"}
        answer = case.call(headers=headers)
        called.setdefault(operation.label, set()).add(answer.status_code)
        case.validate_response(answer, checks=checks, headers=headers)

    call()
