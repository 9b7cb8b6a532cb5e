"""Whatever stands in an address, a field or an argument: an answer and never a failure; and every form of every page asks where it comes from."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from sqlalchemy import inspect

from tests import doors, make
from tests.conftest import Office, Run
from tests.doors import MONITOR, House, hidden
from workflow.history.chain import first_fault
from workflow.history.replay import differences

ODD = ("'; drop table occurrence; --", "x' or '1'='1", "%s%(x)s:id{0}{{7*7}}", "\x00", "\u202e\U0001f4a5<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "0" * 290, "٣", "-1")  # fmt: skip
SOUND = {
    "index": "1",
    "batch": "1",
    "sheet": "1",
    "code": "KH27-I.1",
    "number": "1",
    "act": "start",
    "token": "none",
    "link": "none",
}
SEALED = (
    "/directives",
    "/proposals",
    "/succession",
    "/overdue",
    "/reviews",
    "/duties",
    "/answers",
    "/evidence",
    "/sign-out",
    "/me",
)


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def ways(house: House, method: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """Every page that takes a method, with the names in its address and those of its questions or fields."""
    with warnings.catch_warnings(action="ignore"):  # one page has two methods, which no program is told of
        told = house.app.openapi()
    for path, item in told["paths"].items():
        if method not in item:
            continue
        asked = [one["name"] for one in item[method].get("parameters", ()) if one["in"] == "query"]
        for kind, body in item[method].get("requestBody", {}).get("content", {}).items():
            if "json" not in kind:
                fields = told["components"]["schemas"][body["schema"]["$ref"].rsplit("/", 1)[1]]["properties"]
                asked += [name for name in fields if name not in ("files", "evidence", "file", "table", "form")]
        yield path, re.findall(r"{(\w+)}", path), asked


def at(path: str, **other: str) -> str:
    """An address with sound names in it, but for the others."""
    return re.sub(r"{(\w+)}", lambda name: quote(other.get(name[1], SOUND.get(name[1], "x")), safe=""), path)


def sound(house: House) -> None:
    """Nothing is lost, and the history is that of the record."""
    with house.office.database.transaction() as session:
        assert inspect(session.connection()).has_table("occurrence")
        assert first_fault(session) is None and list(differences(session)) == []
        assert make.occurrence(session, "KH27-I.1").task.text == "Lập kế hoạch đào tạo cán bộ"


@pytest.mark.parametrize("words", [ODD[:2], pytest.param(ODD[2:], marks=[pytest.mark.slow])], ids=["few", "all"])
def test_no_word_in_an_address_breaks_a_page(house: House, words: tuple[str, ...]) -> None:
    browser, before, asked_ = house.signed_in(MONITOR), house.entries(), 0
    for path, names, asked in ways(house, "get"):
        for word in words:
            tried = [browser.get(at(path, **{name: word})) for name in names]
            tried += [browser.get(at(path), params={name: word}) for name in asked]
            for answer in tried:
                assert (
                    answer.status_code < 500 and "<script>alert" not in answer.text and "<img src=x" not in answer.text
                ), (path, word)
            asked_ += len(tried)
    assert asked_ > 30 * len(words) and house.entries() == before
    sound(house)


@pytest.mark.parametrize("words", [ODD[:2], pytest.param(ODD[2:], marks=[pytest.mark.slow])], ids=["few", "all"])
def test_no_word_in_a_form_breaks_a_page(house: House, words: tuple[str, ...]) -> None:
    browser, tried = house.signed_in(MONITOR), 0
    for path, names, fields in ways(house, "post"):
        if path in ("/sign-out", "/me/tokens/end"):
            continue
        acts = ("start", "submit", "hand_on", "ask_extension", "grant") if path.startswith("/duties") else ("pressed",)
        for act in acts:
            seal = hidden(browser.get("/reviews").text, "seal")
            usual = {"seal": seal, "act": act, "title": "x", "chosen": "1", "nonce": "x", "name": "x"}
            for word in words:
                for name in [*names, *fields]:
                    form = {**{one: usual[one] for one in fields if one in usual}, name: word}
                    answer = browser.post(at(path, **({name: word} if name in names else {"act": act})), data=form)
                    assert answer.status_code < 500, (path, act, name, word)
                    assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, (path, name, word)
                    tried += 1
    assert tried > 60 * len(words)
    sound(house)


def test_every_form_of_every_page_asks_where_it_comes_from(house: House) -> None:
    """None is forgotten: the forms are taken from the application itself."""
    browser, asked = house.signed_in(MONITOR), 0
    seal, before = hidden(browser.get("/reviews").text, "seal"), house.entries()
    for path, _names, fields in ways(house, "post"):
        form = dict.fromkeys(fields, "1") | {"seal": seal, "act": "pressed", "address": MONITOR}
        if path.startswith("/v/{token}/files"):
            continue  # what comes as JSON: tests of the links
        for headers in (
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "null", "Sec-Fetch-Site": "same-site"},
        ):
            answer = browser.post(at(path), data={name: form[name] for name in fields if name in form}, headers=headers)
            assert answer.status_code in (403, 404 if path.startswith("/v/") else 403), (
                path,
                headers,
                answer.status_code,
            )
            assert "set-cookie" not in answer.headers
        if path.startswith(SEALED):
            for wrong in ("", "x", seal[:-1]):
                data = {**{name: form[name] for name in fields}, "seal": wrong}
                assert browser.post(at(path), data=data).status_code == 403, path
            asked += 1
        assert browser.get(at(path)).status_code in (200, 303, 403, 404, 405), "looking does nothing"
    assert asked >= 8 and house.entries() == before and house.letters() == []


@pytest.mark.parametrize("word", [word for word in ODD if "\x00" not in word], ids=ascii)
def test_no_argument_breaks_a_command(run: Run, office: Office, word: str) -> None:
    with office.database.transaction() as session:
        make.enacted(session, make.task())
    for command in (
        ("show", word), ("tasks", "--directive", word), ("tasks", "--agency", word), ("tasks", "--search", word), ("overdue", "--as-of", word),
        ("audit", "show", word), ("start", word), ("done", "KH27-I.1", "--note", "x", "--period", word), ("people", "list", word),
        ("return", "KH27-I.1", "--reason", word), ("policy", word), ("evidence", "export", word, "x"), ("timing", word),
    ):  # fmt: skip
        code, said, err = run(*command)
        assert code in (0, 1, 2, 3) and "Traceback" not in said + err, (command, err)
    with office.database.transaction() as session:
        assert inspect(session.connection()).has_table("occurrence") and first_fault(session) is None
