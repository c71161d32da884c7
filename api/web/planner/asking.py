"""What the form of the planner's page says, as an address and as an export."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy.orm import Session

from api.asked import Wanted, asked_of, want
from api.filters import read_filters
from geo.errors import QuangnamError
from geo.i18n import Lang, _, translate
from geo.models import User
from maps.export import FORMATS
from maps.features import COLUMNS

FILTERS = ("bbox", "category", "state", "area", "unit", "since", "until", "q", "edition")
NAMES = (*FILTERS, "format", "crs", "fields", "exact")
BOX = _("Khung phải là tây, nam, đông, bắc theo độ, ví dụ 108.2,15.8,108.5,16.0.")
LABELS = {  # what the form calls the filters and the file's choices
    "bbox": _("Khung"),
    "category": _("Lĩnh vực"),
    "state": _("Trạng thái"),
    "area": _("Địa bàn"),
    "edition": _("Phiên bản địa giới"),
    "unit": _("Đơn vị xử lý"),
    "since": _("Thời gian gửi"),
    "until": _("Đến hết ngày"),
    "q": _("Có các từ này trong nội dung"),
    "crs": _("Hệ tọa độ"),
    "fields": _("Các cột"),
}
SEVERAL = ("category", "fields")  # boxes that are ticked
FORMAT, CRS = "gpkg", "EPSG:5899"


class Choice(NamedTuple):
    """What was chosen, in words of an address: the filters, and how the file is to be."""

    filters: dict[str, str]
    format: str
    crs: str
    fields: tuple[str, ...]
    exact: bool

    @property
    def query(self) -> dict[str, str]:
        """The parameters of `/api/v1/export`, and no more than are needed."""
        found = self.filters | {"format": self.format}
        if FORMATS[self.format].any_crs:
            found["crs"] = self.crs
        if set(self.fields) != set(COLUMNS):
            found["fields"] = ",".join(self.fields)
        return found | ({"exact": "true"} if self.exact else {})


def written(items: list[tuple[str, str]]) -> dict[str, str]:
    """What an address or a form says without its blanks: ticked boxes joined, else of several the last."""
    found: dict[str, str] = {}
    for name, value in items:
        if name in NAMES and value.strip():
            found[name] = f"{found[name]},{value}" if name in SEVERAL and name in found else value.strip()
    return found


def tidied(request: Request, said: Mapping[str, str]) -> str | None:
    """The address to share where a form without script wrote blanks into it; None where it is tidy."""
    query = request.query_params.multi_items()
    if sum(name in NAMES for name, _value in query) == len(said):
        return None
    return address({name: value for name, value in query if name not in NAMES} | dict(said))


def address(query: Mapping[str, str], path: str = "/planner") -> str:
    """A path with a query."""
    return path + (f"?{urlencode(query, safe=',:')}" if query else "")


def choice(said: Mapping[str, str]) -> Choice:
    """The choice that words mean; what is not said has its default, and an unknown format too."""
    known = said.get("format", "") if said.get("format", "") in FORMATS else FORMAT
    wished = said.get("fields", "").split(",")
    fields = tuple(name for name in COLUMNS if name in wished) or COLUMNS
    filters = {name: said[name] for name in FILTERS if name in said}
    return Choice(filters, known, said.get("crs", CRS), fields, said.get("exact") == "true")


def wanted(session: Session, user: User | None, chosen: Choice) -> Wanted:
    """The export that was chosen; InvalidError, ForbiddenError."""
    said: dict[str, Any] = {"box" if name == "bbox" else name: value for name, value in chosen.filters.items()}
    filters = read_filters(session, **said)
    crs = chosen.crs if FORMATS[chosen.format].any_crs else None
    asked = asked_of(filters, fields=",".join(chosen.fields), crs=crs)
    return want(user, asked, chosen.format, exact=chosen.exact)


def faults(refused: QuangnamError, lang: Lang) -> dict[str, str]:
    """What is wrong, by the name of its field as the form has it; under a blank name what no field is to blame for."""
    found: dict[str, str] = {}
    for one in getattr(refused, "faults", [refused]):
        field = getattr(one, "field", None)
        field = field if field in LABELS else ""
        found[field] = translate(BOX, lang) if field == "bbox" else translate(one.message, lang, **one.values)
    return found
