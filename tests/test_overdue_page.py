"""The overdue review: every figure is as many rows as its link opens, filters narrow, acts on many do what they can and tell the rest."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from sqlmodel import Session, col, select

from tests import doors, make
from tests.conftest import Office
from tests.doors import ADMIN, FOCAL, LEADER, MONITOR, OFFICE, House, hidden, words
from workflow.access import people
from workflow.access.roles import Role
from workflow.audit import AuditEntry
from workflow.basis import Basis
from workflow.duties.request import Wish, ask
from workflow.history.chain import first_fault
from workflow.message import Message, Reminder
from workflow.occurrence import Occurrence
from workflow.queries import FIGURES
from workflow.standing import Status

BASIS = "Công văn 120/UBND-VP ngày 3/9/2025"
HIDDEN = "Việc mật không ai biết"


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
    made = House(office)
    with made.client:
        yield made


def random_register(session: Session, chance: random.Random) -> None:
    """Three directives, one of them confidential, whose duties have gone any way until the middle of October."""
    names = ["Phòng Một", "Phòng Hai", "Phòng Ba", "Phòng Bốn"]
    timings = (
        "30/6/2025",
        "15/9/2025",
        "30/9/2025",
        "10/10/2025",
        "20/10/2025",
        "31/12/2025",
        "Quý III và Quý IV",
        "Thường xuyên",
        "Hằng quý",
    )
    texts = ("Lập kế hoạch", "Báo cáo kết quả", "Rà soát 100% văn bản", "Đôn đốc_nhắc nhở")
    for n, number in enumerate(("27/KH-UBND", "28/KH-UBND", "29/KH-UBND")):
        tasks = [
            make.task(
                f"{i}",
                chance.choice(texts) if n < 2 else HIDDEN,
                chance.choice(timings),
                "; ".join(chance.sample(names, chance.choice((1, 1, 2)))),
            )
            for i in range(1, chance.randint(5, 9))
        ]
        made = make.enacted(session, *tasks, number=number, when="2025-04-11 09:00")
        made.confidential = n == 2
    monitor = make.agency(session, "Sở Tài chính", new=True)
    session.flush()
    how: dict[str, Any] = {"by": make.BY, "at": make.at("2025-04-12 10:00"), "today": date(2025, 4, 12)}
    people.appoint(session, "Trần Quản Trị", Role.ADMINISTRATOR, **how, email=ADMIN)
    people.appoint(session, "Hà Theo Dõi", Role.MONITOR, **how, agency=monitor, email=MONITOR)
    for occurrence in session.exec(select(Occurrence).order_by(col(Occurrence.id))).all():
        at, basis = make.at("2025-08-01 09:00"), Basis("12/CV", date(2025, 7, 1))
        for _step in range(chance.randint(0, 4)):
            at += timedelta(days=chance.randint(1, 22), hours=chance.randint(0, 5))
            if at > make.at("2025-10-15 08:00"):
                break
            verbs: dict[Status, tuple[str, ...]] = {
                Status.NOT_STARTED: ("start", "submit", "suspend", "cancel", "redate"),
                Status.IN_PROGRESS: ("submit", "submit", "ask"),
                Status.SUBMITTED: ("confirm", "confirm", "send_back"),
                Status.RETURNED: ("submit",),
                Status.COMPLETED: ("reopen",),
                Status.SUSPENDED: ("resume",),
            }
            verb = chance.choice(verbs.get(occurrence.status, ("",)))
            acting: dict[str, Any] = {"by": make.BY, "at": at}
            if verb == "submit":
                occurrence.submit(session, **acting, today=at.date(), result="xong")
            elif verb == "redate" and occurrence.due_on:
                occurrence.redate(session, occurrence.due_on + timedelta(days=30), **acting, reason="gia hạn")
            elif verb == "ask" and occurrence.due_on and not occurrence.period.startswith("ongoing"):
                until = max(occurrence.due_on, at.date()) + timedelta(days=40)
                ask(
                    session, occurrence, Wish.EXTENSION, **acting, today=at.date(), reason="chờ", basis=basis, due=until
                )
                verb = ""
            elif verb in ("start", "confirm", "resume"):
                getattr(occurrence, verb)(session, **acting)
            elif verb in ("send_back", "reopen", "suspend", "cancel"):
                getattr(occurrence, verb)(session, **acting, reason="vì")
            if not verb:
                break


def rows(page: str) -> int:
    """How many rows a list has, over all its pages."""
    found = re.search(r'<p class="note">\D*(\d+)', page)
    shown = page.count('<td data-title="', 0) and len(re.findall(r'<tr><td data-title="[^"]*"><a href="/tasks/', page))
    assert found and (int(found[1]) > 50 or int(found[1]) == shown), page
    return int(found[1])


def figures(page: str) -> list[tuple[int, str]]:
    """Every figure of a page with the list that it opens."""
    found = re.findall(r'<a href="(/tasks\?[^"]*figure=[^"]*)">(?:\D*?)(\d+)', page)
    return [(int(number), unescape(path)) for path, number in found]


@pytest.mark.parametrize("seed", range(3))
def test_every_figure_is_as_many_as_its_list_has_rows(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    with office.database.transaction() as session:
        random_register(session, chance)
    house = House(office)
    browser, checked, nonzero = house.signed_in(MONITOR), 0, 0
    for narrow in (
        "",
        "as_of=2025-09-20",
        "as_of=2025-08-15",
        "original=1",
        "original=1&as_of=2025-09-20",
        "as_of=2026-03-01",
        "directive=KH27",
        "search=bao cao",
    ):
        for by in ("by=agency", "by=directive"):
            page = browser.get(f"/overdue?{by}&{narrow}")
            assert page.status_code == 200 and HIDDEN not in page.text and "KH29" not in page.text
            body = page.text.rsplit("<tbody>", 1)[1]
            one = r'<td class="right[^"]*" data-title="[^"]*">(?:<a href="[^"]*">)?(\d+)'
            cells = [re.findall(one, row) for row in body.split("<tr>")]
            per = [[int(n) for n in row[: len(FIGURES)]] for row in cells if row]
            totals = [sum(column) for column in zip(*per, strict=True)] if per else []
            told = dict(
                re.findall(r'figure=(\w+)[^"]*">\D*?(\d+)', page.text.split('<table class="four">')[1].split("</p>")[0])
            )
            shown = [int(told[name]) for name in FIGURES]
            assert not per or shown == totals, (narrow, by, "the two by two is the sum of the rows")
            for number, path in set(figures(page.text)):
                opened = browser.get(path)
                assert opened.status_code == 200
                assert rows(opened.text) == number, (narrow, path)
                checked, nonzero = checked + 1, nonzero + bool(number)
    assert checked > 100 and nonzero > 40


@pytest.mark.parametrize("seed", range(2))
def test_the_two_by_two_and_what_lies_beside_it_are_everything(office: Office, seed: int) -> None:
    """Given = done on time + done late + waiting + open in time + overdue + without a deadline, but for what rests."""
    with office.database.transaction() as session:
        random_register(session, random.Random(100 + seed))
    browser = House(office).signed_in(MONITOR)
    for day in ("", "as_of=2025-09-20&"):
        counted = {name: rows(browser.get(f"/tasks?{day}figure={name}").text) for name in FIGURES}
        assert counted["total"] == sum(counted.values()) - counted["total"]
        late = browser.get(f"/overdue?{day}tab=overdue").text
        assert len(re.findall(r'name="chosen"', late)) == (counted["overdue"] if not day else 0)
        assert len(re.findall(r'<strong class="standing overdue">', late)) == counted["overdue"]
        by_level = sum(
            len(re.findall(r'<strong class="standing overdue">', browser.get(f"/overdue?{day}level={level}").text))
            for level in ("1-5", "6-10", "11-30", "31")
        )
        assert by_level == counted["overdue"]


def listed(page: str) -> set[str]:
    return set(re.findall(r'<a href="/tasks/([^"?]+)"', page.split("<main")[1]))


def test_what_is_chosen_narrows_the_list(house: House) -> None:
    browser = house.signed_in(MONITOR)
    assert listed(browser.get("/overdue").text) == {"KH27-I.1"}
    assert listed(browser.get("/overdue?tab=soon").text) == {"KH27-I.2"}
    for search in ("ke hoach", "KẾ HOẠCH", "dao tao can bo", "đào"):
        assert listed(browser.get("/tasks", params={"search": search}).text) == {"KH27-I.1"}, search
    for search in ("%", "_", "!", "\\", "'", "kế%", "x' or 1=1 --"):
        answer = browser.get("/tasks", params={"search": search})
        assert (answer.status_code, listed(answer.text)) == (200, set()), search
    assert listed(browser.get("/tasks?agency=PTP").text) == {"KH27-I.2", "KH27-I.4"}
    assert listed(browser.get("/tasks?directive=KH27&section=I. Mục một&standing=no_deadline").text) == {"KH27-I.3"}
    assert listed(browser.get("/tasks?section=II").text) == set()
    for wrong, status in (
        ("as_of=xx", 400),
        ("standing=x", 400),
        ("figure=x", 400),
        ("page=0", 422),
        ("agency=XYZ", 404),
        ("directive=KH99", 404),
        ("as_of=31/2/2025", 400),
    ):
        assert browser.get(f"/tasks?{wrong}").status_code == status, wrong
    assert browser.get("/overdue?tab=x&level=y&by=z&of=q&review=%F0%9D%9F%99&original=2").status_code == 200
    assert browser.get("/overdue?review=9999999999").status_code == 200


def test_a_long_list_comes_in_pages(house: House) -> None:
    with house.office.database.transaction() as session:
        make.enacted(session, *(make.task(f"{n}", f"Việc số {n}") for n in range(1, 121)), number="30/KH-UBND")
    browser = house.signed_in(MONITOR)
    for path in (
        "/overdue?directive=KH30",
        "/tasks?directive=KH30&standing=overdue",
        "/tasks?directive=KH30&figure=overdue",
    ):
        seen: list[str] = []
        onward: str | None = path
        while onward:
            page = browser.get(onward).text
            found = re.findall(r'<a href="/tasks/(KH30-\d+)"', page)
            assert len(found) <= 50 and not set(found) & set(seen)
            seen += found
            link = re.search(r'<a rel="next" href="([^"]+)"', page)
            onward = unescape(link[1]) if link else None
            assert not onward or set(path.partition("?")[2].split("&")) <= set(onward.partition("?")[2].split("&"))
        assert len(seen) == 120, path


def bulk(browser: Any, act: str, *ids: int, **typed: Any) -> Any:
    """Press the button below the list."""
    page = browser.get("/overdue").text
    return browser.post(
        "/overdue", data={"seal": hidden(page, "seal"), "act": act, "chosen": list(ids), **typed}, follow_redirects=True
    )


def ids(house: House, *codes: str) -> list[int]:
    with house.office.database.transaction() as session:
        return [make.occurrence(session, code).id or 0 for code in codes]


@pytest.mark.parametrize("act", ["pressed", "explain"])
def test_agencies_are_pressed_at_once_with_a_link_for_each_task(house: House, act: str) -> None:
    browser, chosen = house.signed_in(MONITOR), ids(house, "KH27-I.1", "KH27-I.3", "KH27-I.2")
    if act == "explain":
        assert bulk(browser, act, *chosen).status_code == 422 and house.letters("press") == [], "it needs words"
    answer = bulk(browser, act, *chosen, words="Gấp <b>lắm</b>")
    assert answer.status_code == 200 and 'role="status"' in answer.text
    letters = house.letters("press")
    assert sorted(letter.recipient for letter in letters) == [FOCAL, doors.OTHER, "pnv@example.vn", "ptp@example.vn"]
    (own,) = [letter for letter in letters if letter.recipient == FOCAL]
    told = words(own)
    assert "KH27-I.1" in told and "KH27-I.3" in told and "KH27-I.2" not in told and "Gấp <b>lắm</b>" in told
    assert len(set(re.findall(r"/v/\S+", told))) == 2
    assert house.client.get(re.findall(r"/v/\S+", told)[0]).status_code == 200
    with house.office.database.transaction() as session:
        assert {r.rung.split(":")[0] for r in session.exec(select(Reminder))} == {act}
        (sent,) = {m.status for m in session.exec(select(Message).where(Message.kind == "press"))}
        assert sent == "sent" and first_fault(session) is None
    assert house.acts()[-3:] == ["remind now" if act == "pressed" else "ask explanation"] * 3


def test_one_that_cannot_be_done_does_not_stop_the_others(house: House) -> None:
    focal, browser = house.program(FOCAL), house.signed_in(MONITOR)
    for code in ("KH27-I.1", "KH27-I.3"):
        focal.post("/api/v1/acts", json={"act": "submit", "code": code, "words": "xong"})
    one, two, other = ids(house, "KH27-I.1", "KH27-I.3", "KH27-I.2")
    answer = bulk(browser, "confirm", one, other, two, words="Đạt")
    assert answer.status_code == 200 and 'role="status"' in answer.text and 'role="alert"' in answer.text
    with house.office.database.transaction() as session:
        state = {code: make.occurrence(session, code).status for code in ("KH27-I.1", "KH27-I.2", "KH27-I.3")}
        assert first_fault(session) is None
    assert state["KH27-I.1"] is Status.COMPLETED and state["KH27-I.2"] is Status.NOT_STARTED
    assert state["KH27-I.3"] is Status.COMPLETED and house.acts().count("confirm") == 2
    assert bulk(browser, "confirm", other).status_code == 422, "nothing was done"


def test_reports_are_sent_back_and_requests_decided(house: House) -> None:
    focal, browser = house.program(FOCAL), house.signed_in(MONITOR)
    one, three = ids(house, "KH27-I.1", "KH27-I.3")
    focal.post("/api/v1/acts", json={"act": "submit", "code": "KH27-I.3", "words": "xong"})
    asked = {"act": "ask_extension", "code": "KH27-I.1", "reason": "chờ", "basis": BASIS, "until": "2025-12-20"}
    assert focal.post("/api/v1/acts", json=asked).status_code == 200
    assert listed(browser.get("/overdue?tab=waiting").text) == {"KH27-I.3"}
    assert listed(browser.get("/overdue?tab=asked").text) == {"KH27-I.1"}
    assert bulk(browser, "return", three).status_code == 422, "a reason is needed"
    assert bulk(browser, "return", three, words="Thiếu phụ lục").status_code == 200
    assert bulk(browser, "refuse", one, words="Không đủ lý do").status_code == 200
    assert focal.post("/api/v1/acts", json=asked).status_code == 200
    assert bulk(browser, "grant", one, basis=BASIS, until="2025-11-30").status_code == 200
    assert bulk(browser, "grant", one, basis=BASIS).status_code == 422, "nobody asks for anything now"
    with house.office.database.transaction() as session:
        assert make.occurrence(session, "KH27-I.3").status is Status.RETURNED
        assert make.occurrence(session, "KH27-I.1").due_on == date(2025, 11, 30)


@pytest.mark.parametrize("person", [FOCAL, OFFICE, ADMIN, LEADER, doors.HEAD])
def test_who_may_not_changes_nothing_and_the_history_says_who_tried(house: House, person: str) -> None:
    house.program(FOCAL).post("/api/v1/acts", json={"act": "submit", "code": "KH27-I.3", "words": "xong"})
    browser, chosen = house.signed_in(person), ids(house, "KH27-I.3", "KH27-I.1")
    page = browser.get("/overdue").text
    assert 'name="chosen"' not in page, "no boxes for whoever may not"
    seal = hidden(browser.get("/reviews").text, "seal")
    for act in ("confirm", "return", "pressed", "explain"):
        before = house.acts()
        answer = browser.post(
            "/overdue", data={"seal": seal, "act": act, "chosen": chosen, "words": "x", "basis": BASIS}
        )
        assert answer.status_code == 403, act
        assert house.acts() == [*before, "not permitted"]
    assert house.letters("press") == []
    with house.office.database.transaction() as session:
        assert make.occurrence(session, "KH27-I.3").status is Status.SUBMITTED
        last = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
        assert last and last.channel == "web"


@pytest.mark.parametrize(
    "typed",
    [{"act": ""}, {"act": "cancel"}, {"chosen": []}, {"chosen": ["x"]}, {"chosen": ["0"]}, {"chosen": ["99999999999"]}, {"act": "note"}, {"until": "x"}, {"review_number": "9999999999"}, {"words": "x" * 2001}, {"review_number": "7", "act": "note"}, {"view": "as_of=xx"}, {"view": "tab=%00&search=%00&by=y&page=0&original="}],
    ids=str,
)  # fmt: skip
def test_a_form_that_is_not_complete_asks_again(house: House, typed: dict[str, Any]) -> None:
    browser, (one,) = house.signed_in(MONITOR), ids(house, "KH27-I.1")
    page, before = browser.get("/overdue").text, house.entries()
    data = {"seal": hidden(page, "seal"), "act": "pressed", "chosen": [one], "words": "x", **typed}
    answer = browser.post("/overdue", data=data)
    assert answer.status_code in ((303,) if "tab" in str(typed) else (400, 422)), answer.text
    assert house.entries() == before + ("tab" in str(typed))


def test_a_confidential_task_is_pressed_by_nobody_who_does_not_see_it(house: House) -> None:
    (secret,) = ids(house, "KH28-I.1")
    answer = bulk(house.signed_in(MONITOR), "pressed", secret)
    assert doors.SECRET not in answer.text and house.letters("press") == []
    assert answer.status_code in (200, 422) and "remind now" not in house.acts()
