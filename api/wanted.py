"""What an address asks of an export, the same whether the file is streamed, ordered or only counted."""

import re
from typing import Annotated, NamedTuple

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from api import signed
from api.deps import SessionDep
from api.filters import FiltersDep, UpdatedSince, moment, written
from geo.errors import InvalidError
from geo.exports import Order
from geo.filters import Filters
from geo.geometry import SRID
from geo.i18n import _
from geo.mirroring import following
from geo.models import User
from maps.export import Asked, check, count
from maps.features import COLUMNS

_CRS = re.compile(r"(?:EPSG:|https?://www\.opengis\.net/def/crs/EPSG/[^/]+/)?(\d{4,6})", re.IGNORECASE)
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class Wanted(NamedTuple):
    """A format and what of, checked; `user` is who asks, where they signed in."""

    asked: Asked
    format: str
    user: User | None


def crs_code(text: str) -> int:
    """The EPSG code in `EPSG:5899`, `5899` or an OGC address; InvalidError says how it is written."""
    if text == CRS84:
        return SRID
    if found := _CRS.fullmatch(text.strip()):
        return int(found[1])
    raise InvalidError(_("crs là mã EPSG, ví dụ EPSG:5899."), field="crs")


def chosen(fields: str) -> tuple[str, ...]:
    """Names of columns with commas between them, each once; all of them for none."""
    return tuple(dict.fromkeys(name.strip() for name in fields.split(",") if name.strip())) or COLUMNS


def want(
    user: User | None,
    filters: Filters,
    *,
    format: str,  # noqa: A002 (the contract's word)
    crs: str,
    fields: str = "",
    exact: bool = False,
    updated_since: str | None = None,
) -> Wanted:
    """What these words ask for; InvalidError where they mean nothing, ForbiddenError for exact points."""
    if exact:
        signed.allowed(user, "exact")
    since = moment(updated_since, "updated_since") if updated_since else None
    asked = Asked(filters, fields=chosen(fields), crs=crs_code(crs), exact=exact, changed_since=since)
    check(asked, format)
    return Wanted(asked, format, user)


def _from_query(
    *,
    request: Request,
    session: SessionDep,
    filters: FiltersDep,
    format: Annotated[str, Query(description="geojson, …")] = "geojson",  # noqa: A002 (the contract's word)
    crs: Annotated[str, Query(max_length=100, description="an EPSG code, as EPSG:5899")] = "EPSG:4326",
    fields: Annotated[str, Query(max_length=1_000, description="names of columns, with commas; all without")] = "",
    exact: Annotated[bool, Query(description="the exact points, for planners and operators")] = False,
    updated_since: UpdatedSince = None,
) -> Wanted:
    user = signed.user_of(session, request, reading=True)
    said = {"format": format, "crs": crs, "fields": fields}
    return want(user, filters, **said, exact=exact, updated_since=updated_since)


WantedDep = Annotated[Wanted, Depends(_from_query)]


def order(session: Session, wanted: Wanted) -> Order:
    """The same for the register, with how many there are and the moment to ask from next: before they are read."""
    asked = wanted.asked
    since = {"updated_since": asked.changed_since.isoformat()} if asked.changed_since else {}
    return Order(
        wanted.format,
        asked.crs,
        asked.fields,
        written(asked.filters) | since,
        exact=asked.exact,
        total=count(session.connection(), asked),
        following=following(session),
    )
