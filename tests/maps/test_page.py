import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from maps.density import Cells
from maps.districts import districts
from maps.film import Film
from maps.frame import NAMES, Frame, Site
from maps.heatmap import heatmap
from maps.incidents import incidents
from maps.statistics import AreaCount, AreaCounts
from maps.timeline import timeline

HOSTILE = "</script><script>x()</script><img src=x onerror=x()> `${x()}` '\" &amp; \u2028 \u202e <!--"
SITE = Site(
    asset=lambda name: f"/assets/v/{name}",
    maps={name: f"/maps/{name}" for name in NAMES},
    home="/",
    send="/reports/new",
    report="/reports/",
    api="/api/v1",
    here="/maps/incidents",
    language=("en", "/maps/incidents?lang=en"),
    nonce="n0nce",
)
FRAME = Frame(
    name="incidents",
    lang="vi",
    site=SITE,
    categories=[{"code": "khac", "name": HOSTILE, "icon": "circle-help", "colour": "#555555"}],
    states={"received": HOSTILE},
    outlines={
        "type": "FeatureCollection",
        "attribution": HOSTILE,
        "features": [
            {
                "type": "Feature",
                "id": "503",
                "geometry": {"type": "Polygon", "coordinates": [[[108, 15], [109, 15], [109, 16], [108, 15]]]},
                "properties": {"name": HOSTILE, "label": [108.7, 15.3]},
            }
        ],
    },
    filters={"q": HOSTILE, "category": "khac"},
    basemap=("https://tiles.example.org/{z}/{x}/{y}.png", HOSTILE),
    demo=True,
    total=1,
)
ONE = np.array([1])
CELLS = Cells(12, np.array([3280]), np.array([1864]), ONE, ONE)
FILM = Film("day", [date(2026, 1, 1)], np.array([108.3]), np.array([15.8]), ONE * 0, ONE * 0, ONE)
AREAS = [AreaCount("503", HOSTILE, "thành phố", 61.5, 7)]
REPORT = {
    "type": "Feature",
    "id": "QN-7K2M-9XQ4",
    "geometry": {"type": "Point", "coordinates": [108.3, 15.8]},
    "properties": {"category": "khac", "state": "received", "unit_name": HOSTILE, "content": HOSTILE},
}


def drawn(name: str, frame: Frame = FRAME) -> str:
    frame = replace(frame, name=name)
    match name:
        case "incidents":
            return incidents(frame, [REPORT])
        case "heatmap":
            return heatmap(frame, CELLS, AREAS)
        case "timeline":
            return timeline(frame, FILM)
    return districts(frame, AreaCounts(AREAS, 0))


class Elements(HTMLParser):
    """The elements of a page, with their attributes and the texts of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._in_script = tag == "script"

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_texts_stay_texts(name: str) -> None:
    page = drawn(name)
    elements = Elements(page)
    assert "<script>x()" not in page
    assert "<img src=x" not in page
    assert not [attributes for _tag, attributes in elements.found if any(key.startswith("on") for key in attributes)]
    blocks = {one.get("id"): one for one in elements.of("script") if one.get("type") == "application/json"}
    assert set(blocks) == {"config", "data"}
    config = json.loads(elements.scripts[0])
    assert config["categories"] == {"khac": HOSTILE}
    assert config["filters"]["q"] == HOSTILE


def test_senders_words_travel_as_data_and_come_out_as_they_were() -> None:
    data: Any = json.loads(Elements(drawn("incidents")).scripts[1])
    assert data["reports"]["features"][0]["properties"]["content"] == HOSTILE


@pytest.mark.parametrize("name", NAMES)
def test_scripts_in_the_page_hold_only_what_folium_writes_and_carry_the_nonce(name: str) -> None:
    elements = Elements(drawn(name))
    running = [one for one in elements.of("script") if not one.get("type")]
    assert {one.get("nonce") for one in running} == {"n0nce"}
    assert len([one for one in running if not one.get("src")]) == 1
    code = elements.scripts[-1]
    assert "L.map(" in code
    assert f"quangnam.{name}(map_quangnam)" in code
    credit = json.loads(re.search(r'"attribution": (".*?")', code)[1])  # type: ignore[index]
    assert "<" not in credit


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_loaded_from_elsewhere_but_the_base_map(name: str) -> None:
    elements = Elements(drawn(name))
    loaded = [one.get("src") for one in elements.of("script") + elements.of("img")]
    loaded += [one.get("href") for one in elements.of("link")]
    assert all(address.startswith("/assets/v/") for address in loaded if address)
    code = elements.scripts[-1]
    assert set(re.findall(r"https?://[\w.]+", code)) == {"https://tiles.example.org"}
    assert not [one for one in elements.of("div") if one.get("style")]
    assert not elements.of("style")


def test_equal_maps_are_equal_pages() -> None:
    assert drawn("heatmap") == drawn("heatmap")


def test_an_empty_map_says_what_to_do() -> None:
    assert "Hãy bỏ bớt điều kiện lọc" in drawn("incidents", replace(FRAME, total=0))
    assert "Gửi phản ánh đầu tiên" in drawn("incidents", replace(FRAME, total=0, filters={}))


def test_a_table_tells_the_choropleth_to_whoever_sees_no_colours() -> None:
    page = drawn("districts", replace(FRAME, filters={}))
    assert '<td class="figure">7</td><td class="figure">62</td><td class="figure">114</td>' in page


def test_sea_labels_can_be_left_out() -> None:
    names = [one["name"] for one in json.loads(Elements(drawn("heatmap")).scripts[0])["labels"]]
    assert names == ["Biển Đông", "Quần đảo Hoàng Sa (Việt Nam)", "Quần đảo Trường Sa (Việt Nam)"]
    without = drawn("heatmap", replace(FRAME, sea_labels=False))
    assert json.loads(Elements(without).scripts[0])["labels"] == []


def test_a_page_goes_on_by_itself_from_where_it_stands_and_a_file_does_not() -> None:
    page = incidents(replace(FRAME, cursor="AbC"), [REPORT])
    assert '<script src="/assets/v/live.js"' in page
    assert re.search(r'quangnam\.live\(map_quangnam, \{\s*"source": "/api/v1/stream",\s*"cursor": "AbC"', page)
    assert 'id="live"' in page
    assert "live.js" not in incidents(FRAME, [REPORT])
