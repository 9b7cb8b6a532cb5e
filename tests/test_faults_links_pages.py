"""The attacks that links in letters must survive, second part: listened to, sent from elsewhere, guessed, tried often, led astray."""

from __future__ import annotations

import email
import email.policy
import logging
import re
import statistics
import time
from collections import Counter
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import func, select

from notifications import links, signing
from tests import make, test_web
from tests.forms import filled
from tests.test_faults_links import LITE, NOW, from_, given, letters, nonce, record, row_of
from tests.test_web import Site, token
from web import actions, guard
from web.app import HEADERS
from workflow.limits import Limit
from workflow.message import Attempts
from workflow.standing import Status

site = test_web.site


# F40: listened to


def answers(site: Site) -> dict[str, Any]:
    """An answer of every kind that the pages give."""
    good, client = token(site), site.client
    path, begin = f"/v/{good}", {"name": "a.txt", "size": 3}
    made = {
        "refused": client.post(path, data=filled(client.get(path).text), headers={"Origin": "https://evil.example"}),
        "old page": client.post(path, data={"nonce": "x"}),
        "dead": client.get("/v/none"),
        "nowhere": client.get("/nowhere"),
        "method": client.delete(path),
        "empty": site.press(path, words=" "),
        "too long": client.post(path, data={"nonce": "x" * 301}),
        "again": client.post("/v/none", data={"step": "again", "choice": "send"}),
        "file": client.post(f"{path}/files", json=begin),
        "part": client.put(f"{path}/files/1", content=b"abc", headers={"Upload-Offset": "0"}),
        "no part": client.put(f"{path}/files/9", content=b"abc", headers={"Upload-Offset": "0"}),
        "json": client.post("/v/none/files", json=begin, headers={"Accept": "application/json"}),
        "json refused": client.post(f"{path}/files", json=begin, headers={"Sec-Fetch-Site": "cross-site"}),
        "not json": client.post(f"{path}/files", content=b"{"),
        "page": client.get(path),
        "done": site.press(path, words="Đã trình"),
        "done already": client.get(path),
    }
    for _n in range(40):
        made["often"] = client.post(path, data={"choice": "done"})
    wanted = (403, 403, 404, 404, 405, 422, 422, 200, 200, 200, 400, 409, 403, 422, 200, 200, 200, 429)
    assert tuple(one.status_code for one in made.values()) == wanted
    return made


def broken(site: Site) -> Any:
    """What the pages answer when the record fails in the midst of an act that sends a code."""
    page = site.client.get(f"/v/{token(site)}").text
    with site.office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").link_policy = "code"
        if site.office.database.engine.dialect.name == "sqlite":
            raised = "begin select raise(abort, 'broken'); end"
        else:
            session.execute(
                text("create function broken() returns trigger language plpgsql as $$ begin raise 'broken'; end $$")
            )
            raised = "for each row execute function broken()"
        session.execute(text(f"create trigger broken before insert on message {raised}"))
    return site.client.post(f"/v/{token(site)}", data=filled(page, words="x"))


def overheard(site: Site, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Log records in which a token, half of one, a nonce's random part or six digits stand."""
    secret = re.compile(
        "|".join([*map(re.escape, token(site).split(".")), r"\b\d{3} \d{3}\b(?! byte)", r"/v/[\w-]{9}|\[parameters: "])
    )
    told = (f"{caplog.handler.format(one)} {one.args}" for one in caplog.records if not one.name.startswith("httpx"))
    return [one for one in told if secret.search(one)]


def test_no_token_stands_in_a_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers(site)
    with site.office.database.transaction() as session:
        session.execute(text("alter table action_link rename to gone"))
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/files")):
        answer = site.client.request(method, f"/v/{token(site)}{path}", json={"name": "a", "size": 1} if path else None)
        assert answer.status_code == 500
    assert any("action_link" in one.getMessage() + str(one.exc_info) for one in caplog.records)
    assert overheard(site, caplog) == []


def test_no_code_stands_in_a_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert broken(site).status_code == 500
    assert any("broken" in str(one.exc_info) for one in caplog.records)
    assert overheard(site, caplog) == []


def test_every_answer_keeps_the_token_in_and_names_no_other_host(site: Site) -> None:
    for name, answer in answers(site).items():
        assert {k: answer.headers.get(k) for k in HEADERS} == HEADERS, name
        hosts = {urlsplit(one).hostname for one in re.findall(r"(?:https?:)?//[^\s\"'<>)]+", answer.text)}
        assert hosts <= {"127.0.0.1"} and "evil" not in answer.text, name
    for file in ("style.css", "upload.js"):
        assert "//" not in re.sub(r"(?m)^\s*//.*$", "", site.client.get(f"/static/{file}").text)


@LITE
@pytest.mark.parametrize("status", [500, 413])
def test_failures_keep_the_token_in_too(site: Site, status: int) -> None:
    path = f"/v/{token(site)}"
    answer = broken(site) if status == 500 else site.client.post(path, headers={"Content-Length": "9" * 12})
    assert (answer.status_code, {k: answer.headers.get(k) for k in HEADERS}) == (status, HEADERS)


# F41: sent from elsewhere

OWN = "http://127.0.0.1:8000"
FOREIGN = [
    *({"Origin": origin} for origin in ("https://evil.example", "http://127.0.0.1:9000", "https://127.0.0.1:8000")),
    *({"Origin": origin} for origin in ("http://127.0.0.1", f"{OWN}.evil.example", f"{OWN}@evil.example", "")),
    *({"Sec-Fetch-Site": of, "Origin": origin} for of in ("cross-site", "same-site") for origin in (OWN, "null")),
    {"Host": "evil.example", "Origin": "http://evil.example"},
]


def sent(site: Site, headers: dict[str, str]) -> list[int]:
    """What the form and both JSON routes answer to a request with such headers."""
    path, client = f"/v/{token(site)}", site.client
    form = client.post(path, data=filled(client.get(path).text, words="x"), headers=headers)
    begun = client.post(f"{path}/files", json={"name": "a.txt", "size": 3}, headers=headers)
    part = client.put(f"{path}/files/1", content=b"abc", headers={**headers, "Upload-Offset": "0"})
    return [form.status_code, begun.status_code, part.status_code]


@LITE
def test_what_another_site_sends_is_refused(site: Site) -> None:
    before = record(site)
    for headers in FOREIGN:
        assert (sent(site, headers), record(site)) == ([403, 403, 403], before), headers
    assert sent(site, {"Sec-Fetch-Site": "none"})[1:] == [409, 409]


@LITE
@pytest.mark.parametrize("headers", [{"Origin": "http://["}, {"Origin": "evil"}])
def test_odd_origins_are_refused(site: Site, headers: dict[str, str]) -> None:
    assert sent(site, headers) == [403, 403, 403]


@LITE
def test_a_form_needs_a_page_of_its_own_link_of_the_last_half_hour(site: Site) -> None:
    path, keys = f"/v/{token(site)}", site.office.keys
    mine = nonce(site.client.get(path).text)
    foreign = nonce(site.client.get(f"/v/{given(site)}").text)
    value, _dot, signature = mine.rpartition(".")
    number, moment, chance = value.split(".", 2)
    later = f"{number}.{int(moment) + 60}.{chance}"
    signed = [keys.signer(of).sign(value).decode() for of in (links.REPORT, links.DISOWN, "code")]
    own = signing.Keys(("f" * 43,)).signer("page").sign(value).decode()
    coming = keys.signer("page").sign(later).decode()
    forged = ["", "x", value, f"{value}.", foreign, f"{later}.{signature}", own, coming, *signed, mine[:-3], "é" * 9]
    before = record(site)
    for one in forged:
        answer = site.client.post(path, data={"choice": "done", "words": "x", "name": "B", "nonce": one})
        assert (answer.status_code, record(site)) == (403, before), one
    site.moment += timedelta(minutes=31)
    form = {"choice": "partly", "words": "x", "name": "B", "nonce": mine}
    assert (site.client.post(path, data=form).status_code, record(site)) == (403, before)
    site.moment -= timedelta(minutes=1)
    assert site.client.post(path, data=form).status_code == 200


# F45: guessed


@pytest.mark.slow
@LITE
def test_unknown_dead_and_malformed_take_the_same_time(site: Site) -> None:
    dead, unknown = token(site), test_web.fresh(site)
    with site.office.database.transaction() as session:
        row_of(session, dead).revoked_at = NOW
    probes = (dead, unknown, "x", dead[:-1], "a.b", "9" * 66)
    bodies = set[Any]()
    for _try in range(3):
        times: dict[str, list[float]] = {one: [] for one in probes}
        for one in probes * 334:
            began = time.perf_counter()
            answer = site.client.get(f"/v/{one}")
            times[one].append(time.perf_counter() - began)
            bodies.add((answer.status_code, answer.content))
        medians = [statistics.median(one) for one in times.values()]
        if max(medians) <= 1.1 * min(medians):
            break
    assert max(medians) <= 1.1 * min(medians), medians
    assert len(bodies) == 1


@LITE
def test_dead_and_unknown_are_counted_alike(site: Site) -> None:
    dead = token(site)
    with site.office.database.transaction() as session:
        row_of(session, dead).revoked_at = NOW
    counted = []
    for one in ("x", dead):
        site.client.post(f"/v/{one}")
        with site.office.database.transaction() as session:
            counted.append(session.exec(select(func.sum(Attempts.count))).one())
    assert counted[1] == 2 * counted[0]


# F47: tried often


def often(client: TestClient, path: str, most: int, data: dict[str, Any], status: int) -> None:
    """So many tries get their answer, and the next one is refused."""
    told = Counter(client.post(path, data=data).status_code for _n in range(most + 1))
    assert told == {status: most, 429: 1}


@LITE
def test_presses_and_misses_are_limited_for_an_hour(site: Site) -> None:
    site.moment = NOW.astimezone(UTC)
    good, other = f"/v/{token(site)}", f"/v/{given(site)}"
    often(from_(site, "a"), good, actions.PRESSES.most, {"choice": "done"}, 403)
    often(from_(site, "b"), "/v/none", 60, {}, 404)
    for address in ("a", "b"):
        again = from_(site, address)  # a new process
        assert again.post("/v/x").status_code == (429 if address == "b" else 404)
        assert again.post("/v/x/files", json={"name": "a", "size": 1}).status_code == (429 if address == "b" else 409)
        assert again.post(good, data={"choice": "done"}).status_code == 429
        assert again.get(good).status_code == 200, "looking is always possible"
        assert again.post(other, data={"choice": "done"}).status_code == 403, "another link acts"
    site.moment += timedelta(hours=1, seconds=1)
    assert [from_(site, "b").post(path).status_code for path in (good, "/v/none")] == [403, 404]


@LITE
def test_a_limit_ends_in_every_zone(site: Site) -> None:
    for _hour in range(3):
        often(site.client, "/v/none", 60, {}, 404)
        site.moment += timedelta(hours=1, seconds=1)


def test_a_mailbox_gets_three_new_links_a_day(site: Site) -> None:
    site.moment = NOW.astimezone(UTC)
    dead, pages = token(site), set[Any]()
    other = given(site, reader="van.phong@example.vn", sent=NOW - timedelta(days=15))
    with site.office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").deputy_mailbox = "van.phong@example.vn"
        row_of(session, dead).revoked_at = NOW
    ask = {"step": "again", "choice": "send"}
    for n in range(8):
        answer = from_(site, f"10.0.0.{n}").post(f"/v/{dead if n < 7 else test_web.fresh(site)}", data=ask)
        pages.add((answer.status_code, answer.content))
        assert len(letters(site, "link")) == min(n + 1, 3)
    assert len(pages) == 1
    from_(site).post(f"/v/{other}", data=ask)
    assert Counter(one.recipient for one in letters(site, "link")) == {"pnv@example.vn": 3, "van.phong@example.vn": 1}
    site.moment += timedelta(days=1, seconds=1)
    from_(site).post(f"/v/{dead}", data=ask)
    assert len(letters(site, "link")) == 5
    often(from_(site, "a"), "/v/none", 20, ask, 200)


def code(site: Site) -> str:
    """The six digits of the newest letter that brings some."""
    letter = email.message_from_bytes(letters(site, "code")[-1].content, policy=email.policy.default)
    found = re.search(r"\b(\d{3}) (\d{3})\b", letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert found
    return found[1] + found[2]


def test_codes_are_five_an_hour_with_five_tries_each(site: Site) -> None:
    site.moment, path = NOW.astimezone(UTC), f"/v/{token(site)}"
    with site.office.database.transaction() as session:
        make.agency(session, "Phòng Nội vụ").link_policy = "code"
    form = filled(site.client.get(path).text, words="x")
    for sent in range(1, 7):
        with site.office.database.transaction() as session:  # presses and senders have limits of their own
            session.execute(text("delete from attempts where name not like 'code:%'"))
        client = from_(site)  # a new process
        client.post(path, data=form)
        for n in range(5 if sent < 6 else 1):
            client.post(path, data={**form, "code": f"{(int(code(site)) + n + 1) % 10**6:06}"})
        assert len(letters(site, "code")) == min(sent, 5)
        assert client.post(path, data={**form, "code": code(site)}).status_code == 200
        assert site.status() == Status.NOT_STARTED, "five wrong ones, and the right one counts no more"
    site.moment += timedelta(hours=1, seconds=1)
    site.press(path, words="x")
    site.press(path, words="x", code=code(site))
    assert (len(letters(site, "code")), site.status()) == (6, Status.SUBMITTED)


@LITE
def test_the_parts_of_a_file_lock_nobody_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "EVERYTHING", Limit(5, 3600))
    path = f"/v/{token(site)}"
    site.client.post(f"{path}/files", json={"name": "a.txt", "size": 9})
    for n in range(9):
        part = site.client.put(f"{path}/files/1", content=b"a", headers={"Upload-Offset": str(n)})
        assert part.status_code == 200
    assert site.press(path, words="x").status_code == 200


# F48: led astray

ASTRAY = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "evil", "Forwarded": "host=evil.example"}


@pytest.mark.parametrize("headers", [ASTRAY, {**ASTRAY, "Host": "evil.example"}])
def test_no_request_decides_where_links_lead(site: Site, headers: dict[str, str]) -> None:
    path, dead = f"/v/{token(site)}", given(site, sent=NOW - timedelta(days=15))
    told = [site.client.get(path, headers=headers), site.press(path, words="x", headers=headers)]
    told.append(site.client.post(f"/v/{dead}", data={"step": "again", "choice": "send"}, headers=headers))
    assert not any("evil" in one.text + str(one.headers) for one in told)
    contents = [one.content for kind in ("receipt", "link") for one in letters(site, kind)]
    for content in contents:
        parts = email.message_from_bytes(content, policy=email.policy.default).walk()
        said = "".join(str(part) + str(part.get_content()) for part in parts if part.get_content_maintype() == "text")
        assert "evil" not in said and b"evil" not in content
    assert contents or "Host" in headers


@LITE
@pytest.mark.parametrize("path", ["/v/none/", "/static"])
def test_no_redirect_leaves_the_site(site: Site, path: str) -> None:
    answer = from_(site).get(path, headers={"Host": "evil.example"})
    assert "evil" not in answer.headers.get("location", "")
