"""Questions for the statistics as an address writes them, and their answers, mostly at most a minute old."""

from dataclasses import replace
from typing import cast

from fastapi import Request
from sqlalchemy.orm import Session, sessionmaker

from api.remembered import Remembered
from geo.errors import InvalidError
from geo.i18n import _
from maps.statistics.performance import DIMENSIONS, Answer, Dimension, Question, performance

MINUTE, ANSWERS = 60.0, 16


def remembered_answers() -> Remembered[Answer]:
    """What an application keeps of the statistics it was asked for."""
    return Remembered(MINUTE, ANSWERS)


def dimensions(text: str) -> tuple[Dimension, ...]:
    """`unit,period` as dimensions; InvalidError names those there are."""
    found = text.split(",")
    if not set(found) <= set(DIMENSIONS) or len(set(found)) != len(found):
        raise InvalidError(_("Dùng được: {names}, cách nhau bằng dấu phẩy."), field="by", names=", ".join(DIMENSIONS))
    return cast("tuple[Dimension, ...]", tuple(found))


def ask(request: Request, sessions: sessionmaker[Session], question: Question) -> Answer:
    """The answer, kept for a minute in each process; one is made at a time, for it reads every step of its reports.

    Nobody should hold a connection to the database while asking.
    """
    kept: Remembered[Answer] = request.app.state.statistics
    categories = tuple(sorted(set(question.filters.category)))
    asked = replace(question, filters=replace(question.filters, category=categories))

    def make() -> Answer:
        with sessions() as session:
            return performance(session, asked)

    return kept.get(asked, make)
