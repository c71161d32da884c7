"""Polygons that an operator brings: any file GDAL reads, in any CRS, with what is wrong in it said in sentences."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely

from boundaries import encodings, repairing, rows, systems, unreadable
from boundaries.columns import Fields
from boundaries.findings import Reading
from geo.errors import InvalidError
from geo.geometry import SRID
from geo.i18n import _

__all__ = ["TOLERANCE", "Fields", "Reading", "read"]
TOLERANCE = 10_000.0  # m²: a gap or an overlap up to this is a slip of digitising, and closed


def read(
    path: Path,
    level: str | None = None,
    fields: Fields | None = None,
    *,
    layer: str | None = None,
    crs: str | None = None,
    tolerance: float = TOLERANCE,
    land: shapely.Geometry | None = None,
) -> Reading:
    """Reads the areas of all layers, or of the one named; without a level each area's kind says which it is of.

    `land` is the province as it is known, by which a wrong CRS is noticed; gaps and overlaps up to `tolerance` m² are
    closed. InvalidError for a file that cannot be read at all.
    """
    unreadable.check(path)
    _check_beside(path)
    reading = Reading(path.name)
    for name in _layers(path, layer):
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            frame, raw = _frame(path, name, crs, land)
        for text in dict.fromkeys(str(one.message) for one in heard if issubclass(one.category, RuntimeWarning)):
            reading.add(_("Khi đọc tệp: ({text})"), serious=False, text=unreadable.named(text, path))
        if len(frame):
            layer_ = rows.Layer(_texts(reading, path, frame), frame.geometry.to_numpy(), raw)
            rows.add(reading, layer_, level, fields or Fields(), land)
    if not reading.areas and not reading.serious:
        reading.add(_("Tệp không có đối tượng nào."))
    rows.check_codes(reading)
    if not reading.serious:
        for one in reading.levels:
            mine = [area for area in reading.areas if area.level == one]
            polygons = repairing.fitted(reading, one, mine, tolerance)
            fit = iter([replace(area, polygon=polygon) for area, polygon in zip(mine, polygons, strict=True)])
            reading.areas[:] = [next(fit) if area.level == one else area for area in reading.areas]
    return reading


def _check_beside(path: Path) -> None:
    for ending in (".shx", ".dbf") if path.suffix.lower() == ".shp" and path.exists() else ():
        if not any(path.with_suffix(one).exists() for one in (ending, ending.upper())):
            said = _("Cạnh {path} thiếu {missing}: một Shapefile gồm nhiều tệp, hãy chép cả .shx, .dbf và .prj.")
            raise InvalidError(said, path=path.name, missing=path.with_suffix(ending).name)


def _layers(path: Path, wanted: str | None) -> list[str | None]:
    import pyogrio  # noqa: PLC0415 (with pandas behind it half a second that only an import needs)

    try:
        there = pyogrio.list_layers(path)
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        raise unreadable.explained(path, error) from error
    if wanted is not None:
        if wanted not in there[:, 0]:
            raise unreadable.no_layer(path, wanted, [str(name) for name in there[:, 0]])
        return [wanted]
    drawn = [str(name) for name, kind in there if kind is not None]
    return list(drawn) if len(drawn) > 1 else [None]


def _frame(path: Path, layer: str | None, crs: str | None, land: shapely.Geometry | None) -> tuple[Any, Any]:
    """The features in WGS 84, and their geometries as they were written."""
    import pyogrio  # noqa: PLC0415 (as above)
    from pyproj.exceptions import ProjError  # noqa: PLC0415

    options = {"encoding": encodings.LATIN} if encodings.unknown(path) else {}
    try:
        frame = pyogrio.read_dataframe(path, layer=layer, on_invalid="ignore", datetime_as_string=True, **options)
        if not hasattr(frame, "geometry"):
            raise InvalidError(_("Tệp {path} không có hình học."), path=path.name)
        if crs:
            frame = _placed(frame, crs)
        if frame.crs is None:
            raise _without_crs(path, frame, land)
        return frame.to_crs(SRID), frame.geometry.to_numpy()
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ProjError, ValueError, IndexError) as error:
        raise unreadable.explained(path, error) from error


def _placed(frame: Any, crs: str) -> Any:
    from pyproj.exceptions import ProjError  # noqa: PLC0415 (as above)

    try:
        return frame.set_crs(crs, allow_override=True)
    except ProjError:
        raise InvalidError(_("Không có hệ tọa độ {crs}; hãy viết như EPSG:5899."), field="crs", crs=crs) from None


def _without_crs(path: Path, frame: Any, land: shapely.Geometry | None) -> InvalidError:
    found = systems.suggest(frame.geometry.dropna().to_numpy(), land) if land is not None else None
    if found is None:
        return InvalidError(
            _("Tệp {path} không nói hệ tọa độ của mình; hãy chọn hệ tọa độ, ví dụ EPSG:5899 cho VN-2000 Quảng Nam."),
            path=path.name,
        )
    said = _(
        "Tệp {path} không nói hệ tọa độ của mình; khớp nhất với tỉnh ({fit} %) là {crs} ({title}): "
        "hãy chọn hệ tọa độ {crs}."
    )
    return InvalidError(said, path=path.name, crs=found[0], title=systems.title(found[0]), fit=f"{100 * found[2]:.1f}")


def _texts(reading: Reading, path: Path, frame: Any) -> dict[str, list[str]]:
    """The columns of a layer as texts, their letters put right where the file does not say how they are written."""
    texts = {name: [_text(value) for value in frame[name]] for name in frame.columns if name != frame.geometry.name}
    encoding = encodings.guess(one for values in texts.values() for one in values) if encodings.unknown(path) else None
    if encoding is not None:
        reading.add(_("Tệp không nói bảng mã của chữ; đọc theo {encoding}."), serious=False, encoding=encoding)
        texts = {name: [encodings.again(one, encoding) for one in values] for name, values in texts.items()}
    # Not before: in letters that are read wrongly half an "à" is a space.
    return {name: [" ".join(one.split()) for one in values] for name, values in texts.items()}


def _text(value: Any) -> str:
    """A cell as text: a whole number that a file keeps as a float has no point, and nothing is empty."""
    if value is None or value != value:  # noqa: PLR0124 (NaN alone differs from itself)
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)
