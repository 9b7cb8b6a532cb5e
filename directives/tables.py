"""Assignment tables: from the rows of a grid to tasks, with sections kept as a path and rows of several pages joined."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from directives import agencies, headings, phrases
from directives.document import Document, Paragraph, Row, Table, clean
from directives.lines import glue
from directives.proposal import TaskProposal, issue
from workflow.i18n import N_
from workflow.names import strip_marks

_TITLE = re.compile(r"(?:[IVX]+\.|PHỤ LỤC|Phụ lục|BIỂU|Biểu)\s")
_STRONG = re.compile(r"(?:Sở|Vụ|Cục|Tổng cục|Phòng|Trung tâm) [A-ZĐ]")  # hardly ever inside another name
_DITTO = re.compile(r"[-–.\s]*(?:nt|Nt|NT|như trên|Như trên|”|\"|''|〃)[-–.\s]*")
_ROMAN = re.compile(r"[IVXLC]+\Z")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})*[a-zđ]?\Z")
_LETTER = re.compile(r"[A-HĐ]\Z")


@dataclass
class Assignments:
    """The tasks of all assignment tables of a document, and whether any table lacked a lead column."""

    tasks: list[TaskProposal] = field(default_factory=list)
    without_lead: list[Table] = field(default_factory=list)


def assignments(document: Document) -> Assignments:
    """Return the tasks of every table whose heading names tasks; a table that goes on over pages is one."""
    found = Assignments()
    reader: _TableReader | None = None
    for block in document.blocks:
        if isinstance(block, Paragraph):
            if len(block.text) > 60 or _TITLE.match(block.text):
                reader = None  # running text or a title ends a table; a page number or a stamp does not
            continue
        start, columns = _heading(block)
        if columns and not (reader and columns == reader.columns and start <= 2):
            earlier = reader
            # Where a file keeps the lines of a cell apart they were meant so; on a page they only fill it.
            reader = _TableReader(columns, found.tasks, breaks=document.format in ("docx", "xlsx", "html"))
            if earlier and found.tasks:
                reader.raw, reader.sections = earlier.raw, earlier.sections
            if "lead" not in columns:
                found.without_lead.append(block)
        elif not columns and (not reader or len(block.rows[0].cells) != reader.width or _is_other(block.rows[0])):
            reader = None if reader and _is_other(block.rows[0]) else reader
            continue
        if reader:
            reader.width = len(block.rows[0].cells)
            reader.read(block.rows[start if columns else 0 :], continued=bool(found.tasks))
    return found


def _is_other(first: Row) -> bool:
    """Whether a row heads a table of something else: costs, figures, an empty form."""
    return headings.field_of(first.cells[0]) == "no" and len(first.texts()) > 2


def _heading(table: Table) -> tuple[int, dict[str, int]]:
    """Where the rows begin and what the columns hold; headings of two rows are read together."""
    for index, row in enumerate(table.rows[:8]):
        columns = headings.columns(row)
        if not columns and index + 1 < len(table.rows) and len(row.texts()) >= 2:
            both = _stacked(row, table.rows[index + 1])
            columns = headings.columns(both)
            if columns:
                return index + 2, columns
        if columns:
            below = table.rows[index + 1] if index + 1 < len(table.rows) else None
            if below and _is_second_heading(row, below):
                return index + 2, headings.columns(_stacked(row, below)) or columns
            return index + 1, columns
    return 0, {}


def _stacked(upper: Row, lower: Row) -> Row:
    """Two heading rows as one: a cell that spans several columns above lends its words to each below."""
    cells: list[str | None] = []
    above = ""
    for top, bottom in zip(upper.cells, lower.cells, strict=False):
        above = top if top is not None else above
        named = headings.field_of(bottom)
        own = bottom if named and named != headings.field_of(above) else f"{above} {bottom or ''}"
        cells.append(clean(own or "") if bottom != above else above)
    return Row(tuple(cells), lower.place)


def _is_second_heading(upper: Row, lower: Row) -> bool:
    known = sum(headings.field_of(cell) is not None for cell in lower.texts())
    return (
        any(cell is None for cell in upper.cells)
        and known >= 2
        and not any(_NUMBER.match(clean(c)) for c in lower.texts())
    )


class _TableReader:
    """Reads rows one after the other, remembering the section they stand in."""

    def __init__(self, columns: dict[str, int], tasks: list[TaskProposal], *, breaks: bool) -> None:
        self.columns, self.tasks, self.breaks = columns, tasks, breaks
        self.in_charge: list[str] = []
        self.width = 0
        self.sections: dict[int, tuple[str, str]] = {}
        self.raw = dict.fromkeys(("lead", "coordinating", "deliverable", "timing"), "")
        self.count = 0

    def read(self, rows: tuple[Row, ...], *, continued: bool) -> None:
        first = True
        for row in rows:
            if (
                (headings.columns(row) and not _NUMBER.match(self._cell(row, "no")))
                or self._is_column_numbers(row)
                or not row.texts()
            ):
                continue
            if self._is_total(row) or self._is_blank(row):
                continue
            if continued and first and self._goes_on(row):
                self._join(row)
            elif self._is_section(row):
                self._open(row)
            else:
                self._task(row)
            first = False

    def _cell(self, row: Row, name: str) -> str:
        column = self.columns.get(name)
        text = row.cells[column] if column is not None and column < len(row.cells) else None
        joined = ""
        for line in (text or "").split("\n"):
            names = name in ("lead", "coordinating") and agencies.is_agency(joined)
            begins = agencies.is_agency(clean(line)) if self.breaks else _STRONG.match(line) and joined.count(" ") > 2
            if names and begins and not re.search(r"(?:[,;:–-]|\b(?:và|thuộc|của|tại|các|với))$", joined):
                joined += ";"  # a line of its own for each agency
            joined = glue(joined, clean(line))
        return joined

    def _is_column_numbers(self, row: Row) -> bool:
        return len(row.texts()) > 2 and all(re.fullmatch(r"\(?\d{1,2}\)?|[A-D]", clean(c)) for c in row.texts())

    def _is_total(self, row: Row) -> bool:
        return (
            bool(re.match(r"(tong\s*(cong|so)?|cong)\b", strip_marks(clean(row.texts()[0]))))
            and len(row.texts()[0]) < 40
        )

    def _is_blank(self, row: Row) -> bool:
        """Whether a row of a form has a number and dots to write on."""
        return len(row.texts()) > 1 and not any(c.isalnum() for text in row.texts()[1:] for c in text)

    def _duties(self, row: Row) -> list[str]:
        return [cell for name in ("lead", "coordinating", "deliverable", "timing") if (cell := self._cell(row, name))]

    def _goes_on(self, row: Row) -> bool:
        """A row without a number at the top of a page, whose cells are not merged, is the rest of the row before."""
        text_column = self.columns["text"]
        merged = text_column + 1 < len(row.cells) and row.cells[text_column + 1] is None
        return bool(self.tasks) and "no" in self.columns and not self._cell(row, "no") and not merged

    def _join(self, row: Row) -> None:
        task = self.tasks[-1]
        task.text = glue(task.text, self._cell(row, "text"))
        for name in ("lead", "coordinating", "deliverable", "timing"):
            more = self._cell(row, name)
            if more:
                self.raw[name] = glue(self.raw[name], more)
        self._fill(task)
        if more_issue := issue(N_("The row is joined across two pages."), row.place):
            task.issues.append(more_issue)

    def _is_section(self, row: Row) -> bool:
        """A row with a title and nothing asked of anybody."""
        asked = self._cell(row, "text") or self._cell(row, "lead") or self._cell(row, "coordinating")
        only_title = len(row.texts()) == 1 and (any(cell is None for cell in row.cells) or not asked)
        merged = len(row.cells) > 3 and sum(cell is None for cell in row.cells) >= len(row.cells) - 2
        if self._duties(row) and not (self._repeated(row) or only_title or merged):
            return False
        number, text = self._cell(row, "no").rstrip(".)"), self._cell(row, "text")
        if only_title or merged or self._repeated(row) or _ROMAN.match(number) or _LETTER.match(number):
            return True
        return not number and bool(text) and not text.endswith((".", ";"))

    def _repeated(self, row: Row) -> bool:
        texts = row.texts()
        return len(texts) > 2 and len({clean(t) for t in texts[1:]}) == 1

    def _open(self, row: Row) -> None:
        number = self._cell(row, "no").rstrip(".)")
        title = self._cell(row, "text") or clean(" ".join(dict.fromkeys(row.texts())))
        if not number or number == title.rstrip(".)"):
            inside = re.match(r"([IVXLC]+|[A-H]|\d{1,2})[.)]\s+(.*)$", title)
            number, title = (inside[1], inside[2]) if inside else ("", title)
        level = (
            0
            if _LETTER.match(number) and not _ROMAN.match(number)
            else 1
            if _ROMAN.match(number)
            else 2
            if number
            else 3
        )
        if level == 0 and 1 in self.sections and number == "C" and self.sections[1][0] in ("XC", "XCIX"):
            level = 1
        self.sections = {at: section for at, section in self.sections.items() if at < level}
        self.sections[level] = (number, title)
        self.count = 0
        charged = re.search(r"\(\s*(?:do\s+)?([^()]+?)\s+(?:phụ trách|chủ trì|thực hiện)\s*\)", title)
        self.in_charge = agencies.split(charged[1]) if charged and agencies.is_agency(charged[1]) else []

    def _task(self, row: Row) -> None:
        self.count += 1
        number = self._cell(row, "no").strip(" .)") or str(self.count)
        group = next((n for _level, (n, _t) in sorted(self.sections.items(), reverse=True) if n), "")
        path = " / ".join(f"{n}. {t}" if n else t for _level, (n, t) in sorted(self.sections.items()))
        inside = group and (number == group or number.startswith(f"{group}."))
        task = TaskProposal(
            number if inside or not group else f"{group}.{number}", self._cell(row, "text"), path, place=row.place
        )
        before = self.raw
        self.raw = {name: self._cell(row, name) for name in ("lead", "coordinating", "deliverable", "timing")}
        for name, words in self.raw.items():
            if _DITTO.fullmatch(words):
                self.raw[name] = before[name]
        if hour := self._cell(row, "hour"):
            self.raw["timing"] = f"{hour}, {self.raw['timing']}".strip(", ")
        self._fill(task)
        self.tasks.append(task)

    def _fill(self, task: TaskProposal) -> None:
        """Take the cells apart into agencies; words that separate lead and coordinator in one cell are respected."""
        lead, coordinating = self.raw["lead"], self.raw["coordinating"]
        both = re.match(
            r"(?:Chủ trì\s*:\s*)?(.*?)[;,.]?\s*(?:[Pp]hối hợp(?:\s+với)?|Cơ quan phối hợp|PH)\s*:?\s+(.*)$", lead
        )
        after = re.match(r"(.+?)\s+chủ trì\s*[,;]\s*(.+?)\s+phối hợp\.?$", lead)
        if (both or after) and not coordinating:
            lead, coordinating = (after or both).groups()  # type: ignore[union-attr]
        task.lead = agencies.split(re.sub(r"^Chủ trì\s*:\s*", "", lead)) or list(self.in_charge)
        task.coordinating = agencies.split(coordinating)
        task.deliverable = self.raw["deliverable"] or None
        task.timing = self.raw["timing"] or (None if "timing" in self.columns else phrases.find(task.text))
