"""How large a file will be, before it is made: from what each field takes on average in a million reports."""

from maps.export.asked import Asked

# Bytes of a value as text, nulls included.
_BYTES = {"category": 12, "category_name": 18, "state": 8, "area": 3, "area_name": 10, "commune": 5, "unit": 8,
          "unit_name": 25, "content": 145, "photos": 8, "videos": 2, "created_at": 25, "happened_at": 23, "deadline": 6,
          "needs_confirmation": 5, "lead": 1, "second_of": 1, "recurrence": 1, "demo": 4, "edition": 7,
          "edition_area": 5, "edition_area_name": 10}  # fmt: skip
# Of each format: bytes of the empty file, of a row without fields, of a field beside its value; whether its name comes
# with it; and what packing leaves of that.
_SHAPE: dict[str, tuple[int, int, int, bool, float]] = {
    "geojson": (50, 105, 5, True, 1.0),
    "geojsonseq": (0, 105, 5, True, 1.0),
    "gpkg": (110_000, 170, 2, False, 1.0),
    "geoparquet": (8_000, 40, 0, False, 0.3),
    "fgb": (3_000, 120, 6, False, 1.0),
    "shp": (4_000, 60, 0, False, 0.3),
    "csv": (200, 35, 3, False, 1.0),
    "xlsx": (12_000, 60, 6, False, 0.35),
    "kml": (2_000, 170, 28, True, 1.0),
}


def estimated_size(asked: Asked, name: str, count: int) -> int:
    """About how many bytes the file of so many reports has."""
    empty, row, beside, named, packed = _SHAPE[name]
    fields = sum(_BYTES[field] + beside + (len(field) if named else 0) for field in asked.given)
    return int(empty + count * (row + fields) * packed)
