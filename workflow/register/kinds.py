"""What agencies are, at which level, and how they are succeeded: words that lists need without the tables."""

from __future__ import annotations

from enum import StrEnum

from workflow.i18n import N_, _


class Kind(StrEnum):
    """What an agency is; a collective is a name that stands for many, such as "Các phòng, ban, đơn vị"."""

    COMMITTEE = "committee"
    DEPARTMENT = "department"
    OFFICE = "office"
    UNIT = "unit"
    SECTOR = "sector"
    ASSOCIATION = "association"
    ENTERPRISE = "enterprise"
    AGENCY = "agency"
    COLLECTIVE = "collective"


class Level(StrEnum):
    """The level of government an agency belongs to; the district level ended on 01/7/2025 (Law 72/2025/QH15)."""

    CENTRAL = "central"
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


KIND_LABELS = {
    Kind.COMMITTEE: N_("people's committee"),
    Kind.DEPARTMENT: N_("department"),
    Kind.OFFICE: N_("office"),
    Kind.UNIT: N_("public service unit"),
    Kind.SECTOR: N_("vertical agency"),
    Kind.ASSOCIATION: N_("association"),
    Kind.ENTERPRISE: N_("enterprise or cooperative"),
    Kind.AGENCY: N_("agency"),
    Kind.COLLECTIVE: N_("group"),
}
LEVEL_LABELS = {
    Level.CENTRAL: N_("central"),
    Level.PROVINCE: N_("province"),
    Level.DISTRICT: N_("district"),
    Level.COMMUNE: N_("commune"),
}


class Manner(StrEnum):
    """How an agency was succeeded."""

    REPLACED = "replaced"
    MERGED = "merged"
    SPLIT = "split"
    RENAMED = "renamed"
    TRANSFERRED = "transferred"


MANNER_LABELS = {
    Manner.REPLACED: N_("replaced"),
    Manner.MERGED: N_("merged"),
    Manner.SPLIT: N_("split"),
    Manner.RENAMED: N_("renamed"),
    Manner.TRANSFERRED: N_("function transferred"),
}


def say_manner(value: str) -> str:
    """How an agency was succeeded, in the current language."""
    return _(MANNER_LABELS[Manner(value)])
