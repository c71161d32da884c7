"""receive(): one text message, answered once however often the gateway brings it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.intake import submit
from api.sms import replies
from api.sms.places import Point
from api.sms.reading import Read, read
from api.web import mapping
from boundaries import routing
from geo import inbound, people
from geo.errors import InvalidError, OutsideError, TooManyError
from geo.i18n import _, translate
from geo.inbound import RepeatedError
from geo.models import Category, Report
from geo.reports import CONTENT, Draft
from geo.search import plain
from geo.secret import secret
from geo.settings import Settings
from geo.texts import checked

NAME = "Người gửi tin nhắn"  # until the app sends the rest: the regulation wants a name and a text message has none
NO_WORDS = _("(Tin nhắn không có mô tả.)")


@dataclass(frozen=True)
class Message:
    """A text message as the gateway hands it over; `number` is its own, the same on a repeat."""

    sender: str
    text: str
    number: str
    at: datetime | None = None


class _RefusedError(Exception):
    """A message can be no report; its words are the reason for programs."""


def receive(sessions: sessionmaker[Session], settings: Settings, message: Message) -> dict[str, Any]:
    """{"code"} of the report that is there now, or {"ignored"} with the reason; committed when this returns.

    Whatever it raises has left nothing behind and may be tried again.
    """
    phone = None
    try:
        phone = _phone(message)
        with sessions.begin() as session:
            if (known := inbound.find(session, message.number)) is not None:
                return known
            said, draft = _draft(session, settings, phone, message)
        with sessions.begin() as session:
            return _register(session, settings, message, said, draft)
    except RepeatedError:
        return _known(sessions, message)
    except _RefusedError as refusal:
        return _refuse(sessions, settings, message, phone, str(refusal))
    except OutsideError:
        return _refuse(sessions, settings, message, phone, replies.OUTSIDE)
    except TooManyError:
        return _refuse(sessions, settings, message, phone, replies.TOO_MANY)


def _phone(message: Message) -> str:
    try:
        return people.normalise_phone(message.sender)
    except InvalidError:
        # A bank's or an operator's own message: its sender is a word or a short number.
        raise _RefusedError(replies.NO_PHONE) from None


def _draft(session: Session, settings: Settings, phone: str, message: Message) -> tuple[Read, Draft]:
    try:
        text = checked(message.text, "text", least=1, most=CONTENT[1])
    except InvalidError:
        raise _RefusedError(replies.UNREADABLE) from None
    active = select(Category.code, Category.name).where(Category.active)
    said = read(text, {one.code: one.name for one in session.execute(active)}, mapping.province(session))
    if said.place is None:
        raise _RefusedError(replies.NO_PLACE)
    lon, lat = _point(session, settings, said.place.points, text)
    draft = Draft(
        name=NAME,
        phone=phone,
        category=said.category,
        content=said.words or translate(NO_WORDS, "vi"),
        lon=lon,
        lat=lat,
        door=inbound.DOOR,
        notice_version=people.NOTICE_VERSION,
        accuracy=said.place.accuracy,
    )
    return said, draft


def _point(session: Session, settings: Settings, points: list[Point], text: str) -> Point:
    """The one point that lies in the province, and of several the one whose district the text names."""
    if len(points) == 1:
        return points[0]
    inside: list[tuple[Point, str]] = []
    for point in points:
        try:
            area = routing.route(session, *point, settings=settings).area
        except OutsideError:
            continue
        inside.append((point, plain(area.name) if area else ""))
    named = [one for one in inside if one[1] and one[1] in plain(text)]
    chosen = named if len(named) == 1 else inside
    if len(chosen) != 1:
        raise _RefusedError(replies.SEVERAL if chosen else replies.OUTSIDE)
    return chosen[0][0]


def _register(session: Session, settings: Settings, message: Message, said: Read, draft: Draft) -> dict[str, Any]:
    key = secret(settings)
    taken = submit(session, settings, draft, secret=key, reference=said.reference)
    answer = {"code": taken.answer["code"]}
    report_id = session.scalars(select(Report.id).where(Report.code == answer["code"])).one()
    # Where the report was there before, its sender has a link already.
    token = None if taken.replayed else inbound.link_token(key, message.number)
    inbound.registered(session, message.number, said.reference, report_id, answer, at=message.at, token=token)
    return answer


def _refuse(
    sessions: sessionmaker[Session], settings: Settings, message: Message, phone: str | None, reason: str
) -> dict[str, Any]:
    answer = {"ignored": reason}
    try:
        with sessions.begin() as session:
            told = phone if phone and replies.allowed(session, settings, phone, reason) else None
            inbound.refused(session, message.number, answer, at=message.at, phone=told, secret=secret(settings))
    except RepeatedError:
        return _known(sessions, message)
    return answer


def _known(sessions: sessionmaker[Session], message: Message) -> dict[str, Any]:
    with sessions.begin() as session:
        return inbound.find(session, message.number) or {}
