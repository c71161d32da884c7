import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from api import demo
from api.demo import moments, places
from api.demo import texts as sentences
from boundaries.routing import route
from geo.database import build_engine
from geo.deadlines import ZONE
from geo.models import Category, Event, Report, Sender
from geo.reports import CONTENT
from geo.settings import Settings
from geo.texts import clean
from geo.transitions import TRANSITIONS
from maps.features import select_public, to_feature

NOW = datetime(2026, 6, 3, 5, 0, tzinfo=UTC)


@pytest.fixture
def own(fresh_database_url: str) -> Iterator[Engine]:
    engine = build_engine(fresh_database_url)
    yield engine
    engine.dispose()


def stored(engine: Engine, *columns: object) -> list[tuple]:
    with Session(engine) as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(Report.point, Report.created_at))]


def test_as_many_as_asked_all_marked_all_in_the_province(own: Engine, settings: Settings) -> None:
    shown: list[int] = []
    assert demo.load(own, settings, 700, now=NOW, progress=shown.append) == 700
    assert shown == [700]
    with Session(own) as session:
        reports = session.scalars(select(Report)).all()
        assert len(reports) == 700
        assert all(report.demo and report.door == "demo" and report.area_code for report in reports)
        assert {to_feature(row)["properties"]["demo"] for row in session.execute(select_public())} == {True}
        assert session.scalar(select(func.count()).select_from(Sender)) == 0
        assert all(report.created_at <= NOW for report in reports)
        assert all(report.published_at is None or report.created_at <= report.published_at <= NOW for report in reports)
        for report in reports[:25]:
            lon, lat = session.execute(
                text("SELECT ST_X(point), ST_Y(point) FROM reports WHERE id = :id"), {"id": report.id}
            ).one()
            found = route(
                session,
                lon,
                lat,
                accuracy=report.accuracy,
                on=report.created_at.astimezone(ZONE).date(),
                settings=settings,
            )
            assert report.unit_id == found.unit.id


def test_states_are_those_of_the_process_and_mostly_accepted(own: Engine, settings: Settings) -> None:
    demo.load(own, settings, 1_000, now=NOW)
    with Session(own) as session:
        states = Counter(session.scalars(select(Report.state)))
        assert set(states) <= set(TRANSITIONS.values())
        assert states["in_progress"] > 800
        assert states["received"] > 10
        for report in session.scalars(select(Report).limit(50)):
            steps = session.scalars(select(Event.action).where(Event.report_id == report.id).order_by(Event.id)).all()
            assert steps == (["receive"] if report.state == "received" else ["receive", "accept"])
            assert (report.published_at is not None) == (report.state == "in_progress")


def test_the_same_seed_tells_the_same(fresh_database_url: str, own: Engine, settings: Settings) -> None:
    what = (func.ST_AsText(Report.point), Report.content, Report.created_at, Report.category_id, Report.state)
    demo.load(own, settings, 300, seed=7, now=NOW)
    first = stored(own, *what)
    demo.clear(own)
    demo.load(own, settings, 300, seed=7, now=NOW)
    assert stored(own, *what) == first
    demo.clear(own)
    demo.load(own, settings, 300, seed=8, now=NOW)
    assert stored(own, *what) != first


def test_clear_takes_demonstration_reports_and_nothing_else(own: Engine, settings: Settings) -> None:
    with Session(own) as session, session.begin():
        kind, unit = session.execute(text("SELECT (SELECT min(id) FROM categories), (SELECT min(id) FROM units)")).one()
        place = "SRID=4326;POINT(108.33 15.88)"
        session.add(Report(code="QN-REAL-0000", state="received", category_id=kind, unit_id=unit, content="Thật",
                           point=place, public_point=place, door="api"))  # fmt: skip
    demo.load(own, settings, 200, now=NOW)
    assert demo.clear(own) == 200
    with Session(own) as session:
        assert session.scalars(select(Report.code)).all() == ["QN-REAL-0000"]
        for table in ("events", "assignments", "report_units"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
    assert demo.clear(own) == 0


def test_more_than_one_chunk(own: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.demo.loading.CHUNK", 150)
    assert demo.load(own, settings, 400, now=NOW) == 400
    assert len(stored(own, Report.id)) == 400


def test_texts_are_clean_vietnamese_with_the_place(own: Engine, settings: Settings) -> None:
    demo.load(own, settings, 1_500, now=NOW)
    contents = [content for (content,) in stored(own, Report.content)]
    assert len(set(contents)) > 1_200
    for content in contents:
        assert content == clean(content) == unicodedata.normalize("NFC", content)
        assert CONTENT[0] <= len(content) <= CONTENT[1]
        assert content[0].isupper()
        assert re.search(r"(xã|phường|thị trấn) \w", content, re.IGNORECASE), content
        assert not re.search(r"[{}]|None|nan|\.\.|\s[,.:]", content), content


@pytest.mark.parametrize("town", places.TOWNS, ids=lambda town: town.name)
def test_towns_lie_in_their_districts(session: Session, settings: Settings, town: places.Town) -> None:
    found = route(session, town.lon, town.lat, edition="2020", settings=settings)
    assert found.area is not None
    assert found.area.code == town.district


def test_towns_are_denser_than_the_rest() -> None:
    rng = np.random.default_rng(1)
    spots = places.draw(rng, 20_000, np.zeros(20_000, np.bool_))
    near = {town.name: np.hypot(spots.lon - town.lon, spots.lat - town.lat) < 0.03 for town in places.TOWNS}
    assert near["Hội An"].mean() > 0.1
    assert near["Tam Kỳ"].mean() > 0.1
    assert near["A Tiêng"].mean() < 0.03


def test_categories_fit_the_place_and_the_storm() -> None:
    rng = np.random.default_rng(1)
    count = 8_000
    kind = np.repeat(np.arange(4), count // 4)
    usual = sentences.categories(rng, kind, np.zeros(count, np.bool_))
    heritage, mountain = (Counter(usual[kind == places.KINDS.index(name)]) for name in ("heritage", "mountain"))
    assert heritage["du-lich-di-san"] > 5 * mountain["du-lich-di-san"]
    stormy = Counter(sentences.categories(rng, kind, np.ones(count, np.bool_)))
    assert stormy.most_common(1)[0][0] == "thien-tai-thoi-tiet"


def test_every_category_is_known_and_can_be_told(session: Session) -> None:
    known = set(session.scalars(select(Category.code)))
    assert set(sentences.SHARES) == known
    assert set(sentences.STORM_SHARES) <= known
    assert set(sentences.PROBLEMS) | {"thien-tai-thoi-tiet"} == known


def test_moments_are_those_of_life() -> None:
    at, stormy = moments.draw(np.random.default_rng(1), 20_000, NOW)
    local = at + np.timedelta64(7, "h")
    assert at.max() <= np.datetime64(NOW.replace(tzinfo=None))
    assert at.min() >= np.datetime64(NOW.replace(tzinfo=None) - timedelta(days=moments.DAYS + 1))
    hour = (local - local.astype("datetime64[D]")) // np.timedelta64(1, "h")
    assert ((hour >= 7) & (hour < 18)).mean() > 0.6
    months = local[stormy].astype("datetime64[M]").astype(int) % 12 + 1
    assert set(months.tolist()) == {10, 11}
    half = np.datetime64(NOW.replace(tzinfo=None) - timedelta(days=moments.DAYS // 2))
    assert (at[~stormy] > half).mean() > 0.6


@pytest.mark.parametrize("draw", [moments.draw])
def test_one_report_and_none(draw: Callable[..., tuple[np.ndarray, np.ndarray]]) -> None:
    for count in (0, 1):
        at, stormy = draw(np.random.default_rng(1), count, NOW)
        assert len(at) == len(stormy) == count
