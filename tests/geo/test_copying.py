import numpy as np
import pandas as pd
import psycopg
import pytest
from sqlalchemy import Connection

from geo import copying


@pytest.fixture
def raw(connection: Connection) -> psycopg.Connection:
    connection.exec_driver_sql(
        "CREATE TEMP TABLE rows (big bigint, small integer, real double precision, yes boolean, at timestamptz,"
        " point geometry(point, 4326), word text, document jsonb)"
    )
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def write(raw: psycopg.Connection, table: str, columns: dict[str, copying.Column]) -> None:
    copying.copy(raw, table, columns, copying.encode(list(columns.values())))


def test_every_kind_arrives_as_it_left(raw: psycopg.Connection) -> None:
    words = ["Ổ gà lớn", None, ""]
    write(
        raw,
        "rows",
        {
            "big": copying.integers([1, 2**60, -1], size=8),
            "small": copying.integers([1, 2, 3], null=np.array([False, True, False])),
            "real": copying.floats([0.1, np.nan, -2.5]),
            "yes": copying.booleans([True, False, True]),
            "at": copying.times(
                np.array(["2024-02-29T12:00:00.123456", "NaT", "1999-12-31T23:59:59"], "datetime64[us]")
            ),
            "point": copying.points([108.1, 108.2, 108.3], [15.1, 15.2, 15.3]),
            "word": copying.texts(words),
            "document": copying.documents([{"a": [np.int64(1)]}, None, []]),
        },
    )
    rows = raw.execute(
        "SELECT big, small, real, yes, at AT TIME ZONE 'UTC', ST_AsEWKT(point), word, document::text"
        " FROM rows ORDER BY ctid"
    ).fetchall()
    assert [row[0] for row in rows] == [1, 2**60, -1]
    assert [row[1] for row in rows] == [1, None, 3]
    assert [row[2] for row in rows] == [0.1, None, -2.5]
    assert [row[3] for row in rows] == [True, False, True]
    assert [str(row[4]) for row in rows] == ["2024-02-29 12:00:00.123456", "None", "1999-12-31 23:59:59"]
    assert [row[5] for row in rows] == [f"SRID=4326;POINT(108.{n} 15.{n})" for n in (1, 2, 3)]
    assert [row[6] for row in rows] == words
    assert [row[7] for row in rows] == ['{"a": [1]}', None, "[]"]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["a", None, "ccc", "dd"], dtype="str")[1:],
        pd.Series(["a", None, "ccc", "dd"], dtype="str")[[True, False, True, True]],
        np.array(["x", None, "z"], object),
        [None, None, None],
        ["", "", ""],
    ],
)
def test_texts_of_slices_and_of_nothing(raw: psycopg.Connection, values: object) -> None:
    write(raw, "rows", {"word": copying.texts(values)})
    found = [row[0] for row in raw.execute("SELECT word FROM rows ORDER BY ctid")]
    assert found == [None if pd.isna(value) else value for value in values]


def test_no_rows_at_all(raw: psycopg.Connection) -> None:
    write(raw, "rows", {"big": copying.integers([], size=8), "word": copying.texts([])})
    assert raw.execute("SELECT count(*) FROM rows").fetchone() == (0,)


def test_constant(raw: psycopg.Connection) -> None:
    write(raw, "rows", {"word": copying.constant("đều", 2), "big": copying.integers([1, 2], size=8)})
    assert raw.execute("SELECT array_agg(word) FROM rows").fetchone() == (["đều", "đều"],)
