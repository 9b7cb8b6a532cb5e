"""A document beside its proposal: a page as a picture with the row marked, or the text around the place."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from directives.document import Document, Paragraph, Place, Table
from workflow.errors import BadInput

FORMATS = ("pdf", "scan")  # what comes in pages; of other formats the text is shown
WIDTH, PIXELS = 1100, 4_000_000  # of a picture
MARK = {"fill": (255, 214, 0, 60), "stroke": (176, 92, 0, 255), "stroke_width": 3}
BEFORE, AFTER = 3, 6  # lines around the place


def pages(content: bytes) -> int:
    """How many pages a PDF or a scan has."""
    from PIL import Image

    if b"%PDF-" in content[:1024]:
        import pdfplumber

        with pdfplumber.open(BytesIO(content)) as document:
            return len(document.pages)
    with Image.open(BytesIO(content)) as picture:
        return int(getattr(picture, "n_frames", 1))


def picture(content: bytes, name: str, place: Place) -> bytes:
    """The page of a place as a PNG, at most 1100 pixels wide, the row of a ruled table marked; raises BadInput for no such page."""
    from PIL import Image

    number = place.page or 1
    if b"%PDF-" in content[:1024]:
        import pdfplumber

        with pdfplumber.open(BytesIO(content)) as document:
            if number > len(document.pages):
                raise BadInput("{name} has no page {n}.", name=name, n=number)
            made = _printed(document.pages[number - 1], place)
    else:
        with Image.open(BytesIO(content)) as scan:
            if number > getattr(scan, "n_frames", 1):
                raise BadInput("{name} has no page {n}.", name=name, n=number)
            scan.seek(number - 1)
            made = scan.convert("L")
            made.thumbnail((WIDTH, PIXELS // WIDTH))
    out = BytesIO()
    made.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


def _printed(page: Any, place: Place) -> Any:
    """A page of a PDF as a picture."""
    from directives.readers.pdf import ruled

    width, height = max(float(page.width), 1), max(float(page.height), 1)
    scale = min(WIDTH / width, (PIXELS / (width * height)) ** 0.5)
    shown = page.to_image(resolution=72 * scale, antialias=True)
    tables = ruled(page) if place.table and place.row else []
    if place.table and place.row and place.table <= len(tables):
        rows = tables[place.table - 1].rows
        if place.row <= len(rows):
            shown.draw_rect(rows[place.row - 1].bbox, **MARK)
    return shown.annotated.convert("RGB")


@dataclass(frozen=True)
class Shown:
    """A line of a document: the cells of a table row, or one paragraph; `marked` is the one that is meant."""

    cells: tuple[str, ...]
    marked: bool = False


def excerpt(document: Document, place: Place) -> list[Shown]:
    """The lines around a place: of a table its first row and the rows near, else the paragraphs near; the beginning for no place."""
    lines: list[tuple[Shown, Table | None]] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            lines.append((Shown((block.text,), block.place == place), None))
        else:
            rows = [Shown(tuple(cell or "" for cell in row.cells), row.place == place) for row in block.rows]
            lines += [(row, block) for row in rows]
    at = next((n for n, (line, _table) in enumerate(lines) if line.marked), 0)
    table = lines[at][1] if lines else None
    near = [line for line, of in lines[max(at - BEFORE, 0) : at + AFTER + 1] if of is table]
    head = next((line for line, of in lines if of is table), None)
    return [head, *near] if table and head and head not in near else near
