"""PDF: ruled tables as grids, unruled ones by their edges, the text around them as paragraphs; scans through recognition."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

from directives.document import Document, Paragraph, Place, Row, Table
from directives.lines import Line, paragraphs
from directives.readers import newspaper, unruled
from workflow.errors import BadInput

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every odd font


def read(content: bytes, name: str) -> Document:
    """Return the pages of a PDF as blocks; raises BadInput for encrypted, damaged and text-less files."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    blocks: list[Paragraph | Table] = []
    try:
        with pdfplumber.open(BytesIO(content)) as document:
            lines: list[Line] = []
            columns: unruled.Columns | None = None
            for number, page in enumerate(document.pages, 1):
                items = _page(page, number)
                if not any(isinstance(item, Table) for item in items):
                    printed = unruled.printed(page)
                    unlined, columns = unruled.items(printed, number, columns, unruled.rules(page))
                    if any(isinstance(item, Table) for item in unlined):
                        items = unlined
                    else:
                        beside = newspaper.in_reading_order(printed, float(page.width), number)
                        items = [*beside] if beside else items
                for item in items:
                    if isinstance(item, Line):
                        lines.append(item)
                        continue
                    blocks += paragraphs(lines)
                    lines = []
                    blocks.append(item)
                page.close()
            blocks += paragraphs(lines)
            if not blocks:
                from directives.readers import scan

                return scan.read((page.to_image(resolution=scan.DPI).original for page in document.pages), name)
    except BadInput:
        raise
    except PDFPasswordIncorrect as error:
        raise BadInput("{name} is protected by a password. Save it without one and try again.", name=name) from error
    except Exception as error:  # pdfminer raises whatever a broken file runs it into
        if "PDFPasswordIncorrect" in repr(error):
            raise BadInput(
                "{name} is protected by a password. Save it without one and try again.", name=name
            ) from error
        raise BadInput("{name} is damaged and cannot be opened.", name=name) from error
    return Document(name, "pdf", tuple(blocks))


def ruled(page: Any) -> list[Any]:
    """The ruled tables of a page; lines that someone drew under the text make "tables" of one column: those are running text."""
    return [table for table in page.find_tables() if max(len(row.cells) for row in table.rows) > 1]


def _page(page: Any, number: int) -> list[Line | Table]:
    """The tables and the lines outside of them, from top to bottom."""
    found = ruled(page)
    items: list[tuple[float, Line | Table]] = []
    for n, table in enumerate(found, 1):
        rows = tuple(
            Row(tuple(_cell(c) for c in row), Place(page=number, table=n, row=i))
            for i, row in enumerate(table.extract(), 1)
        )
        items.append((table.bbox[1], Table(rows, Place(page=number, table=n))))
    boxes = [table.bbox for table in found]

    def outside(obj: Any) -> bool:
        middle_x, middle_y = (obj["x0"] + obj["x1"]) / 2, (obj["top"] + obj["bottom"]) / 2
        return not any(x0 <= middle_x <= x1 and top <= middle_y <= bottom for x0, top, x1, bottom in boxes)

    for line in (page.filter(outside) if boxes else page).extract_text_lines(return_chars=False):
        items.append((line["top"], Line(line["text"], number)))
    return [item for _top, item in sorted(items, key=lambda pair: pair[0])]


def _cell(text: str | None) -> str | None:
    return None if text is None else text.strip()
