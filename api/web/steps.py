"""What a sender may do on the report's page, by plain forms."""

from typing import NamedTuple, get_args

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from api import follow, stepping
from api.deps import SessionDep, SettingsDep, language
from api.disputing import dispute
from api.posted import PostedDep
from api.routes.actions import asked
from api.web import forgery
from geo import seconds
from geo.effects import Details
from geo.errors import ForbiddenError, NotFoundError
from geo.i18n import _
from geo.models import Report
from geo.transitions import Action, possible

router = APIRouter(include_in_schema=False)


class Choice(NamedTuple):
    """A step as it is offered: its title, what to write, its button."""

    title: str
    hint: str
    button: str


CHOICES: dict[Action, Choice] = {
    "supply": Choice(_("Bổ sung thông tin"), _("Thông tin mà đơn vị xử lý cần thêm"), _("Gửi bổ sung")),
    "rate": Choice(_("Đánh giá kết quả"), _("Vì sao bạn chấm như vậy? (không bắt buộc)"), _("Gửi đánh giá")),
    "dispute": Choice(
        _("Chưa đồng ý với kết quả? Gửi phản ánh lần 2"),
        _("Điều gì chưa đúng hoặc chưa xong? Cán bộ khác hoặc lãnh đạo sẽ xử lý, Trung tâm IOC theo dõi."),
        _("Gửi phản ánh lần 2"),
    ),
    "reply": Choice(_("Trao đổi lại"), _("Điều bạn muốn nói rõ về kết quả"), _("Gửi")),
    "withdraw": Choice(_("Rút phản ánh"), _("Vì sao bạn rút? (không bắt buộc)"), _("Rút phản ánh này")),
}
WITH_PHOTOS = ("supply", "dispute", "reply")
# Five stars, and the three words that the province counts them by.
STARS = {
    5: _("5 sao: rất hài lòng"),
    4: _("4 sao: hài lòng"),
    3: _("3 sao: chấp nhận được"),
    2: _("2 sao: không hài lòng"),
    1: _("1 sao: rất không hài lòng"),
}


def offered(session: Session, report: Report) -> list[tuple[Action, Choice]]:
    """The steps that a report's sender may take now, the likeliest first."""
    allowed = set(possible(report.state, "sender"))
    if "dispute" in allowed and seconds.refusal(session, report):
        allowed.remove("dispute")
    return [(action, choice) for action, choice in CHOICES.items() if action in allowed]


@router.post("/reports/{code}/{action}")
def take(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    code: str,
    action: str,
    posted: PostedDep,
) -> RedirectResponse:
    """Takes the step that a form asked for and shows the report again."""
    chosen = next((one for one in get_args(Action) if one == action and one in CHOICES), None)
    if chosen is None:
        raise NotFoundError(_("Không có bước này."))
    if not forgery.is_ours(request, settings, posted.token):
        raise ForbiddenError(_("Biểu mẫu đã hết hiệu lực; hãy mở lại trang phản ánh rồi gửi lại."))
    report, who = asked(session, request, code)
    step = posted.step
    if chosen == "dispute" and who.role == "sender":
        lang = language(request)
        made = dispute(
            request,
            session,
            settings,
            report,
            who,
            text=step.text or "",
            version=step.version,
            door="web",
            lang=lang,
            photos=posted.photos,
        )
        response = RedirectResponse(f"/reports/{made.answer['code']}", 303)
        follow.remember(response, request, made.answer["code"], made.token)
        return response
    said = Details(text=step.text, stars=step.stars)
    stepping.take(
        session, settings, report, chosen, who, door="web", version=step.version, details=said, photos=posted.photos
    )
    return RedirectResponse(f"/reports/{report.code}", 303)
