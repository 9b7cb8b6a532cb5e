"""What one address of a review, a list or a report shows."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from web.pages import Office
from workflow import listing, terminal
from workflow.queries import AsOf, Wanted

PER_PAGE = 50


class View(NamedTuple):
    """What one address of the review shows; every part of it stands in the address."""

    as_of: str = ""
    original: str = ""
    tab: str = "overdue"
    level: str = ""
    directive: str = ""
    agency: str = ""
    section: str = ""
    search: str = ""
    by: str = ""
    of: str = "due"  # what rates are of: the duties that have fallen due, or all that were given
    review: str = ""
    page: int = 1
    period: str = ""  # what falls due in it: "2025-Q3"

    def address(self, path: str = "/overdue", /, **other: Any) -> str:
        """The address of this view with something else chosen, or with what only that page knows; a new choice begins at the first page."""
        told = {**self._asdict(), "page": 1, **other}
        usual = View()._asdict()
        query = {name: value for name, value in told.items() if value != usual.get(name, "")}
        return f"{path}?{urlencode(query)}" if query else path

    def figure(self, name: str, **other: str) -> str:
        """The address of the list that a figure of the tally counts."""
        about = {"figure": name, "as_of": self.as_of, "original": self.original, "directive": self.directive}
        about |= {"agency": self.agency, "section": self.section, "search": self.search, "period": self.period, **other}
        return "/tasks?" + urlencode({name: value for name, value in about.items() if value})

    def day(self, office: Office) -> AsOf:
        """The day it speaks of."""
        return office.as_of(terminal.day(self.as_of) if self.as_of else None, original=bool(self.original))

    def wanted(self) -> Wanted:
        """What narrows it; raises BadInput."""
        return listing.asked(self._asdict())
