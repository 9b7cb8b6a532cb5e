"""Correcting a proposal in a spreadsheet and loading it back."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from directives import sheet
from directives.proposal import Proposal
from directives.reading import propose
from tests import make
from workflow.errors import BadInput

SAMPLE = Path(__file__).parent.parent / "directives" / "samples" / "ke-hoach-88.docx"


def told(proposal: Proposal) -> list[tuple[object, ...]]:
    return [(t.no, t.section, t.text, t.lead, t.coordinating, t.deliverable, t.timing) for t in proposal.tasks]


def test_what_is_written_is_what_is_loaded(tmp_path: Path) -> None:
    original = propose(SAMPLE)
    sheet.write(original, tmp_path / "a.xlsx")
    loaded = sheet.read(tmp_path / "a.xlsx")
    assert told(loaded) == told(original)
    assert [bool(t.issues) for t in loaded.tasks] == [bool(t.issues) for t in original.tasks], "a doubt is not lost"
    assert (loaded.head.number, loaded.head.issued, loaded.head.issuer) == (
        original.head.number,
        original.head.issued,
        original.head.issuer,
    )
    assert (loaded.digest, loaded.file_name, loaded.year) == (original.digest, original.file_name, original.year)


def test_no_cell_becomes_a_formula(tmp_path: Path) -> None:
    nasty = make.proposal(
        make.task(text='=HYPERLINK("http://x")', lead="Sở Y tế", deliverable="+1+1", timing="@x"),
        make.task("-2", text="-1+1 \x07 việc cần làm"),
    )
    sheet.write(nasty, tmp_path / "a.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[1].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"} and all(cell.hyperlink is None for cell in cells)
    assert sheet.read(tmp_path / "a.xlsx").tasks[0].text == '=HYPERLINK("http://x")'


def test_corrections_are_taken_over_and_moved_columns_are_found(tmp_path: Path) -> None:
    sheet.write(propose(SAMPLE), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    tasks = book.worksheets[1]
    tasks["D2"] = "Sở Tài chính; Sở Nội vụ"
    tasks["G2"] = "Quý III"
    tasks.insert_cols(1)
    tasks.delete_rows(10, 20)
    book.worksheets[0]["B2"] = "12/4/2025"
    book.save(tmp_path / "a.xlsx")
    loaded = sheet.read(tmp_path / "a.xlsx")
    assert (loaded.tasks[0].lead, loaded.tasks[0].timing, len(loaded.tasks)) == (
        ["Sở Tài chính", "Sở Nội vụ"],
        "Quý III",
        8,
    )
    assert str(loaded.head.issued) == "2025-04-12"


def test_errors_name_row_and_column_and_nothing_is_loaded(tmp_path: Path) -> None:
    sheet.write(propose(SAMPLE), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book.worksheets[1]["C4"] = None
    book.worksheets[1]["D5"] = " "
    book.worksheets[0]["B2"] = "hôm qua"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(BadInput) as refused:
        sheet.read(tmp_path / "a.xlsx")
    for words in ("dòng 4, cột “Nội dung nhiệm vụ”", "dòng 5, cột “Chủ trì”", "hôm qua"):
        assert words in str(refused.value)


def test_other_files_are_refused(tmp_path: Path) -> None:
    for name, content in (("a.xlsx", b"nothing"), ("b.xlsx", SAMPLE.read_bytes())):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match="dondoc read --sheet"):
            sheet.read(tmp_path / name)
    book = openpyxl.Workbook()
    book.create_sheet("Khác").append(["a", "b"])
    book.save(tmp_path / "c.xlsx")
    with pytest.raises(BadInput, match="thiếu cột"):
        sheet.read(tmp_path / "c.xlsx")
