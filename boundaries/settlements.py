"""What people settled near borders, gathered into places that an administrator may accept as corrections."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from boundaries import atlas, said
from boundaries.metric import to_metric
from boundaries.models import Correction, Edition
from geo import options

ACROSS = 200.0  # metres: farther apart than this no two pins are of one place
AROUND = 40.0  # metres around the pins that belong to it
NEWEST = 20_000  # settlements of an edition that are looked at, be they for a place or against it
MOST = 3_000  # of an area that are made into places, the newest: that takes the square of it
SHOWN = 200  # suggestions at once, the largest; the others come when these are decided on
LEAST_SENDERS = 2
KEY = 16  # hex digits of a suggestion's key: longer than any number of a correction

# What the last word on each report was that some edition left uncertain, by the edition that last routed it: the area
# that its newest routing says somebody settled, before there were such routings that of the unit they named. What is
# accepted everybody can ask the borders of, pin by pin: so not of the categories whose places nobody may know.
_SETTLED = text(
    f"""
    SELECT r.id, ST_X(r.point) AS lon, ST_Y(r.point) AS lat, a.candidates, a.area, u.code AS unit,
        s.phone_hash AS sender
    FROM (SELECT DISTINCT report_id FROM assignments WHERE confidence < 1) doubted
    JOIN reports r ON r.id = doubted.report_id
    JOIN categories c ON c.id = r.category_id AND NOT c.sensitive
    JOIN LATERAL (
        SELECT edition_id, confidence, candidates, {said.AREA.format(table="assignments")} AS area FROM assignments
        WHERE report_id = r.id ORDER BY id DESC LIMIT 1
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT unit_id FROM events
        WHERE report_id = r.id AND (
            action IN ('confirm', 'ours', 'not_ours') AND actor IN ('officer', 'head', 'operator')
            OR action = 'reroute' AND (actor = 'operator' OR door = 'border')
        )
        ORDER BY id DESC LIMIT 1
    ) last ON true
    LEFT JOIN units u ON u.id = last.unit_id
    LEFT JOIN senders s ON s.report_id = r.id
    WHERE a.edition_id = :edition AND a.candidates IS NOT NULL AND NOT r.needs_confirmation AND NOT r.demo
        AND (a.area IS NOT NULL OR a.confidence < 1 AND u.id IS NOT NULL)
    ORDER BY r.id DESC LIMIT :most
    """  # noqa: S608 (a constant)
)


class Settlement(NamedTuple):
    """A report's place in metres, the area that somebody said it is in, the areas it might have been, its sender."""

    report: int
    x: float
    y: float
    area: str
    among: frozenset[str]
    sender: bytes | None


class Suggestion(NamedTuple):
    """A polygon in metres in which several settlements say the same area, none another; `key` names just these."""

    key: str
    area: str
    polygon: shapely.Polygon
    reports: int
    senders: int


def settlements(session: Session, edition: Edition) -> list[Settlement]:
    """What was settled of the NEWEST reports that an edition left uncertain, the newest first.

    Where a unit has two of the areas, its name says nothing of which one it is.
    """
    found = []
    for row in session.execute(_SETTLED, {"edition": edition.id, "most": NEWEST}):
        areas = [row.area] if row.area else [one["area"] for one in row.candidates if one["unit"] == row.unit]
        if len(areas) == 1:
            x, y = to_metric(row.lon, row.lat)
            among = frozenset(one["area"] for one in row.candidates)
            found.append(Settlement(row.id, x, y, areas[0], among, row.sender))
    return found


def suggestions(session: Session, edition: Edition, key: str | None = None) -> list[Suggestion]:
    """Places where enough settlements agree, the SHOWN with the most reports first, or the one with a key.

    What was decided on is left out.
    """
    every = settlements(session, edition)
    if not every:
        return []
    areas = np.array([one.area for one in every], object)
    tree = shapely.STRtree(shapely.points([one.x for one in every], [one.y for one in every]))
    still_open = np.flatnonzero(~_covered(tree, areas, _decided(session, edition)))
    places = [(_key(edition, place), place) for place in _places([every[row] for row in still_open])]
    sheet = atlas.sheet(session, edition, edition.routing_level)
    found: list[Suggestion] = []
    for name, place in sorted(places, key=lambda one: (-len(one[1]), one[0])):
        if key not in {None, name}:
            continue
        polygon = _outline(place, sheet)
        if polygon is not None and (areas[tree.query(polygon, predicate="covers")] == place[0].area).all():
            found.append(Suggestion(name, place[0].area, polygon, len(place), _senders(place)))
        if len(found) == SHOWN:
            break
    return found


def _covered(
    tree: shapely.STRtree, areas: NDArray[np.object_], decided: Sequence[tuple[str, shapely.Geometry]]
) -> NDArray[np.bool_]:
    """Which points of a tree lie in a place that was decided on for the area that each is said to be in."""
    found = np.zeros(len(areas), np.bool_)
    place, point = tree.query(np.array([polygon for _area, polygon in decided], object), predicate="covers")
    same = areas[point] == np.array([area for area, _polygon in decided], object)[place]
    found[point[same]] = True
    return found


def _decided(session: Session, edition: Edition) -> list[tuple[str, shapely.Geometry]]:
    query = select(Correction.area_code, Correction.geometry.ST_AsBinary()).where(Correction.edition_id == edition.id)
    return [(area, shapely.from_wkb(bytes(wkb))) for area, wkb in session.execute(query)]


def _places(settled: Sequence[Settlement]) -> list[list[Settlement]]:
    """Settlements of one area of which no two are more than ACROSS apart, where there are enough and of enough people.

    By complete linkage, so that a row of pins along a road is several places and never a long one.
    """
    by_area: dict[str, list[Settlement]] = {}
    for one in settled:
        by_area.setdefault(one.area, []).append(one)
    found = []
    for several in by_area.values():
        mine = several[:MOST]
        if len(mine) < options.value("correction_reports"):
            continue
        tree = linkage(np.array([(one.x, one.y) for one in mine]), method="complete")
        label: NDArray[Any] = fcluster(tree, ACROSS, criterion="distance")
        for number in np.unique(label):
            place = [mine[row] for row in np.flatnonzero(label == number)]
            if len(place) >= options.value("correction_reports") and _senders(place) >= LEAST_SENDERS:
                found.append(place)
    return found


def _senders(place: Sequence[Settlement]) -> int:
    return len({one.sender for one in place if one.sender is not None})


def _outline(place: Sequence[Settlement], sheet: atlas.Sheet) -> shapely.Polygon | None:
    """The hull of the pins and AROUND, within the areas that they might have been in."""
    hull = shapely.convex_hull(shapely.multipoints([(one.x, one.y) for one in place]))
    wide = shapely.buffer(hull, AROUND, quad_segs=4)
    codes = frozenset().union(*(one.among for one in place))
    mine = np.flatnonzero(np.isin(sheet.code[sheet.pieces.owner], list(codes)))
    near = sheet.pieces.polygons[mine][shapely.intersects(sheet.pieces.polygons[mine], wide)]
    # A hair more than the pieces, or their inner borders would cut it.
    land = shapely.union_all(shapely.buffer(shapely.intersection(near, wide), 0.01))
    parts = shapely.get_parts(land)
    if not len(parts):
        return None
    largest = shapely.simplify(max(parts, key=lambda part: float(part.area)), 0.05)
    return largest if isinstance(largest, shapely.Polygon) and not largest.is_empty else None


def _key(edition: Edition, place: Sequence[Settlement]) -> str:
    words = f"{edition.code} {place[0].area} {sorted(one.report for one in place)}"
    return hashlib.sha256(words.encode()).hexdigest()[:KEY]
