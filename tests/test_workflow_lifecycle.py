"""The states and the legal moves."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace

import pytest

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
MOVES = ("start", "submit", "confirm", "return", "reopen", "suspend", "resume", "cancel")


def row(status: str, started: bool = False, returned: bool = False) -> SimpleNamespace:
    reports = [SimpleNamespace(decision="returned")] if returned else []
    return SimpleNamespace(status=Status(status), started_at="once" if started else None, submissions=reports)


@pytest.mark.parametrize(("status", "act"), list(itertools.product([s.value for s in Status], MOVES)))
def test_every_move_from_every_state_is_legal_or_refused_without_change(status: str, act: str) -> None:
    moved = row(status)
    if (status, act) in LEGAL:
        assert lifecycle.move(moved, act) == (Status(status), Status(LEGAL[status, act]))
        assert moved.status == LEGAL[status, act]
    else:
        with pytest.raises(Refused) as refused:
            lifecycle.move(moved, act)
        assert moved.status == status
        assert "Hiện có thể" in str(refused.value)


def test_work_that_had_begun_resumes_as_begun() -> None:
    moved = row("suspended", started=True)
    lifecycle.move(moved, "resume")
    assert moved.status == Status.IN_PROGRESS


def test_what_had_been_sent_back_resumes_as_sent_back() -> None:
    moved = row("suspended", started=True, returned=True)
    lifecycle.move(moved, "resume")
    assert moved.status == Status.RETURNED


def test_an_unknown_move_is_refused() -> None:
    with pytest.raises(Refused):
        lifecycle.move(row("not_started"), "explode")


def test_the_diagram_and_table_in_the_docs_are_the_class() -> None:
    docs = (Path(__file__).parent.parent / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    assert f"{lifecycle.Lifecycle:mermaid}".strip() in docs
    assert f"{lifecycle.Lifecycle:md}".strip() in docs


def test_every_status_and_move_has_a_label() -> None:
    assert set(STATUS_LABELS) == set(Status)
    assert set(lifecycle.MOVE_LABELS) == set(MOVES)
