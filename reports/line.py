"""A line of text whose figures know the list behind them: for a page or a file a link, for paper a line of the table of sources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote_plus


class Part(NamedTuple):
    """A piece of a line; one that is a figure says which list it opens (an address within the office's pages) and what it counts."""

    text: str
    opens: str = ""
    what: str = ""


class Line(NamedTuple):
    """One paragraph of a report."""

    parts: tuple[Part, ...]
    bold: bool = False

    @property
    def text(self) -> str:
        """The line as plain text."""
        return "".join(part.text for part in self.parts)


def line(*parts: str | Part, bold: bool = False) -> Line:
    """A line of words and figures."""
    return Line(tuple(Part(part) if isinstance(part, str) else part for part in parts), bold)


def sources(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The figures of some lines with what each counts and where its list is, each once, in order."""
    found: dict[tuple[str, str], Part] = {}
    for one in lines:
        for part in one.parts:
            if part.opens:
                found.setdefault((part.what, part.opens), part)
    return [
        {
            "no": n,
            "what": part.what,
            "value": part.text,
            "list": unquote_plus(part.opens),
            "opens": {"value": part.opens},
        }
        for n, part in enumerate(found.values(), 1)
    ]
