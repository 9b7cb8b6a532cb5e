"""Reports as files: nothing in a cell is obeyed, no character breaks a file, what is written is what is read back."""

from __future__ import annotations

import csv
import shutil
import subprocess
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from reports import excel, word
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


@pytest.mark.parametrize("text", [ODD, "x" * 40_000, "\ud83d", "日本 Ủy ban 😀"], ids=["odd", "long", "half", "wide"])
def test_no_character_breaks_a_file(tmp_path: Path, text: str) -> None:
    made = report(text, "sau đó")
    excel.write(made, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert sheet.cell(excel.HEAD + 3, 2).value == "sau đó"
    word.write(made, tmp_path / "a.docx")
    table = docx.Document(str(tmp_path / "a.docx")).tables[0]
    assert table.rows[2].cells[1].text == "sau đó"
