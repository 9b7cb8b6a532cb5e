"""Whether stated money adds up: the very sums of a progress report of 2023, in which one figure is told as 6.454 and as 6.464."""

from workflow.i18n import speaking
from workflow.targets.money import Amount, Key, Source, Stage, differences, millions

PLAN = Key("Đề án HTX", Stage.PLANNED, "2021-2025", "", Source.TOTAL)


def amount(key: Key, source: Source, millions: float, where: str = "", beneficiary: str = "") -> Amount:
    return Amount(key._replace(source=source, beneficiary=beneficiary), round(millions * 10**6), where)


def test_what_adds_up_is_not_told() -> None:
    lines = [
        amount(PLAN, Source.TOTAL, 17_560),
        amount(PLAN, Source.STATE, 13_180),
        amount(PLAN, Source.CENTRAL, 6_726),
        amount(PLAN, Source.LOCAL, 6_454),
        amount(PLAN, Source.OWN, 4_380),
    ]
    assert differences(lines) == []


def test_one_figure_told_twice_is_shown_with_both_places() -> None:
    lines = [
        amount(PLAN, Source.STATE, 13_180),
        amount(PLAN, Source.CENTRAL, 6_726),
        amount(PLAN, Source.LOCAL, 6_454, "mục II.1"),
        amount(PLAN, Source.LOCAL, 6_464, "mục III.1"),
    ]
    (found,) = differences(lines)
    assert (found.kind, found.stated, found.other) == ("twice", 6_454 * 10**6, 6_464 * 10**6)
    assert found.where == ("mục II.1", "mục III.1")
    with speaking("vi"):
        assert "6.454" in found.words() and "6.464" in found.words()


def test_a_sum_that_rounding_explains_is_shown_as_such() -> None:
    paid = PLAN._replace(stage=Stage.PAID)
    lines = [amount(paid, Source.STATE, 269), amount(paid, Source.CENTRAL, 67), amount(paid, Source.LOCAL, 203)]
    (found,) = differences(lines)
    assert (found.kind, found.other, found.rounding) == ("sources", 270 * 10**6, True)
    (found,) = differences([lines[0], lines[1], amount(paid, Source.LOCAL, 220)])
    assert not found.rounding


def test_some_of_the_sources_need_not_make_the_total_but_must_not_exceed_it() -> None:
    some = [amount(PLAN, Source.TOTAL, 100), amount(PLAN, Source.CENTRAL, 30), amount(PLAN, Source.LOCAL, 20)]
    assert differences(some) == []
    assert differences([*some, amount(PLAN, Source.OTHER, 40)])[0].other == 90 * 10**6
    assert differences([some[0], some[1], amount(PLAN, Source.LOCAL, 80)])[0].kind == "sources"


def test_beneficiaries_against_their_sum() -> None:
    lines = [
        amount(PLAN, Source.TOTAL, 100),
        amount(PLAN, Source.TOTAL, 60, beneficiary="HTX An Sơn"),
        amount(PLAN, Source.TOTAL, 50, beneficiary="HTX Chi Lăng"),
    ]
    (found,) = differences(lines)
    assert (found.kind, found.other) == ("beneficiaries", 110 * 10**6)
    assert differences(lines[:2]) == []


def test_amounts_are_written_as_documents_write_them() -> None:
    assert [millions(n) for n in (1_147_000_000, 113_760_000, 0, -500_000)] == ["1.147", "113,76", "0", "-0,5"]
