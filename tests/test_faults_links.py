"""The attacks that links in letters must survive, first part: forged ones, dead ones, one that is pressed by many at once."""

from __future__ import annotations

import hashlib
import itertools
import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from itsdangerous.encoding import base64_decode
from sqlmodel import Session, col, func, select

from notifications import links, signing
from tests import make, test_web
from tests.forms import filled
from tests.test_web import Site, token
from web.app import create_app
from workflow.access import policy
from workflow.agency import FocalPoint, add_focal_point
from workflow.message import ActionLink, Message, MessageStatus, Upload
from workflow.occurrence import Occurrence
from workflow.snapshot import Snapshot, snapshot
from workflow.standing import Status
from workflow.submission import Submission

site = test_web.site
NOW = make.at("2025-09-26 09:00")
HOW: dict[str, Any] = {"by": make.BY, "at": NOW, "reason": "Quyết định 5/QĐ-UBND"}
ASCII = [chr(n) for n in range(128)]
LITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def given(
    site: Site, code: str = "KH27-I.1", *, reader: str = "pnv@example.vn", sent: datetime = NOW, **of: str
) -> str:
    """A further link for a task, in a letter of its own that left."""
    with site.office.database.transaction() as session:
        owed = make.occurrence(session, code)
        number = hashlib.sha256(f"{random.random()}".encode()).hexdigest()[:32]
        about = {"recipient": reader, "subject": "", "content": b"x", "message_id": f"<{number}@localhost>"}
        letter = Message(key=number, **about, status=MessageStatus.SENT, queued_at=NOW, next_at=NOW, sent_at=sent)
        session.add(letter)
        session.flush()
        bound: dict[str, Any] = {"occurrence": owed.id, "version": owed.deadline_version, "message_id": letter.id}
        made, row = links.issue(site.office.keys, site.office.settings, **bound, recipient=reader, at=NOW, **of)
        session.add(ActionLink(**row))
    return made


def from_(site: Site, address: str = "testclient", settings: Any = None) -> TestClient:
    """A new process of the pages on the same record, asked from an address."""
    app = create_app(settings or site.office.settings, site.office.database, now=lambda: site.moment)
    way: dict[str, Any] = {"base_url": "http://127.0.0.1:8000", "client": (address, 1), "follow_redirects": False}
    return TestClient(app, raise_server_exceptions=False, **way)


def record(site: Site) -> tuple[int, Status, int, int]:
    with site.office.database.transaction() as session:
        many = [session.exec(select(func.count()).select_from(table)).one() for table in (Upload, Submission)]
    return site.entries(), site.status(), many[0], many[1]


def row_of(session: Session, token: str) -> ActionLink:
    return session.exec(select(ActionLink).where(ActionLink.token_hash == digest(token))).one()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def nonce(page: str) -> str:
    return str(filled(page)["nonce"])


def letters(site: Site, kind: str) -> list[Message]:
    with site.office.database.transaction() as session:
        return list(session.exec(select(Message).where(Message.kind == kind).order_by(col(Message.id))))


# F37: forged


def spellings(good: str) -> Iterator[str]:
    """A text with every bit flipped, cut, filled, swapped and recased; then without end with several of that at once."""
    places, chance = range(len(good)), random.Random(37)
    for n in places:
        yield from (good[:n] + chr(ord(good[n]) ^ 1 << bit) + good[n + 1 :] for bit in range(8))
        yield from (good[:n] + c + good[n + keep :] for c in ASCII for keep in (0, 1))
        yield from (good[n:m] for m in range(n + 1, len(good) + 1))
        yield from (good[:n] + good[m:] for m in range(n + 1, len(good) + 1))
        yield good[:n] + good[n].swapcase() + good[n + 1 :]
        yield good[:n] + "ſKıİ０"[n % 5] + good[n + 1 :]
    for n, m in itertools.combinations(places, 2):
        yield good[:n] + good[m] + good[n + 1 : m] + good[n] + good[m + 1 :]
    yield from (change(good) for change in (str.upper, str.lower, str.swapcase, lambda t: t[::-1]))
    number, _dot, signature = good.partition(".")
    for head in ("none", "HS256", "alg=none", "eyJhbGciOiJub25lIn0", "key-1", "dondoc.report", "0", ""):
        yield from (f"{head}.{good}", f"{head}.{number}.", f"{head}.{signature}", f"{good}.{head}", f"{head}{good}")
    letters = [c for c in ASCII if c.isalnum()] + ["-", "_", ".", "=", "+"]
    while True:
        made = list(good)
        for _n in range(chance.randint(2, 6)):
            made[chance.randrange(len(made))] = chance.choice(letters)
        yield "".join(made)


def mutations(good: str, many: int) -> list[str]:
    made = dict[str, None]()
    for one in spellings(good):
        if one != good:
            made[one] = None
        if len(made) == many:
            break
    return list(made)


class Believing:
    """A record into which somebody wrote the hash of every token by hand, with what a genuine one is bound to."""

    def __init__(self, view: Snapshot, good: str) -> None:
        self.view, self.hash, self.found = view, digest(good), list[Any]()

    def rows(self, sql: str, /, **args: Any) -> list[Any]:
        self.found = self.found or self.view.rows(sql, **{**args, "hash": self.hash})
        return self.found


def decoded(token: str) -> tuple[str, bytes]:
    number, _dot, signature = token.encode("ascii", "replace").decode().rpartition(".")
    try:
        return number, base64_decode(signature)
    except Exception:
        return number, b""


@pytest.mark.slow
@LITE
def test_a_hundred_thousand_forged_tokens(site: Site) -> None:
    good, settings = token(site), site.office.settings
    bad = mutations(good, 100_000)
    how: dict[str, Any] = {"at": NOW, "today": NOW.date()}
    with snapshot(settings.database.url) as view:
        assert links.look(view, site.office.keys, settings, good, **how)
        assert [one for one in bad if links.look(view, site.office.keys, settings, one, **how)] == []
        believing: Any = Believing(view, good)
        accepted = [one for one in bad if links.look(believing, site.office.keys, settings, one, **how)]
    assert all(decoded(one) == decoded(good) for one in accepted), (
        "even a row by hand does not take a signature's place"
    )
    assert len(accepted) < 1000


@pytest.mark.slow
def test_forged_tokens_are_the_same_to_the_pages(site: Site) -> None:
    site.moment = NOW.astimezone(UTC)
    before, answers, good = record(site), Counter[Any](), token(site)
    many = 200 if site.office.database.engine.dialect.name == "sqlite" else 60
    form = filled(site.client.get(f"/v/{good}").text, words="x")
    bad = [one for one in mutations(good, 60_000) if one.isprintable() and not {*"/?#"} & {*one} and len(one) > 9]
    for n, one in enumerate(random.Random(1).sample(bad, many)):
        if n % 50 == 0:
            site.moment += timedelta(hours=1, minutes=1)  # else the address is slowed down
        path = f"/v/{quote(one)}"
        for answer in (site.client.get(path), site.client.post(path, data=form)):
            answers[answer.status_code, answer.content] += 1
            if answer.status_code != 404 or len(answers) > 1:
                print("DIFF", n, site.moment, repr(one), answer.status_code, answer.text[-300:])
    assert (len(answers), answers.most_common(1)[0][0][0], record(site)) == (1, 404, before)


def test_a_link_is_good_for_what_it_was_made_for_and_nothing_else(site: Site) -> None:
    with site.office.database.transaction() as session:
        make.enacted(session, make.task(), number="28/KH-UBND")
    settings, keys = site.office.settings, site.office.keys
    report, other = token(site), given(site, "KH28-I.1")
    disown = given(site, purpose=links.DISOWN, about="submission:1")
    glued = f"{report.partition('.')[0]}.{other.partition('.')[2]}"
    bare = report.partition(".")[0]
    own, _row = links.issue(
        signing.Keys(("f" * 43,)), settings, occurrence=1, version=1, recipient="a@b.vn", message_id=1, at=NOW
    )
    code = keys.signer("page").sign(bare).decode()

    def looked(session: Session, token: str, settings: Any = settings) -> bool:
        return bool(links.look(Snapshot.within(session), keys, settings, token, at=NOW, today=NOW.date()))

    changes: list[tuple[str, dict[str, Any]]] = [
        (report, {"act": links.DISOWN}),
        (report, {"act": links.DISOWN, "about": "submission:1"}),
        (disown, {"act": links.REPORT}),
        (disown, {"act": links.REPORT, "about": ""}),
        (disown, {"about": "submission:2"}),
        (report, {"occurrence_id": 2}),
        (other, {"occurrence_id": 1}),
        (report, {"recipient": "ke.gian@example.vn"}),
        (report, {"recipient": "PNV@example.vn"}),
        (report, {"deadline_version": 2}),
        (report, {"about": "submission:1"}),
        *(
            (report, {"token_hash": digest(t), "forged": t})
            for t in (glued, bare, own, code, f"{bare}.", f".{bare}", "")
        ),
    ]
    for made, values in changes:
        with Session(site.office.database.engine) as session:
            assert looked(session, made)
            shown, row = values.pop("forged", made), row_of(session, made)
            for name, value in values.items():
                setattr(row, name, value)
            session.flush()
            assert not looked(session, shown), values
    for base in ("http://127.0.0.1:8001", "http://evil.example:8000", "http://127.0.0.1", "http://x@127.0.0.1:8000"):
        moved = replace(settings, links=replace(settings.links, base_url=base))
        with Session(site.office.database.engine) as session:
            assert looked(session, report) and not looked(session, report, moved), base


# F38: dead


def ended(session: Session, owed: Occurrence, row: ActionLink, how: str) -> None:
    """End a link in one of the ways in which links end."""
    agency, directive, letter = owed.agency, owed.task.directive, session.get_one(Message, row.message_id)
    match how:
        case "revoked":
            links.revoke(session, [row.id or 0], **HOW)
        case "revoked by hand":
            row.revoked_at = NOW
        case "expired":
            letter.sent_at = NOW - timedelta(days=14, seconds=1)
        case "never sent":
            letter.sent_at, row.issued_at = None, NOW - timedelta(days=14, seconds=1)
        case "new deadline":
            owed.redate(session, date(2025, 12, 1), **HOW)
        case "handed over":
            owed.hand_over(session, make.agency(session, "Phòng Nội vụ"), **HOW)
        case "other mailbox":
            agency.mailbox = "moi@example.vn"
        case "end of term":
            point = session.exec(select(FocalPoint).where(FocalPoint.agency_id == agency.id)).one()
            point.valid_to = date(2025, 9, 25)
        case "login":
            agency.link_policy = "login"
        case "confidential":
            directive.confidential = True
        case "made confidential":
            policy.change(session, directive, {"confidential": True}, [], **HOW)
        case "disowned":
            links.end_reports(session, owed.id or 0, at=NOW)
        case "cancelled":
            owed.cancel(session, **HOW)


ENDS = ["revoked", "revoked by hand", "expired", "never sent", "new deadline", "handed over", "other mailbox"]
ENDS += ["end of term", "login", "confidential", "made confidential", "disowned", "cancelled"]


def ends(site: Site, how: str, number: int) -> tuple[set[Any], tuple[Any, ...], tuple[Any, ...]]:
    """What a link that was ended in one way answers, and the record before and after."""
    reader = f"ong.ba{number}@example.vn"
    with site.office.database.transaction() as session:
        make.enacted(session, make.task(lead=f"Phòng số {number}"), number=f"{number}/KH-UBND")
        owed = make.occurrence(session, f"KH{number}-I.1")
        add_focal_point(session, owed.agency, "Ông Ba", reader)
        mailbox = str(owed.agency.mailbox)
    made = given(site, f"KH{number}-I.1", reader=reader if how == "end of term" else mailbox)
    path = f"/v/{made}"
    page = site.client.get(path)
    assert page.status_code == 200, how
    with site.office.database.transaction() as session:
        ended(session, make.occurrence(session, f"KH{number}-I.1"), row_of(session, made), how)
    before = record(site)
    told = site.client.get(path), site.client.post(path, data=filled(page.text, words="x")), site.client.post(path)
    return {(one.status_code, one.content, str(one.headers)) for one in told}, before, record(site)


def test_every_dead_link_gives_one_answer(site: Site) -> None:
    unknown = site.client.get("/v/none")
    one = {(unknown.status_code, unknown.content, str(unknown.headers))}
    for number, how in enumerate(ENDS, 51):
        assert ends(site, how, number)[::2] == (one, record(site)), how
    assert unknown.status_code == 404


def test_a_life_is_counted_from_the_sending_and_survives_a_new_key(site: Site) -> None:
    good, file, last = given(site, sent=NOW - timedelta(days=14)), site.office.settings.links.key_file, NOW
    page = site.client.get(f"/v/{good}")
    for days, status in ((0, 200), (20, 200), (21, 404)):
        signing.rotate(file, today=(last + timedelta(days=days)).date(), days=20)
        assert site.client.get(f"/v/{good}").status_code == status
        answer = site.client.post(f"/v/{good}", data=filled(page.text, words="x", choice="partly"))
        assert answer.status_code == status
    site.moment += timedelta(seconds=1)
    assert site.client.get(f"/v/{token(site)}").status_code == 404


@LITE
@pytest.mark.parametrize("confirmed", [False, True])
def test_a_second_use_tells_the_first_and_changes_nothing(site: Site, confirmed: bool) -> None:
    path = f"/v/{token(site)}"
    page = site.client.get(path).text
    assert site.press(path, words="Đã trình", name="Trần Thị Hoa").status_code == 200
    if confirmed:
        with site.office.database.transaction() as session:
            make.occurrence(session).confirm(session, by=make.BY, at=NOW)
    before = record(site)
    site.moment += timedelta(minutes=5)
    for words, choice in (("Lần nữa", "done"), ("Đã trình", "done")):
        answer = site.client.post(path, data=filled(page, words=words, choice=choice, name="Kẻ gian"))
        told = unescape(answer.text)
        assert answer.status_code == 200 and "26/9/2025 09:00" in told and "Trần Thị Hoa" in told
        assert "Kẻ gian" not in told and "<form" not in told and record(site) == before


# Pressed at once


def test_eight_presses_at_once_are_one_report(site: Site) -> None:
    path, barrier, told = f"/v/{token(site)}", threading.Barrier(8), list[Any]()
    ready = [(from_(site, f"10.0.0.{n}"), filled(site.client.get(path).text, words=f"Lần {n}")) for n in range(8)]

    def press(client: TestClient, form: dict[str, Any]) -> None:
        client.post("/v/none")  # FastAPI prepares its routes at the first request, and not for several threads
        barrier.wait()
        told.append(client.post(path, data=form))

    threads = [threading.Thread(target=press, args=one) for one in ready]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with site.office.database.transaction() as session:
        made = session.exec(select(Submission)).one()
    assert [one.status_code for one in told] == [200] * 8
    assert all(made.result in unescape(one.text) and "<form" not in one.text for one in told)
    assert len(letters(site, "receipt")) == 1
