"""Demonstration reports among the real ones: whether there are any, and how to leave one kind out."""

from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from geo.models import Report
from geo.permissions import PUBLIC, visible

_Any = TypeVar("_Any", bound=Any)


class Present(NamedTuple):
    """Whether the database has reports of people, and of the demonstration."""

    real: bool
    demo: bool


def present(session: Session) -> Present:
    """Which kinds of public reports there are."""
    kinds = [exists(visible(select(Report.id).where(Report.demo == demo), PUBLIC)) for demo in (False, True)]
    found = session.execute(select(*kinds)).one()
    return Present(found[0], found[1])


def only(query: Select[_Any], demo: bool | None) -> Select[_Any]:
    """A select over reports cut down to the demonstration (True) or to what people sent (False); None leaves both."""
    return query if demo is None else query.where(Report.demo == demo)
