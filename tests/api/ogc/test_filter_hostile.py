"""Filters that are wrong, too much or meant to do harm."""

import json
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from api.ogc import costly
from tests.api.ogc.asking import REPORTS, ids, refused


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "category", "category =", "= 'x'", "category = 'x", "'x'", "1", "POINT(1 2)"),
        *("phone = '0905123456'", "name LIKE 'Tr%'", "content.x = 1", "point IS NULL", "public_point IS NULL"),
        *("__id = 'x'", "__key0 > DATE('2026-01-01')", "id = 1", "photos IS NULL", "geometry = 1"),
        *("recurrence = 'x'", "category = 1", "demo > FALSE", "created_at > 5", "created_at > 'soon'"),
        *("category LIKE 1", "recurrence LIKE '1%'", "CASEI(recurrence) = 'x'", "CASEI() = 'x'"),
        *("pg_sleep(10) = 1", "avg(recurrence) > 2", "recurrence + 1 = 2", "recurrence ^ 2 = 4"),
        "category = 'x'; DROP TABLE reports",
        "category = 'x' --",
        "created_at > TIMESTAMP('2026-99-01T00:00:00Z')",
        "created_at > DATE('2026-02-30')",
        "created_at > DATE('20x')",
        "content LIKE category",
        "content LIKE '" + "%x" * 9 + "'",
        "content LIKE '" + "x" * 201 + "'",
        "content LIKE CASEI('" + "%x" * 9 + "')",
        "S_INTERSECTS(category, POINT(1 2))",
        "S_INTERSECTS(geometry, POINT(1 200))",
        "S_INTERSECTS(geometry, BBOX(1000000,1000000,2000000,2000000))",
        "S_INTERSECTS(geometry, BBOX(1,2))",
        "S_INTERSECTS(geometry, POLYGON((0 0,1 1,0 1,1 0,0 0)))",
        "S_INTERSECTS(geometry, POLYGON((0 0,1 1,0 1)))",
        "S_DWITHIN(geometry, POINT(1 2), 10, 'm')",
        "T_AFTER(category, DATE('2026-01-01'))",
        "T_AFTER(created_at, INTERVAL('x','..'))",
        "A_CONTAINS(photos, ('x'))",
        "(" * 5_000 + "TRUE" + ")" * 5_000,
        "(" * 30,
        "NOT " * 5_000 + "TRUE",
        "recurrence = " + "-" * 5_000 + "1",
        "=".join(["recurrence"] * 5_000),
        " OR ".join(["recurrence = 1"] * 2_000),
        "category = '" + "x" * 60_000 + "'",
    ],
)
def test_a_filter_that_is_wrong_or_too_much_is_refused(client: TestClient, written: str) -> None:
    assert "filter: " in refused(client, filter=written[:59_000])


@pytest.mark.parametrize(
    "tree",
    [
        *("", "{", "[]", "null", "1", '"x"', "{}", '{"op":"="}', '{"op":"=","args":[]}', '{"op":1,"args":[]}'),
        '{"op":"=","args":[{"property":1},2]}',
        '{"op":"=","args":[{"property":"category"},{"op":"casei"}]}',
        '{"op":"=","args":[{"property":"category"},null]}',
        '{"op":"in","args":[{"property":"category"},[]]}',
        '{"op":"in","args":[{"property":"category"},"x"]}',
        '{"op":"and","args":[true]}',
        '{"op":"not","args":[]}',
        '{"op":"isNull","args":[]}',
        '{"op":"between","args":[{"property":"recurrence"},1]}',
        '{"op":"=","args":[{"property":"created_at"},{"timestamp":5}]}',
        '{"op":"=","args":[{"property":"created_at"},{"date":[]}]}',
        '{"op":"t_after","args":[{"property":"created_at"},{"interval":["..",null]}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":["1","2","3","4"]}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[1,2,3,1e999]}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[]}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":"x"}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Nothing"}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"geometry":{}}]}',
        '{"op":"not","args":[' * 200 + "true" + "]}" * 200,
        '{"op":"=","args":[{"property":"category"},"\\ud800"]}',
        '{"op":"=","args":[{"property":"category"},"\\u0000"]}',
    ],
)
def test_json_that_is_no_filter_is_refused(client: TestClient, tree: str) -> None:
    assert refused(client, filter=tree, filter_lang="cql2-json")


WORDS = """category recurrence created_at geometry content ( ) , = <> < >= AND OR NOT LIKE IN BETWEEN IS NULL 'x' '%'
    1 -1 1e400 TRUE DATE('2026-01-01') TIMESTAMP('2026-01-01T00:00:00Z') INTERVAL('..','..') BBOX(1,2,3,4) POINT( CASEI(
    ACCENTI( S_INTERSECTS( T_AFTER( ; -- \\ ' \""""
OPERATORS = "= <> and or not in like between isNull casei s_within t_during"


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join))
def test_nothing_that_is_written_ends_in_an_error_of_ours(client: TestClient, written: str) -> None:
    assert client.get(REPORTS, params={"filter": written}).status_code in (200, 400)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["category", "created_at", "x", ".."]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["op", "args", "property", "date", "interval", "bbox", "type"]), inner, max_size=3
        )
        | st.builds(
            lambda op, args: {"op": op, "args": args},
            st.sampled_from(
                [*["=", "<>", "and", "or", "not", "in", "like", "between", "isNull", "casei", "s_within", "t_during"]]
            ),
            st.lists(inner | st.just({"property": "category"}) | st.just({"property": "geometry"}), max_size=3),
        )
    ),
    max_leaves=12,
)


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(JSON)
def test_no_tree_ends_in_an_error_of_ours(client: TestClient, tree: Any) -> None:
    answer = client.get(REPORTS, params={"filter": json.dumps(tree), "filter-lang": "cql2-json"})
    assert answer.status_code in (200, 400)


def test_what_is_written_never_becomes_sql(client: TestClient, session: Session) -> None:
    said: list[str] = []
    bind: Any = session.get_bind()
    event.listen(bind, "before_cursor_execute", lambda _c, _k, statement, *_rest: said.append(statement))
    hostile = "x'' OR 1=1; DROP TABLE reports; --"
    assert ids(client, filter=f"category = '{hostile}' OR content LIKE '{hostile}'", area=hostile) == []
    assert len(said) > 2
    assert not any("DROP" in statement for statement in said)


def test_few_costly_questions_are_worked_on_at_once(client: TestClient) -> None:
    with ExitStack() as others:
        for _number in range(costly.MOST):
            others.enter_context(costly.turn({"filter"}))
        for query in ({"filter": "TRUE"}, {"content": "x"}):
            answer = client.get(REPORTS, params=query)
            assert answer.status_code == 503
            assert answer.json()["code"] == "overloaded"
            assert answer.headers["retry-after"] == str(costly.WAIT)
        assert ids(client, limit=1, bbox="107,15,109,16", datetime="2026-01-01/..") == []
        assert client.get("/api/v1/reports").status_code == 200
    assert ids(client, filter="TRUE") == []
    assert refused(client, filter="x")
    assert ids(client, filter="TRUE") == []  # a refusal gives its turn back
