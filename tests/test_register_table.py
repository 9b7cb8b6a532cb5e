"""The register as a spreadsheet: written and read again it is the same; every fault is told by row and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlmodel import Session, select

from tests import make
from workflow.agency import Agency, AgencyAlias, FocalPoint, add_agency, add_alias, working_hours
from workflow.audit import AuditEntry, By
from workflow.database import Database
from workflow.errors import BadInput
from workflow.register import shipped, table
from workflow.register.succession import in_force
from workflow.register.table import Changes

TODAY = date(2025, 8, 1)
HEAD = "Mã,Tên,Loại,Cấp,Trực thuộc,Hiệu lực từ,Hiệu lực đến,Hộp thư,Đầu mối,Giờ làm việc,Ngôn ngữ,Tên khác"


def load(session: Session, file: Path) -> Changes:
    return table.load(session, file, by=By("An", "cli"), at=make.at("2025-08-01 08:00"), today=TODAY)


def sheet(tmp_path: Path, *lines: str, head: str = HEAD) -> Path:
    file = tmp_path / "danh-ba.csv"
    file.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_what_is_exported_is_imported_again_unchanged(database: Database, tmp_path: Path, suffix: str) -> None:
    with database.transaction() as session:
        load(session, sheet(
            tmp_path,
            'LS,UBND tỉnh,UBND,tỉnh,,,,ub@x.vn,"An <an@x.vn> (chuyên viên) [01/3/2025 – ]; Bình <binh@x.vn>",7-17,vi,UBND tỉnh LS',
            'STC,=Sở Tài chính,"sở, ban, ngành",tỉnh,LS,01/03/2025,,stc@x.vn,,,,',
        ))  # fmt: skip
        before = table.rows(session)
        file = tmp_path / f"ra{suffix}"
        assert table.export(session, file) == 2
        again = load(session, file)
        assert (again.added, again.changed, again.same) == ([], {}, 2)
        assert table.rows(session) == before
        people = session.exec(select(FocalPoint)).all()
        assert [(p.name, p.position, p.valid_from) for p in people] == [
            ("An", "chuyên viên", date(2025, 3, 1)),
            ("Bình", "", None),
        ]
    if suffix == ".xlsx":
        cells = openpyxl.load_workbook(file).active
        assert cells["B3"].value == "=Sở Tài chính" and cells["B3"].data_type == "s", "a text, no formula"
    else:
        assert "'=Sở Tài chính" in file.read_text(encoding="utf-8-sig")


def test_a_missing_column_changes_nothing_and_an_empty_cell_empties(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        agency = add_agency(session, "Sở Tài chính", code="STC", mailbox="stc@x.vn")
        add_alias(session, agency, "STC tỉnh", "x")
        load(session, sheet(tmp_path, "stc,Sở Tài chính tỉnh", head="Mã,Tên"))
        assert (agency.name, agency.mailbox) == ("Sở Tài chính tỉnh", "stc@x.vn")
        assert len(session.exec(select(AgencyAlias)).all()) == 1
        changes = load(session, sheet(tmp_path, "STC,Sở Tài chính tỉnh,,", head="code,name,mailbox,Tên khác"))
        assert agency.mailbox is None and session.exec(select(AgencyAlias)).all() == []
        assert changes.changed["STC"]["mailbox"] == ("stc@x.vn", "")
        acts = [e.act for e in session.exec(select(AuditEntry))]
        assert acts == ["change agency", "change agency"]


def test_whoever_left_the_table_no_longer_answers(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        load(session, sheet(tmp_path, "A,Cơ quan A,An <an@x.vn>", head="Mã,Tên,Đầu mối"))
        load(session, sheet(tmp_path, "A,Cơ quan A,Bình <binh@x.vn>", head="Mã,Tên,Đầu mối"))
        ends = {p.email: p.valid_to for p in session.exec(select(FocalPoint))}
        assert ends == {"an@x.vn": date(2025, 7, 31), "binh@x.vn": None}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["A,,,,,,,,,,,"], "dòng 2, cột “Tên”: còn trống"),
        (["A b,Tên,,,,,,,,,,"], "dòng 2, cột “Mã”: “A b” không phải mã"),
        (["A,Một,,,,,,,,,,", "a,Hai,,,,,,,,,,"], "dòng 3, cột “Mã”: a đã có ở dòng 2"),
        (["A,Một,,,Z,,,,,,,"], "dòng 2, cột “Trực thuộc”: không có cơ quan nào mang mã Z"),
        (["A,Một,,,B,,,,,,,", "B,Hai,,,A,,,,,,,"], "dòng 2, cột “Trực thuộc”: A sẽ trực thuộc chính nó"),
        (["A,Một,lạ,,,,,,,,,"], "dòng 2, cột “Loại”: “lạ” không thuộc"),
        (["A,Một,,làng,,,,,,,,"], "dòng 2, cột “Cấp”: “làng” không thuộc"),
        (["A,Một,,,,31/02/2025,,,,,,"], "dòng 2, cột “Hiệu lực từ”: “31/02/2025”"),
        (["A,Một,,,,02/3/2025,01/3/2025,,,,,"], "dòng 2, cột “Hiệu lực đến”: kết thúc trước khi bắt đầu"),
        (["A,Một,,,,,,không phải thư,,,,"], "dòng 2, cột “Hộp thư”"),
        (['A,Một,,,,,,"a@x.vn\nBcc: b@x.vn",,,,'], "dòng 2, cột “Hộp thư”"),
        (["A,Một,,,,,,a@x.vn,,,,", "B,Hai,,,,,,A@x.vn,,,,"], "dòng 3, cột “Hộp thư”: A cũng dùng hộp thư a@x.vn"),
        (["A,Một,,,,,,,An an@x.vn,,,"], "dòng 2, cột “Đầu mối”: “An an@x.vn” không phải đầu mối"),
        (["A,Một,,,,,,,,25-3,,"], "dòng 2, cột “Giờ làm việc”"),
        (["A,Một,,,,,,,,,fr,"], "dòng 2, cột “Ngôn ngữ”: “fr” không thuộc"),
        (["A b,,,,Z,,,,,,,", "C,Một,,,,31/02/2025,,,,,,"], "Có 4 lỗi"),
    ],
)
def test_faults_are_told_by_row_and_column_and_nothing_is_entered(
    database: Database, tmp_path: Path, lines: list[str], told: str
) -> None:
    with database.transaction() as session:
        with pytest.raises(BadInput, match=told):
            load(session, sheet(tmp_path, *lines))
        assert session.exec(select(Agency)).all() == []


def test_a_mailbox_may_pass_to_a_later_agency(database: Database, tmp_path: Path) -> None:
    with database.transaction() as session:
        load(session, sheet(tmp_path, "A,Một,,,,,30/6/2025,a@x.vn,,,,", "B,Hai,,,,01/7/2025,,a@x.vn,,,,"))
        with pytest.raises(BadInput, match="A cũng dùng hộp thư a@x.vn"):
            load(session, sheet(tmp_path, "C,Ba,,,,,,a@x.vn,,,,"))


def test_files_that_are_no_tables_are_said(database: Database, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"junk")
    (tmp_path / "latin.csv").write_bytes("Mã,Tên\nA,Sở".encode("utf-16"))
    with database.transaction() as session:
        for name, told in (("x.xlsx", "không phải bảng tính"), ("latin.csv", "UTF-8")):
            with pytest.raises(BadInput, match=told):
                load(session, tmp_path / name)
        with pytest.raises(BadInput, match="thiếu cột Tên"):
            load(session, sheet(tmp_path, "A", head="Mã"))
        with pytest.raises(BadInput, match=r"\.xlsx"):
            table.export(session, tmp_path / "x.pdf")


def test_the_shipped_register_comes_with_its_successions(database: Database) -> None:
    how = {"by": By("An", "cli"), "at": make.at("2025-08-01 08:00")}
    with database.transaction() as session:
        _changes, spring = shipped.load(session, "lang-son", today=date(2025, 4, 1), **how)
        _changes, summer = shipped.load(session, "lang-son", today=TODAY, **how)
        assert (spring, summer) == (12, 289)
        assert shipped.load(session, "lang-son", today=TODAY, **how)[1] == 0
        assert len(in_force(session)) == 301
        with pytest.raises(BadInput, match="lang-son"):
            shipped.load(session, "ha-noi", today=TODAY, **how)


def test_hours_are_read() -> None:
    assert working_hours("7-17") == (7, 17) and working_hours("8 – 12") == (8, 12)
    assert working_hours("17-7") is None and working_hours("7") is None and working_hours("8-25") is None
