"""What people may do with an occurrence: the states and the legal moves, nothing else.

The class is the definition. `MOVES` is compiled from it when this module is loaded, because a machine built for every move costs
more than the whole durable write; one row and a thousand are moved by that table, and a test holds both equal on every cell.
`docs/lifecycle.md` is generated from the class and a test compares them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from statemachine import Event, StateMachine
from statemachine.states import States

from workflow.errors import Refused
from workflow.i18n import N_, _
from workflow.standing import Status, say_status

MOVE_LABELS = {
    "start": N_("start"),
    "submit": N_("report done"),
    "confirm": N_("confirm"),
    "return": N_("return"),
    "withdraw": N_("withdraw"),
    "reopen": N_("reopen"),
    "suspend": N_("suspend"),
    "resume": N_("resume"),
    "cancel": N_("cancel"),
}


class Decision(StrEnum):
    """What became of a submission."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class Lifecycle(StateMachine):
    """The life of one occurrence.

    StateMachine, not StateChart: an illegal move raises, and an exception in a check leaves the row as it was.
    """

    status = States.from_enum(Status, initial=Status.NOT_STARTED, use_enum_instance=True)

    start = status.NOT_STARTED.to(status.IN_PROGRESS)
    submit = status.SUBMITTED.from_(status.NOT_STARTED, status.IN_PROGRESS, status.RETURNED)
    confirm = status.SUBMITTED.to(status.COMPLETED)
    withdraw = status.SUBMITTED.to(status.IN_PROGRESS)
    return_ = Event(status.SUBMITTED.to(status.RETURNED), id="return", name="Return")
    reopen = status.IN_PROGRESS.from_(status.COMPLETED, status.CANCELLED)
    suspend = status.SUSPENDED.from_(status.NOT_STARTED, status.IN_PROGRESS, status.RETURNED)
    resume = (
        status.SUSPENDED.to(status.RETURNED, cond="was_returned")
        | status.SUSPENDED.to(status.IN_PROGRESS, cond="was_started", unless="was_returned")
        | status.SUSPENDED.to(status.NOT_STARTED, unless=["was_started", "was_returned"])
    )
    cancel = status.CANCELLED.from_(status.NOT_STARTED, status.IN_PROGRESS, status.RETURNED, status.SUSPENDED)

    def was_returned(self) -> bool:
        """Whether the newest report had been sent back before it was suspended."""
        return bool(self.model.was_returned)

    def was_started(self) -> bool:
        """Whether work had begun before it was suspended."""
        return bool(self.model.was_started)


class Moving(Protocol):
    """What the lifecycle asks of a row."""

    @property
    def status(self) -> Status: ...
    @property
    def was_returned(self) -> bool: ...
    @property
    def was_started(self) -> bool: ...


@dataclass(frozen=True)
class Move:
    """One way out of a state: where it leads, and what must (not) hold of the row."""

    target: Status
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    def fits(self, row: Moving) -> bool:
        return all(getattr(row, name) for name in self.when) and not any(getattr(row, name) for name in self.unless)


def _compiled() -> dict[tuple[Status, str], tuple[Move, ...]]:
    """The table of the class: every (status, act) with its moves in the order of the class."""
    table: dict[tuple[Status, str], tuple[Move, ...]] = {}
    for state in Lifecycle.states:
        for transition in state.transitions:
            conditions = list(transition.cond)
            move = Move(
                Status(transition.target.value),
                tuple(str(c.func) for c in conditions if c.expected_value),
                tuple(str(c.func) for c in conditions if not c.expected_value),
            )
            for event in transition.events:
                key = (Status(state.value), str(event.id))
                table[key] = (*table.get(key, ()), move)
    return table


MOVES = _compiled()


def next_status(row: Moving, act: str) -> Status:
    """The status a move leads to; raises Refused, which names what is possible now, where it is not legal."""
    for move in MOVES.get((row.status, act), ()):
        if move.fits(row):
            return move.target
    raise Refused(
        "“{act}” is not possible while the task is “{status}”. Possible now: {possible}.",
        act=_(MOVE_LABELS.get(act, act)),
        status=say_status(row.status),
        possible=", ".join(_(MOVE_LABELS[name]) for name in possible(row)) or "–",
    )


def possible(row: Moving) -> list[str]:
    """The moves that are legal for a row now, in the order of the class."""
    return [act for (status, act), moves in MOVES.items() if status is row.status and any(m.fits(row) for m in moves)]
