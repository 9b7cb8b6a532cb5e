"""The roles a person may hold, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workflow.i18n import N_, _


class Role(StrEnum):
    """What a person may be in the record; one person may hold several roles, each for an agency or for the whole record."""

    FOCAL_POINT = "focal_point"
    HEAD = "head"
    MONITOR = "monitor"
    OFFICE = "office"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"


ROLE_LABELS = {
    Role.FOCAL_POINT: N_("focal point"),
    Role.HEAD: N_("head of the agency"),
    Role.MONITOR: N_("monitoring agency"),
    Role.OFFICE: N_("office that enters directives"),
    Role.LEADER: N_("leader"),
    Role.ADMINISTRATOR: N_("administrator"),
}

# Roles that mean nothing without an agency; the others may be held for the whole record.
OF_AN_AGENCY = (Role.FOCAL_POINT, Role.HEAD, Role.MONITOR)


@dataclass(frozen=True)
class Grant:
    """One role. Focal points, heads and monitors hold it for an agency; for the others, who serve the whole record, the agency
    says only whose confidential directives they may see.
    """

    role: Role
    agency_id: int | None = None


Authority = frozenset[Grant]


def say_role(role: str) -> str:
    """A role in the current language."""
    return _(ROLE_LABELS[Role(role)])
