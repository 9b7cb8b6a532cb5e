"""Lists of agencies taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directives import agencies
from workflow.names import fold, is_collective


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Các phòng, ban, đơn vị liên quan, UBND các phường, xã",
            ["Các phòng, ban, đơn vị liên quan", "UBND các phường, xã"],
        ),
        (
            "Phòng Tài chính-KH, Trung tâm DVNN, và các đơn vị có liên quan, UBND các phường, xã",
            ["Phòng Tài chính-KH", "Trung tâm DVNN", "các đơn vị có liên quan", "UBND các phường, xã"],
        ),
        ("Phòng Văn hóa, Khoa học và Thông tin", ["Phòng Văn hóa, Khoa học và Thông tin"]),
        (
            "Các Sở: Y tế, Văn hóa, Thể thao và Du lịch, Tài chính và Nội vụ; Công an tỉnh",
            ["Sở Y tế", "Sở Văn hóa, Thể thao và Du lịch", "Sở Tài chính", "Sở Nội vụ", "Công an tỉnh"],
        ),
        (
            "Ủy ban nhân dân các xã: Tân Thành, Mẫu Sơn (nơi có dự án):",
            ["Ủy ban nhân dân xã Tân Thành", "Ủy ban nhân dân xã Mẫu Sơn"],
        ),
        (
            "UBND các huyện Bắc Sơn, Chi Lăng và Văn Lãng",
            ["UBND huyện Bắc Sơn", "UBND huyện Chi Lăng", "UBND huyện Văn Lãng"],
        ),
        ("Các Sở, Ban, ngành", ["Các Sở, Ban, ngành"]),
        ("Các sở, ban, ngành và UBND các huyện", ["Các sở, ban, ngành", "UBND các huyện"]),
        (
            "Sở Kế hoạch và Đầu tư, Sở Tài chính và các đơn vị liên quan",
            ["Sở Kế hoạch và Đầu tư", "Sở Tài chính", "các đơn vị liên quan"],
        ),
        ("Văn phòng HĐND và UBND; Phòng Tư pháp", ["Văn phòng HĐND và UBND", "Phòng Tư pháp"]),
        (
            "Các Hợp tác xã: Hợp tác xã chăn nuôi, trồng trọt Đồng Tâm, Hợp tác xã Na Chi Lăng",
            ["Hợp tác xã chăn nuôi, trồng trọt Đồng Tâm", "Hợp tác xã Na Chi Lăng"],
        ),
        ("", []),
    ],
)
def test_lists(text: str, names: list[str]) -> None:
    assert agencies.split(text) == names


@pytest.mark.parametrize(
    ("text", "named", "rest"),
    [
        ("Sở Tài chính hướng dẫn các xã", ["Sở Tài chính"], "hướng dẫn các xã"),
        ("Sở Xây dựng chủ trì, phối hợp với Sở Tài chính", ["Sở Xây dựng"], "chủ trì, phối hợp với Sở Tài chính"),
        ("UBND cấp xã tổng hợp báo cáo", ["UBND cấp xã"], "tổng hợp báo cáo"),
        ("Tổ chức hội nghị tại Sở Nội vụ", [], "Tổ chức hội nghị tại Sở Nội vụ"),
        ("Báo cáo kết quả gửi Sở Tài chính", [], "Báo cáo kết quả gửi Sở Tài chính"),
    ],
)
def test_a_sentence_that_begins_with_agencies(text: str, named: list[str], rest: str) -> None:
    assert agencies.leading(text) == (named, rest)


def test_whom_to_act_with() -> None:
    assert agencies.coordinating(
        "Chủ trì, phối hợp với Công an tỉnh, Sở Y tế rà soát; phối hợp với các đơn vị liên quan trong việc cấp phép"
    ) == ["Công an tỉnh", "Sở Y tế", "các đơn vị liên quan"]
    assert agencies.coordinating("chủ động phối hợp trong quá trình thực hiện") == []


@pytest.mark.parametrize(
    ("name", "collective"),
    [
        ("các đơn vị liên quan", True),
        ("UBND các xã", True),
        ("UBND cấp xã", True),
        ("Sở Tài chính", False),
        ("Cơ quan Thanh tra", False),
    ],
)
def test_collectives(name: str, collective: bool) -> None:
    assert is_collective(name) is collective


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    for name in agencies.split(text):
        assert name.strip() == name
    agencies.leading(text)
    agencies.coordinating(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Phòng Tài chính - Kế hoạch", "Phòng Tài chính-KH"),
        ("UBND TP Lạng Sơn", "Ủy ban nhân dân thành phố Lạng Sơn"),
        ("Phòng Phòng Nội vụ", "Phòng Nội vụ"),
        ("Văn hoá", "Văn hóa"),
        ("Sở GDĐT", "Sở Giáo dục và Đào tạo"),
        ("Uỷ ban nhân dân", "Ủy ban nhân dân"),
        ("SỞ  TÀI CHÍNH", "Sở Tài chính"),
    ],
)
def test_spellings_of_one_agency_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_agencies_do_not_fold_alike() -> None:
    assert fold("Sở Tài chính") != fold("Phòng Tài chính")
    assert fold("UBND xã Chi Lăng") != fold("UBND huyện Chi Lăng")
    assert fold("Khu vực 1") != fold("Khu vực 11")
