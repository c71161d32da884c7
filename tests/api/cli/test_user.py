"""Accounts on the command line."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from api.cli import root
from geo.database import build_engine
from geo.errors import ConflictError, InvalidError
from geo.models import Unit

SEN = ("sen@example.vn", "--name", "Lê Thị Sen", "--role", "officer", "--unit")
User = Callable[..., Result]


@pytest.fixture
def user(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setenv("QUANGNAM_DATABASE_URL", fresh_database_url)
    return lambda *arguments: CliRunner().invoke(root, ["user", *arguments])


def test_a_unit_that_has_ended_gets_no_account_and_one_that_ends_later_is_marked(
    user: User, fresh_database_url: str
) -> None:
    refused = user("add", *SEN, "so-giao-thong-van-tai")
    assert refused.exit_code != 0
    assert isinstance(refused.exception, InvalidError)
    assert refused.exception.values["heir"] == "Sở Xây dựng"
    assert user("add", *SEN, "ubnd-503").exit_code == 0
    assert user("list").stdout == "sen@example.vn · Lê Thị Sen · officer · ubnd-503\n"
    engine = build_engine(fresh_database_url)
    with Session(engine) as session, session.begin():
        session.scalars(select(Unit).where(Unit.code == "ubnd-503")).one().valid_until = date(2025, 1, 1)
    engine.dispose()
    assert user("list").stdout == "sen@example.vn · Lê Thị Sen · officer · ubnd-503 · đơn vị đã kết thúc\n"


def test_a_closed_account_is_opened_again_only_by_those_who_say_so(user: User) -> None:
    assert user("add", *SEN, "ubnd-503").exit_code == 0
    assert "/welcome/" in user("link", SEN[0]).stdout
    assert user("end", SEN[0]).exit_code == 0
    refused = user("link", SEN[0])
    assert isinstance(refused.exception, ConflictError)
    assert "--reopen" in str(refused.exception)
    assert "đã đóng" in user("list").stdout
    assert "/welcome/" in user("link", SEN[0], "--reopen").stdout
    assert "đã đóng" not in user("list").stdout
