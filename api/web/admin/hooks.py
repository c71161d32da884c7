"""Agencies' own systems that are told of the steps of their reports."""

import secrets
from base64 import b64encode

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.delivery import hooks, outbound
from api.delivery.outbound import UnreachableError
from api.web.admin.section import Change, Field, Row, Saved, Section, known
from geo.errors import InvalidError, NotFoundError
from geo.i18n import _
from geo.models import Unit, Webhook
from geo.sealing import seal
from geo.secret import secret

MOST = 2_000  # characters of an address


def _rows(session: Session) -> list[Row]:
    query = select(Webhook, Unit.name).join(Unit, Unit.id == Webhook.unit_id).where(Webhook.active)
    rows = session.execute(query.order_by(Unit.name, Webhook.id))
    return [Row(str(hook.id), [name], [hook.url], ("test", "remove")) for hook, name in rows]


def _fields(session: Session) -> list[Field]:
    units = session.execute(select(Unit.code, Unit.name).order_by(Unit.name)).all()
    return [
        Field("unit", _("Đơn vị"), "select", [(code, name) for code, name in units], required=True),
        Field("url", _("Địa chỉ nhận, bắt đầu bằng https://"), "url", required=True),
    ]


def _save(change: Change) -> Saved:
    unit = change.session.scalar(select(Unit.id).where(Unit.code == change.values.get("unit", "").replace("\0", "")))
    if unit is None:
        raise NotFoundError(_("Không có đơn vị xử lý mang mã này."))
    url = outbound.checked_url(change.values.get("url", "").strip())
    if len(url) > MOST:
        raise InvalidError(_("Địa chỉ quá dài."), field="url")
    key = "whsec_" + b64encode(secrets.token_bytes(24)).decode()  # as Standard Webhooks spell keys
    change.session.add(Webhook(unit_id=unit, url=url, key=seal(secret(change.settings), hooks.PURPOSE, key)))
    return Saved(_("Đã thêm. Khóa ký dưới đây chỉ hiện một lần; hãy giao cho người quản hệ thống nhận."), spelled=key)


def _hook(change: Change) -> Webhook:
    hook = change.session.get(Webhook, known(change.key)) if known(change.key) < 2**31 else None
    if hook is None or not hook.active:
        raise NotFoundError(_("Không có nơi nhận này."))
    return hook


def _test(change: Change) -> Saved:
    try:
        hooks.ping(_hook(change), secret=secret(change.settings))
    except UnreachableError as error:
        raise InvalidError(_("Nơi nhận không trả lời đúng: {reason}"), reason=str(error)) from error
    return Saved(_("Nơi nhận đã trả lời đúng."))


def _remove(change: Change) -> Saved:
    _hook(change).active = False  # its messages of the past still name it
    return Saved(_("Đã xóa."))


WEBHOOKS = Section(
    "webhooks",
    _("Hệ thống nhận tin"),
    _("Mỗi bước của phản ánh thuộc đơn vị được báo đến hệ thống của họ, có chữ ký, theo chuẩn Standard Webhooks."),
    _rows,
    _fields,
    save=_save,
    act={"test": _test, "remove": _remove},
)
