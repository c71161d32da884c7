"""Reports as features: the public projection, and nothing that is not in it."""

from typing import get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.geometry import CELL_LON
from geo.i18n import _
from geo.models import Category, Report
from geo.permissions import PUBLIC, visible
from geo.transitions import State
from maps.collections.collection import Box, Collection, Column, Extent, Kind, labelled
from maps.features import COLUMNS, properties, select_public

ID = "reports"
_KINDS: dict[str, Kind] = {
    "created_at": "moment",
    "happened_at": "moment",
    "deadline": "moment",
    "needs_confirmation": "boolean",
    "demo": "boolean",
    "recurrence": "integer",
    "photos": "list",
    "videos": "list",
}
_TITLES = {
    "category": _("Mã lĩnh vực"),
    "category_name": _("Lĩnh vực"),
    "state": _("Trạng thái"),
    "area": _("Mã địa bàn"),
    "area_name": _("Địa bàn"),
    "commune": _("Mã xã, phường"),
    "unit": _("Mã đơn vị xử lý"),
    "unit_name": _("Đơn vị xử lý"),
    "content": _("Nội dung, khi đã công khai"),
    "photos": _("Ảnh, khi đã công khai"),
    "videos": _("Video, khi đã công khai"),
    "created_at": _("Lúc gửi"),
    "happened_at": _("Lúc xảy ra, khi đã công khai"),
    "deadline": _("Hạn xử lý kế tiếp"),
    "needs_confirmation": _("Vị trí gần ranh giới, còn chờ xác nhận"),
    "lead": _("Mã phản ánh mà phản ánh này được gộp vào"),
    "second_of": _("Mã phản ánh lần 1 mà phản ánh này không đồng ý"),
    "recurrence": _("Lần thứ mấy ở nơi này"),
    "demo": _("Dữ liệu mẫu"),
}


def collection(session: Session, province: Box | None, coast: float) -> Collection:
    """All public reports, the newest first; `coast` in metres is how far beyond the province one may lie."""
    values = {
        "state": tuple(one for one in get_args(State) if one != "withdrawn"),
        "category": tuple(session.scalars(select(Category.code).order_by(Category.position))),
    }
    columns = tuple(Column(name, _KINDS.get(name, "text"), _TITLES[name], values.get(name, ())) for name in COLUMNS)
    oldest = session.scalar(visible(select(Report.created_at), PUBLIC).order_by(Report.created_at).limit(1))
    return Collection(
        id=ID,
        title=_("Phản ánh hiện trường"),
        description=_(
            "Mọi phản ánh công khai, mới nhất trước. Vị trí là vị trí công khai; "
            "với lĩnh vực nhạy cảm đó là tâm của một ô khoảng 500 m."
        ),
        shape="Point",
        columns=columns,
        select=select_public().add_columns(*labelled(Report.public_point, Report.code, Report.created_at, Report.id)),
        keys=2,
        descending=True,
        begins="created_at",
        extent=Extent(_around(province, coast), oldest, timed=True),
        counted=True,
        written=properties,
    )


def _around(province: Box | None, coast: float) -> Box | None:
    if province is None:
        return None
    more = coast / 100_000 + CELL_LON  # a degree is more than 100 km here; a hidden place is the middle of its cell
    west, south, east, north = province
    return (round(west - more, 4), round(south - more, 4), round(east + more, 4), round(north + more, 4))
