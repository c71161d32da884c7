"""/queue: what waits for whom."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from api import signed
from api.deps import LangDep, SessionDep, SettingsDep
from api.web import forgery, mapping
from api.web.desk.asking import AskedDep, query
from api.web.render import page
from boundaries import naming
from boundaries.lookup import today
from boundaries.models import Area
from boundaries.naming import Named
from geo import claims, queue
from geo.clock import urgent_of
from geo.filters import next_deadline
from geo.i18n import Lang, _
from geo.models import Event, Media, Report, Unit, User
from geo.permissions import Actor, may
from geo.queue import PAGE, TABS, Asked
from geo.settings import Settings
from geo.succession import exists as exists_on
from geo.succession import there

router = APIRouter(include_in_schema=False)
TEXTS = {
    "map": _("Bản đồ các phản ánh trong danh sách"),
    "zoomIn": _("Phóng to"),
    "zoomOut": _("Thu nhỏ"),
}


@router.get("/queue")
def show(
    *,
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    lang: LangDep,
    asked: AskedDep,
    at: Annotated[int, Query(ge=0, le=100_000)] = 0,
    left: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The list of a tab beside its map; `left` is the code of a report that went elsewhere by the last step."""
    user = signed.needed(session, request, "desk")
    return listed(request, session, settings, lang, user, asked=asked, at=at, left=left)


def listed(
    request: Request,
    session: Session,
    settings: Settings,
    lang: Lang,
    user: User,
    *,
    asked: Asked,
    at: int = 0,
    left: str = "",
    done: list[tuple[str, str | None]] | None = None,
) -> Response:
    """The page; `done` has the code of each report of a bulk step and why it was refused, if it was."""
    who, now = signed.actor(user), datetime.now(UTC)
    rows = _rows(session, who, asked, now, at=at, lang=lang)
    counts = queue.counts(session, who, asked, now)
    mark = forgery.device(request)
    response = page(
        request,
        "desk_list.html",
        headers={"Cache-Control": "no-store"},
        user=user,
        asked=asked,
        query=partial(query, asked),
        tabs=[(tab, name, counts[tab]) for tab, (name, _condition) in TABS.items() if _wanted(tab, who)],
        most=queue.COUNTED,
        rows=rows[:PAGE],
        before=max(at - PAGE, 0) if at else None,
        at=at,
        after=at + PAGE if len(rows) > PAGE else None,
        categories=mapping.categories(session, lang),
        communes=_communes(session, who),
        units=units(session) if user.unit_id is None else [],
        receivers=units(session),
        colleagues=queue.load(session, user.unit_id, now) if user.unit_id is not None else [],
        heads=may(who, "load"),
        done=done,
        left=_left(session, user, left) if left else None,
        ended=user.unit is not None and not exists_on(user.unit, today()),
        now=now,
        token=forgery.token(settings, mark),
        config=mapping.config(session, settings, lang, TEXTS, pins=[one["pin"] for one in rows[:PAGE]]),
    )
    forgery.remember(response, request, mark)
    return response


def _left(session: Session, user: User, code: str) -> tuple[str, str] | None:
    """The code of a report and whose it is now, for those who took a step on it; None for all others."""
    mine = exists().where(Event.report_id == Report.id, Event.user_id == user.id)
    query_ = select(Report.code, Unit.name).join(Unit, Unit.id == Report.unit_id).where(mine)
    found = session.execute(query_.where(Report.code == code.replace("\0", "?"))).one_or_none()
    return (found[0], found[1]) if found else None


def units(session: Session) -> list[Unit]:
    """The units that exist today, committees first."""
    return list(session.scalars(select(Unit).where(there(today())).order_by(Unit.kind, Unit.name)))


def _rows(session: Session, who: Actor, asked: Asked, now: datetime, *, at: int, lang: Lang) -> list[dict[str, Any]]:
    photo = select(Media.key).where(Media.report_id == Report.id).order_by(Media.id).limit(1).scalar_subquery()
    names_ = Named()
    columns = (
        next_deadline(),
        urgent_of(),
        photo,
        names_.commune,
        func.ST_X(Report.point),
        func.ST_Y(Report.point),
        User.name,
    )
    found = queue.in_queue(who, asked, now).outerjoin(User, User.id == Report.assignee_id).add_columns(*columns)
    found = names_.joined(found, communes=True)
    names = ("deadline", "urgent", "photo", "commune", "lon", "lat", "assignee")
    rows = []
    for report, *values in session.execute(found.offset(at).limit(PAGE + 1)):
        row = {"report": report} | dict(zip(names, values, strict=True))
        row["inside"] = who.unit_id in (None, report.unit_id)  # what colleagues know of each other's work
        row["late"] = row["deadline"] is not None and row["deadline"] < now
        row["pin"] = {
            "code": report.code,
            "lon": row["lon"],
            "lat": row["lat"],
            "colour": report.category.colour,
            "name": mapping.category_name(report.category, lang),
            "late": row["late"],
        }
        rows.append(row)
    held = claims.current(session, [row["report"].id for row in rows], now)
    return [row | {"claim": held.get(row["report"].id)} for row in rows]


def _communes(session: Session, who: Actor) -> list[tuple[str, str]]:
    # Asked of each commune: their reports are many, the communes few.
    mine = exists().where(Report.commune_code == Area.code)
    if who.unit_id is not None:
        mine = mine.where(Report.unit_id == who.unit_id)
    there = session.scalars(select(Area.code).where(mine, Area.level == "commune").distinct())
    names = naming.of_areas(session, there)
    return sorted(((code, one.name) for code, one in names.items()), key=lambda pair: (pair[1], pair[0]))


def _wanted(tab: str, who: Actor) -> bool:
    return {"mine": who.unit_id is not None, "maybe": who.unit_id is not None, "waiting": may(who, "approve")}.get(
        tab, True
    )
