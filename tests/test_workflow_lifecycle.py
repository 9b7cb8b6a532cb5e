"""The states and the legal moves."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace

import pytest
from statemachine.exceptions import TransitionNotAllowed

from workflow import lifecycle
from workflow.errors import Refused
from workflow.standing import STATUS_LABELS, Status

LEGAL = {
    ("not_started", "start"): "in_progress",
    ("not_started", "submit"): "submitted",
    ("in_progress", "submit"): "submitted",
    ("returned", "submit"): "submitted",
    ("submitted", "confirm"): "completed",
    ("submitted", "return"): "returned",
    ("submitted", "withdraw"): "in_progress",
    ("completed", "reopen"): "in_progress",
    ("cancelled", "reopen"): "in_progress",
    ("not_started", "suspend"): "suspended",
    ("in_progress", "suspend"): "suspended",
    ("returned", "suspend"): "suspended",
    ("suspended", "resume"): "not_started",
    ("not_started", "cancel"): "cancelled",
    ("in_progress", "cancel"): "cancelled",
    ("returned", "cancel"): "cancelled",
    ("suspended", "cancel"): "cancelled",
}
MOVES = ("start", "submit", "confirm", "return", "withdraw", "reopen", "suspend", "resume", "cancel")


def row(status: str, started: bool = False, returned: bool = False) -> SimpleNamespace:
    return SimpleNamespace(status=Status(status), was_started=started, was_returned=returned)


@pytest.mark.parametrize(("status", "act"), list(itertools.product([s.value for s in Status], MOVES)))
def test_every_move_from_every_state_is_legal_or_refused(status: str, act: str) -> None:
    if (status, act) in LEGAL:
        assert lifecycle.next_status(row(status), act) == LEGAL[status, act]
    else:
        with pytest.raises(Refused) as refused:
            lifecycle.next_status(row(status), act)
        assert "Hiện có thể" in str(refused.value)


CELLS = list(itertools.product([s.value for s in Status], MOVES, (False, True), (False, True)))


@pytest.mark.parametrize(("status", "act", "started", "returned"), CELLS)
def test_the_compiled_table_agrees_with_the_machine_on_every_cell(
    status: str, act: str, started: bool, returned: bool
) -> None:
    """The machine itself, built on a row of its own, is the judge of the table that moves a thousand rows."""
    moved = row(status, started, returned)
    machine = lifecycle.Lifecycle(row(status, started, returned), state_field="status")
    assert lifecycle.possible(moved) == [event.id for event in machine.enabled_events()]
    try:
        machine.send(act)
        expected = machine.model.status
    except TransitionNotAllowed:
        expected = None
    try:
        found = lifecycle.next_status(moved, act)
    except Refused:
        found = None
    assert found == expected


def test_work_that_had_begun_resumes_as_begun() -> None:
    assert lifecycle.next_status(row("suspended", started=True), "resume") == Status.IN_PROGRESS


def test_what_had_been_sent_back_resumes_as_sent_back() -> None:
    assert lifecycle.next_status(row("suspended", started=True, returned=True), "resume") == Status.RETURNED


def test_an_unknown_move_is_refused() -> None:
    with pytest.raises(Refused):
        lifecycle.next_status(row("not_started"), "explode")


def test_the_diagram_and_table_in_the_docs_are_the_class() -> None:
    docs = (Path(__file__).parent.parent / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    assert f"{lifecycle.Lifecycle:mermaid}".strip() in docs
    assert f"{lifecycle.Lifecycle:md}".strip() in docs


def test_every_status_and_move_has_a_label() -> None:
    assert set(STATUS_LABELS) == set(Status)
    assert set(lifecycle.MOVE_LABELS) == set(MOVES)
