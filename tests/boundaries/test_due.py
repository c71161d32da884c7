"""What cannot come into force, what comes into force by itself, and what was put off."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from shapely import box
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from boundaries import activation, bringing, due, editions, importing, lookup, scheduling, turns
from boundaries.models import Activation, Area, Edition
from geo.errors import ConflictError, InvalidError
from geo.models import Report, User
from geo.settings import Settings
from tests.boundaries import made
from tests.boundaries.opened import NONG_SON, copy, receive, unit_of


def test_what_cannot_be_is_refused_in_words(session: Session, settings: Settings) -> None:
    with pytest.raises(ConflictError, match="đã hiệu lực"):
        activation.activate(session, "2020", settings=settings)
    with pytest.raises(ConflictError, match="không có phiên bản nào"):
        activation.undo(session, "2020", settings=settings)
    with pytest.raises(ConflictError, match="chưa hiệu lực"):
        activation.undo(session, "2025-01", settings=settings)
    tomorrow = lookup.today() + timedelta(days=1)
    copy(session, "2025-07", "tomorrow", tomorrow)
    with pytest.raises(ConflictError, match="hẹn giờ"):
        activation.activate(session, "tomorrow", settings=settings)
    assert activation.preview(session, "tomorrow", settings=settings).open == 0
    with pytest.raises(InvalidError, match="chỉ hiệu lực từ"):
        scheduling.schedule(session, "tomorrow", datetime.now(UTC))
    with pytest.raises(InvalidError, match="đã qua"):
        scheduling.schedule(session, "2025-01", datetime(2024, 1, 1, tzinfo=UTC))


def test_only_a_draft_that_was_never_active_can_be_removed(session: Session, settings: Settings) -> None:
    copy(session, "2025-07", "own", lookup.today())
    activation.remove(session, "own")
    assert "own" not in [one.code for one in editions.every(session)]
    assert session.scalars(select(Area.id).join(Edition).where(Edition.code == "own")).first() is None
    with pytest.raises(ConflictError, match="chỉ xóa được bản nháp"):
        activation.remove(session, "2020")
    activation.activate(session, "2025-01", settings=settings)
    activation.undo(session, "2025-01", settings=settings)
    with pytest.raises(ConflictError, match="đã từng hiệu lực"):
        activation.remove(session, "2025-01")
    # Nor written anew: what histories say of its areas would be of others.
    area = made.area("901", "Khác", box(107, 15, 109, 16.5))
    with pytest.raises(ConflictError, match="đã từng hiệu lực"):
        importing.write(session, editions.find(session, "2025-01"), [area])


def test_the_worker_activates_what_is_due_and_says_what_stands_in_the_way(
    session: Session, sessions: sessionmaker[Session], settings: Settings, make_user: Callable[..., User]
) -> None:
    user, now = make_user("administrator"), datetime.now(UTC)
    moved = receive(session, settings, *NONG_SON, 5.0)
    scheduling.schedule(session, "2025-01", now + timedelta(hours=1), user.id)
    session.commit()
    with pytest.raises(ConflictError, match="hủy hẹn"):
        bringing.may_write(session, "2025-01")
    assert due.activate(sessions, settings, now) == []
    assert due.activate(sessions, settings, now + timedelta(hours=2)) == ["2025-01"]
    assert unit_of(session, moved) == "ubnd-509"
    last = session.scalars(select(Activation).order_by(Activation.id.desc()).limit(1)).one()
    assert (last.kind, last.user_id, last.counts["moves"][0]["to"]) == ("activate", user.id, "ubnd-509")
    assert due.activate(sessions, settings, now + timedelta(hours=3)) == []
    # Its areas are lost between the word and the moment.
    scheduling.schedule(session, "2025-07", now)
    session.execute(text("DELETE FROM areas WHERE edition_id = (SELECT id FROM editions WHERE code = '2025-07')"))
    session.commit()
    assert due.activate(sessions, settings, now + timedelta(hours=2)) == []
    edition = session.scalars(select(Edition).where(Edition.code == "2025-07")).one()
    session.refresh(edition)
    assert edition.state == "scheduled"
    assert "chưa có đơn vị hành chính" in (edition.problem or "")
    scheduling.unschedule(session, "2025-07")
    assert (edition.state, edition.problem, edition.activate_at) == ("draft", None, None)


@pytest.mark.parametrize("later", [None, timedelta(days=1)])
def test_what_was_cancelled_or_put_off_while_another_one_was_at_work_is_not_activated(
    own: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch, later: timedelta | None
) -> None:
    now, real = datetime.now(UTC), activation.activate
    with own.begin() as session:
        for code in ("2025-01", "2025-07"):
            scheduling.schedule(session, code, now)

    def activate(session: Session, code: str, **values: Any) -> Activation:
        done = real(session, code, **values)
        with own.begin() as other:
            if later is None:
                scheduling.unschedule(other, "2025-07")
            else:
                scheduling.schedule(other, "2025-07", now + later)
        return done

    monkeypatch.setattr(activation, "activate", activate)
    assert due.activate(own, settings, datetime.now(UTC)) == ["2025-01"]
    with own() as session:
        edition = editions.find(session, "2025-07")
        assert edition.state == ("scheduled" if later else "draft")
        assert (edition.activate_at, edition.problem) == (now + later if later else None, None)


def test_what_is_due_says_that_somebody_holds_a_report_and_is_tried_again(
    own: sessionmaker[Session], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_ROWS", "100ms")
    with own.begin() as session:
        moved = receive(session, settings, *NONG_SON, 5.0).id
        scheduling.schedule(session, "2025-01", datetime.now(UTC))
    with own() as session:
        session.get_one(Report, moved, with_for_update=True)
        assert due.activate(own, settings, datetime.now(UTC)) == []
    with own() as session:
        assert "Có người đang xử lý một phản ánh" in (editions.find(session, "2025-01").problem or "")
    assert due.activate(own, settings, datetime.now(UTC)) == ["2025-01"]


def test_a_switch_that_finds_another_at_work_is_no_problem_of_what_is_due(
    own: sessionmaker[Session], settings: Settings
) -> None:
    with own.begin() as session:
        scheduling.schedule(session, "2025-01", datetime.now(UTC))
    with own() as switching:
        turns.alone(switching)
        assert due.activate(own, settings, datetime.now(UTC)) == []
    with own() as session:
        assert editions.find(session, "2025-01").problem is None
    assert due.activate(own, settings, datetime.now(UTC)) == ["2025-01"]
