from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import editions, in_words
from boundaries.models import Area
from boundaries.routing import route
from geo.errors import InvalidError
from geo.i18n import translate
from geo.models import Category, Rule, Unit
from geo.settings import Settings


def code_of(session: Session, name: str, edition: str = "2020") -> str:
    found = editions.find(session, edition)
    mine = (Area.edition_id == found.id, Area.level == "commune", Area.name == name)
    return session.scalars(select(Area.code).where(*mine)).one()


def test_a_commune_answers_through_its_own_district(session: Session) -> None:
    _point, found = in_words.route(session, code_of(session, "Nam Phước"), category="giao-thong")
    assert (found.area.name, found.commune.name) == ("Duy Xuyên", "Nam Phước")
    assert found.unit.name == "UBND huyện Duy Xuyên"
    assert (found.reason.code, found.needs_confirmation, found.candidates) == ("uncertain", True, [])
    said = translate(found.reason.message, "vi", **found.reason.values)
    assert said.startswith("Nơi xảy ra được tả bằng lời, thuộc thị trấn Nam Phước;")


def test_the_point_lies_inside_each_commune_and_the_unit_is_its_own(session: Session, settings: Settings) -> None:
    edition = editions.find(session)
    codes = session.scalars(select(Area.code).where(Area.edition_id == edition.id, Area.level == "commune")).all()
    assert len(codes) == 241
    for code in codes:
        point, found = in_words.route(session, code, category="giao-thong")
        pin = route(session, *point, settings=settings)
        assert (pin.commune.code, pin.area.code, pin.unit.code) == (code, found.area.code, found.unit.code)


def test_where_communes_answer_it_is_the_commune_itself(session: Session) -> None:
    for edition in ("2025-01", "2025-07"):
        editions.activate(session, edition)
    _point, found = in_words.route(session, code_of(session, "Nam Phước", "2025-07"), category="giao-thong")
    assert found.area is found.commune
    assert found.unit.area_code == found.area.code
    assert found.unit.name == "UBND xã Nam Phước"
    with pytest.raises(InvalidError):  # a code of an older edition
        in_words.route(session, code_of(session, "Minh An"), category="giao-thong")


def test_a_rule_settles_whose_it_is_and_not_where(session: Session) -> None:
    kind = session.scalars(select(Category.id).where(Category.code == "giao-thong")).one()
    unit = session.scalars(select(Unit).where(Unit.code == "cong-ty-dien-luc")).one()
    session.add(Rule(category_id=kind, area_code=None, unit_id=unit.id, replaces=True))
    session.flush()
    _point, found = in_words.route(session, code_of(session, "Nam Phước"), category="giao-thong")
    assert (found.unit.code, found.reason.code, found.needs_confirmation) == ("cong-ty-dien-luc", "rule", True)


def test_without_a_committee_the_centre_answers(session: Session) -> None:
    duy_xuyen = session.scalars(select(Unit).where(Unit.code == "ubnd-508")).one()
    duy_xuyen.valid_until = date(2021, 1, 1)
    session.flush()
    _point, found = in_words.route(session, code_of(session, "Nam Phước"), category="giao-thong")
    assert (found.unit.code, found.reason.code) == ("ioc", "ioc")


@pytest.mark.parametrize("code", ["", "99999", "503", "203\0" + "98", "x" * 64])
def test_a_code_that_no_commune_has(session: Session, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        in_words.route(session, code, category="giao-thong")
    assert caught.value.field == "commune"
