from collections import defaultdict
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from boundaries import editions
from boundaries.correspondence import Part, correspondence
from geo.errors import NotFoundError
from geo.models import Report

PAIRS = [
    ("2020", "2025-01", "district", "district"),
    ("2020", "2025-07", "commune", "commune"),
    ("2020", "2025-07", "district", "commune"),
    ("2025-07", "2020", "commune", "commune"),
]


def parts(session: Session, first: str, second: str, level: str, other: str) -> list[Part]:
    return correspondence(session, editions.find(session, first), editions.find(session, second), level, other)


@pytest.mark.parametrize("pair", PAIRS)
def test_shares_of_each_area_add_up_to_one(session: Session, pair: tuple[str, str, str, str]) -> None:
    shares: dict[str, float] = defaultdict(float)
    found = parts(session, *pair)
    for part in found:
        shares[part.old] += part.area_share
    assert min(shares.values()) == pytest.approx(1)
    assert max(shares.values()) == pytest.approx(1)
    # These editions are made of the same polygons: nothing is lost between them.
    assert all(part.new is not None for part in found)


def test_what_was_merged_went_whole_into_one(session: Session) -> None:
    found = {part.old: part for part in parts(session, "2020", "2025-01", "district", "district")}
    assert len(found) == 18  # one part each
    nong_son = found["519"]
    assert (nong_son.old_name, nong_son.new, nong_son.new_name) == ("huyện Nông Sơn", "509", "huyện Quế Sơn")
    assert nong_son.area_share == pytest.approx(1)


def test_reports_are_counted_where_the_public_sees_them(session: Session, make_report: Callable[..., Report]) -> None:
    for lon, lat in ((108.338, 15.8794), (108.338, 15.8794), (108.474, 15.5736)):
        make_report(lon=lon, lat=lat)
    make_report(lon=108.474, lat=15.5736).state = "withdrawn"
    make_report(lon=108.474, lat=15.5736).demo = True
    session.flush()
    found = parts(session, "2020", "2025-07", "district", "commune")
    there = [part for part in found if part.reports]
    assert [(part.old, part.reports, part.report_share) for part in there] == [("502", 1, 1.0), ("503", 2, 1.0)]
    assert {part.report_share for part in found if part.old == "504"} == {None}


def test_a_level_that_an_edition_lacks_is_not_found(session: Session) -> None:
    for levels in (("district", "district"), ("neighbour", "commune"), ("x", "commune")):
        with pytest.raises(NotFoundError):
            parts(session, "2020", "2025-07", *levels)
