"""Reports as files: nothing in a cell is obeyed, no character breaks a file, what is written is what is read back."""

from __future__ import annotations

import csv
import shutil
import subprocess
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pdfplumber
import pytest
from docx.oxml.ns import qn
from openpyxl.utils.escape import unescape

from reports import excel, pdf, word
from reports.report import Report, Section
from tests.conftest import need
from workflow.terminal import Column

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", "http://evil.example", "0123", "1e5"]  # fmt: skip
ODD = "".join(map(chr, range(32))) + "\x7f\u200b\ufffe\uffff\ud800x\udfff"
COLUMNS = (Column("no", "TT", right=True), Column("text", "Nội dung", wide=True), Column("agency", "Cơ quan"))


def report(*texts: str) -> Report:
    rows = [{"no": n, "text": text, "agency": text} for n, text in enumerate(texts, 1)]
    return Report("Báo cáo [thử] */?", date(2025, 10, 15), [Section("", COLUMNS, rows, "ghi chú", "cảnh báo"), Section("", COLUMNS, rows)], "sổ 1")  # fmt: skip


def test_no_cell_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    excel.write(report(*FORMULAS), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert len(book.sheetnames) == 2
    sheet = book.worksheets[0]
    for n, text in enumerate(FORMULAS, excel.HEAD + 2):
        for cell in (sheet.cell(n, 2), sheet.cell(n, 3)):
            assert (cell.data_type, cell.hyperlink) == ("s", None) or cell.data_type == "inlineStr"
            assert unescape(str(cell.value)) == text
        assert sheet.cell(n, 1).value == n - excel.HEAD - 1
    assert (
        sheet.freeze_panes == "B4" and sheet.auto_filter.ref and sheet.print_title_rows == "$3:$3" and sheet.print_area
    )


def test_libreoffice_reads_back_what_was_written(tmp_path: Path) -> None:
    need(shutil.which("soffice"), "LibreOffice", "apt-get install libreoffice-calc")
    texts = [text for text in FORMULAS if text.strip() == text]
    excel.write(report(*texts), tmp_path / "a.xlsx")
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    subprocess.run(["soffice", home, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", str(tmp_path), str(tmp_path / "a.xlsx")], check=True, capture_output=True, timeout=120)  # fmt: skip
    with (tmp_path / "a.csv").open(encoding="utf-8") as content:
        read = [row[1] for row in csv.reader(content) if row and row[0].isdigit()]
    assert read == texts


MARKUP = '#panic() $1/0$ \\ "x" *đậm* _nghiêng_ @sec <nhãn> `mã` = đầu [a] // bỏ /* bỏ */ ~ -- \\u{41}'
RIGHT_TO_LEFT = "Văn bản \u202eđảo ngược שלום مرحبا"


@pytest.mark.parametrize(
    "text", [ODD, "x" * 40_000, "từ " * 13_000, "\ud83d", "日本 Ủy ban 😀", MARKUP, RIGHT_TO_LEFT, "a\nb\tc"],
    ids=["odd", "endless", "long", "half", "wide", "markup", "right", "lines"],
)  # fmt: skip
def test_no_character_breaks_a_file(tmp_path: Path, text: str) -> None:
    made = report(text, "sau đó")
    excel.write(made, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert sheet.cell(excel.HEAD + 3, 2).value == "sau đó"
    word.write(made, tmp_path / "a.docx")
    table = docx.Document(str(tmp_path / "a.docx")).tables[0]
    assert table.rows[2].cells[1].text == "sau đó"
    pdf.write(made, tmp_path / "a.pdf")
    with pdfplumber.open(tmp_path / "a.pdf") as paper:
        assert "sau đó" in paper.pages[-1].extract_text()


def said(file: Path) -> str:
    """The text of a PDF with its words apart by one blank."""
    with pdfplumber.open(file) as paper:
        return " ".join(" ".join(page.extract_text() for page in paper.pages).split())


def test_no_text_is_markup_in_a_pdf(tmp_path: Path) -> None:
    made = Report(MARKUP, date(2025, 10, 15), [Section(MARKUP, (Column("text", MARKUP, wide=True),), [{"text": MARKUP}], MARKUP, MARKUP)], MARKUP, MARKUP)  # fmt: skip
    pdf.write(made, tmp_path / "a.pdf")
    plain = said(tmp_path / "a.pdf").replace("\u200b", "").replace(" ", "")
    assert plain.count(MARKUP.replace(" ", "")) == 8


def test_a_pdf_is_laid_out_as_the_decree_wants_and_repeats_its_head(tmp_path: Path) -> None:
    every = "ẰẲẴẶẦẨẪẬỀỂỄỆỒỔỖỘỜỞỠỢỪỬỮỰỲỶỸỴ ằẳẵặầẩẫậềểễệồổỗộờởỡợừửữựỳỷỹỵđĐ"
    pdf.write(report(*[every] * 30), tmp_path / "a.pdf")
    with pdfplumber.open(tmp_path / "a.pdf") as paper:
        assert len(paper.pages) > 2 and paper.metadata["Title"] == "Báo cáo [thử] */?"
        for number, page in enumerate(paper.pages, 1):
            assert (round(page.width), round(page.height)) == (842, 595)
            words = page.extract_words()
            assert min(one["x0"] for one in words) >= 85 and max(one["x1"] for one in words) <= 842 - 56  # 3 and 2 cm
            text = page.extract_text()
            assert text.rstrip().endswith("sổ 1") and "Nội dung" in text
            assert (text.split()[0] == str(number)) == (number > 1)
            assert all(font["fontname"] for font in page.chars)
    assert set(every.split()) <= set(said(tmp_path / "a.pdf").replace("\u200b", "").split())


def test_figures_open_their_lists(tmp_path: Path) -> None:
    rows = [
        {"no": 3, "text": "=1+1", "agency": "a", "opens": {"no": "/tasks?figure=late&search=%22%23x", "text": "/tasks/KH1?as_of=2025-10-15"}},
        {"no": 0, "text": "", "agency": "b", "opens": {"no": "/tasks?figure=late"}, "sum": True},
        {"no": 4, "text": "x", "agency": "c", "opens": {"no": "/tasks?search=" + "x" * 3000}},
    ]  # fmt: skip
    made, base = (
        Report("Báo cáo", date(2025, 10, 15), [Section("", COLUMNS, rows)], "sổ"),
        "https://dondoc.langson.example",
    )
    wanted = f"{base}/tasks?figure=late&search=%22%23x"
    excel.write(made, tmp_path / "a.xlsx", base)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    first = excel.HEAD + 2
    figure, text = sheet.cell(first, 1), sheet.cell(first, 2)
    assert (figure.value, figure.data_type, figure.hyperlink.target) == (3, "n", wanted)
    assert (text.value, text.hyperlink.target) == (
        "=1+1",
        f"{base}/tasks/KH1?as_of=2025-10-15",
    ) and text.data_type != "f"
    assert [sheet.cell(first + n, 1).value for n in (1, 2)] == [0, 4]
    assert sheet.cell(first + 1, 1).hyperlink is None and sheet.cell(first + 2, 1).hyperlink is None
    assert sheet.cell(first + 1, 1).font.b and not figure.font.b
    word.write(made, tmp_path / "a.docx", base)
    table = docx.Document(str(tmp_path / "a.docx")).tables[0]
    fields = [field.get(qn("w:instr")) for field in table._tbl.iter(qn("w:fldSimple"))]
    assert fields[0] == f'HYPERLINK "{wanted}"' and len(fields) == 3
    assert [cell.text for cell in table.rows[2].cells] == ["0", "", "b"]
    pdf.write(made, tmp_path / "a.pdf", base)
    with pdfplumber.open(tmp_path / "a.pdf") as paper:
        links = [link["uri"] for link in paper.pages[0].hyperlinks]
    assert wanted in links and len(set(links)) == 3
    for write, file in ((excel.write, "b.xlsx"), (word.write, "b.docx"), (pdf.write, "b.pdf")):
        write(made, tmp_path / file)  # where the office's address is not known, nothing leads anywhere
    assert openpyxl.load_workbook(tmp_path / "b.xlsx").worksheets[0].cell(first, 1).hyperlink is None
    assert not list(docx.Document(str(tmp_path / "b.docx")).element.iter(qn("w:fldSimple")))
    with pdfplumber.open(tmp_path / "b.pdf") as paper:
        assert not paper.pages[0].hyperlinks


def test_a_sheet_has_no_more_links_than_excel_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MOST_LINKS", 5)
    rows = [{"no": n, "opens": {"no": f"/tasks?page={n}"}} for n in range(1, 9)]
    excel.write(Report("B", date(2025, 10, 15), [Section("", COLUMNS, rows), Section("", COLUMNS, rows)]), tmp_path / "a.xlsx", "https://x.example")  # fmt: skip
    for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets:
        cells = [sheet.cell(excel.HEAD + 1 + n, 1) for n in range(1, 9)]
        assert [cell.value for cell in cells] == list(range(1, 9))
        assert [bool(cell.hyperlink) for cell in cells] == [n <= 5 for n in range(1, 9)]


def test_what_stands_in_a_cell_can_be_read_in_print(tmp_path: Path) -> None:
    made = report("Rà soát phương án sắp xếp " * 30, "ngắn")
    excel.write(made, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    high, low = (sheet.row_dimensions[excel.HEAD + n].height for n in (2, 3))
    assert high > 100 and low is None  # the second row needs no more than one line
    assert sheet.page_setup.paperSize == 9 and sheet.page_setup.orientation == "landscape"
