"""What one edition changes of another: old borders, new borders, and the ground that changes hands by its kind."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely
from babel.numbers import format_decimal

from boundaries.diff import What
from boundaries.difference import Comparison, Piece
from boundaries.overlay import Overlay
from geo.i18n import _
from maps import ground
from maps.frame import LOCALES, Frame
from maps.outlines import COARSE
from maps.page import draw

WHAT: dict[What, str] = {
    "merged": _("hợp nhất"),
    "split": _("chia tách"),
    "redrawn": _("đổi ranh giới"),
    "moved": _("sang huyện khác"),
    "renamed": _("đổi tên hoặc loại"),
    "recoded": _("đổi mã"),
    "new": _("mới thêm"),
    "gone": _("không còn"),
    "kept": _("giữ nguyên"),
}
LEVELS = {"district": _("Cấp huyện"), "commune": _("Cấp xã")}
LINES = {"lost": _("ranh giới cũ, không còn"), "won": _("ranh giới mới")}
COUNTED = {"district": _("{count} đơn vị cấp huyện"), "commune": _("{count} đơn vị cấp xã")}
AUTHORITY = _("Nơi giải quyết (cấp huyện – cấp xã)")


@dataclass(frozen=True)
class Choice:
    """What the form offers and what was chosen: editions by code with their names, views by code with theirs."""

    editions: Sequence[tuple[str, str]]
    views: Sequence[tuple[str, str]]
    first: str
    second: str
    view: str


def drawn(laid: Overlay, levels: tuple[str, str], told: Comparison, attribution: str) -> dict[str, Any]:
    """What the map draws: the areas of the new edition, the borders that go and that come, and the pieces told of.

    `attribution` is that of both editions. Outlines alone, whatever the licence: a map needs nothing finer.
    """
    shapes = ground.simplified(laid, levels)
    old = ground.dissolved(shapes, laid.left, len(laid.old.code))
    new = ground.dissolved(shapes, laid.right, len(laid.new.code))
    before, after = ground.borders(old), ground.borders(new)
    place = {_codes(laid, piece): piece for piece in range(len(shapes))}
    features = [
        ground.feature(area, shape, COARSE, name=laid.new.name[area], label=ground.middle(shape))
        for area, shape in enumerate(new)
        if not shape.is_empty
    ]
    return {
        "outlines": {"type": "FeatureCollection", "attribution": attribution, "features": features},
        "lost": _lines(shapely.difference(before, after)),
        "won": _lines(shapely.difference(after, before)),
        "pieces": [
            ground.feature(number, shapes[place[one.old, one.new]], COARSE) for number, one in enumerate(shown(told))
        ],
    }


def shown(told: Comparison) -> list[Piece]:
    """The pieces that the map draws and the table lists, in one order: all but the noise along borders."""
    return [one for one in told.pieces if not one.narrow]


def editions(frame: Frame, told: Comparison, ground_: dict[str, Any], choice: Choice, links: dict[str, str]) -> str:
    """A page of the difference, as a map and as a table; `links` are the same as files, by their formats."""
    rows = [_row(frame, number, one) for number, one in enumerate(shown(told))]
    data = {name: ground_[name] for name in ("lost", "won")} | {
        "pieces": [
            feature | {"properties": {name: row[name] for name in ("what", "hands", "title", "size", "said")}}
            for feature, row in zip(ground_["pieces"], rows, strict=True)
        ]
    }
    counts = Counter({"kept": 0}) + Counter(one.what for one in told.changes)
    return draw(
        replace(frame, outlines=ground_["outlines"], total=len(rows)),
        data,
        ["editions.js"],
        rows=rows,
        choice=choice,
        links=links,
        whats=WHAT,
        kinds=[(what, counts[what]) for what in WHAT if counts[what] or any(one["what"] == what for one in rows)],
        sides=[
            (frame.say(COUNTED[level], count=sum(kinds.values())), ", ".join(kinds))
            for level, kinds in ((told.old_level, told.old_kinds), (told.new_level, told.new_kinds))
        ],
        lines={name: words for name, words in LINES.items() if ground_[name]["coordinates"]},
        told=told,
        km2=lambda square_metres: _km2(frame, square_metres),
    )


def _row(frame: Frame, number: int, one: Piece) -> dict[str, Any]:
    size = frame.say(_("{count} km²"), count=_km2(frame, one.square_metres))
    said = frame.say(_("{count} phản ánh, {open} chưa giải quyết"), count=one.reports, open=one.open)
    sides = [f"{name} ({code})" if name else "–" for name, code in ((one.old_name, one.old), (one.new_name, one.new))]
    return {
        "number": number,
        "what": one.what,
        "hands": one.hands,
        "old": sides[0],
        "new": sides[1],
        "title": sides[0] if sides[0] == sides[1] else " → ".join(sides),
        "size": size,
        "km2": _km2(frame, one.square_metres),
        "reports": frame.number(one.reports),
        "open": frame.number(one.open),
        "said": said,
    }


def _km2(frame: Frame, square_metres: float) -> str:
    # As many digits in all of a table, but for what would be none at all.
    digits = "0" if not square_metres else "#,##0.0" if square_metres >= 5e4 else "#,##0.0000"
    return str(format_decimal(square_metres / 1e6, digits, LOCALES[frame.lang]))


def _codes(laid: Overlay, piece: int) -> tuple[str | None, str | None]:
    i, j = int(laid.left[piece]), int(laid.right[piece])
    return None if i < 0 else laid.old.code[i], None if j < 0 else laid.new.code[j]


def _lines(shape: shapely.Geometry) -> dict[str, Any]:
    parts = shapely.get_parts(shape)
    merged = shapely.line_merge(shapely.multilinestrings(parts[shapely.get_dimensions(parts) == 1]))
    lines = [shapely.get_coordinates(line).round(COARSE).tolist() for line in shapely.get_parts(merged)]
    return {"type": "MultiLineString", "coordinates": lines}
