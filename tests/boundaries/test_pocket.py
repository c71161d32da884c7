"""The phone's own routing, on its simplified borders, against the server's on the true ones."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy.orm import Session

from boundaries import atlas, editions, lookup
from boundaries.metric import to_metric
from boundaries.pocket import SHARE, pocket
from boundaries.routing import route
from geo.settings import Settings
from tests.boundaries import phone, points

EDITIONS = ["2020", "2025-01", "2025-07"]


@pytest.mark.parametrize("code", EDITIONS)
def test_the_phone_and_the_server_differ_only_within_the_uncertainty_of_a_border(
    session: Session, settings: Settings, tmp_path: Path, code: str
) -> None:
    edition = editions.find(session, code)
    polygons = atlas.sheet(session, edition, edition.routing_level).polygons
    rng = np.random.default_rng(3)
    some = [
        points.uniform(rng, polygons, 2_000),
        points.near_borders(rng, polygons, 1_000, 300),
        points.beyond(rng, polygons, 1_000),
    ]
    lon, lat = (np.concatenate(axis) for axis in zip(*some, strict=True))
    both = phone.compare(session, settings, tmp_path, edition, lon, lat)
    assert 0 < both.different.mean() < 0.06
    assert both.margin[both.different].max() < settings.border_uncertainty
    assert both.compressed < 40_000


@pytest.mark.parametrize(
    ("lon", "lat", "accuracy"),
    [
        (108.3380, 15.8794, 0),  # in the middle of Hội An
        (108.2950, 15.8870, 3_000),  # three districts
        (108.4000, 15.8900, 0),  # in the sea
        (108.5200, 15.9500, 0),  # on the island of Hội An
    ],
)
def test_both_give_the_same_reason_and_nearly_the_same_shares(
    session: Session, settings: Settings, tmp_path: Path, lon: float, lat: float, accuracy: float
) -> None:
    file = pocket(session, editions.find(session), lookup.today(), settings)
    (told,) = phone.ask(tmp_path, file, np.array([lon]), np.array([lat]), np.array([accuracy]))
    answer = route(session, lon, lat, accuracy=accuracy or None, settings=settings)
    assert answer.area is not None
    assert told["area"] == {"code": answer.area.code, "name": answer.area.name}
    assert told["unit"] == {"code": answer.unit.code, "name": answer.unit.name}
    assert told["reason"]["code"] == answer.reason.code
    assert told["needs_confirmation"] == answer.needs_confirmation
    shares = {one["area"]["code"]: one["share"] for one in told["candidates"]}
    assert shares == pytest.approx({one.area.code: one.share for one in answer.candidates}, abs=0.03)


def test_no_border_strays_further_than_half_of_the_uncertainty(session: Session, settings: Settings) -> None:
    edition = editions.find(session, "2020")
    sheet = atlas.sheet(session, edition, "district")
    file = pocket(session, edition, None, settings)
    lines = []
    for owners, steps in file["arcs"]:
        if min(owners) < len(sheet.code):
            corners = np.cumsum(np.reshape(steps, (-1, 2)), axis=0) * file["step"] + file["origin"]
            lines.append(shapely.linestrings(np.column_stack(to_metric(*corners.T))))
    drawn = shapely.union_all(lines)
    true = shapely.union_all(
        shapely.transform(shapely.boundary(sheet.polygons), lambda c: np.column_stack(to_metric(c[:, 0], c[:, 1])))
    )
    for one, other in ((drawn, true), (true, drawn)):
        along = shapely.points(shapely.get_coordinates(shapely.segmentize(one, 50)))
        shapely.prepare(other)
        assert shapely.distance(along, other).max() < settings.border_uncertainty * SHARE + 3
    assert shapely.get_num_coordinates(drawn) < 0.75 * shapely.get_num_coordinates(true)


def test_without_an_edition_everything_goes_to_the_ioc_or_nowhere(session: Session, settings: Settings) -> None:
    file = pocket(session, None, lookup.today(), settings)
    assert file["areas"] == file["arcs"] == []
