"""The addresses that letters are answered to and come back to: none can be made up, and no odd one stops the reading."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from notifications import tags
from notifications.replies import reading
from notifications.replies.inbox import MemoryInbox
from tests import make, test_web
from tests.conftest import Office, Run
from tests.test_faults_links import LITE, NOW, mutations
from tests.test_web import SENT, Site
from workflow.message import Message
from workflow.snapshot import snapshot

site = test_web.site


def posted(site: Site) -> tuple[Any, dict[str, str]]:
    """Settings with an inbox, and the two addresses of the first letter."""
    settings = replace(site.office.settings, inbox=replace(site.office.settings.inbox, kind="maildir"))
    with site.office.database.transaction() as session:
        letter = session.exec(select(Message.message_id)).one()
    return settings, {one: tags.tagged(site.office.keys, settings, one, letter) for one in (tags.REPLY, tags.BOUNCE)}


@LITE
def test_twenty_thousand_forged_reply_addresses(site: Site) -> None:
    settings, made = posted(site)
    with snapshot(settings.database.url) as view:

        def read(address: str) -> str:
            found = tags.read(view, site.office.keys, settings, address)
            return found[0] if found else ""

        for purpose, good in made.items():
            tag, twin = good[good.index("+") + 1 : good.index("@")], made["b" if purpose == "r" else "r"]
            bad = [one for one in mutations(tag, 17_000) if one.isascii() and not one.endswith(f"+{tag}")]
            assert len(bad) >= 16_000
            taken = [one for one in bad if read(good.replace(tag, one))]
            same = [one for one in taken if one.lower() == tag]
            alias = [one for one in taken if one not in same and (one[:26] + one[27:]).lower() == tag[:26] + tag[27:]]
            assert {*taken} == {*same, *alias} and len(alias) <= 6, taken
            assert read(good) == read(good.upper()) == purpose and len(same) > 20
            assert read(good.replace(f"+{purpose}", f"+{twin[twin.index('+') + 1]}")) == ""
            assert read(good.replace(tag[27:], twin[twin.index("+") + 28 : twin.index("@")])) == ""


@LITE
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


@LITE
@pytest.mark.parametrize(("letter", "place"), [("ſ", 30), ("ı", 30), ("İ", 5)])
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


@LITE
def test_the_outbox_shows_letters_without_what_acts(office: Office, run: Run) -> None:
    office.settings = replace(office.settings, inbox=replace(office.settings.inbox, kind="maildir"))
    with office.database.transaction() as session:
        make.enacted(session, make.task())
    office.tick(SENT)
    content = office.mailer.letters[0].content.decode()
    letter = email.message_from_string(content, policy=email.policy.default)
    secrets = {*re.findall(r"/v/(\S+?)[\"\s]", letter.get_body(("plain",)).get_content())}  # type: ignore[union-attr]
    secrets |= {letter["Reply-To"].addresses[0].username.partition("+")[2]}
    shown = run("outbox", "--show", "1")[1]
    assert len(secrets) == 2 and "/v/…" in shown and "/v/-" not in shown
    assert not any(half in shown for one in secrets for half in one.split("."))
