"""The pages: a link shows and acts, everything else is refused plainly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from notifications import links, signing
from tests import make
from tests.conftest import Office
from tests.forms import filled
from web.app import create_app
from workflow.audit import AuditEntry
from workflow.evidence import EvidenceStore
from workflow.message import ActionLink, Heartbeat
from workflow.snapshot import snapshot
from workflow.standing import Status

SENT = "2025-09-25 08:00"


class Site:
    """The application of an office at a moment that a test can move."""

    def __init__(self, office: Office) -> None:
        self.office, self.moment = office, make.at("2025-09-26 09:00")
        self.client = TestClient(
            create_app(office.settings, office.database, now=lambda: self.moment),
            base_url="http://127.0.0.1:8000",
            raise_server_exceptions=False,
        )

    def press(self, path: str, *, headers: dict[str, str] | None = None, files: Any = None, **typed: Any) -> Any:
        """Open a page and send its form with what a person chooses and types."""
        data = filled(self.client.get(path).text, **typed)
        return self.client.post(path, data=data, headers=headers, files=files)

    def status(self) -> Status:
        with self.office.database.transaction() as session:
            return make.occurrence(session).status

    def entries(self) -> int:
        with self.office.database.transaction() as session:
            return len(session.exec(select(AuditEntry)).all())


@pytest.fixture
def site(office: Office) -> Iterator[Site]:
    with office.database.transaction() as session:
        make.enacted(session, make.task(text="Lập <b>kế hoạch</b> & dự toán", deliverable="Kế hoạch"))
    office.tick(SENT)
    made = Site(office)
    with made.client:
        yield made


def token(site: Site) -> str:
    import email
    import email.policy

    message = email.message_from_bytes(site.office.mailer.letters[0].content, policy=email.policy.default)
    found = re.search(r"/v/(\S+)", message.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert found
    return found[1]


def test_opening_shows_the_task_and_changes_nothing(site: Site) -> None:
    before = site.entries()
    for _n in range(3):
        answer = site.client.get(f"/v/{token(site)}")
        assert answer.status_code == 200
        assert site.client.head(f"/v/{token(site)}").status_code == 200
    page = unescape(answer.text)
    assert "KH27-I.1" in page and "Phòng Nội vụ" in page and "hết ngày 30/9/2025" in page
    assert "&lt;b&gt;kế hoạch&lt;/b&gt; &amp; dự toán" in answer.text
    assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/upload.js" defer>'], "nothing runs in the page"
    assert (site.status(), site.entries()) == (Status.NOT_STARTED, before)


def test_pressing_reports_and_pressing_again_shows_the_receipt(site: Site) -> None:
    path = f"/v/{token(site)}"
    first = site.client.get(path).text
    answer = site.press(path, words="Đã trình", document_number="45/TTr")
    assert answer.status_code == 200
    assert "Đã ghi nhận báo cáo hoàn thành" in answer.text and "45/TTr" in answer.text and "Lê Văn B" in answer.text
    entries = site.entries()
    nonce = re.search(r'name="nonce" value="([^"]+)"', first)
    assert nonce
    again = site.client.post(path, data={"choice": "done", "words": "Lần nữa", "name": "C", "nonce": nonce[1]})
    assert (again.status_code, site.entries()) == (200, entries)
    assert "Đã trình" in again.text and "Lần nữa" not in again.text
    assert "Đã trình" in site.client.get(path).text
    assert site.status() == Status.SUBMITTED


def test_an_empty_report_asks_again_and_keeps_what_was_typed(site: Site) -> None:
    answer = site.press(f"/v/{token(site)}", words=" ", name="Lê Văn B")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and 'value="Lê Văn B"' in answer.text
    assert site.status() == Status.NOT_STARTED


def test_too_long_and_unprintable_texts_ask_again(site: Site) -> None:
    path = f"/v/{token(site)}"
    long = site.press(path, words="x" * 5000, name="Lê Văn B")
    assert (long.status_code, "quá dài" in long.text, 'value="Lê Văn B"' in long.text) == (422, True, True)
    assert site.press(path, evidence="text").status_code == 422
    assert site.press(path, words="a\x00\x1b[31mb").status_code == 200
    assert "\x1b" not in site.client.get(path).text


def test_a_file_alone_is_enough_and_lies_under_its_hash(site: Site) -> None:
    answer = site.press(f"/v/{token(site)}", files={"evidence": ("../../quyết định.pdf", b"%PDF-1.7 noi dung")})
    assert answer.status_code == 200 and "quyết định.pdf" in answer.text
    with site.office.database.transaction() as session:
        kept = make.occurrence(session).submissions[0].evidence[0]
    evidence = site.office.settings.evidence
    with EvidenceStore(evidence).open(kept.sha256) as content:
        assert content.read() == b"%PDF-1.7 noi dung"


def test_too_large_files_are_cut_off(site: Site) -> None:
    small = replace(site.office.settings, evidence=replace(site.office.settings.evidence, max_megabytes=1))
    with TestClient(
        create_app(small, site.office.database, now=lambda: site.moment), base_url="http://127.0.0.1:8000"
    ) as client:
        path = f"/v/{token(site)}"
        nonce = re.search(r'name="nonce" value="([^"]+)"', client.get(path).text)
        assert nonce
        typed = {"nonce": nonce[1], "choice": "done", "name": "B"}
        large = client.post(path, data=typed, files={"evidence": ("a.txt", b"x" * 1_500_000)})
        assert (large.status_code, "lớn hơn 1 MB" in large.text) == (422, True)
        assert client.post(path, files={"evidence": ("a.bin", b"x" * 3_000_000)}).status_code == 413

        def endless() -> Iterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="evidence"; filename="a"\r\n\r\n'
            for _n in range(40):
                yield b"x" * 100_000

        assert (
            client.post(
                path, content=endless(), headers={"Content-Type": "multipart/form-data; boundary=x"}
            ).status_code
            == 413
        )
    assert site.status() == Status.NOT_STARTED


def fresh(site: Site, keys: signing.Keys | None = None) -> str:
    """A token that is signed as ours are, and in no record."""
    bound: dict[str, Any] = {"occurrence": 1, "version": 1, "recipient": "pnv@example.vn", "message_id": 1}
    return links.issue(keys or site.office.keys, site.office.settings, **bound, at=site.moment)[0]


def known(site: Site, token: str, keys: signing.Keys | None = None) -> links.Link | None:
    with snapshot(site.office.settings.database.url) as view:
        return links.look(
            view, keys or site.office.keys, site.office.settings, token, at=site.moment, today=site.moment.date()
        )


def test_forged_unknown_expired_revoked_links_get_one_plain_answer(site: Site) -> None:
    good = token(site)
    answers = set()
    for bad in (
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        "x",
        fresh(site),
        "a" * 5000,
        good.replace(".", ""),
    ):
        for method in ("GET", "POST"):
            answer = site.client.request(method, f"/v/{bad}")
            answers.add((answer.status_code, answer.text))
    site.moment = make.at(SENT) + timedelta(days=15)
    answers.add((site.client.get(f"/v/{good}").status_code, site.client.get(f"/v/{good}").text))
    site.moment = make.at("2025-09-26 09:00")
    with site.office.database.transaction() as session:
        session.exec(select(ActionLink)).one().revoked_at = site.moment
    answers.add(
        (
            site.client.post(f"/v/{good}", data={"choice": "done", "words": "x", "name": "B"}).status_code,
            site.client.get(f"/v/{good}").text,
        )
    )
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    assert site.status() == Status.NOT_STARTED


def test_the_life_of_a_link_is_a_setting_and_counts_from_sending(site: Site) -> None:
    longer = replace(site.office.settings, links=replace(site.office.settings.links, days=20))
    with TestClient(
        create_app(longer, site.office.database, now=lambda: make.at(SENT) + timedelta(days=15)),
        base_url="http://127.0.0.1:8000",
    ) as client:
        assert client.get(f"/v/{token(site)}").status_code == 200


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_mutation_of_a_token_is_accepted(site: Site, data: st.DataObject) -> None:
    good = token(site)
    position = data.draw(st.integers(0, len(good) - 1))
    mutated = (
        good[:position]
        + data.draw(st.text("abcXYZ019-_.", max_size=3))
        + good[position + data.draw(st.integers(0, 2)) :]
    )
    assert (known(site, mutated) is not None) == (mutated == good)


def test_old_keys_verify_and_new_keys_sign(site: Site) -> None:
    good = token(site)
    file = site.office.settings.links.key_file
    file.write_text("n" * 43 + "\n" + file.read_text(encoding="ascii"), encoding="ascii")
    rotated = signing.load_keys(file)
    assert known(site, good, rotated) and known(site, fresh(site, rotated)) is None
    assert file.stat().st_mode & 0o077 == 0


def test_forms_of_other_sites_are_refused(site: Site) -> None:
    path = f"/v/{token(site)}"
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert site.press(path, words="x", headers=headers).status_code == 403
    assert site.status() == Status.NOT_STARTED
    assert (
        site.press(
            path, words="x", headers={"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
        ).status_code
        == 200
    )


def test_every_answer_carries_the_headers_that_keep_the_token_in(site: Site) -> None:
    for path in (f"/v/{token(site)}", "/v/none", "/nowhere"):
        headers = site.client.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "noindex" in headers["X-Robots-Tag"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_lists_are_closed_unless_the_office_opens_them(site: Site) -> None:
    for path in ("/", "/overdue", "/tasks/KH27-I.1"):
        assert site.client.get(path).url.path == "/sign-in"
    opened = replace(site.office.settings, web=replace(site.office.settings.web, open_lists=True))
    with TestClient(
        create_app(opened, site.office.database, now=lambda: make.at("2025-10-15 09:00")),
        base_url="http://127.0.0.1:8000",
    ) as client:
        listed = unescape(client.get("/").text)
        assert "KH27-I.1" in listed and "15" in listed and "Danh sách có 1 dòng" in listed
        assert "Không có nhiệm vụ quá hạn" in unescape(client.get("/overdue?as_of=2025-09-30").text)
        by_agency = unescape(client.get("/overdue?by=agency").text)
        assert "Phòng Nội vụ" in by_agency and "0,0%" in by_agency
        assert "quý III năm 2025" in unescape(client.get("/tasks/kh27-i.1").text)
        assert client.get("/overdue?as_of=xx").status_code == 400
        assert client.get("/overdue?as_of=15/10/2025").status_code == 200
        assert "KH27-I.1" in unescape(client.get("/tasks/KH27-I.2").text)


def test_errors_are_plain_pages(site: Site) -> None:
    assert "Không có trang này" in site.client.get("/nowhere").text
    assert site.client.delete("/overdue").status_code in (404, 405)
    with site.office.database.transaction() as session:
        from sqlalchemy import text

        session.execute(text("alter table action_link rename to gone"))
    answer = site.client.get(f"/v/{token(site)}")
    assert answer.status_code == 500
    assert "Chưa ghi nhận gì" in answer.text and "action_link" not in answer.text


def test_health(site: Site) -> None:
    assert site.client.get("/healthz").json() == {"status": "ok"}
    ready = site.client.get("/readyz").json()
    assert (ready["status"], ready["last_tick"]) == ("ok", None), "a replayed morning is no sign of a running clock"
    with site.office.database.transaction() as session:
        session.add(Heartbeat(name="tick", at=make.at("2025-09-26 08:00")))
    assert site.client.get("/readyz").json()["last_tick"].startswith("2025-09-26")
    site.moment = make.at("2025-09-28 08:00")
    assert site.client.get("/readyz").status_code == 503


def test_only_posts_change_something() -> None:
    from web import actions, files, lists

    routes = [route for router in (actions.router, files.router, lists.router) for route in router.routes]
    changing = {(r.path, m) for r in routes for m in r.methods if m not in ("GET", "HEAD")}  # type: ignore[attr-defined]
    assert changing == {("/v/{token}", "POST"), ("/v/{token}/files", "POST"), ("/v/{token}/files/{number}", "PUT")}
