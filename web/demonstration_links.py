"""What the focal points of the demonstration do with their letters: take out the links and press them over HTTP, as a browser would."""

from __future__ import annotations

import email
import email.policy
import http.client
import re
import urllib.parse
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from workflow import terminal

# Who presses the link in a letter, and from how many days after the due day on (negative: before); the others stay silent.
DILIGENT = {
    "KH88-I.2": -5,
    "KH88-I.4": -2,
    "KH88-II.1": -3,
    "KH88-II.2": 0,
    "KH88-II.4": 6,
    "KH88-III.1": -12,
    "CV1026-1.1": -1,
    "CV1026-2.1": -4,
    "KH88-BC.2025-Q3": -3,
}
SILENT = "phường Đông Kinh"  # sends no report of the period
# What stands in the form of a period report.
FORM = {
    "done": "Đã tập huấn kỹ năng số cho cán bộ, công chức; đưa hồ sơ của các nhiệm vụ được giao lên hệ thống dùng chung.",
    "difficulties": "Kinh phí hạn chế; chưa có hướng dẫn cụ thể về trình tự, thủ tục hỗ trợ.",
    "proposals": "Đề nghị bố trí nguồn vốn riêng cho nội dung chuyển đổi số của phường.",
    "CT1": "4",
}


def links(folder: Path, seen: set[Path]) -> Iterator[tuple[str, date, str]]:
    """The links in this morning's letters, with the task and the day it is due."""
    for file in sorted(set(folder.glob("*.eml")) - seen):
        seen.add(file)
        letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        part = letter.get_body(("plain",))
        for block in re.split(r"\n(?=\[)", part.get_content() if part else ""):
            code, due = re.match(r"\[([^\]]+)\]", block), re.search(r"\b(\d{2}/\d{1,2}/\d{4}) –", block)
            address = re.search(r"https?://\S+", block)
            if code and due and address:
                yield code[1], terminal.day(due[1]), address[0]


def to_press(addresses: list[tuple[str, date, str]], day: date) -> Iterator[str]:
    """The links that a diligent focal point presses today."""
    for code, due, address in addresses:
        if code in DILIGENT and day >= due + timedelta(days=DILIGENT[code]):
            yield address


def leads_to_heir(port: int, address: str) -> int:
    """Whether a link of a former agency says who owes the task now."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", urllib.parse.urlsplit(address).path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return int(answer.status == 410)


def press(port: int, address: str) -> int:
    """Open the page of a link and press its button, as a browser would; 1 if a report was recorded by it."""
    path = urllib.parse.urlsplit(address).path
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path)
        page = connection.getresponse().read().decode()
        hidden = dict(re.findall(r'<input type="hidden" name="(nonce|seen)" value="([^"]+)">', page))
        items = re.findall(r'name="item" value="([^"]+)"', page)
        if "seen" not in hidden or (items and SILENT in page):
            return 0
        typed = {"choice": "done", "words": "Đã hoàn thành, có văn bản kèm theo", "document_number": "45/BC"}
        if items:
            typed = {"choice": "done", "document_number": "61/BC-UBND"}
        filled = [pair for item in items for pair in (("item", item), ("text", FORM.get(item, "Không phát sinh")))]
        form = urllib.parse.urlencode([*hidden.items(), *typed.items(), *filled, ("name", "Cán bộ đầu mối")])
        connection.request("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        return int(answer.status == 200)
