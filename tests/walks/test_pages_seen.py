"""Every page as the person it is for sees it, on a phone and on a desk: for whoever cannot see, uses only a keyboard, enlarges
the text or reads English; with names and texts as long as they may be, and with texts that would like to run.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from directives import correcting, intake
from directives.correcting import Said
from directives.proposal import Proposal
from notifications import signed
from reports import drafting
from tests import doors, make
from tests.conftest import need
from tests.doors import FOCAL, MONITOR, OFFICE, PDF
from tests.test_workflow_i18n import catalogue
from tests.walks import browsing
from tests.walks.browsing import EARLIER, NOW, Hands, Served, carry, served
from tests.walks.eyes import Eyes, look
from tests.walks.opened_letters import found_in
from tests.walks.test_main_job import started_browser
from workflow import dispatch, review
from workflow.access import people
from workflow.access.entry import Person, person_at
from workflow.access.roles import Role
from workflow.agency import add_focal_point
from workflow.audit import By
from workflow.basis import Basis
from workflow.duties.carrying import carry_out
from workflow.duties.order import Order
from workflow.duties.request import Wish, ask, refuse
from workflow.evidence import EvidenceStore
from workflow.queries import AsOf
from workflow.reporting.call import call
from workflow.snapshot import Snapshot
from workflow.targets.typed import type_actual, type_indicator, type_money

EVIL = '<script>window.__hit=1</script>"><img src=x onerror=window.__hit=1><svg onload=window.__hit=1>{{7*7}}'
LONG = ("Ban Quản lý dự án đầu tư xây dựng các công trình giao thông, nông nghiệp và phát triển nông thôn " * 3)[
    :195
] + " tỉnh"
WORD = "Nghiêncứuxâydựnghệthốngcơsởdữliệuquốcgiavềđấtđai" * 3
LATE, EMPTY = "nam@example.vn", "trong@example.vn"  # of the agency with the long name; of one that owes nothing


def register(session: Session) -> None:
    """KH27 with a long name, long words and texts that would like to run; one review held and one open."""
    browsing.register(session)
    long, empty = make.agency(session, "Phòng Tư pháp"), make.agency(session, "Phòng Rỗng", new=True)
    long.name = LONG
    add_focal_point(session, empty, "Ngô Văn Trống", EMPTY)
    people.appoint(session, EVIL[:60], Role.LEADER, **EARLIER, email="xau@example.vn")
    make.occurrence_task(session, "KH27-I.3").text = f"{EVIL} {WORD}"
    make.directive(session).subject = f"{EVIL} {LONG}"
    make.agency(session, "Phòng Kinh tế").name = f"Phòng Kinh tế {EVIL}"
    session.flush()
    carry(session, "I.3", Order("progress", words=f"{EVIL} {WORD}"))
    carry(session, "II.3", Order("return", reason=EVIL))
    carry(session, "I.4", Order("ask_part", to=empty.name, words=EVIL))
    monitor = person_at(Snapshot.within(session), MONITOR, NOW.date())
    assert isinstance(monitor, Person)
    how: dict[str, Any] = {"by": monitor.by("web"), "at": make.at("2025-10-14 09:00")}
    state_figures(session, how)
    answer_calls(session, how)
    duty = make.occurrence(session, "KH27-I.3").id or 0
    for title in (f"{EVIL} {WORD}"[:200], "Rà soát tháng 10"):
        held = review.open_review(session, title, NOW.date(), **how)
        review.note_in(session, held, duty, "note", f"{EVIL} {WORD}", **how)
        if "tháng" not in title:
            review.close_review(
                session, held, f"{EVIL}\n{LONG}", {"of": "2025-10-14", "agency": [], "directive": []}, **how
            )


def state_figures(session: Session, how: dict[str, Any]) -> None:
    """Indicators in every state and money that does not add up, with names and notes that would like to run."""
    made = make.directive(session)
    for name, target in (
        ("Số HTX thành lập mới", "từ 45 trở lên"),
        (f"{EVIL} {WORD}", "không quá 5"),
        ("Chưa có số liệu", ""),
    ):
        type_indicator(
            session,
            made,
            {"name": name[:300], "unit": "HTX", "target": target, "until": "2025", "task": "KH27-I.4"},
            **how,
        )
    for code, agency, figure in (("CT1", "", "26"), ("CT1", "Phòng Nội vụ", "27"), ("CT2", "Phòng Nội vụ", "3")):
        texts = {"code": code, "period": "2025-Q2", "value": figure, "agency": agency, "note": EVIL}
        type_actual(session, made, texts, today=NOW.date(), **how)
    for source, amount in (("central", "6.726"), ("local", "6.464"), ("state", "13.180")):
        texts = {
            "purpose": f"{EVIL} {WORD}"[:300],
            "stage": "planned",
            "source": source,
            "amount": f"{amount} triệu đồng",
            "place": EVIL,
        }
        type_money(session, made, texts, **how)


def answer_calls(session: Session, how: dict[str, Any]) -> None:
    """The reports of a quarter: one sent, one begun, the others missing, with texts that would like to run."""
    _made, new = call(
        session, make.directive(session), "2025-Q3", due=date(2025, 10, 20), **how, today=date(2025, 10, 14)
    )
    duties = {duty.agency.name: duty for duty in new}
    for name, act in (("Phòng Nội vụ", "fill"), (LONG, "submit")):
        form = {"done": f"{EVIL}\n{WORD}", "difficulties": LONG, "CT2": "4"}
        order = Order(act, form=form, document_number="45/BC" if act == "submit" else "")
        carry_out(session, order, **EARLIER, occurrence=duties[name])


def draft_letters(made: Served) -> None:
    """One letter that waits for its number, one that has it and is mailed; a refusal that no letter answers."""
    how: dict[str, Any] = {"by": By("Hà Theo Dõi", "web"), "at": NOW}
    with made.record() as session:
        duties = [make.occurrence(session, f"KH27-{no}") for no in ("I.3", "I.4")]
        for _letter in range(2):
            wish = drafting.Wish("press", duties=tuple(one.id or 0 for one in duties), answer_by=date(2025, 10, 31))
            drafting.draft(session, wish, as_of=AsOf.at(NOW, "Asia/Ho_Chi_Minh", 7), **how)
        found = dispatch.find_dispatch(session, 2)
        dispatch.give_number(session, found, Basis.read(f"120/STC{WORD[:60]} ngày 15/10/2025"), **how)
        store = EvidenceStore(made.office.settings.evidence)
        signed.mail(
            session,
            made.office.settings,
            found,
            lambda: store.keep(f"{EVIL}.pdf", io.BytesIO(PDF)),
            today=NOW.date(),
            **how,
        )
        when: dict[str, Any] = {"reason": f"{EVIL} {WORD}", "basis": Basis(f"45/{WORD[:40]}", NOW.date())}
        asked = ask(
            session,
            duties[1],
            Wish.EXTENSION,
            by=By("Lê Hoa", "web"),
            at=NOW,
            today=NOW.date(),
            due=date(2026, 6, 30),
            **when,
        )
        session.flush()
        refuse(session, asked, reason=f"{EVIL} {WORD}", **how)


def hand_in(made: Served) -> None:
    """Three documents: a PDF with texts that would like to run, a Word file, and one that cannot be read."""
    store = EvidenceStore(made.office.settings.evidence)
    by = By("Vũ Văn Thư", "web")
    for file in (*sorted((Path(intake.__file__).parent / "samples").iterdir()), None):
        with made.record() as session:
            name, content = (file.name, file.read_bytes()) if file else (f"{EVIL}.pdf", b"%PDF-1.7")
            number = intake.receive(session, store, name, io.BytesIO(content), by=by, at=NOW).id or 0
        intake.read(made.office.database, made.office.settings, store, number)
    with made.record() as session:

        def worse(proposal: Proposal) -> None:
            correcting.revise(
                proposal,
                1,
                Said({"text": f"{EVIL} {WORD}", "lead": f"{LONG}; {EVIL}", "section": EVIL}),
                exclusive=True,
            )
            correcting.leave_out(proposal, proposal.tasks[2])
            correcting.complete(proposal, subject=f"{EVIL} {WORD}")

        for number in (1, 2):
            intake.change(session, intake.find(session, number, by=by), None, worse)


ACTS = ("submit", "progress", "ask_extension", "ask_hand_on", "ask_part")
CALL = "KH27-BC.2025-Q3"
# Who looks at what; a number in braces is a duty of a task.
PAGES: dict[str, list[str]] = {
    "": ["/sign-in", "/sign-in/none", "/v/none"],
    FOCAL: ["/mine", "/directives/KH27/targets", "/tasks/KH27-I.1", "/directives/KH27/reports", "/answers/{begun}", f"/tasks/{CALL}", *(f"/duties/{{I.1}}/{act}" for act in ACTS), "/me", "/settings", "/none", "/tasks/KH27-I.9"],
    EMPTY: ["/mine", "/overdue?search=khongco", "/tasks?search=khongco"],
    LATE: ["/mine", "/tasks/KH27-I.4", "/answers/{sent}"],
    MONITOR: [
        "/overdue", "/overdue?tab=soon", "/overdue?tab=waiting", "/overdue?tab=asked&review=2", "/overdue?by=agency",
        "/overdue?by=directive", "/reports/overdue", "/reports/overdue?directive=KH27&period=2025-Q3&of=given", "/reviews", "/reviews/1", "/reviews/2", "/tasks/KH27-II.4", "/duties/{II.4}/cancel",
        "/duties/{II.2}/return", "/letters", "/letters?made=1", "/letters?mailed=2", "/tasks/KH27-I.3", "/tasks/KH27-II.3", "/overdue?as_of=xyz", "/mine",
        "/directives/KH27/reports", f"/calls/{CALL}", "/answers/{sent}", "/reports/progress?directive=KH27&period=2025-Q3&kind=interim",
    ],
    OFFICE: [
        "/tasks", "/tasks?figure=overdue", "/directives", "/directives/KH27", "/directives/KH27/targets", "/directives/KH27/targets?period=2025-Q2", "/progress", "/agencies", "/agencies?ended=1",
        "/agencies/PTP", "/succession", "/proposals", *(f"/proposals/{n}{at}" for n in (1, 2) for at in ("", "/tasks/1", "/tasks/2", "/new")), "/proposals/3",
        "/outbox", "/outbox?status=failed", "/calendar", "/calendar?year=2031", "/audit", "/settings",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def office(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("seen"), _sqlite_template, register) as made:
        made.office.tick("2025-10-15 08:00")
        draft_letters(made)
        hand_in(made)
        yield made


@pytest.fixture(scope="module")
def browser(office: Served) -> Iterator[Any]:
    with started_browser() as started:
        yield started


@pytest.fixture(scope="module")
def numbers(office: Served) -> dict[str, int]:
    with office.record() as session:
        return {no: make.occurrence(session, f"KH27-{no}").id or 0 for no in ("I.1", "II.2", "II.4")} | {
            who: make.occurrence(session, CALL, agency=name).id or 0
            for who, name in (("begun", "Phòng Nội vụ"), ("sent", LONG))
        }


@pytest.fixture(autouse=True)
def _axe() -> None:
    try:
        resources.files("axe_playwright_python")
    except ModuleNotFoundError:
        need(None, "axe-core", "pip install axe-playwright-python")


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_can_be_read_and_used(
    office: Served, browser: Any, numbers: dict[str, int], width: int, who: str
) -> None:
    eyes = look(office, browser, who, width=width)
    for address in PAGES[who]:
        wanted = re.sub(r"\{(.+?)\}", lambda found: str(numbers[found[1]]), address)
        status = eyes.open(wanted)
        assert status in (200, 400, 403, 404), f"{address}: {status}"
        assert eyes.page.get_attribute("html", "lang") == "vi"
        assert eyes.page.locator("h1").count() == 1 and eyes.page.title()
        eyes.sound()
        if width == 360:
            eyes.page.set_viewport_size({"width": 320, "height": 800})
            eyes.fits()
            eyes.page.set_viewport_size({"width": 360, "height": 800})
    eyes.page.context.close()


@pytest.mark.parametrize(
    ("who", "address"),
    [
        (MONITOR, "/overdue?tab=asked&review=2"),
        (FOCAL, "/duties/{I.1}/submit"),
        (OFFICE, "/agencies"),
        ("", "/sign-in"),
    ],
)
def test_the_keyboard_goes_from_above_to_below(
    office: Served, browser: Any, numbers: dict[str, int], who: str, address: str
) -> None:
    for width in (360, 1440):
        eyes = look(office, browser, who, width=width)
        eyes.open(re.sub(r"\{(.+?)\}", lambda found: str(numbers[found[1]]), address))
        eyes.orderly()
        eyes.open(eyes.page.url)
        eyes.page.keyboard.press("Tab")
        assert eyes.page.locator(".skip").bounding_box()["x"] >= 0, "the way past the head shows itself"
        eyes.page.keyboard.press("Enter")
        eyes.page.keyboard.press("Tab")
        assert eyes.page.evaluate("!!document.activeElement.closest('main')")
        eyes.page.context.close()


SPACED = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"


def test_larger_and_wider_text_stays_usable(office: Served, browser: Any, numbers: dict[str, int]) -> None:
    """WCAG 1.4.10 and 1.4.12: a desk at 200 % is a window of half the size; a reader's own spacing cuts nothing off."""
    wanted = {
        MONITOR: ("/overdue?review=2", "/reviews/2"),
        OFFICE: ("/directives/KH27", "/tasks"),
        FOCAL: ("/mine", f"/duties/{numbers['I.1']}/submit"),
    }
    for who, addresses in wanted.items():
        eyes = Eyes(office.page(browser, who, bypass_csp=True))
        for address, width in [(address, width) for address in addresses for width in (720, 360)]:
            eyes.page.set_viewport_size({"width": width, "height": 450})
            eyes.open(address)
            if width == 360:
                eyes.page.add_style_tag(content=SPACED)
            eyes.fits()
            cut = eyes.page.evaluate(
                """() => [...document.querySelectorAll('button, a, label, th, td, h1, h2, dt, dd')].filter((e) => e.clientHeight
                && getComputedStyle(e).overflow !== 'visible' && (e.scrollHeight > e.clientHeight + 2)).map((e) => e.outerHTML.slice(0, 90))"""
            )
            assert cut == []
        eyes.page.context.close()


def test_the_pages_that_letters_lead_to(office: Served, browser: Any) -> None:
    (letter,) = [one for one in office.office.mailer.letters if one.recipient == FOCAL][:1]
    for width in (360, 1440):
        eyes = look(office, browser, "", width=width)
        eyes.open(found_in(letter.content)[0])
        assert eyes.page.get_by_role("button", name="Gửi báo cáo").count() == 1
        eyes.sound()
        eyes.open("/sign-in")
        hands = Hands(eyes.page)
        hands.write("Hộp thư", OFFICE)
        hands.go("Gửi mã cho tôi")
        eyes.sound()
        eyes.open(doors.link(office.letter("sign_in")))
        eyes.sound()
        hands.go("Đăng nhập", "submit", skip=True)
        assert "/overdue" in eyes.page.url
        eyes.page.context.close()


def test_a_file_with_a_name_that_would_run_is_only_named(office: Served, browser: Any) -> None:
    with office.record() as session:
        number = make.occurrence(session, "KH27-I.2").id
    eyes = look(office, browser, FOCAL)
    eyes.open(f"/duties/{number}/submit")
    name = EVIL.replace("/", "").replace("\\", "")[:120] + ".pdf"
    eyes.page.set_input_files("#files", {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a"})
    hands = Hands(eyes.page)
    hands.write("Kết quả", EVIL)
    hands.go("Báo cáo hoàn thành", "submit")
    assert name.split('"')[0] in eyes.page.inner_text("main"), "browsers write quotes in names as %22"
    eyes.sound()
    eyes.page.context.close()


def test_a_form_with_a_problem_says_so_and_keeps_what_was_typed(
    office: Served, browser: Any, numbers: dict[str, int]
) -> None:
    for width in (360, 1440):
        eyes = look(office, browser, FOCAL, width=width)
        hands = Hands(eyes.page)
        eyes.open(f"/duties/{numbers['I.1']}/ask_extension")
        eyes.page.evaluate("document.querySelector('main form').noValidate = true")
        hands.write("Lý do", EVIL)
        hands.go("Đề nghị gia hạn", "submit")
        assert eyes.page.get_by_role("alert").count() == 1 and eyes.page.input_value("#reason") == EVIL
        eyes.sound()
        eyes.open(
            "/overdue?search=" + "%3Cscript%3Ewindow.__hit=1%3C/script%3E%22%3E%3Cimg src=x onerror=window.__hit=1%3E"
        )
        assert eyes.page.input_value("#search").startswith("<script>")
        eyes.quiet()
        eyes.page.context.clear_cookies()
        eyes.open("/sign-in")
        eyes.page.evaluate("document.querySelector('main form').noValidate = true")
        hands.write("Hộp thư", f"{width}.ai@example.vn")
        hands.go("Gửi mã cho tôi")
        hands.write("Sáu chữ số", "000000")
        with eyes.page.expect_navigation():
            eyes.page.keyboard.press("Enter")
        assert eyes.page.get_by_role("alert").count() == 1
        eyes.sound()
        eyes.page.context.close()


def test_the_plan_of_a_reorganisation_can_be_read_and_used(office: Served, browser: Any) -> None:
    for width in (360, 1440):
        eyes = look(office, browser, OFFICE, width=width)
        for basis, status in ((EVIL, 422), ("Nghị quyết số 9/NQ-HĐND ngày 1/9/2025", 200)):
            eyes.open("/succession")
            typed = {"former": "PTP", "heirs": "PKT\nPNV", "on": "2025-10-01", "basis": basis}
            for name, words in typed.items():
                eyes.page.fill(f"#{name}", words)
            with eyes.page.expect_response("**/succession/plan") as answer:
                eyes.page.press("#basis", "Enter")
            assert answer.value.status == status
            eyes.page.wait_for_load_state()
            eyes.sound()
            eyes.orderly()
        assert eyes.page.locator("select[name=heir]").count() == 3, (
            "two tasks and the report of the period that it was asked for"
        )
        eyes.page.context.close()


MARKED = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


def strings(value: object) -> Iterator[str]:
    """The texts in a value of the record, also those in its JSON."""
    if isinstance(value, str) and value[:2] == '{"':
        value = json.loads(value)
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def test_english_has_no_vietnamese_but_that_of_the_record(
    office: Served, browser: Any, numbers: dict[str, int]
) -> None:
    with office.record() as session:
        tables = (
            session.connection().exec_driver_sql("select name from sqlite_master where type = 'table'").scalars().all()
        )
        told = [
            text
            for table in tables
            for row in session.connection().exec_driver_sql(f"select * from {table}")
            for value in row
            for text in strings(value)
            if MARKED.search(text)
        ]
    known = f"{' '.join(told)} {office.office.settings}"
    ours = {text for text in catalogue().values() if MARKED.search(text)} - set(told)
    foreign = {}
    for who, addresses in PAGES.items():
        page = office.page(browser, who)
        page.context.add_cookies([{"name": "language", "value": "en", "url": office.base}])
        for address in addresses:
            page.goto(re.sub(r"\{(.+?)\}", lambda found: str(numbers[found[1]]), address))
            assert page.get_attribute("html", "lang") == "en"
            texts = page.evaluate(TEXTS)
            left = [one for one in texts if MARKED.search(one) and (one in ours or not said_in(one, known))]
            if left:
                foreign[address] = left[:5]
        page.context.close()
    assert foreign == {}


TEXTS = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
    for (let one = walk.nextNode(); one; one = walk.nextNode())
        if (!one.parentElement.closest('[lang=vi], .office')) texts.push(one.textContent.replace(/\\s+/g, ' ').trim());
    for (const one of document.querySelectorAll('[aria-label], [data-title], [title]'))
        if (!one.closest('[lang=vi]')) texts.push(one.getAttribute('aria-label') || '', one.getAttribute('data-title') || '');
    return texts.filter(Boolean);
}"""


def said_in(text: str, known: str) -> bool:
    """Whether the Vietnamese words of a text all stand in the record."""
    return all(word in known for word in re.findall(r"\w+", text) if MARKED.search(word))
