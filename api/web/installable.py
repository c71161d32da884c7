"""What makes the pages an app on a phone: manifest, service worker, and the page for when there is no network."""

import hashlib
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from api.deps import LangDep, SessionDep, SettingsDep
from api.web import assets, mapping
from api.web.render import page
from api.web.states import STATE_TEXTS
from geo.i18n import LANGUAGES, Lang, _, translate
from maps.style import asset_url

router = APIRouter(include_in_schema=False)
PAGES = ("/", "/reports/new", "/my", "/offline")
_STAFF = ("admin.css", "desk.css", "desk.js", "blur.js", "ioc.css", "print.js", "current.js")
_VENDOR = (
    *("leaflet.js", "leaflet.css", "leaflet.markercluster.js", "MarkerCluster.css", "tokens.css"),
    *(f"be-vietnam-pro-{script}-{weight}-normal.woff2" for script in ("latin", "vietnamese") for weight in (400, 600)),
)
NAME = _("Quảng Nam trực tuyến")
NEWS = {
    "news": _("Có tin mới về phản ánh bạn theo dõi"),
    "look": _("Bấm để xem."),
}
TEXTS = {
    "map": _("Bản đồ phản ánh"),
    "goesTo": _("Nơi nhận: {unit}"),
}


@router.get("/sw.js")
def worker(session: SessionDep, settings: SettingsDep) -> Response:
    """The service worker: its module and what it keeps; other bytes, so another worker, whenever any of it changes."""
    outlines = mapping.config(session, settings, "vi", {})["outlines"]
    values: dict[str, Any] = {
        "languages": LANGUAGES,
        "pages": PAGES,
        "mark": assets.url(""),
        "files": [*map(assets.url, _kept()), *map(asset_url, _VENDOR)],
        "data": [one for one in ("/app/areas.json", "/reports/new/places", outlines) if one],
        "texts": {lang: _said(lang) for lang in LANGUAGES},
        "icon": assets.url("icons/icon-192.png"),
        "badge": assets.url("icons/badge-96.png"),
    }
    values["version"] = hashlib.sha256(orjson.dumps(values)).hexdigest()[:12]
    text = f'import {{ start }} from "{assets.url("app/worker.js")}";\nstart({orjson.dumps(values).decode()});\n'
    return Response(text, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _kept() -> list[str]:
    """The modules and style sheets of the pages that are there without a network."""
    return [name for name in assets.names() if name.endswith((".js", ".css")) and name not in _STAFF]


def _said(lang: Lang) -> dict[str, str]:
    return {name: translate(text, lang) for name, text in (NEWS | STATE_TEXTS).items()}


@router.get("/manifest.webmanifest")
def manifest(lang: LangDep) -> Response:
    """The app's name, icons and first page (W3C Web Application Manifest)."""
    values = {
        "id": "/",
        "name": translate(NAME, lang),
        "short_name": translate(_("Quảng Nam"), lang),
        "description": translate(_("Gửi và theo dõi phản ánh hiện trường trên địa bàn Quảng Nam."), lang),
        "lang": lang,
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#00617a",
        "categories": ["government", "utilities"],
        "icons": [_icon("icon", 192), _icon("icon", 512), _icon("maskable", 512)],
        "shortcuts": [
            {"name": translate(_("Gửi phản ánh"), lang), "url": "/reports/new"},
            {"name": translate(_("Phản ánh của tôi"), lang), "url": "/my"},
        ],
    }
    headers = {"Cache-Control": "no-cache", "Content-Language": lang}
    return Response(orjson.dumps(values), media_type="application/manifest+json", headers=headers)


def _icon(name: str, side: int) -> dict[str, str]:
    return {
        "src": assets.url(f"icons/{name}-{side}.png"),
        "sizes": f"{side}x{side}",
        "type": "image/png",
        "purpose": "any" if name == "icon" else name,
    }


@router.get("/offline")
def offline(request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep) -> Response:
    """What a phone without a network shows in the place of a page that it does not have."""
    return page(
        request,
        "offline.html",
        categories=mapping.categories(session, lang),
        config=mapping.config(session, settings, lang, TEXTS | STATE_TEXTS),
    )
