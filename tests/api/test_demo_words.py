from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.demo import moments, places
from api.demo import texts as sentences
from boundaries.routing import route
from geo.models import Category
from geo.settings import Settings

NOW = datetime(2026, 6, 3, 5, 0, tzinfo=UTC)


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
    parts = list(moments.draw(np.random.default_rng(1), 20_000, NOW, 3_000))
    assert max(len(at) for at, _stormy in parts) <= 3_000
    at, stormy = (np.concatenate(column) for column in zip(*parts, strict=True))
    assert np.all(np.diff([part[0].astype(int) for part, _stormy in parts]) > 0)
    local = at + np.timedelta64(7, "h")
    assert at.max() <= np.datetime64(NOW.replace(tzinfo=None))
    assert at.min() >= np.datetime64(NOW.replace(tzinfo=None) - timedelta(days=moments.DAYS + 1))
    hour = (local - local.astype("datetime64[D]")) // np.timedelta64(1, "h")
    assert ((hour >= 7) & (hour < 18)).mean() > 0.6
    months = local[stormy].astype("datetime64[M]").astype(int) % 12 + 1
    assert set(months.tolist()) == {10, 11}
    half = np.datetime64(NOW.replace(tzinfo=None) - timedelta(days=moments.DAYS // 2))
    assert (at[~stormy] > half).mean() > 0.6
