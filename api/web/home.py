"""The home page: the public map and the newest reports."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from api.deps import LangDep, SessionDep, SettingsDep
from api.web import mapping
from api.web.render import page
from api.web.states import STATE_TEXTS
from geo.filters import newest_first
from geo.i18n import _
from geo.models import Report
from maps.features import select_public

router = APIRouter()
NEWEST = 12
TEXTS = {
    "map": _("Bản đồ phản ánh"),
    "zoomIn": _("Phóng to"),
    "zoomOut": _("Thu nhỏ"),
    "many": _("{count} phản ánh ở khu vực này; bấm để xem gần hơn"),
    "open": _("Xem phản ánh"),
    "demo": _("Mẫu"),
    "failed": _("Không tải được phản ánh trên bản đồ. Hãy kiểm tra mạng; danh sách bên cạnh vẫn dùng được."),
    "none": _("Chưa có phản ánh nào trong khung bản đồ này."),
}


@router.get("/", include_in_schema=False)
def home(request: Request, session: SessionDep, settings: SettingsDep, lang: LangDep) -> Response:
    """The public map, what is new, and the way to a report of one's own."""
    newest = session.execute(newest_first(select_public()).limit(NEWEST)).all()
    categories = mapping.categories(session, lang)
    return page(
        request,
        "home.html",
        categories=categories,
        newest=cards(newest, categories),
        demo=has_demo(session),
        config=mapping.config(session, settings, lang, TEXTS | STATE_TEXTS),
    )


def has_demo(session: Session) -> bool:
    """Whether demonstration reports are among those shown."""
    return bool(session.scalar(select(exists().where(Report.demo))))


def cards(rows: Sequence[Row[Any]], categories: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `select_public` as a list shows them."""
    by_code = {one["code"]: one for one in categories}
    return [
        {
            "code": row.code,
            "category": by_code.get(row.category)
            or {"name": row.category_name, "icon": "circle-help", "colour": "#555555"},
            "state": row.state,
            "area": row.area_name,
            "unit": row.unit_name,
            "content": row.content,
            "photo": f"/media/{row.photos[0]}-small.jpg" if row.photos else None,
            "created_at": row.created_at,
            "demo": row.demo,
        }
        for row in rows
    ]
