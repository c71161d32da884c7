"""An edition in memory, for whoever routes by the thousand: built in about a second, kept while it stays as it is."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boundaries.models import Area, AreaPart, Edition
from boundaries.pieces import Pieces
from boundaries.raster import Raster

KEPT = 12  # sheets; some 40 MB each with its grid: three editions at three levels are in use at once, and a draft
_sheets: OrderedDict[tuple[Any, ...], "Sheet"] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Sheet:
    """The areas of one level of an edition in the order of their codes, as columns."""

    code: NDArray[np.object_]
    name: NDArray[np.object_]
    kind: NDArray[np.object_]
    parent: NDArray[np.object_]
    coastal: NDArray[np.bool_]
    polygons: NDArray[np.object_]  # degrees
    pieces: Pieces

    @cached_property
    def raster(self) -> Raster:
        """The grid over the areas, built when it is first asked for."""
        return Raster(self.polygons, self.pieces)

    def within(self, parent: str) -> Pieces:
        """The pieces of the areas of one parent alone, numbered as in the whole sheet."""
        mine = np.flatnonzero(self.parent[self.pieces.owner] == parent)
        return Pieces(self.pieces.polygons[mine], self.pieces.owner[mine])

    def full_name(self, area: int) -> str:
        """The kind and the name of the area at this position."""
        return f"{self.kind[area]} {self.name[area]}"


def sheet(session: Session, edition: Edition, level: str) -> Sheet:
    """A level of an edition, from memory where it has not been written to since."""
    key = (edition.id, edition.code, edition.created_at, level)
    with _lock:
        if key not in _sheets:
            _sheets[key] = _read(session, edition, level)
            if len(_sheets) > KEPT:
                _sheets.popitem(last=False)
        _sheets.move_to_end(key)
        return _sheets[key]


def _read(session: Session, edition: Edition, level: str) -> Sheet:
    mine = (Area.edition_id == edition.id, Area.level == level)
    binary = func.ST_AsBinary(Area.geometry, type_=None)
    columns = select(Area.id, Area.code, Area.name, Area.kind, Area.parent_code, Area.coastal, binary).where(*mine)
    # Sorted here: a database's collation need not be Python's, and routing of one pin compares in Python.
    rows = sorted(session.execute(columns).all(), key=lambda row: row.code)
    position = {row.id: number for number, row in enumerate(rows)}
    parts = session.execute(
        select(AreaPart.area_id, func.ST_AsBinary(AreaPart.geometry, type_=None)).where(
            AreaPart.edition_id == edition.id, AreaPart.level == level
        )
    ).all()
    names = ("code", "name", "kind", "parent_code")
    code, name, kind, parent = (np.array([getattr(row, column) for row in rows], object) for column in names)
    return Sheet(
        code=code,
        name=name,
        kind=kind,
        parent=parent,
        coastal=np.array([row.coastal for row in rows], np.bool_),
        polygons=_geometries(row[6] for row in rows),
        pieces=Pieces(_geometries(part[1] for part in parts), np.array([position[part[0]] for part in parts], np.intp)),
    )


def _geometries(values: Iterable[Any]) -> NDArray[np.object_]:
    return np.asarray(shapely.from_wkb([bytes(wkb) for wkb in values]), object)
