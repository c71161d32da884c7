"""Reports in, and the public view of them out."""

import secrets
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from sqlalchemy import Row

from api import calls, follow, keys
from api.archiving import check_archive
from api.bodies import OPENAPI, SentDep
from api.deps import LangDep, SessionDep, SessionsDep, SettingsDep
from api.filters import FiltersDep, UpdatedSince, moment, place
from api.geojson import MEDIA_TYPE, geojson
from api.intake import submit
from api.parameters import known
from api.refusals import KEYED, refusals
from api.shapes import answering, geojson_of
from geo import codes, mirroring
from geo.errors import NotFoundError
from geo.filters import after, cursor_of, newest_first
from geo.i18n import _
from geo.models import Report
from geo.secret import secret
from maps.features import select_public, to_feature
from maps.nearest import nearest

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], dependencies=[Depends(known)])
DEVICE = "device"  # a cookie that means nothing but "the same browser"


@router.post(
    "",
    status_code=201,
    openapi_extra=OPENAPI,
    responses=answering("Receipt", status=201) | refusals(*KEYED, 404, 409, 415),
)
def send(
    *,
    request: Request,
    sessions: SessionsDep,
    settings: SettingsDep,
    lang: LangDep,
    body: SentDep,
    idempotency_key: Annotated[str | None, Header(description="a UUID; the same answer for the same request")] = None,
    by: Annotated[Literal["phone"] | None, Query(description="an officer enters a call for somebody else")] = None,
) -> Response:
    """Takes a report and says which unit will answer for it, and why."""
    device = request.cookies.get(DEVICE)
    with sessions.begin() as session:
        program = keys.shown(session, request)
        if by:
            calls.check(session, request, settings)
        taken = submit(
            session,
            settings,
            body.report.draft(by or "api"),
            body.photos,
            secret=secret(settings),
            lang=lang,
            idempotency_key=idempotency_key,
            # The limits are the caller's, not those of the desk that many calls come to.
            device=None if by else device,
            address=request.client.host if request.client and not by else None,
            program=program if program is not None and program.user_id is None else None,
            uploads=body.report.uploads,
        )
    # Committed: from here on it may be acknowledged.
    answer = taken.answer | {"link": follow.link(request, settings, taken.token)}
    headers = {"Location": f"/api/v1/reports/{answer['code']}", "Cache-Control": "no-store", "Content-Language": lang}
    if taken.replayed:
        headers["Idempotency-Replayed"] = "true"
    response = Response(orjson.dumps(answer), 201, headers, "application/json")
    if device is None:
        response.set_cookie(DEVICE, secrets.token_urlsafe(16), max_age=31_536_000, httponly=True, samesite="lax")
    return response


@router.get("", response_class=Response, responses=geojson_of("Reports"))
def find(
    *,
    request: Request,
    session: SessionDep,
    filters: FiltersDep,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    cursor: Annotated[str | None, Query(max_length=100, description="from the link `next`")] = None,
    near: Annotated[str | None, Query(description="lon,lat: the nearest to it, at most 100, in one page")] = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """Reports as a GeoJSON FeatureCollection, the newest first.

    With `near` the nearest come first, each with its `distance` in metres; there are no further pages then.
    The first page has `updated_since_next`, the moment at which whoever keeps a copy asks the next time.
    """
    # Before the reports are read, and of the first page alone: what changes while others are turned comes again.
    next_time = {} if cursor else {"updated_since_next": mirroring.following(session)}
    links = [{"rel": "self", "type": MEDIA_TYPE, "href": str(request.url)}]
    if near:
        return geojson(
            _collection(links, [_at_distance(row) for row in nearest(session, filters, *place(near), limit)])
        )
    query = newest_first(select_public(filters))
    if updated_since:
        query = mirroring.changed(query, moment(updated_since, "updated_since"))
    if cursor:
        query = after(query, cursor)
    rows = session.execute(query.limit(limit + 1)).all()
    page = rows[:limit]
    if len(rows) > limit:
        following = request.url.include_query_params(cursor=cursor_of(page[-1].created_at, page[-1].id))
        links.append({"rel": "next", "type": MEDIA_TYPE, "href": str(following)})
    return geojson(_collection(links, [to_feature(row) for row in page]) | next_time)


def _collection(links: list[dict[str, str]], features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "numberReturned": len(features), "links": links, "features": features}


def _at_distance(row: Row[Any]) -> dict[str, Any]:
    feature = to_feature(row)
    feature["properties"]["distance"] = round(row.distance)
    return feature


@router.get("/{code}", response_class=Response, responses=geojson_of("Report") | refusals(410))
def one(session: SessionDep, code: str) -> Response:
    """One report as a GeoJSON feature; its code in any spelling."""
    wanted = codes.normalise(code)
    row = session.execute(select_public().where(Report.code == wanted)).one_or_none() if wanted else None
    if row is None:
        check_archive(session, wanted)
        raise NotFoundError(_("Không có phản ánh nào mang mã này; hãy xem lại mã."))
    return geojson(to_feature(row))
