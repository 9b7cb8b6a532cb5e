"""What letters on paper are for; apart from their table so that lists need not load it."""

from enum import StrEnum

from workflow.i18n import N_, _


class Kind(StrEnum):
    """What a dispatch is for."""

    PRESS = "press"
    PROGRESS = "progress"
    EXTENSION = "extension"
    HANDOVER = "handover"


KIND_LABELS = {
    Kind.PRESS: N_("letter of reminder"),
    Kind.PROGRESS: N_("request for a progress report"),
    Kind.EXTENSION: N_("answer to requests for more time"),
    Kind.HANDOVER: N_("record of a hand-over"),
}
ANSWERED = (Kind.PRESS, Kind.PROGRESS)  # these ask for an answer by a day


def say_kind(kind: str) -> str:
    """What a dispatch is for, in words."""
    return _(KIND_LABELS[Kind(kind)])
