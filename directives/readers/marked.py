"""Text that carries its tables: separated values (.csv, .tsv) and Markdown."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import pairwise

from directives.document import Paragraph, Place, Row, Table, clean
from directives.lines import MARKER, Line

_DIVIDER = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(?=\S)")
_LONG = 200  # characters: no printed line is as long


def separated(text: str) -> Table | None:
    """The one table that a file of separated values is: every record has the same three columns or more; else None."""
    for mark in ("\t", ";", ","):
        if text.count(mark) < 4:
            continue
        try:
            records = [record for record in csv.reader(text.splitlines(), delimiter=mark, strict=True) if any(record)]
        except csv.Error:
            continue
        widths = {len(record) for record in records}
        if len(records) > 1 and len(widths) == 1 and widths.pop() >= 3:
            return _table(records, 1)
    return None


def is_markdown(lines: list[str]) -> bool:
    """Whether a text has a ruled table, headings or bold words as Markdown writes them."""
    ruled = any("|" in above and _DIVIDER.fullmatch(below) for above, below in pairwise(lines))
    return (
        ruled
        or sum(bool(_HEADING.match(line)) for line in lines) >= 2
        or sum(line.count("**") >= 2 for line in lines) >= 3
    )


def is_unwrapped(lines: list[str]) -> bool:
    """Whether each line of a text is a paragraph: several are longer than any printed line, without gaps of a table."""
    return sum(len(line) > _LONG and not re.search(r"\S\s{3,}\S", line) for line in lines) >= 2


def unwrapped(lines: list[Line]) -> list[Paragraph]:
    """Each line a paragraph; one that goes on in small letters after an unfinished one belongs to it."""
    texts: list[str] = []
    for line in lines:
        text = clean(line.text)
        if (
            texts
            and text[:1].islower()
            and not texts[-1].endswith((".", ":", ";", "!", "?"))
            and not MARKER.match(text)
        ):
            texts[-1] += f" {text}"
        elif text:
            texts.append(text)
    return [Paragraph(text) for text in texts]


def markdown(lines: list[str]) -> Iterator[Line | Paragraph | Table]:
    """Lines of text without their marks, headings as paragraphs of their own, and tables."""
    index = tables = 0
    while index < len(lines):
        if "|" in lines[index] and index + 1 < len(lines) and _DIVIDER.fullmatch(lines[index + 1]):
            end = index + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            tables += 1
            yield _table([_cells(line) for n, line in enumerate(lines[index:end]) if n != 1], tables)
            index = end
            continue
        line = lines[index]
        index += 1
        heading = _HEADING.match(line)
        if heading:
            yield Paragraph(_bare(line[heading.end() :]).strip(" #"))
        elif not re.fullmatch(r"\s*([-*_])(?:\s*\1){2,}\s*", line):
            yield Line(_bare(line))


def _cells(line: str) -> list[str]:
    parts = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
    return [re.sub(r"<br\s*/?>", "\n", _bare(part.replace("\\|", "|"))).strip() for part in parts]


def _bare(text: str) -> str:
    """Words without the marks of bold and italics; a lone star or line below stays."""
    text = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])([*_])(?=[^\s*_])([^*_]*[^\s*_])\1(?![\w*])", r"\2", text)
    return re.sub(r"\\([-.()#*_+!|])", r"\1", text)


def _table(records: list[list[str]], number: int) -> Table:
    width = max(len(record) for record in records)
    return Table(
        tuple(
            Row((*record, *[""] * (width - len(record))), Place(table=number, row=n))
            for n, record in enumerate(records, 1)
        )
    )
