"""What the sender of a text message is told that made no report: why, and what to write instead."""

from sqlalchemy.orm import Session

from api.delivery import sms
from api.delivery.outbound import UnreachableError
from geo import inbound, limits
from geo.aside import aside
from geo.errors import TooManyError
from geo.i18n import _, translate
from geo.sealing import unseal
from geo.secret import secret
from geo.settings import Settings

AN_HOUR = 3  # to one number: a machine that answers machines must not go on for ever
NO_PLACE, OUTSIDE, SEVERAL, TOO_MANY = "no-place", "outside", "several-places", "too-many"
NO_PHONE, UNREADABLE = "no-phone", "unreadable"  # nobody can be told, or nothing was said
# One message each: 160 letters of GSM 03.38.
TEXTS = {
    NO_PLACE: _(
        "Chua nhan duoc phan anh vi thieu vi tri. Hay nhan: QN linh-vuc toa-do noi-dung."
        " Vi du: QN GT 15.87940,108.33800 o ga lon truoc cong cho"
    ),
    OUTSIDE: _(
        "Chua nhan duoc phan anh: vi tri nam ngoai tinh. Hay xem lai toa do va nhan lai."
        " Vi du: QN GT 15.87940,108.33800 o ga lon truoc cong cho"
    ),
    SEVERAL: _(
        "Ma cong nay co o nhieu noi trong tinh. Hay nhan lai kem ten huyen, hoac toa do."
        " Vi du: QN GT 15.87940,108.33800 o ga lon truoc cong cho"
    ),
    TOO_MANY: _(
        "So cua ban da gui qua nhieu trong mot gio, tin nay chua duoc nhan; xin gui lai sau."
        " Viec khan cap: goi 112, 113, 114, 115"
    ),
}


def allowed(session: Session, settings: Settings, phone: str, reason: str) -> bool:
    """Whether a reply may be sent; each costs money, so they are counted by number and for all."""
    if not settings.sms_url or reason not in TEXTS:
        return False
    key = secret(settings)
    try:
        with aside(session) as short:
            limits.count(short, {limits.subject(key, "sms-reply", phone): AN_HOUR})
            limits.count(short, {limits.subject(key, "sms-replies", ""): settings.sms_a_day}, every="day")
    except TooManyError:
        return False
    return True


def tell(session: Session, settings: Settings, message_id: int, *, last: bool) -> None:
    """Sends the reply to a refused message and forgets whose it was; UnreachableError before the `last` try."""
    message = inbound.waiting(session, message_id)
    if message is None or message.reply_to is None:
        return
    phone = unseal(secret(settings), inbound.PURPOSE, message.reply_to)
    try:
        sms.send(settings, phone, translate(TEXTS[message.answer["ignored"]], "vi"), number=f"answer-{message.id}")
    except UnreachableError:
        if not last:
            raise
    message.reply_to = None
