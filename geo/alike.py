"""Clusters of statements that are near one another, of about one time and in similar words; no database here."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist

from geo.geometry import Floats
from geo.search import plain

NEAREST, FARTHEST = 100, 250  # metres between two of one thing, where many or few reports are
ACROSS = 400  # metres of a whole group: a chain of neighbours does not swallow a town
LARGEST = 100  # members
NEIGHBOURS = 24  # of each that are compared
ALIKE = (0.12, 0.25)  # the share of common words that is asked of two at one spot, and of two as far apart as may be
_METRES = 111_320  # of a degree of latitude
_LATITUDE = 15.5
_WORD = re.compile(r"\w{2,}")
# Said in any report whatever.
_BLANK = frozenset(
    _WORD.findall(
        "co la va tai tren duoi trong cua cho duoc dang da rat nay kia"
        " mot cac nhung voi den tu ra vao bi lai qua nen khong"
    )
)


@dataclass(frozen=True)
class Spot:
    """A statement: whose kind it is compared within, degrees, seconds, its words, and whether others follow it."""

    id: int
    kind: tuple[int, bool]
    lon: float
    lat: float
    at: float
    text: str
    leads: bool = False


@dataclass
class _Cluster:
    """What grows together: members, the box around them in metres, whom it must not meet, whether it has a lead."""

    spots: list[Spot]
    numbers: list[int]
    box: tuple[float, float, float, float]
    foes: set[int] = field(default_factory=set)
    leads: bool = False

    def may_join(self, other: "_Cluster") -> bool:
        west, south, east, north = _around(self.box, other.box)
        return (
            math.hypot(east - west, north - south) <= ACROSS
            and len(self.spots) + len(other.spots) <= LARGEST
            and not (self.leads and other.leads)
            and not any(spot.id in self.foes for spot in other.spots)
        )

    def join(self, other: "_Cluster") -> None:
        self.spots += other.spots
        self.numbers += other.numbers
        self.box = _around(self.box, other.box)
        self.foes |= other.foes
        self.leads |= other.leads


def clusters(spots: Iterable[Spot], *, apart: set[tuple[int, int]], hours: float) -> list[list[Spot]]:
    """The spots that belong together, two or more each; pairs in `apart` are never in one."""
    foes: dict[int, set[int]] = defaultdict(set)
    for one, other in apart:
        foes[one].add(other)
        foes[other].add(one)
    kinds: dict[tuple[int, bool], list[Spot]] = defaultdict(list)
    for spot in spots:
        kinds[spot.kind].append(spot)
    return [cluster for mine in kinds.values() for cluster in _of_kind(mine, foes, hours * 3_600)]


def _of_kind(spots: list[Spot], foes: dict[int, set[int]], seconds: float) -> Iterator[list[Spot]]:
    metres = _metres(spots)
    where: dict[int, _Cluster] = {}
    for index, spot in enumerate(spots):
        x, y = metres[index].tolist()
        where[index] = _Cluster([spot], [index], (x, y, x, y), set(foes.get(spot.id, ())), spot.leads)
    # The likest first, so that what is surely one thing is together before the caps bite.
    for _weight, one, other in sorted(_pairs(spots, metres, seconds)):
        mine, theirs = where[one], where[other]
        if mine is theirs or not mine.may_join(theirs):
            continue
        where.update(dict.fromkeys(theirs.numbers, mine))
        mine.join(theirs)
    return (one.spots for one in {id(one): one for one in where.values()}.values() if len(one.spots) > 1)


def _pairs(spots: list[Spot], metres: Floats, seconds: float) -> Iterator[tuple[float, int, int]]:
    """Pairs that are alike enough for how far apart they are, the likest with the smallest weight."""
    reach = radius(metres)
    tree = cKDTree(metres)
    distances, indices = tree.query(metres, k=min(NEIGHBOURS + 1, len(spots)), distance_upper_bound=reach)
    words = [_words(spot.text) for spot in spots]
    for one, (far, near) in enumerate(zip(np.atleast_2d(distances), np.atleast_2d(indices), strict=False)):
        for distance, other in zip(far.tolist(), near.tolist(), strict=True):
            if other >= len(spots) or other == one or abs(spots[one].at - spots[other].at) > seconds:
                continue
            common = _jaccard(words[one], words[other])
            part = distance / reach
            if common >= ALIKE[0] + (ALIKE[1] - ALIKE[0]) * part:
                yield part - common, one, other


def radius(metres: Floats) -> float:
    """How far apart two of one thing may be: less where reports are dense anyway.

    Where the typical square kilometre with any has n of them, half a stranger lies within sqrt(0.5 / (π n)) km.
    """
    cells = Counter(map(tuple, np.floor(metres / 1_000).astype(int).tolist()))
    typical = float(np.median(list(cells.values())))
    return min(max(1_000 * math.sqrt(0.5 / (math.pi * typical)), NEAREST), FARTHEST)


def longest(spots: list[Spot]) -> int:
    """The metres between the two that are farthest apart."""
    return round(float(pdist(_metres(spots)).max())) if len(spots) > 1 else 0


def shared(texts: list[str], most: int = 5) -> list[str]:
    """The commonest words that at least half of some texts have, as somebody wrote them and in their order."""
    written: dict[str, str] = {}
    count: Counter[str] = Counter()
    for text in texts:
        mine = {plain(word): word for word in _WORD.findall(text.lower()) if plain(word) not in _BLANK}
        count.update(mine.keys())
        written |= {key: word for key, word in mine.items() if key not in written}
    common = {word for word, number in count.most_common(most) if 2 * number >= len(texts)}
    return [written[word] for word in written if word in common]


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    together = len(one & other)
    return together / (len(one) + len(other) - together) if together else 0.0


@cache
def _scale() -> tuple[float, float]:
    return _METRES * math.cos(math.radians(_LATITUDE)), _METRES


def _metres(spots: list[Spot]) -> Floats:
    """East and north in metres: over a few hundred of them the earth is flat, within 0.3 % anywhere in the province."""
    return np.array([(spot.lon, spot.lat) for spot in spots], np.float64) * _scale()


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(plain(text))) - _BLANK


def _around(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    west, south, east, north = zip(one, other, strict=True)
    return min(west), min(south), max(east), max(north)
