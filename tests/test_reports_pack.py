"""The overdue pack: every figure is the length of the list it opens, whatever the register holds; and as files one can open."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from sqlmodel import Session, select

from reports import pack, writing
from tests import doors, make
from tests.conftest import Office
from workflow import queries, review, reviewing
from workflow.directive import Directive
from workflow.errors import BadInput
from workflow.occurrence import Occurrence
from workflow.queries import AsOf, Wanted
from workflow.snapshot import Snapshot
from workflow.standing import Status

TODAY = date(2025, 10, 15)
AS_OF = AsOf.at(make.at("2025-10-15 09:00"), "Asia/Ho_Chi_Minh", 7)
LEADS = ["Phòng Nội vụ", "Phòng Tư pháp", "Phòng Kinh tế", "Phòng Y tế; Phòng Nội vụ"]


def random_register(session: Session, seed: int) -> None:
    """Two documents with tasks in any state, due on any day or none."""
    chance = random.Random(seed)
    for number in ("27/KH-UBND", "29/KH-UBND"):
        tasks = []
        for n in range(1, chance.randint(3, 9)):
            one = make.task(f"{chance.choice(['I', 'II', 'III'])}.{n}", lead=chance.choice(LEADS))
            one.section = chance.choice(["", "Tài chính", "Nội vụ"])
            one.timing = chance.choice(["30/9/2025", "Quý IV", "Thường xuyên", "Quý III và Quý IV"])
            tasks.append(one)
        make.enacted(session, *tasks, number=number)
    session.flush()
    for duty in session.exec(select(Occurrence)):
        duty.status = chance.choice(list(Status))
        if duty.due_on:
            duty.due_on = TODAY + timedelta(days=chance.randint(-40, 40))
            if duty.status in (Status.COMPLETED, Status.SUBMITTED):
                duty.submitted_on = duty.due_on + timedelta(days=chance.randint(-5, 5))
    session.flush()


def counted(section: Any, name: str) -> dict[str, int]:
    return {row["name"]: row[name] for row in section.rows}


@pytest.mark.parametrize("seed", range(5))
def test_every_figure_is_the_length_of_its_list(office: Office, seed: int) -> None:
    with office.database.transaction() as session:
        random_register(session, seed)
        view = Snapshot.within(session)
        view.sees = None
        for wanted in (Wanted(), Wanted(directive="KH27"), Wanted(agency="Phòng Nội vụ")):
            built = pack.build(view, AS_OF, wanted)
            sections = {one.title: one for one in built.sections}
            whole = {row["what"]: row["n"] for row in sections["Tổng hợp"].rows}
            for name, label in pack.FIGURE_LABELS.items():
                given = {"directive": wanted.directive, "agency": wanted.agency, "figure": name}
                listed = queries.tasks(view, AS_OF, Wanted(**given, closed=True))
                assert whole[pack._(label)] == len(listed), (name, wanted)
                by_agency = counted(sections["Theo cơ quan"], name)
                for agency in {row["agency"] for row in listed}:
                    assert by_agency[agency] == sum(row["agency"] == agency for row in listed), (name, agency)
                if wanted.directive:
                    by_field = counted(sections["Theo lĩnh vực"], name)
                    for field in {row["section"] or "" for row in listed}:
                        of = sum((row["section"] or "") == field for row in listed)
                        assert by_field[field or "(không thuộc mục nào)"] == of, (name, field)
            late, _n = reviewing.found(view, AS_OF, reviewing.Sift(wanted))
            assert len(sections["Nhiệm vụ quá hạn"].rows) == len(late) == whole["Quá hạn"]
            again = sections["Cơ quan chậm nhiều nhiệm vụ"].rows
            assert all(row["late"] == row["overdue"] + row["done_late"] >= pack.AGAIN for row in again)
            assert sum(row["late"] for row in again) <= whole["Quá hạn"] + whole["Hoàn thành quá hạn"]


def test_rates_say_what_they_are_of(office: Office) -> None:
    row = {"done_on_time": 14068, "done_late": 1983, "overdue": 223, "total": 21914}
    assert pack.rate(row, "due") == "98,6%"  # as the Prime Minister's working group counts: 16,051 of 16,274
    assert pack.rate(row, "given") == "73,2%"
    assert pack.rate(dict.fromkeys(row, 0), "due") == ""
    with office.database.transaction() as session:
        random_register(session, 3)
        view = Snapshot.within(session)
        view.sees = None
        due, given = (pack.build(view, AS_OF, Wanted(), of=of).sections[0].note for of in ("due", "given"))
        assert "đến hạn" in due and "tổng số" in given


def test_the_change_is_that_since_the_last_closed_review(office: Office) -> None:
    with office.database.transaction() as session:
        random_register(session, 5)
        how: dict[str, Any] = {"by": make.BY, "at": make.at("2025-10-01 09:00")}
        held = review.open_review(session, "Tháng 9", date(2025, 10, 1), **how)
        view = Snapshot.within(session)
        view.sees = None
        figures = reviewing.figures(view, AS_OF, Wanted())
        review.close_review(session, held, "", figures, **how)
        duty = session.exec(select(Occurrence).where(Occurrence.status != Status.COMPLETED)).first()
        assert duty
        before = pack.build(view, AS_OF, Wanted()).sections[0]
        assert {row["change"] for row in before.rows} == {"+0"}
        duty.status, duty.due_on, duty.submitted_on = Status.COMPLETED, TODAY, TODAY
        session.flush()
        after = {row["what"]: row["change"] for row in pack.build(view, AS_OF, Wanted()).sections[0].rows}
        assert after["Hoàn thành đúng hạn"] == "+1" and "01/10/2025" in before.columns[-1].title


def test_confidential_documents_are_counted_for_nobody_else(office: Office) -> None:
    with office.database.transaction() as session:
        doors.register(session)
        view = Snapshot.within(session)
        seen = pack.build(view, AS_OF, Wanted())
        assert doors.SECRET not in str(seen.to_json()) and "KH28" not in str(seen.to_json())
        view.sees = None
        assert pack.build(view, AS_OF, Wanted()).sections[0].rows != seen.sections[0].rows


def test_the_pack_as_files(office: Office, tmp_path: Path) -> None:
    with office.database.transaction() as session:
        random_register(session, 7)
        view = Snapshot.within(session)
        view.sees = None
        built = pack.build(view, AS_OF, Wanted(directive="KH27"))
        assert session.exec(select(Directive)).first()
    writing.write(built, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == [section.title for section in built.sections]
    assert book["Theo cơ quan"].max_row >= len(built.sections[1].rows) + 3
    writing.write(built, tmp_path / "a.docx")
    assert len(docx.Document(str(tmp_path / "a.docx")).tables) == sum(bool(section.rows) for section in built.sections)
    with pytest.raises(BadInput, match="pdf"):
        writing.write(built, tmp_path / "a.pdf")


def test_the_pack_from_afar_is_the_same(office: Office) -> None:
    with office.database.transaction() as session:
        doors.register(session)
    house = doors.House(office)
    with house.client:
        program = house.program(doors.MONITOR, "read")
        told = program.get("/api/v1/reports/pack", params={"directive": "KH27", "of": "given"})
        assert told.status_code == 200
        with office.database.transaction() as session:
            built = pack.build(Snapshot.within(session), AS_OF, Wanted(directive="KH27"), of="given").to_json()
        given = told.json()
        assert [one["rows"] for one in given["sections"]] == [one["rows"] for one in built["sections"]]
        assert [one["note"] for one in given["sections"]] == [one["note"] for one in built["sections"]]
        assert program.get("/api/v1/reports/pack", params={"of": "x"}).status_code == 422


Run = Callable[..., tuple[int, str, str]]


def test_the_command(run: Run, office: Office, tmp_path: Path) -> None:
    with office.database.transaction() as session:
        doors.register(session)
    code, out, err = run("report", "overdue", "--as-of", "15/10/2025", "--by", "x")
    assert code == 2 and err  # there is no such option here
    code, out, err = run("report", "overdue", "--as-of", "15/10/2025", "--of", "all")
    assert code == 2 and "due, given" in err
    code, out, err = run("report", "overdue", "--as-of", "15/10/2025")
    assert code == 0 and "Tổng hợp" in out and "Theo cơ quan" in out, err
    assert run("report", "overdue", "--directive", "KH27", "--output", str(tmp_path / "a.xlsx"))[0] == 0
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames[0] == "Tổng hợp"
    assert '"sections"' in run("report", "overdue", "--json")[1]
