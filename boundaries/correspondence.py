"""What became of each area of one edition in another, with shares: figures of 2023 told by the areas of 2026."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from boundaries.atlas import Sheet, sheet
from boundaries.importing import area_m2
from boundaries.metric import Floats
from boundaries.models import Edition
from geo.errors import NotFoundError
from geo.i18n import _
from geo.models import Report
from geo.permissions import PUBLIC, visible

_LEAST = 1.0  # m²: what two areas have in common by less is a rounded corner
_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])  # a point as WKB has it


@dataclass(frozen=True)
class Part:
    """What an old area and a new one have in common; without a new one, what no area of the other edition has.

    Shares are of the old area and add up to one over its parts; `report_share` is None where it has no report.
    """

    old: str
    old_name: str
    new: str | None
    new_name: str | None
    square_metres: float
    area_share: float
    reports: int
    report_share: float | None


def correspondence(
    session: Session, first: Edition, second: Edition, level: str, other: str, *, demo: bool = False
) -> list[Part]:
    """The parts of the areas of a level of one edition among those of a level of another, by code, large parts first.

    Reports are those that the public may see, by their public points, the demonstration's where it is `demo`;
    NotFoundError for a level that an edition lacks.
    """
    old, new = _sheet(session, first, level), _sheet(session, second, other)
    sizes, counts = _sizes(old, new), _reports(session, old, new, demo)
    found: list[Part] = []
    for i, row in enumerate(sizes):
        total, reports = float(row.sum()), int(counts[i].sum())
        for j in sorted(np.flatnonzero((row > 0) | (counts[i] > 0)), key=lambda j: (-row[j], j)):
            code, name = (new.code[j], new.full_name(int(j))) if j < len(new.code) else (None, None)
            share = int(counts[i, j]) / reports if reports else None
            part = Part(old.code[i], old.full_name(i), code, name, row[j], row[j] / total, int(counts[i, j]), share)
            found.append(part)
    return found


def _sheet(session: Session, edition: Edition, level: str) -> Sheet:
    found = sheet(session, edition, level) if level in ("district", "commune") else None
    if found is None or not len(found.code):
        raise NotFoundError(_("Phiên bản {code} không có cấp {level}."), code=edition.code, level=level[:20])
    return found


def _sizes(old: Sheet, new: Sheet) -> Floats:
    """Square metres common to each old and each new area; the last column is what no new area has."""
    sizes = np.zeros((len(old.code), len(new.code) + 1))
    left, right = shapely.STRtree(new.polygons).query(old.polygons, predicate="intersects")
    common = shapely.intersection(old.polygons[left], new.polygons[right])
    sizes[left, right] = [area_m2(shape) for shape in common]
    whole = np.array([area_m2(shape) for shape in old.polygons])
    sizes[:, -1] = np.maximum(whole - sizes[:, :-1].sum(axis=1), 0)
    sizes[sizes < _LEAST] = 0
    return sizes


def _reports(session: Session, old: Sheet, new: Sheet, demo: bool) -> NDArray[np.int64]:
    lon, lat = _places(session, demo)
    before, after = old.raster.areas(lon, lat), new.raster.areas(lon, lat)
    counts = np.zeros((len(old.code), len(new.code) + 1), np.int64)
    # Number -1, in none of them, is the last column.
    np.add.at(counts, (before[before >= 0], after[before >= 0]), 1)
    return counts


def _places(session: Session, demo: bool) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of the public points, as one value of bytes: a row each would take ten times as long."""
    wkb: Any = func.ST_AsBinary(Report.public_point, "NDR", type_=None)
    query = visible(select(func.string_agg(wkb, text("''::bytea"))).select_from(Report), PUBLIC)
    query = query.where(Report.demo if demo else ~Report.demo)
    points = np.frombuffer(session.scalar(query) or b"", _POINT)
    return points["x"].copy(), points["y"].copy()
