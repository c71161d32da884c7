"""Hot spots as features: what `maps.hotspots` found, laid out as rows."""

from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Double,
    Integer,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from geo.geometry import SRID
from geo.i18n import _
from maps.collections.collection import Box, Collection, Column, Extent, Kind, labelled
from maps.grid import Tile
from maps.hotspots import LEVEL, Hotspots, Spot

ID = "hotspots"
DAYS = 7
SECONDS = 60  # that an answer may be old: cells are scored once a minute at most
_COLUMNS = (
    Column("observed", "integer", _("Số phản ánh trong kỳ")),
    Column("expected", "number", _("Số thường có")),
    Column("ratio", "number", _("Gấp mấy lần thường có")),
    Column("z", "number", _("Gi* (điểm z)")),
    Column("p", "number", _("Giá trị p")),
    Column("level", "number", _("Mức tin cậy, %")),
    Column("place", "integer", _("Số thứ tự của nơi gồm các ô liền nhau")),
    Column("place_name", "text", _("Tên nơi")),
    Column("since", "moment", _("Kỳ bắt đầu")),
    Column("until", "moment", _("Kỳ kết thúc")),
    Column("demo", "boolean", _("Dữ liệu mẫu")),
)
TYPES: dict[Kind, Any] = {
    "text": Text(),
    "integer": Integer(),
    "number": Double(),
    "boolean": Boolean(),
    "moment": DateTime(timezone=True),
    "date": Date(),
    "list": JSONB(),
}
_CORNERS = ("west", "south", "east", "north")


def collection(found: Hotspots | None, province: Box | None) -> Collection:
    """The hot cells of a window of DAYS as polygons; without what was found, what the collection is like."""
    names = {place.number: place.name for place in found.places} if found else {}
    rows = [_row(found, spot, names.get(spot.place)) for spot in found.spots] if found else []
    given = [column("id", Text())] + [column(name, Double()) for name in _CORNERS]
    given += [column(one.name, TYPES[one.kind]) for one in _COLUMNS]
    table = (
        func.jsonb_to_recordset(cast(bindparam("spots", orjson.dumps(rows).decode(), Text()), JSONB))
        .table_valued(*given)
        .render_derived(name="spot", with_types=True)
    )
    shape = func.ST_MakeEnvelope(*(table.c[name] for name in _CORNERS), literal(SRID))
    return Collection(
        id=ID,
        title=_("Điểm nóng"),
        description=_(
            "Các ô vuông nơi trong {days} ngày qua có nhiều phản ánh hơn thường lệ, theo chỉ số Gi* và phép hoán vị."
        ),
        values={"days": str(DAYS)},
        shape="Polygon",
        columns=_COLUMNS,
        select=select(*(table.c[one.name] for one in _COLUMNS), *labelled(shape, table.c.id, table.c.id)),
        begins="since",
        ends="until",
        extent=Extent(province),
        seconds=SECONDS,
    )


def _row(found: Hotspots, spot: Spot, name: str | None) -> dict[str, Any]:
    box = Tile(LEVEL, spot.x, spot.y).box()
    return {
        "id": f"{LEVEL}-{spot.x}-{spot.y}",
        "west": box.west,
        "south": box.south,
        "east": box.east,
        "north": box.north,
        "observed": spot.observed,
        "expected": round(spot.expected, 3),
        "ratio": round(spot.observed / spot.expected, 2) if spot.expected else None,
        "z": round(spot.z, 3),
        "p": spot.p,
        "level": spot.level,
        "place": spot.place,
        "place_name": name,
        "since": found.since,
        "until": found.until or found.made,
        "demo": found.demo,
    }
