"""Text: Markdown, separated values, and what was taken out of a PDF with its line breaks and flattened tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from directives import flattened
from directives.document import Document, Paragraph, Place, Table
from directives.lines import Line, paragraphs
from directives.readers import marked, unruled
from workflow.errors import BadInput

_WIDE = 6.0  # points that stand for one letter of a text


def read(content: bytes, name: str) -> Document:
    """Return the paragraphs of a text, and its task table where one was flattened into it."""
    text = _decoded(content, name)
    values = marked.separated(text)
    if values:
        return Document(name, "text", (values,))
    plain = text.replace("\f", "\n").split("\n")
    if marked.is_markdown(plain):
        return Document(name, "text", tuple(_blocks(plain)))
    lines: list[Line] = []
    for page, part in enumerate(text.split("\f"), 1):
        lines += [Line(line, page) for line in part.split("\n")]
    start = flattened.header(lines)
    blocks: list[Paragraph | Table] = []
    if start is None:
        blocks += paragraphs(lines)
    elif _keeps_columns(lines[start : start + 60]):
        blocks += _laid_out(lines)
    else:
        table = flattened.table(lines[start:])
        blocks += [*paragraphs(lines[:start]), table]
    return Document(name, "text", tuple(blocks))


def _keeps_columns(lines: list[Line]) -> bool:
    """Whether the cells of a table still stand beside each other, parted by blanks."""
    filled = [line.text.strip() for line in lines if line.text.strip()]
    return sum(len(re.split(r"\s{2,}", text)) > 2 for text in filled) > 0.4 * len(filled)


def _laid_out(lines: list[Line]) -> Iterator[Paragraph | Table]:
    """Blocks of a text that keeps the places of words on the page: a letter is as wide as half its line is high."""
    running: list[Line] = []
    columns: unruled.Columns | None = None
    for page, group in groupby(lines, key=lambda line: line.page):
        printed = [
            unruled.line(
                2 * _WIDE * row, [(_WIDE * m.start(), _WIDE * m.end(), m[0]) for m in re.finditer(r"\S+", line.text)]
            )
            for row, line in enumerate(group)
            if line.text.strip() and not re.fullmatch(r"\s*\d{1,3}\s*", line.text)
        ]
        items, columns = unruled.items(printed, page or 1, columns)
        for item in items:
            if isinstance(item, Line):
                running.append(item)
                continue
            yield from paragraphs(running)
            running = []
            yield item
    yield from paragraphs(running)


def _blocks(plain: list[str]) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables of Markdown; printed lines in it are joined, long ones stand for themselves."""
    parts, whole = marked.markdown(plain), marked.is_unwrapped(plain)
    lines: list[Line] = []
    count = 0
    for part in [*parts, None]:
        if isinstance(part, Line):
            lines.append(part)
            continue
        joined = marked.unwrapped(lines) if whole else paragraphs(lines)
        lines = []
        for block in [*joined, part]:
            if isinstance(block, Paragraph):
                count += 1
                yield Paragraph(block.text, Place(paragraph=count))
            elif block:
                yield block


def _decoded(content: bytes, name: str) -> str:
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marks.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadInput(
            "{name} is not a document that can be read. Readable are .docx, .xlsx, .pdf and text (UTF-8).", name=name
        ) from error
    if text.count("\0") or sum(c < " " and c not in "\t\n\r\f\x0b" for c in text) > len(text) / 100:
        raise BadInput(
            "{name} is not a document that can be read. Readable are .docx, .xlsx, .pdf and text (UTF-8).", name=name
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")
