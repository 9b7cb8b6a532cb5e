"""What people may do with an occurrence: the states and the legal moves, nothing else.

The machine is built on a row for one move and dropped; the row's `status` is the only state.
`docs/lifecycle.md` is generated from this class and a test compares them.
"""

from enum import StrEnum
from typing import Any

from statemachine import Event, StateMachine
from statemachine.exceptions import TransitionNotAllowed
from statemachine.states import States

from workflow.errors import Refused
from workflow.i18n import N_, _
from workflow.standing import Status, say_status

MOVE_LABELS = {
    "start": N_("start"),
    "submit": N_("report done"),
    "confirm": N_("confirm"),
    "return": N_("return"),
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
        return bool(self.model.submissions) and self.model.submissions[-1].decision == Decision.RETURNED

    def was_started(self) -> bool:
        """Whether work had begun before it was suspended."""
        return self.model.started_at is not None


def move(row: Any, act: str) -> tuple[Status, Status]:
    """Make one move on a row and return the status before and after; raises Refused and changes nothing if illegal."""
    before = row.status
    try:
        Lifecycle(row, state_field="status").send(act)
    except TransitionNotAllowed as error:
        raise Refused(
            "“{act}” is not possible while the task is “{status}”. Possible now: {possible}.",
            act=_(MOVE_LABELS.get(act, act)),
            status=say_status(before),
            possible=", ".join(_(MOVE_LABELS[name]) for name in possible(row)) or "–",
        ) from error
    return before, row.status


def possible(row: Any) -> list[str]:
    """Return the moves that are legal for a row now, in the order of the class."""
    machine = Lifecycle(row, state_field="status")
    return [event.id for event in machine.enabled_events()]
