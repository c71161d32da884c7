"""The text of a CQL2 filter as words, in one pass."""

import re
from typing import Any, Literal, NamedTuple

Kind = Literal["text", "name", "word", "number", "sign", "end"]
MOST = 4_000  # words; a corner of a polygon has three
_WORD = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*') |     # as in SQL: a quote is doubled, and a backslash is a backslash
        (?P<name>"(?:[^"]|"")+") |
        (?P<word>[^\W\d][\w.:]*) |
        (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?) |
        (?P<sign><>|<=|>=|!=|[=<>(),+-]) |
        (?P<end>\Z)
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A word of a kind: a text or a name without its quotes, a number as such; `place` counts characters from 1."""

    kind: Kind
    value: Any
    place: int


class UnreadableError(Exception):
    """The text is no filter from a place on."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


class TooMuchError(Exception):
    """The text has more words or goes deeper than is read."""


def tokens(written: str) -> list[Token]:
    """The words, and the end; UnreadableError, TooMuchError."""
    found: list[Token] = []
    place = 0
    while not found or found[-1].kind != "end":
        match = _WORD.match(written, place)
        if match is None:
            raise UnreadableError(place + 1)
        if len(found) > MOST:
            raise TooMuchError
        kind: Any = match.lastgroup
        found.append(Token(kind, _value(kind, match[kind]), match.start(kind) + 1))
        place = match.end()
    return found


def _value(kind: Kind, raw: str) -> Any:
    if kind in ("text", "name"):
        return raw[1:-1].replace(raw[0] * 2, raw[0])
    return float(raw) if kind == "number" else raw
