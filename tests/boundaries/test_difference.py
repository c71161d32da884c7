from collections.abc import Callable

import pytest
from shapely import box
from sqlalchemy.orm import Session

from boundaries import editions
from boundaries.diff import diff
from boundaries.difference import Comparison, difference
from boundaries.importing import area_m2
from boundaries.models import Edition
from geo.models import Report
from tests.boundaries.made import area, edition

NONG_SON = (108.053, 15.7247)
Make = Callable[..., Report]


def told(session: Session, first: str, second: str, *levels: str, demo: bool = False) -> Comparison:
    found = difference(session, editions.find(session, first), editions.find(session, second), demo=demo)
    return next(one for one in found.comparisons if (one.old_level, one.new_level) == levels)


def kinds(session: Session, first: Edition, second: Edition) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in diff(session, first, second):
        codes = "+".join(area.code for area in one.old), "+".join(area.code for area in one.new)
        found.setdefault(one.what, []).append("→".join(codes))
    return found


def test_what_joined_another_district_changes_hands_with_its_reports(session: Session, make_report: Make) -> None:
    for state in ("received", "in_progress", "closed"):
        make_report(lon=NONG_SON[0], lat=NONG_SON[1]).state = state
    make_report(lon=NONG_SON[0], lat=NONG_SON[1]).demo = True
    make_report(lon=NONG_SON[0], lat=NONG_SON[1]).state = "withdrawn"
    make_report(lon=108.338, lat=15.8794)
    session.flush()
    found = told(session, "2020", "2025-01", "district", "district")
    assert [(one.old, one.new, one.what, one.hands, one.reports, one.open) for one in found.pieces] == [
        ("519", "509", "merged", True, 3, 2),
        ("509", "509", "merged", False, 0, 0),
    ]
    assert found.handed.square_metres == pytest.approx(471.15e6, rel=1e-4)
    assert (found.handed.reports, found.handed.open, found.handed.narrow_square_metres) == (3, 2, 0)
    assert found.authority == found.handed
    assert told(session, "2020", "2025-01", "district", "district", demo=True).handed.reports == 1


def test_where_districts_end_every_place_has_another_authority(session: Session, make_report: Make) -> None:
    make_report(lon=108.338, lat=15.8794)
    session.flush()
    found = told(session, "2025-01", "2025-07", "district", "commune")
    assert (sum(found.old_kinds.values()), list(found.old_kinds)) == (17, ["huyện", "thành phố", "thị xã"])
    assert (sum(found.new_kinds.values()), list(found.new_kinds)) == (78, ["xã", "phường"])
    assert {one.what for one in found.changes} == {"split"}
    assert found.authority is not None
    assert found.authority.square_metres == pytest.approx(10_570.71e6, rel=1e-6)
    assert found.authority.reports == 1
    # The communes beside them are compared too, but answer in one edition alone.
    assert told(session, "2025-01", "2025-07", "commune", "commune").authority is None


def test_each_kind_of_change_is_told_apart(session: Session) -> None:
    row = [box(108 + i / 10, 15, 108.1 + i / 10, 15.1) for i in range(10)]
    old = edition(
        session,
        "old",
        area("1", "Giữ", row[0]),
        area("2", "Tên cũ", row[1]),
        area("3", "Đổi mã", row[2]),
        area("4", "Nửa", row[3]),
        area("5", "Nửa kia", row[4]),
        area("6", "Chia", row[5]),
        area("7", "Lấn", row[6]),
        area("8", "Bị lấn", row[7]),
        area("9", "Mất", row[8]),
    )
    border = 108.73
    new = edition(
        session,
        "new",
        area("1", "Giữ", row[0]),
        area("2", "Tên mới", row[1]),
        area("30", "Đổi mã", row[2]),
        area("4", "Gộp", row[3], row[4]),
        area("6", "Chia", box(108.5, 15, 108.55, 15.1)),
        area("60", "Chia đôi", box(108.55, 15, 108.6, 15.1)),
        area("7", "Lấn", box(108.6, 15, border, 15.1)),
        area("8", "Bị lấn", box(border, 15, 108.8, 15.1)),
        area("10", "Mới", row[9]),
    )
    assert kinds(session, old, new) == {
        "kept": ["1→1"],
        "renamed": ["2→2"],
        "recoded": ["3→30"],
        "merged": ["4+5→4"],
        "split": ["6→6+60"],
        "redrawn": ["7→7", "8→8"],
        "gone": ["9→"],
        "new": ["→10"],
    }
    (found,) = difference(session, old, new).comparisons
    handed = {(one.old, one.new) for one in found.pieces if one.hands}
    assert handed == {("5", "4"), ("6", "60"), ("8", "7"), ("9", None), (None, "10")}
    taken = next(one for one in found.pieces if (one.old, one.new) == ("8", "7"))
    assert taken.square_metres == pytest.approx(area_m2(box(108.7, 15, border, 15.1)), rel=1e-6)
    # Another code is another committee, though nothing moved.
    assert found.authority is not None
    recoded = found.authority.square_metres - found.handed.square_metres
    assert recoded == pytest.approx(area_m2(row[2]), rel=1e-6)


def test_a_commune_that_goes_to_another_district_has_moved(session: Session) -> None:
    left, right = box(108, 15, 108.1, 15.1), box(108.1, 15, 108.2, 15.1)
    old = edition(session, "old", area("11", "A", left, level="commune", parent="1"), level="commune")
    new = edition(session, "new", area("11", "A", left, level="commune", parent="2"), level="commune")
    without = edition(session, "without", area("11", "A", left, level="commune"), level="commune")
    assert kinds(session, old, new) == {"moved": ["11→11"]}
    assert kinds(session, old, without) == kinds(session, without, old) == {"kept": ["11→11"]}
    assert not difference(session, old, edition(session, "x", area("1", "B", right))).comparisons[0].handed.reports


def test_what_two_digitisations_draw_apart_is_narrow_and_no_change(session: Session) -> None:
    left, right = box(108, 15, 108.1, 15.1), box(108.1, 15, 108.2, 15.1)
    old = edition(session, "old", area("1", "A", left), area("2", "B", right))
    shifted = 108.1 + 100 / 107_250  # a hundred metres to the east
    new = edition(
        session, "new", area("1", "A", box(108, 15, shifted, 15.1)), area("2", "B", box(shifted, 15, 108.2, 15.1))
    )
    assert kinds(session, old, new) == {"kept": ["1→1", "2→2"]}
    (found,) = difference(session, old, new).comparisons
    assert [(one.old, one.new, one.narrow) for one in found.pieces] == [("2", "1", True)]
    assert found.handed.narrow_square_metres == found.handed.square_metres == pytest.approx(1.1e6, rel=0.02)


def test_editions_without_a_level_in_common_are_compared_by_what_routes(session: Session) -> None:
    whole, half = box(108, 15, 108.1, 15.1), box(108, 15, 108.05, 15.1)
    old = edition(session, "old", area("1", "A", whole))
    new = edition(session, "new", area("11", "B", half, level="commune"), level="commune")
    assert diff(session, old, new) == []
    (found,) = difference(session, old, new).comparisons
    assert {(one.old, one.new, one.what, one.hands) for one in found.pieces} == {
        ("1", "11", "redrawn", True),
        ("1", None, "gone", True),
    }
