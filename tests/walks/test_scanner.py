"""Action links in Chromium: what a mail scanner does by itself changes nothing; a person can act without a script and over a bad line."""

from __future__ import annotations

import hashlib
import http.client
import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from sqlmodel import Session, col, select

from tests import make
from tests.conftest import Office
from tests.walks.opened_letters import Walk, body, found_in, opened, press
from tests.walks.test_main_job import ROOT
from workflow.evidence import EvidenceStore
from workflow.message import ActionLink, Upload
from workflow.standing import Status

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

PART = 256 * 1024  # as in upload.js
PDF = ROOT / "directives" / "samples" / "cong-van-1026.pdf"
ATTACH, KEPT = "button[name=step][value=attach]", "input[type=checkbox][name=keep]"


AGENTS = (
    {"User-Agent": "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; SafeLinks)", "Purpose": "prefetch"},
    {"User-Agent": "Mozilla/5.0 Chrome/140.0", "Sec-Purpose": "prefetch;prerender", "Sec-Fetch-Site": "none"},
    {"User-Agent": "Mozilla/5.0 Firefox/140.0", "X-Moz": "prefetch", "Accept": "application/json"},
    {"User-Agent": "ZaloBot/1.0 LinkPreview", "Range": "bytes=0-1023", "X-HTTP-Method-Override": "POST"},
    {"User-Agent": "curl/8.5", "Referer": "https://mail.example.vn/", "Accept": "*/*"},
)
LINKS = "all => all.map(one => one.href || one.src)"
ACTS = """() => [...document.forms].flatMap((form, n) => [[`forms[${n}].submit()`, n, true],
    [`forms[${n}].requestSubmit()`, n, false], ...[...form.querySelectorAll('button')].map((one, k) =>
        [`forms[${n}].querySelectorAll('button')[${k}].click()`, n, one.formNoValidate])])"""
GOES = "([_act, n, unchecked]) => unchecked || document.forms[n].noValidate || document.forms[n].checkValidity()"
BARE = "for (const one of document.querySelectorAll('[required], form')) one.required = !(one.noValidate = true)"
FETCH = """async () => {
    for (const form of document.forms) for (const presser of [null, ...form.querySelectorAll('button')]) {
        const data = new FormData(form, presser), plain = new URLSearchParams(data);
        const body = form.enctype === 'multipart/form-data' ? data : plain;
        await (await fetch(location.href, { method: 'POST', body })).text();
        await (await fetch(location.pathname + '?' + plain)).text();
    }
}"""


def scan(walk: Walk, address: str) -> int:
    """Everything that a program does with a link that makes no choice of its own; how often it sent a form."""
    begun, place = len(walk.posts), urlsplit(address)
    for headers in AGENTS:
        for method in ("GET", "HEAD"):
            connection = http.client.HTTPConnection(place.netloc, timeout=20)
            connection.request(method, place.path, headers=headers)
            connection.getresponse().read()
            connection.close()
    page = walk.page(address)
    page.wait_for_load_state("networkidle")
    page.mouse.wheel(0, 5000)
    for one in page.locator("summary").all():
        one.click()
    for one in page.locator("a, button, label, summary, input:visible, textarea").all():
        one.dispatch_event("mouseover")
    acts = page.evaluate(ACTS)
    for found in sorted(set(page.eval_on_selector_all("a[href], link[href], script[src]", LINKS))):
        page.goto(found)
    for before in ("", BARE):
        for act in acts:
            page.goto(address)
            page.evaluate(before)
            with page.expect_navigation() if page.evaluate(GOES, act) else nullcontext():
                page.evaluate(f"document.{act[0]}")
        page.goto(address)
        page.evaluate(before)
        page.evaluate(FETCH)
    page.context.close()
    return len(walk.posts) - begun


@pytest.mark.slow
def test_a_scanner_changes_nothing_and_the_person_after_it_can_act(office: Office, tmp_path: Path) -> None:
    tasks = make.task(deliverable="Kế hoạch của UBND"), make.task("I.2", text="Báo cáo rà soát")
    with opened(office, *tasks) as walk:
        address, dead = walk.addresses()[:2]
        with office.database.transaction() as session:
            session.exec(select(ActionLink).order_by(col(ActionLink.id))).all()[1].revoked_at = make.at(
                "2025-09-26 09:00"
            )
        before = walk.record()
        assert scan(walk, address) >= 10 and walk.record() == before
        assert scan(walk, dead) >= 5 and walk.record() == before
        assert not walk.receipts(kind="link")

        first, second = walk.page(address), walk.page(address)
        press(first, "Đã trình UBND")
        press(second, "Lần nữa")
        for page in (first, second, walk.page(address)):
            said = page.inner_text("section.receipt")
            assert "Đã trình UBND" in said and "Lê Văn B" in said and "Lần nữa" not in said
        first.screenshot(path=tmp_path / "receipt.png", full_page=True)
        (disown,) = found_in(walk.receipts()[0])
        reported = walk.record()
        assert [len(reported[name]) for name in ("submission", "note", "change_request")] == [1, 0, 0]
        assert scan(walk, disown) >= 5 and walk.record() == reported
        with office.database.transaction() as session:
            assert make.occurrence(session).status == Status.SUBMITTED

        press(walk.page(disown), "Không phải chúng tôi", choice="not_us")
        asks = walk.page(dead)
        asks.check("input[name=choice][value=send]")
        asks.click("main form button")
        asks.wait_for_load_state()
        assert len(walk.receipts(kind="link")) == 1
        with office.database.transaction() as session:
            assert make.occurrence(session).status in (Status.NOT_STARTED, Status.IN_PROGRESS)


def fits(page: Any, picture: Path) -> None:
    page.screenshot(path=picture, full_page=True)
    widths = page.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]")
    assert widths[0] <= widths[1], picture.name


@pytest.mark.slow
def test_without_a_script_a_file_is_attached_first_and_reported_later(office: Office, tmp_path: Path) -> None:
    asked = "Xây dựng kế hoạch triển khai " * 8, "Kế hoạch của UBND thành phố"
    tasks = [make.task(code, asked[0], deliverable=asked[1]) for code in ("I.1", "I.2")]
    with opened(office, *tasks) as walk:
        for number, width in enumerate((360, 1100)):
            address, plain = walk.addresses()[number], {"width": width, "java_script_enabled": False}
            page = walk.page(address, **plain)
            fits(page, tmp_path / f"action-{width}.png")
            page.set_input_files("input[name=evidence]", PDF)
            page.click(ATTACH)
            page.wait_for_selector(KEPT)
            page.click("summary")
            fits(page, tmp_path / f"attached-{width}.png")
            page = walk.page(address, **plain)  # later, from the letter
            assert page.is_checked(KEPT)
            press(page, "Đã trình")
            assert PDF.name in page.inner_text("section.receipt")
            fits(page, tmp_path / f"receipt-{width}.png")
            fits(walk.page(found_in(walk.receipts()[number])[0], **plain), tmp_path / f"disown-{width}.png")
            fits(walk.page(f"{walk.base}/v/none", **plain), tmp_path / f"dead-{width}.png")
            kept(office, PDF, f"KH27-I.{number + 1}")


def kept(office: Office, file: Path, code: str = "KH27-I.1") -> None:
    """The one report carries the file as it was."""
    with office.database.transaction() as session:
        (found,) = make.occurrence(session, code).submissions[0].evidence
        assert (found.name, found.sha256) == (file.name, hashlib.sha256(file.read_bytes()).hexdigest())
        assert EvidenceStore(office.settings.evidence).intact(found.sha256)
        assert {one.at.year for one in session.exec(select(Upload))} <= {2000}, "the tick takes away what is left"


def large(tmp_path: Path) -> Path:
    file = tmp_path / "Báo cáo kết quả.pdf"
    file.write_bytes(b"%PDF-1.7\n" + os.urandom(3_000_000 - 9))
    os.utime(file, (1_758_000_000, 1_758_000_000))
    return file


def line(page: Any, works: Callable[[int], bool]) -> None:
    """Let parts of files pass or be lost, by their number."""
    sent = iter(range(10_000))
    page.route(
        "**/files/*", lambda route: route.continue_() if works(next(sent)) else route.abort("internetdisconnected")
    )


@pytest.mark.slow
def test_a_bad_line_costs_a_part_and_not_the_file(office: Office, tmp_path: Path) -> None:
    file = large(tmp_path)
    with opened(office, make.task()) as walk:
        page = walk.page(walk.addresses()[0])
        line(page, lambda number: number >= 2)
        page.set_input_files("input[name=evidence]", file)
        page.wait_for_selector(KEPT)
        assert sum(walk.puts) == file.stat().st_size
        press(page, "Đã trình")
        kept(office, file)


@pytest.mark.slow
def test_a_file_that_was_cut_off_goes_on_where_it_stopped(office: Office, tmp_path: Path) -> None:
    file = large(tmp_path)
    with opened(office, make.task()) as walk:
        page = walk.page(walk.addresses()[0])
        line(page, lambda number: number < 4)
        page.set_input_files("input[name=evidence]", file)
        page.locator(".progress", has_text=page.get_attribute("fieldset.files", "data-broken")).wait_for()
        page.context.close()
        assert sum(walk.puts) == 4 * PART
        page = walk.page(walk.addresses()[0])
        assert not page.locator(KEPT).count()
        page.set_input_files("input[name=evidence]", file)
        page.wait_for_selector(KEPT)
        assert sum(walk.puts) == file.stat().st_size, "only what was missing was sent"
        press(page, "Đã trình")
        kept(office, file)


EVIL = '<script>window.__hit=1</script>"><img src=x onerror=window.__hit=1><svg onload=window.__hit=1> javascript:__hit=1 {{7*7}}'
EVIL_FILE = '"><img src=x onerror=window.__hit=1><svg onload=window.__hit=1><script>__hit=1;{{7*7}}.pdf'
BORN = "img, svg, script:not([src]), [onerror], [onload], a[href^='javascript:']"


def harmless(page: Any) -> None:
    """Nothing of what was written has become a part of the page, though no policy of the browser stands in its way."""
    page.wait_for_timeout(100)
    assert page.evaluate("window.__hit") is None and not page.locator(BORN).count()
    assert "{{7*7}}" in page.inner_text("body")


@pytest.mark.slow
def test_what_people_write_is_only_shown(office: Office) -> None:
    office.settings = replace(office.settings, office=replace(office.settings.office, name=EVIL))

    def rename(session: Session) -> None:
        make.agency(session, "Phòng Nội vụ").name = EVIL

    with opened(office, make.task(text=EVIL, deliverable=EVIL), change=rename) as walk:
        address, letters = walk.addresses()[0], [office.mailer.letters[0].content]
        free: dict[str, Any] = {"bypass_csp": True}
        page = walk.page(address, **free)
        harmless(page)
        page.set_input_files("input[name=evidence]", {"name": EVIL_FILE, "mimeType": "x/y", "buffer": b"%PDF-1.7 a"})
        page.wait_for_selector(KEPT)
        harmless(page)
        for name in ("words", "document_number", "name"):
            page.fill(f"[name={name}]", EVIL[:100] if name == "document_number" else EVIL)
        page.click(ATTACH)
        page.wait_for_load_state()
        harmless(page)
        assert page.input_value("[name=name]") == page.input_value("[name=words]") == EVIL
        press(page, EVIL, EVIL)
        letters += walk.receipts()
        harmless(page)
        for where in (address, found_in(letters[1])[0], f"{walk.base}/v/{quote(EVIL_FILE)}"):
            page.goto(where)
            harmless(page)
        for content in letters:
            page.goto("about:blank")
            page.set_content(body(content, "html"))
            harmless(page)
        assert EVIL_FILE in page.inner_text("body")
