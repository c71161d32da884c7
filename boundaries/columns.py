"""Which column of a file is the code, the name, the kind, the parent: by its own name, else by what stands in it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

KINDS = ("thành phố", "thị xã", "huyện", "quận", "phường", "xã", "thị trấn", "đặc khu", "tỉnh")
LEVELS = {"tỉnh": "neighbour"} | dict.fromkeys(("phường", "xã", "thị trấn", "đặc khu"), "commune")  # else a district
YES = frozenset({"true", "1", "yes", "y", "t", "có"})
_OF_LEVEL = {
    "commune": ("xa", "phuong", "ward", "commune"),
    "district": ("huyen", "quanhuyen", "district"),
    "neighbour": ("tinh", "province"),
}
_ABOVE = {"commune": "district", "district": "neighbour"}
_PLAIN = {
    "code": ("code", "ma", "madvhc", "madonvi", "madv", "maso", "dvhccode", "gsocode"),
    "name": ("name", "ten", "tendvhc", "tendonvi", "tendv", "hoten", "tengoi", "danhphaphc"),
    "kind": ("kind", "loai", "loaidvhc", "loaihinh", "capdvhc", "cap", "type"),
    "parent": ("parent", "parentcode", "macha", "macaptren", "thuoc"),
    "coastal": ("coastal", "venbien", "giapbien"),
}
_CODE = re.compile(r"\d{2,10}")


@dataclass(frozen=True)
class Fields:
    """The names of a file's columns; what is None is guessed, and what is not there left out."""

    code: str | None = None
    name: str | None = None
    kind: str | None = None
    parent: str | None = None
    coastal: str | None = None


def guess(columns: Mapping[str, Sequence[str]], level: str | None, given: Fields) -> Fields:
    """The fields of a file by its columns of texts, those that are given as they are."""
    if level is None:
        # Beside a commune's own code a file often has its district's.
        of_communes = any(plain(name) in _words("code", "commune")[1:4] for name in columns)
        level = "commune" if of_communes else "district"
    by_plain = {plain(name): name for name in reversed(list(columns))}
    found = given
    for role in (one.name for one in fields(Fields)):
        taken = set(vars(found).values())
        if getattr(found, role) is None:
            named = (by_plain.get(word) for word in _words(role, level))
            word = next((name for name in named if name is not None and name not in taken), None)
            others = {name: values for name, values in columns.items() if name not in taken}
            found = replace(found, **{role: word or _by_content(role, others)})
    return found


def plain(name: str) -> str:
    """A column's name without case, diacritics and what is neither letter nor digit."""
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


def _words(role: str, level: str) -> list[str]:
    own, above = _OF_LEVEL[level], _OF_LEVEL.get(_ABOVE.get(level, ""), ())
    special = {
        "code": [*(f"ma{one}" for one in own), *(f"{one}code" for one in own), *(f"{one}id" for one in own)],
        "name": [*(f"ten{one}" for one in own), *(f"{one}name" for one in own), *own],
        "kind": [f"loai{one}" for one in own],
        "parent": [*(f"ma{one}" for one in above), *(f"{one}code" for one in above), *(f"{one}id" for one in above)],
        "coastal": [],
    }
    # The exact word first, then what speaks of this level, then what may be of any.
    return [_PLAIN[role][0], *special[role], *_PLAIN[role][1:]]


def _by_content(role: str, columns: Mapping[str, Sequence[str]]) -> str | None:
    for name, values in columns.items():
        there = [value for value in values if value]
        if not there:
            continue
        unique = len(set(there)) == len(values)
        codes = all(map(_CODE.fullmatch, there))
        if role == "code" and codes and unique:
            return name
        if role == "kind" and {value.lower() for value in there} <= set(KINDS):
            return name
        if role == "name" and len(there) == len(values) and not any(any(map(str.isdigit, one)) for one in there):
            return name
    return None
