"""Duties in running text: what each addressed agency is told to do, at any depth of numbering.

A paragraph that only names agencies ("2. Sở Tài chính") is a heading; the lowest items under it are its duties. "Giao Sở X chủ
trì, phối hợp với …" and "Sở X: …" carry agency and duty in one paragraph. Items that address nobody belong to whom the letter
is addressed, if its opening sentence asks something of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from directives import agencies, phrases
from directives.document import Paragraph
from directives.lines import MARKER
from directives.proposal import TaskProposal
from directives.words import SECTORS
from workflow.names import is_collective

_END = re.compile(r"^(Nơi nhận|TM\.|KT\.|TL\.|TUQ\.|CHỦ TỊCH|PHÓ CHỦ TỊCH|GIÁM ĐỐC)")
_ATTACHED = re.compile(r"(?:KẾ HOẠCH|CHƯƠNG TRÌNH|QUY CHẾ|PHƯƠNG ÁN|ĐỀ ÁN|QUY ĐỊNH)\b")
_CLOSING = re.compile(
    r"^(?:.{0,60}\btrân trọng (?:báo cáo|đề nghị|cảm ơn|thông báo)|[^:]{0,400}\./\.$|Trên đây là|Trong quá trình|Nhận được|Văn bản này|Căn cứ nội dung|(?:(?:UBND|[UỦ][yỷ] ban nhân dân|Chủ tịch|Sở)\s.{0,60}?)?(?:[Yy]êu cầu|[Đđ]ề nghị)"
    r"\s+(?:Thủ trưởng\s+)?(?:các|Giám đốc|Chủ tịch).{0,160}(?:nghiêm túc|khẩn trương|quan tâm|phối hợp|triển khai|tổ chức)?.{0,60}thực hiện)"
)
# The office that passes a conclusion on: no duty of the office.
_ANNOUNCES = re.compile(r"(?:Nay, )?(?:.{0,60}\s)?(?:xin )?thông báo\b.{0,200}\b(?:biết|thực hiện)\b.{0,40}$")
# What stands under these headings is what the document wants or finds, not what somebody is told to do.
_NO_DUTIES = re.compile(
    r"(?:[IVX]+|[\d.]+|[A-Ea-e])[.)] (?:(?:MỤC ĐÍCH|MỤC TIÊU|QUAN ĐIỂM|ĐÁNH GIÁ|TÌNH HÌNH|KẾT QUẢ|DỰ BÁO)\b"
    r"|(?i:(?:mục đích|mục tiêu|quan điểm|thuận lợi|khó khăn|tồn tại|hạn chế|nguyên nhân|(?:những )?(?:đề xuất|kiến nghị))\b|yêu cầu$))"
)
# What an authority says of others is no duty: "ghi nhận và đánh giá cao nỗ lực của …".
_FINDING = re.compile(
    r"(?:không\b|ghi nhận|đánh giá cao|biểu dương|cơ bản|thống nhất (?:với|chủ trương)|đồng ý|hoan nghênh|đã\b|là\b(?! (?:cơ quan|đơn vị) (?:đầu mối|thường trực|chủ trì|chủ quản|tham mưu))|có chức năng|nhận thấy|chưa\b|nằm\b|thuộc\b|được\b)"
)
_BARE = ("Lãnh đạo", "Cán bộ", "Đơn vị", "Cơ quan", "Bộ phận")  # heads that name nobody by themselves
_GIVES = re.compile(
    r"^(?:Giao|Đề nghị|Yêu cầu|Đối với|Phân công|Riêng|(?:Trách nhiệm|Nhiệm vụ)(?: chung)? của)(?: cho)?\s+"
)
# The opening sentence that leads over to the duties: "… yêu cầu:", "… thực hiện một số nội dung sau:".
_ASKS = re.compile(
    r"\b(sau|sau đây|yêu cầu|đề nghị|chỉ đạo|kết luận|chỉ thị|phân công|giao nhiệm vụ|có ý kiến)\s*:\s*$"
)


# Lines under an item that say who, when and what of it: "Đơn vị chủ trì: …", "Thời gian thực hiện: …".
_FACTS = {
    "lead": re.compile(
        r"(?:(?:Đơn vị|Cơ quan|Bộ phận|Người)(?: đầu mối)?\s+)?(?:[Cc]hủ trì(?: thực hiện)?|thực hiện|tham mưu|phụ trách)\s*:\s*(.+)"
    ),
    "coordinating": re.compile(r"(?:(?:Đơn vị|Cơ quan|Bộ phận|Người)\s+)?[Pp]hối hợp(?: thực hiện)?\s*:\s*(.+)"),
    "timing": re.compile(r"(?:Thời gian|Thời hạn|Tiến độ|Hạn)(?: thực hiện| hoàn thành| tổ chức| xong)?\s*:\s*(.+)"),
    "deliverable": re.compile(r"(?:Sản phẩm|Kết quả)(?: đầu ra| dự kiến| hoàn thành)?\s*:\s*(.+)"),
}
# A sentence that gives all items around it their deadline.
_COVERS = re.compile(
    r"(?:(?:Tất cả )?(?:[Cc]ác|[Nn]hững) (?:nhiệm vụ|nội dung|công việc|báo cáo)\b.{0,20}\b(?:trên|này|sau đây|sau)\b|Thời hạn (?:hoàn thành|thực hiện)\b)"
)
# Who answers for carrying out the document as a whole, and since when it holds.
_IN_FORCE = re.compile(
    r"(?:chịu trách nhiệm )?thi hành (?:Quyết định|Nghị quyết|Chỉ thị|Quy định) này|có hiệu lực (?:thi hành )?(?:kể )?từ ngày"
)


_DECIDES = re.compile(r"(?:QUYẾT ĐỊNH|CHỈ THỊ|KẾT LUẬN|QUYẾT NGHỊ)\s*:\s*$")


@dataclass
class _Item:
    """A paragraph with its marker taken off, the depth it stands at, and what the lines under it say of it."""

    text: str
    level: int
    label: str
    paragraph: Paragraph
    facts: dict[str, str] = field(default_factory=dict)


@dataclass
class _Heading:
    """An item that others stand under."""

    level: int
    label: str
    title: str
    leads: list[str]
    timing: str | None = None
    coordinating: list[str] = field(default_factory=list)
    children: int = 0
    tasks: list[TaskProposal] = field(default_factory=list)


@dataclass
class _Duties:
    """What was found, while walking down the items."""

    addressees: list[str]
    open: list[_Heading] = field(default_factory=list)
    tasks: list[TaskProposal] = field(default_factory=list)

    def leads_in(self, item: _Item) -> bool:
        """Let an unmarked sentence that leads over to a list say who and when for the list; False if it says neither."""
        leads, _duty = _addressed(item.text)
        timing = phrases.find(item.text)
        heading = self.open[-1] if self.open else None
        if not heading or not (leads or timing):
            return False
        heading.leads, heading.timing = leads or heading.leads, timing or heading.timing
        heading.coordinating = agencies.coordinating(item.text) or heading.coordinating
        return True


def duties(paragraphs: list[Paragraph], addressees: list[str]) -> list[TaskProposal]:
    """Return the duties of a text; `addressees` are those it is addressed to ("Kính gửi")."""
    return [task for part in _parts(paragraphs) for task in _part_duties(part, addressees)]


def _parts(paragraphs: list[Paragraph]) -> Iterator[list[Paragraph]]:
    """A decision and the plan that follows its signature, each by itself."""
    part: list[Paragraph] = []
    signed = False
    for paragraph in paragraphs:
        signed = signed or bool(_END.match(paragraph.text))
        if signed and _ATTACHED.match(paragraph.text):
            yield part
            part, signed = [], False
        part.append(paragraph)
    yield part


def _part_duties(paragraphs: list[Paragraph], addressees: list[str]) -> list[TaskProposal]:
    items, asks = _items(paragraphs)
    found = _Duties(addressees if asks else [])
    for index, item in enumerate(items):
        below = items[index + 1] if index + 1 < len(items) else None
        if below and below.level < item.level == 9 and item.text.endswith(":") and found.leads_in(item):
            continue
        _walk(found, item, has_children=bool(below and below.level > item.level and _is_under(below, item)))
    return found.tasks


def _is_under(below: _Item, item: _Item) -> bool:
    """Whether a deeper item belongs to the one before it: an unmarked paragraph does so only under a heading."""
    if below.level < 9:
        return True
    _leads, duty = _addressed(item.text)
    sentence = item.text.endswith((".", ";")) or len(item.text) > 150
    return item.level < 7 and not _COVERS.match(below.text) and not (duty and sentence)


def _items(paragraphs: list[Paragraph]) -> tuple[list[_Item], bool]:
    """The numbered and unnumbered items between the opening sentence and the signature."""
    start, asks = 0, False
    for index, paragraph in enumerate(paragraphs):
        if (_ASKS.search(paragraph.text) and not MARKER.match(paragraph.text)) or _DECIDES.match(paragraph.text):
            start, asks = index + 1, True
            break
    items: list[_Item] = []
    marked = False
    for paragraph in paragraphs[start:]:
        if _END.match(paragraph.text):
            break
        item = _item(paragraph)
        fact = next(((name, said[1]) for name, form in _FACTS.items() if (said := form.match(item.text))), None)
        if fact and items and item.level > items[-1].level:
            items[-1].facts.setdefault(*fact)
            continue
        marked = marked or item.level < 9
        if item.level == 9 and not _counts(item.text, marked=marked, asks=asks):
            continue
        if item.level == 9 and (item.text.isupper() or item.text.startswith("Ghi chú")):
            continue
        items.append(item)
    return items, asks


def _item(paragraph: Paragraph) -> _Item:
    found = MARKER.match(paragraph.text)
    if not found:
        return _Item(paragraph.text, 9, "", paragraph)
    text = paragraph.text[found.end() :].strip()
    number = found["number"] or found["dotted"]
    if number:
        return _Item(text, 2 + number.count("."), number, paragraph)
    if found["roman"] or found["article"]:
        return _Item(text, 1, found["roman"] or found["article"], paragraph)
    if found["bracket"] or found["letter"]:
        return _Item(text, 6, found["bracket"] or found["letter"], paragraph)
    return _Item(text, 8 if found["dash"] == "+" else 7, "", paragraph)


def _walk(found: _Duties, item: _Item, *, has_children: bool) -> None:
    found.open = [heading for heading in found.open if heading.level < item.level]
    parent = found.open[-1] if found.open else None
    if parent:
        parent.children += 1
    label = ".".join(
        filter(None, [parent.label if parent else "", item.label or str(parent.children if parent else "")])
    )
    for printed in (parent.label, parent.label.rpartition(".")[2]) if parent and parent.label else ():
        if item.label.startswith(f"{printed}."):  # "1.1." under "1." says its whole number itself
            label = f"{parent.label.removesuffix(printed)}{item.label}" if parent else label
            break
    leads, duty = _addressed(item.text)
    if parent and _COVERS.match(item.text) and (covering := phrases.find(item.text)):
        parent.timing = parent.timing or covering
        for task in parent.tasks:
            task.timing = task.timing or covering
        return
    if "lead" in item.facts:
        leads, duty = agencies.split(item.facts["lead"]), item.text
    if has_children or (leads and not duty):
        title = f"{item.label}. {item.text}" if item.label else item.text
        found.open.append(
            _Heading(
                item.level,
                label,
                title.rstrip(" :"),
                leads or (parent.leads if parent else []),
                phrases.find(item.text),
                agencies.coordinating(item.text) or (parent.coordinating if parent else []),
            )
        )
        return
    inherited = parent.leads if parent and parent.leads else found.addressees
    inside = [] if parent and parent.leads else _given_inside(item.text)
    owners = [*leads, *(name for name in _others(item.text) if name not in leads)] if leads else inside or inherited
    if not owners or len(duty or item.text) < 15 or any(_NO_DUTIES.match(h.title) for h in found.open):
        return
    if _IN_FORCE.search(item.text):
        return
    section = " / ".join(heading.title for heading in found.open)
    text = duty or item.text
    coordinating = agencies.coordinating(text) or (parent.coordinating if parent and not leads else [])
    if "coordinating" in item.facts:
        coordinating = agencies.split(item.facts["coordinating"])
    stated = item.facts.get("timing", "").strip(" .") or phrases.find(text)
    task = TaskProposal(
        label or str(len(found.tasks) + 1),
        text,
        section,
        list(owners),
        [name for name in coordinating if name not in owners],
        item.facts.get("deliverable", "").strip(" .") or None,
        stated or next((h.timing for h in reversed(found.open) if h.timing), None),
        item.paragraph.place,
    )
    found.tasks.append(task)
    if parent:
        parent.tasks.append(task)


def _counts(text: str, *, marked: bool, asks: bool) -> bool:
    """Whether an unmarked paragraph can be a duty: not what closes the letter, and before the first marker only where it addresses somebody."""
    leads, duty = _addressed(text)
    proper = (
        bool(leads)
        and not is_collective(leads[0])
        and not re.search(r"\b(?:yêu cầu|đề nghị)\s+(?:các|Thủ trưởng|Giám đốc)", text)
    )
    if _ANNOUNCES.match(text) or re.fullmatch(r"\(.*\)\.?", text):
        return False
    if _CLOSING.match(text):
        return proper and bool(duty)
    return marked or (asks and bool(leads))


def _others(text: str) -> list[str]:
    """Further agencies that a sentence about one gives duties to: "Sở X làm …; Sở Y làm …"."""
    names: list[str] = []
    for found in re.finditer(r"[;.]\s+(?:và\s+)?(?=[A-ZĐ])", text):
        named, rest = agencies.leading(text[found.end() :])
        plain = named and all(agencies.is_agency(name) and not is_collective(name) for name in named)
        if plain and agencies.DUTY.match(rest) and not _FINDING.match(rest):
            names += [name for name in named if name not in names]
    return names


def _given_inside(text: str) -> list[str]:
    """The agencies of "Trên cơ sở báo cáo của …, giao Sở X chủ trì …"."""
    found = re.search(r"[,;.:]\s+(?:[Gg]iao|[Yy]êu cầu|[Đđ]ề nghị)\s+(?=[A-ZĐÀ-Ỹ]|các\s)", text)
    named, rest = agencies.leading(text[found.end() :]) if found else ([], "")
    return named if rest and all(agencies.is_agency(name) for name in named) else []


def _addressed(text: str) -> tuple[list[str], str]:
    """The agencies a paragraph addresses and its duty; no duty where it is only a heading, no agencies where it addresses none."""
    gives = _GIVES.match(text)
    body = text[gives.end() :] if gives else text
    if body.isupper():
        body = agencies.lowered(body)
    ground = re.match(r"(?:Căn cứ|Trên cơ sở|Theo)\b[^,:]{3,80},\s+", body)
    if ground and agencies.is_agency(body[ground.end() :]):
        body = body[ground.end() :]
    if not agencies.is_agency(body):
        return [], ""
    bare = re.sub(r"\s*\([^()]*\)\s*", " ", body).strip()
    group = re.match(r"([^:]{3,60}:\s+[^:]{3,250}):\s*(.+)$", bare)
    if (
        group
        and _names_follow(*group[1].split(":", 1))
        and not (_has_duty(group[1]) or _names_follow(group[1], group[2]))
    ):
        return agencies.split(group[1]), group[2]
    colon = re.match(r"([^:]{3,200}):\s*(.+)$", bare)
    if colon and not _names_follow(colon[1], colon[2]) and not _has_duty(colon[1]):
        return agencies.split(colon[1]), colon[2]
    named, rest = agencies.leading(bare)
    if not named or not all(agencies.is_agency(name) and " " in name for name in named) or named[0] in _BARE:
        return [], ""
    if not rest.strip(" :."):
        return named, ""
    if _FINDING.match(rest):
        return [], ""
    if re.match(r"(và|của)\b", rest) or len(bare) - len(rest) > 400:
        return [], ""
    group = re.match(r"[Cc]ác [\wÀ-ỹ ]{2,20}:\s*", bare)
    return named, text if not (gives and gives[0].startswith("Đối với")) else bare[group.end() :] if group else bare


def _names_follow(front: str, rest: str) -> bool:
    """ "Các Sở: Tài chính, …" – the colon begins a list of names, not the duty."""
    rest = rest.strip()
    if rest.startswith(SECTORS) and re.search(r"[Cc]ác\s+[\wÀ-ỹ]+(\s[\wÀ-ỹ]+){0,4}$", front):
        return True
    return (
        bool(re.search(r"(?:^|\s)[Cc]ác\s+[\wÀ-ỹ]+(\s[\wÀ-ỹ]+){0,2}$", front))
        and rest[:1].isupper()
        and not agencies.DUTY.match(rest[:1].lower() + rest[1:])
    )


def _has_duty(front: str) -> bool:
    _named, rest = agencies.leading(front)
    return bool(rest.strip(" ,"))
