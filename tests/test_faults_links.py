"""The attacks that links in letters must survive: forged, dead, listened to, sent from elsewhere, guessed, pressed at once."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from itsdangerous.encoding import base64_decode
from sqlmodel import Session, func, select

from notifications import links, signing, tags
from notifications.replies import reading
from notifications.replies.inbox import MemoryInbox
from tests import make, test_web
from tests.forms import filled
from tests.test_web import Site, token
from web.app import create_app
from workflow.message import ActionLink, Message, MessageStatus, Upload
from workflow.snapshot import Snapshot, snapshot
from workflow.standing import Status
from workflow.submission import Submission

site = test_web.site
NOW = make.at("2025-09-26 09:00")
HOW: dict[str, Any] = {"by": make.BY, "at": NOW, "reason": "Quyết định 5/QĐ-UBND"}
ASCII = [chr(n) for n in range(128)]


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


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
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


def test_forged_tokens_are_the_same_to_the_pages(site: Site) -> None:
    before, answers, good = record(site), Counter[Any](), token(site)
    form = filled(site.client.get(f"/v/{good}").text, words="x")
    bad = [one for one in mutations(good, 100_000) if one.isprintable() and not {*"/?#"} & {*one} and len(one) > 9]
    for n, one in enumerate(random.Random(1).sample(bad, 200)):
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


# Reply and bounce addresses


def posted(site: Site) -> tuple[Any, dict[str, str]]:
    """Settings with an inbox, and the two addresses of the first letter."""
    settings = replace(site.office.settings, inbox=replace(site.office.settings.inbox, kind="maildir"))
    with site.office.database.transaction() as session:
        letter = session.exec(select(Message.message_id)).one()
    return settings, {one: tags.tagged(site.office.keys, settings, one, letter) for one in (tags.REPLY, tags.BOUNCE)}


def test_twenty_thousand_forged_reply_addresses(site: Site) -> None:
    settings, made = posted(site)
    with snapshot(settings.database.url) as view:

        def read(address: str) -> str:
            found = tags.read(view, site.office.keys, settings, address)
            return found[0] if found else ""

        for purpose, good in made.items():
            tag, twin = good[good.index("+") + 1 : good.index("@")], made["b" if purpose == "r" else "r"]
            bad = [one for one in mutations(tag, 10_400) if one.isascii() and not one.endswith(f"+{tag}")]
            assert len(bad) >= 10_000
            taken = [one for one in bad if read(good.replace(tag, one))]
            same = [one for one in taken if one.lower() == tag]
            alias = [one for one in taken if one[:26].lower() == tag[:26] and one[27:].lower() == tag[27:]]
            assert {*taken} == {*same, *alias} and len(alias) - len(same) <= 6, taken
            assert read(good) == read(good.upper()) == purpose and len(same) > 20
            assert read(good.replace(f"+{purpose}", f"+{twin[twin.index('+') + 1]}")) == ""
            assert read(good.replace(tag[27:], twin[twin.index("+") + 28 : twin.index("@")])) == ""


@pytest.mark.xfail(
    strict=True, reason="the last letter of the number has two idle bits; any local part and host are taken"
)
@pytest.mark.parametrize("change", ["alias", "plus", "local part", "host"])
def test_only_the_address_that_was_made_is_ours(site: Site, change: str) -> None:
    settings, made = posted(site)
    good, letters = made[tags.REPLY], "abcdefghijklmnopqrstuvwxyz234567"
    tag, last = good[good.index("+") + 1 : good.index("@")], letters.index(good[good.index("+") + 27])
    other = {
        "alias": good.replace(tag, tag[:26] + letters[last ^ 1] + tag[27:]),
        "plus": good.replace("+", "++"),
        "local part": f"ke.gian+{tag}@localhost",
        "host": f"dondoc+{tag}@evil.example",
    }[change]
    with snapshot(settings.database.url) as view:
        assert tags.read(view, site.office.keys, settings, other) is None


@pytest.mark.parametrize("letter", ["ſ", "İ", "ı", "K"])
@pytest.mark.parametrize("place", [30, 5])
def test_letters_that_only_look_like_ascii_stop_nobody(site: Site, letter: str, place: int) -> None:
    settings, made = posted(site)
    local, _at, host = made[tags.REPLY].partition("@")
    start = local.index("+") + 2 + place
    address = f"{local[:start]}{letter}{local[start + 1 :]}@{host}"
    raw = f"From: a@evil.example\r\nTo: {address}\r\nSubject: x\r\n\r\nXONG\r\n".encode()
    with snapshot(settings.database.url) as view:
        assert tags.read(view, site.office.keys, settings, address) is None
    box = MemoryInbox(raw)
    done = reading.read(site.office.database, settings, site.office.keys, box, clock=lambda: NOW)
    assert (done.problems, box.marked) == ([], ["0"])
