"""Names in documents: what is taken for certain, what a person is asked, and groups on a day."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from directives.naming import Names
from tests import make
from workflow.agency import Agency, add_agency, add_alias, kind_of, known_agency
from workflow.audit import By
from workflow.database import Database
from workflow.errors import BadInput, Refused
from workflow.names import is_collective
from workflow.register import groups, table
from workflow.register.groups import Rule, rule_of
from workflow.register.mention import Register
from workflow.register.shipped import SHIPPED
from workflow.register.wording import bare, words_of

PROVINCE, CITY = "Ủy ban nhân dân tỉnh Lạng Sơn", "UBND thành phố Lạng Sơn"
APRIL, AUGUST = date(2025, 4, 11), date(2025, 8, 1)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The shipped register, read once; nothing in this file writes to it."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('register')}/a.db").ready()
    with database.transaction() as opened:
        file = SHIPPED["lang-son"] / "agencies.csv"
        table.load(opened, file, by=By("x", "cli"), at=make.at("2025-03-01 08:00"), today=date(2025, 3, 1))
        yield opened
    database.dispose()


@pytest.fixture(scope="module")
def register(session: Session) -> Register:
    return Register.load(session)


def meant(register: Register, words: str, issuer: str, day: date) -> str | None:
    found = register.resolve(words, day, register.issuer(issuer, day)).agency
    return found.code if found else None


@pytest.mark.parametrize(
    ("words", "issuer", "day", "code"),
    [
        ("Phòng Nội vụ", CITY, APRIL, "LS.178.NV"),
        ("Phòng Phòng Nội vụ", CITY, APRIL, "LS.178.NV"),
        ("Phòng Nội vụ thành phố", CITY, APRIL, "LS.178.NV"),
        ("Phòng TC-KH", CITY, APRIL, "LS.178.TCKH"),
        ("Phòng Tài chính–KH", CITY, APRIL, "LS.178.TCKH"),
        ("P. VH, KH&TT", CITY, APRIL, "LS.178.VHKHTT"),
        ("TT DVNN", CITY, APRIL, "LS.178.TTDVNN"),
        ("Phòng Nội vụ", PROVINCE, APRIL, None),
        ("Sở NN&MT", PROVINCE, AUGUST, "SNNMT"),
        ("Giám đốc Sở Nông nghiệp và Môi trường", PROVINCE, AUGUST, "SNNMT"),
        ("Sở Tài chính", PROVINCE, date(2025, 2, 28), "STC.2024"),
        ("Sở Tài chính", PROVINCE, date(2025, 3, 1), "STC"),
        ("Sở Tài chính", "UBND xã Bắc Sơn", AUGUST, "STC"),
        ("Sở Kế hoạch và Đầu tư", PROVINCE, AUGUST, None),
        ("Sở Tài chính", "Ủy ban nhân dân tỉnh Lào Cai", AUGUST, None),
        ("Sở Tài chính tỉnh Lạng Sơn", "Ủy ban nhân dân tỉnh Lào Cai", AUGUST, "STC"),
        ("UBND xã Yên Bình", "Ủy ban nhân dân tỉnh Lào Cai", AUGUST, None),
        ("UBND xã Chi Lăng", PROVINCE, AUGUST, "LS.06463"),
        ("UBND xã Chi Lăng", PROVINCE, APRIL, None),
        ("UBND xã Chi Lăng", "UBND huyện Tràng Định", APRIL, "LS.180.06034"),
        ("UBND xã Chi Lăng, huyện Chi Lăng", PROVINCE, APRIL, "LS.187.06523"),
        ("UBND huyện Chi Lăng", PROVINCE, APRIL, "LS.187"),
        ("Phường Kỳ Lừa", PROVINCE, AUGUST, "LS.06187"),
        ("UBND P. Kỳ Lừa", PROVINCE, AUGUST, "LS.06187"),
        ("UBND tỉnh", "UBND xã Bắc Sơn", AUGUST, "LS"),
        ("UBND huyện", "UBND xã Tri Phương", APRIL, "LS.180"),
        ("- Sở Công Thuơng;", PROVINCE, AUGUST, "SCT"),
        ("UBND xãBắc Sơn", PROVINCE, AUGUST, "LS.06325"),
        ("UBND phuong Ky Lua", PROVINCE, AUGUST, "LS.06187"),
        ("UBND xa Tan Thanh", PROVINCE, AUGUST, None),
        ("UBND xã Tân Thanh", PROVINCE, AUGUST, None),
        ("UBND huyện Văn Lang", PROVINCE, APRIL, None),
        ("UBND xã Vạn Linh", PROVINCE, AUGUST, "LS.06505"),
        ("UBND xã Văn Linh", PROVINCE, AUGUST, None),
        ("UBND xã Thiện Hoà", PROVINCE, AUGUST, "LS.06085"),
        ("Ngân hàng nhà nước chi nhánh khu vực V", CITY, APRIL, "NHNN5"),
        ("Hợp tác xã Bình Minh", PROVINCE, AUGUST, None),
    ],
)
def test_a_name_is_certain_or_asked(register: Register, words: str, issuer: str, day: date, code: str | None) -> None:
    assert meant(register, words, issuer, day) == code
    assert meant(register, unicodedata.normalize("NFD", words), issuer, day) == code


def test_every_name_finds_itself_and_nobody_else(register: Register) -> None:
    """Every agency by its official name, in a document of the agency it belongs to, on a day on which it exists."""
    for agency in register.agencies.values():
        day = agency.valid_to or max(agency.valid_from or AUGUST, AUGUST)
        for words in (agency.name, agency.name.upper()):
            found = register.resolve(words, day, register.parent(agency)).agency
            twins = [
                a for a in register.agencies.values() if a.name == agency.name and a is not agency and a.valid_on(day)
            ]
            assert found is agency or (found is None and twins), (agency.code, found and found.code)


def test_every_answer_says_why(register: Register) -> None:
    issuer = register.issuer(PROVINCE, APRIL)
    for words in ("UBND xã Chi Lăng", "Sở Tài chính", "Sở Kế hoạch và đầu tư X", "Không giống ai"):
        told = list(register.resolve(words, APRIL, issuer).explain())
        assert words in told[0]
    asked = list(register.resolve("UBND xã Chi Lăng", APRIL, issuer).explain())
    assert len(asked) == 4 and "tồn tại từ 01/7/2025" in asked[3]


@given(st.text(max_size=60))
def test_no_words_break_it(register: Register, words: str) -> None:
    register.resolve(words, APRIL, None)
    rule_of(words)
    is_collective(words)
    assert bare(words_of(words)) == bare(words_of(unicodedata.normalize("NFD", words)))


def test_what_a_person_said_holds_in_the_issuers_documents(database: Database) -> None:
    with database.transaction() as session:
        city = add_agency(session, "UBND thành phố", kind="committee")
        other = add_agency(session, "UBND huyện", kind="committee")
        office = add_agency(session, "Phòng Tài chính - Kế hoạch", kind="office", parent=city)
        add_alias(session, office, "Phòng Ngân sách", "12/KH-UBND", city)
        with pytest.raises(Refused, match="Phòng Tài chính - Kế hoạch"):
            add_alias(session, office, "phòng ngân sách", "x", city)
        register = Register.load(session)
        found = register.resolve("Phòng ngân sách", APRIL, city)
        assert found.agency is office and "12/KH-UBND" in found.candidates[0].told[0]
        assert register.resolve("Phòng Ngân sách", APRIL, other).agency is None


def test_one_name_for_two_is_asked_by_code(database: Database) -> None:
    with database.transaction() as session:
        for parent in ("UBND huyện A", "UBND huyện B"):
            above = add_agency(session, parent, kind="committee")
            add_agency(session, "Phòng Nội vụ", kind="office", parent=above)
        with pytest.raises(BadInput, match="PNV2"):
            known_agency(session, "Phòng Nội vụ")
        assert known_agency(session, "pnv2").code == "PNV2"


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Các phòng, ban, đơn vị", Rule(("office", "unit"))),
        ("Các phòng ban, đơn vị thuộc UBND thành phố", Rule(("office", "unit"))),
        ("các phòng chuyên môn", Rule(("office",))),
        ("Các Sở, Ban, ngành", Rule(("department", "sector"))),
        ("Thủ trưởng các sở, ban, ngành tỉnh", Rule(("department", "sector"))),
        ("Các sở - ban - ngành, đoàn thể", Rule(("department", "sector", "association"))),
        ("UBND các phường, xã", Rule(("committee",), "commune", ("phuong", "xa"))),
        ("Chủ tịch UBND các xã, phường", Rule(("committee",), "commune", ("phuong", "xa"))),
        ("UBND 65 xã, phường", Rule(("committee",), "commune", ("phuong", "xa"), 65)),
        ("UBND cấp xã", Rule(("committee",), "commune")),
        ("UBND các huyện, TP", Rule(("committee",), "district", ("huyen", "thanh pho"))),
        ("các xã, phường", Rule(("committee",), "commune", ("phuong", "xa"))),
        ("các đơn vị liên quan", None),
        ("Các phòng, ban, đơn vị liên quan", None),
        ("UBND các xã có cụm công nghiệp", None),
        ("các cơ quan chức năng", None),
        ("đơn vị được giao nhiệm vụ", None),
    ],
)
def test_what_collectives_stand_for(words: str, rule: Rule | None) -> None:
    assert is_collective(words)
    assert rule_of(words) == rule


@pytest.mark.parametrize(
    ("words", "issuer", "day", "count"),
    [
        ("UBND các xã, phường", PROVINCE, AUGUST, 65),
        ("UBND các phường", PROVINCE, AUGUST, 4),
        ("UBND các xã, phường", "Sở Tài chính", AUGUST, 65),
        ("UBND các phường, xã", CITY, APRIL, 8),
        ("UBND các huyện, thành phố", PROVINCE, APRIL, 11),
        ("UBND các huyện, thành phố", PROVINCE, AUGUST, 0),
        ("Các phòng, ban, đơn vị", CITY, APRIL, 6),
    ],
)
def test_who_belongs_to_a_group_on_a_day(session: Session, words: str, issuer: str, day: date, count: int) -> None:
    names = Names(session, issuer, day)
    rule, owner = rule_of(words), groups.owner_of(words, names.issuer, names.register)
    assert rule and owner
    assert len([a for a in groups.by_rule(names.register, rule, owner.id or 0) if a.valid_on(day)]) == count


def test_a_list_takes_the_place_of_the_rule(database: Database) -> None:
    with database.transaction() as session:
        committee = add_agency(session, "UBND tỉnh", kind="committee", level="province")
        departments = [
            add_agency(session, f"Sở {name}", kind="department", parent=committee) for name in ("A", "B", "C")
        ]
        group = groups.enter(session, "Các Sở, ban, ngành", committee)
        assert groups.members(session, group, APRIL) == departments
        groups.list_members(session, group, departments[:2])
        assert groups.members(session, group, APRIL) == departments[:2]
        departments[0].valid_to = date(2025, 3, 31)
        session.flush()
        assert groups.members(session, group, APRIL) == departments[1:2]
        groups.list_members(session, group, [])
        assert groups.members(session, group, APRIL) == departments[1:]
        assert groups.find(session, "các sở, ban, ngành tỉnh", committee) is group
        with pytest.raises(BadInput, match="không phải nhóm"):
            groups.known(session, "Sở B")


@pytest.mark.parametrize(
    ("name", "kind", "level"),
    [
        ("UBND tỉnh Lạng Sơn", "committee", "province"),
        ("Ủy ban nhân dân xã Bắc Sơn", "committee", "commune"),
        ("Ủy ban nhân dân TP Lạng Sơn", "committee", "district"),
        ("Sở Tài chính", "department", "province"),
        ("Phòng Nội vụ", "office", None),
        ("HTX Nà Mò", "enterprise", None),
        ("Trường mầm non 2-9", "agency", None),
    ],
)
def test_what_a_name_says_an_agency_is(name: str, kind: str, level: str | None) -> None:
    assert kind_of(name) == (kind, level)


def test_the_shipped_register_is_whole(session: Session) -> None:
    agencies = session.exec(select(Agency)).all()
    communes = [a for a in agencies if a.kind == "committee" and a.level == "commune"]
    assert len([a for a in communes if a.valid_on(AUGUST)]) == 65
    assert len([a for a in communes if a.valid_on(APRIL)]) == 194
    assert len([a for a in agencies if a.level == "district" and a.kind == "committee"]) == 11
    assert all(a.source for a in agencies)
    assert (Path(SHIPPED["lang-son"]) / "SOURCES.md").is_file()
