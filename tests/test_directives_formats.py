"""The same table in every format an office sends: what is read must not depend on how it was saved."""

from __future__ import annotations

import shutil
import subprocess
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from directives import readers
from directives.document import Paragraph, Table
from directives.reading import propose
from tests.conftest import need
from workflow.errors import BadInput

HEAD = ("STT", "Nội dung nhiệm vụ", "Đơn vị chủ trì", "Đơn vị phối hợp", "Sản phẩm", "Thời hạn hoàn thành")
ROWS: list[tuple[str, ...]] = [
    ("I", "Phát triển chợ nông thôn"),
    (
        "1",
        "Rà soát, lập danh mục các chợ xuống cấp cần sửa chữa trên địa bàn toàn tỉnh trong giai đoạn tới.",
        "Sở Công Thương",
        "Sở Xây dựng, UBND các xã, phường",
        "Danh mục chợ",
        "Quý II và III",
    ),
    (
        "2",
        "Bố trí vốn sửa chữa chợ theo thứ tự ưu tiên.",
        "Sở Tài chính",
        "Sở Công Thương",
        "Quyết định của UBND tỉnh",
        "trước ngày 20/10/2025",
    ),
    ("II", "Quản lý an toàn thực phẩm tại chợ"),
    (
        "1",
        "Lấy mẫu kiểm tra hằng tháng, công khai kết quả tại ban quản lý chợ.",
        "Sở Y tế",
        "Công an tỉnh và các đơn vị liên quan",
        "",
        "Thường xuyên",
    ),
    (
        "3",
        "Tập huấn cho tiểu thương về vệ sinh an toàn thực phẩm.",
        "Sở Y tế",
        "Hội Liên hiệp Phụ nữ tỉnh",
        "Lớp tập huấn",
        "Tháng 9/2025",
    ),
]
EXPECTED = [
    ("I.1", ["Sở Công Thương"], ["Sở Xây dựng", "UBND các xã, phường"], "Danh mục chợ", "Quý II và III"),
    ("I.2", ["Sở Tài chính"], ["Sở Công Thương"], "Quyết định của UBND tỉnh", "trước ngày 20/10/2025"),
    ("II.1", ["Sở Y tế"], ["Công an tỉnh", "các đơn vị liên quan"], None, "Thường xuyên"),
    ("II.3", ["Sở Y tế"], ["Hội Liên hiệp Phụ nữ tỉnh"], "Lớp tập huấn", "Tháng 9/2025"),
]


def found(path: Path) -> list[tuple[str, list[str], list[str], str | None, str | None]]:
    return [(t.no, t.lead, t.coordinating, t.deliverable, t.timing) for t in propose(path).tasks]


def write(path: Path, *, ruled: bool = True) -> Path:
    document = docx.Document()
    document.styles["Normal"].font.name = "Tinos"
    section = document.sections[0]
    section.page_width, section.page_height = section.page_height, section.page_width
    document.add_paragraph("PHÂN CÔNG NHIỆM VỤ PHÁT TRIỂN CHỢ NĂM 2025")
    document.add_paragraph("(Kèm theo Kế hoạch số 77/KH-UBND ngày 02/5/2025 của UBND tỉnh)")
    table = document.add_table(rows=1, cols=6, style="Table Grid" if ruled else "Normal Table")
    for cell, words in zip(table.rows[0].cells, HEAD, strict=True):
        cell.text = words
    for row in ROWS:
        cells = table.add_row().cells
        if len(row) == 2:
            cells[0].text = row[0]
            cells[1].merge(cells[5]).text = row[1]
        else:
            for cell, words in zip(cells, row, strict=True):
                cell.text = words
    document.save(str(path))
    return path


def convert(path: Path, suffix: str) -> Path:
    soffice = shutil.which("soffice")
    need(soffice, "LibreOffice", "apt-get install libreoffice-writer libreoffice-calc fonts-croscore")
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    command = [str(soffice), "--headless", profile, "--convert-to", suffix, "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    made = path.with_suffix(f".{suffix}")
    assert made.is_file()
    return made


@pytest.mark.parametrize("suffix", ["docx", "odt", "rtf", "pdf", "html"])
@pytest.mark.xdist_group("office")
def test_word_in_every_format(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / "phu-luc.docx")
    path = path if suffix == "docx" else convert(path, suffix)
    renamed = path.rename(tmp_path / "without-a-suffix")  # the content decides, not the name
    assert found(renamed) == EXPECTED
    head = propose(renamed).head
    assert (head.number, str(head.issued)) == ("77/KH-UBND", "2025-05-02")


@pytest.mark.xdist_group("office")
def test_an_old_word_letter(tmp_path: Path) -> None:
    document = docx.Document()
    for line in (
        "Ủy ban nhân dân tỉnh yêu cầu thực hiện các nội dung sau:",
        "1. Sở Y tế",
        "- Kiểm tra các chợ trước ngày 20/8/2025.",
        "2. Sở Tài chính: bố trí kinh phí trong quý IV/2025.",
    ):
        document.add_paragraph(line)
    document.save(str(tmp_path / "cong-van.docx"))
    tasks = propose(convert(tmp_path / "cong-van.docx", "doc")).tasks
    assert [(t.no, t.lead, t.timing) for t in tasks] == [
        ("1.1", ["Sở Y tế"], "trước ngày 20/8/2025"),
        ("2", ["Sở Tài chính"], "trong quý IV/2025"),
    ]


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
@pytest.mark.xdist_group("office")
def test_a_spreadsheet_in_every_format(tmp_path: Path, suffix: str) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["(Kèm theo Kế hoạch số 77/KH-UBND ngày 02/5/2025 của UBND tỉnh)"])
    for row in (HEAD, *ROWS):
        sheet.append([int(c) if c.isdigit() else c for c in row])
    book.create_sheet("Ghi chú").append(["không có bảng"])
    path = tmp_path / "phu-luc.xlsx"
    book.save(path)
    assert found(path if suffix == "xlsx" else convert(path, suffix)) == EXPECTED


@pytest.mark.xdist_group("office")
def test_a_pdf_table_without_rules(tmp_path: Path) -> None:
    path = convert(write(tmp_path / "phu-luc.docx", ruled=False), "pdf")
    assert found(path) == EXPECTED


@pytest.mark.xdist_group("office")
@pytest.mark.parametrize("turned", [0, 90])
def test_a_scan_is_read_and_every_task_of_it_is_to_be_checked(tmp_path: Path, turned: int) -> None:
    import pdfplumber

    need(shutil.which("tesseract"), "tesseract", "apt-get install tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd")
    with pdfplumber.open(convert(write(tmp_path / "phu-luc.docx"), "pdf")) as document:
        pictures = [
            page.to_image(resolution=200).original.convert("L").rotate(turned, expand=True) for page in document.pages
        ]
    pictures[0].save(tmp_path / "scan.pdf", save_all=True, append_images=pictures[1:], resolution=200)
    tasks = propose(tmp_path / "scan.pdf").tasks
    assert [(t.lead, t.timing) for t in tasks] == [(lead, timing) for _no, lead, _with, _what, timing in EXPECTED]
    assert all("bản quét" in " ".join(str(i) for i in t.issues) for t in tasks)
    if not turned:
        pictures[0].save(tmp_path / "scan.png")
        assert readers.read(tmp_path / "scan.png").format == "scan"


def test_scans_are_refused_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    monkeypatch.setenv("PATH", "")
    Image.new("L", (50, 50), 255).save(tmp_path / "a.png")
    with pytest.raises(BadInput, match="apt-get install tesseract-ocr"):
        readers.read(tmp_path / "a.png")
    (tmp_path / "a.rtf").write_bytes(b"{\\rtf1 x}")
    with pytest.raises(BadInput, match="LibreOffice"):
        readers.read(tmp_path / "a.rtf")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(BadInput, match="hỏng"):
        readers.read(tmp_path / "b.png")


def html(rows: str, before: str = "") -> str:
    return f"<html><head><title>x</title><style>p{{}}</style></head><body><script>bad()</script>{before}<table>{rows}</table></body></html>"


def test_html_tables_with_spans_and_breaks(tmp_path: Path) -> None:
    head = "<tr>" + "".join(f"<th>{words}</th>" for words in HEAD) + "</tr>"
    rows = "<tr><td>1</td><td>Việc &amp; một<br>(ghi chú)</td><td rowspan=2>Sở Y tế</td><td></td><td></td><td>Quý I</td></tr><tr><td>2</td><td>Việc hai</td><td></td><td></td><td>Quý II</td></tr>"
    title = "<tr><td>II</td><td colspan='5'>Mục hai</td></tr><tr><td>1</td><td>Việc ba</td><td>Chủ trì: Sở Tài chính.<br>Phối hợp: Sở Y tế</td><td></td><td></td><td>Quý III</td></tr>"
    (tmp_path / "a.html").write_text(html(head + rows + title, "<p>Số: 5/KH-UBND</p>"), encoding="utf-8")
    assert found(tmp_path / "a.html") == [
        ("1", ["Sở Y tế"], [], None, "Quý I"),
        ("2", ["Sở Y tế"], [], None, "Quý II"),
        ("II.1", ["Sở Tài chính"], ["Sở Y tế"], None, "Quý III"),
    ]
    document = readers.read(tmp_path / "a.html")
    assert [b.text for b in document.blocks if isinstance(b, Paragraph)] == ["Số: 5/KH-UBND"]


def test_a_letter_with_an_attached_plan(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "vanthu@example.vn", "Kế hoạch"
    message.set_content("Gửi các đơn vị kế hoạch kèm theo.")
    message.add_attachment(
        write(tmp_path / "phu-luc.docx").read_bytes(),
        maintype="application",
        subtype="octet-stream",
        filename="phu-luc.docx",
    )
    message.add_attachment(b"GIF89a...", maintype="image", subtype="gif", filename="logo.gif")
    (tmp_path / "thu.eml").write_bytes(message.as_bytes())
    assert found(tmp_path / "thu.eml") == EXPECTED


def test_numbers_that_word_prints_by_itself(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Ủy ban nhân dân tỉnh yêu cầu các đơn vị thực hiện các nội dung sau:")
    for words in ("Giao Sở Y tế kiểm tra các chợ.", "Giao Sở Tài chính bố trí kinh phí."):
        document.add_paragraph(words, style="List Number")
    paragraph = document.add_paragraph("Sở Nội vụ: hướng dẫn khen thưởng.", style="List Number")
    properties = paragraph._p.get_or_add_pPr()
    numbering = OxmlElement("w:numPr")
    for tag, value in (("w:ilvl", "0"), ("w:numId", "999")):
        element = OxmlElement(tag)
        element.set(qn("w:val"), value)
        numbering.append(element)
    properties.append(numbering)
    document.save(str(tmp_path / "a.docx"))
    assert [(t.lead, t.timing) for t in propose(tmp_path / "a.docx").tasks] == [
        (["Sở Y tế"], None),
        (["Sở Tài chính"], None),
        (["Sở Nội vụ"], None),
    ]


def test_a_table_with_nothing_but_a_title_in_a_row(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for cell, words in zip(table.rows[0].cells, ("Thời gian", "Nội dung", "Cá nhân phụ trách"), strict=True):
        cell.text = words
    table.cell(1, 0).merge(table.cell(1, 2)).text = "Buổi sáng tại hội trường"
    for cell, words in zip(
        table.rows[2].cells, ("7h15 - 7h45", "Khai mạc lớp tập huấn", "Ban Giám hiệu, GVCN các lớp"), strict=True
    ):
        cell.text = words
    document.save(str(tmp_path / "a.docx"))
    (task,) = propose(tmp_path / "a.docx").tasks
    assert (task.section, task.lead, task.timing) == (
        "Buổi sáng tại hội trường",
        ["Ban Giám hiệu", "GVCN các lớp"],
        "7h15 - 7h45",
    )
    assert isinstance(readers.read(tmp_path / "a.docx").blocks[0], Table)


MARKDOWN = """# ỦY BAN NHÂN DÂN XÃ TÂN THÀNH

Số: 31/KH-UBND

*Tân Thành, ngày 05 tháng 9 năm 2025*

## KẾ HOẠCH

### Chuyển đổi số của xã năm 2025

---

| STT | Nhiệm vụ | Chủ trì | Phối hợp | Thời gian |
|:---:|----------|---------|----------|-----------|
| | | | | Giai đoạn chuẩn bị |
| 1 | Lập danh sách **hộ chưa có** chữ ký số | Phòng Kinh tế | Công an xã;<br>các thôn | Quý III/2025 |
| 2 | Tập huấn sử dụng hồ sơ\\|giấy tờ số | Văn phòng HĐND và UBND | | Tháng 10/2025 |
"""


def test_markdown_is_read_with_its_table(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(MARKDOWN, encoding="utf-8")
    found = propose(tmp_path / "a.md")
    assert (found.head.number, str(found.head.issued)) == ("31/KH-UBND", "2025-09-05")
    assert [(t.text, t.lead, t.coordinating, t.timing) for t in found.tasks] == [
        ("Lập danh sách hộ chưa có chữ ký số", ["Phòng Kinh tế"], ["Công an xã", "các thôn"], "Quý III/2025"),
        ("Tập huấn sử dụng hồ sơ|giấy tờ số", ["Văn phòng HĐND và UBND"], [], "Tháng 10/2025"),
    ]
    assert {t.section for t in found.tasks} == {"Giai đoạn chuẩn bị"}


@pytest.mark.parametrize("mark", ["\t", ";", ","])
def test_separated_values_are_a_table(tmp_path: Path, mark: str) -> None:
    rows = [
        ["STT", "Nội dung", "Đơn vị chủ trì", "Thời hạn"],
        ["1", '"Rà soát, lập danh mục; trình duyệt"', "Phòng Tư pháp", "30/9/2025"],
        ["2", "Công bố danh mục", "Văn phòng", "Hằng quý"],
    ]
    (tmp_path / "a.csv").write_text("\n".join(mark.join(row) for row in rows), encoding="utf-8-sig")
    found = propose(tmp_path / "a.csv")
    assert [(t.text, t.lead, t.timing) for t in found.tasks] == [
        ("Rà soát, lập danh mục; trình duyệt", ["Phòng Tư pháp"], "30/9/2025"),
        ("Công bố danh mục", ["Văn phòng"], "Hằng quý"),
    ]


def test_a_report_gives_its_reader_nothing_to_do(tmp_path: Path) -> None:
    long = "kết quả như sau " * 20
    text = f"""Số: 5/BC-UBND\n\n## BÁO CÁO\n\n### Kết quả chuyển đổi số\n\nKính gửi: Sở Tài chính.\n\nThực hiện Công văn số
4/STC-QLNS, {long}\n\n1. Kế hoạch số 102/KH-UBND ngày 06/5/2025 về chuyển đổi số; {long}\n\n2. Đã cấp 120 tài khoản; {long}"""
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    found = propose(tmp_path / "a.md")
    assert (found.head.kind, found.tasks) == ("Báo cáo", [])
