"""The ready project of QGIS for what was chosen."""

from fastapi import APIRouter, Request, Response

from api.deps import LangDep, SessionDep, SettingsDep
from api.filters import read_filters
from api.web import mapping
from api.web.planner import asking, conditions
from geo.errors import InvalidError, NotFoundError
from geo.i18n import _, translate
from maps import qgis
from maps.collections import areas
from maps.export.fields import SAID
from maps.features import COLUMNS

router = APIRouter(prefix="/planner", include_in_schema=False)
TITLES = (_("Quảng Nam trực tuyến"), _("Phản ánh"), _("Địa bàn"), _("Mật độ phản ánh"), _("Lĩnh vực khác"))


@router.get("/quangnam.qgz")
def project(*, request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep) -> Response:
    """A .qgz whose layers ask this server each time, cut down to the filters of the address."""
    said = asking.choice(asking.written(request.query_params.multi_items())).filters
    filters = read_filters(session, **{"box" if name == "bbox" else name: value for name, value in said.items()})
    if filters.inside is not None:
        raise InvalidError(_("Dự án QGIS không lọc được theo địa bàn của một phiên bản địa giới."), field="edition")
    edition = mapping.active(session)
    if edition is None:
        raise NotFoundError(_("Chưa có phiên bản địa giới nào đang dùng."))
    box = filters.bbox
    west, south, east, north = (box.west, box.south, box.east, box.north) if box else mapping.bounds(session, edition)
    shown = qgis.Shown(
        base=settings.public_url.rstrip("/") or str(request.base_url).rstrip("/"),
        areas=f"areas-{edition.code}-{edition.routing_level}",
        only=conditions.condition(filters, conditions.QGIS),
        kinds=[qgis.Kind(one["code"], one["name"], one["colour"]) for one in mapping.categories(session, lang)],
        names={"id": translate(SAID["code"], lang)}
        | {field: translate(text, lang) for field, text in SAID.items() if field in COLUMNS},
        area_names={column.name: translate(column.title, lang) for column in areas.COLUMNS},
        box=(west, south, east, north),
    )
    made = qgis.project(shown, qgis.Titles(*(translate(text, lang) for text in TITLES)))
    headers = {"Content-Disposition": 'attachment; filename="quangnam.qgz"', "Cache-Control": "no-store"}
    return Response(made, media_type="application/x-qgis-project", headers=headers)
