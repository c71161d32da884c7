"""The register of exports."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from api.web.admin.section import Part, Row, Section
from geo import exports
from geo.deadlines import ZONE
from geo.i18n import _
from geo.models import Export, User
from maps.export import FORMATS

MOST, MOST_UNSIGNED, DAYS = 500, 100, 365


def _rows(session: Session) -> list[Row]:
    query = exports.since(datetime.now(UTC) - timedelta(days=DAYS)).outerjoin(User, User.id == Export.user_id)
    named = query.with_only_columns(Export, User.email)
    # Apart, for anybody may download often enough to push those with a name out of sight.
    signed = session.execute(named.where(Export.user_id.is_not(None)).limit(MOST)).all()
    unsigned = session.execute(named.where(Export.user_id.is_(None)).limit(MOST_UNSIGNED)).all()
    return [_row(export, email) for export, email in (*signed, *unsigned)]


def _row(export: Export, email: str | None) -> Row:
    kind = FORMATS[export.format].title if export.format in FORMATS else export.format
    title: list[Part] = [kind, f"EPSG:{export.crs}", *[_("vị trí chính xác")] * export.exact]
    asked = ", ".join(f"{name}={value}" for name, value in export.filters.items())
    rows = (_("{rows} phản ánh"), {"rows": export.done})
    who = email or _("người đọc không đăng nhập")
    moment = f"{export.created_at.astimezone(ZONE):%d/%m/%Y %H:%M}"
    columns = (_("{count} cột"), {"count": len(export.fields)})
    return Row(str(export.id), title, [moment, who, rows, exports.STATES[export.state], columns, asked])


EXPORTS = Section(
    "exports",
    _("Dữ liệu đã xuất"),
    _("Mỗi lần xuất phản ánh ra tệp. Của người không đăng nhập không giữ địa chỉ mạng hay dấu vết nào khác."),
    _rows,
    may_add=False,
)
