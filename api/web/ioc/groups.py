"""/ioc/groups: reports that are probably one thing, and those that lead others and wait for an answer."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from api import signed
from api.deps import LangDep, SessionDep, SessionsDep, SettingsDep, opened
from api.web.desk.bulk import NONE, Done, TickedDep, each
from api.web.desk.lists import units
from api.web.ioc.section import operator, sender_of, shown
from geo import claims, codes, groups
from geo.errors import InvalidError
from geo.models import Claim, Report, User
from geo.settings import Settings
from geo.transitions import OPEN

router = APIRouter(include_in_schema=False)
SHOWN = 20  # groups on the page, the largest
MOST_LEADS = 50


@router.get("/ioc/groups")
def show(request: Request, session: SessionDep, settings: SettingsDep) -> Response:
    """The suggestions, and the leads that wait."""
    return _shown(request, session, settings, operator(session, request))


@router.post("/ioc/groups")
def take(
    *,
    request: Request,
    sessions: SessionsDep,
    settings: SettingsDep,
    lang: LangDep,
    ticked: TickedDep,
) -> Response:
    """Merges what is ticked into `lead`, forwards or answers it, or says that it is not one thing (`dismiss`).

    Of the `member`s, those left unticked when the others are merged are not the same thing as the lead.
    """
    # Ended before the steps begin: see /queue/bulk.
    with opened(request) as session:
        me = sender_of(session, request, settings, ticked.said("token"))
    lead = codes.normalise(ticked.said("lead"))
    chosen = [one for one in ticked.codes() if ticked.said("action") != "merge" or codes.normalise(one) != lead]
    members = ticked.codes("member")
    done: Done = []
    apart: tuple[list[str], list[str]] = ([], [])
    match ticked.said("action"):
        case "dismiss":
            apart = (members, members)
        case "merge" if lead is not None and chosen:
            done = each(sessions, settings, me, "merge", ticked, lang=lang, codes=chosen)
            # Where every merge was refused, nothing was compared with anything.
            if any(refused is None for _code, refused in done):
                apart = ([lead], [one for one in members if one not in ticked.codes() and one != lead])
        case "forward" | "resolve" as action if chosen:
            done = each(sessions, settings, me, action, ticked, lang=lang)
        case _:
            raise InvalidError(NONE, field="code")
    with opened(request) as session:
        groups.dismiss(session, signed.actor(me), *(_ids(session, side) for side in apart))
        session.flush()
        return _shown(request, session, settings, session.merge(me, load=False), done=done)


def _ids(session: Session, wanted: list[str]) -> list[int]:
    return list(session.scalars(select(Report.id).where(Report.code.in_([one for one in wanted if "\0" not in one]))))


def _shown(request: Request, session: Session, settings: Settings, me: User, *, done: Done | None = None) -> Response:
    now = datetime.now(UTC)
    found = groups.suggested(session, signed.actor(me), now)
    leads = _leads(session)
    ids = [one.report.id for group in found for one in group.members] + [one["report"].id for one in leads]
    held: dict[int, Claim] = claims.current(session, ids, now)
    return shown(
        request,
        session,
        settings,
        "ioc_groups.html",
        now=now,
        me=me,
        groups=found[:SHOWN],
        more=max(len(found) - SHOWN, 0),
        leads=leads,
        held=held,
        receivers=units(session),
        done=done,
    )


def _leads(session: Session) -> list[dict[str, Any]]:
    """Open reports that others were merged into, those with the most first."""
    follower = aliased(Report)
    led = select(follower.lead_id, func.count().label("count")).where(follower.lead_id.is_not(None))
    counted = led.group_by(follower.lead_id).subquery()
    query = select(Report, counted.c.count).join(counted, counted.c.lead_id == Report.id)
    query = query.where(Report.state.in_(OPEN)).order_by(counted.c.count.desc(), Report.id).limit(MOST_LEADS)
    return [{"report": report, "count": count} for report, count in session.execute(query)]
