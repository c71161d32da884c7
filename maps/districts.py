"""The choropleth: areas coloured by how many reports they have, plainly or on 1,000 km²."""

from typing import Any

from geo.i18n import _
from maps.classes import breaks, class_of, legend
from maps.frame import Frame
from maps.page import draw
from maps.statistics import AreaCounts

MEASURES = {"rate": _("Trên 1.000 km²"), "count": _("Số phản ánh")}


def districts(frame: Frame, counts: AreaCounts) -> str:
    """A page of areas with their counts, as a map and as a table; what has no area yet is a line of its own."""
    areas = counts.areas
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
    legends = {name: legend(values, frame.say, frame.number) for name, values in bounds.items()}
    return draw(
        frame,
        {"areas": {row["code"]: row for row in rows}},
        ["districts.js"],
        rows=rows,
        unplaced=counts.unplaced,
        legends=legends,
        measures=MEASURES,
    )


def _rounded(value: float) -> Any:
    return round(value) if value >= 100 else round(value, 1)
