"""From a document to the record: the figures as a spreadsheet, corrected there as a person would, and taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import load_workbook

from tests import make, test_figures_tables
from tests.conftest import Office, Run
from tests.test_figures_text import read
from workflow.i18n import speaking
from workflow.targets.term import ending

report = test_figures_tables.report
SENTENCES = (
    "Số: 58/BC-UBND",
    "BÁO CÁO",
    "Tình hình phát triển làng nghề năm 2023",
    "I. KẾT QUẢ",
    "Ước đến 31/12/2023 có tổng số 48 THT, đạt 96% kế hoạch. Đến 30/6/2023 có tổng số 41 THT, đạt 82% kế hoạch.",
    "Đến 15/8/2023 có tổng số 30 HTX, đạt 60% kế hoạch.",
    "Tổng nhu cầu hỗ trợ làng nghề từ NSNN giai đoạn 2021-2025 là 3.275 triệu đồng (NSTW: 2.118 triệu đồng, NSĐP: 1.157 triệu đồng).",
    "Tổng nhu cầu hỗ trợ làng nghề từ NSNN giai đoạn 2021-2025 là 3.275 triệu đồng, trong đó NSTW 2.118 triệu đồng, NSĐP 1.175 triệu đồng.",
    "Đến ngày 30/6/2023 đã giải ngân kinh phí sửa chợ là 412 triệu đồng.",
    "II. MỤC TIÊU NĂM 2024",
    "1. Số lớp tập huấn: từ 12 lớp trở lên.",
    "2. Tỷ lệ lao động qua đào tạo tăng từ 41,5% lên 45%.",
    "3. Tỷ lệ lao động qua đào tạo đạt 47%.",
)


@pytest.fixture
def paper(office: Office, tmp_path: Path) -> Path:
    with office.database.transaction() as session:
        make.enacted(session, make.task("1", lead="Phòng A"))
    document = docx.Document()
    for words in SENTENCES:
        document.add_paragraph(words)
    document.save(str(tmp_path / "bao-cao.docx"))
    return tmp_path / "bao-cao.docx"


def proposed(run: Run, file: Path, *more: str) -> Any:
    """The spreadsheet of a document's figures, opened."""
    code, said, err = run("figures", str(file), "--directive", "KH27", "--output", "bieu.xlsx", *more)
    assert (code, "bieu.xlsx" in said) == (0, True), err
    return load_workbook("bieu.xlsx")


def rows(sheet: Any) -> list[dict[str, str]]:
    head, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(head, ("" if cell is None else cell for cell in line), strict=True)) for line in lines]


def correct(book: Any, sheet: int, title: str, wrong: str, right: str) -> int:
    """Write something else into a column; returns into how many cells."""
    page = book.worksheets[sheet]
    column = [cell.value for cell in page[1]].index(title) + 1
    cells = [page.cell(n, column) for n in range(2, page.max_row + 1) if page.cell(n, column).value == wrong]
    for cell in cells:
        cell.value = right
    return len(cells)


def told(run: Run) -> Any:
    return json.loads(run("targets", "list", "KH27", "--json")[1])


def test_what_a_report_states_is_corrected_and_taken(run: Run, paper: Path) -> None:
    book = proposed(run, paper)
    assert run("figures", str(paper), "--output", "bieu.xlsx")[0] == 1, "what a person corrects is not written over"
    code, _said, err = run("targets", "take", "bieu.xlsx")
    assert code == 2 and "15/8/2023" in err and "30/6/2023" in err and err.count("trang “") == 2, err
    assert told(run)["indicators"] == told(run)["lines"] == []
    assert correct(book, 1, "Kỳ", "15/08/2023", "2023-Q3") + correct(book, 1, "Kỳ", "15/8/2023", "2023-Q3") == 1
    assert correct(book, 2, "Kỳ", "30/6/2023", "2021-2023") == 1
    book.save("bieu.xlsx")
    assert run("targets", "take", "bieu.xlsx")[0] == 0
    made = told(run)
    by = {one["name"]: one for one in made["indicators"]}
    groups, courses = by["Tổng số THT"], by["Số lớp tập huấn"]
    assert {(one["period"], one["value"], one["agency"]) for one in groups["every"]} == {("2023", "48", None), ("2023-H1", "41", None)}  # fmt: skip
    assert "96%" in groups["values"][0]["note"] and groups["values"][0]["document_number"] == "58/BC-UBND"
    assert (courses["relation"], courses["target"], courses["until"]) == ("at_least", "12", "2024")
    assert courses["place"]["told"].startswith("58/BC-UBND, ")
    twice = [one for one in made["indicators"] if one["name"].startswith("Tỷ lệ lao động qua đào tạo (")]
    assert [(one["target"], one["baseline"]) for one in twice] == [("45", "41.5"), ("47", None)]
    local = [line for line in made["lines"] if line["source"] == "local"]
    assert [line["amount"] // 10**6 for line in local] == [1157, 1175] and local[0]["place"] != local[1]["place"]
    assert {line["document_number"] for line in made["lines"]} == {"58/BC-UBND"}
    before = run("audit", "show", "KH27")[1]
    assert {(one["kind"], one["about"]) for one in made["differences"]} >= {
        ("twice", "Tổng nhu cầu hỗ trợ làng nghề từ NSNN")
    }
    assert run("targets", "take", "bieu.xlsx")[0] == 0
    assert run("audit", "show", "KH27")[1] == before, "the same file twice changes nothing"


def test_what_is_doubtful_stands_beside_its_row_and_is_not_taken(run: Run, paper: Path) -> None:
    book = proposed(run, paper, "--document-number", "60/BC-UBND")
    with speaking("vi"):
        from workflow.i18n import _

        title = _("To look at")
    indicators, values, money, _about, notes = (rows(sheet) for sheet in book.worksheets)
    doubts = {row["Chỉ tiêu"].split(" (")[0]: row[title] for row in indicators}
    assert "trở lên" in doubts["Tỷ lệ lao động qua đào tạo"] and not doubts["Số lớp tập huấn"]
    assert [("31/12/2023" in row[title], row["Kỳ"]) for row in values[:1]] == [(True, "2023")]
    spent = next(row for row in money if row["Kỳ"] == "30/6/2023")
    assert "30/6/2023" in spent[title] and {row["Số văn bản"] for row in money} == {"60/BC-UBND"}
    assert any("1.175" in row[title] for row in notes), "what does not agree is in the same file"


def test_a_table_of_two_years_makes_two_indicators_and_its_money_is_all_there(
    run: Run, paper: Path, report: Path
) -> None:
    proposed(run, report)
    code, _said, err = run("targets", "take", "bieu.xlsx")
    assert code == 0, err
    made = told(run)
    incomes = [one for one in made["indicators"] if one["name"].startswith("Thu nhập bình quân")]
    assert [(one["until"], one["target"], one["baseline"]) for one in incomes] == [("2026", "45", "41.25"), ("2027", "50", "44.8")]  # fmt: skip
    assert {one["name"] for one in incomes} == {"Thu nhập bình quân (năm 2026)", "Thu nhập bình quân (năm 2027)"}
    assert incomes[0]["every"][0]["value"] == "44.8" and incomes[1]["every"] == []
    assert any(one["name"] == "Tỷ lệ hộ dùng nước sạch – Vùng núi" for one in made["indicators"])
    assert (len(made["lines"]), {one["kind"] for one in made["differences"]}) == (11, {"sources", "beneficiaries"})
    assert {line["document_number"] for line in made["lines"]} == {"bao-cao.docx"}, "no number at its head"
    shown = " ".join(run("targets", "list", "KH27")[1].split())
    for line in made["lines"]:
        assert f" {line['number']} " in shown
    number = str(made["lines"][-1]["number"])
    assert run("targets", "drop", "KH27", "--amount", number, "--reason", "nhầm")[0] == 0
    assert len(told(run)["lines"]) == 10


def test_two_amounts_of_one_source_in_one_statement_are_their_sum_with_both_told(tmp_path: Path) -> None:
    from directives.figures import sheet

    found = read(
        "Kinh phí sửa trường năm 2024 là 900 triệu đồng, trong đó ngân sách tỉnh 500 triệu đồng, ngân sách xã 300 triệu đồng.",
        "Năm 2024 bố trí kinh phí sửa trường 70 triệu đồng. Năm 2024 bố trí kinh phí sửa trường 80 triệu đồng.",
    )
    with speaking("vi"):
        n = sheet.write(found, tmp_path / "b.xlsx")
    book = load_workbook(tmp_path / "b.xlsx")
    money = rows(book.worksheets[2])
    assert n == len(money) and sum(one.amount for one in found.money) == 10**6 * sum(
        int(row["Số tiền (triệu đồng)"]) for row in money
    )
    (both,) = (row for row in money if row["Nguồn"] == "Ngân sách địa phương")
    assert both["Số tiền (triệu đồng)"] == "800" and "500 + 300" in both["Cần xem lại"]
    first, second = (row for row in money if row["Số tiền (triệu đồng)"] in ("70", "80"))
    assert second["Vị trí trong văn bản"] == first["Vị trí trong văn bản"] + " (2)" and "70" in second["Cần xem lại"]
    assert "Văn bản" not in book.sheetnames, "the directive is named when it is taken"


def test_a_long_name_and_a_figure_without_a_period_are_told(tmp_path: Path) -> None:
    from directives.document import Place
    from directives.figures import sheet
    from directives.figures.found import Figures, Indicator

    long = Indicator("Số hộ " + "rất dài " * 60, "hộ", actual=5, place=Place(paragraph=1))  # type: ignore[arg-type]
    same = [Indicator("Số chợ", "chợ", "at_least", 3, place=Place(table=1, row=2)) for _n in range(2)]  # type: ignore[arg-type]
    with speaking("vi"):
        sheet.write(Figures("x.docx", indicators=[long, *same]), tmp_path / "b.xlsx")
    book = load_workbook(tmp_path / "b.xlsx")
    first, *twins = rows(book.worksheets[0])
    assert len(first["Chỉ tiêu"]) <= 300 and first["Cần xem lại"]
    assert len({row["Chỉ tiêu"] for row in twins}) == 2
    (value,) = rows(book.worksheets[1])
    assert (value["Chỉ tiêu"], value["Kỳ"]) == (first["Chỉ tiêu"], "") and value["Cần xem lại"]


def test_a_spreadsheet_is_named_as_one(run: Run, paper: Path) -> None:
    assert run("figures", str(paper), "--output", "bieu.csv")[0] == 2
    code, _said, err = run("figures", str(paper), "--directive", "KH27")
    assert (code, "--output" in err) == (2, True)
    code, said, err = run("figures", str(paper), "--output", "bieu.xlsx", "--json")
    assert code == 0 and json.loads(said)["money"] and "bieu.xlsx" in err
    assert run("targets", "take", "bieu.xlsx", "--dry-run")[0] == 2, "it does not say of which directive"


def test_a_day_is_told_by_the_longest_period_that_it_ends() -> None:
    days = {"2023-12-31": "2023", "2023-06-30": "2023-H1", "2023-03-31": "2023-Q1", "2023-09-30": "2023-Q3", "2024-02-29": "2024-02", "2023-02-29": "", "2023-06-29": "", "2023-01..2023-09": "2023-Q3", "2021-2025": "", "x..y": ""}  # fmt: skip
    assert {key: ending(key) for key in days} == days
