import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from geo import codes, uploaded, uploads
from geo.database import build_engine, build_sessions
from geo.errors import ConflictError, InvalidError, NotFoundError, TooLargeError, TooManyError
from geo.models import Upload, UploadPart
from geo.settings import Settings
from geo.uploads import Holder

MOST = 60_000_000
NOBODY = Holder(None, None)


def begin(session: Session, length: int) -> str:
    return uploads.begin(session, length, most=MOST, holder=NOBODY)[0]


def sent(session: Session, *parts: bytes) -> str:
    token = begin(session, sum(map(len, parts)))
    offset = 0
    for part in parts:
        offset = uploads.append(session, token, offset, part).received
    return token


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.binary(max_size=3_000), max_size=12))
def test_any_parts_of_any_bytes_give_these_bytes_back(session: Session, settings: Settings, parts: list[bytes]) -> None:
    data = b"".join(parts)
    assume(data)
    token = sent(session, *parts)
    found = uploaded.whole(session, [token], settings)
    assert found[token].sha256 == hashlib.sha256(data).digest()
    assert uploaded.read(session, found) == [data]


def test_parts_must_follow_each_other_and_end_where_it_was_said(session: Session) -> None:
    token = begin(session, 10)
    uploads.append(session, token, 0, b"abcd")
    for offset in (0, 3, 5, 10**30):
        with pytest.raises(ConflictError) as caught:
            uploads.append(session, token, offset, b"x")
        assert caught.value.details == {"offset": 4}
    with pytest.raises(TooLargeError):
        uploads.append(session, token, 4, b"1234567")
    upload = uploads.find(session, token)
    assert (upload.received, upload.sha256) == (4, None)
    assert uploads.append(session, token, 4, b"").received == 4


def test_what_is_empty_or_too_large_is_not_begun(session: Session) -> None:
    with pytest.raises(InvalidError):
        begin(session, 0)
    with pytest.raises(TooLargeError, match="60 MB"):
        begin(session, MOST + 1)


def test_the_table_knows_no_token(session: Session) -> None:
    token = begin(session, 5)
    assert len(token) * 6 >= 128
    assert session.scalars(select(Upload.token_hash)).all() == [codes.token_hash(token)]


def test_an_upload_lasts_a_week_and_is_swept(engine_of_its_own: Engine) -> None:
    sessions = build_sessions(engine_of_its_own)
    now = datetime.now(UTC)
    with sessions.begin() as session:
        token = sent(session, b"abc")
        other, _upload = uploads.begin(session, 3, most=MOST, holder=NOBODY, now=now + timedelta(days=1))
    over = now + timedelta(days=7, seconds=1)
    with sessions.begin() as session:
        assert uploads.find(session, token, now=over - timedelta(minutes=1)).received == 3
        with pytest.raises(NotFoundError):
            uploads.find(session, token, now=over)
    assert uploads.sweep(sessions, over) == 1
    with sessions.begin() as session:
        assert session.scalars(select(Upload.token_hash)).all() == [codes.token_hash(other)]
        assert session.scalar(select(func.count()).select_from(UploadPart)) == 0


@pytest.mark.parametrize("kind", ["device", "address"])
def test_nobody_has_more_on_the_way_than_their_share(session: Session, kind: str) -> None:
    times = {"device": uploads.PER_DEVICE, "address": uploads.PER_ADDRESS}[kind]
    mine = Holder(**{"device": None, "address": None} | {kind: "one"})
    tokens = [uploads.begin(session, MOST, most=MOST, holder=mine)[0] for _number in range(times)]
    with pytest.raises(TooManyError):
        uploads.begin(session, 1, most=MOST, holder=mine)
    uploads.begin(session, 1, most=MOST, holder=Holder("other", "other"))
    uploads.end(session, tokens[0])
    session.flush()
    uploads.begin(session, MOST, most=MOST, holder=mine)


@pytest.fixture
def engine_of_its_own(fresh_database_url: str) -> Iterator[Engine]:
    engine = build_engine(fresh_database_url, pool_size=8)
    yield engine
    engine.dispose()


def test_of_parts_that_come_at_the_same_moment_one_is_taken(engine_of_its_own: Engine, settings: Settings) -> None:
    sessions = build_sessions(engine_of_its_own)
    with sessions.begin() as session:
        token = begin(session, 80_000)
    wins = []
    with ThreadPoolExecutor(8) as pool:
        for offset in range(0, 80_000, 10_000):
            together = Barrier(8)

            def add(letter: int, offset: int = offset, together: Barrier = together) -> int | None:
                together.wait(30)
                return _add(sessions, token, offset, bytes([letter]) * 10_000)

            taken = [one for one in pool.map(add, range(8)) if one is not None]
            assert len(taken) == 1
            wins.append(taken[0])
    with sessions.begin() as session:
        (data,) = uploaded.read(session, uploaded.whole(session, [token], settings))
    assert data == b"".join(bytes([letter]) * 10_000 for letter in wins)


def _add(sessions: sessionmaker[Session], token: str, offset: int, data: bytes) -> int | None:
    try:
        with sessions.begin() as session:
            uploads.append(session, token, offset, data)
    except ConflictError:
        return None
    return data[0]


def test_a_share_is_kept_also_when_many_begin_at_once(engine_of_its_own: Engine) -> None:
    sessions = build_sessions(engine_of_its_own)
    together = Barrier(8)

    def start(_number: int) -> bool:
        together.wait(30)
        try:
            with sessions.begin() as session:
                uploads.begin(session, MOST, most=MOST, holder=Holder("one", None))
        except TooManyError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(start, range(8))) == uploads.PER_DEVICE
