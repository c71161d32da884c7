"""A text message taken apart: QN, the draft's reference, a category, a place, and what happened in a few words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.sms.places import Place, find
from api.sms.tokens import tokens
from geo.codes import ALPHABET
from geo.search import plain

OTHER = "khac"
_REFERENCE = re.compile(f"[{ALPHABET}]{{10}}", re.IGNORECASE)
# Ten letters that are a mobile number are somebody's number, not one reference in two million.
_MOBILE = re.compile(r"0[35789]\d{8}")
_EDGES = " ,;:.-–"


@dataclass(frozen=True)
class Read:
    """What a message says; without a place it can be no report."""

    reference: str | None
    category: str
    place: Place | None
    words: str


def read(text: str, categories: Mapping[str, str], bounds: Sequence[float]) -> Read:
    """The parts of a message in any case, with or without diacritics; `categories` are the active codes with names."""
    place = find(text, bounds)
    head, tail = (text[: place.start], text[place.end :]) if place else (text, "")
    words, reference = head.split(), None
    if words and words[0].strip(_EDGES).upper() == "QN":
        words = words[1:]
        if words and _REFERENCE.fullmatch(words[0]) and not _MOBILE.fullmatch(words[0]):
            reference = words.pop(0).upper()
    category, words = _category(words, _spellings(categories), alone=bool(reference))
    rest = tail.strip(_EDGES)
    if category is None and not words:
        category, after = _category(rest.split(), _spellings(categories), alone=False)
        rest = " ".join(after)
    return Read(reference, category or OTHER, place, " ".join([*words, *rest.split()]).strip(_EDGES))


def _category(
    words: list[str], spellings: Mapping[str, tuple[str, bool]], *, alone: bool
) -> tuple[str | None, list[str]]:
    """The category that some words begin with, and the words without it unless it is part of what they say.

    A single letter is one only where it stands `alone` for it: "k" is also how people write "không".
    """
    for count in range(min(len(words), 8), 0, -1):
        code, short = spellings.get(_key(" ".join(words[:count])), (None, False))
        if code is None or (count == 1 and len(words[0]) == 1 and not alone):
            continue
        spelled = short or "-" in words[0] or count == len(words)
        return code, words[count:] if spelled else words
    return None, words


def _spellings(categories: Mapping[str, str]) -> dict[str, tuple[str, bool]]:
    """What a category may be called, as code and whether it is the short token."""
    names = {_key(name): (code, False) for code, name in categories.items()}
    names |= {_key(code): (code, False) for code in categories}
    return names | {_key(token): (code, True) for code, token in tokens(categories).items() if token != code}


def _key(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", plain(text)))
