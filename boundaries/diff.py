"""What an edition changes: which areas of one became which of another, told by where they lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries.models import Area, Edition

What = Literal["kept", "renamed", "moved", "redrawn", "merged", "split", "new", "gone"]
WHATS: tuple[What, ...] = get_args(What)
_SHARE = 0.02  # of an area: less than this across a border is another digitisation, not another border
_SAME = 1e-6  # of an area: borders that differ by less are the same


@dataclass(frozen=True)
class Change:
    """Areas of the first edition (`old`) and of the second (`new`) that are one another's successors."""

    level: str
    what: What
    old: tuple[Area, ...]
    new: tuple[Area, ...]


def diff(session: Session, first: Edition, second: Edition) -> list[Change]:
    """The changes at every level that both editions have, in the order of the codes."""
    changes: list[Change] = []
    for level in ("district", "commune"):
        old, new = _areas(session, first, level), _areas(session, second, level)
        if old and new:
            changes += _compare(level, old, new)
    return changes


def _areas(session: Session, edition: Edition, level: str) -> list[Area]:
    query = select(Area).where(Area.edition_id == edition.id, Area.level == level).order_by(Area.code)
    return list(session.scalars(query))


def _compare(level: str, old: list[Area], new: list[Area]) -> Iterator[Change]:
    shapes = [np.array([to_shape(area.geometry) for area in areas], object) for areas in (old, new)]
    sizes = [shapely.area(some) for some in shapes]
    left, right = shapely.STRtree(shapes[1]).query(shapes[0], predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[0][left], shapes[1][right]))
    heir = (common > _SHARE * sizes[0][left]) | (common > _SHARE * sizes[1][right])
    links = [(int(i), int(j), float(a)) for i, j, a in zip(left[heir], right[heir], common[heir], strict=True)]
    for j, area in enumerate(new):
        origins = [i for i, k, _area in links if k == j]
        heirs = {k for i, k, _area in links if i in origins}
        before = tuple(old[i] for i in origins)
        if not origins:
            yield Change(level, "new", (), (area,))
        elif len(heirs) > 1:
            # A split is told once, at the first of its parts.
            if j == min(heirs):
                yield Change(level, "split", before, tuple(new[k] for k in sorted(heirs)))
        elif len(origins) > 1:
            yield Change(level, "merged", before, (area,))
        else:
            shared = next(a for i, k, a in links if k == j)
            same = shared > (1 - _SAME) * max(sizes[0][origins[0]], sizes[1][j])
            yield Change(level, _what(before[0], area, same=same), before, (area,))
    for i, area in enumerate(old):
        if all(k != i for k, _j, _area in links):
            yield Change(level, "gone", (area,), ())


def _what(old: Area, new: Area, *, same: bool) -> What:
    if (old.code, old.name, old.kind) != (new.code, new.name, new.kind):
        return "renamed"
    # Where there is no district level any more, nothing has moved to another district.
    if new.parent_code and old.parent_code != new.parent_code:
        return "moved"
    return "kept" if same else "redrawn"
