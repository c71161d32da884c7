"""What an edition changes: which areas of one became which of another, told by where they lie."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.atlas import Sheet
from boundaries.models import Area, Edition
from boundaries.overlay import NONE, Overlay, overlay

What = Literal["kept", "renamed", "recoded", "moved", "redrawn", "merged", "split", "new", "gone"]
WHATS: tuple[What, ...] = get_args(What)
SHARE = 0.02  # of an area: less than this across a border is another digitisation, not another border


@dataclass(frozen=True)
class Place:
    """An area as an edition names it; `name` is without the kind."""

    code: str
    name: str
    kind: str
    parent_code: str | None


@dataclass(frozen=True)
class Change:
    """Areas of the first edition (`old`) and of the second (`new`) that are one another's successors."""

    level: str  # of the first edition; of the second where that knew nothing of them
    what: What
    old: tuple[Place, ...]
    new: tuple[Place, ...]


def diff(session: Session, first: Edition, second: Edition) -> list[Change]:
    """The changes at every level that both editions have, in the order of the codes."""
    return [
        change
        for level in common_levels(session, first, second)
        for change in compare(overlay(session, first, level, second, level), level)
    ]


def common_levels(session: Session, first: Edition, second: Edition) -> list[str]:
    """The levels of which both editions have areas, districts first."""
    rows = session.execute(
        select(Area.edition_id, Area.level).where(Area.edition_id.in_([first.id, second.id])).distinct()
    )
    there = {(edition, level) for edition, level in rows}
    return [one for one in ("district", "commune") if {(first.id, one), (second.id, one)} <= there]


def compare(laid: Overlay, level: str) -> list[Change]:
    """What became of each area of an overlay, in the order of the codes."""
    found = [
        Change(level, what(laid, old, new), _places(laid.old, old), _places(laid.new, new)) for old, new in groups(laid)
    ]
    return sorted(found, key=lambda one: (one.new or one.old)[0].code)


def groups(laid: Overlay) -> Iterator[tuple[list[int], list[int]]]:
    """Positions of the old and new areas that are one another's successors, each in the order of the codes.

    They are where one has its largest piece in the other, or the other has its own there; what goes elsewhere in
    smaller pieces is told with the ground that changes hands.
    """
    count = len(laid.old.code), len(laid.new.code)
    links = _links(laid)
    graph = coo_array((np.ones(len(links)), (laid.left[links], laid.right[links] + count[0])), (sum(count), sum(count)))
    number, label = connected_components(graph, directed=False)
    for group in range(number):
        mine = np.flatnonzero(label == group).tolist()
        yield [one for one in mine if one < count[0]], [one - count[0] for one in mine if one >= count[0]]


def _links(laid: Overlay) -> list[int]:
    """The pieces that are the largest of their old area or of their new one, and more than a digitisation's noise."""
    both = np.flatnonzero((laid.left != NONE) & (laid.right != NONE))
    whole = [np.bincount(side[side != NONE], laid.sizes[side != NONE]) for side in (laid.left, laid.right)]
    found = set()
    for side in (laid.left, laid.right):
        order = both[np.lexsort((-laid.sizes[both], side[both]))]
        found |= set(order[np.unique(side[order], return_index=True)[1]].tolist())
    return [
        piece
        for piece in sorted(found)
        if laid.sizes[piece] > SHARE * max(1e-9, min(whole[0][laid.left[piece]], whole[1][laid.right[piece]]))
    ]


def what(laid: Overlay, old: Sequence[int], new: Sequence[int]) -> What:
    """What happened to areas that belong together."""
    if not old or not new:
        return "gone" if old else "new"
    if len(old) > 1 or len(new) > 1:
        return "merged" if len(new) == 1 else "split" if len(old) == 1 else "redrawn"
    before, after = _place(laid.old, old[0]), _place(laid.new, new[0])
    lost = (laid.left == old[0]) ^ (laid.right == new[0])
    same = not np.any(lost & ~laid.narrow)
    if before.code != after.code:
        return "recoded" if same else "redrawn"
    if (before.name, before.kind) != (after.name, after.kind):
        return "renamed"
    # Where one of them has no district level, nothing has moved to another district.
    if before.parent_code and after.parent_code and before.parent_code != after.parent_code:
        return "moved"
    return "kept" if same else "redrawn"


def _places(sheet: Sheet, areas: Sequence[int]) -> tuple[Place, ...]:
    return tuple(_place(sheet, one) for one in areas)


def _place(sheet: Sheet, area: int) -> Place:
    return Place(sheet.code[area], sheet.name[area], sheet.kind[area], sheet.parent[area])
