"""The ground that changes hands between two editions, in km², and the public reports on it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from boundaries.diff import Change, What, common_levels, compare, groups, what
from boundaries.models import Edition
from boundaries.overlay import NONE, Overlay, overlay
from boundaries.reported import Reported, points, reported


@dataclass(frozen=True)
class Piece:
    """Ground that was one area's and is another's, or the same one's in another form; codes are None for no area."""

    old: str | None
    old_name: str | None
    new: str | None
    new_name: str | None
    what: What
    hands: bool  # whether it changes hands: its area has another code, for another reason than being recoded
    narrow: bool  # nowhere broader than two digitisations of one border may differ
    square_metres: float
    reports: int
    open: int


@dataclass(frozen=True)
class Ground:
    """How much ground and how many public reports; `narrow_square_metres` of it is nowhere broader than noise."""

    square_metres: float
    narrow_square_metres: float
    reports: int
    open: int


@dataclass(frozen=True)
class Comparison:
    """A level of one edition beside a level of another.

    `pieces` are those of which there is something to tell, what changes hands first, large ones first; `handed` adds up
    what changes hands. `authority` is what another committee answers for afterwards, and is given where both levels are
    those that reports are routed to.
    """

    old_level: str
    new_level: str
    old_kinds: dict[str, int]  # how many there are of each kind, the most frequent first
    new_kinds: dict[str, int]
    changes: list[Change]
    pieces: list[Piece]
    handed: Ground
    authority: Ground | None


@dataclass(frozen=True)
class Difference:
    """What tells one edition from another: the levels by which reports are routed first, then the others in common."""

    first: str
    second: str
    comparisons: list[Comparison]


def difference(session: Session, first: Edition, second: Edition, *, demo: bool = False) -> Difference:
    """Compares two editions with the reports that the public may see, the demonstration's alone where it is `demo`."""
    found, there = [], points(session, demo=demo)
    for old, new in pairs(session, first, second):
        laid = overlay(session, first, old, second, new)
        found.append(comparison(laid, old, new, first, second, counts=reported(laid, there)))
    return Difference(first.code, second.code, found)


def pairs(session: Session, first: Edition, second: Edition) -> list[tuple[str, str]]:
    """The levels to compare: those that route, then every one in common."""
    routing = (first.routing_level, second.routing_level)
    return list(dict.fromkeys([routing, *((one, one) for one in common_levels(session, first, second))]))


def comparison(laid: Overlay, old: str, new: str, first: Edition, second: Edition, *, counts: Reported) -> Comparison:
    """An overlay told in pieces and in sums."""
    found = _pieces(laid, counts)
    routes = (old, new) == (first.routing_level, second.routing_level)
    return Comparison(
        old,
        new,
        _kinds(laid.old.kind),
        _kinds(laid.new.kind),
        compare(laid, old),
        sorted(found, key=lambda one: (not one.hands, -one.square_metres, one.old or "", one.new or "")),
        _ground(one for one in found if one.hands),
        _ground(one for one in found if one.hands or one.what == "recoded") if routes else None,
    )


def whats(laid: Overlay) -> list[What]:
    """What happens to each piece of an overlay: what happens to its areas, `redrawn` where they are no heirs."""
    became = {(i, j): what(laid, old, new) for old, new in groups(laid) for i in old for j in new}
    return [
        _what(laid, i, j, became.get((i, j), "redrawn"))
        for i, j in zip(laid.left.tolist(), laid.right.tolist(), strict=True)
    ]


def _what(laid: Overlay, i: int, j: int, said: What) -> What:
    if NONE in {i, j}:
        return "new" if i == NONE else "gone"
    # Of an area with other borders the ground in the middle is what it was.
    return "kept" if said == "redrawn" and laid.old.code[i] == laid.new.code[j] else said


def _pieces(laid: Overlay, counts: Reported) -> list[Piece]:
    found = []
    for piece, said in enumerate(whats(laid)):
        i, j = int(laid.left[piece]), int(laid.right[piece])
        old, new = None if i == NONE else laid.old.code[i], None if j == NONE else laid.new.code[j]
        hands = old != new and said != "recoded"
        if said == "kept" and not hands:
            continue
        found.append(
            Piece(
                old=old,
                old_name=None if i == NONE else laid.old.full_name(i),
                new=new,
                new_name=None if j == NONE else laid.new.full_name(j),
                what=said,
                hands=hands,
                narrow=hands and bool(laid.narrow[piece]),
                square_metres=float(laid.sizes[piece]),
                reports=int(counts.every[i, j]),
                open=int(counts.open[i, j]),
            )
        )
    return found


def _ground(pieces: Iterable[Piece]) -> Ground:
    some = list(pieces)
    return Ground(
        sum(one.square_metres for one in some),
        sum(one.square_metres for one in some if one.narrow),
        sum(one.reports for one in some),
        sum(one.open for one in some),
    )


def _kinds(kinds: Iterable[str]) -> dict[str, int]:
    return dict(Counter(kinds).most_common())
