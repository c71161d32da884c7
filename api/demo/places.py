"""Where demonstration reports lie: in towns, along the main roads, and thinly everywhere else."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
KINDS = ("heritage", "city", "plain", "mountain")
METRES_A_DEGREE = 111_000


class Town(NamedTuple):
    """A centre in degrees, its district in the edition of 2020, its share of reports and its radius in metres."""

    name: str
    district: str
    lon: float
    lat: float
    share: float
    radius: float
    kind: str


TOWNS = (
    Town("Tam Kỳ", "502", 108.4740, 15.5700, 17, 2_200, "city"),
    Town("Hội An", "503", 108.3300, 15.8800, 17, 1_900, "heritage"),
    Town("Vĩnh Điện", "507", 108.2450, 15.8910, 9, 2_200, "city"),
    Town("Điện Ngọc", "507", 108.2500, 15.9480, 5, 1_800, "city"),
    Town("Núi Thành", "517", 108.6500, 15.4400, 6, 2_200, "city"),
    Town("Hà Lam", "513", 108.3560, 15.7400, 4, 1_800, "plain"),
    Town("Nam Phước", "508", 108.2570, 15.8250, 4, 1_700, "plain"),
    Town("Ái Nghĩa", "506", 108.1130, 15.8830, 4, 1_600, "plain"),
    Town("Đông Phú", "509", 108.2190, 15.6720, 2, 1_400, "plain"),
    Town("Phú Thịnh", "518", 108.4114, 15.5492, 2, 1_400, "plain"),
    Town("Tiên Kỳ", "514", 108.3060, 15.4900, 1.5, 1_200, "mountain"),
    Town("Tân Bình", "512", 108.1130, 15.5790, 1, 1_000, "mountain"),
    Town("Trà My", "515", 108.2210, 15.3410, 1, 900, "mountain"),
    Town("Tắk Pỏ", "516", 108.1300, 15.1720, 0.7, 800, "mountain"),
    Town("Khâm Đức", "511", 107.7960, 15.4500, 1, 900, "mountain"),
    Town("Thạnh Mỹ", "510", 107.8340, 15.7560, 1, 900, "mountain"),
    Town("P'rao", "505", 107.6480, 15.9330, 0.8, 800, "mountain"),
    Town("A Tiêng", "504", 107.4900, 15.8800, 0.6, 800, "mountain"),
    Town("Trung Phước", "519", 108.0546, 15.7251, 0.8, 900, "mountain"),
)
# Main roads as a few points each (lon, lat); a report lies within some hundred metres of the line between them.
ROADS: tuple[tuple[str, float, str, tuple[tuple[float, float], ...]], ...] = (
    (
        "QL1",
        8,
        "plain",
        (
            (108.205, 15.950),
            (108.245, 15.891),
            (108.257, 15.825),
            (108.300, 15.770),
            (108.356, 15.740),
            (108.420, 15.650),
            (108.474, 15.570),
            (108.570, 15.490),
            (108.650, 15.440),
            (108.690, 15.400),
        ),
    ),
    ("QL14B", 2.5, "plain", ((108.113, 15.883), (108.030, 15.860), (107.960, 15.820), (107.834, 15.756))),
    (
        "QL14E",
        1.8,
        "plain",
        ((108.356, 15.740), (108.250, 15.660), (108.113, 15.579), (107.950, 15.500), (107.796, 15.450)),
    ),
    (
        "QL40B",
        2.2,
        "mountain",
        ((108.474, 15.570), (108.306, 15.490), (108.221, 15.341), (108.150, 15.250), (108.100, 15.170)),
    ),
    (
        "đường Hồ Chí Minh",
        1.5,
        "mountain",
        ((107.648, 15.933), (107.760, 15.840), (107.834, 15.756), (107.800, 15.600), (107.796, 15.450)),
    ),
    (
        "đường Võ Chí Công",
        2.5,
        "plain",
        ((108.380, 15.860), (108.440, 15.750), (108.495, 15.640), (108.600, 15.520), (108.680, 15.430)),
    ),
)
EVERYWHERE = (("plain", 5.0, (108.10, 15.45, 108.65, 15.92)), ("mountain", 3.5, (107.22, 14.97, 108.30, 16.05)))
ROAD_WIDTH = 250  # metres


@dataclass(frozen=True)
class Places:
    """Points in degrees and the kind of place (an index into KINDS) that each is meant to be."""

    lon: Floats
    lat: Floats
    kind: NDArray[np.int64]


def draw(rng: Generator, count: int, stormy: NDArray[np.bool_]) -> Places:
    """Points for `count` reports, some of them outside the province; storms hit the mountains and the plain more."""
    kinds = [KINDS.index(kind) for kind in _kinds()]
    shares = np.array(_shares())
    hit = np.array([2.5 if KINDS[kind] == "mountain" else 1.0 for kind in kinds])
    source = np.where(stormy, _choose(rng, count, shares * hit), _choose(rng, count, shares))
    lon, lat = np.empty(count), np.empty(count)
    for index in range(len(shares)):
        mine = np.flatnonzero(source == index)
        lon[mine], lat[mine] = _from(rng, index, len(mine))
    return Places(np.round(lon, 6), np.round(lat, 6), np.array(kinds)[source])


def _kinds() -> list[str]:
    return [town.kind for town in TOWNS] + [road[2] for road in ROADS] + [area[0] for area in EVERYWHERE]


def _shares() -> list[float]:
    return [town.share for town in TOWNS] + [road[1] for road in ROADS] + [area[1] for area in EVERYWHERE]


def _choose(rng: Generator, count: int, weights: Floats) -> NDArray[np.int64]:
    return rng.choice(len(weights), count, p=weights / weights.sum())


def _from(rng: Generator, source: int, count: int) -> tuple[Floats, Floats]:
    if source < len(TOWNS):
        town = TOWNS[source]
        # Most near the centre, a few far out, as houses are.
        away = rng.normal(0, town.radius / METRES_A_DEGREE, (2, count)) * rng.choice([0.5, 1, 1.8], count)
        return town.lon + away[0], town.lat + away[1]
    source -= len(TOWNS)
    if source < len(ROADS):
        line = np.array(ROADS[source][3])
        length = np.hypot(*np.diff(line, axis=0).T)
        at = rng.uniform(0, length.sum(), count)
        ends = np.concatenate([[0], np.cumsum(length)])
        beside = rng.normal(0, ROAD_WIDTH / METRES_A_DEGREE, (2, count))
        return np.interp(at, ends, line[:, 0]) + beside[0], np.interp(at, ends, line[:, 1]) + beside[1]
    west, south, east, north = EVERYWHERE[source - len(ROADS)][2]
    return rng.uniform(west, east, count), rng.uniform(south, north, count)
