"""What is asked of an export, as it is written in an address: the same for downloads and for orders."""

from dataclasses import replace
from typing import Annotated, NamedTuple

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from api import signed
from api.deps import SessionDep
from api.filters import FiltersDep, UpdatedSince, moment, read_filters, written
from geo.errors import InvalidError
from geo.exports import Order
from geo.filters import Filters
from geo.geometry import SRID
from geo.i18n import _
from geo.mirroring import following
from geo.models import Export, User
from maps.export import FORMATS, Asked, check, count, crs
from maps.features import COLUMNS

CRS_HELP = "EPSG:5899 (VN-2000), 32648, 32649, 4326 or any other EPSG code, also as an OGC address"


def fields_of(text: str | None) -> tuple[str, ...]:
    """Field names with commas between them, each once; all of them where nothing is written."""
    if text is None:
        return COLUMNS
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def crs_of(text: str | None) -> int:
    """The EPSG code of a CRS as people and programs write it; WGS 84 where nothing is written."""
    return crs.code_of(text) if text else SRID


def asked_of(
    filters: Filters,
    *,
    fields: str | None = None,
    crs: str | None = None,
    geometry: str | None = None,
    updated_since: str | None = None,
) -> Asked:
    """What is asked in words of an address; InvalidError for what means nothing."""
    if geometry not in (None, "", "wkt", "lonlat"):
        raise InvalidError(_("geometry là lonlat (hai cột số) hoặc wkt (một cột chữ)."), field="geometry")
    since = moment(updated_since, "updated_since") if updated_since else None
    return Asked(
        filters, fields_of(fields), crs_of(crs), changed_since=since, wkt=geometry == "wkt", said=written(filters)
    )


class Wanted(NamedTuple):
    """A format and what of, checked; `user` is who asks, where they signed in."""

    asked: Asked
    format: str
    user: User | None


def want(user: User | None, asked: Asked, name: str, *, exact: bool) -> Wanted:
    """What somebody asks for; InvalidError where it cannot be made, ForbiddenError for points that are not for them."""
    if exact:
        signed.allowed(user, "exact")
    check(asked, name)
    return Wanted(replace(asked, exact=exact), name, user)


def order_of(session: Session, wanted: Wanted) -> Order:
    """The same for the register, with how many there are and the moment to ask from next: before they are read."""
    asked = wanted.asked
    more = {"geometry": "wkt"} if asked.wkt else {}
    if asked.changed_since is not None:
        more["updated_since"] = asked.changed_since.isoformat()
    return Order(
        wanted.format,
        asked.crs,
        asked.fields,
        written(asked.filters) | more,
        exact=asked.exact,
        total=count(session.connection(), asked),
        following=following(session),
    )


def asked_again(session: Session, order: Order | Export) -> Asked:
    """What the register says that was asked; InvalidError where a code in it is gone by now."""
    said = {"box" if name == "bbox" else name: value for name, value in order.filters.items()}
    how = {name: said.pop(name, None) for name in ("geometry", "updated_since")}
    filters = read_filters(session, **said)
    return replace(asked_of(filters, fields=",".join(order.fields), crs=str(order.crs), **how), exact=order.exact)


def _from_query(
    *,
    request: Request,
    session: SessionDep,
    filters: FiltersDep,
    format: Annotated[str, Query(description=", ".join(FORMATS))] = "geojson",  # noqa: A002 (the contract's word)
    fields: Annotated[str | None, Query(description="names of properties with commas between; all without it")] = None,
    crs: Annotated[str | None, Query(description=CRS_HELP)] = None,
    geometry: Annotated[str | None, Query(description="of CSV: lonlat (two columns) or wkt")] = None,
    exact: Annotated[bool, Query(description="the exact points, for planners and operators")] = False,
    updated_since: UpdatedSince = None,
) -> Wanted:
    user = signed.user_of(session, request, reading=True)
    asked = asked_of(filters, fields=fields, crs=crs, geometry=geometry, updated_since=updated_since)
    home = request.app.state.settings.public_url or str(request.base_url)
    return want(user, replace(asked, address=home), format, exact=exact)


WantedDep = Annotated[Wanted, Depends(_from_query)]
