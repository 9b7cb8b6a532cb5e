"""Indicators and money in running text, in the shapes that plans and reports have; all texts are written for these tests."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directives import figures
from directives.document import Document, Paragraph, Place
from directives.figures import Figures, Indicator
from directives.figures.funds import STAGE_OPEN
from directives.figures.indicators import BY_OR_TO, NEAR, NO_SECTION, NO_UNIT, POINT
from directives.figures.numbers import scale
from workflow.errors import BadInput
from workflow.targets.aim import Relation
from workflow.targets.money import Source, Stage
from workflow.targets.numbers import money as read_money
from workflow.targets.numbers import number as read_number
from workflow.targets.numbers import say_number

AIMS = "II. MỤC TIÊU"


def read(*lines: str) -> Figures:
    return figures.propose(
        Document("x", "text", tuple(Paragraph(t, Place(paragraph=n)) for n, t in enumerate(lines, 1)))
    )


def told(one: Indicator) -> tuple[object, ...]:
    return (
        one.name,
        str(one.relation),
        one.target and say_number(one.target),
        one.upper and say_number(one.upper),
        one.unit,
        one.period,
    )


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Số trường đạt chuẩn: Từ 12 trường trở lên.", ("Số trường đạt chuẩn", "at_least", "12", None, "trường", "2027")),
        ("Tỷ lệ hồ sơ trực tuyến: Đạt 65% trở lên.", ("Tỷ lệ hồ sơ trực tuyến", "at_least", "65", None, "%", "2027")),
        ("Doanh thu bình quân một hộ đạt trên 120,5 triệu đồng/hộ/năm.", ("Doanh thu bình quân một hộ", "more_than", "120,5", None, "triệu đồng/hộ/năm", "2027")),
        ("Chỉ số hài lòng đạt từ 85 điểm trở lên.", ("Chỉ số hài lòng", "at_least", "85", None, "điểm", "2027")),
        ("100% thôn có nhà văn hóa được sửa chữa.", ("Thôn có nhà văn hóa được sửa chữa", "equal", "100", None, "%", "2027")),
        ("Phấn đấu đến năm 2030 có ít nhất 03 mô hình trồng dược liệu.", ("Mô hình trồng dược liệu", "at_least", "3", None, "mô hình", "2030")),
        ("Tỷ lệ hộ nghèo giảm xuống dưới 2% vào cuối năm 2028.", ("Tỷ lệ hộ nghèo", "less_than", "2", None, "%", "2028")),
        ("Mở tối thiểu 20 lớp nghề.", ("Mở lớp nghề", "at_least", "20", None, "lớp", "2027")),
        ("Tỷ lệ nợ quá hạn không quá 5%.", ("Tỷ lệ nợ quá hạn", "at_most", "5", None, "%", "2027")),
        ("Năng suất bình quân từ 40 đến 50 tạ/ha.", ("Năng suất bình quân", "range", "40", "50", "tạ/ha", "2027")),
        ("Diện tích rừng trồng mới đạt 1.250 ha đến ngày 30/9/2027.", ("Diện tích rừng trồng mới", "equal", "1.250", None, "ha", "2027-09-30")),
        ("Giai đoạn 2026-2030, trồng mới không dưới 2.000 ha.", ("Trồng mới ha", "at_least", "2.000", None, "ha", "2026-2030")),
        ("Các mục tiêu chủ yếu đề ra là: Giá trị xuất khẩu đạt 2,4 tỷ USD.", ("Giá trị xuất khẩu", "equal", "2,4", None, "tỷ USD", "2027")),
        ("Tổng vốn đầu tư toàn xã hội trên địa bàn đạt 8.500 tỷ đồng.", ("Tổng vốn đầu tư toàn xã hội trên địa bàn", "equal", "8.500", None, "tỷ đồng", "2027")),
        ("Không để xảy ra quá 02 vụ đuối nước.", ("Không để xảy ra vụ đuối nước", "at_most", "2", None, "vụ", "2027")),
        ("Số vụ cháy ≤ 3 vụ trong quý III/2027.", ("Số vụ cháy", "at_most", "3", None, "vụ", "2027-Q3")),
    ],
)  # fmt: skip
def test_what_is_aimed_at(sentence: str, expected: tuple[object, ...]) -> None:
    (one,) = read("Kế hoạch phát triển dịch vụ năm 2027", AIMS, sentence).indicators
    assert told(one) == expected
    assert (one.place, one.issues) == (Place(paragraph=3), [])


def test_several_in_one_sentence_and_one_that_goes_on_with_the_same() -> None:
    found = read(
        AIMS, "Thành lập mới ít nhất 15 tổ, 04 câu lạc bộ; thu nhập bình quân đạt trên 55 triệu đồng/người/năm."
    ).indicators
    assert [(one.name, one.target) for one in found] == [
        ("Thành lập mới tổ", 15), ("Thành lập mới câu lạc bộ", 4), ("Thu nhập bình quân", 55),
    ]  # fmt: skip
    found = read(
        "Phấn đấu 90% cơ sở được thẩm định lại, đạt từ 70 điểm trở lên theo Thông tư số 12/2024/TT-BTC ngày 05/3/2024."
    ).indicators
    assert [(one.name, one.relation, one.target, one.unit, one.period) for one in found] == [
        ("Cơ sở được thẩm định lại", Relation.EQUAL, 90, "%", ""), ("Cơ sở được thẩm định lại", Relation.AT_LEAST, 70, "điểm", ""),
    ]  # fmt: skip


def test_where_one_begins() -> None:
    found = read(
        AIMS, "Tỷ lệ hộ dùng nước sạch tăng từ 82,5% lên 90% vào năm 2028; tỷ lệ hộ nghèo còn 3% (năm 2025: 5,4%)."
    ).indicators
    assert [(one.name, one.baseline, one.target) for one in found] == [
        ("Tỷ lệ hộ dùng nước sạch", Decimal("82.5"), 90), ("Tỷ lệ hộ nghèo", Decimal("5.4"), 3),
    ]  # fmt: skip


def test_what_was_reached_of_a_plan() -> None:
    (one, two, three) = read(
        "I. KẾT QUẢ THỰC HIỆN NĂM 2026",
        "Ước đến 31/12/2026, có tổng số 48 câu lạc bộ, đạt 96% so với kế hoạch; số hội viên là 1.930 người, đạt 107,5% kế hoạch. "
        "Doanh thu bình quân ước đạt 700 triệu đồng/năm, đạt 88% mục tiêu kế hoạch. Trong kỳ có 12 đoàn đến thăm.",
    ).indicators  # fmt: skip
    assert (one.name, one.actual, one.of_plan, one.period) == ("Tổng số câu lạc bộ", 48, 96, "2026-12-31")
    assert (two.name, two.actual, two.of_plan, two.unit) == ("Số hội viên", 1930, Decimal("107.5"), "người")
    assert (three.name, three.actual, three.unit) == ("Doanh thu bình quân", 700, "triệu đồng/năm")
    (one,) = read(
        "I. TÌNH HÌNH NĂM 2026", "Sản lượng cá nuôi đã tăng so với năm 2025, ước đạt 3,5 vạn tấn, đạt 99% kế hoạch."
    ).indicators
    assert (one.name, one.actual, one.unit, one.period) == (
        "Sản lượng cá nuôi",
        Decimal("3.5"),
        "vạn tấn",
        "2026",
    )
    assert all((x.relation, x.target) == (Relation.WATCHED, None) for x in (one, two, three))


@pytest.mark.parametrize(
    "sentence",
    [
        "Toàn xã có 312 hộ trồng quýt với diện tích trên 40 ha.",
        "Nghị định quy định tỷ lệ hao hụt khi cấp phát không quá 3% khối lượng.",
        "Gửi báo cáo chậm nhất 05 ngày trước kỳ họp, không quá 03 trang.",
        "Quyết định số 77/QĐ-UBND ngày 12/3/2026 phê duyệt Chương trình mục tiêu quốc gia giai đoạn 2026-2030.",
        "Tổ chức 02 hội nghị tại 15 xã trong năm 2026.",
        "Mức phạt tối đa 50 triệu đồng đối với cá nhân.",
    ],
)
def test_a_number_in_passing_is_no_target(sentence: str) -> None:
    assert read("III. TỔ CHỨC THỰC HIỆN", sentence).indicators == []


def test_what_is_uncertain_is_said() -> None:
    def issues(*lines: str) -> list[str]:
        return [one.message for x in read(*lines).indicators for one in x.issues]

    assert issues(AIMS, "Tỷ lệ che phủ đạt khoảng 64%.") == [NEAR]
    assert issues(AIMS, "Tỷ lệ tăng dân số còn 0.85%.") == [POINT]
    assert issues(AIMS, "Tỷ lệ hộ nghèo giảm dưới 2%.") == [BY_OR_TO]
    assert issues(AIMS, "Số bon đạt chuẩn: tối thiểu 20.") == [NO_UNIT]
    assert issues("III. NHIỆM VỤ", "Mỗi phường xây dựng ít nhất 02 mô hình phân loại rác.") == [NO_SECTION]


def test_a_section_of_aims_ends_where_the_next_begins() -> None:
    found = read(
        AIMS,
        "1. Mục tiêu cụ thể",
        "Số đơn vị tham gia: 30 đơn vị.",
        "2. Giải pháp",
        "Huy động 40 người tham gia.",
        "III. KẾT QUẢ",
        "Có 25 xã.",
    )
    assert [one.name for one in found.indicators] == ["Số đơn vị tham gia"]


NAMES = st.sampled_from(
    [
        "Số trường có thư viện",
        "Tỷ lệ hộ có internet",
        "Thu nhập bình quân của xã viên",
        "Diện tích cây ăn quả",
        "Sản lượng chè búp tươi",
    ]
)
UNITS = st.sampled_from(["%", "trường", "triệu đồng/người/năm", "ha", "tấn", "hộ", "sản phẩm"])
SHAPES = {
    Relation.AT_LEAST: ("{name}: Từ {n} {unit} trở lên.", "{name} đạt {n} {unit} trở lên.", "{name} đạt ít nhất {n} {unit}.", "{name} tối thiểu {n} {unit}.", "{name} không dưới {n} {unit}."),
    Relation.MORE_THAN: ("{name} đạt trên {n} {unit}.", "{name}: hơn {n} {unit}."),
    Relation.AT_MOST: ("{name} không quá {n} {unit}.", "{name}: tối đa {n} {unit}.", "{name} ≤ {n} {unit}."),
    Relation.LESS_THAN: ("{name} còn dưới {n} {unit}.", "{name} < {n} {unit}."),
    Relation.EQUAL: ("{name}: {n} {unit}.", "{name} đạt {n} {unit}.", "{name} là {n} {unit};"),
    Relation.RANGE: ("{name} đạt từ {n} đến {upper} {unit}.", "{name}: {n} - {upper} {unit}."),
}  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    NAMES,
    UNITS,
    st.sampled_from(sorted(SHAPES)),
    st.integers(0, 9),
    st.decimals(1, 10**7, places=2),
    st.sampled_from(["", "Phấn đấu ", "- "]),
)
def test_whatever_is_stated_is_read_back(
    name: str, unit: str, relation: Relation, shape: int, value: Decimal, before: str
) -> None:
    sentence = before + SHAPES[relation][shape % len(SHAPES[relation])]
    upper = value + Decimal("12.5")
    (one,) = read(AIMS, sentence.format(name=name, n=say_number(value), upper=say_number(upper), unit=unit)).indicators
    assert (one.name, one.relation, one.unit, one.target) == (name, relation, unit, value)
    assert one.upper == (upper if relation is Relation.RANGE else None)
    assert one.issues == []


def test_figures_are_read_as_offices_write_them() -> None:
    read_as = {"1.022": "1022", "59,709": "59.709", "04": "4", "3.3": "3.3", "0.125": "0.125", "1.022,5": "1022.5", "1 022": "1022", "1,200,000": "1200000", "-7": "-7"}  # fmt: skip
    assert {text: str(read_number(text)) for text in read_as} == read_as
    amounts = {"9.340 triệu đồng": 9_340 * 10**6, "2.018 tỷ đồng": 2_018 * 10**9, "71,25 triệu đồng": 71_250_000, "1 tỷ 200 triệu đồng": 12 * 10**8, "2 nghìn tỷ đồng": 2 * 10**12, "3.118 triệu": 3_118 * 10**6, "500.000 đ": 500_000}  # fmt: skip
    assert {text: read_money(text) for text in amounts} == amounts
    assert (scale("triệu đồng"), scale("Nghìn đồng"), scale("triệu đồng/ha"), scale("HTX")) == (10**6, 1000, 0, 0)
    for text in ("", "x", "1.2.3", "12.34.567", "1e5", "٣"):
        with pytest.raises(BadInput, match="không phải con số"):
            read_number(text)
    for text in ("12", "12 HTX", "5 triệu đồng/ha", "200 triệu 1 tỷ"):
        with pytest.raises(BadInput, match="không phải số tiền"):
            read_money(text)
    with pytest.raises(BadInput, match="chẵn"):
        read_money("0,5 đồng")


@settings(max_examples=200, deadline=None)
@given(st.decimals(0, 10**12, places=4))
def test_a_figure_is_read_back_as_it_is_said(value: Decimal) -> None:
    assert read_number(say_number(value)) == value


def money(*lines: str) -> list[tuple[str, str, float]]:
    return [(str(one.stage), str(one.source), one.amount / 10**6) for one in read(*lines).money]


def test_a_sum_with_its_sources_is_one_statement() -> None:
    found = read(
        "Tổng nhu cầu hỗ trợ các tổ hợp tác năm 2027 là 9.300 triệu đồng, trong đó NSNN là 7.250,5 triệu đồng (NSTW: 5.000 triệu đồng, NSĐP: 2.250,5 triệu đồng), vốn của HTX là 2.049,5 triệu đồng."
    ).money
    assert [(str(one.source), one.amount // 10**5) for one in found] == [
        ("total", 93_000), ("state", 72_505), ("central", 50_000), ("local", 22_505), ("own", 20_495),
    ]  # fmt: skip
    assert {(one.stage, one.period, one.statement) for one in found} == {(Stage.NEEDED, "2027", 1)}
    assert all("tổ hợp tác" in one.purpose and not one.issues for one in found)


def test_sources_in_the_lines_below_their_sum() -> None:
    assert money("6. Nguồn vốn", "Tổng kinh phí dự kiến xây chợ là: 900 triệu đồng. Trong đó:", "- Ngân sách trung ương: 500 triệu đồng.", "- Ngân sách địa phương: 250 triệu đồng.", "- Vốn huy động khác: 150 triệu đồng.") == [
        ("planned", "total", 900), ("planned", "central", 500), ("planned", "local", 250), ("planned", "other", 150),
    ]  # fmt: skip


def test_how_far_the_money_has_come_and_to_whom() -> None:
    assert money("Đã bố trí 640 triệu đồng từ NSĐP để sửa kênh mương.") == [("allocated", "local", 640)]
    assert money("Lũy kế đến 30/6/2027, số vốn giải ngân cho dự án là 12,75 tỷ đồng.") == [("paid", "total", 12_750)]
    (one,) = read("(1) Hợp tác xã Chè Xanh Núi Voi", "Số tiền đã hỗ trợ là 35 triệu đồng từ NSTW.").money
    assert (one.beneficiary, one.stage, one.source) == ("Hợp tác xã Chè Xanh Núi Voi", Stage.PAID, Source.CENTRAL)
    parts = read(
        "Kinh phí hỗ trợ lớp nghề: 113,5 triệu đồng (năm 2026: 55 triệu đồng - NSĐP; năm 2027: 58,5 triệu đồng - NSTW)."
    ).money
    assert [(one.source, one.period) for one in parts] == [
        (Source.STATE, ""),
        (Source.LOCAL, "2026"),
        (Source.CENTRAL, "2027"),
    ]
    assert parts[0].issues[0].message == STAGE_OPEN


@pytest.mark.parametrize(
    "sentence",
    [
        "Doanh thu bình quân một cửa hàng là 750 triệu đồng.",
        "Cuối quý dư nợ của các tổ vay là 9,4 tỷ đồng, nợ quá hạn 0,7 tỷ đồng.",
        "Ba công ty có vốn đăng ký 84 tỷ đồng, vốn điều lệ 21 tỷ đồng.",
        "Hỗ trợ không quá 15 triệu đồng/ha.",
        "Bán ra 45 tấn măng khô với giá trị gần 6.200 triệu đồng.",
        "Mức phạt tiền từ 5 triệu đồng.",
    ],
)
def test_other_sums_are_no_money_of_the_document(sentence: str) -> None:
    assert money("II. TÌNH HÌNH", sentence) == []
