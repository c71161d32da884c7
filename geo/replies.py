"""Replies that a unit needs often."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from geo.details import TEXT
from geo.errors import InvalidError
from geo.i18n import _
from geo.models import Category, Report, Template
from geo.permissions import Actor
from geo.texts import checked
from geo.transitions import Action

ACTIONS: tuple[Action, ...] = ("progress", "ask", "return", "resolve", "reject", "extend")


def for_report(session: Session, report: Report) -> dict[str, list[Template]]:
    """By action: the unit's own and everybody's, of the report's category and of all."""
    mine = or_(Template.unit_id == report.unit_id, Template.unit_id.is_(None))
    fits = or_(Template.category_id == report.category_id, Template.category_id.is_(None))
    found: dict[str, list[Template]] = {}
    for one in session.scalars(select(Template).where(mine, fits).order_by(Template.title, Template.id)):
        found.setdefault(one.action, []).append(one)
    return found


def of_unit(session: Session, who: Actor) -> list[Template]:
    """Those that somebody may change: their unit's, or everybody's for the IOC."""
    return list(session.scalars(select(Template).where(_own(who)).order_by(Template.action, Template.title)))


def add(session: Session, who: Actor, *, action: str, title: str, text: str, category: str | None) -> None:
    """A new one; InvalidError for an action that has no text, or a category that is none."""
    if action not in ACTIONS:
        raise InvalidError(_("Hãy chọn bước dùng câu trả lời này."), field="action")
    kind = session.scalar(select(Category.id).where(Category.code == category)) if category else None
    if category and kind is None:
        raise InvalidError(_("Không có lĩnh vực này; hãy chọn một lĩnh vực trong danh sách."), field="category")
    session.add(
        Template(
            action=action,
            title=checked(title, "title", least=2, most=100),
            text=checked(text, "text", least=TEXT[0], most=TEXT[1], lines=True),
            unit_id=who.unit_id,
            category_id=kind,
        )
    )


def remove(session: Session, who: Actor, template_id: int) -> None:
    """Takes one away; nothing where it is not theirs."""
    found = session.scalar(select(Template).where(Template.id == template_id, _own(who)))
    if found is not None:
        session.delete(found)


def _own(who: Actor) -> ColumnElement[bool]:
    return Template.unit_id == who.unit_id if who.unit_id is not None else Template.unit_id.is_(None)
