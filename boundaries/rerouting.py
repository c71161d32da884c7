"""The open reports follow an edition: found, compared, locked, written, by whole columns."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row
from sqlalchemy.orm import Session

from boundaries import moved, open_reports, rules
from boundaries import wanted as wants
from boundaries.models import Activation, Assignment, Edition
from boundaries.open_reports import OpenReports
from boundaries.wanted import Wanted
from geo import moving
from geo.copying import Column, copy, documents, encode, floats, integers, texts, times
from geo.database import driver
from geo.moving import Moves
from geo.settings import Settings

_EXPLAINED = [one.name for one in Assignment.__table__.columns if one.name not in ("id", "at")]
_EXPLAIN_AGAIN = f"""
    INSERT INTO assignments ({", ".join(_EXPLAINED)})
    SELECT {", ".join(_EXPLAINED)} FROM assignments WHERE id = ANY (%(ids)s) ORDER BY id
    """  # noqa: S608 (names of columns)
_ROUNDS = 10  # what somebody changes in every one of them is left to boundaries.stragglers


class Tally:
    """What becomes of open reports, counted."""

    NAMES = ("open", "stay", "by_hand", "uncertain", "certain", "without_committee", "changed")

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.moves: Counter[tuple[int, int]] = Counter()  # from unit to unit

    def add(self, now: OpenReports, wanted: Wanted) -> None:
        """Counts reports as they are and as they will be."""
        stays = wanted.unit_id == now.unit_id
        self.counts += Counter(
            {
                "open": len(now),
                "stay": int(stays.sum()),
                "by_hand": int(wanted.kept.sum()),
                "uncertain": int((wanted.needs_confirmation & ~now.needs_confirmation).sum()),
                "certain": int((~wanted.needs_confirmation & now.needs_confirmation).sum()),
                "without_committee": int(((wanted.reason == "ioc") & ~wanted.kept).sum()),
                "changed": int(wanted.differs(now).sum()),
            }
        )
        self.moves += Counter(zip(now.unit_id[~stays].tolist(), wanted.unit_id[~stays].tolist(), strict=True))

    @property
    def units(self) -> set[int]:
        """The ids of the units that get or lose some."""
        return {one for pair in self.moves for one in pair}

    def came(self) -> Counter[int]:
        """How many a unit gets, by its id."""
        return self._each(1)

    def went(self) -> Counter[int]:
        """How many a unit loses, by its id."""
        return self._each(0)

    def _each(self, side: int) -> Counter[int]:
        found: Counter[int] = Counter()
        for pair, count in self.moves.items():
            found[pair[side]] += count
        return found


class Rerouting:
    """The open reports follow one activation, or its undoing: found out before the switch, written after it.

    `undoes` has the ids of the activations that are undone; then only what they moved follows, and what their edition
    routed.
    """

    def __init__(
        self,
        session: Session,
        edition: Edition,
        day: date,
        *,
        settings: Settings,
        undoes: Sequence[int] | None = None,
    ) -> None:
        self.tally = Tally()
        self._session, self._settings, self._day = session, settings, day
        self._edition_id, self._code, self._undoes = edition.id, edition.code, undoes
        self._before: Mapping[int, Row[Any]] = {}  # by report, as rows of Moved
        self._done = np.zeros(0, np.int64)
        self._at = datetime.now(UTC)
        self._found: tuple[OpenReports, Wanted] | None = None

    def look(self, follows: Edition | None) -> None:
        """Finds out where each open report belongs by the edition that is to follow; nothing is written yet."""
        now = open_reports.read(self._session)
        self._found = now, self._wanted(now, follows.code if follows else None)

    def all(self, made: Activation) -> None:
        """Moves every report that was looked at, is to be moved, and that nobody has changed since."""
        assert self._found is not None  # looked at
        self._take(made, *self._found)

    def rest(self, made: Activation) -> None:
        """Moves what has come, or was changed by a step, since; what changes meanwhile once more."""
        for _round in range(_ROUNDS):
            left = np.setdiff1d(open_reports.marks(self._session), self._done, assume_unique=True)
            if not len(left):
                return
            now = open_reports.read(self._session, open_reports.marked(left))
            if self._take(made, now, self._wanted(now)):
                return

    def _take(self, made: Activation, now: OpenReports, wanted: Wanted) -> bool:
        """Moves reports; whether all of them, for those that a step was changing meanwhile are others by now."""
        differs = wanted.differs(now)
        locked = moving.lock(self._session, now.id[differs], now.version[differs])
        mine = np.isin(now.id, locked)
        known = mine | ~differs
        self.tally.add(now.take(known), wanted.take(known))
        self._write(made, now.take(mine), wanted.take(mine))
        # Each step makes another version, this one as well.
        self._done = np.union1d(self._done, open_reports.mark(now.id, now.version + mine)[known])
        return bool(known.all())

    def _wanted(self, now: OpenReports, edition: str | None = None) -> Wanted:
        found = wants.wanted(self._session, now, self._day, edition=edition, settings=self._settings)
        if self._undoes is None:
            return found
        self._before = moved.before(self._session, self._undoes, now.id)
        existing = set(wants.existing(self._session, self._day))
        for row, report_id in enumerate(now.id.tolist()):
            was = self._before.get(report_id)
            if was is not None and was.unit_id in existing:
                found.unit_id[row], found.needs_confirmation[row] = was.unit_id, was.needs_confirmation
                found.area_code[row], found.commune_code[row] = was.area_code, was.commune_code
                found.others[row] = was.candidates
            elif now.edition_id[row] != self._edition_id and found.there[row]:
                found.stay(now, row)
        return found

    def _write(self, made: Activation, now: OpenReports, wanted: Wanted) -> None:
        if not len(now):
            return
        codes, unsure = (wanted.area_code, wanted.commune_code), wanted.needs_confirmation
        moves = Moves(now.id, wanted.unit_id, *codes, unsure, wanted.others.tolist())
        events = moving.move(
            self._session,
            moves,
            door=moving.EDITION,
            now=self._at,
            user_id=made.user_id,
            data={"edition": self._code, "kind": made.kind},
        )
        back = self._give_back(now, wanted)
        explain(self._session, now.take(~back), wanted.take(~back), self._at)
        if made.kind == "activate":
            moved.remember(driver(self._session), made.id, now, events)

    def _give_back(self, now: OpenReports, wanted: Wanted) -> NDArray[np.bool_]:
        """Which of the reports go back to where they were: with that explanation, and to who worked on them."""
        was = [self._before.get(one) for one in now.id.tolist()]
        goes = wanted.unit_id != now.unit_id
        there = [one if one and one.unit_id == unit else None for one, unit in zip(was, wanted.unit_id, strict=True)]
        again = [one.assignment_id for one in there if one and one.assignment_id]
        hands = [one for one, away in zip(there, goes, strict=True) if one and away and one.assignee_id]
        connection = driver(self._session)
        connection.execute(_EXPLAIN_AGAIN, {"ids": again})
        moving.give_back(self._session, [one.report_id for one in hands], [one.assignee_id for one in hands])
        return np.array([one is not None for one in there], np.bool_)


def explain(session: Session, now: OpenReports, wanted: Wanted, at: datetime) -> None:
    """Writes an assignment for each report: why it is from now on where the edition wants it."""
    columns: dict[str, Column] = {
        "report_id": integers(now.id, size=8),
        "edition_id": integers(wanted.edition_id, null=wanted.edition_id == 0),
        "area_code": texts(wanted.area_code.tolist()),
        "unit_id": integers(wanted.unit_id),
        "reason": texts(wanted.reason.tolist()),
        "distance": floats(wanted.distance),
        "confidence": floats(wanted.confidence),
        "candidates": documents(wanted.candidates),
        "rule_id": integers(wanted.rule_id, null=~rules.there(session, wanted.rule_id)),
        "correction_id": integers(wanted.correction_id, null=wanted.correction_id == 0),
        "at": times(np.full(len(now), at.replace(tzinfo=None), "datetime64[us]")),
    }
    copy(driver(session), "assignments", columns, encode(list(columns.values())))
