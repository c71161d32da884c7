"""Statistics as JSON and CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from maps.export.harmless import plain
from maps.statistics.measures import MEAN, MEDIANS, NAMES
from maps.statistics.naming import Called, Named
from maps.statistics.performance import Dimension


def figures(found: dict[str, Any]) -> dict[str, Any]:
    """Figures as they are told: medians of hours and the mean of stars to two decimals."""
    rounded = {one: None if found[one] is None else round(found[one], 2) for one in (*MEDIANS, MEAN)}
    return {one: rounded.get(one, found[one]) if one in rounded else found[one] for one in NAMES}


def rows(named: Iterable[Named]) -> list[dict[str, Any]]:
    """Rows for JSON: units, categories and areas as `{"code", "name"}`, then the figures."""
    return [
        {one: vars(called) if isinstance(called, Called) else called for one, called in row.of.items()}
        | figures(row.figures)
        for row in named
    ]


def as_csv(named: Iterable[Named], by: Sequence[Dimension]) -> bytes:
    """A table as CSV (RFC 4180, UTF-8 with a mark, so that spreadsheets read Vietnamese), a column for each name."""
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [[one] if one == "period" else [one, f"{one}_name"] for one in by]
    writer.writerow([name for head in heads for name in head] + list(NAMES))
    for row in named:
        cells: list[Any] = []
        for one, called in row.of.items():
            if isinstance(called, Called):
                cells += [plain(called.code), plain(called.name)]
            else:
                cells += [called] if one == "period" else ["", ""]
        writer.writerow(cells + list(figures(row.figures).values()))
    return out.getvalue().encode("utf-8-sig")
