"""Signing in with digits or the link of a letter: once each, not for long, and the answer never says who is registered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from tests import doors, make
from tests.conftest import Office
from tests.doors import FOCAL, MONITOR, House, digits, hidden, link, words
from workflow.access.entry import SignIn, WebSession
from workflow.agency import Agency


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def who(browser: object) -> int:
    """Whether a browser is signed in: 200, or 303 to the sign-in."""
    return int(browser.get("/reviews").status_code)  # type: ignore[attr-defined]


def test_the_digits_of_the_letter_let_in_and_the_history_says_so(house: House) -> None:
    browser = house.browser()
    assert who(browser) == 303
    page, handle = house.begin(browser, f"  {FOCAL.upper()} ", next="/overdue?by=agency")
    assert page.status_code == 200 and 'name="next" value="/overdue?by=agency"' in page.text
    (letter,) = house.letters()
    assert letter.recipient == FOCAL and digits(letter)[:3] not in letter.subject
    spaced = f"{digits(letter)[:3]} {digits(letter)[3:]}"
    answer = browser.post("/sign-in/code", data={"handle": handle, "code": spaced, "next": "/overdue?by=agency"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/overdue?by=agency")
    assert who(browser) == 200 and "Lê Hoa" in browser.get("/reviews").text
    assert house.acts()[-1] == "sign in"


def test_the_link_of_the_letter_lets_in_and_looking_uses_nothing_up(house: House) -> None:
    _page, handle = house.begin(house.client, FOCAL)
    path = link(house.letters()[0])
    scanner = house.browser()
    for _n in range(3):
        assert scanner.get(path).status_code == 200 and FOCAL in scanner.get(path).text
        assert scanner.head(path).status_code in (200, 405)
    assert "set-cookie" not in scanner.get(path).headers and who(scanner) == 303
    assert house.acts()[-1] != "sign in"
    browser = house.browser()
    assert browser.post(path).status_code == 303 and who(browser) == 200
    assert scanner.get(path).status_code == 404, "used up"
    assert scanner.post(path).status_code == 422 and who(scanner) == 303
    late = scanner.post("/sign-in/code", data={"handle": handle, "code": digits(house.letters()[0])})
    assert late.status_code == 422, "the digits went with the link"


def test_the_digits_work_once(house: House) -> None:
    _page, handle = house.begin(house.client, FOCAL)
    typed = {"handle": handle, "code": digits(house.letters()[0])}
    assert house.client.post("/sign-in/code", data=typed).status_code == 303
    other = house.browser()
    assert other.post("/sign-in/code", data=typed).status_code == 422 and who(other) == 303
    assert other.post(link(house.letters()[0])).status_code == 422


def test_five_wrong_digits_are_enough(house: House) -> None:
    _page, handle = house.begin(house.client, FOCAL)
    right = digits(house.letters()[0])
    wrong = "000000" if right != "000000" else "111111"
    for _n in range(5):
        answer = house.client.post("/sign-in/code", data={"handle": handle, "code": wrong, "address": FOCAL})
        assert answer.status_code == 422 and 'role="alert"' in answer.text and right not in answer.text
        assert hidden(answer.text, "handle") == handle
    assert house.client.post("/sign-in/code", data={"handle": handle, "code": right}).status_code == 422
    assert house.client.get(link(house.letters()[0])).status_code == 404
    assert house.client.post(link(house.letters()[0])).status_code == 422 and who(house.client) == 303


@pytest.mark.parametrize("code", ["", "-", " ", "abcdef", "12345", "1234567", "１２３４５６", "١٢٣٤٥٦", "0" * 200])
def test_what_are_no_six_digits_is_refused(house: House, code: str) -> None:
    _page, handle = house.begin(house.client, FOCAL)
    assert house.client.post("/sign-in/code", data={"handle": handle, "code": code}).status_code == 422
    assert who(house.client) == 303


def test_the_digits_of_another_sign_in_do_not_count(house: House) -> None:
    _page, mine = house.begin(house.client, FOCAL)
    _page, theirs = house.begin(house.client, MONITOR)
    first, second = house.letters()
    assert house.client.post("/sign-in/code", data={"handle": theirs, "code": digits(first)}).status_code == 422
    assert house.client.post("/sign-in/code", data={"handle": mine, "code": digits(second)}).status_code == 422
    assert who(house.client) == 303


def test_digits_and_link_hold_for_a_quarter_of_an_hour(house: House) -> None:
    began = house.moment
    _page, handle = house.begin(house.client, FOCAL)
    letter = house.letters()[0]
    house.moment = began + timedelta(minutes=14, seconds=59)
    assert house.client.get(link(letter)).status_code == 200
    house.moment = began + timedelta(minutes=15)
    assert house.client.get(link(letter)).status_code == 404
    assert house.client.post(link(letter)).status_code == 422
    assert house.client.post("/sign-in/code", data={"handle": handle, "code": digits(letter)}).status_code == 422


def test_nobody_learns_who_is_registered(house: House) -> None:
    """The page for a registered mailbox and for any other are the same bytes but for what was typed and the handle."""
    pages = []
    for address in (FOCAL, "la@example.vn", "pnv@example.vn", "x@y"):
        page, handle = house.begin(house.browser(), address)
        same = page.text.replace(handle, "HANDLE").replace(address, "ADDRESS")
        wrong = house.client.post("/sign-in/code", data={"handle": handle, "code": "x", "address": address})
        told = wrong.text.replace(handle, "HANDLE").replace(address, "ADDRESS")
        headers = {n: v for n, v in page.headers.items() if n not in ("content-length", "date")}
        pages.append((page.status_code, same, headers, len(handle), wrong.status_code, told))
    assert all(one == pages[0] for one in pages)
    assert [letter.recipient for letter in house.letters()] == [FOCAL, "pnv@example.vn"]


def test_an_agencys_own_mailbox_comes_in_as_its_focal_point(house: House) -> None:
    browser = house.by_digits("pnv@example.vn")
    assert who(browser) == 200 and "Phòng Nội vụ" in browser.get("/reviews").text
    program = house.program("pnv@example.vn")
    assert program.get("/api/v1/whoami").json()["roles"] == ["focal_point"]
    order = {"act": "start", "code": "KH27-I.3"}
    assert program.post("/api/v1/acts", json=order).json()["status"] == "in_progress"


def test_a_mailbox_is_not_flooded_and_nobody_is_locked_out(house: House) -> None:
    for _n in range(9):
        assert house.begin(house.client, FOCAL)[0].status_code == 200, "the answer does not say that it is too often"
    assert len(house.letters()) == 5
    assert house.begin(house.client, MONITOR)[0].status_code == 200 and len(house.letters()) == 6
    house.moment += timedelta(hours=1, seconds=1)
    house.by_digits(FOCAL)


def test_limits_outlive_a_restart_and_end_by_themselves(house: House) -> None:
    """Guesses from one address are counted in the record: a new process goes on counting."""
    for n in range(60):
        code = house.client.post("/sign-in/code", data={"handle": f"h{n}", "code": "123456"}).status_code
        assert code == 422
    again = House(house.office)
    for browser in (house.client, again.browser()):
        assert browser.post("/sign-in/code", data={"handle": "x", "code": "123456"}).status_code == 429
        assert browser.post("/sign-in/nothing").status_code == 429
        assert browser.post("/api/v1/sign-in/x", json={"code": "123456"}).status_code == 429
    again.moment = house.moment + timedelta(hours=1, seconds=1)
    again.by_digits(FOCAL)


def test_wishes_from_one_address_are_counted(house: House) -> None:
    codes = [house.client.post("/sign-in", data={"address": f"a{n}@b.vn"}).status_code for n in range(62)]
    assert codes == [200] * 60 + [429] * 2
    assert house.browser(client=("10.9.8.7", 1)).post("/sign-in", data={"address": FOCAL}).status_code == 200
    house.moment += timedelta(hours=1, seconds=1)
    assert house.client.post("/sign-in", data={"address": FOCAL}).status_code == 200


def test_signing_in_begins_a_new_session_whatever_the_browser_brought(house: House) -> None:
    browser = house.browser()
    browser.cookies.set("dondoc", "chosen-by-somebody-else", domain="127.0.0.1", path="/")
    house.by_digits(FOCAL, browser)
    first = browser.cookies["dondoc"]
    assert first != "chosen-by-somebody-else" and len(first) > 40
    house.by_digits(FOCAL, browser)
    second = browser.cookies["dondoc"]
    assert second != first and who(browser) == 200
    old = house.browser()
    old.cookies.set("dondoc", first)
    assert who(old) == 303, "what the browser brought along has ended"


def test_signing_out_ends_it_on_the_server(house: House) -> None:
    browser, elsewhere = house.by_digits(FOCAL), house.by_digits(FOCAL)
    kept = browser.cookies["dondoc"]
    left = browser.post("/sign-out", data={"seal": hidden(browser.get("/reviews").text, "seal")})
    assert left.status_code == 303 and 'dondoc=""' in left.headers["set-cookie"]
    old = house.browser()
    old.cookies.set("dondoc", kept)
    assert (who(old), who(elsewhere), house.acts()[-1]) == (303, 200, "sign out")


def test_signing_out_everywhere_ends_every_session_of_the_person_alone(house: House) -> None:
    one, two, other = (house.signed_in(address) for address in (FOCAL, FOCAL, MONITOR))
    one.post("/sign-out", data={"seal": hidden(one.get("/reviews").text, "seal"), "everywhere": "1"})
    assert [who(browser) for browser in (one, two, other)] == [303, 303, 200]


def test_a_session_ends_after_a_while_without_use_and_in_any_case(house: House) -> None:
    began, idle, hours = house.moment, house.settings.sign_in.idle_minutes, house.settings.sign_in.hours
    browser, still = house.signed_in(FOCAL), house.signed_in(FOCAL)
    house.moment = began + timedelta(minutes=idle - 1)
    assert who(browser) == 200
    house.moment = began + timedelta(minutes=idle)
    assert (who(still), who(browser)) == (303, 200), "one was used, the other not"
    for n in range(2, hours):
        house.moment = began + timedelta(hours=n)
        assert who(browser) == 200, n
    house.moment = began + timedelta(hours=hours) - timedelta(seconds=20)
    assert (who(browser), who(browser)) == (200, 200)
    house.moment = began + timedelta(hours=hours)
    assert who(browser) == 303, "though the page was made a moment ago"


def test_a_role_that_ends_counts_at_the_next_request(house: House) -> None:
    browser, program = house.signed_in("ptp@example.vn"), house.program("ptp@example.vn")
    seal = hidden(browser.get("/reviews").text, "seal")
    assert program.get("/api/v1/tasks").status_code == 200
    with house.office.database.transaction() as session:
        session.exec(select(Agency).where(Agency.name == "Phòng Tư pháp")).one().mailbox = "moi@example.vn"
    before = house.entries()
    assert who(browser) == 303 and program.get("/api/v1/tasks").status_code == 401
    assert browser.post("/reviews", data={"seal": seal, "title": "x"}).status_code == 303
    assert program.post("/api/v1/acts", json={"act": "start", "code": "KH27-I.2"}).status_code == 401
    assert house.entries() == before


@pytest.mark.parametrize("secure", [False, True])
def test_the_cookie_is_kept_from_scripts_and_other_sites(house: House, secure: bool) -> None:
    base = "https://dondoc.example" if secure else doors.BASE
    there = House(house.office, links=replace(house.settings.links, base_url=base))
    browser = there.browser()
    _page, handle = there.begin(browser, FOCAL)
    answer = browser.post("/sign-in/code", data={"handle": handle, "code": digits(there.letters()[-1])})
    set_ = answer.headers["set-cookie"]
    name, parts = set_.split("=")[0], [part.strip().lower() for part in set_.split(";")[1:]]
    assert name == ("__Host-dondoc" if secure else "dondoc")
    assert {"httponly", "samesite=lax", "path=/"} <= set(parts) and ("secure" in parts) is secure
    assert not [part for part in parts if part.startswith("domain")]
    assert who(browser) == 200
    left = browser.post("/sign-out", data={"seal": hidden(browser.get("/reviews").text, "seal")})
    assert left.headers["set-cookie"].startswith(f'{name}=""') and who(browser) == 303


def test_of_what_opens_a_door_only_hashes_are_kept_and_no_page_shows_it(
    house: House, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    browser = house.browser()
    _page, handle = house.begin(browser, FOCAL)
    letter = house.letters()[0]
    secret, code = link(letter).rsplit("/", 1)[1], digits(letter)
    shown = browser.get(link(letter)).text
    assert secret not in shown and code not in shown
    browser.post("/sign-in/code", data={"handle": handle, "code": code})
    token = browser.cookies["dondoc"]
    pages = "".join(browser.get(path).text for path in ("/reviews", "/overdue", "/tasks", "/nowhere"))
    with house.office.database.transaction() as session:
        rows = str([list(map(dict, session.exec(select(kind)))) for kind in (SignIn, WebSession)])
    program = house.program(doors.ADMIN)
    told = "".join(program.get(f"/api/v1/{path}").text for path in ("audit", "letters", "tokens", "whoami"))
    said = "".join(capfd.readouterr()) + "".join(r.getMessage() for r in caplog.records if r.name != "httpx2")
    for hide in (secret, code, token, program.headers["authorization"].split()[1]):
        assert hide not in pages + rows + told + said


def test_the_digits_are_no_part_of_the_subject_and_the_letter_names_nobody_else(house: House) -> None:
    house.begin(house.client, FOCAL)
    letter = house.letters()[0]
    assert "Lê Hoa" in words(letter) and not re.search(r"\d{3} ?\d{3}", letter.subject)
    assert letter.queued_at == make.at("2025-10-15 09:00")
