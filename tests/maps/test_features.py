from collections.abc import Callable

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from geo.models import Report, Sender
from maps.features import COLUMNS, select_public, to_feature


def test_no_column_of_the_sender_nor_the_exact_point_is_selected() -> None:
    statement = str(select_public())
    assert "senders" not in statement
    assert "reports.point" not in statement.replace("reports.public_point", "")
    assert not {column.key for column in inspect(Sender).columns} - {"report_id"} & set(COLUMNS)


def test_names_of_areas_come_without_doubling_rows(session: Session, make_report: Callable[..., Report]) -> None:
    report = make_report(area_code="503")  # in each of two editions at least
    rows = session.execute(select_public()).all()
    assert [to_feature(row)["id"] for row in rows] == [report.code]


def test_a_report_taken_back_is_no_longer_shown(session: Session, make_report: Callable[..., Report]) -> None:
    report = make_report()
    report.state = "withdrawn"
    session.flush()
    assert session.execute(select_public()).all() == []


def test_how_often_a_place_comes_back_is_told_but_not_of_hidden_places(
    session: Session, make_report: Callable[..., Report]
) -> None:
    for report in (make_report(), make_report(category="an-ninh-trat-tu")):
        report.recurrence = 3
    session.flush()
    told = {row.category: row.recurrence for row in session.execute(select_public())}
    assert told == {"giao-thong": 3, "an-ninh-trat-tu": 1}


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("one", ["giao-thong", "an-ninh-trat-tu"])
@pytest.mark.parametrize("other", ["giao-thong", "an-ninh-trat-tu"])
def test_two_reports_are_tied_together_only_where_neither_place_is_hidden(
    session: Session, make_report: Callable[..., Report], one: str, other: str, bulk: bool
) -> None:
    first, second = make_report(category=one), make_report(category=other)
    second.lead_id = second.second_of_id = first.id
    session.flush()
    row = session.execute(select_public(bulk=bulk).where(Report.id == second.id)).one()
    told = first.code if one == other == "giao-thong" else None
    assert (row.lead, row.second_of) == (told, told)


def test_of_a_hidden_place_nobody_learns_that_a_border_is_near(
    session: Session, make_report: Callable[..., Report]
) -> None:
    for category in ("giao-thong", "an-ninh-trat-tu"):
        make_report(category=category, needs_confirmation=True)
    told = {row.category: row.needs_confirmation for row in session.execute(select_public())}
    assert told == {"giao-thong": True, "an-ninh-trat-tu": False}
