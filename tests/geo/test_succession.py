from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import lookup
from geo import succession
from geo.errors import ConflictError, InvalidError
from geo.models import Category, Rule, Unit, User
from geo.succession import heir

TODAY = lookup.today()
DAY = timedelta(days=1)
Make = Callable[..., Unit]


@pytest.fixture
def make_unit(session: Session) -> Make:
    """A builder of units that always existed, or from a day on."""

    def make(name: str, day: date | None = None) -> Unit:
        return succession.found(session, name=name, kind="company", day=day)

    return make


def named(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def test_a_unit_is_found_with_a_code_from_its_name(session: Session, make_unit: Make) -> None:
    unit = make_unit("Trung tâm Đèn đường (Tam Kỳ)", TODAY + DAY)
    assert (unit.code, unit.kind) == ("trung-tam-den-duong-tam-ky", "company")
    assert not succession.exists(unit, TODAY)
    assert succession.exists(unit, TODAY + DAY)
    with pytest.raises(ConflictError, match="trung-tam-den-duong-tam-ky"):
        make_unit("Trung tâm Đèn đường Tam Kỳ")
    for name in ("UBND phường Mới", "!!!"):
        with pytest.raises(InvalidError):
            make_unit(name)
    with pytest.raises(InvalidError):
        succession.found(session, name="Bộ nào đó", kind="committee", day=None)


def test_departments_that_were_merged_in_2025_have_heirs(session: Session) -> None:
    roads, before, after = named(session, "so-giao-thong-van-tai"), date(2025, 2, 28), date(2025, 3, 1)
    assert heir(roads, before) is roads
    assert heir(roads, after) is named(session, "so-xay-dung")
    land = named(session, "so-tai-nguyen-moi-truong")
    assert heir(land, after) is named(session, "so-nong-nghiep-moi-truong")
    assert not succession.exists(named(session, "so-nong-nghiep-moi-truong"), before)


def test_an_heir_is_followed_along_a_chain_day_by_day(session: Session, make_unit: Make) -> None:
    first, second, third = make_unit("Một đơn vị"), make_unit("Hai đơn vị"), make_unit("Ba đơn vị")
    succession.end(session, first, TODAY + DAY, second, TODAY)
    succession.end(session, second, TODAY + 3 * DAY, third, TODAY)
    succession.end(session, third, TODAY + 5 * DAY, None, TODAY)
    heirs = [heir(first, TODAY + days * DAY) for days in range(7)]
    assert heirs == [first, second, second, third, third, None, None]


def test_what_was_said_in_advance_is_replaced_and_taken_back(session: Session, make_unit: Make) -> None:
    first, second, third = make_unit("Một đơn vị"), make_unit("Hai đơn vị"), make_unit("Ba đơn vị")
    succession.end(session, first, TODAY + DAY, second, TODAY)
    succession.end(session, first, TODAY + 2 * DAY, third, TODAY)
    assert (first.valid_until, first.merged_into) == (TODAY + 2 * DAY, third)
    assert succession.take_back(session, first, TODAY) is False
    assert (first.valid_until, first.merged_into) == (None, None)
    with pytest.raises(ConflictError, match="đã đến ngày"):
        succession.take_back(session, first, TODAY)
    coming = make_unit("Đơn vị sắp có", TODAY + DAY)
    assert succession.take_back(session, coming, TODAY) is True
    assert session.scalar(select(Unit.id).where(Unit.code == "don-vi-sap-co")) is None


def test_a_unit_that_others_wait_for_stays(session: Session, make_unit: Make) -> None:
    coming, first = make_unit("Đơn vị sắp có", TODAY + DAY), make_unit("Một đơn vị")
    succession.end(session, first, TODAY + DAY, coming, TODAY)
    with pytest.raises(ConflictError, match="Đơn vị sắp có"):
        succession.take_back(session, coming, TODAY)
    succession.take_back(session, first, TODAY)
    kind = session.scalars(select(Category.id)).first()
    session.add(Rule(category_id=kind, unit_id=coming.id))
    with pytest.raises(ConflictError, match="Đơn vị sắp có"):
        succession.take_back(session, coming, TODAY)


def test_once_its_day_has_come_only_the_heir_can_still_be_named(session: Session, make_unit: Make) -> None:
    first, second = make_unit("Một đơn vị"), make_unit("Hai đơn vị")
    succession.end(session, first, TODAY, None, TODAY)
    with pytest.raises(ConflictError, match="đã đến ngày"):
        succession.take_back(session, first, TODAY)
    with pytest.raises(ConflictError, match="đã thôi hoạt động"):
        succession.end(session, first, TODAY + DAY, second, TODAY)
    succession.end(session, first, TODAY, second, TODAY)
    with pytest.raises(ConflictError, match="đã thôi hoạt động"):
        succession.end(session, first, TODAY, None, TODAY)


def test_days_that_do_not_fit_are_refused_with_their_sentence(session: Session, make_unit: Make) -> None:
    first, second = make_unit("Một đơn vị", TODAY), make_unit("Hai đơn vị")
    coming = make_unit("Đơn vị sắp có", TODAY + 9 * DAY)
    with pytest.raises(InvalidError, match="sau ngày thành lập"):
        succession.end(session, first, TODAY, second, TODAY)
    with pytest.raises(ConflictError, match="chính mình"):
        succession.end(session, first, TODAY + DAY, first, TODAY)
    with pytest.raises(ConflictError, match="mới thành lập, sau ngày nhập"):
        succession.end(session, first, TODAY + DAY, coming, TODAY)
    succession.end(session, second, TODAY + 2 * DAY, None, TODAY)
    with pytest.raises(ConflictError, match="không nhận việc được"):
        succession.end(session, first, TODAY + 2 * DAY, second, TODAY)
    succession.end(session, first, TODAY + DAY, second, TODAY)
    with pytest.raises(ConflictError, match="vòng quanh"):
        succession.end(session, second, TODAY + 3 * DAY, first, TODAY)
    with pytest.raises(ConflictError, match="Một đơn vị sẽ nhập vào đơn vị này"):
        succession.end(session, second, TODAY + DAY, None, TODAY)


@pytest.mark.parametrize("code", ["ubnd-503", "ioc"])
def test_committees_and_the_ioc_are_not_an_administrators_to_end(session: Session, code: str) -> None:
    with pytest.raises(ConflictError):
        succession.end(session, named(session, code), TODAY + DAY, None, TODAY)
    with pytest.raises(ConflictError):
        succession.take_back(session, named(session, code), TODAY)


def test_no_account_is_left_with_a_unit_that_is_taken_back(
    session: Session, make_unit: Make, make_user: Callable[..., User]
) -> None:
    coming = make_unit("Đơn vị sắp có", TODAY + DAY)
    make_user("officer", unit=coming.code)
    with pytest.raises(ConflictError, match="tài khoản"):
        succession.take_back(session, coming, TODAY)


def test_a_unit_that_was_founded_on_an_earlier_day_answers_at_once(session: Session) -> None:
    unit = succession.found(session, name="Sở Thử nghiệm", kind="department", day=TODAY - DAY)
    assert succession.exists(unit, TODAY)
    assert not succession.exists(unit, TODAY - 2 * DAY)
