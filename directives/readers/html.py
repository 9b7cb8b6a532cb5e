"""HTML pages: paragraphs and tables with their spans; scripts, styles and hidden parts are left out."""

from __future__ import annotations

from typing import Any

from lxml import etree
from lxml import html as parser

from directives.document import Document, Paragraph, Place, Row, Table, clean
from workflow.errors import BadInput

_BLOCKS = frozenset(
    ("p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "td", "th", "pre", "blockquote", "tr")
)
_SKIPPED = frozenset(("script", "style", "head", "noscript", "template", "svg", "nav", "footer"))


def read(content: bytes, name: str) -> Document:
    """Return the visible text of a page as paragraphs and tables."""
    try:
        root = parser.fromstring(
            content.decode("utf-8", "replace"), parser=parser.HTMLParser(no_network=True, remove_comments=True)
        )
    except etree.XMLSyntaxError as error:  # a parser that repairs everything gives up only when memory ends
        raise MemoryError from error
    except (etree.ParserError, ValueError) as error:
        raise BadInput("{name} is damaged and cannot be opened.", name=name) from error
    walker = _Walker()
    walker.walk(root)
    walker.end()
    return Document(name, "html", tuple(walker.blocks))


class _Walker:
    """Collects text until a block ends."""

    def __init__(self) -> None:
        self.blocks: list[Paragraph | Table] = []
        self.text: list[str] = []
        self.tables = self.paragraphs = 0

    def end(self) -> None:
        for line in "".join(self.text).split("\n"):
            if clean(line):
                self.paragraphs += 1
                self.blocks.append(Paragraph(clean(line), Place(paragraph=self.paragraphs)))
        self.text = []

    def walk(self, element: Any) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _SKIPPED or not tag:
            return
        if tag == "table" and not element.xpath(".//table"):
            self.end()
            self.tables += 1
            self.blocks.append(_table(element, self.tables))
            return
        if tag in _BLOCKS:
            self.end()
        self.text.append(_flat(element.text))
        for child in element:
            if child.tag == "br":
                self.text.append("\n")
            else:
                self.walk(child)
            self.text.append(_flat(child.tail))
        if tag in _BLOCKS:
            self.end()


def _flat(text: str | None) -> str:
    return " ".join((text or "").replace("\n", " ").split(" "))


def _table(element: Any, number: int) -> Table:
    """A grid with spans: cells below a spanning cell repeat its text, cells beside it are covered."""
    rows: list[Row] = []
    hanging: dict[int, tuple[int, str | None]] = {}
    for n, line in enumerate(element.iter("tr"), 1):
        cells: list[str | None] = []
        pending = list(line.iterchildren("td", "th"))
        while pending or len(cells) in hanging:
            column = len(cells)
            if column in hanging:
                left, text = hanging.pop(column)
                cells.append(text)
                if left > 1:
                    hanging[column] = (left - 1, text)
                continue
            cell = pending.pop(0)
            text, across, down = _cell(cell), _span(cell, "colspan"), _span(cell, "rowspan")
            for offset in range(across):
                value = text if offset == 0 else None
                cells.append(value)
                if down > 1:
                    hanging[column + offset] = (down - 1, value)
        rows.append(Row(tuple(cells), Place(table=number, row=n)))
    width = max((len(row.cells) for row in rows), default=0)
    return Table(tuple(Row(r.cells + ("",) * (width - len(r.cells)), r.place) for r in rows), Place(table=number))


def _cell(cell: Any) -> str:
    inner = _Walker()
    for part in (cell,):
        inner.text.append(_flat(part.text))
        for child in part:
            inner.text.append("\n" if child.tag == "br" else "")
            if child.tag != "br":
                inner.walk(child)
            inner.text.append(_flat(child.tail))
    inner.end()
    return "\n".join(block.text for block in inner.blocks if isinstance(block, Paragraph))


def _span(cell: Any, name: str) -> int:
    stated = cell.get(name, "1").strip()
    return min(int(stated), 200) if stated.isdigit() and int(stated) > 0 else 1
