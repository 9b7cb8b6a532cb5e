"""Broken rules and bad input, as exceptions that carry a message key and its arguments.

The key is the English sentence; `workflow.i18n` finds the Vietnamese one where the error meets a person.
"""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """A request that cannot be carried out, with what to tell the person who made it."""

    exit_code = 1

    def __init__(self, message: str, /, **args: object) -> None:
        super().__init__(message)
        self.message = message
        self.args_ = args

    def __str__(self) -> str:
        from workflow.i18n import _

        return _(self.message, **self.args_)


class Refused(Problem):
    """A rule of the record forbids it."""


class Overtaken(Refused):
    """It is not in the version any more that the person looked at."""


class Busy(Refused):
    """Somebody else is writing; the same once more after a while will do."""


class BadInput(Problem):
    """What was given cannot be read or is not known; `cell` says which of several things that were typed."""

    exit_code = 2
    cell = ""


class NotFound(BadInput):
    """What is named is not there, or not for this person."""


class NotPermitted(Problem):
    """The person may not do this; `refusal` is what the history keeps of the attempt."""

    exit_code = 3
    refusal: dict[str, Any] | None = None
