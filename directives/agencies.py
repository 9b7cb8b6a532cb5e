"""Lists of agencies as directives write them, taken apart into names.

"Các Sở: Tài chính, Nội vụ" is two departments; "Phòng Văn hóa, Khoa học và Thông tin" is one office; "Các phòng, ban, đơn vị
liên quan" is one collective whose words are kept.
"""

from __future__ import annotations

import re

from directives.document import clean
from directives.words import (
    AGENCY_HEADS,
    COLLECTIVE_KINDS,
    COLLECTIVE_TAILS,
    DUTY_WORDS,
    LOOSE,
    NOT_HEADS,
    PLAIN_DUTIES,
    PLURALS,
    SECTORS,
)
from workflow.names import is_collective, strip_marks

_HEADS = "|".join(sorted((re.escape(h) for h in AGENCY_HEADS), key=len, reverse=True))
_PLURALS = "|".join(sorted(PLURALS, key=len, reverse=True))
_NOT = "|".join(map(re.escape, NOT_HEADS))
HEAD = re.compile(
    rf"(?!(?:{_NOT})(?![\wÀ-ỹ]))(?:{_HEADS})(?![\wÀ-ỹ])|[Cc]ác\s+(?i:{_PLURALS})(?![\wÀ-ỹ])|cơ quan(?![\wÀ-ỹ])|đơn vị(?![\wÀ-ỹ])"
)
_KINDS = dict.fromkeys(COLLECTIVE_KINDS)
_SECTORS = {strip_marks(s): s for s in SECTORS}
_PARTS = {strip_marks(s).split(", ")[0] for s in SECTORS if "," in s}
DUTY = re.compile(rf"(?<![\wÀ-ỹ])(?:{'|'.join(sorted(map(re.escape, DUTY_WORDS), key=len, reverse=True))})(?![\wÀ-ỹ])")
# A small word after the level of an agency begins its duty, unless it tells the agency from others.
_LEVEL = re.compile(
    r"(?<=\s)(?:xã|phường|tỉnh|huyện)\s+(?=\w)(?!(?:có|liên|thuộc|và|trên|được|nơi|theo|miền|biên|vùng|cùng|gắn|của|ở|tại|trực|đội|đoàn|ủy|phía|giáp|ven)\b)"
)
_LOOSE = re.compile(rf"(?:{'|'.join(LOOSE)})\b")
# "Các Sở: A, B" and "UBND các xã: A, B"; group 1 is what every name gets in front.
_COLON_GROUP = re.compile(
    r"^(?:(?P<title>Bộ trưởng |Giám đốc |Thủ trưởng |Trưởng )?[Cc]ác\s+(?P<kind>(?:[Bb]an Quản lý|Ban QLDA|[Cc]ục|[Vv]ụ|[Vv]iện|[Hh]ội|[Đđ]ài|[Bb]ệnh viện|[Cc]hi nhánh|[Tt]rạm)[^:,;]{0,25}(?=:)"
    r"|[Ss]ở|[Bb]ộ|[Pp]hòng|[Hh]ợp tác xã|[Bb]an|[Hh]uyện|[Xx]ã|[Pp]hường|[Cc]hi cục|[Tt]rung tâm|[Tt]rường|[Cc]ông ty)"
    r"|(?P<body>(?:Chủ tịch )?(?:UBND|[ỦU][ỷy] ban nhân dân|Ủy ban nhân dân|Uỷ ban nhân dân)|Đảng ủy|HĐND)\s+các\s+(?P<level>xã|phường|huyện|thành phố|thị xã|đặc khu|tỉnh))"
    r"(?:\s*,\s*(?:xã|phường|huyện|thành phố|thị xã|thị trấn))*\s*(?P<colon>:?)\s+(?P<names>\w.*)$"
)


def split(text: str) -> list[str]:
    """Return the agencies a cell or heading names, in order, one name each; groups written with a colon are expanded."""
    if re.match(r"\s*[-–+•]\s", text):  # a list with a dash before each
        text = re.sub(r"\s+[-–+•]\s+(?=\w)", "; ", text)
    text = re.sub(r"\s*\([^()]*\)", "", clean(text)).strip(" .;:,-–")
    text = re.sub(r"^(?:Đề nghị|Yêu cầu|Giao)\s+", "", text)
    names: list[str] = []
    for part in re.split(r"\s*;\s*", text):
        names += _part(part.strip(" ,."))
    return names


def leading(text: str) -> tuple[list[str], str]:
    """Return the agencies at the beginning of a sentence and the rest of it, from its first duty word on."""
    text = clean(text)
    if not HEAD.match(text):
        return [], text
    stop = _duty_start(text)
    named = text[:stop].rstrip(" ,;:-–")
    return (split(named), text[stop:].strip()) if named else ([], text)


def lowered(text: str) -> str:
    """A heading in capitals as it is written in a sentence: "SỞ TÀI CHÍNH" is "Sở Tài chính"."""
    low = text.lower()
    for sector in SECTORS:
        low = re.sub(rf"\b{re.escape(sector.lower())}\b", sector, low)
    low = re.sub(r"\b(?:ubnd|hđnd|kbnn|bhxh|mttq|htx|ubmttq)\b", lambda found: found[0].upper(), low)
    return low[:1].upper() + low[1:]


def is_agency(text: str) -> bool:
    """Whether a text begins the way names of agencies begin."""
    return bool(HEAD.match(text.strip()))


def coordinating(text: str) -> list[str]:
    """Return whom a sentence tells its agency to act "phối hợp với" / "cùng với"."""
    names: list[str] = []
    for found in re.finditer(r"[Pp]hối hợp(?:\s+chặt chẽ)?\s+(?:với|cùng(?:\s+với)?)\s+", text):
        named, _rest = leading(text[found.end() :])
        names += [name for name in named if name not in names]
    beside = re.search(r"chủ trì,\s+(?=[A-ZĐ])([^,;.]+?)\s+phối hợp(?!\s+(?:với|cùng))", text)
    if beside and is_agency(beside[1]):
        names += [name for name in split(beside[1]) if name not in names]
    return names


def _duty_start(text: str) -> int:
    """Where the name of an agency ends: at a duty word, or at any small word after its level ("Công an xã cắm biển")."""
    stop = _verb_start(text)
    level = next((found for found in _LEVEL.finditer(text[:stop]) if text[found.end()].islower()), None)
    named = level and not re.search(r"(?:^|\s)[Cc]ác\s", text[: level.start()])
    return level.end() if level and named else stop


def _verb_start(text: str) -> int:
    """Where the first duty word stands that is not part of a name; the end of the sentence otherwise."""
    for found in DUTY.finditer(text):
        before = strip_marks(text[: found.start()]).rstrip()
        if found[0] == "tổ chức" and (before.endswith(" cac") or text.startswith(" chính trị", found.end())):
            continue  # "các tổ chức chính trị - xã hội"
        given = re.search(r"(?:^|\s)được(?: giao| phân công)?(?: làm)?$", text[: found.end()])
        if given and re.match(r"(?:.*\s)?được (?:giao|phân công)\b", text[given.start() : found.end() + 12]):
            continue  # "đơn vị được giao làm chủ đầu tư" says which agency
        if text.startswith("tham mưu, giúp việc", found.start()) or (
            found[0] == "tham gia" and before.endswith("luc luong")
        ):
            continue  # "các cơ quan tham mưu, giúp việc Tỉnh ủy", "lực lượng tham gia bảo vệ an ninh"
        if found[0] == "cấp" and re.match(
            r"\s+(?:(?:xã|huyện|tỉnh|trên|dưới)|(?:nước|điện|thoát nước|ủy|giấy)\b)", text[found.end() :]
        ):
            continue  # "UBND cấp xã", "các đơn vị cấp nước"
        if found[0] == "chi" and re.match(r" (?:bộ|hội|đoàn|cục|nhánh|ủy)\b", text[found.end() :]):
            continue
        if found[0] == "thực hiện" and before.endswith(("don vi", "co quan")):
            continue
        if found[0] in ("đầu tư", "xây dựng") and re.search(r"\bban quan ly (?:cac )?du an(?: dau tu)?$", before):
            continue
        if (
            re.search(r"\b(hop tac xa|to|dich vu|trung tam|cong ty|ban|quy|lien hiep|canh sat)$", before)
            and found[0] not in PLAIN_DUTIES
        ):
            continue  # "Hợp tác xã hợp tác sản xuất …", "Ban quản lý dự án", "Quỹ hỗ trợ …" are names
        if (
            found[0]
            in (
                "quản lý",
                "hỗ trợ",
                "chỉ đạo",
                "đầu tư",
                "kiểm tra",
                "thanh tra",
                "giám sát",
                "xây dựng",
                "giao",
                "cấp",
                "thu",
                "đào tạo",
            )
            and re.search(r"\b(ban|quy|trung tam|uy ban|phong|doi|to|cong ty|van phong|cac)(\s\w+){0,1}$", before)
            and "," not in before[-8:]
        ):
            continue
        return found.start()
    end = re.search(r"(?<=[^\d])\.(?:\s|$)|:\s*$", text)
    return end.start() if end else len(text)


def _part(text: str) -> list[str]:
    """One stretch without semicolons."""
    text = re.sub(r"^(?:và|cùng|với)\s+", "", text)
    if not text:
        return []
    groups = re.split(r"\s*(?:,|\bvà)\s+(?=(?:(?:UBND|Ủy ban nhân dân|Đảng ủy)\s+các|[Cc]ác)\s+[\wÀ-ỹ]+\s*:)", text)
    if len(groups) > 1:
        return [name for one in groups for name in _part(one)]
    group = _group(text)
    if group:
        return _expand(group)
    names: list[str] = []
    for piece in _pieces(text):
        group = _group(piece)
        names += _expand(group) if group else [piece]
    return names


def _group(text: str) -> re.Match[str] | None:
    """The match of a text that puts one kind before several names; "các trường THPT" is a collective and no such text."""
    group = _COLON_GROUP.match(text)
    if not group or not group["names"][0].isupper() or _is_kind(group["names"].split(",")[0]):
        return None
    several = len(re.split(r",| và ", group["names"])) > 1 and not group["names"].startswith(("TH", "MN", "GD"))
    alone = not group["colon"] and bool(group["kind"]) and not several
    return None if alone else group


def _expand(group: re.Match[str]) -> list[str]:
    """ "Các Sở: A, B và C" → each with "Sở" in front; names that bring their own head stay as they are."""
    kind = (group["kind"] or "").strip()
    front = f"{group['title'] or ''}{kind[0].upper()}{kind[1:]}" if kind else f"{group['body']} {group['level']}"
    repeated = front in group["names"]  # "Các Hợp tác xã: Hợp tác xã A, Hợp tác xã B": commas inside a name are its own
    pieces = [p.strip(" ,.") for p in (_pieces(group["names"]) if repeated else _sectors(group["names"]))]
    names: list[str] = []
    for index, piece in enumerate(pieces):
        if HEAD.match(piece) and strip_marks(piece) not in _SECTORS and not piece.startswith(front):
            return names + _part(", ".join(pieces[index:]))  # from here on every name brings its own head
        names.append(piece if piece.startswith(front) else f"{front} {piece}")
    return names


def _sectors(text: str) -> list[str]:
    """Split "Tài chính, Văn hóa, Thể thao và Du lịch, Nội vụ và Y tế" at the commas (and the last "và") between fields."""
    pieces = [p.strip() for p in text.split(",") if p.strip()]
    joined: list[str] = []
    while pieces:
        piece = pieces.pop(0)
        while (
            pieces
            and strip_marks(piece) in _PARTS
            and any(
                s.startswith(f"{strip_marks(piece)}, {strip_marks(re.split(r' và ', pieces[0])[0])}") for s in _SECTORS
            )
        ):
            piece = f"{piece}, {pieces.pop(0)}"
        joined.append(piece)
    out: list[str] = []
    for piece in joined:
        left, _and, right = piece.rpartition(" và ")
        whole = re.sub(r" (?:tinh|thanh pho|huyen|xa|phuong)$", "", strip_marks(piece)) in _SECTORS
        separate = (
            left
            and not whole
            and (
                strip_marks(right) in _SECTORS or strip_marks(left) in _SECTORS or HEAD.match(right) or len(joined) > 1
            )
        )
        out += [left, right] if separate and right[:1].isupper() else [re.sub(r"^và\s+", "", piece)]
    return out


def _pieces(text: str) -> list[str]:
    """Split at commas and "và" where a new agency begins, keeping collectives and names with commas whole."""
    pieces: list[str] = []
    for raw in re.split(r"\s*,\s*(?:và\s+)?|(?<!HĐND)(?<!Hội đồng nhân dân)\s+và\s+(?=các\s|UBND\s|Ủy ban\s)", text):
        piece = raw.strip()
        if not piece:
            continue
        if pieces and _continues(pieces[-1], piece):
            pieces[-1] += f", {piece}"
        else:
            pieces.append(piece)
    return [name for piece in pieces for name in _conjunction(piece)]


def _continues(before: str, piece: str) -> bool:
    """Whether a piece after a comma still belongs to the name before it."""
    if _open_collective(before) and _is_kind(re.split(r"\s+và\s+", piece)[0]):
        return True
    if re.match(r"[Đđ]ồng chí\b", before) and re.match(
        r"(?:Phó |Quyền )?(?:Chủ tịch|Bí thư|Giám đốc|Trưởng|Chánh|Ủy viên|Thành viên|Hiệu trưởng)", piece
    ):
        return True
    if _LOOSE.match(piece) and HEAD.match(before) and not is_collective(before):
        return False  # "Sở Công Thương, doanh nghiệp"
    if re.match(r"[A-Z]{3,8}\d*(?:\s+[A-ZĐ]|$)", piece):
        return False  # "Công an tỉnh, VNPT Quảng Trị"
    return not HEAD.match(piece)


def _conjunction(piece: str) -> list[str]:
    """ "A và B" of two agencies is two; "Kế hoạch và Đầu tư" is one name."""
    for found in re.finditer(r"\s+(?:và|cùng)\s+(?=(?P<next>.+)$)", piece):
        left, right = piece[: found.start()], found["next"]
        if left in ("Báo", "Hội", "Ban", "Đài"):
            continue  # "Báo và Đài Phát thanh, Truyền hình tỉnh" is one
        if left.startswith("Văn phòng") and re.match(r"(UBND|[ỦU][ỷy] ban nhân dân|HĐND|Hội đồng nhân dân)", right):
            continue
        if left.endswith(("HĐND", "Hội đồng nhân dân")) and re.match(r"(UBND|[ỦU][ỷy] ban nhân dân)", right):
            continue  # "Văn phòng HĐND và UBND" is one office
        if _open_collective(left) and _is_kind(right):
            if re.match(r"(đơn vị|cơ quan|ban|ngành)\b", right):
                continue  # "các phòng, ban và đơn vị" is one; "các Bộ, ngành và địa phương" two
            return [*_conjunction(left), right]
        if (
            HEAD.match(right)
            and strip_marks(right) not in _SECTORS
            and strip_marks(piece.split(" ", 1)[-1]) not in _SECTORS
        ):
            return [*_conjunction(left), *_conjunction(right)]
    return [piece]


def _open_collective(text: str) -> bool:
    """Whether the text so far is a collective that more kinds may join: "Các phòng", "UBND các phường"."""
    words = strip_marks(text)
    front = r"(?:thu truong|lanh dao|nguoi dung dau|chu tich|giam doc|bi thu)\s+"
    found = re.match(rf"(?:{front})?(?:(?:ubnd|uy ban nhan dan|dang uy)\s+)?(?:cac|tat ca cac)\s+(.*)$", words)
    return bool(found and all(_is_kind(kind) for kind in re.split(r",\s*|\s+va\s+", found[1])))


def _is_kind(text: str) -> bool:
    """Whether a text is a kind of agencies with nothing but a vague tail: "đơn vị có liên quan"."""
    words = strip_marks(text).strip(" .")
    words = re.sub(r"^cac\s+", "", words)
    words = re.sub(r"\s+duoc (?:giao|phan cong)\b.*$", "", words)
    for tail in sorted(COLLECTIVE_TAILS, key=len, reverse=True):
        words = words.removesuffix(f" {tail}")
    return words in _KINDS
