"""Polygons that an operator brings: any file GDAL reads, in any CRS, with what is wrong in it said in sentences."""

import re
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from boundaries.checks import Coverage, coverage
from boundaries.importing import NewArea
from geo.errors import InvalidError
from geo.geometry import SRID
from geo.i18n import _

KINDS = ("thành phố", "thị xã", "huyện", "quận", "phường", "xã", "thị trấn", "đặc khu", "tỉnh")
_KIND_FIRST = re.compile(rf"({'|'.join(sorted(KINDS, key=len, reverse=True))})\s+(?=\S)", re.IGNORECASE)
_VIETNAM = (102.0, 6.0, 118.0, 24.0)  # with its islands; west, south, east, north


@dataclass(frozen=True)
class Fields:
    """The names of a file's columns; those that it lacks are left out, but code and name it must have."""

    code: str = "code"
    name: str = "name"
    kind: str = "kind"
    parent: str = "parent"
    coastal: str = "coastal"


@dataclass(frozen=True)
class Finding:
    """A Vietnamese sentence about a file, with its values; a serious one forbids the import."""

    message: str
    values: dict[str, Any]
    serious: bool = True

    def __str__(self) -> str:
        return self.message.format(**self.values)


@dataclass
class Reading:
    """The areas of a file, what was found in it, and how its polygons fit together."""

    source: str  # the name of the file
    areas: list[NewArea] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    coverage: Coverage | None = None
    knows_coast: bool = False  # the file itself says which areas lie by the sea

    @property
    def serious(self) -> bool:
        """Whether the file must not be imported as it is."""
        return any(finding.serious for finding in self.findings)

    def add(self, message: str, *, serious: bool = True, **values: Any) -> None:
        """Notes a finding."""
        self.findings.append(Finding(message, values, serious))


def read(path: Path, level: str, fields: Fields, *, layer: str | None = None, crs: str | None = None) -> Reading:
    """Reads the areas of one level; InvalidError for a file that cannot be read at all."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        frame = _frame(path, layer, crs)
    reading = Reading(path.name, knows_coast=fields.coastal in frame.columns)
    for text in dict.fromkeys(str(one.message) for one in heard if issubclass(one.category, RuntimeWarning)):
        reading.add(_("Khi đọc tệp: {text}"), serious=False, text=text)
    if not len(frame):
        reading.add(_("Tệp không có đối tượng nào."))
        return reading
    for column in (fields.code, fields.name):
        if column not in frame.columns:
            have = ", ".join(c for c in frame.columns if c != frame.geometry.name) or "–"
            reading.add(_("Tệp không có cột “{column}”; các cột: {have}."), column=column, have=have)
    if reading.serious:
        return reading
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    _check_place(reading, shapes)
    columns = {name: frame[column].tolist() for name, column in vars(fields).items() if column in frame.columns}
    for row, shape in enumerate(shapes):
        area = _area(reading, level, row, {name: values[row] for name, values in columns.items()}, shape)
        if area:
            reading.areas.append(area)
    _check_codes(reading)
    if not reading.serious:
        _check_fit(reading, level)
    return reading


def _frame(path: Path, layer: str | None, crs: str | None) -> Any:
    import pyogrio  # noqa: PLC0415 (with pandas behind it half a second that only an import needs)
    from pyproj.exceptions import ProjError  # noqa: PLC0415

    try:
        frame = pyogrio.read_dataframe(path, layer=layer, on_invalid="ignore", datetime_as_string=True)
        if not hasattr(frame, "geometry"):
            raise InvalidError(_("Tệp {path} không có hình học."), path=path.name)
        if crs:
            frame = frame.set_crs(crs, allow_override=True)
        if frame.crs is None:
            raise InvalidError(
                _("Tệp {path} không nói hệ tọa độ của mình; thêm --crs, ví dụ --crs EPSG:5899 cho VN-2000 Quảng Nam."),
                path=path.name,
            )
        return frame.to_crs(SRID)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ProjError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InvalidError(_("Không đọc được tệp {path}: {reason}"), path=path.name, reason=reason) from error


def _check_place(reading: Reading, shapes: Any) -> None:
    west, south, east, north = shapely.total_bounds(shapes)
    box = _VIETNAM
    if np.isnan(west):
        return  # every geometry is empty, which is said of each of them
    if west >= box[0] and south >= box[1] and east <= box[2] and north <= box[3]:
        return
    if south >= box[0] and west >= box[1] and north <= box[2] and east <= box[3]:
        reading.add(_("Kinh độ và vĩ độ bị đổi chỗ cho nhau trong tệp."))
        return
    reading.add(
        _("Tệp nằm ngoài Việt Nam (kinh độ {west}–{east}, vĩ độ {south}–{north}); xem lại hệ tọa độ hoặc thêm --crs."),
        west=f"{west:.3f}",
        south=f"{south:.3f}",
        east=f"{east:.3f}",
        north=f"{north:.3f}",
    )


def _area(reading: Reading, level: str, row: int, values: dict[str, Any], shape: Any) -> NewArea | None:
    code, name = _text(values["code"]), _text(values["name"])
    where = code or name or _("đối tượng thứ {row}").format(row=row + 1)
    before = len(reading.findings)
    if not code:
        reading.add(_("{where}: thiếu mã."), where=where)
    kind, name = _kind(_text(values.get("kind")), name)
    if not name:
        reading.add(_("{where}: thiếu tên."), where=where)
    if kind not in KINDS:
        reading.add(
            _("{where}: không rõ loại đơn vị (một trong: {kinds}), ở cột loại hoặc ở đầu tên."),
            where=where,
            kinds=", ".join(KINDS),
        )
    if shape is None or shapely.is_empty(shape):
        reading.add(_("{where}: hình học rỗng hoặc hỏng."), where=where)
    elif not isinstance(shape, Polygon | MultiPolygon):
        reading.add(_("{where}: không phải đa giác mà là {type}."), where=where, type=shape.geom_type)
    elif not shapely.is_valid(shape):
        reading.add(
            _("{where}: đa giác không hợp lệ ({reason})."), where=where, reason=str(shapely.is_valid_reason(shape))
        )
    if len(reading.findings) > before:
        return None
    polygon = MultiPolygon([shape]) if isinstance(shape, Polygon) else shape
    return NewArea(level, code, name, kind, _text(values.get("parent")) or None, _true(values.get("coastal")), polygon)


def _check_codes(reading: Reading) -> None:
    for code, count in Counter(area.code for area in reading.areas).items():
        if count > 1:
            reading.add(_("Mã {code} có {count} lần; mỗi đơn vị hành chính là một đối tượng."), code=code, count=count)


def _check_fit(reading: Reading, level: str) -> None:
    areas = reading.areas
    found = coverage(level, [area.code for area in areas], [area.polygon for area in areas])
    reading.coverage = found
    if found.overlaps:
        reading.add(
            _("{count} chỗ chồng lấn, tổng {area} m²; lớn nhất {largest} m² giữa {codes}, tại {lon}, {lat}."),
            serious=False,
            **_flaw_values(found.overlaps, found.overlap_m2),
        )
    if found.gaps:
        reading.add(
            _("{count} khe hở, tổng {area} m²; lớn nhất {largest} m² cạnh {codes}, tại {lon}, {lat}."),
            serious=False,
            **_flaw_values(found.gaps, found.gap_m2),
        )


def _flaw_values(flaws: list[Any], total: float) -> dict[str, Any]:
    first = flaws[0]
    return {
        "count": len(flaws),
        "area": f"{total:,.1f}",
        "largest": f"{first.square_metres:,.1f}",
        "codes": ", ".join(first.codes),
        "lon": first.point[0],
        "lat": first.point[1],
    }


def _kind(kind: str, name: str) -> tuple[str, str]:
    """The kind, from its own column or from the head of the name, and the name without it."""
    head = _KIND_FIRST.match(name)
    if head and (not kind or kind.lower() == head[1].lower()):
        return head[1].lower(), name[head.end() :]
    return kind.lower(), name


def _text(value: Any) -> str:
    """A cell as text: a whole number that a file keeps as a float has no point, and nothing is empty."""
    if value is None or value != value:  # noqa: PLR0124 (NaN alone differs from itself)
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())


def _true(value: Any) -> bool:
    return _text(value).lower() in {"true", "1", "yes", "y", "t", "có"}
