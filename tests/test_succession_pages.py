"""Reorganisations by the pages: what is shown changes nothing, what is carried out is what the command does, and it can be undone."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import openpyxl
import pytest
from sqlmodel import Session, col, select

from tests import doors, make
from tests.conftest import Office, Run
from tests.doors import ADMIN, FOCAL, HEAD, LEADER, MONITOR, OFFICE, SECRET, House, hidden
from workflow.agency import Agency, FocalPoint, add_agency
from workflow.directive import Directive
from workflow.history.chain import first_fault
from workflow.history.replay import differences
from workflow.occurrence import Occurrence
from workflow.register.succession import Handover, Succession
from workflow.task import Assignment

BASIS = "Nghị quyết số 1672/NQ-UBTVQH15 ngày 16/6/2025"
FORM = {"former": "PNV", "heirs": "A", "on": "2025-10-01", "basis": BASIS}
SPLIT = {**FORM, "heirs": "A\nCơ quan B"}
OFFICIALS = [OFFICE, ADMIN]
XSS = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'


def offices(session: Session) -> None:
    for code in "AB":
        add_agency(session, f"Cơ quan {code}", code=code, mailbox=f"{code.lower()}@example.vn")


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    with office.database.transaction() as session:
        doors.register(session)
        offices(session)
    made = House(office)
    with made.client:
        yield made


def state(house: House) -> dict[str, Any]:
    """Who owes, leads, confirms and answers for what, and which agencies have ended."""
    with house.office.database.transaction() as session:
        return {
            "duties": [(o.id, o.agency_id, o.due_on) for o in _all(session, Occurrence)],
            "parts": [(a.id, a.owed_by_id) for a in _all(session, Assignment)],
            "monitors": [(d.id, d.monitor_id) for d in _all(session, Directive)],
            "ends": [(a.id, a.valid_to, a.parent_id) for a in _all(session, Agency)],
            "people": [(p.agency_id, p.email, p.valid_from, p.valid_to) for p in _all(session, FocalPoint)],
        }


def _all(session: Session, kind: Any) -> list[Any]:
    return list(session.exec(select(kind).order_by(col(kind.id))))


def handovers(house: House) -> list[tuple[Any, ...]]:
    with house.office.database.transaction() as session:
        return [
            (h.occurrence_id, h.assignment_id, h.directive_id, h.agency_id, h.held) for h in _all(session, Handover)
        ]


def owners(house: House) -> dict[str, str]:
    with house.office.database.transaction() as session:
        return {f"{o.task.code}/{o.period}": o.agency.code for o in _all(session, Occurrence) if o.issued_to.code == "PNV"}  # fmt: skip


def planned(browser: Any, typed: dict[str, str], table: tuple[str, bytes] | None = None) -> Any:
    """Fill in the form, or bring a table, and look at the plan."""
    seal = hidden(browser.get("/succession").text, "seal")
    if table:
        return browser.post("/succession/plan", data={"seal": seal}, files={"table": table})
    return browser.post("/succession/plan", data={"seal": seal, **typed})


def applied(browser: Any, page: str, **more: Any) -> Any:
    """Press the button of a plan."""
    told = {"seal": hidden(page, "seal"), "steps": unescape(hidden(page, "steps"))}
    return browser.post("/succession/apply", data={**told, **more})


def choices(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'<option value="([^"]*\|[^"]*)"', page)]


def alert(page: str) -> str:
    found = re.search(r'role="alert" id="problem">(.*?)</p>', page, re.S)
    assert found, page
    return unescape(found[1])


@pytest.mark.parametrize("who", OFFICIALS)
def test_a_plan_shows_what_would_pass_and_changes_nothing(house: House, who: str) -> None:
    browser, before, entries = house.signed_in(who), state(house), house.entries()
    answer = planned(browser, FORM)
    assert answer.status_code == 200
    for words in (
        "Phòng Nội vụ",
        "Cơ quan A",
        "01/10/2025",
        BASIS,
        "KH27-I.1</a> Lập kế hoạch đào tạo cán bộ",
        "KH27-I.4",
        "Lê Hoa",
    ):
        assert words in answer.text, words
    assert (state(house), house.entries(), handovers(house)) == (before, entries, [])


def test_what_is_carried_out_is_what_the_command_does(house: House, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, before = house.signed_in(OFFICE), state(house)
    answer = applied(browser, planned(browser, FORM).text)
    assert (answer.status_code, answer.headers["location"]) == (303, "/succession?done=1")
    by_page, kept, told = state(house), handovers(house), browser.get("/succession?done=1").text
    assert by_page != before and set(owners(house).values()) == {"A"}
    assert 'class="good"' in told and 'action="/succession/1/undo"' in told
    undone = browser.post("/succession/1/undo", data={"seal": hidden(told, "seal")})
    assert undone.headers["location"] == "/succession?undone=1" and state(house) == before
    after = browser.get("/succession?undone=1").text
    assert 'class="good"' in after and "/succession/1/undo" not in after
    monkeypatch.setenv("DONDOC_ACTOR", OFFICE)
    code, _said, err = run("succession", "apply", "--from", "PNV", "--to", "A", "--on", "1/10/2025", "--basis", BASIS)
    assert code == 0, err
    assert (state(house), handovers(house)) == (by_page, kept)
    with house.office.database.transaction() as session:
        assert first_fault(session) is None and list(differences(session)) == []


def test_what_waits_is_chosen_thing_by_thing_and_the_rest_together(house: House) -> None:
    browser = house.signed_in(OFFICE)
    page = planned(browser, SPLIT).text
    assert set(choices(page)) >= {"PNV|KH27-I.1|A", "PNV|KH27-I.1|B", "PNV||B"}
    before = state(house)
    refused = applied(browser, page, heir=["PNV|KH27-I.1|A", ""])
    assert refused.status_code == 422 and "KH27-I.3 (PNV)" in alert(refused.text)
    assert '<option value="PNV|KH27-I.1|A" selected>' in refused.text, "what was chosen stays chosen"
    assert state(house) == before
    assert applied(browser, refused.text, heir=["PNV|KH27-I.1|A", "", ""], rest=["PNV||B"]).status_code == 303
    found = owners(house)
    assert found["KH27-I.1/2025-Q3"] == "A" and {v for k, v in found.items() if "I.1" not in k} == {"B"}


def test_a_function_passes_with_what_is_named(house: House) -> None:
    browser = house.signed_in(OFFICE)
    page = planned(browser, {**FORM, "kind": "transferred", "tasks": "KH27-I.1; KH27-I.3"}).text
    assert applied(browser, page).status_code == 303
    found = owners(house)
    assert {code.split("/")[0] for code, owner in found.items() if owner == "A"} == {"KH27-I.1", "KH27-I.3"}


def rows(*more: str) -> list[list[str]]:
    head = ["Cơ quan cũ", "Hình thức", "Cơ quan kế thừa", "Ngày hiệu lực", "Căn cứ"]
    return [head, ["Phòng Nội vụ", "sáp nhập", "Cơ quan A", "01/10/2025", BASIS], *([list(more)] if more else [])]


def as_csv(*more: str) -> tuple[str, bytes]:
    return "sap-xep.csv", "\n".join(";".join(row) for row in rows(*more)).encode()


def as_xlsx() -> tuple[str, bytes]:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows():
        book.active.append(row)
    book.save(out)
    return "Sắp xếp.xlsx", out.getvalue()


@pytest.mark.parametrize("table", [as_csv(), as_xlsx()])
def test_a_table_does_what_the_form_does(house: House, table: tuple[str, bytes]) -> None:
    browser = house.signed_in(OFFICE)
    page = planned(browser, {}, table).text
    assert json.loads(unescape(hidden(page, "steps")))[0][0] == 2, "rows keep their numbers"
    assert applied(browser, page).status_code == 303
    assert set(owners(house).values()) == {"A"}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (("x.pdf", b"%PDF-1.7"), "x.pdf"),
        (("x.xlsx", b"khong phai bang"), "x.xlsx"),
        (("x.csv", b"\xff\xfe\x00"), "x.csv"),
        (("x.csv", b""), "x.csv"),
        (("x.csv", "Tên;Mã\na;b".encode()), "Tên, Mã"),
        (("../../etc/<b>x</b>.csv", b"a"), "b>.csv"),
        (as_csv("Phòng Ma", "sáp nhập", "Cơ quan A", "hôm qua", "miệng"), "dòng 3, cột “Cơ quan cũ”"),
    ],
)
def test_what_is_no_table_of_steps_is_told(house: House, table: tuple[str, bytes], told: str) -> None:
    answer = planned(house.signed_in(OFFICE), {}, table)
    assert answer.status_code == 422 and told in alert(answer.text), answer.text
    assert "<b>x" not in answer.text


def test_a_sheet_with_a_far_away_cell_takes_nothing_down(house: House) -> None:
    """Some kilobytes that would be 17 billion cells are refused by the process that looks into them."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(rows()[0])
    book.active["XFD1048576"] = "x"
    book.save(out)
    browser = house.signed_in(OFFICE)
    answer = planned(browser, {}, ("xa.xlsx", out.getvalue()))
    assert answer.status_code == 422 and "xa.xlsx" in alert(answer.text)
    assert browser.get("/succession").status_code == 200


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"former": "Phòng Không Có"}, "không có cơ quan nào là “Phòng Không Có”"),
        ({"heirs": "A\nPhòng Ma"}, "không có cơ quan nào là “Phòng Ma”"),
        ({"heirs": "PNV"}, "cơ quan không thể kế thừa chính mình"),
        ({"on": "31/02/2025"}, "31/02/2025"),
        ({"on": "hôm nào"}, "hôm nào"),
        ({"basis": "theo chỉ đạo"}, "theo chỉ đạo"),
        ({"kind": "nuốt"}, "nuốt"),
        ({"tasks": "KH27-I.1"}, "chỉ chia tách hoặc chuyển chức năng"),
        ({"kind": "transferred", "tasks": "KH99-1"}, "KH99-1"),
    ],
)
def test_the_form_comes_back_with_what_was_typed_and_the_reason(house: House, typed: dict[str, str], told: str) -> None:
    answer = planned(house.signed_in(OFFICE), {**FORM, **typed})
    assert answer.status_code == 422 and told in alert(answer.text)
    assert alert(answer.text).count(told) == 1 and "dòng" not in alert(answer.text), "a form has no rows"
    for name in ("former", "basis", "tasks"):
        assert f'value="{ {**FORM, "tasks": "", **typed}[name] }"' in answer.text


@pytest.mark.parametrize("left_out", [{"former": " "}, {"heirs": " \n "}, {"on": ""}, {"basis": "\x00"}])
def test_what_was_left_out_is_asked_for(house: House, left_out: dict[str, str]) -> None:
    answer = planned(house.signed_in(OFFICE), {**FORM, **left_out})
    assert answer.status_code == 422 and len(alert(answer.text)) > 20 and 'maxlength="300" required' in answer.text


def test_a_day_to_come_is_shown_and_not_carried_out(house: House) -> None:
    browser = house.signed_in(OFFICE)
    now = planned(browser, FORM).text
    later = planned(browser, {**FORM, "on": "2025-12-01"})
    assert later.status_code == 200 and "01/12/2025" in later.text and "/succession/apply" not in later.text
    steps = json.loads(unescape(hidden(now, "steps")))
    steps[0][1]["on"] = "2025-12-01"
    answer = browser.post("/succession/apply", data={"seal": hidden(now, "seal"), "steps": json.dumps(steps)})
    assert answer.status_code == 422 and "01/12/2025" in alert(answer.text) and handovers(house) == []


def test_what_has_changed_since_the_plan_is_checked_again(house: House) -> None:
    browser = house.signed_in(OFFICE)
    page = planned(browser, FORM).text
    assert applied(browser, page).status_code == 303
    again = applied(browser, page)
    assert again.status_code == 422 and "đã được ghi" in alert(again.text)
    with house.office.database.transaction() as session:
        assert len(session.exec(select(Succession)).all()) == 1


CELLS = {"former": "PNV", "kind": "merged", "heir": "A", "on": "2025-10-01", "basis": BASIS}


@pytest.mark.parametrize(
    "steps",
    [
        "",
        "x",
        "[]",
        "{}",
        "null",
        "[[1]]",
        "[[1, {}]]",
        '[[1, {"former": 3}]]',
        '[[1, {"drop": "table"}]]',
        '[[1, {"former": "\\ud800"}]]',
        '[[1, {"former": "\\u0000", "on": "\\u0000"}]]',
        "[" * 100_000,
        json.dumps([[1, CELLS], [1, {**CELLS, "former": "PTP"}]]),
        json.dumps([[-1, CELLS]]),
        json.dumps([[1, {**CELLS, "former": "x" * 4000}]]),
        json.dumps([[1, {**CELLS, "on": "9999-99-99"}]]),
        json.dumps([[n, CELLS] for n in range(1, 1003)]),
    ],
)
def test_steps_that_were_tampered_with_are_refused_in_a_sentence(house: House, steps: str) -> None:
    browser, before = house.signed_in(OFFICE), state(house)
    seal = hidden(browser.get("/succession").text, "seal")
    answer = browser.post("/succession/apply", data={"seal": seal, "steps": steps})
    assert answer.status_code == 422 and len(alert(answer.text)) > 20
    assert state(house) == before


@pytest.mark.parametrize("heir", ["|", "||", "x", "PNV|KH27-I.1|PTP", "PNV|KH99|A", "PTP|KH27-I.1|A", "\x00|\x00|A", "|KH27-I.1|A"])  # fmt: skip
def test_choices_that_were_tampered_with_are_refused_in_a_sentence(house: House, heir: str) -> None:
    browser, before = house.signed_in(OFFICE), state(house)
    page = planned(browser, SPLIT).text
    for more in ({"heir": [heir]}, {"rest": [heir]}, {"heir": ["PNV|KH27-I.1|A", "PNV|KH27-I.1|B"]}):
        answer = applied(browser, page, **more)
        assert answer.status_code == 422 and len(alert(answer.text)) > 20, more
        assert 'action="/succession/apply"' in answer.text, "and the plan is there to choose again"
    assert state(house) == before


@pytest.mark.parametrize("who", [FOCAL, HEAD, MONITOR, LEADER])
def test_others_see_nothing_of_it_and_may_not(house: House, who: str) -> None:
    page = planned(house.signed_in(OFFICE), FORM).text
    browser, before = house.signed_in(who), state(house)
    shown = browser.get("/agencies").text
    assert 'href="/succession"' not in shown and 'href="/succession"' in house.signed_in(OFFICE).get("/agencies").text
    assert browser.get("/succession").status_code == 403
    told, acts = {"seal": hidden(shown, "seal")}, house.acts()
    steps = unescape(hidden(page, "steps"))
    for path, data in (
        ("/succession/plan", FORM),
        ("/succession/apply", {"steps": steps}),
        ("/succession/1/undo", {}),
    ):
        assert browser.post(path, data={**told, **data}).status_code == 403, path
    assert browser.post("/succession/plan", data=told, files={"table": as_csv()}).status_code == 403
    assert (state(house), house.acts()) == (before, [*acts, *["not permitted"] * 3])
    assert house.browser().get("/succession").status_code == 303


def test_a_form_of_another_site_or_session_does_nothing(house: House) -> None:
    browser, before = house.signed_in(OFFICE), state(house)
    page = planned(browser, FORM).text
    seal, steps = hidden(page, "seal"), unescape(hidden(page, "steps"))
    far = {"Origin": "https://evil.example"}
    for path, data in (("plan", FORM), ("apply", {"steps": steps}), ("1/undo", {})):
        assert browser.post(f"/succession/{path}", data={"seal": seal, **data}, headers=far).status_code == 403
        assert browser.post(f"/succession/{path}", data={"seal": "x", **data}).status_code == 403
        assert house.signed_in(ADMIN).post(f"/succession/{path}", data={"seal": seal, **data}).status_code == 403
    assert state(house) == before


def test_an_undo_says_why_it_is_not_possible(house: House) -> None:
    browser = house.signed_in(OFFICE)
    assert applied(browser, planned(browser, FORM).text).status_code == 303
    seal = hidden(browser.get("/succession").text, "seal")
    assert browser.post("/succession/7/undo", data={"seal": seal}).status_code == 404
    assert browser.post("/succession/0/undo", data={"seal": seal}).status_code == 422
    with house.office.database.transaction() as session:
        make.occurrence(session).start(session, by=make.BY, at=house.moment)
    before = state(house)
    answer = browser.post("/succession/1/undo", data={"seal": seal})
    assert answer.status_code == 409 and "KH27-I.1/2025-Q3 đã có diễn biến" in alert(answer.text)
    assert state(house) == before


def test_nothing_that_people_write_runs_in_these_pages(house: House) -> None:
    with house.office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").name = f"Phòng {XSS}"
        make.occurrence_task(session, "KH27-I.1").text = XSS
        session.exec(select(Agency).where(Agency.code == "A")).one().name = f"A {XSS}"
        session.exec(select(FocalPoint).where(FocalPoint.email == FOCAL)).one().name = XSS
    browser = house.signed_in(OFFICE)
    wrong = planned(browser, {**dict.fromkeys(FORM, XSS), "tasks": XSS, "on": XSS[:20], "kind": XSS[:20]})
    split = planned(browser, {**SPLIT, "basis": f"{BASIS} {XSS}"})
    done = applied(browser, split.text, rest=["PNV||B"])
    assert (wrong.status_code, split.status_code, done.status_code) == (422, 200, 303)
    for page in (wrong.text, split.text, browser.get("/succession?done=1").text, browser.get("/agencies").text):
        assert re.findall(r"<(?:script|img|i|b)[ >]", page) == [] and "&lt;script&gt;" in page
    assert XSS in json.loads(unescape(hidden(split.text, "steps")))[0][1]["basis"], "it travels as it was typed"


def test_confidential_texts_are_not_told_though_the_tasks_pass(house: House) -> None:
    browser = house.signed_in(OFFICE)
    merged = planned(browser, {**FORM, "former": "Phòng Kinh tế"}).text
    assert "KH28-I.1" in merged and SECRET not in merged and "/tasks/KH28" not in merged
    page = planned(browser, {**SPLIT, "former": "Phòng Kinh tế"})
    assert "KH28-I.1" in page.text and SECRET not in page.text and "/tasks/KH28" not in page.text
    assert applied(browser, page.text, rest=[one for one in choices(page.text) if one.endswith("||A")]).status_code == 303  # fmt: skip
    with house.office.database.transaction() as session:
        assert make.occurrence(session, "KH28-I.1").agency.code == "A"


def test_many_things_to_decide_fit_into_one_form(house: House) -> None:
    """A form of more than a thousand fields is refused on its way in: what is beyond the list goes with the rest."""
    with house.office.database.transaction() as session:
        make.enacted(session, *(make.task(str(n), lead="Phòng Nội vụ") for n in range(1, 331)), number="40/KH-UBND")
    browser = house.signed_in(OFFICE)
    page = planned(browser, SPLIT).text
    assert len(choices(page)) == 2 * 300 + 2
    heir = ["PNV|KH27-I.1|A", *[""] * 299]
    assert applied(browser, page, heir=heir, rest=["PNV||B"]).status_code == 303
    assert sorted(set(owners(house).values())) == ["A", "B"] and list(owners(house).values()).count("A") == 1
