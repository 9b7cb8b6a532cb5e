"""Reading figures, targets and money as documents write them, and what figures make together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.errors import BadInput
from workflow.i18n import speaking
from workflow.targets.aim import Aim, Relation, State, Whole, combine, read_aim
from workflow.targets.balance import funding_table
from workflow.targets.money import Amount, Key, Source, Stage
from workflow.targets.numbers import measured, money, number, quantity, say_number, say_quantity
from workflow.targets.term import say_term, term_days, term_key

FIGURES = st.decimals(-(10**11), 10**11, places=6, allow_nan=False, allow_infinity=False).map(
    lambda d: d.normalize() + 0
)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1.022 tỷ đồng", "1022", "tỷ đồng"),
        ("59,709 tỷ đồng", "59.709", "tỷ đồng"),
        ("40%", "40", "%"),
        ("1.200 triệu", "1200", "triệu"),
        ("3.3 tỷ", "3.3", "tỷ"),
        ("0.125", "0.125", ""),
        ("02 lớp", "2", "lớp"),
        ("7.636 người", "7636", "người"),
        ("1 022", "1022", ""),
        ("1\u00a0022,5 ha", "1022.5", "ha"),
        ("1.234.567,89", "1234567.89", ""),
        ("1,234,567.89", "1234567.89", ""),
        ("-2,5%", "-2.5", "%"),
        ("3.000 m2", "3000", "m2"),
        ("4,5 triệu đồng/người/tháng", "4.5", "triệu đồng/người/tháng"),
    ],
)
def test_figures_of_documents(text: str, value: str, unit: str) -> None:
    assert quantity(text) == (Decimal(value), unit)


@pytest.mark.parametrize(
    "text", ["", "nhiều", "1.22.333", "1,5.2", "1..2", "12a", "1e5", "10.000.000.000.000", "0,0000001"]
)
def test_what_is_no_figure_is_not_guessed(text: str) -> None:
    with pytest.raises(BadInput):
        measured(text, "")


@settings(max_examples=200, deadline=None)
@given(FIGURES)
def test_a_figure_reads_as_it_was_said(value: Decimal) -> None:
    assert number(say_number(value)) == value
    assert measured(say_quantity(value, "triệu đồng/người"), "triệu đồng/người") == value


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("59,709 tỷ đồng", "triệu đồng", "59709"),
        ("26", "HTX", "26"),
        ("26 htx", "HTX thành lập mới", "26"),
        ("40 %", "%", "40"),
        ("40 phần trăm", "%", "40"),
        ("0,4%", "%", "0.4"),
        ("40 triệu", "triệu đồng/người/năm", "40"),
        ("40.000 nghìn đồng/người/năm", "triệu đồng/người/năm", "40"),
    ],
)
def test_a_figure_in_the_unit_of_its_indicator(text: str, unit: str, value: str) -> None:
    assert measured(text, unit) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "unit"), [("26 THT", "HTX"), ("5 triệu/người", "triệu đồng"), ("0,4", "%"), ("1/2020", "HTX")]
)
def test_a_figure_in_another_unit_is_refused(text: str, unit: str) -> None:
    with pytest.raises(BadInput):
        measured(text, unit)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("6.726 triệu đồng", 6_726_000_000),
        ("13,18 tỷ", 13_180_000_000),
        ("1,5 nghìn tỷ đồng", 1_500_000_000_000),
        ("113,76 tr.đ", 113_760_000),
        ("250.000đ", 250_000),
    ],
)
def test_money_in_whole_dong(text: str, amount: int) -> None:
    assert money(text) == amount


def test_money_needs_its_unit_or_one_that_is_given() -> None:
    assert money("6.726", "triệu đồng") == money("6.726 triệu đồng")
    for text in ("6.726", "6 HTX", "0,5 đồng", "40 triệu đồng/người"):
        with pytest.raises(BadInput):
            money(text)


@pytest.mark.parametrize(
    ("text", "relation", "figures", "unit"),
    [
        ("từ 45 trở lên", Relation.AT_LEAST, (45,), ""),
        ("Từ 45 HTX trở lên", Relation.AT_LEAST, (45,), "HTX"),
        ("Đạt 40% trở lên", Relation.AT_LEAST, (40,), "%"),
        ("đạt trên 40 triệu đồng/người/năm", Relation.MORE_THAN, (40,), "triệu đồng/người/năm"),
        ("phấn đấu đạt ít nhất 3 xã", Relation.AT_LEAST, (3,), "xã"),
        ("không quá 5%", Relation.AT_MOST, (5,), "%"),
        ("giảm xuống còn 5%", Relation.AT_MOST, (5,), "%"),
        ("còn dưới 5%", Relation.LESS_THAN, (5,), "%"),
        ("từ 5% trở xuống", Relation.AT_MOST, (5,), "%"),
        ("từ 30-40%", Relation.RANGE, (30, 40), "%"),
        ("từ 30 xã đến 40 xã", Relation.RANGE, (30, 40), "xã"),
        ("= 45", Relation.EQUAL, (45,), ""),
        ("100%", Relation.AT_LEAST, (100,), "%"),
        ("theo dõi", Relation.WATCHED, (), ""),
        ("", Relation.WATCHED, (), ""),
    ],
)
def test_targets_of_documents(text: str, relation: Relation, figures: tuple[int, ...], unit: str) -> None:
    aim, found = read_aim(text)
    assert (aim.relation, tuple(f for f in (aim.target, aim.upper) if f is not None), found) == (
        relation,
        tuple(map(Decimal, figures)),
        unit,
    )


@pytest.mark.parametrize(
    "text", ["nhiều", "trên 10 và dưới 20", "45 HTX, 20 THT", "100% HTX đạt 80 điểm", "từ 40 đến 30"]
)
def test_a_target_that_is_not_clear_is_not_guessed(text: str) -> None:
    with pytest.raises(BadInput):
        read_aim(text)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(Relation),
    FIGURES,
    FIGURES,
    st.sampled_from(["", "%", "HTX", "tỷ đồng"]),
    st.sampled_from(["vi", "en"]),
)
def test_a_target_reads_as_it_was_said(
    relation: Relation, one: Decimal, other: Decimal, unit: str, language: str
) -> None:
    target = None if relation is Relation.WATCHED else min(one, other)
    aim = Aim.of(relation, target, max(one, other) if relation is Relation.RANGE else None)
    with speaking(language):
        assert read_aim(aim.words(unit)) == (aim, "" if target is None else unit)
        assert read_aim(aim.words("%" if unit == "%" else ""), unit) == (aim, unit)


@settings(max_examples=100, deadline=None)
@given(st.lists(FIGURES.map(lambda d: d / 100).map(lambda d: round(d, 6)), min_size=1, max_size=40))
def test_what_agencies_make_together(values: list[Decimal]) -> None:
    assert combine(Whole.SUM, values) == sum(values)
    assert combine(Whole.LAST, values) == values[-1]
    average = combine(Whole.AVERAGE, values)
    assert average is not None and abs(average * len(values) - sum(values)) <= Decimal("0.0000005") * len(values)
    assert combine(Whole.SUM, []) is None


@pytest.mark.parametrize(
    ("aim", "value", "period", "today", "state"),
    [
        ("từ 45 trở lên", None, "2025-Q3", "2025-10-01", State.NO_FIGURE),
        ("từ 45 trở lên", 26, "2025-Q3", "2025-10-01", State.NOT_YET),
        ("từ 45 trở lên", 45, "2025-Q3", "2025-10-01", State.REACHED),
        ("trên 45", 45, "2025-Q3", "2025-10-01", State.NOT_YET),
        ("từ 45 trở lên", 26, "2025-Q3", "2026-01-01", State.UNTOLD),
        ("từ 45 trở lên", 26, "2025", "2025-12-31", State.NOT_YET),
        ("từ 45 trở lên", 26, "2025", "2026-01-01", State.MISSED),
        ("không quá 5", 2, "2025-Q3", "2025-10-01", State.SO_FAR),
        ("không quá 5", 2, "2025-Q4", "2025-12-31", State.REACHED),
        ("không quá 5", 2, "2025-Q3", "2026-01-01", State.UNTOLD),
        ("dưới 5", 5, "2025-Q4", "2026-01-01", State.MISSED),
        ("từ 3 đến 5", 4, "2025", "2026-01-01", State.REACHED),
        ("bằng 5", 4, "2025", "2026-01-01", State.MISSED),
        ("", 4, "2025", "2026-01-01", State.WATCHED),
    ],
)
def test_how_a_target_stands(aim: str, value: int | None, period: str, today: str, state: State) -> None:
    found = read_aim(aim)[0].state(None if value is None else Decimal(value), period, "2025", date.fromisoformat(today))
    assert found is state


def test_percent_of_a_target() -> None:
    assert Aim(Relation.AT_LEAST, Decimal(40)).percent(Decimal(26)) == Decimal("65.0")
    assert Aim(Relation.AT_MOST, Decimal(40)).percent(Decimal(26)) is None
    assert Aim(Relation.AT_LEAST, Decimal(0)).percent(Decimal(26)) is None


def test_the_time_of_a_target() -> None:
    assert [term_key(t) for t in ("2021-2025", "giai đoạn 2021 – 2025", "quý III/2025", "2025", "")] == [
        "2021-2025", "2021-2025", "2025-Q3", "2025", "",
    ]  # fmt: skip
    assert term_days("2021-2025") == (date(2021, 1, 1), date(2025, 12, 31))
    assert say_term("2025-Q3") == "quý III năm 2025" and say_term("") == ""
    for wrong in ("2025-2021", "2021-2025-2026", "sang năm"):
        with pytest.raises(BadInput):
            term_key(wrong)


def line(stage: Stage, period: str, millions: int, source: Source = Source.STATE, beneficiary: str = "") -> Amount:
    return Amount(Key("Đề án HTX", stage, period, beneficiary, source), millions * 10**6)


def test_the_table_of_money_with_its_rates() -> None:
    rows = funding_table(
        [
            line(Stage.PAID, "2023", 8, beneficiary="HTX An Sơn"),
            line(Stage.PLANNED, "2021-2025", 13_180),
            line(Stage.PLANNED, "2021-2025", 13_190),
            line(Stage.ALLOCATED, "2022", 600),
            line(Stage.ALLOCATED, "2023", 547),
            line(Stage.PAID, "2023", 269),
            line(Stage.PLANNED, "2021-2025", 6_726, Source.CENTRAL),
        ]
    )
    assert [(r.beneficiary, r.source) for r in rows] == [
        ("", Source.STATE),
        ("", Source.CENTRAL),
        ("HTX An Sơn", Source.STATE),
    ]
    whole = rows[0]
    assert (whole.needed, whole.planned, whole.allocated, whole.paid) == (
        None,
        13_180 * 10**6,
        1_147 * 10**6,
        269 * 10**6,
    )
    assert (whole.allocated_rate, whole.paid_rate) == (Decimal("8.7"), Decimal("23.5"))
    assert rows[1].allocated_rate is None and rows[2].paid_rate is None


@pytest.mark.parametrize(
    ("periods", "made"),
    [
        (("2021-2025", "2023"), 1),
        (("2023-Q1", "2023-Q2"), 3),
        (("2023-H1", "2023-Q1", "2023-Q2", "2024"), 9),
        (("2021-2023", "2022-2025"), None),
        (("", "2023"), None),
        (("",), 1),
    ],
)
def test_amounts_of_several_times(periods: tuple[str, ...], made: int | None) -> None:
    """Parts of a time are in it, times that follow each other add up, and of times that overlap nothing is claimed."""
    (row,) = funding_table([line(Stage.PLANNED, period, 2**n) for n, period in enumerate(periods)])
    assert row.planned == (made * 10**6 if made else None)
    assert row.unclear == (() if made else (Stage.PLANNED,))
