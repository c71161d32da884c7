"""The text of CQL2: what is read, as the package `cql2` reads it, and what is refused before it costs anything."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InvalidError
from maps.collections.cql2 import reading, text
from maps.collections.cql2.tokens import TooMuchError, UnreadableError

DEEP = 5_000
HOSTILE = [
    r"content = '\' OR " + "(" * DEEP + "recurrence=1" + ")" * DEEP + " OR content = 'x'",
    "content = '''' OR " + "(" * DEEP + "recurrence=1" + ")" * DEEP,
    '"\\" = 1 OR ' + "(" * DEEP + "TRUE" + ")" * DEEP,
    "(" * 22,
    "casei(" * 22 + "category",
    "(" * DEEP,
    ")" * DEEP,
    "casei(" * 1_000 + "category" + ")" * 1_000,
    "category IN " + "(" * DEEP + "1",
    "S_INTERSECTS(geometry, POLYGON" + "(" * DEEP,
    "S_INTERSECTS(geometry," + "GEOMETRYCOLLECTION(" * 400 + "POINT(1 2)" + ")" * 401,
    *("recurrence=1" + f"{sign}1" * 4_000 for sign in "*+-^/=<"),
    *("recurrence=1" + f" {sign} 1" * 2_000 for sign in ("*", "+", "-", "=", "<>", ">=")),
    "recurrence = " + "-" * DEEP + "1",
    "NOT " * 2_000 + "TRUE",
    "not not\n" * 1_000 + "TRUE",
    "recurrence IN (" + "1," * 3_000 + "1)",
    "category = '" + "''" * 4_000,
    "\\" * DEEP,
    "'" * 4_999,
    '"' * 4_999,
    " " * 9_999,
    " OR ".join(["ACCENTI(CASEI(content)) LIKE '%z%q%'"] * 240),
]


@pytest.mark.parametrize("written", HOSTILE, ids=range(len(HOSTILE)))
def test_what_would_end_the_process_or_the_day_is_refused(written: str) -> None:
    with pytest.raises(InvalidError):
        reading.read(written, "cql2-text")
    with pytest.raises(InvalidError):
        reading.read(written[: reading.LONGEST], "cql2-text")


@pytest.mark.parametrize(
    "written",
    [
        "[" * 5_000,
        '{"op":"not","args":[' * 400 + "true" + "]}" * 400,
        '{"op":"not","args":' + "[" * 900 + "true" + "]" * 900 + "}",
        '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":'
        + "[" * 900
        + "1"
        + "]" * 900
        + "}]}",
        '{"op":"in","args":[{"property":"recurrence"},[' + "1," * 900 + "1]]}",
        '{"op":"or","args":[' + '{"op":"not","args":[true]},' * 61 + "true]}",
    ],
)
def test_json_that_is_too_deep_or_too_much_is_refused(written: str) -> None:
    with pytest.raises(InvalidError):
        reading.read(written, "cql2-json")


PIECES = """( ) , = <> != < >= + - * ^ ' '' \\ \\' " "" 'x' '\\' 1 1.5 -1 1e9 a "b c" and OR not LIKE in between is null
    TRUE casei( s_within( t_finishedby( interval( date( bbox( point( Z POLYGON(( multipoint( geometrycollection( .."""


@settings(max_examples=2_000, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(PIECES.split()) | st.text(max_size=3), max_size=200).map(" ".join) | st.text(max_size=200)
)
def test_every_text_is_read_or_refused_within_the_bounds(written: str) -> None:
    try:
        tree = text.parse(written)
    except (UnreadableError, TooMuchError):
        return
    json.dumps(tree)  # which is what there is in JSON, and no deeper than Python goes


READ = r"""a = 'it''s'
a = 'x\'
a = 'x\\'
a LIKE 'x\%'
"a b" = 1
"a""b" = 1
a.b = 1
NOT a LIKE 'x'
a NOT LIKE 'x'
a NOT IN (1,2)
a NOT BETWEEN 1 AND 2
a BETWEEN 1 AND 2 AND b = 1
a IS NULL
a IS NOT NULL
a = -1
a = - 1
a = +1
a = 1.5e3
a = 1.
true AND False
NOT TRUE
a = 1 OR b = 2 AND c = 3
a = 1 OR b = 2 OR c = 3
NOT a = 1 AND b = 2
NOT NOT a = 1
(a) = (1)
(a = 1) = TRUE
a != 1
1 < a
a = NULL
ACCENTI(CASEI(a)) LIKE CASEI('x')
CASEI(a) IN (casei('x'), CASEI('y'))
S_INTERSECTS(geometry, POINT Z(1 2 3))
S_INTERSECTS(geometry, MULTIPOINT((1 2),(3 4)))
S_INTERSECTS(geometry, MULTIPOINT(1 2,3 4))
S_INTERSECTS(geometry, LINESTRING(1 -2,3 4))
S_INTERSECTS(geometry, MULTILINESTRING((1 2,3 4),(5 6,7 8)))
S_INTERSECTS(geometry, POLYGON((0 0,1 0,1 1,0 0),(0 0,1 0,1 1,0 0)))
S_INTERSECTS(geometry, MULTIPOLYGON(((0 0,1 0,1 1,0 0))))
S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4)))
S_INTERSECTS(geometry, BBOX(1,2,-3,4,5,6))
T_DURING(INTERVAL(a,b), INTERVAL('..', '2026-01-01T00:00:00Z'))
t_finishedby(a, DATE('2026-01-01'))
T_DURING(a, INTERVAL(DATE('2026-01-01'), TIMESTAMP('2026-01-01T00:00:00Z')))
a > timestamp( '2026-01-01T00:00:00Z' )
date = 1
trueish = 1
a:b = 1
foo(a)
a = ''''"""
SAME = READ.split("\n")
WRONG = [
    r"a = 'it\'s'",
    "a==1",
    "= 1",
    "not = 1",
    "a = .5",
    "a IN ()",
    "a = 'x",
    '"a = 1',
    "a = 1 b",
    "(a = 1",
    "",
    "a NOT b",
]
OTHER = """
import json, sys, cql2
def read(written):
    try:
        return cql2.parse_text(written).to_json()
    except Exception:
        return "no"
print(json.dumps([read(one) for one in json.load(sys.stdin)]))
"""


def test_texts_mean_what_they_mean_to_another_reader() -> None:
    # In a process of its own: that parser can end it.
    done = subprocess.run(
        [sys.executable, "-c", OTHER], input=json.dumps([*SAME, *WRONG]), capture_output=True, text=True, check=True
    )
    for written, theirs in zip([*SAME, *WRONG], json.loads(done.stdout), strict=True):
        assert _read(written) == theirs, written
        assert (theirs == "no") is (written in WRONG)


def _read(written: str) -> Any:
    try:
        return text.parse(written)
    except UnreadableError:
        return "no"


def test_the_parser_that_can_end_the_process_is_not_in_it() -> None:
    code = "import sys, api.app; sys.exit('cql2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
