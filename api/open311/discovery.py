"""Where a program begins: which versions there are and how to get a key."""

from fastapi import Request, Response
from sqlalchemy import func, select

from api.deps import LangDep, SessionDep, SettingsDep
from api.open311.doors import OBJECT, FormatDep, base, made, told
from api.open311.formats import TYPES, answer
from geo.i18n import _, translate
from geo.models import Category

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"  # a name: it is compared, not opened
CONTACT = _("Trung tâm Giám sát, điều hành đô thị thông minh Quảng Nam (Trung tâm IOC Quảng Nam), {address}")
KEY = _("Đọc không cần khóa. Khóa để gửi và trả lời phản ánh do người quản trị của Trung tâm IOC cấp, ở {address}.")

router = made("/open311")


@router.head("/discovery.{format}", include_in_schema=False)
@router.head("/v2/discovery.{format}", include_in_schema=False)
@router.get("/discovery.{format}", responses=told(OBJECT))
@router.get("/v2/discovery.{format}", name="discovery_v2", responses=told(OBJECT))
def discovery(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    format: FormatDep,  # noqa: A002 (the standard's word)
) -> Response:
    """The versions of the standard that are spoken here."""
    site = base(request, settings)
    changed = session.scalar(select(func.max(Category.changed_at)))
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{site}/open311/v2",
        "changeset": changed,
        "type": "production",
        "formats": [kind.partition(";")[0] for kind in (TYPES["xml"], TYPES["json"])],
    }
    found = {
        "changeset": changed,
        "contact": translate(CONTACT, lang, address=site),
        "key_service": translate(KEY, lang, address=f"{site}/admin/keys"),
        "endpoints": [endpoint],
    }
    return answer(format, "discovery", found)
