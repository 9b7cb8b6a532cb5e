"""Word documents (.docx): paragraphs and tables of the body, with tracked insertions in and tracked deletions out."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from lxml import etree

from directives.document import Document, Paragraph, Place, Row, Table, clean
from workflow.errors import BadInput

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BREAKS = {f"{W}br", f"{W}cr"}
_HIDDEN = {f"{W}del", f"{W}moveFrom", f"{W}pPr", f"{W}rPr", f"{W}footnoteReference", f"{W}endnoteReference"}


def read(content: bytes, name: str) -> Document:
    """Return the body of a Word document as blocks."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        with ZipFile(BytesIO(content)) as package:
            root = etree.fromstring(package.read("word/document.xml"), parser)
    except Exception as error:  # zip, XML and compression libraries each raise their own
        raise BadInput("{name} is damaged and cannot be opened.", name=name) from error
    body = root.find(f"{W}body")
    blocks: list[Paragraph | Table] = []
    tables = paragraphs = 0
    for element in _blocks(body) if body is not None else ():
        if element.tag == f"{W}tbl":
            tables += 1
            blocks.append(_table(element, tables))
        else:
            paragraphs += 1
            for part in _text(element).split("\n"):
                if clean(part):
                    blocks.append(Paragraph(clean(part), Place(paragraph=paragraphs)))
    return Document(name, "docx", tuple(blocks))


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, also inside content controls and tracked insertions."""
    for child in parent:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}moveTo"):
            yield from _blocks(child)


def _text(element: Any) -> str:
    """The text of a paragraph as shown: no deletions, tabs as spaces, line breaks kept."""
    parts: list[str] = []

    def walk(node: Any) -> None:
        for child in node:
            if child.tag in _HIDDEN:
                continue
            if child.tag == f"{W}t":
                parts.append(child.text or "")
            elif child.tag == f"{W}tab":
                parts.append(" ")
            elif child.tag in _BREAKS:
                parts.append("\n")
            elif child.tag in (f"{W}noBreakHyphen", f"{W}softHyphen"):
                parts.append("-" if child.tag == f"{W}noBreakHyphen" else "")
            else:
                walk(child)

    walk(element)
    return "".join(parts)


def _table(element: Any, number: int) -> Table:
    rows: list[Row] = []
    above: dict[int, str] = {}
    for n, row in enumerate(_children(element, "tr"), 1):
        cells: list[str | None] = []
        skipped = row.find(f"{W}trPr/{W}gridBefore")
        cells += [""] * (int(skipped.get(f"{W}val", "0")) if skipped is not None else 0)
        for cell in _children(row, "tc"):
            properties = cell.find(f"{W}tcPr")
            span = properties.find(f"{W}gridSpan") if properties is not None else None
            merge = properties.find(f"{W}vMerge") if properties is not None else None
            text = "\n".join(filter(None, (clean(_text(p)) for p in cell.iter(f"{W}p"))))
            column = len(cells)
            if merge is not None and merge.get(f"{W}val") != "restart":
                text = above.get(column, "")  # a cell merged downward holds for every row that it covers
            above[column] = text
            cells += [text] + [None] * (int(span.get(f"{W}val", "1")) - 1 if span is not None else 0)
        rows.append(Row(tuple(cells), Place(table=number, row=n)))
    width = max((len(r.cells) for r in rows), default=0)
    return Table(tuple(Row(r.cells + ("",) * (width - len(r.cells)), r.place) for r in rows), Place(table=number))


def _children(parent: Any, tag: str) -> Iterator[Any]:
    for child in parent:
        if child.tag == f"{W}{tag}":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
            yield from _children(child, tag)
