"""Targets and money by command and by spreadsheet: out, filled in with a real spreadsheet, and back; what is wrong is told by cell."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlmodel import Session, select

from tests import make
from tests.conftest import Office, Run
from workflow.audit import AuditEntry
from workflow.database import Database
from workflow.i18n import speaking
from workflow.snapshot import Snapshot
from workflow.targets import showing
from workflow.targets.aim import Aim, Relation, Whole
from workflow.targets.form import INDICATORS, MONEY, VALUES, stand, take, write_form
from workflow.targets.indicator import record_actual, state_indicator
from workflow.targets.money import Key, Source, Stage
from workflow.targets.stating import Change
from workflow.targets.typed import type_actual, type_indicator, type_money

TODAY = date(2025, 10, 2)
HOW: dict[str, Any] = {"by": make.BY, "at": make.at("2025-10-02 09:00")}
FIGURES = st.decimals(-(10**9), 10**9, places=6, allow_nan=False, allow_infinity=False).map(lambda d: d.normalize() + 0)
WORDS = st.text("aăâđêôơư ẤỆ0189.,%-()/'\"=+;", min_size=1, max_size=30).filter(lambda text: text.strip(" ") != "")


def record(session: Session) -> Any:
    return make.enacted(session, make.task("1", lead="Phòng A; Phòng B"), make.task("2", lead="Phòng C"))


def stated(session: Session) -> Any:
    """Two indicators of which one has figures, and money that does not agree."""
    directive = record(session)
    for texts in (
        {"name": "Số HTX thành lập mới", "unit": "HTX", "target": "từ 45 trở lên", "until": "2025", "task": "KH27-1"},
        {
            "name": "Tỷ lệ HTX khá, tốt",
            "unit": "%",
            "target": "40% trở lên",
            "baseline": "36,5%",
            "whole": "average",
            "words": "đạt 40% trở lên",
        },
    ):
        type_indicator(session, directive, texts, **HOW)
    a = make.agency(session, "Phòng A").code
    for texts in (
        {"code": "CT1", "period": "2025-Q2", "value": "20"},
        {"code": "CT1", "period": "2025-Q3", "value": "26", "agency": a, "note": "ước"},
    ):
        type_actual(session, directive, texts, today=TODAY, **HOW)
    for place, amount in (("mục II.1", "6.454"), ("mục III.1", "6.464")):
        texts = {
            "purpose": "Đề án HTX",
            "stage": "planned",
            "source": "local",
            "amount": f"{amount} triệu đồng",
            "period": "2021-2025",
            "place": place,
        }
        type_money(session, directive, texts, **HOW)
    return directive


@pytest.fixture
def office_with(office: Office) -> Office:
    with office.database.transaction() as session:
        stated(session)
    return office


def rows(book: Any, sheet: str) -> list[list[Any]]:
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def entries(office: Office) -> int:
    with office.database.transaction() as session:
        return len(session.exec(select(AuditEntry.id)).all())


def test_the_list_tells_what_is_reached_and_what_does_not_agree(run: Run, office_with: Office) -> None:
    code, said, _err = run("targets", "list", "KH27", "--as-of", "2/10/2025")
    flat = " ".join(said.split())
    assert (
        code == 0 and "26 HTX" in flat and "57,8%" in flat and "⚠" in said and "6.464" in said and "mục III.1" in said
    )
    told = json.loads(run("targets", "list", "KH27", "--as-of", "2/10/2025", "--json")[1])
    first, second = told["indicators"]
    assert (first["value"], first["percent"], first["state"], first["missing"]) == (
        "26",
        "57.8",
        "not_yet",
        ["Phòng B"],
    )
    assert (second["value"], second["state"]) == (None, "no_figure")
    assert told["money"][0]["planned"] == 6_454 * 10**6 and told["differences"][0]["kind"] == "twice"
    earlier = json.loads(run("targets", "list", "KH27", "--period", "Q1/2025", "--as-of", "2/10/2025", "--json")[1])
    assert {one["state"] for one in earlier["indicators"]} == {"no_figure"}, "no figure is never a good one"
    assert (
        json.loads(run("targets", "list", "KH27", "--as-of", "2/5/2025", "--json")[1])["indicators"][0]["value"] == "20"
    )


def test_an_indicator_whose_agencies_have_not_all_told_is_not_called_good(office_with: Office) -> None:
    with office_with.database.transaction() as session:
        directive = make.directive(session)
        for code, target, whole in (
            ("CT3", "không quá 30", "sum"),
            ("CT4", "từ 20 trở lên", "average"),
            ("CT5", "từ 20 trở lên", "sum"),
        ):
            texts = {"code": code, "name": code, "target": target, "whole": whole, "task": "KH27-1"}
            type_indicator(session, directive, texts, **HOW)
            type_actual(
                session,
                directive,
                {"code": code, "period": "2025-Q3", "value": "25", "agency": "Phòng A"},
                today=TODAY,
                **HOW,
            )
        view = Snapshot.within(session)
        view.sees = None
        told = {row["code"]: row["state"] for row in showing.targets(view, "KH27", today=TODAY)["indicators"]}
        assert (told["CT3"], told["CT4"], told["CT5"]) == ("incomplete", "incomplete", "reached")


def test_the_whole_against_its_agencies(office_with: Office) -> None:
    with office_with.database.transaction() as session:
        directive, view = make.directive(session), Snapshot.within(session)
        view.sees = None

        def differs() -> list[str]:
            session.flush()
            return [
                one["words"]
                for one in showing.targets(view, "KH27", today=TODAY)["differences"]
                if one["about"] == "CT1"
            ]

        how = {"today": TODAY, **HOW}
        texts = {"code": "CT1", "period": "2025-Q3", "value": "30"}
        type_actual(session, directive, texts, **how)
        assert differs() == [], "Phòng B has not told its own yet"
        type_actual(session, directive, {**texts, "value": "4", "agency": "Phòng B"}, **how)
        assert differs() == []
        type_actual(session, directive, {**texts, "value": "5", "agency": "Phòng B"}, **how)
        (one,) = differs()
        assert "30 HTX" in one and "31 HTX" in one


def test_by_hand_from_the_command_line(run: Run, office_with: Office) -> None:
    made = run(
        "targets",
        "set",
        "KH27",
        "--name",
        "Vốn đăng ký",
        "--unit",
        "tỷ đồng",
        "--target",
        "từ 1.022 tỷ đồng trở lên",
        "--until",
        "giai đoạn 2021-2025",
    )
    assert (made[0], "CT3" in made[1]) == (0, True), made
    assert run("targets", "actual", "KH27", "ct3", "--period", "quý III/2025", "--value", "59.709 triệu đồng")[0] == 0
    assert run("targets", "set", "KH27", "--code", "CT3", "--target", "từ 50 trở lên")[0] == 0
    told = json.loads(run("targets", "list", "KH27", "--json")[1])["indicators"][2]
    assert (told["name"], told["unit"], told["target"], told["value"], told["until"]) == (
        "Vốn đăng ký",
        "tỷ đồng",
        "50",
        "59.709",
        "2021-2025",
    )
    money = (
        "targets",
        "money",
        "KH27",
        "--purpose",
        "đề án htx",
        "--stage",
        "giải ngân",
        "--source",
        "NSTW",
        "--amount",
        "67 triệu",
    )
    assert run(*money)[0] == 0
    lines = json.loads(run("targets", "list", "KH27", "--json")[1])["lines"]
    assert (lines[-1]["purpose"], lines[-1]["stage"], lines[-1]["source"], lines[-1]["amount"]) == (
        "Đề án HTX",
        "paid",
        "central",
        67 * 10**6,
    )
    assert run("targets", "drop", "KH27", "--amount", str(lines[-1]["number"]), "--reason", "nhầm")[0] == 0
    assert run("targets", "drop", "KH27", "CT3", "--period", "2025-Q3", "--reason", "nhầm")[0] == 0
    assert run("targets", "drop", "KH27", "CT3", "--reason", "nhầm")[0] == 0
    left = json.loads(run("targets", "list", "KH27", "--json")[1])
    assert len(left["lines"]) == 2 and [one["code"] for one in left["indicators"]] == ["CT1", "CT2"]
    shown = run("audit", "show", "KH27")[1]
    for words in ("59,709", "→", "nhầm", "2021-2025"):
        assert words in shown


def test_out_filled_in_and_back(run: Run, office_with: Office) -> None:
    assert run("targets", "form", "KH27", "--output", "bieu.xlsx", "--period", "2025-Q3")[0] == 0
    before = entries(office_with)
    assert run("targets", "take", "bieu.xlsx")[0] == 0
    assert entries(office_with) == before, "what stands there already says nothing"
    with speaking("vi"):
        from workflow.i18n import _

        names = {sheet: _(sheet) for sheet in (INDICATORS, VALUES, MONEY)}
    book = load_workbook("bieu.xlsx")
    values = book[names[VALUES]]
    head = [cell.value for cell in values[1]]
    missing = [row for row in values.iter_rows(min_row=2) if not row[head.index("Giá trị")].value]
    assert [row[head.index("Kỳ")].value for row in missing] == ["2025-Q3", "2025-Q3"]  # of Phòng B; of all together
    missing[0][head.index("Giá trị")].value = 12  # a number, as people type it
    missing[1][head.index("Giá trị")].value = "38,25%"
    indicators = book[names[INDICATORS]]
    indicators.append([None, "Số thành viên mới", "người", "ít nhất 1.200", "2025", 1022.5, None, None, None])
    book[names[MONEY]].append(["Đề án HTX", None, "Bố trí", "NSNN", 2022, 1147.25, "243/QĐ-UBND", None])
    book.save("bieu.xlsx")
    dry = json.loads(run("targets", "take", "bieu.xlsx", "--dry-run", "--json")[1])
    assert (dry["recorded"], dry["sheets"]["values"], entries(office_with)) == (
        False,
        {"new": 2, "changed": 0, "same": 2},
        before,
    )
    code, _said, err = run("targets", "take", "bieu.xlsx")
    assert code == 0, err
    assert entries(office_with) == before + 4
    assert run("targets", "take", "bieu.xlsx")[0] == 0
    assert entries(office_with) == before + 4, "the same file twice changes nothing"
    told = json.loads(run("targets", "list", "KH27", "--as-of", "2/10/2025", "--json")[1])
    first, second, third = told["indicators"]
    assert (first["value"], first["missing"], second["value"]) == ("38", [], "38.25")
    assert (third["code"], third["target"], third["baseline"]) == ("CT3", "1200", "1022.5")
    assert told["lines"][-1]["amount"] == 1_147_250_000


def test_what_is_wrong_is_told_by_sheet_row_and_cell_and_nothing_is_taken(run: Run, office_with: Office) -> None:
    assert run("targets", "form", "KH27", "--output", "bieu.xlsx")[0] == 0
    book = load_workbook("bieu.xlsx")
    indicators, values, money, _about = book.worksheets
    indicators.append([None, "Chỉ tiêu mới", "xã", "nhiều", None, None, None, None, None])
    values.append(["CT1", None, "Phòng Lạ", "2025-Q3", "5", None, None])
    values.append(["CT1", None, None, "2025-Q3", "5 xã", None, None])
    values.append(["CT9", None, None, "2025-Q3", "5", None, None])
    values.append(["CT1", None, None, "2031", "5", None, None])
    values["E2"].value = None
    money.append(["Đề án HTX", None, "Tạm ứng", "NSNN", 2022, 5, None, None])
    money.append(["Đề án HTX", None, "Bố trí", "NSNN", 2022, "5 HTX", None, None])
    money.append(["Đề án HTX", None, "Bố trí", "NSNN", 2023, 5, None, None])
    money.append(["Đề án HTX", None, "Bố trí", "NSNN", 2023, 6, None, None])
    book.save("bieu.xlsx")
    before = entries(office_with)
    code, _said, err = run("targets", "take", "bieu.xlsx")
    assert (code, entries(office_with)) == (2, before)
    lines = [line.strip() for line in err.splitlines() if "“" in line and ": " in line][-9:]
    places = [
        (sheet.title, row)
        for sheet, row in (
            (indicators, 4),
            (values, 2),
            (values, 4),
            (values, 5),
            (values, 6),
            (values, 7),
            (money, 4),
            (money, 5),
            (money, 7),
        )
    ]
    assert len(lines) == len(places), err
    for line, (sheet, row) in zip(lines, places, strict=True):
        assert sheet in line and f" {row}," in line, line


def test_a_form_that_is_none(run: Run, office_with: Office) -> None:
    Path("a.xlsx").write_bytes(b"x")
    book = load_workbook(_form(run))
    for sheet in book.worksheets[:3]:
        book.remove(sheet)
    book.save("b.xlsx")
    book = load_workbook("bieu.xlsx")
    book.remove(book.worksheets[3])
    book.save("c.xlsx")
    for file in ("a.xlsx", "b.xlsx", "c.xlsx"):
        assert run("targets", "take", file)[0] == 2, file
    assert run("targets", "take", "c.xlsx", "--directive", "27/KH-UBND")[0] == 0
    assert run("targets", "form", "KH27", "--output", "bieu.xlsx")[0] == 1
    assert run("targets", "form", "KH27", "--output", "bieu.csv")[0] == 2


def _form(run: Run) -> str:
    assert run("targets", "form", "KH27", "--output", "bieu.xlsx")[0] == 0
    return "bieu.xlsx"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            WORDS,
            st.sampled_from(["", "%", "HTX", "triệu đồng/người"]),
            st.sampled_from(Relation),
            FIGURES,
            FIGURES,
            st.sampled_from(Whole),
        ),
        max_size=5,
        unique_by=lambda one: one[0],
    ),
    st.lists(
        st.tuples(
            st.sampled_from(Source),
            st.sampled_from(Stage),
            st.integers(0, 10**15),
            WORDS,
            WORDS,
            st.sampled_from(["", "2025", "2021-2025", "2025-Q3"]),
        ),
        max_size=6,
    ),
    st.sampled_from(["vi", "en"]),
)
def test_a_form_taken_into_an_empty_record_makes_the_same(
    _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, aims: Any, sums: Any, language: str
) -> None:
    """Whatever stands in a record goes out and comes back as the very same rows."""
    folder = tmp_path_factory.mktemp("form")
    forms = []
    with speaking(language):
        for name in ("one", "other"):
            file = folder / f"{name}.db"
            file.write_bytes(_sqlite_template.read_bytes())
            database = Database(f"sqlite:///{file}")
            with database.transaction() as session:
                directive = record(session)
                if name == "one":
                    fill(session, directive, aims, sums)
                else:
                    made = take(session, folder / "bieu.xlsx", hidden=frozenset(), today=TODAY, **HOW)
                    assert all(counts[Change.CHANGED] == counts[Change.SAME] == 0 for counts in made.sheets.values())
                view = Snapshot.within(session)
                forms.append(
                    {sheet: [cells for _n, cells in own] for sheet, own in stand(view, directive.id, TODAY).items()}
                )
                if name == "one":
                    write_form(folder / "bieu.xlsx", view, {"id": directive.id, "code": directive.code}, today=TODAY)
            database.dispose()
    assert forms[0] == forms[1]
    assert len(forms[0][INDICATORS]) <= len(aims)


def fill(session: Session, directive: Any, aims: Any, sums: Any) -> None:
    agencies = [make.agency(session, name) for name in ("Phòng A", "Phòng B")]
    for n, (name, unit, relation, one, other, whole) in enumerate(aims):
        target = None if relation is Relation.WATCHED else min(one, other)
        aim = Aim.of(relation, target, max(one, other) if relation is Relation.RANGE else None)
        made, _change = state_indicator(
            session, directive, f"{n} {name}", aim, unit=unit, whole=whole, baseline=other, **HOW
        )
        session.flush()
        for agency in (None, *agencies):
            record_actual(session, made, "2025-Q3", one, today=TODAY, agency=agency, note=name, **HOW)
    from workflow.targets.funding import state_money

    for source, stage, amount, purpose, beneficiary, period in sums:
        key = Key(f"x {purpose}", stage, period, beneficiary, source)
        state_money(session, directive, key, amount, document_number=f"y{amount}", **HOW)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(FIGURES, min_size=2, max_size=2), st.sampled_from(Whole))
def test_the_figures_of_the_agencies_make_the_whole(
    _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, figures: list[Decimal], whole: Whole
) -> None:
    file = tmp_path_factory.mktemp("whole") / "record.db"
    file.write_bytes(_sqlite_template.read_bytes())
    database = Database(f"sqlite:///{file}")
    with database.transaction() as session:
        directive = record(session)
        made, _change = state_indicator(
            session, directive, "Số HTX", Aim(), whole=whole, task=make.occurrence_task(session, "KH27-1"), **HOW
        )
        session.flush()
        for name, value in zip(("Phòng A", "Phòng B"), figures, strict=True):
            record_actual(session, made, "2025-Q3", value, today=TODAY, agency=make.agency(session, name), **HOW)
        (row,) = showing.indicators(Snapshot.within(session), directive.id, today=TODAY)
    database.dispose()
    told = {Whole.SUM: sum(figures), Whole.LAST: figures[-1]}.get(whole, sum(figures) / 2)
    assert abs(row["value"] - told) <= Decimal("0.0000005") and row["missing"] == [] and len(row["values"]) == 2
