"""Word documents (.docx): paragraphs and tables of the body, with tracked insertions in and tracked deletions out."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZipFile

from lxml import etree

from directives.document import Document, Paragraph, Place, Row, Table, clean
from workflow.errors import BadInput
from workflow.names import roman

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BREAKS = {f"{W}br", f"{W}cr"}
_FALLBACK = (
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same box again, for old programs
)
_HIDDEN = {
    f"{W}txbxContent",
    _FALLBACK,
    f"{W}del",
    f"{W}moveFrom",
    f"{W}pPr",
    f"{W}rPr",
    f"{W}footnoteReference",
    f"{W}endnoteReference",
}


def read(content: bytes, name: str) -> Document:
    """Return the body of a Word document as blocks."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        with ZipFile(BytesIO(content)) as package:
            root = etree.fromstring(package.read("word/document.xml"), parser)
            numbering = _Numbering(package, parser)
    except Exception as error:  # zip, XML and compression libraries each raise their own
        raise BadInput("{name} is damaged and cannot be opened.", name=name) from error
    body = root.find(f"{W}body")
    blocks: list[Paragraph | Table] = []
    tables = paragraphs = 0
    for element in _blocks(body) if body is not None else ():
        if element.tag == f"{W}tbl":
            tables += 1
            blocks.append(_table(element, tables, numbering))
        else:
            paragraphs += 1
            for part in numbering.labelled(element, _text(element)).split("\n"):
                if clean(part):
                    blocks.append(Paragraph(clean(part), Place(paragraph=paragraphs)))
    return Document(name, "docx", tuple(blocks))


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, also inside content controls and tracked insertions."""
    for child in parent:
        if child.tag == f"{W}tbl" and _is_layout(child):
            for cell in child.iterfind(f"{W}tr/{W}tc"):
                yield from _blocks(cell)
        elif child.tag in (f"{W}p", f"{W}tbl"):
            yield child
            if child.tag == f"{W}p":
                for box in child.iter(f"{W}txbxContent"):  # frames and text boxes hold letterheads, even whole tables
                    if not any(above.tag == _FALLBACK for above in box.iterancestors()):
                        yield from _blocks(box)
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


def _table(element: Any, number: int, numbering: _Numbering) -> Table:
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
            text = "\n".join(
                filter(None, (clean(numbering.labelled(p, _text(p), alone=True)) for p in cell.iter(f"{W}p")))
            )
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


def _is_layout(table: Any) -> bool:
    """Whether a table only sets out the page: one of its cells holds a table of several rows and columns."""
    inner = (found for found in table.iterfind(f"{W}tr/{W}tc/{W}tbl"))
    return any(len(found.findall(f"{W}tr")) > 1 and len(found.findall(f"{W}tr/{W}tc")) > 5 for found in inner)


class _Numbering:
    """The numbers that Word prints by itself before paragraphs of a list; they stand nowhere in the text.

    A list is named by the paragraph or by its style. Lists of one kind count on from each other unless one says where it starts.
    """

    def __init__(self, package: ZipFile, parser: Any) -> None:
        self.levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self.kinds: dict[str, str] = {}
        self.starts: dict[str, dict[int, int]] = {}
        self.counts: dict[str, list[int]] = {}
        self.styles: dict[str, _Style] = {}
        if "word/numbering.xml" not in package.namelist():
            return
        root = etree.fromstring(package.read("word/numbering.xml"), parser)
        kinds = {kind.get(f"{W}abstractNumId"): kind for kind in root.iter(f"{W}abstractNum")}
        for number in root.iter(f"{W}num"):
            name, reference = number.get(f"{W}numId", ""), _value(number, "abstractNumId")
            kind = kinds.get(reference)
            if kind is not None:
                self.levels[name] = {int(level.get(f"{W}ilvl", "0")): _level(level) for level in kind.iter(f"{W}lvl")}
                self.kinds[name] = reference
                self.starts[name] = {
                    int(level.get(f"{W}ilvl", "0")): int(start)
                    for level in number.iter(f"{W}lvlOverride")
                    if (start := _value(level, "startOverride")).isdigit()
                }
        if "word/styles.xml" in package.namelist():
            for style in etree.fromstring(package.read("word/styles.xml"), parser).iter(f"{W}style"):
                listed = style.find(f"{W}pPr/{W}numPr")
                name, level = (_value(listed, "numId"), _value(listed, "ilvl")) if listed is not None else ("", "")
                self.styles[style.get(f"{W}styleId", "")] = _Style(name, level, _value(style, "basedOn"))

    def labelled(self, paragraph: Any, text: str, *, alone: bool = False) -> str:
        """Return the text with its number in front; in a cell (`alone`) a number that is the whole cell is shown too."""
        name, level = self._list(paragraph)
        levels = self.levels.get(name)
        if not (text.strip() or alone) or not levels or level not in levels:
            return text
        counts = self.counts.setdefault(self.kinds[name], [levels[n][2] - 1 if n in levels else 0 for n in range(10)])
        for depth, start in self.starts.pop(name, {}).items():
            counts[depth] = start - 1
        counts[level] += 1
        for deeper in range(level + 1, 10):
            counts[deeper] = levels[deeper][2] - 1 if deeper in levels else 0
        pattern = levels[level][1]
        if levels[level][0] == "bullet":
            return f"- {text}"
        for n in range(level + 1):
            if n in levels:
                pattern = pattern.replace(f"%{n + 1}", _printed(max(counts[n], 1), levels[n][0]))
        return f"{pattern} {text}".strip()

    def _list(self, paragraph: Any) -> tuple[str, int]:
        """The list a paragraph belongs to and its level there, by itself or by its style and those it is based on."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        name, level = (_value(own, "numId"), _value(own, "ilvl")) if own is not None else ("", "")
        style = paragraph.find(f"{W}pPr")
        at = _value(style, "pStyle") if style is not None else ""
        for _step in range(10):  # styles may be based on each other in a circle
            known = self.styles.get(at)
            if known is None or (name and level):
                break
            name, level, at = name or known.list, level or known.level, known.based_on
        return name, int(level) if level.isdigit() else 0


class _Style(NamedTuple):
    """The list and level that a paragraph style brings, and the style it is based on."""

    list: str
    level: str
    based_on: str


def _value(parent: Any, tag: str) -> str:
    found = parent.find(f"{W}{tag}")
    return found.get(f"{W}val", "") if found is not None else ""


def _level(level: Any) -> tuple[str, str, int]:
    """Format, pattern ("%1.%2") and first number of one level of a list."""

    def value(tag: str, default: str) -> str:
        found = level.find(f"{W}{tag}")
        return found.get(f"{W}val", default) if found is not None else default

    first = value("start", "1")
    return value("numFmt", "decimal"), value("lvlText", "%1."), int(first) if first.isdigit() else 1


def _printed(number: int, form: str) -> str:
    """A number the way Word prints it: 3, c, C, iii, III."""
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman"):
        return roman(number) if form == "upperRoman" else roman(number).lower()
    return str(number)
