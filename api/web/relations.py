"""The reports that belong to a report: its first or second one, the one that leads it, those that it leads."""

from typing import Any, NamedTuple

from sqlalchemy import false, func, select, true
from sqlalchemy.orm import Session

from geo import options
from geo.filters import sensitive
from geo.i18n import Lang, _, translate
from geo.models import Report

SECOND_OF = _("Đây là phản ánh lần 2, về kết quả của")
SECOND = _("Người gửi chưa đồng ý với kết quả; phản ánh lần 2:")
MERGED = _("Đã gộp vào phản ánh về cùng một việc; tình trạng và câu trả lời ở:")
LEADS = _("{count} phản ánh khác về cùng việc này đã được gộp vào đây.")
AGAIN = _("Nơi này bị phản ánh lại: lần {count} trong {days} ngày, dù đã được báo là xử lý xong.")


class Relation(NamedTuple):
    """A sentence, and the code of the report that it speaks of where there is one."""

    text: str
    code: str | None = None


def relations(
    session: Session, report: Report, lang: Lang, *, inside: bool = False, mine: bool = False
) -> list[Relation]:
    """What to know about a report's kin before reading it; `inside` is for those who work on it, `mine` its sender."""
    found = []
    # Of a hidden place nothing is said that would tie two reports of it together; a sender knows their own.
    told = true() if inside or mine or not report.category.sensitive else false()
    own = told if inside or mine else told & ~sensitive()
    others = told if inside else told & ~sensitive()
    for message, code in (
        (SECOND_OF, _code(session, (Report.id == report.second_of_id) & own)),
        (SECOND, _code(session, (Report.second_of_id == report.id) & own)),
        (MERGED, _code(session, (Report.id == report.lead_id) & others)),
    ):
        if code:
            found.append(Relation(translate(message, lang), code))
    if led := session.scalar(select(func.count()).where(Report.lead_id == report.id, others)):
        found.append(Relation(translate(LEADS, lang, count=led)))
    if report.recurrence > 1 and (inside or not report.category.sensitive):
        found.append(Relation(translate(AGAIN, lang, count=report.recurrence, days=options.value("recurrence_days"))))
    return found


def _code(session: Session, which: Any) -> str | None:
    return session.scalar(select(Report.code).where(which))
