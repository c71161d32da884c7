"""One edition that cannot be placed keeps no other one waiting."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from boundaries import placing
from boundaries.models import Edition, ReportArea
from geo.models import Report
from geo.settings import Settings


def test_an_edition_that_fails_is_raised_after_the_others(
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    make_report: Callable[..., Report],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    report = make_report()
    session.commit()
    real = placing.areas

    def areas(asked: Session, edition: Edition, *values: Any) -> Any:
        if edition.code == "2020":  # the first one
            raise IndexError("a polygon of a kind that nobody thought of")
        return real(asked, edition, *values)

    monkeypatch.setattr(placing, "areas", areas)
    with pytest.raises(IndexError, match="nobody thought of"):
        placing.keep(sessions, settings)
    placed = select(Edition.code).join(ReportArea, ReportArea.edition_id == Edition.id)
    placed = placed.where(ReportArea.report_id == report.id).order_by(Edition.code)
    assert session.scalars(placed).all() == ["2025-01", "2025-07"]
    assert "could not be placed in the edition 2020" in caplog.text
    monkeypatch.setattr(placing, "areas", real)
    placing.keep(sessions, settings)
    assert session.scalars(placed).all() == ["2020", "2025-01", "2025-07"]
