"""The features of a file as areas: their columns found, each place and code checked."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from boundaries import columns, repairing, systems
from boundaries.columns import KINDS, Fields
from boundaries.findings import Reading
from boundaries.importing import NewArea
from geo.i18n import _

_KIND_FIRST = re.compile(rf"({'|'.join(sorted(KINDS, key=len, reverse=True))})\s+(?=\S)", re.IGNORECASE)
_VIETNAM = (102.0, 6.0, 118.0, 24.0)  # with its islands; west, south, east, north
_ROLES = {"code": _("mã"), "name": _("tên"), "kind": _("loại"), "parent": _("mã cấp trên"), "coastal": _("ven biển")}


@dataclass(frozen=True)
class Layer:
    """A layer of a file: its columns as texts, its geometries in WGS 84, and the same as they were written."""

    texts: dict[str, list[str]]
    shapes: Any
    raw: Any


def add(reading: Reading, layer: Layer, level: str | None, given: Fields, land: shapely.Geometry | None) -> None:
    """Adds the areas of a layer to a reading; without a level each one's kind says which it is of."""
    found = columns.guess(layer.texts, level, given)
    if not _named(reading, layer.texts, found, given):
        return
    reading.knows_coast |= found.coastal is not None
    shapes = shapely.force_2d(layer.shapes)
    # The provinces around lie outside of it, as they should.
    _check_place(reading, shapes, layer.raw, None if level == "neighbour" else land)
    for row, shape in enumerate(shapes):
        _add(reading, level, row, {role: layer.texts[name][row] for role, name in vars(found).items() if name}, shape)


def _named(reading: Reading, texts: dict[str, list[str]], found: Fields, given: Fields) -> bool:
    """Whether code and name have columns; says which ones were guessed."""
    have = ", ".join(texts) or "–"
    for column in vars(given).values():
        if column is not None and column not in texts:
            reading.add(_("Tệp không có cột “{column}”; các cột: {have}."), column=column, have=have)
    for role in ("code", "name"):
        if getattr(found, role) is None:
            said = _("Không rõ cột nào là {role}; các cột: {have}. Hãy nói rõ là cột nào.")
            reading.add(said, role=_ROLES[role], have=have)
    guessed = [f"{_ROLES[r]} = {c}" for r, c in vars(found).items() if c not in (None, r, getattr(given, r))]
    if guessed:
        reading.add(_("Các cột được đoán: {guessed}."), serious=False, guessed="; ".join(guessed))
    return not reading.serious


def _check_place(reading: Reading, shapes: Any, raw: Any, land: shapely.Geometry | None) -> None:
    west, south, east, north = shapely.total_bounds(shapes)
    box = _VIETNAM
    if np.isnan(west):
        return  # every geometry is empty, which is said of each of them
    if west >= box[0] and south >= box[1] and east <= box[2] and north <= box[3]:
        there = shapes[~shapely.is_missing(shapes)]
        if land is not None and systems.astray(there, land):
            share, covered = systems.inside(there, land)
            said = _(
                "Tệp không nằm đúng chỗ: {share} % diện tích của nó ở trong tỉnh như đang biết "
                "và phủ {covered} % tỉnh, quanh {lon}, {lat}; xem lại hệ tọa độ."
            )
            middle = shapely.box(west, south, east, north).centroid
            shares = {"share": f"{100 * share:.0f}", "covered": f"{100 * covered:.0f}"}
            reading.add(said, serious=True, lon=f"{middle.x:.3f}", lat=f"{middle.y:.3f}", **shares)
            _suggest(reading, raw, land)
        return
    if south >= box[0] and west >= box[1] and north <= box[2] and east <= box[3]:
        reading.add(_("Kinh độ và vĩ độ bị đổi chỗ cho nhau trong tệp."))
        return
    reading.add(
        _("Tệp nằm ngoài Việt Nam (kinh độ {west}–{east}, vĩ độ {south}–{north}); xem lại hệ tọa độ."),
        west=f"{west:.3f}",
        south=f"{south:.3f}",
        east=f"{east:.3f}",
        north=f"{north:.3f}",
    )
    if land is not None:
        _suggest(reading, raw, land)


def _suggest(reading: Reading, raw: Any, land: shapely.Geometry) -> None:
    found = systems.suggest(raw[~shapely.is_missing(raw)], land)
    if found and found[1]:
        reading.add(_("Hai trục tọa độ bị đổi chỗ: đổi lại thì tệp khớp với tỉnh theo {crs}."), crs=found[0])
    elif found:
        said = _("Tọa độ của tệp khớp {fit} % với tỉnh theo {crs} ({title}): hãy chọn hệ tọa độ {crs}.")
        reading.add(said, crs=found[0], title=systems.title(found[0]), fit=f"{100 * found[2]:.1f}")


def _add(reading: Reading, level: str | None, row: int, values: dict[str, str], shape: Any) -> None:
    code, (kind, name) = values["code"], _kind(values.get("kind", ""), values["name"])
    where = code or name or _("đối tượng thứ {row}").format(row=row + 1)
    if not code:
        reading.add(_("{where}: thiếu mã."), where=where)
    if not name:
        reading.add(_("{where}: thiếu tên."), where=where)
    if kind not in KINDS:
        said = _("{where}: không rõ loại đơn vị (một trong: {kinds}), ở cột loại hoặc ở đầu tên.")
        reading.add(said, where=where, kinds=", ".join(KINDS))
    polygon = None
    if shape is None or shapely.is_empty(shape):
        reading.add(_("{where}: hình học rỗng hoặc hỏng."), where=where)
    elif not isinstance(shape, Polygon | MultiPolygon):
        reading.add(_("{where}: không phải đa giác mà là {type}."), where=where, type=shape.geom_type)
    else:
        polygon = repairing.polygon(reading, where, shape)
    if polygon is None:
        return
    coastal = values.get("coastal", "").lower() in columns.YES
    level = level or columns.LEVELS.get(kind, "district")
    whole = code and name and kind in KINDS
    (reading.areas if whole else reading.aside).append(
        NewArea(level, code, name, kind, values.get("parent") or None, coastal, polygon)
    )


def check_codes(reading: Reading) -> None:
    """Notes each code that comes twice at a level."""
    for (_level, code), count in Counter((area.level, area.code) for area in reading.areas).items():
        if count > 1:
            said = _("Mã {code} có {count} lần ở một cấp; mỗi đơn vị hành chính là một đối tượng.")
            reading.add(said, code=code, count=count)


def _kind(kind: str, name: str) -> tuple[str, str]:
    """The kind, from its own column or from the head of the name, and the name without it."""
    head = _KIND_FIRST.match(name)
    if head and (not kind or kind.lower() == head[1].lower()):
        return head[1].lower(), name[head.end() :]
    return kind.lower(), name
