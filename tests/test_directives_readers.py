"""Bytes to Document: every format, and everything that is no document."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from directives import readers
from directives.document import Document, Paragraph, Table
from directives.reading import propose
from workflow.errors import BadInput

HEAD = ("STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Sản phẩm", "Thời gian")
ROWS = [
    ("1", "Soạn đề án", "Sở Nội vụ", "Sở Tài chính", "Đề án", "Quý III"),
    ("2", "Mở lớp", "Sở Y tế", "", "", "Tháng 9/2025"),
]


def word(path: Path) -> docx.document.Document:
    document = docx.Document()
    document.add_paragraph("(Kèm theo Kế hoạch số 9/KH-UBND ngày 01/3/2025 của UBND tỉnh)")
    table = document.add_table(rows=1, cols=6)
    for cell, words in zip(table.rows[0].cells, HEAD, strict=True):
        cell.text = words
    for row in ROWS:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    document.save(str(path))
    return document


def read(path: Path) -> Document:
    return readers.read(path)


def test_word_keeps_tracked_insertions_and_drops_deletions(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Giữ ")
    for tag, text_tag, words in (("w:ins", "w:t", "thêm"), ("w:del", "w:delText", "bỏ")):
        change = OxmlElement(tag)
        run, text = OxmlElement("w:r"), OxmlElement(text_tag)
        text.text = words
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    document.save(str(tmp_path / "a.docx"))
    assert [p.text for p in read(tmp_path / "a.docx").paragraphs()] == ["Giữ thêm"]


def test_word_reads_rows_in_content_controls_and_merged_cells(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "Tiêu đề"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "Chung"
    table.cell(1, 1).text, table.cell(2, 1).text = "a", "b"
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    last = table.rows[2]._tr
    last.addprevious(control)
    content.append(last)
    control.append(content)
    document.save(str(tmp_path / "a.docx"))
    rows = read(tmp_path / "a.docx").tables()[0].rows
    assert rows[0].cells == ("Tiêu đề", None, None)
    assert [row.cells[:2] for row in rows[1:]] == [("Chung", "a"), ("Chung", "b")]
    assert qn("w:sdt") == control.tag


def test_the_same_table_reads_alike_from_word_and_spreadsheet(tmp_path: Path) -> None:
    word(tmp_path / "a.docx")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["(Kèm theo Kế hoạch số 9/KH-UBND ngày 01/3/2025 của UBND tỉnh)"])
    for row in (HEAD, *ROWS):
        sheet.append([int(c) if c.isdigit() else c for c in row])
    book.save(tmp_path / "a.xlsx")
    from_word, from_sheet = (propose(tmp_path / name).to_json() for name in ("a.docx", "a.xlsx"))
    for proposal in (from_word, from_sheet):
        assert (proposal["number"], proposal["issued"], proposal["issuer"]) == ("9/KH-UBND", "2025-03-01", "UBND tỉnh")
        assert [(t["no"], t["lead"], t["coordinating"], t["deliverable"], t["timing"]) for t in proposal["tasks"]] == [
            ("1", ["Sở Nội vụ"], ["Sở Tài chính"], "Đề án", "Quý III"),
            ("2", ["Sở Y tế"], [], None, "Tháng 9/2025"),
        ]
    assert from_sheet["tasks"][0]["where"]["row"] == 3
    assert from_word["tasks"][1]["where"] == {"table": 1, "row": 3}


def test_excel_days_and_numbers_are_shown_as_people_read_them(tmp_path: Path) -> None:
    from datetime import datetime

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD, [1, "Việc", "Sở Y tế", None, 2.5, datetime(2025, 9, 1)]):  # noqa: DTZ001 - a cell has no zone
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    cells = read(tmp_path / "a.xlsx").tables()[0].rows[1].cells
    assert (cells[0], cells[4]) == ("1", "2.5")
    assert str(cells[5]).startswith("01/09/2025")


def _pdf(path: Path, **options: object) -> None:
    canvas = Canvas(str(path), **options)  # type: ignore[arg-type]
    canvas.drawString(100, 700, "So: 1/KH-UBND")
    canvas.save()


def test_what_is_no_document_is_refused_by_name_with_what_to_do(tmp_path: Path) -> None:
    made = {
        "empty.docx": (b"", "rỗng"),
        "blank.txt": (b"  \n ", "rỗng"),
        "program.pdf": (b"MZ\x90\x00\x03" + bytes(range(256)) * 40, "không phải văn bản đọc được"),
        "broken.pdf": (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", "hỏng|không có chữ"),
        "broken.docx": (b"PK\x03\x04" + b"x" * 200, "hỏng"),
        "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "không phải văn bản đọc được"),
        "locked.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        "latin.txt": ("Kế hoạch".encode("utf-16-le") * 30, "không phải văn bản"),
    }
    for name, (content, said) in made.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match=said) as found:
            read(tmp_path / name)
        assert name in str(found.value)


def test_other_zip_files_folders_and_missing_files_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(BadInput, match="không phải văn bản Word"):
        read(tmp_path / "a.zip")
    with pytest.raises(BadInput, match="không phải tệp"):
        read(tmp_path)
    with pytest.raises(BadInput, match=r"none\.docx"):
        read(tmp_path / "none.docx")


def test_encrypted_pdf_and_scans_are_told_apart_from_damage(tmp_path: Path) -> None:
    _pdf(tmp_path / "locked.pdf", encrypt=StandardEncryption("secret", canPrint=0))
    with pytest.raises(BadInput, match="mật khẩu"):
        read(tmp_path / "locked.pdf")
    canvas = Canvas(str(tmp_path / "scan.pdf"))
    canvas.rect(10, 10, 100, 100, fill=1)
    canvas.save()
    with pytest.raises(BadInput, match="bản quét"):
        read(tmp_path / "scan.pdf")


def test_too_large_and_swelling_files_are_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_bytes(b"a" * 2_000_001)
    with pytest.raises(BadInput, match=r"max_megabytes"):
        readers.read(tmp_path / "big.txt", max_megabytes=1)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 260_000_000)
    (tmp_path / "bomb.docx").write_bytes(buffer.getvalue())
    with pytest.raises(BadInput, match="giải nén"):
        read(tmp_path / "bomb.docx")


def test_entities_in_word_xml_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("BÍ MẬT", encoding="utf-8")
    xml = f"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]>
    <w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>trước &x; sau</w:t></w:r></w:p></w:body></w:document>"""
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", xml)
    try:
        text = " ".join(p.text for p in read(tmp_path / "a.docx").paragraphs())
    except BadInput:
        return
    assert "BÍ MẬT" not in text


def test_text_is_read_in_utf8_and_utf16(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "a.txt").write_bytes("Căn cứ Luật Hợp tác xã".encode(encoding))
        assert read(tmp_path / "a.txt").paragraphs()[0].text == "Căn cứ Luật Hợp tác xã"


def test_decomposed_and_invisible_characters_are_normalised(tmp_path: Path) -> None:
    import unicodedata

    (tmp_path / "a.txt").write_text(unicodedata.normalize("NFD", "Sở Tài chính") + "\u200b\u202e", encoding="utf-8")
    assert read(tmp_path / "a.txt").paragraphs()[0].text == "Sở Tài chính"


def test_blocks_know_what_they_are(tmp_path: Path) -> None:
    word(tmp_path / "a.docx")
    document = read(tmp_path / "a.docx")
    assert [type(block) for block in document.blocks] == [Paragraph, Table]
    assert str(document.tables()[0].rows[1].place) == "bảng 1, dòng 2"
