"""CSV: UTF-8 with or without a byte order mark; comma, semicolon or tab."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from api.bulk.columns import Chunk, complete, rename
from geo.errors import InvalidError
from geo.i18n import _

BLOCK = 8 << 20  # bytes parsed at a time: about 30,000 reports
_TEXT = pa.large_string()


def read(path: Path) -> Iterator[Chunk]:
    """Yields the rows in batches; InvalidError where the file is not a readable CSV with our columns."""
    size = max(path.stat().st_size, 1)
    with path.open("rb") as file:
        names, delimiter = _header(file.readline(1 << 16))
        known = rename(names)
        file.seek(0)
        faulty: list[csv.InvalidRow] = []

        def skip(row: csv.InvalidRow) -> str:
            faulty.append(row)
            return "skip"

        try:
            reader = csv.open_csv(
                file,
                csv.ReadOptions(block_size=BLOCK, use_threads=False),
                csv.ParseOptions(
                    delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip
                ),
                csv.ConvertOptions(
                    column_types=dict.fromkeys(names, _TEXT), strings_can_be_null=True, null_values=[""]
                ),
            )
            first = 2  # as a spreadsheet counts: a row may hold line breaks, and the header is row 1
            for batch in reader:
                number, passed = _rows(first, len(batch), faulty)
                first += len(batch) + len(passed)
                table = pa.Table.from_batches([batch]).select(list(known)).rename_columns(list(known.values()))
                frame = complete(table.to_pandas())
                filled = frame.notna().any(axis=1).to_numpy()
                done = min(file.tell() / size, 1.0)
                yield Chunk(frame[filled].reset_index(drop=True), number[filled], passed, done)
            if faulty:
                yield Chunk(
                    complete(pd.DataFrame()), np.empty(0, np.int64), [(r.number or 0, r.text) for r in faulty], 1.0
                )
        except pa.ArrowInvalid as error:
            raise _explained(error, path) from None


def _rows(first: int, count: int, faulty: list[csv.InvalidRow]) -> tuple[NDArray[np.int64], list[tuple[int, str]]]:
    """The numbers of the next `count` good rows from `first` on, and the faulty rows that stand among them."""
    number = np.arange(first, first + count)
    faulty.sort(key=lambda row: row.number or 0)
    passed: list[tuple[int, str]] = []
    while faulty and (faulty[0].number or 0) <= first + count + len(passed):
        row = faulty.pop(0)
        number[number >= (row.number or 0)] += 1
        passed.append((row.number or 0, row.text))
    return number, passed


def _header(first: bytes) -> tuple[list[str], str]:
    try:
        text = first.decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError:
        raise InvalidError(_NOT_UTF8) from None
    if not text.strip() or "\0" in text:
        raise InvalidError(_("Tệp trống hoặc không phải CSV; dòng đầu phải là tên các cột."))
    delimiter = max(",;\t", key=text.count)
    return [name.strip('"') for name in text.split(delimiter)], delimiter


_WIDTH = re.compile(r"Expected (\d+) columns, got (\d+)")
_NOT_UTF8 = _("Tệp không phải UTF-8; hãy lưu lại ở dạng “CSV UTF-8”.")


def _explained(error: pa.ArrowInvalid, path: Path) -> InvalidError:
    if "UTF8" in str(error):
        return InvalidError(_NOT_UTF8)
    if found := _WIDTH.search(str(error)):
        said = _("Không đọc được {path} như tệp CSV: có dòng {got} ô, dòng đầu có {expected} ô.")
        return InvalidError(said, path=path, expected=found[1], got=found[2])
    return InvalidError(_("Không đọc được {path} như tệp CSV: ({error})"), path=path, error=str(error).split("\n")[0])
