"""Makes the two sample directives of the demonstration: `python tests/make_samples.py` (needs LibreOffice and the Tinos font).

Written for dondoc in the shape of a city plan with an assignment table and of a provincial letter of July 2025; the agencies
are real names, the numbers and duties are made up.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

SAMPLES = Path(__file__).parent.parent / "directives" / "samples"
FONT = "Tinos"

ALL = "Các phòng, ban, đơn vị liên quan, UBND các phường, xã"
PLAN = [
    ("I", "Nâng cao chất lượng giải quyết thủ tục hành chính"),
    (
        "1",
        "Phổ biến, quán triệt các văn bản về cải cách hành chính và chuyển đổi số đến cán bộ, công chức, người dân.",
        "Các phòng, ban, đơn vị",
        "",
        "",
        "Định kỳ",
    ),
    (
        "2",
        "Khen thưởng tập thể, cá nhân có sáng kiến rút ngắn thời gian giải quyết thủ tục.",
        "Phòng Nội vụ",
        ALL,
        "Quyết định của Chủ tịch UBND TP",
        "Quý II và IV",
    ),
    (
        "3",
        "Hướng dẫn người dân nộp hồ sơ trực tuyến tại Bộ phận Một cửa các phường, xã; bố trí máy tính và người hỗ trợ.",
        "Phòng Văn hóa, Khoa học và Thông tin",
        ALL,
        "Văn bản hướng dẫn",
        "Thường xuyên",
    ),
    (
        "4",
        "Rà soát, trình công bố danh mục thủ tục thực hiện không phụ thuộc địa giới hành chính.",
        "Văn phòng HĐND và UBND",
        "Phòng Nội vụ, Phòng Tư pháp, và các đơn vị có liên quan",
        "Tờ trình, danh mục",
        "trước ngày 15/7/2025",
    ),
    ("II", "Chuyển đổi số trong quản lý tài chính và đầu tư"),
    (
        "1",
        "Tham mưu UBND thành phố ban hành kế hoạch số hóa hồ sơ dự án đầu tư công năm 2026.",
        "Phòng Tài chính - Kế hoạch",
        ALL,
        "Kế hoạch của Chủ tịch UBND TP",
        "Quý IV",
    ),
    (
        "2",
        "Cập nhật số liệu giải ngân lên hệ thống thông tin về đầu tư công.",
        "Phòng Tài chính - Kế hoạch",
        "Các phòng, ban, đơn vị liên quan",
        "Báo cáo",
        "Hằng quý",
    ),
    ("", "Hạ tầng dùng chung"),
    (
        "4",
        "Nâng cấp đường truyền và thiết bị bảo mật cho trụ sở các phường, xã.",
        "Phòng Văn hóa, Khoa học và Thông tin",
        "Phòng Tài chính-KH, Công an thành phố, UBND các phường, xã",
        "Biên bản nghiệm thu",
        "Tháng 9/2025",
    ),
    (
        "5",
        "Lắp đặt điểm phát sóng không dây miễn phí tại chợ, bến xe, nhà văn hóa.",
        "Phòng Văn hóa, Khoa học và Thông tin",
        ALL,
        "Danh sách điểm lắp đặt",
        "Quý III",
    ),
    ("", "Dữ liệu đất đai, nông nghiệp"),
    (
        "6",
        "Làm sạch dữ liệu thửa đất, đối chiếu với cơ sở dữ liệu quốc gia về dân cư; phối hợp với các phường, xã xác minh các trường hợp sai lệch, lập danh sách chuyển cơ quan đăng ký đất đai xử lý theo thẩm quyền.",
        "Phòng Nông nghiệp và Môi trường",
        "Chi nhánh Văn phòng đăng ký đất đai, UBND các phường, xã",
        "Báo cáo kết quả",
        "chậm nhất ngày 30/9/2025",
    ),
    (
        "7",
        "Xây dựng bản đồ số các vùng trồng na, hồng không hạt.",
        "Phòng Nông nghiệp và Môi trường",
        "Phòng Phòng Tài chính - Kế hoạch; các phòng, ban, đơn vị liên quan",
        "Bản đồ số",
        "6 tháng cuối năm",
    ),
    ("III", "Nguồn nhân lực số"),
    ("1", "Mở lớp tập huấn kỹ năng số cho công chức các phường, xã.", "Phòng Nội vụ", ALL, "Lớp tập huấn", "Quý II"),
    (
        "2",
        "Đưa nội dung an toàn thông tin vào sinh hoạt ngoại khóa của các trường.",
        "Phòng Giáo dục và Đào tạo",
        ALL,
        "Kế hoạch/Quyết định của Phòng",
        "Tháng 9 và tháng 10",
    ),
    (
        "3",
        "Duy trì hoạt động của tổ công nghệ số cộng đồng.",
        "Phòng Văn hóa, Khoa học và Thông tin",
        ALL,
        "",
        "Thường xuyên",
    ),
    ("IV", "Theo dõi, đánh giá"),
    (
        "1",
        "Tổng hợp, báo cáo kết quả thực hiện Kế hoạch gửi UBND tỉnh.",
        "Phòng Nội vụ",
        ALL,
        "Báo cáo 6 tháng, năm",
        "trước ngày 10 tháng 12 hằng năm",
    ),
    (
        "2",
        "Hội nghị đối thoại với doanh nghiệp về thủ tục hành chính.",
        "Phòng Tài chính - Kế hoạch",
        "Các phòng, ban, đơn vị liên quan",
        "Kế hoạch của Chủ tịch UBND TP",
        "Quý I",
    ),
]

LETTER = [
    "Thực hiện mô hình tổ chức chính quyền địa phương 2 cấp, để các điểm hỗ trợ chuyển đổi số cộng đồng hoạt động liên tục, không ảnh hưởng đến người dân, Ủy ban nhân dân tỉnh yêu cầu các cơ quan, đơn vị thực hiện một số nội dung sau:",
    "1. Ủy ban nhân dân các xã: Bắc Sơn, Chi Lăng, Hoàng Văn Thụ (nơi có điểm hỗ trợ):",
    "- Tiếp nhận hồ sơ, trang thiết bị của các điểm hỗ trợ do UBND các huyện Bắc Sơn, Chi Lăng, Văn Lãng (trước đây) bàn giao theo Quyết định số 1415/QĐ-UBND ngày 12/8/2024 của UBND tỉnh. Báo cáo UBND tỉnh (thông qua Sở Tài chính) kết quả tiếp nhận trước ngày 15/7/2025.",
    "- Phân công cán bộ trực tại điểm hỗ trợ, chủ động phối hợp với các cơ quan liên quan trong việc hướng dẫn người dân.",
    "2. Sở Tài chính",
    "- Hướng dẫn các xã quyết toán kinh phí đã giao cho cấp huyện; hoàn thành trong tháng 8/2025.",
    "- Chủ trì, phối hợp với các sở, ngành liên quan, UBND cấp xã tổng hợp báo cáo tình hình hoạt động của các điểm hỗ trợ; tham mưu UBND tỉnh đánh giá, nhân rộng.",
    "3. Các Sở: Khoa học và Công nghệ, Nội vụ, Văn hóa, Thể thao và Du lịch; Liên minh Hợp tác xã tỉnh",
    "- Cử người hỗ trợ kỹ thuật khi các xã đề nghị; phối hợp với Sở Tài chính theo dõi, đôn đốc việc thực hiện.",
    "- Báo cáo kết quả thực hiện gửi Sở Tài chính chậm nhất ngày 30/11/2025.",
    "Ủy ban nhân dân tỉnh yêu cầu các cơ quan, đơn vị nghiêm túc thực hiện./.",
]


def main() -> None:
    """Write both samples."""
    SAMPLES.mkdir(exist_ok=True)
    _plan().save(SAMPLES / "ke-hoach-88.docx")
    with tempfile.TemporaryDirectory() as folder:
        letter = Path(folder) / "cong-van-1026.docx"
        _letter().save(letter)
        soffice = shutil.which("soffice") or "soffice"
        subprocess.run(
            [
                soffice,
                "--headless",
                f"-env:UserInstallation=file://{folder}/profile",
                "--convert-to",
                "pdf",
                "--outdir",
                folder,
                str(letter),
            ],
            check=True,
            timeout=120,
        )
        shutil.copy(letter.with_suffix(".pdf"), SAMPLES / "cong-van-1026.pdf")


def _plan() -> docx.document.Document:
    document = _document(landscape=True)
    _head(document, "ỦY BAN NHÂN DÂN\nTHÀNH PHỐ LẠNG SƠN", "Số: 88/KH-UBND", "Lạng Sơn, ngày 11 tháng 4 năm 2025")
    for text in ("KẾ HOẠCH", "Thực hiện cải cách hành chính và chuyển đổi số của thành phố Lạng Sơn năm 2025"):
        _say(document, text, bold=True, align=ALIGN.CENTER)
    _say(
        document,
        "Căn cứ Nghị quyết số 76/NQ-CP ngày 15/7/2021 của Chính phủ về Chương trình tổng thể cải cách hành chính nhà nước; Kế hoạch số 45/KH-UBND ngày 20/02/2025 của UBND tỉnh, UBND thành phố phân công nhiệm vụ như sau:",
    )
    table = document.add_table(rows=1, cols=6, style="Table Grid")
    for cell, words in zip(
        table.rows[0].cells,
        ("STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Sản phẩm hoàn thành", "Thời gian thực hiện"),
        strict=True,
    ):
        _fill(cell, words, bold=True)
    for line in PLAN:
        cells = table.add_row().cells
        if len(line) == 2:
            merged = cells[1].merge(cells[5])
            _fill(cells[0], line[0], bold=True)
            _fill(merged, line[1], bold=True)
            continue
        for cell, words in zip(cells, line, strict=True):
            _fill(cell, words)
    for row in table.rows:
        for cell, width in zip(row.cells, (12, 92, 42, 52, 36, 28), strict=True):
            cell.width = Mm(width)
    _sign(document, "TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH")
    return document


def _letter() -> docx.document.Document:
    document = _document(landscape=False)
    _head(
        document,
        "ỦY BAN NHÂN DÂN\nTỈNH LẠNG SƠN",
        "Số: 1026/UBND-KT\nV/v tiếp tục thực hiện Đề án điểm hỗ trợ\nchuyển đổi số cộng đồng",
        "Lạng Sơn, ngày 04 tháng 7 năm 2025",
    )
    _say(document, "Kính gửi:")
    for name in (
        "Các Sở: Tài chính, Khoa học và Công nghệ, Nội vụ, Văn hóa, Thể thao và Du lịch;",
        "Liên minh Hợp tác xã tỉnh;",
        "Ủy ban nhân dân các xã: Bắc Sơn, Chi Lăng, Hoàng Văn Thụ.",
    ):
        _say(document, f"- {name}")
    for text in LETTER:
        _say(document, text)
    _sign(document, "TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH")
    return document


def _document(*, landscape: bool) -> docx.document.Document:
    document = docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(13)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    section = document.sections[0]
    size = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    section.page_width, section.page_height = size
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = (
        Mm(30),
        Mm(15),
        Mm(20),
        Mm(20),
    )
    return document


def _head(document: docx.document.Document, issuer: str, number: str, placed: str) -> None:
    table = document.add_table(rows=2, cols=2)
    for cell, words, bold in (
        (table.cell(0, 0), issuer, True),
        (table.cell(0, 1), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc", True),
        (table.cell(1, 0), number, False),
        (table.cell(1, 1), placed, False),
    ):
        _fill(cell, words, bold=bold, align=ALIGN.CENTER)


def _fill(cell: docx.table._Cell, words: str, *, bold: bool = False, align: ALIGN | None = None) -> None:
    for index, line in enumerate(words.split("\n")):
        paragraph = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
        paragraph.alignment = align
        run = paragraph.add_run(line)
        run.bold = bold
        run.font.size = Pt(12)


def _say(document: docx.document.Document, text: str, *, bold: bool = False, align: ALIGN = ALIGN.JUSTIFY) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(6)
    if align is ALIGN.JUSTIFY:
        paragraph.paragraph_format.first_line_indent = Mm(10)
    paragraph.add_run(text).bold = bold


def _sign(document: docx.document.Document, words: str) -> None:
    table = document.add_table(rows=1, cols=2)
    _fill(table.cell(0, 0), "Nơi nhận:\n- Như trên;\n- Lưu: VT.")
    _fill(table.cell(0, 1), words, bold=True, align=ALIGN.CENTER)


if __name__ == "__main__":
    main()
