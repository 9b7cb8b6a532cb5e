"""Figures in the tables of Word files and spreadsheets, what does not agree, the command, and texts that mean harm."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from directives import figures
from directives.document import Document, Paragraph, Row, Table
from directives.figures import ENDLESS, Figures
from directives.figures.budgets import NO_MONEY_UNIT
from directives.figures.measured import SHARE
from tests.conftest import Run
from tests.test_figures_text import read
from workflow.i18n import speaking
from workflow.targets.money import Source, Stage

MILLION = 10**6


def grid(document: Any, heads: list[list[str]], rows: list[list[str]], merges: list[tuple[int, int, int, int]]) -> None:
    table = document.add_table(rows=len(heads) + len(rows), cols=len(rows[0]))
    for top, left, bottom, right in merges:
        table.cell(top, left).merge(table.cell(bottom, right))
    for r, line in enumerate([*heads, *rows]):
        for c, words in enumerate(line):
            if words:
                table.cell(r, c).text = words


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report with a table of indicators and one of money, each with a head of two rows."""
    document = docx.Document()
    document.add_paragraph("Báo cáo phát triển nông thôn năm 2026, kế hoạch năm 2027")
    document.add_paragraph("I. CÁC CHỈ TIÊU CHỦ YẾU")
    grid(
        document,
        [["STT", "Chỉ tiêu", "Đơn vị tính", "Thực hiện năm 2025", "Năm 2026", "", "Kế hoạch năm 2027"], ["", "", "", "", "Kế hoạch", "Ước thực hiện", ""]],
        [
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
            ["I", "Kinh tế", "", "", "", "", ""],
            ["1", "Thu nhập bình quân", "triệu đồng/người/năm", "41,25", "45", "44,8", "50"],
            ["2", "Tỷ lệ hộ dùng nước sạch", "%", "81,5", "≥ 85", "84,2", "trên 88"],
            ["", "Trong đó:", "", "", "", "", ""],
            ["-", "Vùng núi", "%", "76", "80", "79,4", "-"],
        ],
        [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 3, 1, 3), (0, 4, 0, 5), (0, 6, 1, 6)],
    )  # fmt: skip
    for words in ("Phụ lục II", "DỰ KIẾN KINH PHÍ HỖ TRỢ CÁC HỢP TÁC XÃ NĂM 2027", "ĐVT: triệu đồng"):
        document.add_paragraph(words)
    grid(
        document,
        [["TT", "Tên hợp tác xã", "Tổng số", "Trong đó", "", ""], ["", "", "", "NSTW", "NSĐP", "Khác"]],
        [
            ["", "Tổng cộng", "1.250,5", "900", "250,5", "100"],
            ["1", "HTX Rau Bình Minh", "750", "500", "150", "100"],
            ["2", "HTX Dược liệu Mây", "500,5", "400", "110,5", ""],
        ],
        [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 3, 0, 5)],
    )
    document.save(str(tmp_path / "bao-cao.docx"))
    return tmp_path / "bao-cao.docx"


def test_a_table_of_indicators_with_a_head_of_two_rows(report: Path) -> None:
    found = figures.read(report).indicators
    assert [(one.name, one.period, str(one.relation), one.target, one.baseline, one.actual) for one in found] == [
        ("Thu nhập bình quân", "2026", "equal", 45, Decimal("41.25"), Decimal("44.8")),
        ("Thu nhập bình quân", "2027", "equal", 50, Decimal("44.8"), None),
        ("Tỷ lệ hộ dùng nước sạch", "2026", "at_least", 85, Decimal("81.5"), Decimal("84.2")),
        ("Tỷ lệ hộ dùng nước sạch", "2027", "more_than", 88, Decimal("84.2"), None),
        ("Vùng núi", "2026", "equal", 80, 76, Decimal("79.4")),
    ]
    assert [one.part_of for one in found] == ["", "", "", "", "Tỷ lệ hộ dùng nước sạch"]
    assert {one.unit for one in found} == {"triệu đồng/người/năm", "%"}
    assert found[0].place.to_json() == {"table": 1, "row": 5}
    assert not any(one.issues for one in found)


def test_a_table_of_money_by_source_and_beneficiary(report: Path) -> None:
    found = figures.read(report)
    assert len(found.money) == 11
    assert {(one.purpose, one.stage, one.period) for one in found.money} == {
        ("DỰ KIẾN KINH PHÍ HỖ TRỢ CÁC HỢP TÁC XÃ NĂM 2027", Stage.PLANNED, "2027")
    }
    by = {(one.beneficiary, one.source): one.amount for one in found.money}
    assert by["", Source.TOTAL] == 1_250_500_000
    assert by["HTX Dược liệu Mây", Source.LOCAL] == 110_500_000
    assert by["HTX Rau Bình Minh", Source.OTHER] == 100 * MILLION
    differ = {(one.kind, one.key.beneficiary, one.key.source, one.stated, one.other) for one in found.differences()}
    assert differ == {
        ("sources", "HTX Dược liệu Mây", Source.TOTAL, 500_500_000, 510_500_000),
        ("beneficiaries", "", Source.LOCAL, 250_500_000, 260_500_000),
    }


def test_a_spreadsheet_whose_items_do_not_make_their_sum(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["BIỂU KẾ HOẠCH VỐN NĂM 2027"], ["Đơn vị tính: triệu đồng"], ["STT", "Nội dung", "Nhu cầu kinh phí", None, None, "Ghi chú"],
        [None, None, "Tổng", "Ngân sách tỉnh", "Vốn đối ứng", None], ["Tổng cộng", None, 4321.125, 3000, 1321.125],
        ["I", "Đào tạo", 1321.125, 1000, 321.125], [1, "Lớp kế toán", 800, 700, 100], [2, "Lớp quản trị", 521.125, 300, 221.125],
        ["II", "Nhà sơ chế", 3100, 2000, 1100],
    ):  # fmt: skip
        sheet.append(row)
    for merged in ("A3:A4", "B3:B4", "C3:E3", "F3:F4", "A5:B5"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "von.xlsx")
    found = figures.read(tmp_path / "von.xlsx")
    assert [one.purpose for one in found.money[::3]] == [
        "BIỂU KẾ HOẠCH VỐN NĂM 2027",
        "Đào tạo",
        "Lớp kế toán",
        "Lớp quản trị",
        "Nhà sơ chế",
    ]
    assert (found.money[0].amount, found.money[0].stage, found.money[2].source) == (
        4_321_125_000,
        Stage.NEEDED,
        Source.OWN,
    )
    assert [(one.kind, one.key.source, one.other - one.stated) for one in found.differences()] == [
        ("items", Source.TOTAL, 100 * MILLION), ("items", Source.OWN, 100 * MILLION),
    ]  # fmt: skip
    with speaking("en"):
        assert "its items make 4.421,125 million đồng" in found.differences()[0].words()


def table(*rows: tuple[str, ...], above: str = "") -> Figures:
    blocks = (Paragraph(above), Table(tuple(Row(row) for row in rows)))
    return figures.propose(Document("x", "docx", blocks))


def test_what_a_table_leaves_open_is_said() -> None:
    found = table(("STT", "Nội dung", "Kinh phí"), ("1", "Mua máy", "120"))
    assert (found.money, [one.message for one in found.issues]) == ([], [NO_MONEY_UNIT])
    found = table(("STT", "Nội dung", "Kinh phí (nghìn đồng)"), ("1", "Mua máy", "120.500"))
    assert [one.amount for one in found.money] == [120_500_000]
    found = table(("STT", "Chỉ tiêu", "ĐVT", "Kế hoạch năm 2027"), ("1", "Tỷ lệ che phủ rừng", "%", "0,64"))
    assert [one.message for one in found.indicators[0].issues] == [SHARE]


def test_tables_of_something_else_say_nothing() -> None:
    tasks = (
        ("STT", "Nội dung nhiệm vụ", "Cơ quan chủ trì", "Thời gian", "Kinh phí (triệu đồng)"),
        ("1", "Mở 5 lớp", "Sở A", "Quý I/2027", "5"),
    )
    people = (("STT", "Họ và tên", "Đơn vị", "Năm sinh"), ("1", "Lê Văn Ba", "Phòng Một", "1980"))
    for rows in (tasks, people):
        found = table(*rows, above="ĐVT: triệu đồng")
        assert (found.indicators, found.money) == ([], [])


def test_one_figure_stated_as_two_and_what_rounding_explains() -> None:
    found = read(
        "Tổng nhu cầu hỗ trợ làng nghề từ NSNN là 3.275 triệu đồng (NSTW: 2.118 triệu đồng, NSĐP: 1.157 triệu đồng).",
        "Kinh phí dự kiến từ ngân sách nhà nước là 3.275 triệu đồng, trong đó NSTW 2.118 triệu đồng, NSĐP 1.175 triệu đồng.",
        "Đến nay số vốn giải ngân cho làng nghề là 412 triệu đồng (trong đó NSTW là 210 triệu đồng, NSĐP là 203 triệu đồng).",
    ).differences()
    assert {(one.kind, one.stated // MILLION, one.other // MILLION, one.rounding) for one in found} == {
        ("twice", 1157, 1175, False),
        ("sources", 3275, 3293, False),
        ("sources", 412, 413, True),
    }
    assert len(found) == 3
    twice = next(one for one in found if one.kind == "twice")
    assert len(twice.where) == 2


def test_money_under_one_heading_is_not_one_figure_told_twice() -> None:
    lines = [
        "2. Hỗ trợ thiết bị cho trường học",
        "a) Máy tính:",
        "Kinh phí: 120 triệu đồng.",
        "Kinh phí: 340 triệu đồng.",
    ]
    assert (len(read(*lines).money), read(*lines).differences()) == (2, [])
    both = "Kinh phí dự kiến sửa trường là 900 triệu đồng, trong đó ngân sách tỉnh 500 triệu đồng, ngân sách xã 300 triệu đồng."
    assert [one.kind for one in read(both).differences()] == []


@pytest.mark.parametrize(
    "text",
    [
        "9" * 100_000, "1.234" * 20_000, "(" * 50_000 + " phấn đấu 5%" + ")" * 50_000, "Phấn đấu" + " " * 100_000 + "5%", "a" * 100_000 + " đạt 5%",
        "Mục tiêu " + "đạt trên 40%, " * 7000, "Kinh phí " + "trong đó NSTW 5 triệu đồng, " * 4000, "Kinh phí hỗ trợ 5 triệu đồng. " * 4000,
        "giai đoạn 2021-" * 8000, "từ từ từ " * 12_000 + " 5% lên", "5 triệu/a/b/c" * 9000, "1/2/" * 30_000, "Phấn đấu " + "," * 100_000 + " 5%",
    ],
)  # fmt: skip
def test_texts_that_mean_harm_are_read_in_linear_time(text: str) -> None:
    def seconds(times: int) -> float:
        begun = time.perf_counter()
        found = read("II. MỤC TIÊU", text * times)
        assert [one.message for one in found.issues] == [ENDLESS], "what was not looked at is said"
        return time.perf_counter() - begun

    once = seconds(1)
    assert seconds(4) < 8 * once + 0.5


def test_many_rows_are_read_in_linear_time() -> None:
    rows = tuple(Row((str(n), f"HTX {n}", "5", "7")) for n in range(4000))
    begun = time.perf_counter()
    found = figures.propose(
        Document("x", "xlsx", (Paragraph("ĐVT: triệu đồng"), Table((Row(("STT", "Tên HTX", "NSTW", "NSĐP")), *rows))))
    )
    assert (len(found.money), found.differences()) == (8000, [])
    assert time.perf_counter() - begun < 20


def test_the_command_shows_them_to_people_and_programs(run: Run, report: Path) -> None:
    code, said, _err = run("figures", str(report))
    assert code == 0
    for words in ("Tỷ lệ hộ dùng nước sạch – Vùng núi", "44,8", "HTX Dược liệu Mây", "1.250,5", "⚠", "510,5"):
        assert words in said
    made = json.loads(run("figures", str(report), "--json")[1])
    assert made["indicators"][2]["target"] == "85"
    assert made["indicators"][2]["where"] == {"table": 1, "row": 6}
    assert made["money"][0]["amount"] == 1_250_500_000
    assert {one["kind"] for one in made["differences"]} == {"sources", "beneficiaries"}
    code, _said, err = run("figures", "khong-co.docx")
    assert (code, "khong-co.docx" in err) == (2, True)


def test_rows_are_plain_values(report: Path) -> None:
    indicators, money = figures.read(report).rows()
    assert indicators[0] == {"name": "Thu nhập bình quân", "part_of": "", "unit": "triệu đồng/người/năm", "relation": "equal", "target": "45", "upper": None, "baseline": "41.25", "actual": "44.8", "of_plan": None, "period": "2026", "words": "1 | Thu nhập bình quân | triệu đồng/người/năm | 41,25 | 45 | 44,8 | 50"}  # fmt: skip
    assert (money[0]["amount"], money[0]["source"], money[0]["stage"]) == (1_250_500_000, "total", "planned")
