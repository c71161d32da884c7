"""The choropleth: areas coloured by how many reports they have, plainly or on 1,000 km²."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from geo.i18n import _
from maps.classes import breaks, class_of
from maps.frame import Frame
from maps.page import draw
from maps.statistics import AreaCount

MEASURES = {"rate": _("Trên 1.000 km²"), "count": _("Số phản ánh")}


def districts(frame: Frame, areas: Sequence[AreaCount]) -> str:
    """A page of areas with their counts, as a map and as a table."""
    bounds = {"rate": breaks([one.rate for one in areas]), "count": breaks([one.count for one in areas])}
    rows = [
        {
            "code": one.code,
            "name": f"{one.kind} {one.name}",
            "count": frame.number(one.count),
            "area": frame.number(round(one.area)),
            "rate": frame.number(_rounded(one.rate)),
            "classes": {"rate": class_of(one.rate, bounds["rate"]), "count": class_of(one.count, bounds["count"])},
        }
        for one in sorted(areas, key=lambda one: (-one.rate, one.name))
    ]
    legends = {name: _legend(frame, values) for name, values in bounds.items()}
    return draw(
        frame,
        {"areas": {row["code"]: row for row in rows}},
        ["districts.js"],
        rows=rows,
        legends=legends,
        measures=MEASURES,
    )


def _legend(frame: Frame, bounds: Sequence[float]) -> list[tuple[int, str]]:
    """The classes from the highest to the lowest, each with its words."""
    number: Callable[[float], str] = frame.number
    words: list[tuple[int, str]] = [(0, frame.say(_("Chưa có phản ánh")))]
    if not bounds:
        words.append((1, frame.say(_("Có phản ánh"))))
    else:
        words.append((1, frame.say(_("Dưới {most}"), most=number(bounds[0]))))
        pairs = pairwise(bounds)
        words += [(place, f"{number(low)} – {number(high)}") for place, (low, high) in enumerate(pairs, 2)]
        words.append((len(bounds) + 1, frame.say(_("Từ {least}"), least=number(bounds[-1]))))
    return words[::-1]


def _rounded(value: float) -> Any:
    return round(value) if value >= 100 else round(value, 1)
