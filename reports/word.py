"""A report as a Word document: A4 across, Times New Roman, margins as Decree 30/2020/NĐ-CP wants them."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from reports.report import Report, Section, opens, widths, writable


def write(report: Report, path: Path, base: str = "") -> None:
    """Write a report as .docx; figures open their lists at `base`."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(13)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "Times New Roman")
    _page(document.sections[0], report)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run(writable(report.title)).bold = True
    if report.about:
        about = document.add_paragraph(writable(report.about))
        about.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for section in report.sections:
        if section.title:
            heading = document.add_paragraph()
            heading.paragraph_format.keep_with_next = True
            heading.paragraph_format.space_before = Pt(12)
            heading.add_run(writable(section.title)).bold = True
        if section.warning:
            document.add_paragraph(writable(section.warning))
        if section.rows:
            _table(document, section, base)
        if section.note:
            document.add_paragraph(writable(section.note)).paragraph_format.space_before = Pt(6)
    document.save(str(path))


def _page(page: Any, report: Report) -> None:
    """Paper and margins; the number of the page above from the second on, the foot of the report below."""
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21)
    page.top_margin = page.bottom_margin = page.right_margin = Cm(2)
    page.left_margin = Cm(3)
    page.header_distance = page.footer_distance = Cm(1)
    page.different_first_page_header_footer = True
    number = page.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    number._p.append(field)
    for foot in (page.footer, page.first_page_footer):
        foot.paragraphs[0].add_run(writable(report.foot)).font.size = Pt(9)


def _table(document: Any, section: Section, base: str) -> None:
    """A ruled table whose head is repeated on every page and whose rows are not torn apart."""
    from docx.shared import Cm

    table = document.add_table(rows=2, cols=len(section.columns), style="Table Grid")
    table.autofit = False
    wide = [Cm(width) for width in widths(section)]
    for place, width in zip(table.columns, wide, strict=True):
        place.width = width  # some programs heed the grid, others the cells
    head, row = table.rows
    _formed(head, section, wide, head=True)
    _formed(row, section, wide, head=False)
    _fill(head._tr, [(column.title, "") for column in section.columns], bold=True)
    pattern = row._tr
    table._tbl.remove(pattern)
    for values in section.rows:  # copies of one row: building each by itself takes many times as long
        made = deepcopy(pattern)
        cells = [(values.get(column.key), opens(values, column.key, base)) for column in section.columns]
        _fill(made, cells, bold=bool(values.get("sum")))
        table._tbl.append(made)


def _formed(row: Any, section: Section, wide: list[Any], *, head: bool) -> None:
    """How the cells of a row stand; each holds one empty run."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    for mark in ("w:cantSplit", "w:tblHeader") if head else ("w:cantSplit",):
        row._tr.get_or_add_trPr().append(OxmlElement(mark))
    for cell, column, width in zip(row.cells, section.columns, wide, strict=True):
        cell.width = width
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run()
        run.font.size = Pt(11)
        if head or column.right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if head else WD_ALIGN_PARAGRAPH.RIGHT


def _fill(row: Any, cells: list[tuple[object, str]], *, bold: bool) -> None:
    """The texts of a row, and the address that each opens."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for run, (value, address) in zip(list(row.iter(qn("w:r"))), cells, strict=True):
        run.text = writable(value)
        if bold:
            run.rPr.insert(0, OxmlElement("w:b"))
        if address:
            color = OxmlElement("w:color")
            color.set(qn("w:val"), "17508A")
            run.rPr.insert_element_before(color, "w:sz")
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), f'HYPERLINK "{address}"')
            run.addprevious(field)
            field.append(run)
