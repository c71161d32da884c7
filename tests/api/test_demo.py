import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from api import demo
from api.demo import moments
from boundaries.models import Assignment
from boundaries.routing import route
from geo.deadlines import ZONE
from geo.density.keeping import keep
from geo.filters import Filters
from geo.geometry import blur, position
from geo.models import Category, Delivery, Event, Media, Report, Sender, Upload
from geo.reports import CONTENT
from geo.search import plain
from geo.settings import Settings
from geo.texts import clean
from geo.transitions import STATES, TRANSITIONS
from maps.features import select_public, to_feature
from maps.tally import tally

NOW = datetime(2026, 6, 3, 5, 0, tzinfo=UTC)


def stored(engine: Engine, *columns: object) -> list[tuple]:
    with Session(engine) as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(Report.point, Report.created_at))]


def test_as_many_as_asked_all_marked_all_in_the_province(own: Engine, settings: Settings) -> None:
    shown: list[tuple[int, str]] = []
    assert demo.load(own, settings, 700, now=NOW, progress=lambda *one: shown.append(one)) == 700
    assert shown == [(700, ""), (700, "ANALYZE")]
    with Session(own) as session:
        reports = session.scalars(select(Report)).all()
        assert len(reports) == 700
        assert all(report.demo and report.door == "demo" and report.area_code for report in reports)
        assert {to_feature(row)["properties"]["demo"] for row in session.execute(select_public())} == {True}
        assert session.scalar(select(func.count()).select_from(Sender)) == 0
        assert all(report.created_at <= NOW for report in reports)
        assert all(report.published_at is None or report.created_at <= report.published_at <= NOW for report in reports)
        assert all(report.words == plain(report.content) for report in reports)
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


def test_states_are_those_of_an_old_system(own: Engine, settings: Settings) -> None:
    demo.load(own, settings, 3_000, now=NOW)
    with Session(own) as session:
        old = Report.created_at < NOW - timedelta(days=60)
        states = Counter(session.scalars(select(Report.state).where(old)))
        assert set(states) <= set(STATES)
        ended = sum(states[state] for state in ("closed", "resolved", "rejected", "merged"))
        assert 0.97 < ended / states.total() < 0.998
        lately = Counter(session.scalars(select(Report.state).where(Report.created_at > NOW - timedelta(days=14))))
        assert {"received", "in_progress", "resolved"} <= set(lately)
        stars = Counter(session.scalars(select(Report.stars).where(Report.state == "closed")))
        assert stars[5] > stars[1] > 0
        assert stars[None] > stars[5]


def test_the_history_of_the_newest_is_told_in_full(own: Engine, settings: Settings) -> None:
    demo.load(own, settings, 1_000, now=NOW)
    with Session(own) as session:
        for report in session.scalars(select(Report)):
            steps = session.scalars(select(Event).where(Event.report_id == report.id).order_by(Event.id)).all()
            state = None
            for step in steps:
                assert step.from_state == state
                assert TRANSITIONS[state, step.action] == step.to_state
                state = step.to_state
            assert (state, report.version) == (report.state, len(steps))
            assert [step.at for step in steps] == sorted(step.at for step in steps)
            accepted = [step.at for step in steps if step.action == "accept"]
            assert accepted == ([] if report.published_at is None else [report.published_at])
            settled = [step.at for step in steps if step.action in ("resolve", "reject", "close")]
            assert (settled or [None])[-1] == report.settled_at


def test_of_older_reports_the_last_step_is_told(
    own: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.demo.loading.HISTORIES", 100)
    demo.load(own, settings, 500, now=NOW)
    with Session(own) as session:
        newest = session.scalars(select(Report).order_by(Report.created_at.desc())).all()
        told = Counter(session.scalars(select(Event.report_id)))
        assert all(told[report.id] == report.version == 1 for report in newest[100:])
        assert sum(told[report.id] for report in newest[:100]) > 150
        assert session.scalar(select(func.count()).select_from(Assignment)) == 100


def test_what_is_merged_follows_an_earlier_one_of_its_kind(own: Engine, settings: Settings) -> None:
    demo.load(own, settings, 3_000, now=NOW)
    with Session(own) as session:
        merged = session.scalars(select(Report).where(Report.state == "merged")).all()
        assert len(merged) > 10
        for report in merged:
            lead = session.get_one(Report, report.lead_id)
            assert lead.state in ("in_progress", "resolved", "closed")
            assert (lead.category_id, lead.unit_id) == (report.category_id, report.unit_id)
            assert lead.created_at < report.created_at
        assert session.scalar(select(func.count()).where(Report.lead_id.is_not(None))) == len(merged)


def test_the_public_place_is_the_blurred_one_where_it_must_be(own: Engine, settings: Settings) -> None:
    demo.load(own, settings, 600, now=NOW)
    with Session(own) as session:
        query = select(Report, Category.sensitive).join(Category)
        sensitive = 0
        for report, hidden in session.execute(query):
            lon, lat = position(report.point)
            assert position(report.public_point) == (blur(lon, lat) if hidden else (lon, lat))
            sensitive += hidden
        assert sensitive > 10


def test_many_have_the_same_indexes_afterwards(
    own: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A condition that is read and written again has its casts elsewhere.
    definitions = text(
        "SELECT regexp_replace(indexdef, '::(text|character varying)(\\[\\])?|[()]|ARRAY', '', 'g')"
        " FROM pg_indexes WHERE tablename IN ('reports', 'events') ORDER BY 1"
    )
    with Session(own) as session:
        before = session.scalars(definitions).all()
    monkeypatch.setattr("api.demo.aside.MANY", 5_000)
    monkeypatch.setattr("api.demo.moments.MANY", 5_000)
    monkeypatch.setattr("api.demo.loading.CHUNK", 1_500)
    doing: list[str] = []
    assert demo.load(own, settings, 5_000, now=NOW, progress=lambda _stored, one: doing.append(one)) == 5_000
    assert "uq_reports_code" in doing
    with Session(own) as session:
        assert session.scalars(definitions).all() == before
        assert session.scalar(select(func.min(Report.created_at))) < NOW - timedelta(days=3_000)
        assert session.scalar(select(func.count()).where(Report.area_code.is_(None))) == 0
        in_time = session.execute(select(Report.created_at).order_by(Report.id)).scalars().all()
        assert in_time[0] < in_time[2_000] < in_time[-1]
    assert demo.load(own, settings, 5_000, now=NOW) == 5_000  # a table that has some keeps its indexes
    assert demo.clear(own) == 10_000


def test_an_interrupted_load_leaves_nothing(own: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.demo.aside.MANY", 400)
    monkeypatch.setattr("api.demo.loading.CHUNK", 100)

    def interrupt(stored: int, _doing: str) -> None:
        if stored > 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.load(own, settings, 400, now=NOW, progress=interrupt)
    with Session(own) as session:
        assert session.scalar(select(func.count()).select_from(Report)) == 0
        assert session.scalar(text("SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_reports_point'")) == 1


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


def _hang_on(session: Session, report_id: int | None) -> None:
    """What may hang on a report, or on none."""
    now = datetime.now(UTC)
    session.add(Upload(token_hash=str(report_id).encode(), length=1, report_id=report_id, expires_at=now))
    if report_id is not None:
        event_id = session.scalars(select(Event.id).where(Event.report_id == report_id)).first()
        session.add(Media(report_id=report_id, event_id=event_id, key=f"{report_id:032}", width=1, height=1))
        session.add(Delivery(event_id=event_id, channel="email", target="sender"))


@pytest.mark.parametrize("many", [100, 100_000])
@pytest.mark.parametrize("real", [True, False])
def test_clear_takes_demonstration_reports_and_nothing_else(
    own: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, real: bool, many: int
) -> None:
    demo.load(own, settings, 200, now=NOW)
    monkeypatch.setattr("api.demo.aside.MANY", many)
    with Session(own) as session, session.begin():
        first = session.scalars(select(Report).order_by(Report.id)).first()
        _hang_on(session, first.id)
        _hang_on(session, None)
        if real:
            place = "SRID=4326;POINT(108.33 15.88)"
            made = Report(code="QN-REAL-0000", state="received", category_id=first.category_id, unit_id=first.unit_id,
                          content="Thật", point=place, public_point=place, door="api")  # fmt: skip
            session.add(made)
            session.flush()
            session.add(Event(report_id=made.id, action="receive", to_state="received", actor="sender", door="api",
                              unit_id=first.unit_id))  # fmt: skip
            session.flush()
            _hang_on(session, made.id)
    foreign = text("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' ORDER BY 1, 2")
    with Session(own) as session:
        before = session.execute(foreign).all()
    assert demo.clear(own) == 200
    with Session(own) as session:
        assert session.scalars(select(Report.code)).all() == ["QN-REAL-0000"][: int(real)]
        left = {"events": real, "media": real, "deliveries": real, "uploads": 1 + real}
        for table, count in (left | {"assignments": 0, "report_units": 0}).items():
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == count, table
        assert session.execute(foreign).all() == before
        assert session.execute(text("SELECT count(*) FROM pg_constraint WHERE NOT convalidated")).scalar() == 0
        while keep(session):
            pass
        assert tally(session, Filters(), demo=None).kinds["count"].sum() == real
    assert demo.clear(own) == 0


def test_a_few_are_cleared_while_others_write(own: Engine, settings: Settings) -> None:
    demo.load(own, settings, 30, now=NOW)
    with Session(own) as writer:
        first = writer.scalars(select(Report)).first()
        place = "SRID=4326;POINT(108.33 15.88)"
        writer.add(Report(code="QN-REAL-0000", state="received", category_id=first.category_id, unit_id=first.unit_id,
                          content="Thật", point=place, public_point=place, door="api"))  # fmt: skip
        writer.flush()
        assert demo.clear(own) == 30
        writer.commit()
        assert writer.scalars(select(Report.code)).all() == ["QN-REAL-0000"]
        assert tally(writer, Filters(), demo=None).kinds["count"].sum() == 1


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


def test_one_report_and_none() -> None:
    for count in (0, 1):
        parts = list(moments.draw(np.random.default_rng(1), count, NOW, 10))
        assert sum(len(at) for at, _stormy in parts) == count
