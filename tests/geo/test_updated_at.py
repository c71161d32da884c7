from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from geo.models import Event, Media, Report, ReportTombstone

LONG_AGO = datetime(2024, 2, 29, 12, tzinfo=UTC)
Make = Callable[..., Report]


def told(session: Session, report: Report) -> datetime:
    session.flush()
    session.expire(report, ["updated_at"])
    return report.updated_at


def old(session: Session, make_report: Make) -> Report:
    report = make_report()
    session.flush()
    session.execute(update(Report).where(Report.id == report.id).values(updated_at=LONG_AGO))
    return report


def now(session: Session) -> datetime:
    return session.scalars(select(func.now())).one()


def test_a_change_of_a_report_is_dated_by_its_transaction(session: Session, make_report: Make) -> None:
    report = old(session, make_report)
    assert told(session, report) == LONG_AGO
    report.state = "in_progress"
    assert told(session, report) == now(session)


def test_what_changes_nothing_leaves_the_date(session: Session, make_report: Make) -> None:
    report = old(session, make_report)
    session.execute(update(Report).where(Report.id == report.id).values(state=report.state))
    assert told(session, report) == LONG_AGO


def test_a_picture_that_comes_changes_or_goes_dates_its_report(session: Session, make_report: Make) -> None:
    report, other = old(session, make_report), old(session, make_report)

    def again() -> None:
        session.execute(update(Report).where(Report.id == report.id).values(updated_at=LONG_AGO))

    picture = Media(report_id=report.id, key="a" * 32, width=10, height=10)
    session.add(picture)
    assert told(session, report) == now(session)
    again()
    picture.withheld = True
    assert told(session, report) == now(session)
    again()
    session.delete(picture)
    assert told(session, report) == now(session)
    assert told(session, other) == LONG_AGO


def test_a_report_that_leaves_the_database_is_remembered_by_its_code(session: Session, make_report: Make) -> None:
    kept, gone, shown = make_report(), make_report(), make_report()
    shown.demo = True
    session.flush()
    codes = {gone.code, shown.code}
    for one in (gone, shown):
        session.execute(delete(Event).where(Event.report_id == one.id))
    session.execute(delete(Report).where(Report.code.in_(codes)))
    left = session.execute(select(ReportTombstone.code, ReportTombstone.removed_at)).all()
    assert [tuple(row) for row in left] == [(gone.code, now(session))]
    assert kept.code not in {row.code for row in left}
