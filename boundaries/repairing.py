"""Safe repairs of polygons that somebody drew: each is listed, and what might change whose a place is is refused."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from boundaries.checks import GAP_WIDTH, Coverage, coverage, fault, to_degrees, to_metres
from boundaries.findings import Reading
from boundaries.importing import NewArea
from geo.i18n import _

_MOST = 1_000.0  # m²: a repair that takes or gives more than this is somebody's decision
_TOLD = 10  # flaws of a kind that are told one by one, the largest
_STEP = 1.0  # metres by which a corner may move onto its neighbour's
_FINEST = 1e-9  # degrees, a tenth of a millimetre
_SPECK = 1.0  # m²: a part smaller than this is nobody's land but a slip of the hand


def polygon(reading: Reading, where: str, shape: Polygon | MultiPolygon) -> MultiPolygon | None:
    """The polygon as it may be stored, mended where that moves at most _MOST m²; None where it is refused."""
    reason = fault(shape)
    if reason:
        mended = _valid(shape)
        change = _unlike(shape, mended)
        if shapely.is_empty(mended) or change > _MOST:
            reading.add(_("{where}: đa giác không hợp lệ ({reason})."), where=where, reason=reason)
            return None
        said = _("{where}: đã sửa đa giác không hợp lệ ({reason}); diện tích đổi {area} m².")
        reading.add(said, serious=False, where=where, reason=reason, area=f"{change:,.1f}")
    else:
        mended = shape
    parts = [part for part in shapely.get_parts(mended) if isinstance(part, Polygon)]
    sizes = shapely.area(to_metres(np.array(parts, object)))
    kept = [part for part, size in zip(parts, sizes, strict=True) if size >= _SPECK]
    if not kept:
        reading.add(_("{where}: hình học rỗng hoặc hỏng."), where=where)
        return None
    if len(kept) < len(parts):
        said = _("{where}: đã bỏ {count} mảnh vụn dưới {size} m².")
        reading.add(said, serious=False, where=where, count=len(parts) - len(kept), size=f"{_SPECK:g}")
    return MultiPolygon(kept)


def fitted(reading: Reading, level: str, areas: Sequence[NewArea], tolerance: float) -> list[MultiPolygon]:
    """The polygons of a level with shared borders: gaps and overlaps up to `tolerance` m² each are closed and listed.

    What is larger is a finding that forbids the import. By `coverage_clean` of GEOS 3.14.
    """
    codes, polygons = [area.code for area in areas], [area.polygon for area in areas]
    found = coverage(level, codes, polygons)
    flaws = [*found.gaps, *found.overlaps]
    if flaws and all(flaw.square_metres <= tolerance for flaw in flaws):
        metric = to_metres(np.array(polygons, object))
        clean = shapely.coverage_clean  # type: ignore[attr-defined]  # newer than its stubs
        # To the smaller of two: an area that lies within another as a whole is a hole in that one, and not nothing.
        cleaned = clean(metric, gap_width=GAP_WIDTH, snapping_distance=_STEP, merge_strategy="min_area")
        mended = [_multi(shape) for shape in to_degrees(cleaned)]
        after = coverage(level, codes, mended)
        closed = len(flaws) - len(after.gaps) - len(after.overlaps)
        if closed > 0 and not after.invalid:
            said = _("Đã khép {count} khe hở và chỗ chồng lấn nhỏ, tổng {area} m².")
            area = found.gap_m2 + found.overlap_m2 - after.gap_m2 - after.overlap_m2
            reading.add(said, serious=False, count=closed, area=f"{area:,.1f}")
            found, polygons = after, mended
    _tell(reading, found, tolerance)
    reading.coverages.append(found)
    return polygons


def _tell(reading: Reading, found: Coverage, tolerance: float) -> None:
    for code, reason in found.invalid.items():
        reading.add(_("{where}: đa giác không hợp lệ ({reason})."), where=code, reason=reason)
    for flaws, one, rest in (
        (
            found.overlaps,
            _("Chồng lấn {area} m² giữa {codes}, tại {lon}, {lat}."),
            _("{count} chỗ chồng lấn khác nữa."),
        ),
        (found.gaps, _("Khe hở {area} m² cạnh {codes}, tại {lon}, {lat}."), _("{count} khe hở khác nữa.")),
    ):
        for flaw in flaws[:_TOLD]:
            where = {"codes": ", ".join(flaw.codes), "lon": flaw.point[0], "lat": flaw.point[1]}
            # Two owners of one place are never right; a gap that is too wide to be closed may be a lake.
            serious = flaws is found.overlaps or flaw.square_metres > tolerance
            reading.add(one, serious=serious, area=f"{flaw.square_metres:,.1f}", **where)
        if len(flaws) > _TOLD:
            reading.add(rest, serious=flaws is found.overlaps, count=len(flaws) - _TOLD)


def _valid(shape: Any) -> Any:
    """The shape made valid in degrees and in metres."""
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    metric = shapely.make_valid(to_metres(mended), method="structure", keep_collapsed=False)
    there = to_degrees(metric)
    return there if there.is_valid else shapely.set_precision(there, _FINEST)


def _unlike(before: Any, after: Any) -> float:
    """Square metres by which a mended polygon's area differs from what its rings enclose one by one."""
    outside = sum(abs(_signed(part.exterior)) for part in shapely.get_parts(before))
    inside = sum(abs(_signed(ring)) for part in shapely.get_parts(before) for ring in part.interiors)
    return abs(outside - inside - float(shapely.area(to_metres(after))))


def _signed(ring: Any) -> float:
    x, y = shapely.get_coordinates(to_metres(ring)).T
    x, y = x - x[0], y - y[0]
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)


def _multi(shape: Any) -> MultiPolygon:
    return MultiPolygon([part for part in shapely.get_parts(shape) if isinstance(part, Polygon)])
