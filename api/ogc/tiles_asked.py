"""What a request for tiles says of itself: which data, which filters, which format, in which language."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Depends, Query, Request

from api.deps import LangDep, SessionDep, SettingsDep
from api.filters import FiltersDep
from api.ogc.tiles_documents import Set
from api.ogc.tiles_parts import Part, part, parts
from api.parameters import as_said
from geo.errors import InvalidError
from geo.geometry import BBox
from geo.i18n import _

FILTERS = ("bbox", "category", "unit", "area", "state", "since", "until", "q", "edition", "demo")  # of reports
EVERYWHERE = ("f", "lang")


class Asked:
    """A request at an address of all data or, with `collection` in its path, of one collection."""

    def __init__(
        self,
        *,
        request: Request,
        session: SessionDep,
        settings: SettingsDep,
        lang: LangDep,
        filters: FiltersDep,
        demo: Annotated[bool | None, Query()] = None,
        collections: str | None = None,
    ) -> None:
        address = settings.public_url or str(request.base_url)
        self.base = f"{address.rstrip('/')}/ogc"
        self.request, self.lang, self.filters, self.demo = request, lang, filters, demo
        self.origin, self.parts = self.base, list[Part]()
        collection = request.path_params.get("collection")
        if collection is not None:
            self.origin = f"{self.base}/collections/{quote(collection, safe='')}"
            self.parts = [part(session, collection)]
            known: tuple[str, ...] = () if self.parts[0].edition else FILTERS
        elif "/tileMatrixSets" in request.url.path:
            known = ()
        else:
            self.parts = parts(session, collections)
            known = ("collections", *FILTERS)
        for name in request.query_params:
            if name not in (*known, *EVERYWHERE):
                raise InvalidError(_("Không có tham số {name} ở địa chỉ này."), field=name[:80], name=name[:80])

    def set(self, box: BBox | None = None) -> Set:
        """The tileset asked for; the filters go on into the addresses of its tiles."""
        kept = [(k, v) for k, v in as_said(self.request).items() if k in (*FILTERS, "collections")]
        query = "?" + urlencode(kept, safe=",") if kept else ""
        return Set(self.base, self.origin, query, self.parts, self.lang, box)

    def format(self, *allowed: str, accepted: Mapping[str, str] | None = None) -> str:
        """The name of the format that `f` or Accept asks for, else the first of the allowed; InvalidError."""
        wish = self.request.query_params.get("f")
        if wish is None:
            header = self.request.headers.get("accept", "")
            return next((name for name, kind in (accepted or {}).items() if kind in header), allowed[0])
        if wish not in allowed:
            expected = ", ".join(allowed)
            raise InvalidError(_("Không có giá trị này; dùng được: {expected}."), field="f", expected=expected)
        return wish


AskedDep = Annotated[Asked, Depends()]
