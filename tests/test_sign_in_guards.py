"""What the doors do not fall for: other sites, other hosts, foreign seals, made-up headers; and the language of the reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import pytest

from tests import doors
from tests.conftest import Office
from tests.doors import FOCAL, MONITOR, House, digits, hidden, words


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


EVIL = (
    "//evil.example", "/\\evil.example", "https://evil.example", "http:evil.example", "javascript:alert(1)", "\\\\evil.example",
    "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example", "/\r\nLocation: https://evil.example", "evil.example",
    "///evil.example", "", "/\x00/evil.example", "?x", "/\u200b/evil.example", "/\u2028x",
)  # fmt: skip


@pytest.mark.parametrize("onward", EVIL, ids=ascii)
def test_after_signing_in_one_stays_on_this_site(house: House, onward: str) -> None:
    browser = house.browser()
    shown = browser.get("/sign-in", params={"next": onward}).text
    assert "evil" not in shown.split("<main")[1]
    _page, handle = house.begin(browser, FOCAL, next=onward)
    typed = {"handle": handle, "code": digits(house.letters()[0]), "next": onward}
    for answer in (
        browser.post("/sign-in/code", data=typed),
        browser.post("/language", data={"language": "en", "next": onward}),
    ):
        where = urljoin(doors.BASE + "/sign-in/code", answer.headers["location"])
        assert answer.status_code == 303 and urlsplit(where).netloc == "127.0.0.1:8000", answer.headers["location"]
        assert "\n" not in answer.headers["location"] and len(answer.headers.get_list("location")) == 1


def test_one_is_led_back_to_what_was_wanted(house: House) -> None:
    browser = house.browser()
    wanted = "/reviews?x=a%26b&y=Ph%C3%B2ng"
    led = browser.get(wanted)
    assert led.status_code == 303
    asked = browser.get(led.headers["location"])
    assert asked.status_code == 200
    onward = asked.text.split("<main")[1]
    _page, handle = house.begin(browser, FOCAL)
    typed = {"handle": handle, "code": digits(house.letters()[0]), "next": hidden(onward, "next").replace("&amp;", "&")}
    assert browser.post("/sign-in/code", data=typed).headers["location"] == wanted


FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "https://127.0.0.1:8000"},
    {"Origin": "http://[bad"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
)


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_forms_of_other_sites_do_nothing(house: House, headers: dict[str, str]) -> None:
    browser = house.signed_in(MONITOR)
    page = browser.get("/reviews").text
    seal, before = hidden(page, "seal"), house.entries()
    for path, data in (
        ("/sign-in", {"address": FOCAL}),
        ("/sign-in/code", {"handle": "x", "code": "1"}),
        ("/sign-in/abc", {}),
        ("/sign-out", {"seal": seal}),
        ("/language", {"language": "en"}),
        ("/reviews", {"seal": seal, "title": "x"}),
        ("/reviews/1/close", {"seal": seal}),
        ("/overdue", {"seal": seal, "act": "pressed", "chosen": "1"}),
    ):
        answer = browser.post(path, data=data, headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False), path
    assert house.letters() == [] and house.letters("press") == []
    assert (house.entries(), browser.get("/reviews").status_code) == (before, 200)


def test_a_form_without_its_seal_or_with_that_of_another_session_does_nothing(house: House) -> None:
    mine, again, theirs = house.signed_in(MONITOR), house.signed_in(MONITOR), house.signed_in(doors.ADMIN)
    seals = [hidden(browser.get("/reviews").text, "seal") for browser in (again, theirs)]
    own = hidden(mine.get("/reviews").text, "seal")
    nobodys = house.app.state.office.keys.signer("form").get_signature("").decode()
    before = house.entries()
    for seal in ("", "x", own[:-1], own + "a", own.swapcase(), nobodys, "é", "\x00", *seals):
        for path, data in (
            ("/sign-out", {}),
            ("/reviews", {"title": "x"}),
            ("/reviews/1/close", {"conclusion": "x"}),
            ("/overdue", {"act": "explain", "chosen": "1", "words": "x"}),
        ):
            assert mine.post(path, data={**data, "seal": seal}).status_code == 403, (path, seal)
    assert (house.entries(), mine.get("/reviews").status_code) == (before, 200)
    assert mine.post("/reviews", data={"title": "x", "seal": own}).status_code == 303


def test_without_a_session_no_seal_helps(house: House) -> None:
    seal, before = hidden(house.signed_in(MONITOR).get("/reviews").text, "seal"), house.entries()
    answer = house.browser().post("/reviews", data={"seal": seal, "title": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert house.entries() == before


def test_a_trusted_proxy_states_who_it_is_and_nobody_else_does(house: House) -> None:
    rules = replace(house.settings.sign_in, header="X-Remote-User", proxies=("10.0.0.1",))
    there = House(house.office, sign_in=rules)
    stated = {"X-Remote-User": f" {MONITOR.upper()} "}
    proxy, stranger = there.browser(client=("10.0.0.1", 1)), there.browser(client=("10.0.0.2", 1))
    page = proxy.get("/reviews", headers=stated)
    assert page.status_code == 200 and "Hà Theo Dõi" in page.text
    assert proxy.get("/reviews").status_code == 303, "without the header nobody is there"
    assert stranger.get("/reviews", headers=stated).status_code == 303
    assert proxy.get("/reviews", headers={"X-Remote-User": "la@example.vn"}).status_code == 303
    seal, before = hidden(page.text, "seal"), there.entries()
    assert stranger.post("/reviews", data={"title": "x", "seal": seal}, headers=stated).status_code == 303
    other = {"X-Remote-User": doors.ADMIN}
    assert proxy.post("/reviews", data={"title": "x", "seal": seal}, headers=other).status_code == 403
    assert there.entries() == before
    assert proxy.post("/reviews", data={"title": "x", "seal": seal}, headers=stated).status_code == 303
    plain = House(house.office).browser(client=("127.0.0.1", 1))
    assert plain.get("/reviews", headers=stated).status_code == 303, "unless the office has said so"


def test_what_the_proxy_states_goes_before_a_session(house: House) -> None:
    rules = replace(house.settings.sign_in, header="X-Remote-User", proxies=("testclient",))
    there = House(house.office, sign_in=rules)
    browser = there.signed_in(doors.ADMIN)
    assert "Hà Theo Dõi" in browser.get("/reviews", headers={"X-Remote-User": MONITOR}).text
    assert browser.get("/reviews", headers={"X-Remote-User": "la@example.vn"}).status_code == 303


def test_the_link_of_the_letter_leads_to_our_own_address(house: House) -> None:
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}):
        house.client.post("/sign-in", data={"address": FOCAL}, headers=headers)
        house.client.post("/api/v1/sign-in", json={"address": FOCAL}, headers=headers)
    letters = house.letters()
    assert len(letters) == 4
    for letter in letters:
        assert "http://127.0.0.1:8000/sign-in/" in words(letter) and b"evil" not in letter.content


def test_where_the_office_signs_in_otherwise_no_letter_is_sent(house: House) -> None:
    there = House(house.office, sign_in=replace(house.settings.sign_in, mail=False))
    assert 'name="address"' not in there.client.get("/sign-in").text
    assert there.client.post("/sign-in", data={"address": FOCAL}).status_code == 409
    assert there.client.post("/api/v1/sign-in", json={"address": FOCAL}).status_code == 409
    assert there.letters() == []


@pytest.mark.parametrize(
    "address", ["", "x", "a@b\x00c", "'; drop table agency; --@x", "a" * 150 + "@b.vn", "@", "a@b\r\nBcc: x@y"]
)
def test_no_address_breaks_the_page(house: House, address: str) -> None:
    answer = house.client.post("/sign-in", data={"address": address})
    assert answer.status_code in (200, 422) and house.letters() == []
    assert house.client.post("/api/v1/sign-in", json={"address": address}).status_code in (202, 422)
    assert house.client.post("/sign-in/code", data={"handle": address, "code": address}).status_code == 422


@pytest.mark.parametrize(
    "cookie", ["a@b=1", "dondoc=%00", 'dondoc="', "language=xx; dondoc=é", "=;;;", "dondoc=" + "x" * 5000]
)
def test_no_cookie_breaks_a_page(house: House, cookie: str) -> None:
    answer = house.client.get("/sign-in", headers={b"Cookie": cookie.encode()})
    assert answer.status_code == 200
    assert house.client.get("/reviews", headers={b"Cookie": cookie.encode()}).status_code == 303


def test_the_language_is_the_readers_choice_and_stays(house: House) -> None:
    browser = house.browser()
    assert '<html lang="vi">' in browser.get("/sign-in").text
    switched = browser.post("/language", data={"language": "en", "next": "/sign-in?next=%2Ftasks"})
    assert (switched.status_code, switched.headers["location"]) == (303, "/sign-in?next=%2Ftasks")
    assert "httponly" in switched.headers["set-cookie"].lower()
    assert '<html lang="en">' in browser.get("/sign-in").text
    assert '<html lang="en">' in browser.get("/nowhere").text
    assert browser.post("/language", data={"language": "xx"}).status_code == 303
    assert '<html lang="en">' in browser.get("/sign-in").text, "an unknown one changes nothing"
    assert '<html lang="vi">' in house.browser().get("/sign-in").text, "nobody else's language changes"


def test_an_address_that_is_a_permission_is_not_repeated_in_the_page(house: House) -> None:
    for path in ("/sign-in/abcdefgh", "/v/abcdefgh"):
        assert "abcdefgh" not in house.client.get(path).text
