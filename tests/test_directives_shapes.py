"""Shapes that directives come in, each written for its own test: what a careful clerk would read out of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.enum.section import WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl import Workbook

from directives import agencies, headings, phrases
from directives.document import Row, Table
from directives.proposal import Proposal
from directives.readers import unruled
from directives.reading import propose
from tests.conftest import need

HEAD = """ỦY BAN NHÂN DÂN
XÃ TÂN THÀNH
Số: 44/KH-UBND
Tân Thành, ngày 10 tháng 9 năm 2025
"""


def read(tmp_path: Path, text: str, name: str = "a.txt") -> Proposal:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return propose(tmp_path / name)


def facts(found: Proposal) -> list[tuple[str, list[str], list[str], str | None]]:
    return [(task.no, task.lead, task.coordinating, task.timing) for task in found.tasks]


def test_lines_under_an_item_say_who_and_when(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        HEAD
        + """KẾ HOẠCH
I. NỘI DUNG
1. Thành lập tổ thu gom rác tại các thôn và ban hành quy chế hoạt động.
- Đơn vị chủ trì: Phòng Kinh tế.
- Đơn vị phối hợp: Công an xã; các thôn.
- Thời gian thực hiện: trước ngày 15/12/2025.
- Sản phẩm: Quyết định thành lập.
2. Tập huấn phân loại rác cho cán bộ thôn.
- Cơ quan thực hiện: Văn phòng HĐND và UBND xã.
""",
    )
    assert facts(found) == [
        ("I.1", ["Phòng Kinh tế"], ["Công an xã", "các thôn"], "trước ngày 15/12/2025"),
        ("I.2", ["Văn phòng HĐND và UBND xã"], [], None),
    ]
    assert found.tasks[0].deliverable == "Quyết định thành lập"


def test_one_sentence_gives_a_whole_list_its_deadline(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        HEAD
        + """Ủy ban nhân dân xã yêu cầu các đơn vị thực hiện các nội dung sau:
1. Phòng Kinh tế
a) Rà soát các điểm tập kết rác trên địa bàn các thôn.
b) Lập dự toán mua xe thu gom, báo cáo trước ngày 20/9/2025.
Các nhiệm vụ nêu trên hoàn thành trước ngày 30/11/2025.
2. Công an xã
Các nội dung sau đây hoàn thành trong tháng 10/2025:
a) Lắp đặt camera tại các nút giao thông chính.
""",
    )
    assert [task.timing for task in found.tasks] == [
        "hoàn thành trước ngày 30/11/2025",
        "báo cáo trước ngày 20/9/2025",
        "hoàn thành trong tháng 10/2025",
    ]


def test_articles_of_a_decision_are_headings(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        HEAD.replace("KH-UBND", "QĐ-UBND")
        + """QUYẾT ĐỊNH:
Điều 1. Giao nhiệm vụ cho các đơn vị
1. Phòng Kinh tế:
a) Trình phương án sử dụng trụ sở dôi dư trước ngày 15/11/2025;
b) Kiểm kê tài sản của các trường.
Điều 2. Đề nghị Ủy ban MTTQ Việt Nam xã
1. Giám sát việc bàn giao tài sản ở các thôn.
Điều 3. Quyết định này có hiệu lực kể từ ngày ký. Chánh Văn phòng chịu trách nhiệm thi hành Quyết định này./.
""",
    )
    assert [(task.no, task.lead) for task in found.tasks] == [
        ("1.1.a", ["Phòng Kinh tế"]),
        ("1.1.b", ["Phòng Kinh tế"]),
        ("2.1", ["Ủy ban MTTQ Việt Nam xã"]),
    ]


def test_a_sentence_about_two_agencies_is_one_task_of_both(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        HEAD
        + """Ủy ban nhân dân xã yêu cầu:
1. Phòng Kinh tế rà soát quy hoạch các khu dân cư ven sông; Công an xã phối hợp với Ban Chỉ huy Quân sự xã cắm biển cảnh báo trước ngày 05/10/2025.
2. Giao Phòng Kinh tế chủ trì, Công an xã phối hợp kiểm tra các bến đò ngang trước mùa mưa lũ.
3. UBND các xã có liên quan và các thôn hoàn thành các nội dung sau trước ngày 31/12/2025:
""",
    )
    assert [(task.lead, task.coordinating) for task in found.tasks[:2]] == [
        (["Phòng Kinh tế", "Công an xã"], ["Ban Chỉ huy Quân sự xã"]),
        (["Phòng Kinh tế"], ["Công an xã"]),
    ]


def test_headings_in_capitals_and_names_divided_over_lines(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        HEAD
        + """Ủy ban nhân dân tỉnh yêu cầu các cơ quan thực hiện các nội dung sau:
I. SỞ TÀI CHÍNH
1. Thẩm định dự toán của các đơn vị trước ngày 20/11/2025.
II. UBND CÁC XÃ, PHƯỜNG
1. Công khai dự toán ngân sách tại trụ sở.
III. Các Sở: Xây dựng, Công Thương, Văn hóa, Thể thao và Du lịch: Rà soát định mức thuộc lĩnh vực.
IV. UBND các xã: Tân Thành, Mẫu Sơn và UBND các phường: Đông Kinh, Tam Thanh lập danh sách hộ phải di dời.
""",
    )
    assert [task.lead for task in found.tasks] == [
        ["Sở Tài chính"],
        ["UBND các xã, phường"],
        ["Sở Xây dựng", "Sở Công Thương", "Sở Văn hóa, Thể thao và Du lịch"],
        ["UBND xã Tân Thành", "UBND xã Mẫu Sơn", "UBND phường Đông Kinh", "UBND phường Tam Thanh"],
    ]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Các trường THPT, Trung tâm GDNN-GDTX", ["Các trường THPT", "Trung tâm GDNN-GDTX"]),
        ("Các Ban Quản lý dự án: Giao thông tỉnh, Dân dụng và Công nghiệp tỉnh",
         ["Ban Quản lý dự án Giao thông tỉnh", "Ban Quản lý dự án Dân dụng và Công nghiệp tỉnh"]),
        ("Bộ trưởng các Bộ: Y tế, Xây dựng", ["Bộ trưởng Bộ Y tế", "Bộ trưởng Bộ Xây dựng"]),
        ("UBND các tỉnh: Lạng Sơn, Lào Cai", ["UBND tỉnh Lạng Sơn", "UBND tỉnh Lào Cai"]),
        ("Công an tỉnh, VNPT Quảng Trị", ["Công an tỉnh", "VNPT Quảng Trị"]),
        ("Báo và Đài Phát thanh, Truyền hình tỉnh", ["Báo và Đài Phát thanh, Truyền hình tỉnh"]),
        ("Văn phòng HĐND và UBND xã, các thôn", ["Văn phòng HĐND và UBND xã", "các thôn"]),
        ("Thủ trưởng các sở, ban, ngành, đơn vị được giao làm chủ đầu tư",
         ["Thủ trưởng các sở, ban, ngành, đơn vị được giao làm chủ đầu tư"]),
        ("- Sở Xây dựng - Sở Tài chính", ["Sở Xây dựng", "Sở Tài chính"]),
        ("Sở Công Thương, doanh nghiệp", ["Sở Công Thương", "doanh nghiệp"]),
        ("Các chi bộ, đảng bộ trực thuộc", ["Các chi bộ, đảng bộ trực thuộc"]),
    ],
)  # fmt: skip
def test_names_are_told_apart(words: str, names: list[str]) -> None:
    assert agencies.split(words) == names


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("công khai kết quả định kỳ thứ Sáu hằng tuần trên trang tin", "định kỳ thứ Sáu hằng tuần"),
        (
            "gửi hồ sơ chậm nhất 04 ngày làm việc kể từ ngày nghiệm thu",
            "chậm nhất 04 ngày làm việc kể từ ngày nghiệm thu",
        ),
        ("thực hiện trong tháng 11 và tháng 12 năm 2025 tại các xã", "thực hiện trong tháng 11 và tháng 12 năm 2025"),
        ("trình tại kỳ họp thường lệ cuối năm 2025", "tại kỳ họp thường lệ cuối năm 2025"),
        ("trực từ nay đến hết tháng 5 năm 2026", "từ nay đến hết tháng 5 năm 2026"),
        ("báo cáo trước 15 giờ 00 hằng ngày về Văn phòng", "trước 15 giờ 00 hằng ngày"),
        ("họp vào ngày 27/11/2026 tại hiện trường", "vào ngày 27/11/2026"),
        ("thẩm định hồ sơ không quá 05 ngày làm việc", "không quá 05 ngày làm việc"),
    ],
)
def test_deadlines_are_found_in_sentences(sentence: str, words: str) -> None:
    assert phrases.find(sentence) == words


def heading(*cells: str) -> dict[str, int]:
    return headings.columns(Row(cells))


def test_the_best_column_holds_a_field() -> None:
    assert heading("STT", "Văn bản giao nhiệm vụ", "Nội dung nhiệm vụ", "Lãnh đạo UBND tỉnh phụ trách", "Chủ trì", "Thời hạn") | {} == {
        "no": 0, "other": 1, "text": 2, "lead": 4, "timing": 5,
    }  # fmt: skip
    assert heading("TT", "Nhiệm vụ", "Chủ trì", "Thời gian Bắt đầu", "Thời gian Hoàn thành")["timing"] == 4
    assert heading("Ngày", "Giờ", "Nội dung công việc", "Đơn vị chuẩn bị") == {
        "timing": 0,
        "hour": 1,
        "text": 2,
        "lead": 3,
    }
    assert "deliverable" not in heading("STT", "Nội dung giao", "Đơn vị xử lý", "Hạn xử lý", "Kết quả")


def test_a_spreadsheet_with_two_heading_rows_dittos_and_a_form(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [
        ["TT", "Nội dung", "Phân công thực hiện", None, "Thời gian", None],
        [None, None, "Chủ trì", "Phối hợp", "Từ", "Đến"],
        ["I", "Chuyển đổi số (Phòng Văn hóa - Xã hội phụ trách)", None, None, None, None],
        [1, "Lập danh sách hộ chưa có tài khoản", None, "Công an xã", "01/9/2025", "15/9/2025"],
        [2, "Cấp chữ ký số cho người dân", "Công an xã\nBưu điện xã", "", "01/9/2025", "30/9/2025"],
        [3, "Lắp máy tra cứu tại bộ phận một cửa", "-nt-", "", "01/9/2025", "31/10/2025"],
        [4, "……", "…", None, None, None],
    ]
    for row in rows:
        sheet.append(row)
    for merged in ("C1:D1", "E1:F1", "A1:A2", "B1:B2"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "a.xlsx")
    assert [(t.lead, t.timing) for t in propose(tmp_path / "a.xlsx").tasks] == [
        (["Phòng Văn hóa - Xã hội"], "15/9/2025"),
        (["Công an xã", "Bưu điện xã"], "30/9/2025"),
        (["Công an xã", "Bưu điện xã"], "31/10/2025"),
    ]


def test_word_numbers_that_a_style_brings(tmp_path: Path) -> None:
    document = docx.Document()
    for line in [*HEAD.split("\n"), "Ủy ban nhân dân xã yêu cầu:"]:
        document.add_paragraph(line)
    numbering = document.part.numbering_part.element
    kind = OxmlElement("w:abstractNum")
    kind.set(qn("w:abstractNumId"), "77")
    for level, (form, pattern) in enumerate((("decimal", "%1."), ("lowerLetter", "%2)"))):
        one = OxmlElement("w:lvl")
        one.set(qn("w:ilvl"), str(level))
        for tag, value in (("start", "1"), ("numFmt", form), ("lvlText", pattern)):
            element = OxmlElement(f"w:{tag}")
            element.set(qn("w:val"), value)
            one.append(element)
        kind.append(one)
    numbering.insert(0, kind)
    number = OxmlElement("w:num")
    number.set(qn("w:numId"), "77")
    reference = OxmlElement("w:abstractNumId")
    reference.set(qn("w:val"), "77")
    number.append(reference)
    numbering.append(number)
    for name, level in (("Muc", "0"), ("Diem", "1")):
        style = document.styles.add_style(name, 1)
        properties = style.element.get_or_add_pPr()
        listed = OxmlElement("w:numPr")
        for tag, value in (("ilvl", level), ("numId", "77")):
            element = OxmlElement(f"w:{tag}")
            element.set(qn("w:val"), value)
            listed.append(element)
        properties.append(listed)
    for style, text in (
        ("Muc", "Công an xã"),
        ("Diem", "Tuần tra ban đêm tại các thôn giáp ranh."),
        ("Diem", "Lập danh sách người tạm trú trên địa bàn."),
        ("Muc", "Phòng Kinh tế"),
        ("Diem", "Kiểm tra các chợ trước dịp Tết Trung thu."),
    ):
        document.add_paragraph(text, style=style)
    document.save(str(tmp_path / "a.docx"))
    assert [(t.no, t.lead) for t in propose(tmp_path / "a.docx").tasks] == [
        ("1.a", ["Công an xã"]),
        ("1.b", ["Công an xã"]),
        ("2.a", ["Phòng Kinh tế"]),
    ]


LAID_OUT = """                          Phụ lục II
               DANH MỤC NHIỆM VỤ PHÁT TRIỂN CÂY NA
     (Kèm theo Quyết định số 46/QĐ-UBND ngày 22 tháng 4 năm 2026 của Ủy ban nhân dân tỉnh Lạng Sơn)
                                                                                          Thời gian hoàn
TT          Nhiệm vụ, giải pháp              Cơ quan chủ trì       Cơ quan phối hợp
                                                                                               thành
A    VÙNG NGUYÊN LIỆU
1    Rà soát vùng trồng na tập trung       Sở Nông nghiệp và      UBND các xã, phường,     Quý IV/2026
     tại các xã; lập bản đồ số.              Môi trường            Viện Bảo vệ thực vật

2    Ban hành định mức chăm sóc, thu       Sở Nông nghiệp và      Hội Nông dân tỉnh        Tháng 9/2026
     hái quả chín đúng vụ.                   Môi trường
B    CHẾ BIẾN
3    Hỗ trợ 20 cơ sở mua máy sấy, kho       Sở Công Thương          Sở Tài chính           Hằng năm
     lạnh từ vốn khuyến công.
"""


def test_text_that_keeps_the_places_of_words(tmp_path: Path) -> None:
    found = read(tmp_path, LAID_OUT)
    assert (found.head.number, str(found.head.issued)) == ("46/QĐ-UBND", "2026-04-22")
    assert facts(found) == [
        ("A.1", ["Sở Nông nghiệp và Môi trường"], ["UBND các xã, phường", "Viện Bảo vệ thực vật"], "Quý IV/2026"),
        ("A.2", ["Sở Nông nghiệp và Môi trường"], ["Hội Nông dân tỉnh"], "Tháng 9/2026"),
        ("B.3", ["Sở Công Thương"], ["Sở Tài chính"], "Hằng năm"),
    ]


@pytest.mark.parametrize(
    ("lines", "number", "issued", "subject"),
    [
        (
            "TỈNH ỦY LẠNG SƠN\nĐẢNG CỘNG SẢN VIỆT NAM\nSố 62-KL/TU\nLạng Sơn, ngày 12 tháng 8 năm 2025\nKẾT LUẬN\nVề chuyển đổi số",
            "62-KL/TU",
            "2025-08-12",
            "Về chuyển đổi số",
        ),
        (
            "HỘI ĐỒNG NHÂN DÂN\nSố: 15/HĐND-TH\nV/v triển khai các Cao Bằng, ngày 29 tháng 10 năm 2026 nghị quyết của kỳ họp\nKính gửi: UBND tỉnh",
            "15/HĐND-TH",
            "2026-10-29",
            "triển khai các nghị quyết của kỳ họp",
        ),
    ],
)
def test_letterheads_of_party_and_two_columns(
    tmp_path: Path, lines: str, number: str, issued: str, subject: str
) -> None:
    head = read(tmp_path, lines).head
    assert (head.number, str(head.issued), head.subject) == (number, issued, subject)


def test_a_page_of_a_law_site_begins_with_its_menus(tmp_path: Path) -> None:
    menus = "".join(f"<li>Mục {n}</li>" for n in range(60))
    body = HEAD.replace("\n", "</p><p>")
    found = read(tmp_path, f"<html><body><ul>{menus}</ul><p>{body}</p></body></html>", "a.html")
    assert (found.head.number, str(found.head.issued)) == ("44/KH-UBND", "2025-09-10")


def test_a_month_typed_into_a_cell_is_no_first_of_the_month(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["TT", "Nhiệm vụ", "Chủ trì", "Thời hạn"],
        [1, "Lập kế hoạch mua sắm tập trung", "Phòng Kinh tế", date(2026, 3, 1)],
        [2, "Công khai kết quả mua sắm", "Văn phòng", date(2026, 4, 1)],
        [3, "Kiểm kê kho vật tư của xã", "Công an xã", date(2026, 5, 1)],
    ):
        sheet.append(row)
    sheet["D2"].number_format = "mmm-yy"
    sheet["D3"].number_format = '"Tháng "m/yyyy'
    sheet["D4"].number_format = "dd/mm/yyyy"
    book.save(tmp_path / "a.xlsx")
    assert [t.timing for t in propose(tmp_path / "a.xlsx").tasks] == ["Tháng 3/2026", "Tháng 4/2026", "01/05/2026"]


def test_a_title_under_the_heading_is_no_part_of_it() -> None:
    """A scan loses the numeral before a title that runs across the columns."""

    def printed(top: float, *parts: tuple[float, str]) -> unruled.Words:
        words = [
            (left + 6 * m.start(), left + 6 * m.end(), m[0]) for left, text in parts for m in re.finditer(r"\S+", text)
        ]
        return unruled.line(top, words)

    lines = [
        printed(
            100, (50, "STT"), (90, "Nhiệm vụ"), (330, "Cơ quan chủ trì"), (450, "Cơ quan phối hợp"), (600, "Thời gian")
        ),
        printed(112, (600, "thực hiện")),
        printed(126, (90, "Đẩy mạnh tuyên truyền về vai trò của kinh tế tập thể trong nền kinh tế của tỉnh")),
        printed(
            140,
            (50, "1"),
            (90, "Tổ chức hội nghị phổ biến"),
            (330, "Phòng Nội vụ"),
            (450, "Công an xã"),
            (600, "Quý III"),
        ),
        printed(
            154, (50, "2"), (90, "Biên soạn tài liệu"), (330, "Văn phòng"), (450, "Phòng Tư pháp"), (600, "Quý IV")
        ),
    ]
    (table,), columns = unruled.items(lines, 1, None)
    assert columns and columns.titles[3:] == ("Cơ quan phối hợp", "Thời gian thực hiện")
    assert isinstance(table, Table)
    assert table.rows[2].cells == ("1", "Tổ chức hội nghị phổ biến", "Phòng Nội vụ", "Công an xã", "Quý III")


def test_two_columns_of_running_text_are_read_one_after_the_other(tmp_path: Path) -> None:
    need(shutil.which("soffice"), "LibreOffice", "apt-get install libreoffice-writer")
    document = docx.Document()
    for line in [*HEAD.split("\n"), "Ủy ban nhân dân xã yêu cầu các đơn vị thực hiện các nội dung sau:"]:
        document.add_paragraph(line)
    section = document.add_section(WD_SECTION.CONTINUOUS)
    columns = section._sectPr.find(qn("w:cols"))
    columns.set(qn("w:num"), "2")
    for number, agency in enumerate(("Phòng Kinh tế", "Công an xã", "Phòng Văn hóa - Xã hội", "Trạm Y tế xã"), 1):
        document.add_paragraph(
            f"{number}. {agency} rà soát, tổng hợp tình hình thực hiện nhiệm vụ được giao trong năm, làm rõ khó khăn,"
            f" vướng mắc của từng thôn, đề xuất giải pháp cụ thể gửi Văn phòng HĐND và UBND xã; báo cáo trước ngày {number}/10/2025."
        )
    document.add_section(WD_SECTION.CONTINUOUS)._sectPr.find(qn("w:cols")).set(qn("w:num"), "1")
    document.save(str(tmp_path / "a.docx"))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        "soffice",
        "--headless",
        profile,
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "a.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = propose(tmp_path / "a.pdf")
    assert [(t.lead, t.timing) for t in found.tasks] == [
        (["Phòng Kinh tế"], "báo cáo trước ngày 1/10/2025"),
        (["Công an xã"], "báo cáo trước ngày 2/10/2025"),
        (["Phòng Văn hóa - Xã hội"], "báo cáo trước ngày 3/10/2025"),
        (["Trạm Y tế xã"], "báo cáo trước ngày 4/10/2025"),
    ]
    assert all("gửi Văn phòng HĐND và UBND xã" in task.text for task in found.tasks)


def test_the_parent_body_stands_above_the_issuer(tmp_path: Path) -> None:
    head = read(tmp_path, "SỞ Y TẾ\nBỆNH VIỆN ĐA KHOA KHU VỰC\nSố: 12/QĐ-BV\nLạng Sơn, ngày 05 tháng 8 năm 2025").head
    assert (head.issuer, head.parent) == ("BỆNH VIỆN ĐA KHOA KHU VỰC", "SỞ Y TẾ")


def test_a_table_inside_a_table_that_sets_out_the_page(tmp_path: Path) -> None:
    document = docx.Document()
    for line in HEAD.split("\n"):
        document.add_paragraph(line)
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "Bảng phân công nhiệm vụ"
    inner = cell.add_table(rows=0, cols=4)
    for line in (
        ("STT", "Nhiệm vụ", "Chủ trì", "Thời hạn"),
        ("1", "Lập danh sách hộ nghèo", "Phòng Kinh tế", "30/9/2025"),
        ("2", "Cấp chữ ký số cho người dân", "Công an xã", "Quý IV/2025"),
    ):
        for place, words in zip(inner.add_row().cells, line, strict=True):
            place.text = words
    document.save(str(tmp_path / "a.docx"))
    assert [(t.no, t.lead) for t in propose(tmp_path / "a.docx").tasks] == [
        ("1", ["Phòng Kinh tế"]),
        ("2", ["Công an xã"]),
    ]
