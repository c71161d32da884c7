"""A province in which every page has something to show: reports in all states, people of all kinds."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pyotp
from fastapi import Request, Response
from geoalchemy2.shape import to_shape
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api import exporting, follow, mine, working
from api.intake import submit
from api.routes.reports import DEVICE
from api.web import forgery
from api.web.admin import edition_form
from boundaries import activation, checks, editions, incoming, lookup, ruling
from boundaries.findings import Reading
from boundaries.importing import NewArea
from boundaries.incoming import Incoming
from boundaries.models import Area
from boundaries.ruling import Wanted
from geo import (
    accounts,
    claims,
    data_requests,
    exports,
    interest,
    logbook,
    logins,
    second_factor,
    storm,
    succession,
    work_links,
    workflow,
)
from geo.details import Details
from geo.models import Category, Media, Report, Unit, User
from geo.permissions import SYSTEM, Actor
from geo.reports import Draft
from geo.sealing import seal
from geo.secret import secret
from geo.settings import Settings
from geo.transitions import Action

MARK = "a-browser-of-the-tests"
PHONE, OTHER_PHONE = "+84905123456", "+84905123457"
SAID = "Đã cử người đến xem và làm ngay trong ngày."
PEOPLE = {  # the part of the e-mail address before the at: role, unit
    "head": ("head", "ubnd-503"),
    "officer": ("officer", "ubnd-503"),
    "beside": ("head", "ubnd-507"),
    "operator": ("operator", None),
    "administrator": ("administrator", None),
    "settling": ("planner", None),
    "half": ("planner", None),
    "invited": ("officer", "ubnd-502"),
}


@dataclass
class Province:
    """What stands in the database: `values` fill the addresses of pages, `enter` gives a reader's cookies."""

    sessions: sessionmaker[Session]
    settings: Settings
    values: dict[str, str]
    links: dict[str, str]  # tokens of private links, by code
    totp: str

    def enter(self, reader: str) -> dict[str, str]:
        """The cookies of a reader: public, sender, newcomer (whose phone sent nothing), unit, or one of PEOPLE."""
        known = {DEVICE: MARK}
        match reader:
            case "public":
                return known
            case "sender":
                links = {follow.cookie_name(code): token for code, token in self.links.items()}
                return known | links | {mine.COOKIE: self._proved(PHONE)}
            case "newcomer":
                return known | {mine.COOKIE: self._proved(OTHER_PHONE)}
            case "unit":
                return known | {working.cookie_name(self.values["forwarded"]): self.values["work"]}
        with self.sessions.begin() as session:
            user = session.scalars(select(User).where(User.email == f"{reader}@example.vn")).one()
            return known | {"session": logins.begin(session, user, "Firefox", complete=reader != "half")}

    def form(self, fields: Mapping[str, str]) -> dict[str, str]:
        """What a form sends: its fields, its token, and the codes of this moment."""
        with self.sessions() as session:
            user = session.scalars(select(User).where(User.email == "settling@example.vn")).one()
        now = {
            "totp": pyotp.TOTP(self.totp).now(),
            "pending": seal(secret(self.settings), f"pending second factor of {user.id}", self.totp),
        }
        sent = {name: value.format(**self.values | now) for name, value in fields.items()}
        return {"token": forgery.token(self.settings, MARK)} | sent

    def body(self, fields: Mapping[str, str]) -> str:
        """The same as it goes over the wire."""
        return urlencode(self.form(fields))

    def _proved(self, phone: str) -> str:
        given = Response()
        mine.remember(
            given,
            Request({"type": "http", "scheme": "http", "path": "/", "headers": [(b"host", b"test")]}),
            self.settings,
            phone,
        )
        return SimpleCookie(given.headers["set-cookie"])[mine.COOKIE].value


STATES = (
    *("received", "in_progress", "needs_info", "resolved", "rejected"),
    *("withdrawn", "forwarded", "lead", "merged", "sensitive"),
)


def build(sessions: sessionmaker[Session], settings: Settings) -> Province:
    """Fills the database."""
    values: dict[str, str] = {}
    links: dict[str, str] = {}
    with sessions.begin() as session:
        for name, (role, unit) in PEOPLE.items():
            user, link = accounts.add(session, f"{name}@example.vn", name="Lê Thị Sen", role=role, unit=unit)
            if name == "invited":
                values["welcome"] = link
            if name in ("half", "officer"):
                user.totp_key = seal(secret(settings), second_factor.PURPOSE, second_factor.new_key())
        for number, name in enumerate(STATES):
            values[name], links[values[name]] = _send(session, settings, number, name)
        values["work"] = _work(session, settings, values)
        _night(session, values)
        _borders(session, settings, values)
        pictures = select(Media.key).join(Report).where(Report.code == values["in_progress"])
        values["picture"] = session.scalars(pictures).one()
        _orders(session, settings, values)
        _boundaries(session, settings, values)
        _authorities(session)
    with sessions() as session:
        ready = exports.find(session, values["order_ready"]).id
    exporting.make(sessions, settings, ready)
    return Province(sessions, settings, values, links, second_factor.new_key())


def _authorities(session: Session) -> None:
    """Rules of every standing, and a unit that ends in advance."""
    unit = {code: session.scalars(select(Unit).where(Unit.code == code)).one() for code in ("so-y-te", "cong-an-tinh")}
    kind = session.scalars(select(Category.id).where(Category.code == "y-te-suc-khoe")).one()
    now = lookup.today()
    for area, priority, begin, end in (
        (None, 1, None, None),
        ("503", 0, None, None),
        ("519", 0, now + timedelta(days=9), None),
        ("508", 2, None, now),
        ("99999", 2, None, None),
    ):
        ruling.add(session, Wanted(kind, area, unit["so-y-te"].id, False, priority, begin, end))
    succession.end(session, unit["cong-an-tinh"], now + timedelta(days=30), None, now)


def _orders(session: Session, settings: Settings, values: dict[str, str]) -> None:
    """Exports that were ordered: one in each state that its page shows."""
    key = secret(settings)
    planner = session.scalars(select(User).where(User.email == "settling@example.vn")).one()
    what = exports.Order("csv", 5899, ("state", "content"), {"category": "giao-thong"}, total=9)
    for state in ("waiting", "ready", "cancelled"):
        made = exports.place(session, planner, what, key, filename="phan-anh.csv", size=1_000, mail=False)
        values[f"order_{state}"] = exports.token_of(key, made)
        if state == "cancelled":
            exports.cancel(made, datetime.now(UTC))


def _boundaries(session: Session, settings: Settings, values: dict[str, str]) -> None:
    """An edition that is scheduled, and two files that were checked: a sound one and one with a hole."""
    edition = editions.find(session, "2025-01")
    activation.schedule(session, edition.code, datetime.now(UTC) + timedelta(days=30))
    form = edition_form.blank(edition)
    hole = "Khe hở {area} m² cạnh {codes}, tại {lon}, {lat}."
    for name, lon in (("areas", None), ("bad_areas", 107.55)):
        reading = Reading("own.gpkg", [], [], checks.check(session, edition))
        for area in session.scalars(select(Area).where(Area.edition_id == edition.id, Area.level == "district")):
            polygon = to_shape(area.geometry)
            reading.areas.append(NewArea(area.level, area.code, area.name, area.kind, None, area.coastal, polygon))
        reading.add("Các cột được đoán: {guessed}.", serious=False, guessed="mã = MA; tên = TEN")
        if lon is not None:
            reading.add(hole, area="1,186,599.6", codes="510", lon=lon, lat=15.65)
        values[name] = incoming.keep(settings, b"", Incoming("own.gpkg", form, "", reading, datetime.now(UTC)))


def _borders(session: Session, settings: Settings, values: dict[str, str]) -> None:
    """By the border of two districts: one place that both call theirs, and three that were settled close by."""
    operator, beside = (
        session.scalars(select(User).where(User.email == f"{name}@example.vn")).one() for name in ("operator", "beside")
    )
    for number in range(4):
        taken = submit(
            session,
            settings,
            Draft(
                name="Trần Thị Bưởi",
                phone=f"+8490512346{number}",
                category="giao-thong",
                content=f"Đèn đường hỏng ở đầu cầu, lần {number}.",
                lon=108.292975 + number / 10_000,
                lat=15.896727,
                door="web",
            ),
            secret=secret(settings),
            lang="vi",
        )
        report = session.scalars(select(Report).where(Report.code == taken.answer["code"])).one()
        if number:
            workflow.apply(session, report, "confirm", Actor("operator", user_id=operator.id), door="web")
            continue
        values["uncertain"] = report.code
        workflow.apply(session, report, "accept", SYSTEM, door="cli")
        theirs = Actor("head", unit_id=beside.unit_id, user_id=beside.id)
        workflow.apply(session, report, "ours", theirs, door="web")


def _send(session: Session, settings: Settings, number: int, name: str) -> tuple[str, str]:
    draft = Draft(
        name="Trần Thị Bưởi",
        phone=PHONE,
        category="an-ninh-trat-tu" if name == "sensitive" else "giao-thong",
        content=f"Ổ gà lớn trước cổng chợ, nhiều người ngã xe, lần {number}.",
        lon=108.338 + number / 2_000,
        lat=15.8794,
        door="web",
    )
    taken = submit(session, settings, draft, [_photo()], secret=secret(settings), lang="vi")
    return taken.answer["code"], taken.token


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "orange").save(out, "JPEG")
    return out.getvalue()


def _work(session: Session, settings: Settings, values: dict[str, str]) -> str:
    """Brings each report to the state that it is named after; the token of the link to the forwarded one."""
    report = {name: session.scalars(select(Report).where(Report.code == values[name])).one() for name in STATES}
    head = session.scalars(select(User).where(User.email == "head@example.vn")).one()

    def step(name: str, action: Action, by: Actor | None = None, **details: object) -> None:
        actor = by or Actor("head", unit_id=head.unit_id, user_id=head.id)
        workflow.apply(session, report[name], action, actor, door="cli", details=Details(**details))  # type: ignore[arg-type]

    for name in ("in_progress", "resolved", "lead", "merged", "sensitive"):
        step(name, "accept")
    step("in_progress", "progress", text=SAID)
    step("needs_info", "ask", text="Ổ gà nằm ở làn nào?")
    step("resolved", "resolve", text=SAID, pictures=1)
    step("rejected", "reject", text=SAID, reason="thieu-thong-tin")
    step("withdrawn", "withdraw", Actor("sender", report_id=report["withdrawn"].id))
    step("merged", "merge", lead_id=report["lead"].id)
    company = session.scalars(select(Unit).where(Unit.code == "cong-ty-dien-luc")).one()
    step("forwarded", "forward", unit_id=company.id)
    report["lead"].demo = True
    interest.flag(session, report["in_progress"], "somebody", "Có tên người trong nội dung.")
    data_requests.ask(session, report["resolved"], "correction", "Tên tôi viết khác.", settings.data_request_hours)
    return work_links.make(session, report["forwarded"])


def _night(session: Session, values: dict[str, str]) -> None:
    """A typhoon night: an alert, an urgent report, one in somebody's hands, and lines in the handover log."""
    operator = session.scalars(select(User).where(User.email == "operator@example.vn")).one()
    who = Actor("operator", user_id=operator.id)
    report = {name: session.scalars(select(Report).where(Report.code == values[name])).one() for name in STATES}
    storm.begin(session, operator, "Bão đang vào đất liền, hãy ở trong nhà; Ban chỉ huy: 0235 3852 600.")
    report["received"].urgent = True
    claims.claim(session, report["in_progress"], who, datetime.now(UTC))
    logbook.begin_shift(session, operator)
    note = logbook.note(session, operator, "Cầu Cẩm Nam ngập, đã rào.", values["received"])
    logbook.note(session, operator, "Cầu Cẩm Kim, không phải Cẩm Nam.", corrects_id=note.id)
    logbook.end_shift(session, operator, "Còn hai điểm ngập cần theo dõi.", datetime.now(UTC))
