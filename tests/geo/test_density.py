"""The kept counts against the rows themselves, whatever happens to reports and whenever it is folded."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from geo.database import build_engine, build_sessions, driver
from geo.density import folding
from geo.density.block import Entries, decode, encode, joined
from geo.density.folding import Block, merged
from geo.density.grid import EVER, NEVER, STATES
from geo.density.keeping import keep, off, rebuild
from geo.filters import Filters, apply_filters
from geo.geometry import BBox, element
from geo.models import Category, DensityBlock, DensityDelta, Report, Unit
from geo.permissions import PUBLIC, visible
from maps.density import at_level, spanning, touched
from maps.rows import scanned
from maps.spans import midnight
from maps.tally import tally

LEVELS = (0, 9, 12, 13, 18)
START = datetime(2024, 1, 1, tzinfo=UTC)


class Reports:
    """Rows of reports as a history leaves them, without the process: what is counted is what the rows say."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.dice = session, np.random.default_rng(seed)
        # The last of them is sensitive.
        self.categories = session.scalars(select(Category.id).order_by(Category.sensitive, Category.id)).all()
        self.units = session.scalars(select(Unit.id).order_by(Unit.id).limit(3)).all()

    def values(self) -> dict[str, Any]:
        """A place, a time and a kind."""
        dice = self.dice
        return {
            "category_id": int(dice.choice([*self.categories[:3], self.categories[-1]])),
            "unit_id": int(dice.choice(self.units)),
            "state": str(dice.choice([*STATES, "withdrawn"])),
            "area_code": [None, "503", "502"][dice.integers(3)],
            "commune_code": [None, "20410", "20413"][dice.integers(3)],
            "demo": bool(dice.random() < 0.2),
            "created_at": START + timedelta(hours=int(dice.integers(24 * 40))),
            "public_point": element(108 + float(dice.integers(8)) * 0.011, 15.5 + float(dice.integers(8)) * 0.013),
        }

    def add(self, number: int) -> None:
        """More reports."""
        rows = [self.values() | {"code": f"T{self.dice.integers(2**60):X}"} for _one in range(number)]
        common = {"content": "x" * 20, "door": "import", "point": element(108.3, 15.8)}
        self.session.add_all([Report(**row, **common) for row in rows])
        self.session.flush()

    def change(self, number: int) -> None:
        """Some moved, re-routed, taken a step further, or gone."""
        ids = self.dice.permutation(self.session.scalars(select(Report.id)).all())[:number].tolist()
        for one in ids[: number // 4]:
            self.session.execute(delete(Report).where(Report.id == one))
        for one in ids[number // 4 :]:
            values = self.values()
            some = self.dice.permutation(list(values))[: self.dice.integers(1, 4)]
            self.session.execute(
                update(Report).where(Report.id == one).values({str(name): values[str(name)] for name in some})
            )


def questions(reports: Reports) -> Iterator[tuple[Filters, bool | None]]:
    codes = reports.session.scalars(select(Category.code).order_by(Category.sensitive, Category.id)).all()
    unit = reports.session.scalars(select(Unit.code).order_by(Unit.id)).first()
    first = 8_766  # 2024-01-01
    yield Filters(), None
    yield Filters(category=(codes[0], codes[2])), None
    yield Filters(state="closed", unit=unit), None
    yield Filters(since=midnight(first + 10), until=midnight(first + 20)), True
    yield Filters(since=midnight(first + 15) + timedelta(hours=5), category=(codes[1],)), False
    yield Filters(since=midnight(first + 7) + timedelta(hours=5), until=midnight(first + 8) + timedelta(hours=7)), None
    yield Filters(since=midnight(first + 7) + timedelta(hours=5), until=midnight(first + 7) + timedelta(hours=7)), None
    yield Filters(until=midnight(first + 22) + timedelta(hours=1), state="received"), None
    yield Filters(area="20410"), None
    yield Filters(area="20410", category=(codes[-1],)), None
    yield Filters(area="503", category=(codes[-1], codes[0])), None
    yield Filters(area="503", state="resolved", since=midnight(first + 30)), None
    yield Filters(state="withdrawn"), None
    yield Filters(bbox=BBox(108.0, 15.5, 108.03, 15.54), category=(codes[0],)), None


def check(reports: Reports) -> None:
    session = reports.session
    for filters, demo in questions(reports):
        for level in LEVELS:
            found = at_level(session, filters, level, demo=demo)
            kept = sorted(
                zip(*(column.tolist() for column in (found.x, found.y, found.count, found.demo)), strict=True)
            )
            window = touched(filters.bbox, level) if filters.bbox else None
            rows = sorted(map(tuple, scanned(session, filters, level, window, demo).T.tolist()))
            assert kept == rows, (filters, level)
        query = visible(apply_filters(select(func.count()).select_from(Report), filters), PUBLIC)
        counted = session.scalar(query.where(Report.demo == demo) if demo is not None else query)
        if filters.bbox:
            counted = at_level(session, filters, spanning(filters.bbox), demo=demo).count.sum()
        assert tally(session, filters, demo=demo).kinds["count"].sum() == counted
        both = tally(session, filters, demo=demo, daily=True)
        assert both.kinds["count"].sum() == both.days.sum() == counted


@pytest.mark.parametrize("seed", range(4))
def test_counts_and_rows_agree_whatever_happens_and_whenever_it_is_folded(
    session: Session, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(folding, "LEAST", 8)  # so that there are many blocks
    reports = Reports(session, seed)
    for turn in range(4):
        reports.add(60)
        reports.change(25)
        check(reports)
        keep(session, most=int(reports.dice.integers(1, 150)))
        check(reports)
        if turn == 2:
            while keep(session):
                pass
            assert session.scalar(select(func.count()).select_from(DensityDelta)) == 0
            check(reports)
    rebuild(driver(session))
    check(reports)


def test_a_count_that_was_made_anew_is_the_one_that_was_kept(session: Session) -> None:
    reports = Reports(session, 9)
    reports.add(80)
    reports.change(30)
    while keep(session):
        pass
    columns = (DensityBlock.level, DensityBlock.category_id, DensityBlock.x, DensityBlock.y)
    blocks = select(*columns, DensityBlock.within).order_by(*columns, DensityBlock.first_day)
    kept = [(*where, packed_columns(within)) for *where, within in session.execute(blocks) if len(decode(within))]
    rebuild(driver(session))
    assert kept == [(*where, packed_columns(within)) for *where, within in session.execute(blocks)]


def packed_columns(packed: bytes) -> list[Any]:
    found = decode(packed)
    return [found.series.tolist(), found.count.tolist(), found.day.tolist()]


def test_counts_stay_true_while_many_write_and_another_folds(fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url, pool_size=8)
    sessions = build_sessions(engine)
    done = threading.Event()
    with ThreadPoolExecutor(6) as pool:
        background = [pool.submit(work, sessions, done) for work in (folding_all_the_time, reading_all_the_time)]
        writers = [pool.submit(writing, sessions, seed) for seed in range(4)]
        wait(writers)
        done.set()
        for one in (*writers, *background):
            one.result()
    with sessions.begin() as session:
        check(Reports(session, 1))
    engine.dispose()


def writing(sessions: sessionmaker[Session], seed: int) -> None:
    for turn in range(12):
        with sessions.begin() as session:
            reports = Reports(session, seed + turn * 100)
            reports.add(10)
            if session.scalar(text("SELECT pg_try_advisory_xact_lock(1)")):
                reports.change(8)  # by one at a time: two that change rows in other orders would wait for each other


def folding_all_the_time(sessions: sessionmaker[Session], done: threading.Event) -> None:
    while not done.is_set():
        with sessions.begin() as session:
            keep(session, most=40)


def reading_all_the_time(sessions: sessionmaker[Session], done: threading.Event) -> None:
    """What is read in one moment is whole: cells and kinds add up to the rows."""
    while not done.is_set():
        with sessions() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            whole = session.scalar(visible(select(func.count()).select_from(Report), PUBLIC))
            assert at_level(session, Filters(), 14).count.sum() == whole
            assert tally(session, Filters(), demo=None).kinds["count"].sum() == whole
        with sessions() as session:
            # As the doors read: another fold may come between two statements, and with it owners nobody knew.
            few = at_level(session, Filters(area="503"), 12).count.sum()
            assert 0 <= few <= tally(session, Filters(), demo=None).kinds["count"].sum() + 80


def test_bulk_loading_that_says_so_is_not_followed_row_by_row(session: Session) -> None:
    off(driver(session))
    reports = Reports(session, 3)
    reports.add(20)
    assert session.scalar(select(func.count()).select_from(DensityDelta)) == 0
    session.execute(text("SET LOCAL quangnam.density = 'on'"))
    rebuild(driver(session))
    check(reports)


def test_entries_pack_and_unpack_and_cancel_out() -> None:
    dice = np.random.default_rng(1)
    for size, most in ((0, 1), (1, 1), (300, 1), (300, 70_000), (300, 2**40)):
        series = dice.integers(0, 2**32, size, dtype=np.uint32)
        entries = Entries.of(series, dice.integers(-most, most + 1, size), dice.integers(-400, 9_000, size))
        assert columns_of(decode(encode(entries))) == columns_of(entries)
        assert len(joined(entries, Entries(entries.series, -entries.count, entries.day))) == 0


def columns_of(entries: Entries) -> list[Any]:
    return [entries.series.tolist(), entries.count.tolist(), entries.day.tolist()]


def test_blocks_are_split_between_days_and_know_what_came_before() -> None:
    dice = np.random.default_rng(2)
    number = 60_000
    entries = Entries.of(
        dice.integers(0, 900, number).astype(np.uint32), np.ones(number, np.int64), dice.integers(0, 500, number)
    )
    blocks = list(merged([], entries))
    assert len(blocks) > 4
    assert (blocks[0].first, blocks[-1].until) == (NEVER, EVER)
    for before, after in pairwise(blocks):
        assert before.until == after.first
        assert columns_of(joined(before.before, before.within.dayless())) == columns_of(after.before)
    again = list(merged(blocks[2:], Entries(np.array([7], np.uint32), np.array([1]), np.array([499]))))
    assert [one.first for one in again] == [one.first for one in blocks[2:]]
    assert isinstance(again[0], Block)
    assert again[-1].within.count.sum() == blocks[-1].within.count.sum() + 1
