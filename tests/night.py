"""A typhoon night to be played: people who report, most of them the same few things, and one operator's script."""

import io
import random
import re
from collections.abc import Iterator
from typing import NamedTuple

import httpx2 as httpx
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from api.intake import submit
from geo import logins, outbox
from geo.models import Delivery, Event, Opening, Report, User
from geo.outbox import Channels
from geo.reports import Draft
from geo.secret import secret
from geo.settings import Settings

SAME = 0.6  # of all reports are about one of THINGS
METRES = 111_320  # of a degree of latitude
# What most report: category, place, and the words of which each says some.
THINGS = (
    ("cay-xanh", 108.3380, 15.8794, "cây bàng cổ thụ đổ chắn ngang đường Trần Hưng Đạo"),
    ("cap-thoat-nuoc", 108.4250, 15.5736, "nước ngập sâu nửa mét ngã tư Phan Châu Trinh xe chết máy"),
    ("thien-tai-thoi-tiet", 108.0200, 15.8700, "sạt lở taluy dương vùi lấp quốc lộ đoạn đèo nhà dân nguy hiểm"),
    ("thien-tai-thoi-tiet", 108.2200, 15.3400, "nước sông dâng tràn bờ cô lập thôn Ba cần thuyền cứu hộ"),
    ("dien-chieu-sang", 108.3500, 15.7000, "cột điện gãy dây rơi xuống đường trước trường tiểu học"),
    ("giao-thong", 108.2000, 15.6800, "cầu tràn bị cuốn trôi không qua được xe quay đầu"),
)
PLACES = ((108.10, 15.85), (108.02, 15.45), (108.43, 15.57), (108.35, 15.70), (108.30, 15.49), (108.20, 15.68))
OWN = {
    "ha-tang-do-thi": "vỉa hè sụt lún gạch bong tường rào đổ nắp cống mất biển báo gãy hố sâu lề đường",
    "ve-sinh-moi-truong": "rác dồn ứ bốc mùi bãi tập kết túi ni lông xác gia súc kênh mương cống rãnh",
    "thien-tai-thoi-tiet": "mái tôn tốc vách nứt gió giật chuồng trại bay tường nghiêng thuyền chìm người kẹt",
    "y-te-suc-khoe": "trạm y tế thiếu thuốc người già khó thở cần xe bệnh nhân sốt trẻ em tiêu chảy",
}
AROUND = ("mong cán bộ đến sớm", "rất nguy hiểm", "từ tối qua", "cả xóm lo lắng", "xin giúp với", "chưa thấy ai đến")
SAID = "Đã cử lực lượng đến xử lý xong trong đêm."


class Played(NamedTuple):
    """What came of a night: how many reports, how many answered, the seconds until each urgent one was seen."""

    reports: int
    groups: int
    answered: int
    urgent: list[float]
    unseen: int


def drafts(count: int, seed: int = 9) -> Iterator[Draft]:
    """What people send, in its order."""
    rng = random.Random(seed)
    for number in range(count):
        if rng.random() < SAME:
            kind, lon, lat, text = rng.choice(THINGS)
            # Within 150 m of the thing.
            lon, lat = lon + rng.uniform(-105, 105) / METRES, lat + rng.uniform(-105, 105) / METRES
        else:
            kind, text = rng.choice(list(OWN.items()))
            lon, lat = rng.choice(PLACES)
            lon, lat = lon + rng.uniform(-0.03, 0.03), lat + rng.uniform(-0.03, 0.03)
        words = text.split()
        kept = [word for word in words if rng.random() < 0.75] or words
        content = " ".join([*kept, rng.choice(AROUND)]).capitalize()
        yield Draft("Trần Thị Bưởi", f"+84905{number:06}", kind, content, round(lon, 6), round(lat, 6), "web")


def send(sessions: sessionmaker[Session], settings: Settings, draft: Draft) -> None:
    """One report, by the only way in."""
    with sessions.begin() as session:
        submit(session, settings, draft, secret=secret(settings))


class Operator:
    """An operator's browser and what they do in it, again and again."""

    def __init__(self, address: str, sessions: sessionmaker[Session]) -> None:
        with sessions.begin() as session:
            user = User(role="operator", email="night@example.vn", name="Lê Thị Sen")
            session.add(user)
            session.flush()
            cookies = {"session": logins.begin(session, user, "Firefox", complete=True)}
        self.http = httpx.Client(base_url=address, timeout=120, cookies=cookies)
        self.merged = 0
        made = io.BytesIO()
        Image.new("RGB", (640, 480), "orange").save(made, "JPEG")
        self._photo = made.getvalue()

    def look(self) -> None:
        """Opens what is urgent and new, as whoever hears the sound does."""
        for one in self._got("/api/v1/ioc/urgent").json()["unseen"]:
            self._got(f"/queue/{one['code']}")

    def turn(self) -> None:
        """Merges every group that is suggested, with a look at what is urgent before each."""
        self.look()
        page = self._got("/ioc/groups").text
        for form in page.split('<form class="panel group"')[1:]:
            lead = re.search(r'name="lead" value="([^"]+)" checked', form)
            if lead is None:
                continue  # the leads that wait
            self.look()
            codes = re.findall(r'name="code" value="([^"]+)"', form)
            self._post("/ioc/groups", page, action="merge", lead=lead[1], code=codes, member=codes)
            self.merged += 1

    def forward(self) -> None:
        """Sends the first lead that waits to the electricity company."""
        page = self._got("/ioc/groups").text
        if codes := _leads(page):
            self._post("/ioc/groups", page, action="forward", code=codes[:1], unit="cong-ty-dien-luc")

    def answer(self) -> None:
        """Answers the leads, and then everything else that is open, page by page."""
        page = self._got("/ioc/groups").text
        if codes := _leads(page):
            self._post("/ioc/groups", page, action="resolve", code=codes, text=SAID)
        page = self._got("/queue").text
        while codes := re.findall(r'name="code" value="([^"]+)"', page):
            page = self._post("/queue/bulk", page, action="resolve", code=codes, text=SAID)

    def _got(self, path: str) -> httpx.Response:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text[:500]
        return answer

    def _post(self, path: str, page: str, **form: object) -> str:
        token = page.partition('name="token" value="')[2].partition('"')[0]
        files = [("media", ("a.jpg", self._photo, "image/jpeg"))] if form["action"] == "resolve" else None
        answer = self.http.post(path, data={"token": token, **form}, files=files)
        assert answer.status_code == 200, answer.text[:500]
        return answer.text


def _leads(page: str) -> list[str]:
    form = page.partition('<form class="panel group" method="post" action="/ioc/groups" enctype')[2]
    return re.findall(r'name="code" value="([^"]+)"', form)


def outcome(sessions: sessionmaker[Session], settings: Settings, groups: int) -> Played:
    """Plans the message of every step, as the worker does, and counts."""
    with sessions.begin() as session:
        for number in session.scalars(select(Event.id).order_by(Event.id)).all():
            outbox.plan(session, number, Channels(sms=True), secret(settings))
        told = select(Delivery.target).join(Event, Event.id == Delivery.event_id).distinct()
        answered = len(session.scalars(told.where(Event.action == "resolve", Delivery.channel == "sms")).all())
        acted = select(func.min(Event.at)).where(Event.report_id == Report.id, Event.actor == "operator")
        opened = select(Opening.at).where(Opening.report_id == Report.id)
        first = func.least(acted.scalar_subquery(), opened.scalar_subquery())
        urgent = session.execute(select(Report.created_at, first).where(Report.category.has(urgent=True))).all()
        total = session.scalar(select(func.count()).select_from(Report)) or 0
    waited = [(seen - came).total_seconds() for came, seen in urgent if seen is not None]
    return Played(total, groups, answered, sorted(waited), len(urgent) - len(waited))
