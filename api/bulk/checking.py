"""The rows of a file, checked by whole columns against the rules that a single report meets."""

from collections.abc import Callable
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.bulk import values
from boundaries import pins
from geo import codes
from geo.errors import InvalidError
from geo.i18n import _
from geo.models import Category, Report
from geo.people import checked_name, checked_organisation, normalise_email
from geo.reports import CONTENT
from geo.transitions import STATES, State

STATES_TAKEN: tuple[State, ...] = ("received", "in_progress")  # those a report can be in so far
_NUMBER_MISSING = _("{column}: không phải là số")
Reasons = NDArray[np.object_]


class Rules:
    """What rows are checked against: the active categories, and the moment after which nothing happened yet."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._seen: set[str] = set()
        self.now = np.datetime64(now.replace(tzinfo=None), "us")
        found = session.scalars(select(Category).where(Category.active)).all()
        self.category = {key: c.id for c in found for key in (c.code, c.name.lower())}
        self.state = {key: state for state in STATES_TAKEN for key in (state, STATES[state].lower())}

    def check(self, given: pd.DataFrame) -> tuple[pd.DataFrame, Reasons]:
        """The rows in the types of the tables, and every reason to refuse each, empty where there is none."""
        rows = _Rows(given)
        typed = pd.DataFrame(index=given.index)
        typed["category_id"] = rows.known("category", self.category, _("lĩnh vực"), required=True)
        typed["content"] = rows.text("content", *CONTENT, lines=True)
        typed["lon"], typed["lat"] = rows.place()
        typed["accuracy"] = rows.number("accuracy", least=0, most=pins.MAX_ACCURACY)
        typed["created_at"] = rows.moment("created_at", self.now).fillna(pd.Timestamp(self.now))
        typed["happened_at"] = rows.moment("happened_at", self.now)
        state = rows.known("state", self.state, _("trạng thái"), required=False).fillna("received")
        # When a report of elsewhere was accepted is not known: its own time is the only one there is.
        typed["accepted_at"] = typed["created_at"].where(state == "in_progress")
        typed["code"] = rows.each("code", _code)
        rows.refuse(self._taken(typed["code"]), _("mã này đã có"))
        typed["name"] = rows.each("name", checked_name)
        typed["organisation"] = rows.each("organisation", checked_organisation)
        typed["phone"] = rows.phone()
        typed["email"] = rows.each("email", normalise_email)
        alone = given["name"].notna() != given["phone"].notna()
        rows.refuse(alone, _("người gửi phải có cả họ tên và số điện thoại"))
        return typed, rows.reason

    def _taken(self, code: pd.Series) -> pd.Series:
        """Which codes are in the database or came before in the file."""
        known = code.dropna()
        if known.empty:
            return code.notna()
        there = set(self._session.scalars(select(Report.code).where(Report.code.in_(known.tolist()))))
        taken = code.isin(there | self._seen) | (code.duplicated() & code.notna())
        self._seen.update(known)
        return taken


class _Rows:
    """One chunk's columns and, row by row, why it is refused."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.reason = np.full(len(frame), "", object)

    def refuse(self, mask: Any, reason: str, **named: Any) -> None:
        """Adds a reason to the rows of a mask."""
        mask = np.asarray(mask, np.bool_)
        if mask.any():
            text = (reason.format(**named) if named else reason).removesuffix(".")
            self.reason[mask] = [f"{old}; {text}" if old else text for old in self.reason[mask]]

    def text(self, column: str, least: int, most: int, *, lines: bool) -> pd.Series:
        """Clean text of a column, in which every row must have one."""
        clean = values.clean(self.frame[column], lines=lines)
        length = clean.str.len().fillna(0)
        self.refuse(length == 0, _("thiếu nội dung"))
        self.refuse((length > 0) & (length < least), _("nội dung ngắn hơn {least} ký tự"), least=least)
        self.refuse(length > most, _("nội dung dài hơn {most} ký tự"), most=most)
        return clean

    def known(self, column: str, allowed: dict[str, Any], what: str, *, required: bool) -> pd.Series:
        """What the words of a column stand for; a word near to one that is allowed gets it as advice."""
        words = self.frame[column].str.strip().str.lower()
        found = words.map(allowed)
        if required:
            self.refuse(words.isna(), _("thiếu {what}"), what=what)
        for word in words[found.isna() & words.notna()].unique()[:1_000]:
            near = get_close_matches(word, allowed, n=1)
            advice = _("không có {what} “{word}”; ý bạn là “{near}”?") if near else _("không có {what} “{word}”")
            self.refuse(words == word, advice, what=what, word=word[:60], near=near[0] if near else "")
        self.refuse(found.isna() & words.notna() & (self.reason == ""), _("không có {what} này"), what=what)
        return found

    def number(self, column: str, *, least: float, most: float) -> pd.Series:
        """Numbers of a column, NaN where there is none."""
        numbers = values.numbers(self.frame[column])
        given = self.frame[column].notna()
        self.refuse(given & ~np.isfinite(numbers), _NUMBER_MISSING, column=column)
        self.refuse(
            (numbers < least) | (numbers > most),
            _("{column}: ngoài khoảng {least} đến {most}"),
            column=column,
            least=least,
            most=most,
        )
        return numbers

    def place(self) -> tuple[pd.Series, pd.Series]:
        """Longitudes and latitudes; what cannot be a place gets the sentence that a single pin would."""
        lon, lat = values.numbers(self.frame["lon"]), values.numbers(self.frame["lat"])
        sentences = pins.refusals(lon.to_numpy(), lat.to_numpy(), np.zeros(len(lon)))
        for sentence in np.unique(sentences[sentences != ""].astype(str)):
            self.refuse(sentences == sentence, sentence)
        return lon, lat

    def moment(self, column: str, now: np.datetime64) -> pd.Series:
        """UTC moments of a column, NaT where there is none."""
        moments = values.moments(self.frame[column])
        self.refuse(moments.isna() & self.frame[column].notna(), _("{column}: không phải là thời điểm"), column=column)
        self.refuse(moments > pd.Timestamp(now), _("{column}: ở tương lai"), column=column)
        self.refuse(moments < pd.Timestamp("2000-01-01"), _("{column}: trước năm 2000"), column=column)
        return moments

    def phone(self) -> pd.Series:
        """Phone numbers as E.164."""
        numbers, wrong = values.phones(self.frame["phone"])
        self.refuse(wrong, _("số điện thoại không đúng"))
        return numbers

    def each(self, column: str, check: Callable[[str], str | None]) -> pd.Series:
        """A column passed through a check for single values, once for each value that occurs."""
        numbers, words = pd.factorize(self.frame[column])
        done, wrong = [], np.zeros(len(words) + 1, np.bool_)
        for index, word in enumerate(words):
            try:
                done.append(check(word))
            except InvalidError as error:
                done.append(None)
                wrong[index] = True
                self.refuse(numbers == index, "{column}: {error}", column=column, error=error)
        taken = np.array([*done, None], object)  # -1 marks what is absent
        return pd.Series(taken[numbers], self.frame.index, dtype="str")


def _code(word: str) -> str:
    code = codes.normalise(word)
    if code is None:
        raise InvalidError(_("mã không đúng, ví dụ QN-7K2M-9XQ4"))
    return code
