"""Documents to proposals: prose, tables, flattened tables, letterheads, doubts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from directives import agencies, extract, headings, letterhead
from directives.document import Document, Paragraph, Place, Row, Table
from directives.lines import Line, glue, paragraphs
from directives.proposal import Proposal
from directives.reading import propose
from tests import documents

SAMPLES = Path(__file__).parent.parent / "directives" / "samples"


@pytest.fixture
def letter(tmp_path: Path) -> Proposal:
    (tmp_path / "a.txt").write_text(documents.LETTER, encoding="utf-8")
    return propose(tmp_path / "a.txt")


@pytest.fixture
def flattened(tmp_path: Path) -> Proposal:
    (tmp_path / "a.txt").write_text(documents.FLATTENED, encoding="utf-8")
    return propose(tmp_path / "a.txt")


def test_the_head_of_a_letter(letter: Proposal) -> None:
    head = letter.head
    assert (head.number, head.issued, head.issuer) == ("812/UBND-VX", date(2025, 8, 5), "Ủy ban nhân dân tỉnh Lạng Sơn")
    assert head.subject == "tăng cường phòng bệnh mùa mưa"
    assert head.addressees == [
        "Sở Y tế",
        "Sở Giáo dục và Đào tạo",
        "Ủy ban nhân dân xã Tân Thành",
        "Ủy ban nhân dân xã Mẫu Sơn",
    ]
    assert [(b.number, b.issued) for b in head.basis] == [("77/CĐ-TTg", date(2025, 8, 1))]


def test_the_duties_of_a_letter(letter: Proposal) -> None:
    found = [(t.no, t.lead, t.coordinating, t.timing) for t in letter.tasks]
    communes = ["Ủy ban nhân dân xã Tân Thành", "Ủy ban nhân dân xã Mẫu Sơn"]
    assert found == [
        ("1.1", ["Sở Y tế"], ["Công an tỉnh", "các cơ quan liên quan"], "hoàn thành trước ngày 20/8/2025"),
        ("1.2", ["Sở Y tế"], [], "trong tháng 9/2025"),
        ("2", ["Sở Giáo dục và Đào tạo"], ["Sở Y tế"], None),
        ("3", ["Công an tỉnh"], ["Sở Y tế"], "định kỳ hằng tháng"),
        ("4.a", communes, [], None),
        ("4.b", communes, [], None),
        ("5", ["Báo Lạng Sơn"], ["các đơn vị liên quan"], None),
    ]
    assert "Quyết định số 243/QĐ-UBND ngày" in letter.tasks[0].text, "a number broken at its hyphen is whole again"
    assert "điểm trường lẻ" not in letter.tasks[2].text, "a footnote is no part of the sentence"
    assert letter.tasks[4].section == "4. Ủy ban nhân dân các xã: Tân Thành, Mẫu Sơn (nơi có ổ dịch)"
    assert not any("nghiêm túc" in t.text for t in letter.tasks)


def test_a_flattened_table_is_cut_into_its_cells(flattened: Proposal) -> None:
    assert (flattened.head.number, flattened.head.issued) == ("61/KH-UBND", date(2025, 3, 10))
    found = [(t.no, t.lead, t.coordinating, t.deliverable, t.timing) for t in flattened.tasks]
    assert found == [
        (
            "I.1",
            ["Phòng Nông nghiệp và Môi trường"],
            ["Trung tâm Dịch vụ nông nghiệp", "UBND các xã"],
            "Tài liệu hướng dẫn",
            "Quý II",
        ),
        ("I.2", ["Hội Nông dân"], ["Các phòng, ban, đơn vị liên quan"], None, "Thường xuyên"),
        (
            "I.4",
            ["Phòng Tài chính - Kế hoạch"],
            ["Phòng Nông nghiệp và Môi trường", "UBND các xã"],
            "Danh sách",
            "Quý III và IV",
        ),
    ]
    assert flattened.tasks[2].text.endswith("xem xét theo quy định hiện hành của pháp luật.")
    assert flattened.tasks[2].section.endswith("toàn huyện / Hỗ trợ sản xuất")
    assert flattened.year == 2025


def test_the_shipped_samples_read_whole() -> None:
    plan, letter = propose(SAMPLES / "ke-hoach-88.docx"), propose(SAMPLES / "cong-van-1026.pdf")
    assert (plan.head.number, plan.head.issued, len(plan.tasks)) == ("88/KH-UBND", date(2025, 4, 11), 15)
    assert [t.no for t in plan.tasks if t.issues] == ["I.1", "IV.2"]
    assert (letter.head.number, letter.head.issued, len(letter.tasks)) == ("1026/UBND-KT", date(2025, 7, 4), 6)
    assert letter.tasks[0].timing == "trước ngày 15/7/2025"
    assert all(t.place.page for t in letter.tasks)


def table(*rows: tuple[str | None, ...]) -> Document:
    return Document("x", "docx", (Table(tuple(Row(cells, Place(table=1, row=n)) for n, cells in enumerate(rows, 1))),))


HEAD = ("TT", "Nội dung nhiệm vụ", "Đơn vị thực hiện", "Đơn vị phối hợp", "Kết quả", "Tiến độ")


def read(*rows: tuple[str | None, ...]) -> Proposal:
    return extract.propose(table(*rows), "digest")


def test_an_empty_cell_moves_no_other_column() -> None:
    task = read(HEAD, ("1", "Lập danh sách hộ nghèo", "Phòng Nội vụ", "", "", "Quý III")).tasks[0]
    assert (task.lead, task.coordinating, task.deliverable, task.timing) == (["Phòng Nội vụ"], [], None, "Quý III")


def test_columns_are_found_wherever_they_stand_and_under_two_heading_rows() -> None:
    found = read(
        ("TT", "Thời gian", "Trách nhiệm", None, "Nhiệm vụ"),
        ("", None, "Cơ quan chủ trì", "Cơ quan phối hợp", None),
        ("(1)", "(2)", "(3)", "(4)", "(5)"),
        ("1", "Quý IV", "Sở Y tế", "Công an tỉnh", "Kiểm tra an toàn thực phẩm"),
    ).tasks
    assert [(t.text, t.lead, t.coordinating, t.timing) for t in found] == [
        ("Kiểm tra an toàn thực phẩm", ["Sở Y tế"], ["Công an tỉnh"], "Quý IV")
    ]


def test_sections_totals_and_repeated_groups_are_no_tasks() -> None:
    found = read(
        HEAD,
        ("A", "Nhóm một", None, None, None, None),
        ("I", "Mục", "", "", "", ""),
        ("1", "Việc thứ nhất", "Sở Y tế", "", "", "Quý I"),
        ("II", "Mục hai", "Mục hai", "Mục hai", "Mục hai", "Mục hai"),
        ("1", "Việc thứ hai", "Sở Nội vụ", "", "", "Quý II"),
        ("", "Tổng cộng", "", "", "2", ""),
    ).tasks
    assert [(t.no, t.section) for t in found] == [
        ("I.1", "A. Nhóm một / I. Mục"),
        ("II.1", "A. Nhóm một / II. Mục hai"),
    ]


def test_a_row_broken_over_pages_is_one_row_and_says_so() -> None:
    first = Table((Row(HEAD), Row(("1", "Xây dựng kế", "Phòng Tài", "", "", "Thường"))), Place(page=1))
    second = Table(
        (
            Row(HEAD),
            Row(("", "hoạch năm", "chính - Kế hoạch", "", "", "xuyên"), Place(page=2, row=2)),
            Row(("2", "Việc sau", "Phòng Nội vụ", "", "", "Quý I")),
        ),
        Place(page=2),
    )
    tasks = extract.propose(Document("x", "pdf", (first, Paragraph("2"), second)), "d").tasks
    assert [(t.text, t.lead, t.timing) for t in tasks] == [
        ("Xây dựng kế hoạch năm", ["Phòng Tài chính - Kế hoạch"], "Thường xuyên"),
        ("Việc sau", ["Phòng Nội vụ"], "Quý I"),
    ]
    assert "hai trang" in str(tasks[0].issues[0])


def test_lead_and_coordinator_in_one_cell_are_told_apart() -> None:
    task = read(
        ("STT", "Nhiệm vụ", "Cơ quan chủ trì, phối hợp", "Thời gian"),
        ("1", "Tổ chức hội chợ", "Chủ trì: Sở Công Thương; phối hợp: Sở Y tế, Công an tỉnh", "Tháng 9"),
    ).tasks[0]
    assert (task.lead, task.coordinating) == (["Sở Công Thương"], ["Sở Y tế", "Công an tỉnh"])


def test_what_is_uncertain_is_said() -> None:
    found = read(
        HEAD, ("1", "Việc không chủ", "", "", "", "Định kỳ"), ("1", "Việc trùng số", "abc xyz", "", "", "chưa rõ")
    )
    said = [str(i) for t in found.tasks for i in t.issues]
    assert "Không nêu cơ quan chủ trì." in said
    assert any("abc xyz" in s for s in said)
    assert any("bao lâu một lần" in s for s in said)
    assert sum("nhiều lần" in s for s in said) == 2
    assert any("--number" in str(i) for i in found.issues)


def test_a_table_without_a_lead_column_and_a_document_without_tasks_are_issues() -> None:
    found = read(("STT", "Nhiệm vụ", "Thời gian"), ("1", "Trồng cây đầu xuân", "Quý I"))
    assert any("không có cột cơ quan chủ trì" in str(i) for i in found.issues)
    nothing = extract.propose(Document("x", "text", (Paragraph("Giấy mời họp giao ban."),)), "d")
    assert any("Không tìm thấy nhiệm vụ" in str(i) for i in nothing.issues)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("STT", "no"),
        ("Cơ quan\nchủ trì", "lead"),
        ("ĐƠN VỊ PHỐI HỢP", "coordinating"),
        ("Sản phẩm hoàn thành", "deliverable"),
        ("Thời gian thực hiện", "timing"),
        ("Nội dung nhiệm vụ", "text"),
        ("Kinh phí (triệu đồng)", "other"),
        ("Người thực hiện", "lead"),
        ("Thời hạn hoàn thành", "timing"),
        ("Hoa quả", None),
    ],
)
def test_headings(words: str, field: str | None) -> None:
    assert headings.field_of(words) == field


def test_lines_become_paragraphs() -> None:
    lines = [
        Line(t, 1)
        for t in (
            "1. Sở Y tế",
            "- Kiểm tra các cơ sở kinh doanh thuốc trên địa bàn toàn tỉnh và",
            "các huyện biên giới.",
            "2",
            "- Báo cáo.",
        )
    ]
    assert [p.text for p in paragraphs(lines)] == [
        "1. Sở Y tế",
        "- Kiểm tra các cơ sở kinh doanh thuốc trên địa bàn toàn tỉnh và các huyện biên giới.",
        "- Báo cáo.",
    ]
    assert glue("243/QĐ-", "UBND") == "243/QĐ-UBND"
    assert glue("kinh tế -", "xã hội") == "kinh tế - xã hội"
    assert glue("", "x") == "x"


def test_a_proposal_is_the_contract_other_programs_use(letter: Proposal) -> None:
    plain = letter.to_json()
    assert {"number", "issued", "issuer", "subject", "basis", "tasks", "issues"} <= set(plain)
    assert set(plain["tasks"][0]) == {
        "no",
        "section",
        "text",
        "lead",
        "coordinating",
        "deliverable",
        "timing",
        "where",
        "issues",
        "unclear",
    }


CONCLUSION = """ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH LẠNG SƠN Độc lập - Tự do - Hạnh phúc
Số: 215/TB-UBND Lạng Sơn, ngày 12 tháng 9 năm 2025
THÔNG BÁO
Kết luận của Chủ tịch UBND tỉnh tại cuộc họp về giải ngân vốn đầu tư công
Ngày 10/9/2025, Chủ tịch UBND tỉnh chủ trì cuộc họp. Sau khi nghe báo cáo, Chủ tịch UBND tỉnh kết luận như sau:
I. ĐÁNH GIÁ CHUNG
- Các chủ đầu tư chủ động tháo gỡ vướng mắc nhưng kết quả còn thấp.
II. NHIỆM VỤ THỜI GIAN TỚI
1. Giao Ban Quản lý dự án đầu tư xây dựng tỉnh, UBND các xã, phường đẩy nhanh giải phóng mặt bằng; hoàn thành trong tháng 10/2025.
2. Đề nghị Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh và các tổ chức chính trị - xã hội vận động hội viên bàn giao đất.
3. Sở Xây dựng
3.1. Là cơ quan đầu mối theo dõi tiến độ, báo cáo trước 16 giờ thứ Năm hằng tuần.
4. Đồng chí Nguyễn Văn A, Phó Chủ tịch UBND tỉnh trực tiếp chỉ đạo, đôn đốc việc thực hiện.
Văn phòng UBND tỉnh thông báo để các cơ quan, đơn vị biết, thực hiện./.
Nơi nhận:
TL. CHỦ TỊCH
CHÁNH VĂN PHÒNG
"""


def test_the_duties_of_a_conclusion(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(CONCLUSION, encoding="utf-8")
    found = propose(tmp_path / "a.txt")
    assert found.head.kind == "Thông báo"
    assert found.head.subject == "Kết luận của Chủ tịch UBND tỉnh tại cuộc họp về giải ngân vốn đầu tư công"
    assert [(t.no, t.lead, t.timing) for t in found.tasks] == [
        ("II.1", ["Ban Quản lý dự án đầu tư xây dựng tỉnh", "UBND các xã, phường"], "hoàn thành trong tháng 10/2025"),
        ("II.2", ["Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh", "các tổ chức chính trị - xã hội"], None),
        ("II.3.1", ["Sở Xây dựng"], "trước 16 giờ thứ Năm hằng tuần"),
        ("II.4", ["Đồng chí Nguyễn Văn A, Phó Chủ tịch UBND tỉnh"], None),
    ]


@pytest.mark.parametrize(
    ("head", "kind", "subject"),
    [
        ("V/v tiếp tục nâng cao\nHTX nông nghiệp trên địa bàn\nKính gửi:\n- Sở Tài chính", "", "tiếp tục nâng cao HTX nông nghiệp trên địa bàn"),
        ("V/v họp giao ban\nLạng Sơn, ngày 01 tháng 7 năm 2025\nKính gửi: Sở Tài chính", "", "họp giao ban"),
        ("XÃ CHI LĂNG\nKẾ HOẠCH\nPhòng, chống thiên tai năm 2025\nThực hiện Kế hoạch của tỉnh, xã ban hành như sau:", "Kế hoạch", "Phòng, chống thiên tai năm 2025"),
        ("QUYẾT ĐỊNH\nVề việc phê duyệt Đề án\nCăn cứ Luật;\nQUYẾT ĐỊNH:", "Quyết định", "Về việc phê duyệt Đề án"),
        ("PHỤ LỤC I: PHÂN CÔNG NHIỆM VỤ\nNĂM 2025 (Kèm theo Kế hoạch số 1/KH-UBND ngày 01/4/2025 của UBND tỉnh)", "Kế hoạch", "PHÂN CÔNG NHIỆM VỤ NĂM 2025"),
    ],
)  # fmt: skip
def test_what_a_document_is_about(head: str, kind: str, subject: str) -> None:
    document = Document("a.txt", "text", tuple(Paragraph(line) for line in head.split("\n")))
    found = letterhead.read(document)
    assert (found.kind, found.subject) == (kind, subject)


def test_a_report_is_no_directive() -> None:
    lines = ["BÁO CÁO", "Kết quả giải ngân", "1. Sở Tài chính chủ trì rà soát danh mục dự án chậm giải ngân."]
    found = extract.propose(Document("a.txt", "text", tuple(map(Paragraph, lines))), "")
    assert len(found.tasks) == 1
    assert any(i.message.startswith("A report") for i in found.issues)


@pytest.mark.parametrize("words", ["Các giải pháp phát triển hợp tác xã", "các chỉ tiêu kế hoạch", "Các nội dung sau"])
def test_things_are_no_agencies(words: str) -> None:
    assert not agencies.is_agency(words)


def test_a_plan_sent_upwards_gives_the_ministry_no_duties(tmp_path: Path) -> None:
    text = """ỦY BAN NHÂN DÂN
TỈNH LẠNG SƠN
Số: 9/KH-UBND
Lạng Sơn, ngày 12 tháng 8 năm 2025
KẾ HOẠCH
Phát triển hợp tác xã năm 2026
Kính gửi: Bộ Tài chính.
Ủy ban nhân dân tỉnh báo cáo kế hoạch năm 2026 như sau:
I. GIẢI PHÁP
1. Nâng cao chất lượng tuyên truyền về hợp tác xã trong nhân dân.
2. UBND các xã, phường kiện toàn Ban Chỉ đạo phát triển hợp tác xã trước ngày 30/9/2025.
II. ĐỀ XUẤT, KIẾN NGHỊ
1. Đề nghị Bộ Tài chính bố trí nguồn vốn hỗ trợ hợp tác xã giai đoạn 2026-2030.
Ủy ban nhân dân tỉnh trân trọng báo cáo Bộ Tài chính xem xét./.
"""
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert [(t.no, t.lead) for t in propose(tmp_path / "a.txt").tasks] == [("I.2", ["UBND các xã, phường"])]
