"""Reports of periods and the report upward from an agency's PC: the same commands say the same as on the server's own machine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import docx
import openpyxl
import pytest

from tests.doors import FOCAL, MONITOR
from tests.test_afar import Desk, desk
from workflow import clock
from workflow.history.chain import first_fault

__all__ = ["desk"]  # the fixture
TODAY = clock.local_day(clock.now(), "Asia/Ho_Chi_Minh")
PERIOD = f"{TODAY.year}-Q{(TODAY.month + 2) // 3}"
CODE = f"KH27-BC.{PERIOD}"
DUE = (TODAY + timedelta(days=20)).isoformat()


def called(desk: Desk) -> None:
    asked = desk.here(MONITOR, "period", "call", PERIOD, "--directive", "KH27", "--due", DUE)
    assert asked[0] == 0, asked
    kept = desk.here(
        FOCAL, "period", "answer", CODE, "--agency", "PNV", "--done", "Đã mở 3 lớp", "--difficulties", "Thiếu người"
    )
    assert kept[0] == 0, kept  # fmt: skip


LISTS = (
    "period calls", "period calls --directive KH27", f"period answers {CODE}", f"period answers {CODE.lower()} --missing",
    f"period answers {CODE} --as-of {TODAY.isoformat()}", f"period form {CODE} --agency PNV", f"period form {CODE} --agency PTP",
    f"period list {PERIOD}", f"report period {CODE}", "report progress --directive KH27", f"report progress --directive KH27 --period {PERIOD} --kind interim",
)  # fmt: skip
WRONG = (
    "period calls --directive KH99", "period answers KH27-I.1", "period answers KH99-BC.2025-Q3", f"period form {CODE}", f"period form {CODE} --agency Xyz",
    f"period form {CODE} --agency STC", "period calls --directive KH28", "report period KH27-I.1", "report progress --directive KH28", "report progress --directive KH27 --kind x",
    "report progress --directive KH27 --period x", "period answer KH27-I.1 --done x", f"period answer {CODE} --agency PTP --set x=y", "period answer --done x",
)  # fmt: skip


@pytest.mark.parametrize("person", [MONITOR, FOCAL])
def test_lists_and_refusals_are_the_same(desk: Desk, person: str) -> None:
    called(desk)
    assert desk.pc("login", desk.url, "--token", desk.house.token(person))[0] == 0
    for command in LISTS:
        for more in ((), ("--json",)):
            code, said, err = desk.pc(*command.split(), *more)
            there = desk.here(person, *command.split(), *more)
            assert (code, said) == there[:2], (command, more, err, there[2])
            assert code == 0 and said, command
    for command in WRONG:
        code, said, err = desk.pc(*command.split())
        there = desk.here(person, *command.split())
        assert (code, said, err.replace(desk.url, "")) == there, command
        assert code in (1, 2, 3) and err, command
    assert not list((desk.folder / "pc").iterdir()), "nothing is written on the PC"


def test_the_form_is_filled_in_and_sent_from_afar(desk: Desk) -> None:
    called(desk)
    desk.login(FOCAL)
    code, said, err = desk.pc(
        "period", "answer", CODE, "--agency", "PNV", "--proposals", "Bố trí vốn", "--set", "KH27-I.3=Không phát sinh"
    )
    assert code == 0 and "chưa gửi" in said, err
    assert desk.pc("period", "form", CODE, "--agency", "PNV", "--output", "bieu.xlsx")[0] == 0
    file = desk.folder / "pc" / "bieu.xlsx"
    book = openpyxl.load_workbook(file)
    cells = {row[0].value: row[2] for row in book.active.iter_rows()}  # type: ignore[union-attr]
    assert (cells["KN"].value, cells["KH27-I.3"].value) == ("Bố trí vốn", "Không phát sinh")
    cells["KQ"].value = "Đã mở 4 lớp"
    book.save(file)
    code, said, err = desk.pc("period", "answer", "--from", "bieu.xlsx", "--send", "--document-number", "45/BC-PNV")
    assert code == 0 and "chờ xác nhận" in said, err
    assert "Đã mở 4 lớp" in desk.here(MONITOR, "period", "answers", CODE)[1]
    assert desk.pc("period", "answer", CODE, "--agency", "PNV", "--done", "khác")[0] in (1, 2)
    with desk.house.office.database.transaction() as session:
        assert first_fault(session) is None


def test_the_report_upward_is_written_on_the_pc(desk: Desk) -> None:
    called(desk)
    assert desk.pc("login", desk.url, "--token", desk.house.token(MONITOR))[0] == 0
    told = ("report", "progress", "--directive", "KH27", "--period", PERIOD, "--to", "UBND tỉnh")
    for name in ("bc.docx", "bc.xlsx", "bc.pdf"):
        code, _said, err = desk.pc(*told, "--output", name)
        assert code == 0 and (desk.folder / "pc" / name).stat().st_size > 1000, err
    words = "\n".join(one.text for one in docx.Document(str(Path(desk.folder / "pc" / "bc.docx"))).paragraphs)
    assert "Kính gửi: UBND tỉnh." in words and "Còn thiếu báo cáo của 2/2" in words
    assert desk.pc("report", "period", CODE, "--output", "ky.xlsx")[0] == 0
