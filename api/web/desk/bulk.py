"""One step on many reports at once: each by itself, and what was refused says why."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session, sessionmaker
from starlette.datastructures import FormData

from api import signed, stepping
from api.bodies import with_photos
from api.deps import LangDep, SessionsDep, SettingsDep, opened
from api.web import forgery
from api.web.desk.asking import AskedDep
from api.web.desk.lists import listed
from geo import media, reports, units
from geo.details import Details
from geo.errors import BusyError, ForbiddenError, InvalidError, QuangnamError
from geo.i18n import Lang, _, translate
from geo.media import Picture
from geo.models import User
from geo.permissions import Actor
from geo.settings import Settings
from geo.transitions import Action

router = APIRouter(include_in_schema=False)
STALE = _("Biểu mẫu đã hết hiệu lực; hãy mở lại bàn làm việc.")
NONE = _("Hãy đánh dấu ít nhất một phản ánh.")
STEPS: tuple[Action, ...] = ("accept", "assign", "forward", "merge", "resolve")
MOST = 100  # reports at once
TRIES, PAUSE = 20, 0.05  # seconds between tries at a lead that another operator merges into at this moment
Done = list[tuple[str, str | None]]  # the code of each report, and why it was refused, if it was


@dataclass(frozen=True)
class Ticked:
    """A posted list: its fields and photos."""

    form: FormData
    photos: list[bytes]

    def said(self, name: str) -> str:
        """A field's text, blank where there is none."""
        found = self.form.get(name, "")
        return found.strip() if isinstance(found, str) and "\0" not in found else ""

    def codes(self, name: str = "code") -> list[str]:
        """The ticked reports, each once and MOST at most."""
        return list(dict.fromkeys(one for one in self.form.getlist(name) if isinstance(one, str)))[:MOST]


async def _ticked(request: Request) -> Ticked:
    return Ticked(*await with_photos(request, fields=2 * MOST + 20))


TickedDep = Annotated[Ticked, Depends(_ticked)]


@router.post("/queue/bulk")
def bulk(
    *,
    request: Request,
    sessions: SessionsDep,
    settings: SettingsDep,
    lang: LangDep,
    asked: AskedDep,
    ticked: TickedDep,
) -> Response:
    """Takes the step on each marked report and shows the list again with what came of it."""
    # Ended before the steps begin: it would take a second connection, and hold up whoever reads the history in order.
    with opened(request) as session:
        me = signed.needed(session, request, "desk")
    if not forgery.is_ours(request, settings, ticked.said("token")):
        raise ForbiddenError(STALE)
    chosen = next((one for one in STEPS if one == ticked.said("action")), None)
    if chosen is None or not ticked.codes():
        raise InvalidError(NONE, field="code")
    done = each(sessions, settings, me, chosen, ticked, lang=lang)
    with opened(request) as session:
        return listed(request, session, settings, lang, session.merge(me, load=False), asked=asked, done=done)


def each(
    sessions: sessionmaker[Session],
    settings: Settings,
    me: User,
    action: Action,
    ticked: Ticked,
    *,
    lang: Lang,
    codes: Sequence[str] | None = None,
) -> Done:
    """Takes the step on every ticked report, each in a transaction of its own: what is done stays, whatever follows.

    So no two operators wait for one another's lists. A result of a report that nobody accepted yet accepts it first.
    InvalidError for pictures that are none.
    """
    pictures = media.decode_all(ticked.photos, settings) if action == "resolve" else []
    who = signed.actor(me)
    done: Done = []
    for code in ticked.codes() if codes is None else codes:
        try:
            done.append((_one(sessions, settings, code, action, who, ticked=ticked, pictures=pictures), None))
        except QuangnamError as error:
            done.append((code[:40], translate(error.message, lang, **error.values)))
    return done


def _one(
    sessions: sessionmaker[Session],
    settings: Settings,
    code: str,
    action: Action,
    who: Actor,
    *,
    ticked: Ticked,
    pictures: Sequence[Picture],
) -> str:
    for last in (False,) * (TRIES - 1) + (True,):
        try:
            with sessions.begin() as session:
                report = reports.by_code(session, code)
                steps: tuple[Action, ...] = (action,)
                if action == "resolve" and report.state == "received":
                    steps = ("accept", "resolve")
                for step in steps:
                    stepping.step(
                        session,
                        settings,
                        report,
                        step,
                        who,
                        door="web",
                        version=None,
                        details=_DETAILS.get(step, _nothing)(session, ticked, who),
                        pictures=pictures if step == "resolve" else (),
                    )
                return report.code
        except BusyError:
            if last:
                raise
            time.sleep(PAUSE)
    raise AssertionError


def _nothing(_session: Session, _ticked: Ticked, _who: Actor) -> Details:
    return Details()


def _forward(session: Session, ticked: Ticked, _who: Actor) -> Details:
    return Details(unit_id=units.by_code(session, ticked.said("unit")), text=ticked.said("text") or None)


def _assign(_session: Session, ticked: Ticked, who: Actor) -> Details:
    sent = ticked.said("user")
    return Details(user_id=int(sent) if sent.isdecimal() and len(sent) < 10 else who.user_id)


def _merge(session: Session, ticked: Ticked, _who: Actor) -> Details:
    lead = ticked.said("lead")
    return Details(lead_id=reports.by_code(session, lead).id if lead else None)


def _resolve(_session: Session, ticked: Ticked, _who: Actor) -> Details:
    return Details(text=ticked.said("text") or None)


_DETAILS: dict[Action, Callable[[Session, Ticked, Actor], Details]] = {
    "forward": _forward,
    "assign": _assign,
    "merge": _merge,
    "resolve": _resolve,
}
