"""/planner: what is wanted, chosen on a map and in a form; how many and how large; and the ways to get it."""

from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import exporting, signed
from api.asked import order_of
from api.deps import LangDep, SessionDep, SettingsDep
from api.routes import orders
from api.routes.exports import AT_ONCE
from api.web import finder, forgery, mapping
from api.web.planner import asking, communes, conditions
from api.web.planner.asking import Choice
from api.web.planner.texts import CRS, TEXTS
from api.web.render import page
from api.web.signing import STALE
from boundaries import editions, placed
from boundaries.models import Edition
from geo import exports
from geo.errors import ForbiddenError, InvalidError
from geo.geometry import SRID
from geo.i18n import translate
from geo.models import Export, Unit, User
from geo.permissions import may
from geo.secret import secret
from geo.settings import Settings
from maps.export import FORMATS, estimated_size
from maps.export.crs import covers
from maps.export.fields import SAID
from maps.export.writing import check_format
from maps.features import COLUMNS

router = APIRouter(prefix="/planner", include_in_schema=False)


@router.get("")
def show(*, request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep) -> Response:
    """The form as its address fills it in, and what it comes to; also without scripts."""
    edition = _chosen(session, request.query_params.get("edition", ""))
    said = asking.written(communes.settled(session, edition, request.query_params.multi_items()))
    if (tidy := asking.tidied(request, said)) is not None:
        return RedirectResponse(tidy, 303)
    user = signed.user_of(session, request)
    chosen = asking.choice(said)
    errors: dict[str, str] = {}
    found = None
    try:
        if "format" in said:
            check_format(said["format"], SRID)
        found = _summary(request, session, settings, user, chosen)
    except (InvalidError, ForbiddenError) as refused:
        errors = asking.faults(refused, lang)
    mark = forgery.device(request)
    config = mapping.config(session, settings, lang, TEXTS)
    if edition is not None:
        config["outlines"] = f"/api/v1/boundaries/{edition.code}/{edition.routing_level}"
    response = page(
        request,
        "planner.html",
        status=422 if errors else 200,
        chosen=chosen,
        filters=dict.fromkeys(asking.FILTERS, "") | chosen.filters,
        errors=errors,
        labels=asking.LABELS,
        found=found,
        categories=mapping.categories(session, lang),
        places=communes.places(session, edition, chosen.filters.get("area", "")),
        units=session.execute(select(Unit.code, Unit.name).order_by(Unit.name)).all(),
        editions=[(one.code, one.name) for one in editions.every(session)],
        choices=finder.choices(lang, chosen.filters.get("since", "")),
        formats=FORMATS.values(),
        systems=CRS,
        fields={name: SAID[name] for name in COLUMNS},
        exactly=user is not None and may(signed.actor(user), "exact"),
        mailing=user is not None and bool(settings.smtp_url),
        mine=_mine(session, settings, user),
        states=exports.STATES,
        token=forgery.token(settings, mark),
        hours=settings.export_hours,
        config=config,
    )
    forgery.remember(response, request, mark)
    return response


def _chosen(session: Session, code: str) -> Edition | None:
    """The edition whose areas the form offers: the one named, of `then` the newest in force, else today's."""
    among = placed.asked(session, code) if code else []
    return among[-1] if among else mapping.active(session)


@router.post("/exports")
def place(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    query: Annotated[str, Form(max_length=5_000)] = "",
    mail: Annotated[bool, Form()] = False,
    token: Annotated[str, Form(max_length=100)] = "",
) -> RedirectResponse:
    """Orders the file, and leads to the page that tells how far it is."""
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)
    chosen = asking.choice(asking.written(parse_qsl(query)))
    wanted = asking.wanted(session, signed.user_of(session, request), chosen)
    made, _export = orders.ordered(session, request, settings, wanted, mail=mail)
    return RedirectResponse(f"/planner/exports/{made}", 303)


@router.get("/exports/{order}")
def look(*, request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep, order: str) -> Response:
    """How far an order is; the file, once it is there."""
    export = orders.found(session, request, order)
    mark = forgery.device(request)
    response = page(
        request,
        "planner_order.html",
        headers={"Cache-Control": "no-store"},
        one=orders.standing(request, settings, export, order),
        format=FORMATS[export.format],
        said=exports.STATES,
        order=order,
        again=asking.address(asking.written(list(export.filters.items())) | _how(export)),
        config={"lang": lang, "texts": {"rows": translate(TEXTS["rows"], lang)}, "address": f"{orders.PATH}/{order}"},
        mail=export.mail,
        token=forgery.token(settings, mark),
    )
    forgery.remember(response, request, mark)
    return response


@router.post("/exports/{order}/cancel")
def cancel(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    order: str,
    token: Annotated[str, Form(max_length=100)] = "",
) -> RedirectResponse:
    """Cancels an order, or removes its file."""
    if not forgery.is_ours(request, settings, token):
        raise ForbiddenError(STALE)
    export = orders.found(session, request, order, lock=True)
    exporting.cancel(settings, export)
    return RedirectResponse(f"/planner/exports/{order}", 303)


def _how(export: Export) -> dict[str, str]:
    """The rest of an order's choice, as an address has it."""
    return {"format": export.format, "crs": f"EPSG:{export.crs}", "fields": ",".join(export.fields)} | (
        {"exact": "true"} if export.exact else {}
    )


def _summary(
    request: Request, session: Session, settings: Settings, user: User | None, chosen: Choice
) -> dict[str, Any]:
    """How many rows and bytes, and every address that leads to them."""
    wanted = asking.wanted(session, user, chosen)
    rows = order_of(session, wanted).total or 0
    paged = conditions.items(wanted.asked.filters)
    base = settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    province = mapping.bounds(session, mapping.active(session))
    return {
        "rows": rows,
        "size": estimated_size(wanted.asked, wanted.format, rows),
        "crs": FORMATS[wanted.format].any_crs,
        "beyond": None if covers(wanted.asked.crs, province) else f"EPSG:{wanted.asked.crs}",
        "direct": FORMATS[wanted.format].streamed or rows <= AT_ONCE,
        "download": asking.address(chosen.query, "/api/v1/export"),
        "address": base + asking.address(chosen.query, "/api/v1/export"),
        "query": asking.address(chosen.query, "").lstrip("?"),
        "ogc": f"{base}/ogc",
        "paged": base + paged if paged else None,
        "project": asking.address(chosen.filters, "/planner/quangnam.qgz") if paged else None,
    }


def _mine(session: Session, settings: Settings, user: User | None) -> list[dict[str, Any]]:
    """The last exports of whoever signed in; those that were ordered with the page of each."""
    if user is None:
        return []
    key = secret(settings)
    return [
        {
            "at": one.created_at,
            "format": FORMATS[one.format].title if one.format in FORMATS else one.format,
            "crs": f"EPSG:{one.crs}",
            "exact": one.exact,
            "rows": one.done,
            "state": orders.standing_state(one) if one.door == "order" else one.state,
            "page": f"/planner/exports/{exports.token_of(key, one)}" if one.door == "order" else None,
        }
        for one in exports.of(session, user)
    ]
