"""Routing of a CSV file: every line comes back, in its order, with what was found or why nothing was."""

import csv
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from boundaries import atlas
from boundaries.routing import Routings, route_many
from geo.errors import InvalidError
from geo.i18n import _
from geo.models import Category, Unit
from geo.refused import told
from geo.settings import Settings

ADDED = (
    *("area_code", "area_name", "unit", "reason", "needs_confirmation", "confidence"),
    *("edition", "commune_code", "commune_name", "unit_code", "error"),
)
PIPE = Path("-")  # standard input, standard output
CHUNK = 50_000  # lines held at a time
Rows = list[list[str]]
Floats = NDArray[np.float64]
_BAD_DAY = _("Ngày ở cột on phải có dạng 2026-01-31.")
_BAD_ACCURACY = _("Cột accuracy phải là số mét, hoặc để trống.")
_BAD_CATEGORY = _("Cột category phải là mã một lĩnh vực, hoặc để trống.")
_TOO_LONG = _("Dòng này có nhiều ô hơn dòng đầu của tệp.")


@dataclass
class Summary:
    """How many lines there were, got a unit, and need a person's confirmation."""

    rows: int = 0
    routed: int = 0
    to_confirm: int = 0


def route_file(
    session: Session,
    settings: Settings,
    source: Path,
    target: Path,
    *,
    edition: str | None = None,
    on: date | None = None,
    accuracy: float | None = None,
    category: str | None = None,
    progress: Callable[[float], None] = lambda _done: None,
) -> Summary:
    """Writes `source` (UTF-8 CSV with lon, lat and perhaps accuracy, on, category) with the columns ADDED to `target`.

    `on`, `accuracy` and `category` are of the lines that say none of their own. PIPE is standard input or output.

    InvalidError where it is no such file; then `target` stays as it was. `progress` is told the bytes read of a file.
    """
    try:
        with _opened(source) as raw, _piped() if target == PIPE else _replaced(target) as written:
            text = TextIOWrapper(raw, "utf-8-sig", newline="")
            first = text.readline()
            reader = csv.reader(itertools.chain([first], text), delimiter=_delimiter(first))
            header = next(reader, [])
            writer = csv.writer(written, delimiter=_delimiter(first), lineterminator="\r\n")
            table = _Table(header, _delimiter(first) != ",", _Otherwise(edition, on, accuracy, category))
            writer.writerow(table.columns)
            summary = Summary()
            while chunk := list(itertools.islice(reader, CHUNK)):
                rows = [row for row in chunk if row]  # an empty line is no line
                writer.writerows(table.routed(session, settings, rows, summary=summary))
                if source != PIPE:
                    progress(raw.tell())
    except UnicodeDecodeError:
        raise InvalidError(_("Tệp không phải UTF-8; hãy lưu lại ở dạng “CSV UTF-8”.")) from None
    except (csv.Error, OSError) as error:
        reason = told(error) if isinstance(error, OSError) else f"({error})"
        raise InvalidError(_("Không đọc hoặc ghi được tệp CSV: {reason}"), reason=str(reason)) from None
    return summary


class _Otherwise(NamedTuple):
    """The edition of every line, and what is taken of those that do not say."""

    edition: str | None
    on: date | None
    accuracy: float | None
    category: str | None


class _Table:
    """Where the columns of a file are."""

    def __init__(self, header: Sequence[str], decimal_comma: bool, otherwise: _Otherwise) -> None:
        self._otherwise = otherwise
        names = [name.strip().lower() for name in header]
        missing = [name for name in ("lon", "lat") if name not in names]
        if missing:
            raise InvalidError(_("Tệp thiếu cột {columns}; dòng đầu phải là tên các cột."), columns=", ".join(missing))
        self._place = {name: place for place, name in reversed(list(enumerate(names)))}
        self._width = len(header)
        self._decimal_comma = decimal_comma
        # A file that was routed before keeps its columns where they are, with new contents.
        new = [name for name in ADDED if name not in self._place]
        self.columns = [*header, *new]
        self._target = [self._place.get(name, self._width + (new.index(name) if name in new else 0)) for name in ADDED]

    def routed(
        self,
        session: Session,
        settings: Settings,
        rows: Rows,
        *,
        summary: Summary,
    ) -> Rows:
        """The rows with their answers."""
        fault = np.array([_TOO_LONG if len(row) > self._width else "" for row in rows], object)
        rows = [row[: self._width] + [""] * (len(self.columns) - min(len(row), self._width)) for row in rows]
        lon, _wrong = self._numbers(rows, "lon")
        lat, _wrong = self._numbers(rows, "lat")
        accuracy, wrong = self._numbers(rows, "accuracy")
        fault[wrong & (fault == "")] = _BAD_ACCURACY
        given = self._otherwise
        if given.accuracy is not None:
            accuracy[np.isnan(accuracy)] = given.accuracy
        category = np.array([text or given.category for text in self._texts(rows, "category")], object)
        known = {None, *session.scalars(select(Category.code))}
        fault[np.array([one not in known for one in category], np.bool_) & (fault == "")] = _BAD_CATEGORY
        days = np.array(self._texts(rows, "on"), object)
        for text in dict.fromkeys(days):
            mine = np.flatnonzero((days == text) & (fault == ""))
            try:
                day = date.fromisoformat(text) if text else given.on
            except ValueError:
                fault[mine] = _BAD_DAY
                continue
            found = route_many(
                session,
                lon[mine],
                lat[mine],
                accuracy=accuracy[mine],
                edition=given.edition,
                on=day,
                category=category[mine],
                settings=settings,
            )
            for row, answer in zip(mine.tolist(), _answers(session, found), strict=True):
                self._put(rows[row], answer)
            summary.routed += int((found.refusal == "").sum())
            summary.to_confirm += int(found.needs_confirmation.sum())
        for bad in np.flatnonzero(fault != ""):
            self._put(rows[bad], _refused(fault[bad]))
        summary.rows += len(rows)
        return rows

    def _put(self, row: list[str], answer: Sequence[str | None]) -> None:
        for place, value in zip(self._target, answer, strict=True):
            row[place] = value or ""

    def _texts(self, rows: Rows, name: str) -> list[str]:
        place = self._place.get(name)
        return [""] * len(rows) if place is None else [row[place].strip() for row in rows]

    def _numbers(self, rows: Rows, name: str) -> tuple[Floats, NDArray[np.bool_]]:
        """The numbers of a column, NaN where there is none, and whether something else stands there."""
        texts = self._texts(rows, name)
        if self._decimal_comma:
            texts = [text.replace(",", ".") for text in texts]
        numbers = np.full(len(texts), np.nan)
        wrong = np.zeros(len(texts), np.bool_)
        for row, text in enumerate(texts):
            if text:
                try:
                    numbers[row] = float(text)
                except ValueError:
                    wrong[row] = True
        return numbers, wrong | (np.array([bool(text) for text in texts], np.bool_) & np.isnan(numbers))


def _answers(session: Session, found: Routings) -> Iterator[Sequence[str | None]]:
    """The columns ADDED of each pin."""
    units = {row.id: row.code for row in session.execute(select(Unit.id, Unit.code))}
    edition, communes = "", {}
    if found.edition is not None:
        sheet = atlas.sheet(session, found.edition, "commune")
        edition, communes = found.edition.code, dict(zip(sheet.code, sheet.name, strict=True))
    columns = (
        *(found.refusal, found.area_code, found.area_name, found.unit_name, found.reason, found.needs_confirmation),
        *(found.confidence.tolist(), found.commune_code, found.unit_id.tolist()),
    )
    for refusal, code, name, unit, reason, needs, confidence, commune, unit_id in zip(*columns, strict=True):
        if refusal:
            yield _refused(refusal)
        else:
            sure = f"{confidence:.4f}" if confidence >= 0 else ""
            said = (code, name, unit, reason, "true" if needs else "false", sure)
            yield (*said, edition, commune, communes.get(commune), units[unit_id], "")


def _refused(sentence: str) -> tuple[str, ...]:
    # In `reason` too: it was there before there was a column for it, and programs read it.
    return ("", "", "", sentence, "", "", "", "", "", "", sentence)


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


@contextmanager
def _opened(source: Path) -> Iterator[BinaryIO]:
    if source == PIPE:
        yield sys.stdin.buffer
    else:
        with source.open("rb") as file:
            yield file


@contextmanager
def _piped() -> Iterator[TextIO]:
    text = TextIOWrapper(sys.stdout.buffer, "utf-8", newline="")
    try:
        yield text
        text.flush()
    finally:
        text.detach()  # standard output stays open


@contextmanager
def _replaced(target: Path) -> Iterator[TextIO]:
    """A text file that takes the place of `target` once all of it is written, and else leaves no trace."""
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
