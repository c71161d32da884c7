"""A code that several editions have is named by the pair of codes that a report has, everywhere by the same rule."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import editions, naming
from boundaries.models import Area
from geo.models import Report


def renamed(session: Session, edition: str, code: str, name: str) -> None:
    mine = (Area.edition_id == editions.find(session, edition).id, Area.code == code, Area.level != "neighbour")
    session.scalars(select(Area).where(*mine)).one().name = name
    session.flush()


def test_a_commune_in_its_district_is_not_named_by_a_later_edition_that_reuses_its_code(session: Session) -> None:
    places = naming.of_codes(session, [("503", "20413"), ("20413", "20413"), ("503", None), ("519", None)])
    old, new = places["503", "20413"], places["20413", "20413"]
    assert old.area.full == places["503", None].area.full == "thành phố Hội An"
    assert old.commune is not None
    assert new.commune == new.area
    assert old.commune.name != new.area.name
    assert places["519", None].area.full == "huyện Nông Sơn"  # only the first edition has it


def test_editions_in_force_come_before_drafts_and_newer_ones_before_older(session: Session) -> None:
    renamed(session, "2020", "509", "Quế Sơn cũ")
    renamed(session, "2025-01", "509", "Quế Sơn mới")
    assert naming.of_areas(session, ["509"])["509"].name == "Quế Sơn cũ"
    editions.activate(session, "2025-01")
    assert naming.of_areas(session, ["509"])["509"].name == "Quế Sơn mới"


def test_an_unknown_commune_leaves_the_area_its_name_and_an_unknown_area_has_none(session: Session) -> None:
    places = naming.of_codes(session, [("503", "99999"), ("99999", None), (None, "20413")])
    assert {codes: place.area.name for codes, place in places.items()} == {("503", "99999"): "Hội An"}


def test_columns_beside_reports_say_the_same_as_the_look_up(
    session: Session, make_report: Callable[..., Report]
) -> None:
    pairs = [("503", "20413"), ("20413", "20413"), ("503", None), ("503", "99999"), (None, None), ("99999", None)]
    made = {make_report(area_code=area, commune_code=commune).id: (area, commune) for area, commune in pairs}
    names = naming.Named()
    rows = session.execute(names.joined(select(Report.id, names.area, names.commune), communes=True)).all()
    assert len(rows) == len(pairs)
    known = naming.of_codes(session, pairs)
    for report, area, commune in rows:
        place = known.get(made[report])
        assert area == (place.area.name if place else None)
        assert commune == (place.commune.name if place and place.commune else None)
