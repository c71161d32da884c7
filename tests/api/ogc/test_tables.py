"""An operator's own tables beside ours, and ours never as such."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from geo.errors import SetupError
from geo.settings import Settings
from tests.api.ogc.asking import EPSG, ids, items, refused

SCHEMA = """
    CREATE SCHEMA gis;
    CREATE TABLE gis.roads (
        gid integer PRIMARY KEY, name text, "class" varchar(10), lanes smallint, width numeric, built date,
        open boolean, seen timestamptz, tags jsonb, "limit" integer, count integer, secret bytea,
        geom geometry(LineStringZ, 5899)
    );
    COMMENT ON TABLE gis.roads IS 'Đường do huyện quản lý';
    COMMENT ON COLUMN gis.roads.lanes IS 'số làn xe';
    INSERT INTO gis.roads SELECT n, 'Đường ' || n, 'x', n % 4, 3.5, '2020-01-01', true, '2026-01-01T00:00:00Z',
        '{"a": 1}', n, n, '\\x00',
        ST_GeomFromText(format('LINESTRINGZ(%s 1722531.703 5, %s 1722600 5)', 577453.963 + n, 577500 + n), 5899)
        FROM generate_series(1, 12) n;
    INSERT INTO gis.roads (gid, name) VALUES (13, 'Chưa vẽ');
    CREATE TABLE gis."Pump Stations" (code text PRIMARY KEY, geom geometry(Point, 4326));
    CREATE TABLE gis.pumps (code text PRIMARY KEY, geom geometry(Point, 4326));
    INSERT INTO gis.pumps VALUES ('a/b c', ST_SetSRID(ST_MakePoint(108.474, 15.5736), 4326));
    CREATE TABLE gis.sites (
        id uuid PRIMARY KEY, label char(8), opened date, seen timestamp, told timestamptz, geom geometry(Point, 4326)
    );
    INSERT INTO gis.sites SELECT ('00000000-0000-4000-8000-00000000000' || n)::uuid, 'S' || n, '2026-01-01',
        '2026-01-01T08:00:00', '2026-01-01T01:00:00Z', ST_SetSRID(ST_MakePoint(108, 15), 4326)
        FROM generate_series(1, 5) n;
    UPDATE gis.sites SET opened = 'infinity', seen = '-infinity', told = 'infinity' WHERE label = 'S5';
    UPDATE gis.sites SET opened = '0044-03-15 BC', told = '12000-01-01T00:00:00Z' WHERE label = 'S4';
    CREATE TABLE gis.british (a integer PRIMARY KEY, geom geometry(Point, 27700));
    CREATE TABLE gis.hanoi (a integer PRIMARY KEY, geom geometry(Point, 2044));
    CREATE TABLE gis.hanoi19 (a integer PRIMARY KEY, geom geometry(Point, 2045));
    CREATE VIEW gis.spy AS SELECT id, content, point FROM public.reports;
    CREATE TABLE gis.keyless (a integer, geom geometry(Point, 4326));
    CREATE TABLE gis.twokeys (a integer, b integer, geom geometry(Point, 4326), PRIMARY KEY (a, b));
    CREATE TABLE gis.shapeless (a integer PRIMARY KEY);
    CREATE TABLE gis.nowhere (a integer PRIMARY KEY, geom geometry(Point));
"""
ROADS, PUMPS = "/ogc/collections/gis.roads/items", "/ogc/collections/gis.pumps/items"
SITES = "/ogc/collections/gis.sites/items"


@pytest.fixture
def tables(session: Session) -> None:
    session.execute(text(SCHEMA.replace(":", r"\:")))
    session.commit()


@pytest.fixture
def client(settings: Settings, sessions: sessionmaker[Session], tables: None) -> Iterator[TestClient]:
    more = settings.model_copy(update={"ogc_tables": "gis.roads, gis.pumps,gis.roads,gis.sites"})
    with TestClient(create_app(more, sessions)) as client:
        yield client


def test_a_table_is_a_collection_with_its_columns_comment_and_system(client: TestClient) -> None:
    found = client.get("/ogc/collections/gis.roads").json()
    assert found["title"] == "roads"
    assert found["description"] == "Đường do huyện quản lý"
    assert found["storageCrs"] == EPSG.format(5899)
    west, south, _east, _north = found["extent"]["spatial"]["bbox"][0]
    assert (west, south) == pytest.approx((108.474, 15.5736), abs=0.0001)
    known = client.get("/ogc/collections/gis.roads/queryables").json()["properties"]
    assert known["lanes"] == {"title": "số làn xe", "type": "integer"}
    assert known["seen"]["format"] == "date-time"
    assert known["geometry"]["format"] == "geometry-linestring"
    assert not known.keys() & {"secret", "geom", "tags"}
    ours = [one["id"] for one in client.get("/ogc/collections").json()["collections"]]
    assert ours[-3:] == ["gis.roads", "gis.pumps", "gis.sites"]


def test_its_rows_are_features_in_any_system(client: TestClient) -> None:
    page = items(client, ROADS, limit=5)
    assert page["numberMatched"] == 13
    first = page["features"][0]
    assert first["id"] == 1
    assert first["geometry"]["coordinates"][0] == pytest.approx((108.474009, 15.5736), abs=1e-6)
    assert first["properties"] == {
        "gid": 1,
        "name": "Đường 1",
        "class": "x",
        "lanes": 1,
        "width": 3.5,
        "built": "2020-01-01",
        "open": True,
        "seen": "2026-01-01T00:00:00Z",
        "tags": {"a": 1},
        "limit": 1,
        "count": 1,
    }
    own = items(client, ROADS, limit=1, crs=EPSG.format(5899))["features"][0]
    assert own["geometry"]["coordinates"] == [[577454.963, 1722531.703], [577501.0, 1722600.0]]
    (address,) = (link["href"] for link in page["links"] if link["rel"] == "next")
    assert [one["id"] for one in client.get(address).json()["features"]] == [6, 7, 8, 9, 10]
    assert client.get(f"{ROADS}/12").json()["properties"]["name"] == "Đường 12"
    for wrong in ("14", "x", "1.0", "99999999999999999999", "١"):
        assert client.get(f"{ROADS}/{wrong}").status_code == 404


def test_it_can_be_asked_like_any_other(client: TestClient) -> None:
    assert ids(client, ROADS, lanes=1) == [1, 5, 9]
    assert ids(client, ROADS, filter='lanes = 2 AND "limit" > 2 AND count < 11') == [6, 10]
    assert ids(client, ROADS, filter="name LIKE 'Chưa%'") == [13]
    assert 13 in ids(client, ROADS, bbox="108.47,15.57,108.48,15.58")  # what is nowhere is in every box
    assert ids(client, ROADS, filter="S_INTERSECTS(geometry, BBOX(108.47401,15.5735,108.47402,15.57361))", limit=2)
    box = {"bbox": "577454.9,1722531.6,577455.0,1722531.8", "bbox_crs": EPSG.format(5899)}
    assert ids(client, ROADS, **box) == [1, 13]
    assert items(client, ROADS, limit=1)["numberReturned"] == 1  # the parameter, not the column of that name
    assert refused(client, ROADS, secret="x")
    assert ids(client, ROADS, built="2020-01-01", open="true", width="3.5", limit=1) == [1]


def test_ids_may_be_any_text(client: TestClient) -> None:
    assert ids(client, PUMPS) == ["a/b c"]
    assert client.get(f"{PUMPS}/a%2Fb%20c").json()["id"] == "a/b c"
    assert client.get(f"{PUMPS}/a%2Fb%20c?f=html").status_code == 200
    assert client.get(f"{PUMPS}?f=html").status_code == 200


def test_a_key_that_is_a_uuid_is_a_text(client: TestClient) -> None:
    known = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 6)]
    page = items(client, SITES, limit=2)
    assert [one["id"] for one in page["features"]] == known[:2]
    (address,) = (link["href"] for link in page["links"] if link["rel"] == "next")
    second = client.get(address)
    assert [one["id"] for one in second.json()["features"]] == known[2:4]
    (back,) = (link["href"] for link in second.json()["links"] if link["rel"] == "prev")
    assert [one["id"] for one in client.get(back).json()["features"]] == known[:2]
    assert client.get(f"{SITES}/{known[2]}").json()["properties"]["id"] == known[2]
    assert ids(client, SITES, id=known[1]) == known[1:2]
    assert ids(client, SITES, filter=f"id = '{known[1]}' OR id LIKE '%3' OR label = 'S5'") == [known[1], *known[2::2]]


def test_times_are_of_the_province_where_they_say_no_zone_and_null_where_no_calendar_has_them(
    client: TestClient,
) -> None:
    first, *_others, odd, endless = items(client, SITES)["features"]
    assert first["properties"]["seen"] == first["properties"]["told"] == "2026-01-01T01:00:00Z"
    assert first["properties"]["opened"] == "2026-01-01"
    assert [odd["properties"][name] for name in ("opened", "seen", "told")] == [None, "2026-01-01T01:00:00Z", None]
    assert [endless["properties"][name] for name in ("opened", "seen", "told")] == [None, None, None]
    assert len(ids(client, SITES, filter="seen = TIMESTAMP('2026-01-01T08:00:00+07:00')")) == 4
    assert len(ids(client, SITES, seen="2026-01-01")) == 4


def test_a_table_that_is_gone_is_an_error_of_ours_and_not_a_database_that_is_away(
    client: TestClient, session: Session
) -> None:
    session.execute(text("DROP TABLE gis.pumps"))
    session.commit()
    answer = client.get(PUMPS)
    assert answer.status_code == 500
    assert answer.json()["code"] == "InternalServerError"


@pytest.mark.parametrize(
    "wanted",
    [
        *("reports", "public.reports", "public.senders", "public.spatial_ref_sys", "pg_catalog.pg_authid"),
        *("information_schema.tables", "gis.spy", "gis.none", "gis.keyless", "gis.twokeys", "gis.shapeless"),
        *(
            "gis.nowhere",
            "gis.british",
            "gis.hanoi",
            "gis.hanoi19",
            "gis.roads;gis.pumps",
            'gis."roads"',
            "gis.roads,public.users",
            "GIS.roads",
        ),
    ],
)
def test_what_cannot_or_may_not_be_shown_is_refused_at_the_start(
    settings: Settings, sessions: sessionmaker[Session], tables: None, wanted: str
) -> None:
    with pytest.raises(SetupError) as caught:
        create_app(settings.model_copy(update={"ogc_tables": wanted}), sessions)
    assert "QUANGNAM_OGC_TABLES" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert wanted.rsplit(",", maxsplit=1)[-1][:100] in str(caught.value)
