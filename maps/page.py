"""A folium map as a page of ours: our files instead of the networks folium names, no data inside scripts."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from maps.frame import TABS, TITLES, Frame
from maps.labels import COAST, OPEN_SEA, SEA
from maps.live import Live
from maps.style import icon_path
from maps.words import WORDS

CENTRE, ZOOM = (15.57, 107.98), 9
FONTS = tuple(
    f"be-vietnam-pro-{script}-{weight}-normal.woff2" for script in ("latin", "vietnamese") for weight in (400, 600)
)
_HIDDEN = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


class Canvas(folium.Map):
    """folium's map with its size in our style sheet, and always the same name, so that equal maps are equal pages."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="folium-map" id={{ this.get_name()|tojson }}></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
          center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }}, ...{{ this.options|tojavascript }}
        });
        {% endmacro %}
        """
    )

    def __init__(self, frame: Frame) -> None:
        # Between whole zooms the tiles of a base map would be blurred; without one the province fills the page.
        fine: dict[str, Any] = {} if frame.basemap[0] else {"zoomSnap": 0.25, "zoomDelta": 0.5}
        options: dict[str, Any] = {"minZoom": 6, "maxZoom": 19} | fine
        super().__init__(location=CENTRE, zoom_start=ZOOM, tiles=None, zoom_control=False, **options)
        self._id = "quangnam"
        asset = frame.site.asset
        _link(self, asset, js=("leaflet.js", "map.js"), css=("leaflet.css", "tokens.css", "map.css"))
        if frame.basemap[0]:
            url, credit = frame.basemap
            tiles = folium.TileLayer(tiles=url, attr=escape(credit), max_zoom=19, control=False)
            tiles._id = "base"
            self.add_child(tiles)


class Drawing(JSCSSMixin, MacroElement):
    """What our own script draws on the map: `quangnam.NAME(map)`, which reads the page's data."""

    _template = Template(
        "{% macro script(this, kwargs) %}quangnam.{{ this.of }}({{ this._parent.get_name() }});{% endmacro %}"
    )

    def __init__(self, frame: Frame, js: Sequence[str], css: Sequence[str] = ()) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id, self.of = "drawing", "drawing", frame.name
        _link(self, frame.site.asset, js=js, css=css)


class Page(Figure):
    """The document around the map."""

    def __init__(self, frame: Frame, data: Any, **values: Any) -> None:
        super().__init__()
        self._frame, self._data, self._values = frame, data, values

    def render(self, **kwargs: Any) -> str:
        """The whole page as HTML."""
        for child in self._children.values():
            child.render(**kwargs)
        links = list(self.header._children.values())
        frame = self._frame
        return (
            _environment()
            .get_template(f"{frame.name}.html")
            .render(
                frame=frame,
                site=frame.site,
                _=frame.say,
                number=frame.number,
                titles=TITLES,
                names=list(frame.site.maps),
                menu=TABS,
                styles=[link.url for link in links if isinstance(link, CssLink)],
                scripts=[link.url for link in links if isinstance(link, JavascriptLink)],
                map=_plain(self.html),
                code=_plain(self.script),
                fonts=[frame.site.asset(name) for name in FONTS if "-400-" in name],
                config=embed(_config(frame)),
                data=embed(self._data),
                **self._values,
            )
        )


def draw(frame: Frame, data: Any, js: Sequence[str], css: Sequence[str] = (), **values: Any) -> str:
    """A map's page as HTML; `data` is what its script draws, `values` what its template shows."""
    page, canvas = Page(frame, data, **values), Canvas(frame)
    canvas.add_child(Drawing(frame, js, css))
    if frame.cursor is not None:
        canvas.add_child(Live(f"{frame.site.api}/stream", frame.cursor, script=frame.site.asset("live.js")))
    page.add_child(canvas)
    rendered: str = page.render()
    return rendered


def embed(value: Any) -> Markup:
    """JSON that no character of can end the element around it, whatever a sender wrote."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.translate(_HIDDEN))  # noqa: S704 (what the escaping is for)


@cache
def icon(name: str) -> Markup:
    """The shapes of an icon, a dot where the set lacks it."""
    path = icon_path(name) if re.fullmatch(r"[a-z0-9-]+", name) else None
    found = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(encoding="utf-8"), re.DOTALL) if path else None
    shapes = re.sub(r"\s*\n\s*", "", found[1]) if found else '<circle cx="12" cy="12" r="4"/>'
    return Markup(shapes)  # noqa: S704 (our own file)


def _link(element: Any, asset: Callable[[str], str], *, js: Sequence[str], css: Sequence[str]) -> None:
    # The instance's own lists: folium's are shared by all maps of a process.
    element.default_js = [(name, asset(name)) for name in js]
    element.default_css = [(name, asset(name)) for name in css]


def _plain(element: Element) -> Markup:
    return Markup(element.render())  # noqa: S704 (folium's own code, which has options of ours and nobody's text)


def _config(frame: Frame) -> Mapping[str, Any]:
    return {
        "locale": {"vi": "vi-VN", "en": "en-GB"}[frame.lang],
        "api": frame.site.api,
        "report": frame.site.report,
        "filters": dict(frame.filters),
        "categories": {one["code"]: one["name"] for one in frame.categories},
        "states": dict(frame.states),
        "outlines": frame.outlines,
        "around": frame.around,
        "sea": [(lat, lon) for lon, lat in (*COAST, *OPEN_SEA)],
        "labels": [{"name": frame.say(one.name), "lon": one.lon, "lat": one.lat} for one in SEA]
        if frame.sea_labels
        else [],
        "words": {name: frame.say(text) for name, text in WORDS.items()},
    }


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["icon"] = icon
    return found
