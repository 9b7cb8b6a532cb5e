"""Who may do what: one table of acts, states and roles, and one of the acts that concern no task. Data; a test walks every cell.

F focal point and H head of the agency that owes the task, M monitoring agency of the directive, O office that enters directives,
A administrator; a leader (L) reads. "-": nobody, because the lifecycle knows no such move.
"""

from __future__ import annotations

from typing import Any

from workflow.access.act_names import ACT_NAMES
from workflow.access.roles import Authority, Role
from workflow.audit import By
from workflow.errors import NotPermitted
from workflow.i18n import _
from workflow.standing import Status

TASK_ACTS = """
act                  not_started in_progress submitted returned completed suspended cancelled
start                FHO         -           -         -        -         -         -
submit               FHO         FHO         -         FHO      -         -         -
withdraw             -           -           FH        -        -         -         -
confirm              -           -           M         -        -         -         -
return               -           -           M         -        -         -         -
reopen               -           -           -         -        M         -         M
suspend              M           M           -         M        -         -         -
resume               -           -           -         -        -         M         -
cancel               M           M           -         M        -         M         -
hand_on              M           M           -         M        -         M         -
ask_extension        FHO         FHO         -         FHO      -         -         -
ask_hand_on          FHO         FHO         -         FHO      -         FHO       -
ask_suspension       FHO         FHO         -         FHO      -         -         -
ask_cancellation     FHO         FHO         -         FHO      -         FHO       -
decide_request       M           M           M         M        -         M         -
withdraw_request     FHO         FHO         FHO       FHO      -         FHO       -
ask_part             FH          FH          -         FH       -         FH        -
drop_part            FH          FH          FH        FH       -         FH        -
give_part            FHO         FHO         FHO       FHO      -         FHO       -
report_period        FHO         FHO         -         FHO      -         -         -
press                M           M           -         M        -         -         -
progress             FHO         FHO         -         FHO      -         -         -
fill                 FHO         FHO         -         FHO      -         -         -
"""

OFFICE_ACTS = """
act                  roles
import               O
decide_timing        MO
answer               MO
settle_note          MO
policy               MO
close_period         M
call_period          M
state_targets        MO
record_actual        FHMO
review               M
webhooks             A
register             OA
succession           OA
calendar             OA
mail                 OA
export_evidence      MO
appoint              A
"""

LETTERS = dict(zip("FHMOLA", Role, strict=True))


def _roles(cell: str) -> frozenset[Role]:
    return frozenset(LETTERS[letter] for letter in cell if letter != "-")


def _read(table: str) -> tuple[list[str], dict[str, list[str]]]:
    head, *lines = [line.split() for line in table.strip().splitlines()]
    return head[1:], {line[0]: line[1:] for line in lines}


_states, _cells = _read(TASK_ACTS)
PERMITS = {
    (act, Status(state)): _roles(cell)
    for act, cells in _cells.items()
    for state, cell in zip(_states, cells, strict=True)
}
ACTS = tuple(_cells)
PERMITS_OFFICE = {act: _roles(cells[0]) for act, cells in _read(OFFICE_ACTS)[1].items()}
_EVER = {act: frozenset().union(*(PERMITS[act, status] for status in Status)) for act in ACTS}


def held(authority: Authority, *, owed_by: int | None, monitor: int | None) -> frozenset[Role]:
    """The roles that count for one task: those of the agency that owes it, of the one that monitors it, and the general ones.

    A directive that names no monitoring agency is monitored by whoever holds that role.
    """
    return frozenset(
        grant.role
        for grant in authority
        if (
            grant.agency_id == owed_by
            if grant.role in (Role.FOCAL_POINT, Role.HEAD)
            else monitor is None or grant.agency_id == monitor
            if grant.role is Role.MONITOR
            else True
        )
    )


def permit(
    by: By,
    act: str,
    status: Status,
    *,
    owed_by: int | None,
    monitor: int | None,
    subject: str,
    occurrence_id: int | None = None,
) -> None:
    """Let the act pass or raise NotPermitted; where nobody may do it in this state the lifecycle itself says why."""
    if by.authority is None:
        return
    roles = held(by.authority, owed_by=owed_by, monitor=monitor)
    if not roles & (PERMITS[act, status] or _EVER[act]):
        raise _refusal(by, act, PERMITS[act, status] or _EVER[act], subject=subject, occurrence_id=occurrence_id)


def permit_office(
    by: By, act: str, *, subject: str = "", monitor: int | None = None, owed_by: int | None = None
) -> None:
    """Let an act that concerns no single task pass or raise NotPermitted; `monitor` is that of the directive it concerns, if any.

    `owed_by` is the agency that the act is for, where agencies may do it for themselves.
    """
    if by.authority is None:
        return
    if not held(by.authority, owed_by=owed_by, monitor=monitor) & PERMITS_OFFICE[act]:
        raise _refusal(by, act, PERMITS_OFFICE[act], subject=subject)


def _refusal(by: By, act: str, roles: frozenset[Role], **about: Any) -> NotPermitted:
    from workflow.access.roles import ROLE_LABELS

    problem = NotPermitted(
        "{name} may not do this: {act}. It is for: {roles}; ask one of them.",
        name=by.name,
        act=_(ACT_NAMES[act]),
        roles=", ".join(_(ROLE_LABELS[role]) for role in Role if role in roles),
    )
    problem.refusal = {"by": by, "act": act, **about}
    return problem
