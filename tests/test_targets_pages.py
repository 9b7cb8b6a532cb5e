"""Targets and money on the page of a directive and for programs: what is shown, who records, what is refused."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import Office
from tests.doors import FOCAL, LEADER, MONITOR, OTHER, House, hidden, register
from workflow.targets.indicator import Actual
from workflow.targets.typed import type_actual, type_indicator, type_money

PATH = "/directives/KH27/targets"
HOW: dict[str, Any] = {"by": make.BY, "at": make.at("2025-10-14 09:00")}


@pytest.fixture
def house(office: Office) -> House:
    with office.database.transaction() as session:
        register(session)
        made = make.directive(session)
        for name in ("Số HTX thành lập mới", "Số lớp tập huấn"):
            type_indicator(
                session, made, {"name": name, "unit": "HTX", "target": "từ 45 trở lên", "until": "2025"}, **HOW
            )
        for place, amount in (("mục II.1", "6.454"), ("mục III.1", "6.464")):
            texts = {
                "purpose": "Đề án HTX",
                "stage": "planned",
                "source": "local",
                "amount": f"{amount} triệu đồng",
                "place": place,
            }
            type_money(session, made, texts, **HOW)
        type_indicator(session, make.directive(session, "KH28"), {"name": "Bí mật"}, **HOW)
    return House(office)


def send(house: House, who: str, **typed: str) -> Any:
    browser = house.signed_in(who)
    seal = hidden(browser.get(PATH).text, "seal")
    return browser.post(PATH, data={"seal": seal, "indicator": "CT1", "period": "Q3/2025", **typed})


def values(house: House) -> list[tuple[str | None, str, str]]:
    with house.office.database.transaction() as session:
        found = session.exec(select(Actual).order_by(Actual.id))  # type: ignore[arg-type]
        return [(one.agency.name if one.agency else None, one.period, format(one.value, "f")) for one in found]


def test_the_page_shows_targets_money_and_what_does_not_agree(house: House) -> None:
    with house.office.database.transaction() as session:
        texts = {"code": "CT1", "period": "2025-Q3", "value": "26"}
        type_actual(session, make.directive(session), texts, today=house.moment.date(), **HOW)
    page = unescape(house.signed_in(LEADER).get(PATH).text)
    for words in ("Số HTX thành lập mới", "26 HTX (quý III năm 2025)", "57,8%", "6.454", "6.464", "mục III.1"):
        assert words in page, words
    assert '<form method="post" action="/directives/KH27/targets"' not in page
    assert PATH in house.signed_in(LEADER).get("/directives/KH27").text
    before = unescape(house.signed_in(LEADER).get(f"{PATH}?period=Q2/2025").text)
    assert "26 HTX" not in before and 'class="standing done_on_time"' not in before
    assert house.signed_in(LEADER).get(f"{PATH}?period=hôm qua").status_code == 400


def test_a_focal_point_records_for_their_own_agency_and_corrects_it(house: House) -> None:
    assert send(house, FOCAL, value="1.022").headers["location"] == f"{PATH}?done=1"
    assert send(house, FOCAL, value="26 HTX", note="ước").status_code == 303
    assert values(house) == [("Phòng Nội vụ", "2025-Q3", "26")]
    refused = send(house, FOCAL, value="hai mươi")
    assert refused.status_code == 422 and "hai mươi" in refused.text
    assert send(house, FOCAL, value="5", agency="Phòng Tư pháp").status_code == 403
    assert send(house, FOCAL, value="5", indicator="CT9").status_code == 404
    assert send(house, MONITOR, value="30", period="2025-Q2").status_code == 303
    assert values(house)[1:] == [(None, "2025-Q2", "30")]
    assert house.signed_in(OTHER).get("/directives/KH28/targets").status_code == 404


def test_programs_read_and_record(house: House) -> None:
    def call(method: str, path: str, who: str, **more: Any) -> Any:
        return house.client.request(
            method, f"/api/v1{path}", headers={"Authorization": f"Bearer {house.token(who, 'read', 'act')}"}, **more
        )

    figure = {"indicator": "CT1", "period": "2025-Q3", "value": "59,709"}
    with house.client:
        made = call("POST", f"{PATH}/actual", FOCAL, json=figure)
        assert made.json() == {
            "directive": "KH27", "indicator": "CT1", "unit": "HTX", "period": "2025-Q3", "agency": make_code(house),
            "agency_name": "Phòng Nội vụ", "value": "59.709", "change": "new",
        }  # fmt: skip
        assert call("POST", f"{PATH}/actual", FOCAL, json=figure).json()["change"] == "same"
        told = call("GET", f"{PATH}?period=Q3/2025", LEADER).json()
        assert call("GET", "/directives/27/KH-UBND/targets?period=Q3/2025", LEADER).json() == told
        before = call("GET", f"{PATH}?as_of=2025-06-30", LEADER).json()["indicators"][0]
        assert (before["value"], before["state"]) == (None, "no_figure"), "on that day the quarter had not begun"
        assert [(one["code"], one["value"], one["state"]) for one in told["indicators"]] == [
            ("CT1", "59.709", "reached"), ("CT2", None, "no_figure"),
        ]  # fmt: skip
        assert told["money"][0]["planned"] == 6_454 * 10**6 and len(told["lines"]) == 2
        assert told["differences"][0]["where"] == ["mục II.1", "mục III.1"]
        assert call("POST", f"{PATH}/actual", LEADER, json=figure).status_code == 403
        assert call("POST", f"{PATH}/actual", FOCAL, json={**figure, "value": "x"}).status_code == 422
        for method, path, more in (("GET", "", {}), ("POST", "/actual", {"json": figure})):
            assert call(method, f"/directives/KH28/targets{path}", FOCAL, **more).status_code == 404
    assert values(house) == [("Phòng Nội vụ", "2025-Q3", "59.709")]


def make_code(house: House) -> str:
    with house.office.database.transaction() as session:
        return make.agency(session, "Phòng Nội vụ").code
