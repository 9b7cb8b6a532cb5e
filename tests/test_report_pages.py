"""The pages of reports: the choices of the command, every figure a link to as many rows, files that are what they say."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import docx
import openpyxl
import pdfplumber
import pytest

from tests import doors
from tests.conftest import Office
from tests.doors import FOCAL, MONITOR, SECRET, House
from tests.test_overdue_page import random_register, rows
from web import reports


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def figures(page: str) -> list[tuple[int, str]]:
    """Every figure of a report's page with the list that it opens."""
    return [(int(n), unescape(path)) for path, n in re.findall(r'<a href="(/tasks\?[^"]*)">(\d+)</a>', page)]


@pytest.mark.parametrize("seed", range(2))
def test_every_figure_of_the_page_opens_as_many_rows(office: Office, seed: int) -> None:
    with office.database.transaction() as session:
        random_register(session, random.Random(seed))
    browser, opened = House(office).signed_in(MONITOR), dict[str, int]()
    for asked in ("", "directive=KH27", "period=2025-Q3&of=given", "as_of=2025-09-20", "original=1&search=bao+cao"):
        page = browser.get(f"/reports/overdue?{asked}")
        assert page.status_code == 200, page.text
        opened |= {path: number for number, path in figures(page.text)}
    assert len(opened) > 60
    for path, number in random.Random(seed).sample(sorted(opened.items()), 60):
        assert rows(browser.get(path).text) == number, path


def test_the_page_has_the_choices_of_the_command(house: House) -> None:
    browser = house.signed_in(MONITOR)
    page = browser.get("/reports/overdue?directive=KH27&agency=PTP&period=quý+III/2025&of=given").text
    for chosen in (
        'value="KH27" selected',
        'value="PTP" selected',
        'value="2025-Q3" selected',
        'value="given" selected',
    ):
        assert chosen in page, chosen
    assert "Quý III năm 2025" in page and "27/KH-UBND" in page and "tổng số" in page
    assert 'href="/reports/overdue?directive=KH27' in browser.get("/overdue?directive=KH27&tab=soon&by=agency").text
    for bad in ("period=2025-Q9", "as_of=xyz", "directive=KH99", "agency=khong-co"):
        assert browser.get(f"/reports/overdue?{bad}").status_code in (400, 404, 422), bad
    assert house.browser().get("/reports/overdue").status_code in (302, 303)
    assert SECRET not in house.signed_in(FOCAL).get("/reports/overdue").text


def opened_as(kind: str, content: bytes) -> str:
    """All that a file says."""
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        return " ".join(
            str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row
        )
    if kind == "docx":
        made = docx.Document(io.BytesIO(content))
        return " ".join(
            [one.text for one in made.paragraphs] + [one.text for one in made.sections[0].first_page_footer.paragraphs]
        )
    with pdfplumber.open(io.BytesIO(content)) as paper:
        return " ".join(" ".join(page.extract_text() for page in paper.pages).split())


@pytest.mark.parametrize("kind", reports.FILES)
def test_the_files_are_what_the_page_shows(house: House, kind: str) -> None:
    browser = house.signed_in(MONITOR)
    before = house.entries()
    page = browser.get("/reports/overdue?directive=KH27&as_of=2025-10-15").text
    address = unescape(re.findall(rf'href="(/reports/overdue\.{kind}[^"]*)"', page)[0])
    browser.cookies.set("language", "en")
    answer: Any = browser.get(address)
    assert answer.status_code == 200 and answer.headers["content-type"] == reports.MEDIA_TYPES[kind]
    assert answer.headers["content-disposition"] == f"attachment; filename=qua-han-2025-10-15.{kind}"
    told = opened_as(kind, answer.content)
    assert "Nhiệm vụ quá hạn tính đến ngày 15/10/2025" in told  # paper is Vietnamese, whatever its maker reads
    assert "Số liệu tính đến 9 giờ 00 ngày 15/10/2025. Mã nhật ký: " in told and "27/KH-UBND" in told
    assert house.entries() == before
    assert browser.get("/reports/overdue.odt").status_code in (404, 422)
    assert house.browser().get(address).status_code in (302, 303)


def test_a_long_table_is_shown_in_part_and_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MOST", 2)
    page = house.signed_in(MONITOR).get("/reports/overdue?as_of=2026-01-15").text
    assert re.search(r"Còn \d+ dòng nữa", page)
