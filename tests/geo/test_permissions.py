from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.models import Report
from geo.permissions import PUBLIC, SYSTEM, Actor, visible


def test_rows_by_actor(session: Session, make_report: Callable[..., Report]) -> None:
    here, there, taken_back = make_report(unit="so-y-te"), make_report(), make_report()
    taken_back.state = "withdrawn"
    session.flush()

    def seen(actor: Actor) -> set[int]:
        return set(session.scalars(visible(select(Report.id), actor)))

    assert seen(PUBLIC) == {here.id, there.id}
    assert seen(Actor("officer", here.unit_id)) == {here.id}
    assert seen(Actor("officer")) == set()
    assert seen(Actor("operator")) == seen(SYSTEM) == {here.id, there.id, taken_back.id}
