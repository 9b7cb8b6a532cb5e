"""Whatever stands in a field or an address of the interface: an answer, never a failure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import doors
from tests.conftest import Office
from tests.doors import FOCAL, MONITOR, House
from tests.test_api_acts import ORDERS

API = "/api/v1"


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


FIELDS = ("code", "agency", "period", "words", "reason", "document_number", "basis", "to", "person")
ODD = ("'", '"', "'; drop table occurrence; --", "%", "%s", ":id", "\\", "{0}", "{text}", "\x00", "\ud800", "\u202e", "<script>", "0" * 290, "{{7*7}}", "x' or '1'='1")  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_text_breaks_the_interface_or_slips_past_a_refusal(house: House, data: st.DataObject) -> None:
    """Whatever stands in a field: an answer, not a failure; and what is not done leaves the history as it was."""
    if not hasattr(house, "fuzz"):
        house.fuzz = house.program(FOCAL), house.program(MONITOR)  # type: ignore[attr-defined]
    program = data.draw(st.sampled_from(house.fuzz))  # type: ignore[attr-defined]
    text = st.one_of(st.sampled_from(ODD), st.text(st.characters(), max_size=60))
    order: dict[str, Any] = {"act": data.draw(st.sampled_from(list(ORDERS)))}
    order |= data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, text)))
    order.setdefault("code", data.draw(st.sampled_from(["KH27-I.1", "KH27-I.3", "KH27-I.4"])))
    before = house.entries()
    answer = program.post(
        f"{API}/acts", content=json.dumps(order).encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (200, 400, 403, 404, 409, 422), answer.text
    if answer.status_code != 200:
        assert house.entries() - before == (answer.status_code == 403), answer.text
    word = data.draw(text).encode("utf-8", "replace").decode()
    for path, name in (
        ("tasks", "search"),
        ("tasks", "directive"),
        ("overdue", "agency"),
        ("audit", "about"),
        ("notes", "directive"),
    ):
        assert program.get(f"{API}/{path}", params={name: word}).status_code in (200, 403, 404, 422), (path, name, word)


@pytest.mark.parametrize("word", ODD, ids=ascii)
def test_no_path_breaks_the_interface(house: House, word: str) -> None:
    program, name = house.program(MONITOR), quote(word.encode("utf-8", "replace"), safe="")
    for path in (
        f"tasks/{name}",
        f"tasks/{name}/reminders",
        f"periods/{name}",
        f"occurrences/{name}",
        f"sign-in/{name}",
    ):
        assert program.get(f"{API}/{path}").status_code in (404, 405, 422), path
    assert house.client.post(f"{API}/sign-in/{name}", json={"code": "123456"}).status_code in (404, 409, 422)
    assert program.delete(f"{API}/tokens/{name}").status_code == 422
