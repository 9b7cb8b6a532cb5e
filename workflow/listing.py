"""The address of a list: the query of the page `/tasks`, written for a figure and read by the page from one set of names, so that a
figure and the list that it opens cannot part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from workflow import terminal
from workflow.duties.period_key import period_key
from workflow.errors import BadInput
from workflow.figures import LABELS
from workflow.queries import AsOf, Wanted
from workflow.standing import Standing, Status

NAMES = (
    "directive",
    "agency",
    "section",
    "search",
    "period",
    "standing",
    "status",
    "figure",
    "due",
    "work",
    "former",
    "heir",
)
_KNOWN: dict[str, list[str]] = {"standing": list(Standing), "status": list(Status), "figure": list(LABELS)}


def address(as_of: AsOf, wanted: Wanted, **narrower: str) -> str:
    """The address, within the office's pages, of the list of what is wanted as of a day."""
    about: dict[str, Any] = {"as_of": as_of.day.isoformat(), "original": "1" if as_of.original else ""}
    about |= {name: getattr(wanted, name) for name in NAMES} | narrower
    return "/tasks?" + urlencode({name: "1" if value is True else value for name, value in about.items() if value})


def card(as_of: AsOf, code: str) -> str:
    """The address of the page of a task as of a day."""
    return f"/tasks/{quote(code, safe='')}?as_of={as_of.day.isoformat()}"


def asked(query: Mapping[str, Any]) -> Wanted:
    """What a query asks for: without a standing, a status, a figure or a day only what is open; raises BadInput."""
    told: dict[str, Any] = {name: query[name] for name in NAMES if query.get(name)}
    for name, known in _KNOWN.items():
        if told.get(name, known[0]) not in known:
            raise BadInput("“{value}” is none of: {known}.", value=told[name], known=", ".join(known))
    if "work" in told:
        told["work"] = True
    if "period" in told:
        told["period"] = period_key(told["period"])
    if "due" in told:
        told["due"] = terminal.day(told["due"])
    return Wanted(**told, closed=not told.keys().isdisjoint((*_KNOWN, "due", "former")))
