"""Scanned documents: pages as pictures, read by tesseract with the Vietnamese model; every task of one is to be checked."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

from directives.document import Document, Paragraph, Table
from directives.lines import Line, paragraphs
from directives.readers import unruled
from workflow.errors import BadInput

DPI = 300
PAGES = 60  # a longer scan is a book, not a directive
PIXELS = 60_000_000
SECONDS = 120
# Roman numbers as recognition likes to take them; none of these is a word.
NUMERALS = {
    "H": "II",
    "IH": "III",
    "HI": "III",
    "IIl": "III",
    "Il": "II",
    "lI": "II",
    "ll": "II",
    "1I": "II",
    "1V": "IV",
    "lV": "IV",
}
GAP = 11.0  # points between words of two cells; recognised boxes are looser than printed ones


def read(pages: Iterator[Any], name: str) -> Document:
    """Return the text of scanned pages (PIL images) as blocks; tesseract and its Vietnamese model must be installed."""
    program = _program(name)
    blocks: list[Paragraph | Table] = []
    lines: list[Line] = []
    columns: unruled.Columns | None = None
    for number, picture in enumerate(pages, 1):
        if number > PAGES or picture.width * picture.height > PIXELS:
            raise BadInput("{name} is too large a scan to be read ({pages} pages at most).", name=name, pages=PAGES)
        printed = _lines(program, _upright(program, picture, name), name)
        items, columns = unruled.items(printed, number, columns)
        for item in items:
            if isinstance(item, Line):
                lines.append(item)
            else:
                blocks += [*paragraphs(lines), item]
                lines = []
    return Document(name, "scan", (*blocks, *paragraphs(lines)))


def _program(name: str) -> str:
    program = shutil.which("tesseract")
    known = (
        subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False).stdout
        if program
        else ""
    )
    if not program or "vie" not in known.split():
        raise BadInput(
            "{name} is a scan. To read scans install tesseract (apt-get install tesseract-ocr tesseract-ocr-vie).",
            name=name,
        )
    return program


def _upright(program: str, picture: Any, name: str) -> Any:
    """Turn a page that was scanned sideways; a page whose direction cannot be told stays as it is."""
    told = _run([program, "stdin", "stdout", "--psm", "0", "-l", "osd"], picture, name, strict=False)
    turn = re.search(r"Rotate:\s*(\d+)", told)
    sure = re.search(r"Orientation confidence:\s*([\d.]+)", told)
    if turn and int(turn[1]) and sure and float(sure[1]) > 2:
        return picture.rotate(-int(turn[1]), expand=True)
    return picture


def _lines(program: str, picture: Any, name: str) -> list[unruled.Words]:
    """The printed lines of a picture, in points; lines of neighbouring cells that stand equally high are one line."""
    table = _run([program, "stdin", "stdout", "-l", "vie", "--psm", "4", "--dpi", str(DPI), "tsv"], picture, name)
    scale = 72 / DPI
    read: dict[tuple[str, ...], list[tuple[float, float, float, str]]] = {}
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        # Rules of a table are taken for letters; what is left of them says nothing.
        text = (row.get("text") or "").strip().strip("|[]{}_—~")
        if row.get("level") != "5" or not text or (float(row["conf"]) < 25 and len(text) < 3):
            continue
        text = re.sub(r"^\w+(?=[.,;)]?$)", lambda found: NUMERALS.get(found[0], found[0]), text)
        left, top, width, height = (int(row[key]) * scale for key in ("left", "top", "width", "height"))
        key = tuple(row[name] for name in ("block_num", "par_num", "line_num"))
        read.setdefault(key, []).append((left, left + width, top + height / 2, text))
    printed: list[unruled.Words] = []
    for words in read.values():
        words.sort()
        middle = sorted(word[2] for word in words)[len(words) // 2]
        printed.append(unruled.line(middle, [(left, right, text) for left, right, _middle, text in words], GAP))
    return _beside(sorted(printed, key=lambda line: line.top))


def _beside(lines: list[unruled.Words]) -> list[unruled.Words]:
    """Join lines that stand equally high and do not overlap: they are cells of one row."""
    out: list[unruled.Words] = []
    for line in lines:
        last = out[-1] if out else None
        if (
            last
            and line.top - last.top < 5
            and (last.parts[-1][1] < line.parts[0][0] or line.parts[-1][1] < last.parts[0][0])
        ):
            out[-1] = unruled.line(last.top, (*last.words, *line.words), GAP)
        else:
            out.append(line)
    return [
        line
        for line in out
        if not re.fullmatch(r"\W*\d{0,3}\W*", line.text)
        or (re.fullmatch(r"\d{1,3}[.)]?", line.parts[0][2]) and len(line.parts) > 1)
    ]


def _run(command: list[str], picture: Any, name: str, *, strict: bool = True) -> str:
    content = io.BytesIO()
    picture.save(content, "PNG")
    try:
        ended = subprocess.run(command, input=content.getvalue(), capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise BadInput("{name} took longer than {seconds} seconds to convert.", name=name, seconds=SECONDS) from error
    if ended.returncode and strict:
        raise BadInput("{name} is damaged and cannot be opened.", name=name)
    return ended.stdout.decode("utf-8", "replace")
