"""How files come about: whole or not at all, one snapshot, and nothing left running."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg.errors import QueryCanceled
from sqlalchemy import Engine, Select, func, select, text
from sqlalchemy.orm import Session

from geo.filters import Filters
from geo.models import Report
from maps.export import FORMATS, Asked, count, source, stream, write
from maps.export import rows as rows_module
from maps.export.rows import Rows

EVERY = pytest.mark.parametrize("name", FORMATS)


@pytest.fixture
def session(own: Engine) -> Iterator[Session]:
    with Session(own) as session:
        yield session


@EVERY
def test_a_file_that_fails_half_way_leaves_the_old_one(
    session: Session, make_report: Callable[..., Report], tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(3):
        make_report()
    monkeypatch.setattr(rows_module, "BATCH", 1)
    monkeypatch.setattr(rows_module, "TEXTS", 1)
    path = tmp_path / f"out.{FORMATS[name].ending}"
    path.write_text("cũ")

    def stop(done: int) -> None:
        if done == 2:
            raise InterruptedError("nobody wants it")

    with pytest.raises(InterruptedError, match="nobody wants it"):
        write(session.connection(), Asked(), name, path, stop)
    assert path.read_text() == "cũ"
    assert list(tmp_path.iterdir()) == [path]


@EVERY
def test_a_reader_who_goes_away_stops_the_statement(
    own: Engine, session: Session, make_report: Callable[..., Report], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(6):
        make_report(content="Ổ gà " * 300, accepted=True)
    session.commit()
    monkeypatch.setattr(rows_module, "BATCH", 1)
    monkeypatch.setattr(rows_module, "TEXTS", 1)
    with own.connect() as reader:
        pieces = stream(reader, Asked(), name)
        next(pieces)
        pieces.close()
        reader.rollback()
        busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        busy += " AND query LIKE 'COPY%' AND state = 'active'"
        assert session.execute(text(busy)).scalar_one() == 0
        assert reader.scalar(text("SELECT 1")) == 1


def test_it_may_take_longer_than_a_page_and_not_for_ever(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = session.connection()
    rows = Rows(connection, source.reports(Asked()))
    slowly: Select[Any] = select(func.concat(func.pg_sleep(0.2), ""))
    connection.execute(text("SET LOCAL statement_timeout = '50ms'"))
    assert list(rows.texts(slowly)) == [b""]
    assert connection.scalar(text("SHOW statement_timeout")) == "50ms"
    monkeypatch.setattr(rows_module, "PATIENCE", "50ms")
    with pytest.raises(QueryCanceled):
        list(rows.texts(slowly))


@EVERY
def test_an_empty_file_counts_no_row(session: Session, tmp_path: Path, name: str) -> None:
    heard: list[int] = []
    path = tmp_path / f"out.{FORMATS[name].ending}"
    assert write(session.connection(), Asked(), name, path, heard.append) == 0
    assert sum(heard) == 0


def test_counts_are_those_of_the_filters(session: Session, make_report: Callable[..., Report]) -> None:
    make_report(category="cay-xanh", accepted=True, content="Cây đổ")
    make_report(area_code="503")
    connection = session.connection()
    assert count(connection, Asked()) == 2
    assert count(connection, Asked(Filters(category=("cay-xanh",)))) == 1
    assert count(connection, Asked(Filters(q="cây đổ"))) == 1


def test_the_exact_point_only_where_it_is_asked_for(
    session: Session, make_report: Callable[..., Report], tmp_path: Path
) -> None:
    make_report(category="an-ninh-trat-tu", lon=108.338, lat=15.8794)
    public, exact = (b"".join(stream(session.connection(), Asked(exact=exact), "csv")) for exact in (False, True))
    assert b"108.338,15.8794" not in public
    assert b"108.338,15.8794" in exact
