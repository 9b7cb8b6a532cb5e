"""A report as a Word document: A4 across, Times New Roman, margins as Decree 30/2020/NĐ-CP wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reports.report import Report, Section, writable


def write(report: Report, path: Path) -> None:
    """Write a report as .docx."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    document = docx.Document()
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21)
    page.top_margin = page.bottom_margin = page.right_margin = Cm(2)
    page.left_margin = Cm(3)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(13)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "Times New Roman")
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run(writable(report.title)).bold = True
    for section in report.sections:
        if section.title:
            heading = document.add_paragraph()
            heading.paragraph_format.keep_with_next = True
            heading.paragraph_format.space_before = Pt(12)
            heading.add_run(writable(section.title)).bold = True
        if section.warning:
            document.add_paragraph(writable(section.warning))
        if section.rows:
            _table(document, section)
        if section.note:
            document.add_paragraph(writable(section.note)).paragraph_format.space_before = Pt(6)
    if report.foot:
        foot = page.footer.paragraphs[0]
        foot.add_run(writable(report.foot)).font.size = Pt(9)
    document.save(str(path))


def _widths(section: Section) -> list[float]:
    """Column widths in centimetres on 24.7: narrow ones hold their longest word, wide ones share the rest."""
    narrow = {}
    for column in section.columns:
        if not column.wide:
            texts = [column.title, *(str(row.get(column.key) or "") for row in section.rows)]
            narrow[column.key] = 0.22 * max(len(word) for text in texts for word in (text.split() or [""])) + 0.5
    wide = len(section.columns) - len(narrow)
    rest = max(24.7 - sum(narrow.values()), 2.0 * wide) / max(wide, 1)
    return [narrow.get(column.key, rest) for column in section.columns]


def _table(document: Any, section: Section) -> None:
    """A ruled table whose head is repeated on every page and whose rows are not torn apart."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Cm, Pt

    table = document.add_table(rows=1, cols=len(section.columns), style="Table Grid")
    table.autofit = False
    widths = [Cm(width) for width in _widths(section)]
    for place, width in zip(table.columns, widths, strict=True):
        place.width = width  # some programs heed the grid, others the cells
    lines = [{column.key: column.title for column in section.columns}, *section.rows]
    for number, values in enumerate(lines):
        row = table.rows[0] if number == 0 else table.add_row()
        marks = ("w:cantSplit", "w:tblHeader") if number == 0 else ("w:cantSplit",)
        for mark in marks:
            row._tr.get_or_add_trPr().append(OxmlElement(mark))
        for cell, column, width in zip(row.cells, section.columns, widths, strict=True):
            cell.width = width
            value = values.get(column.key)
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(writable(value))
            run.font.size, run.bold = Pt(11), number == 0
            if number == 0:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif column.right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
