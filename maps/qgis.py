"""A project of QGIS that opens on our data: reports coloured by category, areas, density; in VN-2000."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree as ET

from pyproj import CRS, Transformer

PROJECTED = 5899  # VN-2000 / TM-3 107°45', in which planners of the province draw
_VERSION = "3.22.0"  # the oldest that opens it; newer ones read the same
_ANYTHING_ELSE = "#5b6770"


class Kind(NamedTuple):
    """A category as the legend has it; the colour as #rrggbb."""

    code: str
    name: str
    colour: str


class Titles(NamedTuple):
    """What the project and its layers are called, in the reader's language."""

    project: str
    reports: str
    areas: str
    density: str
    other: str


class Shown(NamedTuple):
    """What a project shows: `areas` is a collection, `only` an expression of QGIS, `names` those of columns.

    `box` is west, south, east, north in degrees.
    """

    base: str
    areas: str
    only: str
    kinds: Sequence[Kind]
    names: Mapping[str, str]
    area_names: Mapping[str, str]
    box: tuple[float, float, float, float]


def project(shown: Shown, titles: Titles) -> bytes:
    """The bytes of a .qgz, which is the project's XML in a zip."""
    root = ET.Element("qgis", version=_VERSION, projectname=titles.project)
    _put(root, "title", titles.project)
    _crs(_put(root, "projectCrs"), f"EPSG:{PROJECTED}")
    layers = [
        _reports(shown, titles),
        _areas(shown, titles),
        _density(shown, titles),
    ]
    tree = _put(root, "layer-tree-group")
    for number, layer in enumerate(layers):
        _put(tree, "layer-tree-layer", id=layer.findtext("id") or "", name=layer.findtext("layername") or "",
             providerKey=layer.get("provider-key", ""), checked="Qt::Unchecked" if number == 2 else "Qt::Checked",
             expanded="1" if number == 0 else "0")  # fmt: skip
        del layer.attrib["provider-key"]
    _view(root, shown.box)
    _put(root, "projectlayers").extend(layers)
    # Without this the project has no CRS, whatever it says above.
    _put(_put(_put(root, "properties"), "SpatialRefSys"), "ProjectionsEnabled", "1", type="int")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("quangnam.qgs", ET.tostring(root, encoding="utf-8", xml_declaration=True))
    return packed.getvalue()


def _reports(shown: Shown, titles: Titles) -> ET.Element:
    layer = _vector(
        "quangnam_reports", titles.reports, "Point", {"typename": "reports", "filter": shown.only} | _door(shown)
    )
    renderer = _put(layer, "renderer-v2", type="categorizedSymbol", attr="category", forceraster="0")
    categories, symbols = _put(renderer, "categories"), _put(renderer, "symbols")
    for number, kind in enumerate((*shown.kinds, Kind("", titles.other, _ANYTHING_ELSE))):
        _put(categories, "category", symbol=str(number), value=kind.code, label=kind.name, render="true")
        look = {"name": "circle", "color": _rgb(kind.colour), "outline_color": "255,255,255,255", "size": "2.8",
                "size_unit": "MM", "outline_width": "0.3", "outline_width_unit": "MM"}  # fmt: skip
        _symbol(symbols, str(number), "marker", "SimpleMarker", look)
    _aliases(layer, shown.names)
    return layer


def _areas(shown: Shown, titles: Titles) -> ET.Element:
    layer = _vector("quangnam_areas", titles.areas, "Polygon", {"typename": shown.areas} | _door(shown))
    layer.set("labelsEnabled", "1")
    renderer = _put(layer, "renderer-v2", type="singleSymbol", forceraster="0")
    look = {"style": "no", "outline_color": "0,97,122,255", "outline_width": "0.4", "outline_width_unit": "MM"}
    _symbol(_put(renderer, "symbols"), "0", "fill", "SimpleFill", look)
    settings = _put(_put(layer, "labeling", type="simple"), "settings")
    style = _put(settings, "text-style", fieldName="name", fontSize="9", fontSizeUnit="Point", textColor="21,34,43,255")
    _put(style, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM", bufferColor="255,255,255,255")
    _aliases(layer, shown.area_names)
    return layer


def _density(shown: Shown, titles: Titles) -> ET.Element:
    address = quote(f"{shown.base}/tiles/reports/", safe=":/") + "%7Bz%7D/%7Bx%7D/%7By%7D.mvt"
    layer = ET.Element("maplayer", {"type": "vector-tile", "provider-key": "vectortile"})
    _put(layer, "id", "quangnam_density")
    _put(layer, "datasource", f"type=xyz&url={address}&zmin=0&zmax=18")
    _put(layer, "layername", titles.density)
    _crs(_put(layer, "srs"), "EPSG:3857")
    return layer


def _door(shown: Shown) -> dict[str, str]:
    return {
        "url": f"{shown.base}/ogc",
        "srsname": "OGC:CRS84",
        "restrictToRequestBBOX": "1",
        "pagingEnabled": "true",
        "version": "OGC_API_FEATURES",
    }


def _vector(name: str, title: str, geometry: str, said: Mapping[str, str]) -> ET.Element:
    layer = ET.Element("maplayer", {"type": "vector", "geometry": geometry, "provider-key": "OAPIF"})
    _put(layer, "id", name)  # QGIS takes none of ten letters or less
    source = " ".join(f"{key}='{_escaped(value)}'" for key, value in said.items() if value)
    _put(layer, "datasource", source)
    _put(layer, "layername", title)
    _crs(_put(layer, "srs"), "OGC:CRS84")
    _put(layer, "provider", "OAPIF", encoding="UTF-8")
    return layer


def _aliases(layer: ET.Element, names: Mapping[str, str]) -> None:
    aliases = _put(layer, "aliases")
    for number, (field, name) in enumerate(names.items()):
        _put(aliases, "alias", index=str(number), field=field, name=name)


def _symbol(symbols: ET.Element, name: str, kind: str, layer: str, look: Mapping[str, str]) -> None:
    symbol = _put(symbols, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1")
    drawn = _put(symbol, "layer", **{"class": layer, "enabled": "1", "pass": "0", "locked": "0"})
    options = _put(drawn, "Option", type="Map")
    for key, value in look.items():
        _put(options, "Option", name=key, value=value, type="QString")


def _view(root: ET.Element, box: tuple[float, float, float, float]) -> None:
    corners = Transformer.from_crs(4326, PROJECTED, always_xy=True).transform_bounds(*box)
    canvas = _put(root, "mapcanvas", name="theMapCanvas")
    _put(canvas, "units", "meters")
    extent = _put(canvas, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True):
        _put(extent, name, f"{value:.1f}")
    _crs(_put(canvas, "destinationsrs"), f"EPSG:{PROJECTED}")


def _crs(parent: ET.Element, name: str) -> None:
    system = _put(parent, "spatialrefsys")
    _put(system, "wkt", CRS.from_user_input(name).to_wkt())
    # Some number of its own list there must be, or the code is not even read.
    _put(system, "srsid", "1")
    _put(system, "authid", name)


def _put(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, tag, attributes)
    made.text = text
    return made


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
