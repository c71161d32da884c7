"""The phone's router run by Node, beside the server's, and how they differ."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from boundaries import atlas
from boundaries.atlas import Sheet
from boundaries.metric import to_metric
from boundaries.models import Edition
from boundaries.pocket import pocket
from boundaries.routing import Routings, route_many
from geo.settings import Settings
from maps.assets.npm import NODE

ROUTER = Path(__file__).parents[2] / "api/web/static/pocket.js"
SCRIPT = """
import { readFileSync, writeFileSync } from "node:fs";
const [router, file, pins, out] = process.argv.slice(2);
const { read, route } = await import(router);
read(JSON.parse(readFileSync(file)));
const answers = JSON.parse(readFileSync(pins)).map(([lon, lat, accuracy]) => route({ lon, lat, accuracy }));
writeFileSync(out, JSON.stringify(answers));
"""


@dataclass(frozen=True)
class Compared:
    """What both said of the same pins, and of each the metres by which a border would have to be off to change it.

    In an area that is the way to its border. Of a pin in none it is how nearly two areas are equally far, or how nearly
    it is as far as a pin may be to be taken.
    """

    server: Routings
    phone: list[dict[str, Any]]
    margin: NDArray[np.float64]
    size: int  # bytes of the file as sent
    compressed: int

    @property
    def units(self) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """The unit's name by each, empty where it is outside."""
        server = np.where(self.server.refusal == "", self.server.unit_name, "")
        return server, np.array(["" if one.get("outside") else one["unit"]["name"] for one in self.phone], object)

    @property
    def different(self) -> NDArray[np.bool_]:
        server, phone = self.units
        return np.asarray(server != phone, np.bool_)


def ask(folder: Path, file: dict[str, Any], lon: Any, lat: Any, accuracy: Any = None) -> list[dict[str, Any]]:
    """The phone's answers for pins in degrees."""
    given = np.zeros(len(lon)) if accuracy is None else accuracy
    names = ("ask.mjs", "areas.json", "pins.json", "answers.json")
    script, areas, pins, answers = (folder / name for name in names)
    script.write_text(SCRIPT, encoding="utf-8")
    areas.write_bytes(orjson.dumps(file))
    pins.write_bytes(orjson.dumps(np.column_stack([lon, lat, given]).tolist()))
    # A module by its ending: Node would ask a package.json that nobody has.
    router = folder / "pocket.mjs"
    router.write_bytes(ROUTER.read_bytes())
    command = [str(NODE / "bin" / "node"), *map(str, (script, router, areas, pins, answers))]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return list(orjson.loads(answers.read_bytes()))


def compare(session: Session, settings: Settings, folder: Path, edition: Edition, lon: Any, lat: Any) -> Compared:
    """Both ways for the same pins of an edition."""
    import brotli  # noqa: PLC0415 (a part of brotli-asgi, with no types of its own)

    file = pocket(session, edition, None, settings)
    body = orjson.dumps(file)
    return Compared(
        server=route_many(session, lon, lat, edition=edition.code, settings=settings),
        phone=ask(folder, file, lon, lat),
        margin=_margins(atlas.sheet(session, edition, edition.routing_level), settings, *to_metric(lon, lat)),
        size=len(body),
        compressed=len(brotli.compress(body, quality=5)),  # as the server sends it
    )


def _margins(sheet: Sheet, settings: Settings, x: Any, y: Any) -> NDArray[np.float64]:
    """By the true borders alone."""
    true = shapely.transform(sheet.polygons, lambda c: np.column_stack(to_metric(c[:, 0], c[:, 1])))
    points = shapely.points(x, y)
    found = np.empty(len(x))
    inside = sheet.pieces.covering(x, y) >= 0
    lines = shapely.STRtree(shapely.get_parts(shapely.boundary(true)))
    found[inside] = lines.query_nearest(points[inside], return_distance=True, all_matches=False)[1]
    metres = np.array([shapely.distance(polygon, points[~inside]) for polygon in true])
    nearest, second = np.sort(metres, axis=0)[:2]
    coastal = sheet.coastal[metres.argmin(axis=0)]
    limit = np.where(coastal, settings.coast_distance, settings.border_uncertainty)
    found[~inside] = np.minimum(np.minimum(second - nearest, np.abs(nearest - limit)), nearest)
    return found
