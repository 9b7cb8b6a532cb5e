"""Text: Markdown, separated values, and what was taken out of a PDF with its line breaks and flattened tables."""

from __future__ import annotations

from collections.abc import Iterator

from directives import flattened
from directives.document import Document, Paragraph, Place, Table
from directives.lines import Line, paragraphs
from directives.readers import marked
from workflow.errors import BadInput


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
    if start is not None:
        table = flattened.table(lines[start:])
        blocks += [*paragraphs(lines[:start]), table]
    else:
        blocks += paragraphs(lines)
    return Document(name, "text", tuple(blocks))


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
