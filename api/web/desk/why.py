"""Why a report is here: the box on an officer's page and in the control room's dialog."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import explaining
from api.explaining import Told
from api.web.render import fragment
from api.web.settled import settled
from boundaries.models import Area
from geo.i18n import Lang
from geo.models import Category, Report


@dataclass(frozen=True)
class Why:
    """The step that brought it here, the newest routing (by itself or before a person moved it), and what was before.

    `settled` says who settled where it is, if anybody; `commune` is the finest area around the point, `rule_area` the
    name of the rule's area, None for the whole province.
    """

    now: Told
    routed: Told | None
    before: list[Told]
    settled: str | None
    commune: str | None
    rule_area: str | None
    rule_category: Category | None


def why(session: Session, report: Report, lang: Lang, *, named: bool) -> Why | None:
    """Everything that is known, for the desk; None where nothing is. `named` where the reader may know who moved it."""
    steps = explaining.explain(session, report, lang, inside=True)
    steps = steps if named else [replace(one, who=None) for one in steps]
    if not steps:
        return None
    routed = next((one for one in reversed(steps) if one.edition is not None), None)
    rule = routed.rule if routed else None
    said = settled(session, report)
    edition_id = routed.edition.id if routed and routed.edition else 0
    return Why(
        now=steps[-1],
        routed=routed,
        before=steps[-2::-1],
        settled=said.sentence(report, lang) if said else None,
        commune=_name(session, edition_id, "commune", report.commune_code),
        rule_area=_name(session, edition_id, None, rule.area_code) if rule else None,
        rule_category=session.get_one(Category, rule.category_id) if rule else None,
    )


def box(session: Session, report: Report, lang: Lang) -> str:
    """The box as HTML, for the control room's dialog; blank where nothing is known."""
    known = why(session, report, lang, named=True)
    return fragment("why.html", lang, why=known, report=report) if known else ""


def _name(session: Session, edition_id: int, level: str | None, code: str | None) -> str | None:
    query = select(Area.kind, Area.name).where(Area.edition_id == edition_id, Area.code == code)
    if level is not None:
        query = query.where(Area.level == level)
    row = session.execute(query.limit(1)).one_or_none()
    return f"{row.kind} {row.name}" if row else code
