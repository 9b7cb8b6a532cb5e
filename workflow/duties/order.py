"""One act on one duty as somebody states it: by command, page or program, here or from afar. Light: commands load it before anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Order:
    """What is to be done, by the names of the table of permits; which fields matter follows from the act.

    `decide_request` is “grant” or “refuse” here. `words` is the result, the progress, what is asked for or a remark; `until` a new
    or asked day; `form` the fields of a period report by their keys; `to` an agency; `number` a request or a part; `seen` the version of the duty that the person looked at.
    """

    act: str
    code: str = ""
    agency: str = ""
    period: str = ""
    words: str = ""
    reason: str = ""
    document_number: str = ""
    document_on: date | None = None
    nothing_arose: bool = False
    form: Mapping[str, str] = field(default_factory=dict)
    basis: str = ""
    until: date | None = None
    to: str = ""
    person: str = ""
    number: int | None = None
    seen: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields that say something; days in ISO form."""
        plain = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in plain
            if value not in ("", None, False, {})
        }


@dataclass(frozen=True)
class Done:
    """What became of an order: the duty as it is now, and the lines that tell a person."""

    code: str
    period: str
    agency: str
    agency_code: str
    status: str
    occurrence: int
    version: int
    number: int | None = None  # of the request or the part
    lines: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """All of it, for programs."""
        return asdict(self)
