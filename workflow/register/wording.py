"""How names of agencies are worded: abbreviations written out, one order of marks, and what a bare or doubled word hides.

Two wordings are the same name if their words are equal with their marks; a word that lost its marks ("Tan Thanh") may be several.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from workflow.names import strip_marks

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")

# What offices shorten, by the letters that are left without marks; several parts stand for "GD&ĐT", "GD-ĐT" and "GD ĐT" alike.
_SHORT = {
    "ubnd": "ủy ban nhân dân",
    "hdnd": "hội đồng nhân dân",
    "ubmttq": "ủy ban mặt trận tổ quốc",
    "mttq": "mặt trận tổ quốc",
    "mttqvn": "mặt trận tổ quốc việt nam",
    "ubmttqvn": "ủy ban mặt trận tổ quốc việt nam",
    "chqs": "chỉ huy quân sự",
    "bchqs": "ban chỉ huy quân sự",
    "kktck": "khu kinh tế cửa khẩu",
    "vp": "văn phòng",
    "vpubnd": "văn phòng ủy ban nhân dân",
    "tp": "thành phố",
    "t": "tỉnh",
    "h": "huyện",
    "kv": "khu vực",
    "lm htx": "liên minh hợp tác xã",
    "ttdvnn": "trung tâm dịch vụ nông nghiệp",
    "nghiep mt": "nghiệp môi trường",
    "dong tb xh": "động thương binh xã hội",
    "tx": "thị xã",
    "htx": "hợp tác xã",
    "lmhtx": "liên minh hợp tác xã",
    "bql": "ban quản lý",
    "ban ql": "ban quản lý",
    "ban qlda": "ban quản lý dự án",
    "bqlda": "ban quản lý dự án",
    "kkt": "khu kinh tế",
    "qlkkt": "quản lý khu kinh tế",
    "bqlkkt": "ban quản lý khu kinh tế",
    "kcn": "khu công nghiệp",
    "ql da": "quản lý dự án",
    "qldt": "quản lý đô thị",
    "tc kh": "tài chính kế hoạch",
    "tckh": "tài chính kế hoạch",
    "chinh kh": "chính kế hoạch",
    "kh tc": "kế hoạch tài chính",
    "gd dt": "giáo dục đào tạo",
    "gddt": "giáo dục đào tạo",
    "kh dt": "kế hoạch đầu tư",
    "khdt": "kế hoạch đầu tư",
    "kh cn": "khoa học công nghệ",
    "khcn": "khoa học công nghệ",
    "tn mt": "tài nguyên môi trường",
    "tnmt": "tài nguyên môi trường",
    "nn mt": "nông nghiệp môi trường",
    "nnmt": "nông nghiệp môi trường",
    "nn ptnt": "nông nghiệp phát triển nông thôn",
    "nnptnt": "nông nghiệp phát triển nông thôn",
    "vh tt dl": "văn hóa thể thao du lịch",
    "vhtt dl": "văn hóa thể thao du lịch",
    "vh ttdl": "văn hóa thể thao du lịch",
    "vhttdl": "văn hóa thể thao du lịch",
    "vh tt": "văn hóa thông tin",
    "vhtt": "văn hóa thông tin",
    "vh kh tt": "văn hóa khoa học thông tin",
    "vhkhtt": "văn hóa khoa học thông tin",
    "vh xh": "văn hóa xã hội",
    "vhxh": "văn hóa xã hội",
    "tt tt": "thông tin truyền thông",
    "tttt": "thông tin truyền thông",
    "ld tb xh": "lao động thương binh xã hội",
    "ldtb xh": "lao động thương binh xã hội",
    "ld tbxh": "lao động thương binh xã hội",
    "ldtbxh": "lao động thương binh xã hội",
    "gtvt": "giao thông vận tải",
    "kt ht": "kinh tế hạ tầng",
    "ktht": "kinh tế hạ tầng",
    "ktht dt": "kinh tế hạ tầng đô thị",
    "dt tg": "dân tộc tôn giáo",
    "dttg": "dân tộc tôn giáo",
    "pt th": "phát thanh truyền hình",
    "ptth": "phát thanh truyền hình",
    "dvnn": "dịch vụ nông nghiệp",
    "dv nn": "dịch vụ nông nghiệp",
    "xtdt": "xúc tiến đầu tư",
    "kbnn": "kho bạc nhà nước",
    "nhnn": "ngân hàng nhà nước",
    "bhxh": "bảo hiểm xã hội",
    "qs": "quân sự",
    "bch": "ban chỉ huy",
    "x": "xã",
    "p": "phường",
    "tt": "thị trấn",
}
# These stand for a level only where a name follows ("UBND P. Tam Thanh"), or for another word at the front of a name.
_BEFORE_A_NAME = {"x", "p", "tt", "t", "h"}
_AT_THE_FRONT = {"p": "phòng", "tt": "trung tâm", "s": "sở"}
_Y = re.compile(r"^([^\Waeiouyăâêôơư]+|qu)y$")
_LOOKALIKE = str.maketrans("АВСЕНКМОРТХІасеорхуі", "ABCEHKMOPTXIaceopxyi")
_DROPPED = {"và", "va", "của"}
_ROMAN = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "x": "10",
}
_LONGEST = max(len(key.split()) for key in _SHORT)


@lru_cache(maxsize=65536)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name for comparing: lower case, marks in one order, abbreviations written out, doubled words once."""
    raw = re.findall(r"[^\W\d_]+|\d+", _spaced(_visible(name)).casefold())
    return _once(_written_out([word for word in map(_ordered, raw) if word not in _SMALL]))


def bare(words: tuple[str, ...]) -> str:
    """The words without their marks: what names that only differ in marks have in common."""
    return " ".join(map(_plain, words))


@lru_cache(maxsize=65536)
def _plain(word: str) -> str:
    return strip_marks(word)


def _visible(name: str) -> str:
    """What a person sees: one form of each letter, no invisible signs, Latin letters for Cyrillic ones that look the same."""
    shown = unicodedata.normalize("NFKC", name)
    return "".join(c for c in shown if unicodedata.category(c) != "Cf").translate(_LOOKALIKE)


def _spaced(name: str) -> str:
    """A name with the space it lost between two words: "xãBắc Sơn"."""
    lost = [n for n in range(1, len(name) - 1) if name[n - 1].islower() and name[n].isupper() and name[n + 1].islower()]
    return "".join(f" {c}" if n in lost else c for n, c in enumerate(name))


def _ordered(word: str) -> str:
    """One spelling for "hòa" and "hoà", "Ủy" and "Uỷ", "Kỳ" and "Kì": the tone stands after the syllable."""
    decomposed = unicodedata.normalize("NFD", word)
    tones = "".join(sorted(c for c in decomposed if c in _TONES))
    plain = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES))
    return _Y.sub(r"\1i", plain) + tones


_EXPANDED = {key: tuple(_ordered(word) for word in long.split()) for key, long in _SHORT.items()}
_FRONT = {key: tuple(_ordered(word) for word in long.split()) for key, long in _AT_THE_FRONT.items()}
_SMALL = {_ordered(word) for word in _DROPPED}


def _written_out(words: list[str]) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(words):
        long, used = _expansion(words, at)
        out += [long] if isinstance(long, str) else long
        at += used
    return out


def _expansion(words: list[str], at: int) -> tuple[str | tuple[str, ...], int]:
    """What stands at a place of a name, written out, and how many words of it that uses up."""
    for count in range(min(_LONGEST, len(words) - at), 0, -1):
        key = " ".join(_plain(word) for word in words[at : at + count])
        if at == 0 and key in _FRONT and len(words) > 1:
            return _FRONT[key], count
        if key not in _EXPANDED or (key in _BEFORE_A_NAME and at + count == len(words)):
            continue
        if count == 1 and _plain(words[at]) != words[at].replace("đ", "d"):
            continue  # a word with marks is no abbreviation
        if key == "x" and at and _plain(words[at - 1]) in ("vuc", "so", "khu"):
            break
        return _EXPANDED[key], count
    word = words[at]
    numbered = at and _plain(words[at - 1]) in ("vuc", "so", "khu")
    return (_ROMAN[word] if numbered and word in _ROMAN else word), 1


def _once(words: list[str]) -> tuple[str, ...]:
    """Without "và" and without the second of two equal beginnings ("Phòng Phòng Nội vụ", "UBND UBND xã …")."""
    kept: list[str] = []
    for word in words:
        if kept and kept[-1] == word and not word.isdigit():
            continue
        kept.append(word)
    doubled = next((n for n in range(len(kept) // 2, 1, -1) if kept[:n] == kept[n : 2 * n]), 0)
    return tuple(kept[doubled:])
