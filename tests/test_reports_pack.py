"""The overdue pack: every figure is the length of the list it opens, whatever the register holds; and as files one can open."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import docx
import openpyxl
import pdfplumber
import pytest
from sqlmodel import Session, select

from reports import overdue, pack, tally, writing
from tests import doors, make
from tests.conftest import Office
from workflow import listing, queries, review, reviewing
from workflow.audit import By
from workflow.basis import Basis
from workflow.directive import Directive
from workflow.duties.request import Wish, ask, grant
from workflow.errors import BadInput
from workflow.figures import LABELS
from workflow.occurrence import Occurrence
from workflow.queries import AsOf, Wanted
from workflow.snapshot import Snapshot
from workflow.standing import Status
from workflow.terminal import day as day_of

TODAY = date(2025, 10, 15)
NOW, ZONE = make.at("2025-10-15 09:00"), "Asia/Ho_Chi_Minh"
AS_OF = AsOf.at(NOW, ZONE, 7)
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


def length(view: Snapshot, address: str) -> int:
    """How many rows the list at an address has, read as the page `/tasks` reads it."""
    path, _mark, query = address.partition("?")
    asked = dict(parse_qsl(query, strict_parsing=True))
    assert path == "/tasks" and set(asked) <= {*listing.NAMES, "as_of", "original"}
    day = AsOf.at(NOW, ZONE, 7, day_of(asked["as_of"]), original=bool(asked.get("original")))
    wanted = listing.asked(asked)
    rows = queries.tasks(view, day, wanted)
    assert len(rows) == queries.count(view, day, wanted)
    return len(rows)


CHOICES = (
    Wanted(), Wanted(directive="KH27"), Wanted(agency="Phòng Nội vụ"), Wanted(directive="27/KH-UBND", section="Tài chính"),
    Wanted(period="2025-Q3"), Wanted(period="2025-10", directive="KH29"), Wanted(search="ke hoach"), Wanted(directive="KH27", section="-"),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_every_figure_is_the_length_of_the_list_it_opens(office: Office, seed: int) -> None:
    opened = 0
    with office.database.transaction() as session:
        random_register(session, seed)
        view = Snapshot.within(session)
        view.sees = None
        for wanted, original in itertools.product(CHOICES, (False, True)):
            as_of = replace(AS_OF, original=original)
            for of in ("due", "given"):
                built = pack.build(view, as_of, wanted, of=of)
                for section in built.sections:
                    for row in section.rows:
                        for key, address in row["opens"].items():
                            if address.startswith("/tasks?"):
                                assert row[key] == length(view, address), (section.title, key, address)
                                opened += 1
            for section in overdue.build(view, as_of, wanted, "agency").sections:
                assert all(row[key] == length(view, to) for row in section.rows for key, to in row["opens"].items())
    assert opened > 500


@pytest.mark.parametrize("seed", range(3))
def test_the_sections_tell_of_the_same_tasks(office: Office, seed: int) -> None:
    with office.database.transaction() as session:
        random_register(session, seed)
        view = Snapshot.within(session)
        view.sees = None
        for wanted in CHOICES:
            built = pack.build(view, AS_OF, wanted)
            sections = {one.title: one.rows for one in built.sections}
            whole = {row["what"]: row["n"] for row in sections["Tổng hợp"]}
            late, _n = reviewing.found(view, AS_OF, reviewing.Sift(wanted))
            assert len(sections["Nhiệm vụ quá hạn"]) == len(late) == whole["Quá hạn"]
            for title in {"Theo cơ quan", "Theo văn bản", "Theo lĩnh vực"} & set(sections):
                rows = sections[title]
                for name in ("total", "overdue", "done", "due"):
                    assert sum(row[name] for row in rows if not row.get("sum")) == (rows[-1][name] if rows else 0)
                    assert not rows or rows[-1][name] == whole[pack._(LABELS[name])]
            again = sections["Cơ quan chậm nhiều nhiệm vụ"]
            assert all(row["late"] == row["overdue"] + row["done_late"] >= pack.AGAIN for row in again)
            assert bool(built.about) == (wanted != Wanted())


def test_rates_say_what_they_are_of(office: Office) -> None:
    row = {
        "done_on_time": 14068,
        "done_late": 1983,
        "overdue": 223,
        "total": 21914,
        "waiting": 0,
        "open_in_time": 5640,
        "no_deadline": 0,
    }
    told = queries.summed([row])
    assert (told["done"], told["due"]) == (16051, 16274)
    assert tally.rate(told, "due") == "98,6%"  # as the Prime Minister's working group counts
    assert tally.rate(told, "given") == "73,2%"
    assert tally.rate(dict.fromkeys(told, 0), "due") == ""
    assert "16051/16274 = 98,6%" in tally.note([row], "due") and "16051/21914" in tally.note([row], "given")
    assert "chưa" in tally.note([row | dict.fromkeys(("done_on_time", "done_late", "overdue"), 0)], "due")
    assert "không có nhiệm vụ phù hợp" in tally.note([], "due")
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
        whole, *tables = pack.build(view, AS_OF, Wanted()).sections[:3]
        after = {row["what"]: row["change"] for row in whole.rows}
        assert after["Hoàn thành đúng hạn"] == "+1" and "01/10/2025" in before.columns[-1].title
        for table in tables:
            assert {row["name"]: row["change"] for row in table.rows}[pack._("Total")] == after["Quá hạn"]
        # what that review did not count is compared with nothing
        for narrower in (
            Wanted(agency="Phòng Nội vụ"),
            Wanted(period="2025-Q3"),
            Wanted(search="x"),
            Wanted(directive="KH27"),
        ):
            assert all(
                column.key != "change" for one in pack.build(view, AS_OF, narrower).sections for column in one.columns
            )


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
    writing.write(built, tmp_path / "a.pdf")
    with pdfplumber.open(tmp_path / "a.pdf") as paper:
        assert "Nhiệm vụ quá hạn" in "".join(page.extract_text() for page in paper.pages)
    with pytest.raises(BadInput, match=r"a\.odt.*\.pdf"):
        writing.write(built, tmp_path / "a.odt")


def test_the_foot_says_up_to_which_hour(office: Office) -> None:
    with office.database.transaction() as session:
        doors.register(session)
        view = Snapshot.within(session)
        now, past = (pack.build(view, AsOf.at(NOW, ZONE, 7, day), Wanted()).foot for day in (None, date(2025, 9, 30)))
    assert now.startswith("Số liệu tính đến 9 giờ 00 ngày 15/10/2025. Mã nhật ký: ")
    assert past.startswith("Số liệu tính đến hết ngày 30/9/2025. Mã nhật ký: ")


def test_what_was_told_asked_and_granted_stands_in_it(office: Office) -> None:
    with office.database.transaction() as session:
        doors.register(session)
        how: dict[str, Any] = {"by": make.BY, "at": make.at("2025-09-10 09:00")}
        duty = make.occurrence(session, "KH27-I.1")
        basis = Basis("45/PNV", date(2025, 9, 9))
        request = ask(session, duty, Wish.EXTENSION, **how, today=date(2025, 9, 10), reason="chờ số liệu", basis=basis, due=date(2025, 10, 10))  # fmt: skip
        session.flush()
        how["by"] = By("Hà Theo Dõi", "web")
        grant(session, request, **how, today=date(2025, 9, 10), basis=Basis("120/UBND-VP", date(2025, 9, 10)))
        view = Snapshot.within(session)
        sections = {one.title: one for one in pack.build(view, AS_OF, Wanted(directive="KH27")).sections}
        told = sections["Gia hạn"]
        assert [row["letter"] for row in told.rows] == ["45/PNV ngày 09/9/2025"] and "1 đề nghị" in told.note
        assert "120/UBND-VP" in told.rows[0]["outcome"] and told.rows[0]["reason"] == "chờ số liệu"
        (late,) = (row for row in sections["Nhiệm vụ quá hạn"].rows if row["code"] == "KH27-I.1")
        assert (
            late["letters"] == 0
            and "45/PNV" in late["asked"]
            and late["opens"]["letters"].startswith("/tasks/KH27-I.1?")
        )
        before = pack.build(view, AsOf.at(NOW, ZONE, 7, date(2025, 9, 1)), Wanted()).sections[-1]
        assert before.rows == [] and before.note


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
        assert given["about"] == built["about"] and "27/KH-UBND" in given["about"]
        quarter = program.get("/api/v1/reports/pack", params={"period": "quý III năm 2025"}).json()
        assert "period=2025-Q3" in quarter["sections"][0]["rows"][0]["opens"]["n"]
        assert program.get("/api/v1/reports/pack", params={"period": "quý V"}).status_code == 422
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
    assert run("report", "overdue", "--period", "Q3/2025", "--output", str(tmp_path / "a.pdf"))[0] == 0
    code, out, err = run("report", "overdue", "--period", "Q7/2025")
    assert code == 2 and "2025-Q3" in err
    assert '"sections"' in run("report", "overdue", "--json")[1]
