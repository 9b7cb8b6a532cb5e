"""Many at once: what can be done is done, the rest is told by row, and the history is that of single acts."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlmodel import Session, col, select

from tests import make
from tests.conftest import Office, Run
from workflow.access.roles import Grant, Role
from workflow.audit import AuditEntry, By
from workflow.basis import Basis
from workflow.database import Database
from workflow.duties import bulk
from workflow.duties.request import Wish, ask
from workflow.history import replay
from workflow.history.chain import first_fault
from workflow.occurrence import Occurrence
from workflow.register.sheets import Line
from workflow.standing import Status

TODAY = date(2025, 9, 20)
HOW: dict[str, Any] = {"by": By("Phạm Tài", "cli"), "at": make.at("2025-09-22 10:00")}
AGENCY: dict[str, Any] = {"by": By("Lê Hoa", "cli"), "at": make.at("2025-09-19 10:00")}


def lines(*codes: str, **cells: str) -> list[Line]:
    return [Line(n, {"code": code, **cells}) for n, code in enumerate(codes, 2)]


def reported(session: Session, count: int) -> None:
    make.enacted(session, *(make.task(str(n)) for n in range(1, count + 1)), make.task("99", lead="Phòng Tư pháp"))
    for n in range(1, count + 1):
        make.occurrence(session, f"KH27-{n}").submit(session, **AGENCY, today=TODAY, result=f"kết quả {n}")


@pytest.mark.parametrize(
    ("act", "status", "decision"), [("confirm", "completed", "confirmed"), ("return", "returned", "returned")]
)
def test_many_end_as_one_by_one(database: Database, act: str, status: str, decision: str) -> None:
    with database.transaction() as session:
        reported(session, 6)
        for single in ("KH27-1", "KH27-2"):
            occurrence = make.occurrence(session, single)
            occurrence.confirm(session, **HOW, note="Đạt") if act == "confirm" else occurrence.send_back(
                session, **HOW, reason="Đạt"
            )
        made = bulk.carry_out(session, act, lines("KH27-3", "kh27-4", "KH27-5", reason="Đạt"), **HOW, today=TODAY)
        assert (len(made.done), made.failed) == (3, [])
        rows = [make.occurrence(session, f"KH27-{n}") for n in range(1, 6)]
        session.expire_all()
        assert {
            (
                o.status,
                o.submitted_on,
                o.version,
                o.submissions[-1].decision,
                o.submissions[-1].decided_by,
                o.submissions[-1].reason,
            )
            for o in rows
        } == {(Status(status), TODAY if act == "confirm" else None, rows[0].version, decision, "Phạm Tài", "Đạt")}
        told = session.exec(select(AuditEntry).where(AuditEntry.act == act).order_by(col(AuditEntry.id))).all()
        assert {(e.actor, e.reason, str(e.before), str(e.after), e.status_after) for e in told} == {
            ("Phạm Tài", "Đạt", "{'status': 'submitted'}", f"{{'status': '{status}'}}", status)
        }
        assert (first_fault(session), list(replay.differences(session))) == (None, [])


def test_what_cannot_be_done_is_told_and_stops_nothing(database: Database) -> None:
    with database.transaction() as session:
        reported(session, 3)
        make.occurrence(session, "KH27-2").confirm(session, **HOW)
        made = bulk.carry_out(
            session, "confirm", lines("KH27-1", "KH27-2", "KH1-1", "", "KH27-99", "KH27-1"), **HOW, today=TODAY
        )
        assert made.done == ["KH27-1/2025-Q3"]
        told = {(f.line.number, f.line.cells["code"]): f.words for f in made.failed}
        assert "đã hoàn thành" in told[3, "KH27-2"] and "Phạm Tài" in told[3, "KH27-2"]
        assert "Không có nhiệm vụ KH1-1" in told[4, "KH1-1"]
        assert "Không có nhiệm vụ –" in told[5, ""]
        assert "chưa thực hiện" in told[6, "KH27-99"]
        assert "hai lần" in told[7, "KH27-1"]


def test_what_a_role_may_not_is_told_and_audited(database: Database) -> None:
    with database.transaction() as session:
        reported(session, 2)
        stranger = By("Lê Hoa", "cli", frozenset({Grant(Role.FOCAL_POINT, make.agency(session, "Phòng Nội vụ").id)}))
        made = bulk.carry_out(session, "confirm", lines("KH27-1", "KH27-2"), by=stranger, at=HOW["at"], today=TODAY)
        assert (made.done, len(made.failed)) == ([], 2)
        kept = session.exec(select(AuditEntry.subject).where(AuditEntry.act == "not permitted")).all()
        assert kept == ["KH27-1/2025-Q3", "KH27-2/2025-Q3"]
        assert first_fault(session) is None


def test_extending_and_handing_on_go_row_by_row(database: Database) -> None:
    basis = Basis("45/PNV", date(2025, 9, 19))
    with database.transaction() as session:
        make.enacted(session, *(make.task(str(n)) for n in (1, 2, 3)), make.task("99", lead="Phòng Tư pháp"))
        for n in (1, 2):
            ask(
                session,
                make.occurrence(session, f"KH27-{n}"),
                Wish.EXTENSION,
                **AGENCY,
                today=TODAY,
                reason="vì",
                basis=basis,
                due=date(2025, 10, 15),
            )
        session.flush()
        rows = [
            *lines("KH27-1", "KH27-3", basis="300/STC ngày 22/9/2025"),
            Line(9, {"code": "KH27-2", "to": "31/10/2025", "basis": "300/STC ngày 22/9/2025"}),
        ]
        made = bulk.carry_out(session, "extend", rows, **HOW, today=TODAY)
        assert ([o.split(" ")[0] for o in made.done], [f.line.number for f in made.failed]) == (
            ["KH27-1", "KH27-2"],
            [3],
        )
        assert "không có đề nghị gia hạn" in made.failed[0].words
        assert [make.occurrence(session, f"KH27-{n}").due_on for n in (1, 2, 3)] == [
            date(2025, 10, 15),
            date(2025, 10, 31),
            date(2025, 9, 30),
        ]
        rows = lines(
            "KH27-1", "KH27-2", "KH27-99", to="Phòng Tư pháp", reason="Phân công lại", basis="12/QĐ-UBND ngày 3/9/2025"
        )
        made = bulk.carry_out(session, "hand-on", rows, **HOW, today=TODAY)
        assert (len(made.done), [f.line.number for f in made.failed]) == (2, [4])
        owners = {o.agency.name for o in session.exec(select(Occurrence)) if o.task.code in ("KH27-1", "KH27-2")}
        assert owners == {"Phòng Tư pháp"}
        assert (first_fault(session), list(replay.differences(session))) == (None, [])


def test_a_sheet_is_written_filled_in_and_carried_out(run: Run, office: Office) -> None:
    with office.database.transaction() as session:
        reported(session, 3)
    assert "Đã ghi 3 dòng" in run("bulk", "sheet", "return", "tra-lai.xlsx")[1]
    book = openpyxl.load_workbook("tra-lai.xlsx")
    sheet = book.active
    assert sheet is not None
    titles = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, titles.index("Nhiệm vụ") + 1).value == "KH27-1"
    assert "kết quả 1" in str(sheet.cell(2, titles.index("Nội dung báo cáo hoặc đề nghị") + 1).value)
    sheet.cell(2, titles.index("Lý do") + 1).value = "Thiếu danh sách"
    book.save("tra-lai.xlsx")
    code, said, err = run("bulk", "return", "--from", "tra-lai.xlsx")
    assert (code, "Đã thực hiện 1/3." in said, said.count("✗") == 2, "lý do" in said) == (1, True, True, True), err
    assert "Thiếu danh sách" in run("show", "KH27-1")[1]
    Path("xac-nhan.csv").write_text("Nhiệm vụ\nKH27-2\nKH27-3\n", encoding="utf-8")
    code, said, _err = run("bulk", "confirm", "--from", "xac-nhan.csv", "--dry-run", "--json")
    assert (code, json.loads(said)["recorded"], len(json.loads(said)["done"])) == (0, False, 2)
    assert "chờ xác nhận" in run("show", "KH27-2")[1]
    assert run("bulk", "confirm", "--from", "xac-nhan.csv")[0] == 0
    assert run("bulk", "confirm")[0] == 2
    assert run("bulk", "sheet", "sai", "x.xlsx")[0] == 2
    with Path("tra-lai.csv").open("w", newline="") as out:
        csv.writer(out).writerows([["Nhiệm vụ", "Cột lạ"], ["KH27-1", "x"]])
    assert "Cột lạ" in run("bulk", "confirm", "--from", "tra-lai.csv")[2]
