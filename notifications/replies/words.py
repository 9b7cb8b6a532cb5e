"""The words of a letter: as plain lines, and of those the sender's own, above what is quoted and above the signature."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

MOST_LINES, LONGEST_LINE = 3_000, 400  # of a letter are looked at
QUOTE = "\x00"  # a line of its own where a page begins to quote

_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e"), None
)
_ODD = {**_INVISIBLE, 0xA0: " ", 0x202F: " ", 0xFF1A: ":"}  # spaces that do not break, and the wide colon
_WROTE = re.compile(
    r"(?:on\b.{5,250}\bwrote\s*:|(?:vào|ngày|lúc|trong|thứ|t\d|cn)\b.{5,250}\bviết\s*:)\s*$", re.IGNORECASE
)
_NAMED = re.compile(r".{3,120}<[^<>\s@]{1,64}@[^<>\s@]{1,255}>\s*(?:đã )?(?:viết|wrote)\s*:\s*$", re.IGNORECASE)
_RULE = re.compile(
    r"(?:[-_=*]{2,}\s*(?:(?:original|forwarded)\s+(?:message|appointment)|begin forwarded message"
    r"|(?:tin nhắn|thư|nội dung)\s+(?:gốc|đã chuyển tiếp|được chuyển tiếp|chuyển tiếp|đã gửi)).*|_{10,}|-{20,}|begin forwarded message:.*)$",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:from|từ|người gửi)\s*:\*?\s*\S", re.IGNORECASE)
_HEADED = re.compile(
    r"\*?(?:sent|date|to|subject|cc|đã gửi|ngày gửi|gửi|ngày|đến|tới|người nhận|chủ đề|tiêu đề)\s*:\*?", re.IGNORECASE
)
_SIGNED = re.compile(
    r"(?:--|(?:xin )?(?:trân trọng|kính thư|thân ái|kính chào|best regards|kind regards|regards|thanks and regards|thanks)"
    r"(?:\s+(?:cảm ơn|cám ơn|kính chào|kính báo))?[\s.,!/]*"
    r"|(?:đã |được )?(?:gửi từ|sent from|sent via|get|tải|nhận|lấy)\b.{0,40}\b(?:iphone|ipad|outlook|samsung|galaxy|android|xiaomi|oppo|vivo|mail|yahoo|điện thoại).*"
    r"|(?:this email|virus-free|email này|thư này)\b.{0,80}(?:avast|avg|virus).*)$",
    re.IGNORECASE,
)


def tidy(text: str) -> str:
    """One form for what looks the same: composed letters, plain spaces, nothing invisible."""
    return unicodedata.normalize("NFC", text.translate(_ODD)).strip()


def own(text: str) -> str:
    """The lines above the first quote and the signature, each tidy; empty where nothing stands there."""
    lines = [tidy(line) if line != QUOTE else QUOTE for line in text.splitlines()[:MOST_LINES]]
    kept = []
    for number, line in enumerate(lines):
        if _quotes(lines, number) or _SIGNED.match(line[:LONGEST_LINE]):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def _quotes(lines: list[str], number: int) -> bool:
    """Whether a quote begins on this line, however the mail program marks it; the line that says who wrote may be wrapped."""
    line = lines[number][:LONGEST_LINE]
    if line == QUOTE or line.startswith((">", "|")) or _RULE.match(line):
        return True
    wrapped = list(
        itertools.takewhile(
            lambda one: one and not one.startswith((">", QUOTE)),
            [one[:LONGEST_LINE] for one in lines[number : number + 3]],
        )
    )
    if _NAMED.match(line) or any(_WROTE.match(" ".join(wrapped[:n])) for n in (1, 2, 3)):
        return True
    return bool(_FROM.match(line)) and any(_HEADED.match(one) for one in lines[number + 1 : number + 5])


def of_html(page: str) -> str:
    """The text of a page in lines, with a mark where a mail program begins to quote."""
    from lxml import html

    try:
        tree = html.document_fromstring(page.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
    except Exception:  # an empty page, or one that is none
        return ""
    return re.sub(r"\n{3,}", "\n\n", "".join(_pieces(tree))).strip("\n ")


_BLOCKS = {"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "hr", "pre", "blockquote", "body"}
_QUOTING = re.compile(
    r"gmail_quote|gmail_attr|divrplyfwdmsg|appendonsend|zwchr|moz-cite-prefix|yahoo_quoted|protonmail_quote"
    r"|outlookmessageheader|mail-editor-reference-message-container|replymessage",
    re.IGNORECASE,
)
_OUTLOOK = re.compile(r"border:\s*none;\s*border-top:\s*solid", re.IGNORECASE)


def _pieces(element: Any) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in ("style", "script", "head", "title"):
        yield _collapsed(element.tail)
        return
    if _begins_quote(element):
        yield f"\n{QUOTE}\n"
    block = element.tag in _BLOCKS
    yield "\n" if block else ""
    yield (element.text or "") if element.tag == "pre" else _collapsed(element.text)
    for child in element:
        yield from _pieces(child)
    yield "\n" if block and element.tag != "br" else ""
    yield _collapsed(element.tail)


def _begins_quote(element: Any) -> bool:
    named = f"{element.get('id') or ''} {element.get('class') or ''}"
    # Outlook puts the line above its header block around the own text's neighbour only; others name what they quote.
    return (
        element.tag == "blockquote" or bool(_QUOTING.search(named)) or bool(_OUTLOOK.search(element.get("style") or ""))
    )


def _collapsed(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text or "")
