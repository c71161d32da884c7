"""What the same cells and tiles cost where nothing is kept: PostGIS from the points, tipg, folium's own heat map."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import folium
from fastapi import FastAPI
from fastapi.testclient import TestClient
from folium.plugins import HeatMap
from sqlalchemy import Connection, text
from tipg.collections import register_collection_catalog
from tipg.database import close_db_connection, connect_to_db
from tipg.errors import DEFAULT_STATUS_CODES, add_exception_handlers
from tipg.factory import Endpoints
from tipg.settings import DatabaseSettings, PostgresSettings

# Cells as 32 × 32 pixels of a zoom: {z} is three deeper. The formula of the OpenStreetMap wiki.
CELLS = """
    SELECT floor((ST_X(public_point) + 180) / 360 * (1 << :z)) AS x,
        floor((1 - asinh(tan(radians(ST_Y(public_point)))) / pi()) / 2 * (1 << :z)) AS y,
        avg(ST_X(public_point)), avg(ST_Y(public_point)), count(*)
    FROM reports WHERE state <> 'withdrawn' AND public_point && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
        AND {where}
    GROUP BY 1, 2
    """
# The same filters as in `views.filters`, as somebody would write them.
WHERE = {
    "none": "true",
    "category": "category_id = (SELECT id FROM categories WHERE code = 'giao-thong')",
    "unit": "unit_id = (SELECT id FROM units WHERE code = 'ubnd-503')",
    "30 days": "created_at >= date_trunc('day', now() - interval '30 days', 'Asia/Ho_Chi_Minh')",
}
POINTS = text("""
    WITH tile AS (SELECT ST_TileEnvelope(:z, :x, :y) AS box), shown AS (
        SELECT ST_AsMVTGeom(ST_Transform(r.public_point, 3857), tile.box) AS geom, r.code, r.state
        FROM reports r, tile WHERE r.public_point && ST_Transform(tile.box, 4326) AND r.state <> 'withdrawn')
    SELECT ST_AsMVT(shown, 'reports') FROM shown
    """)


def timed(run: Callable[[], Any], *, most: int = 9, patience: float = 8.0) -> tuple[float, Any]:
    """The median milliseconds of some runs, fewer where they are slow, and what the last one gave."""
    times: list[float] = []
    while len(times) < most and sum(times) < patience:
        begin = time.perf_counter()
        found = run()
        times.append(time.perf_counter() - begin)
    return sorted(times)[len(times) // 2] * 1e3, found


def cells(connection: Connection, zoom: int, box: tuple[float, float, float, float], name: str) -> list[Any]:
    """The cells of a box, counted from the reports that pass a filter of WHERE."""
    west, south, east, north = box
    values = {"z": zoom + 3, "west": west, "south": south, "east": east, "north": north}
    return list(connection.execute(text(CELLS.format(where=WHERE[name])), values))


def points(connection: Connection, z: int, x: int, y: int) -> bytes:
    """A tile with every point."""
    return bytes(connection.scalar(POINTS, {"z": z, "x": x, "y": y}))


def tipg_client(url: str) -> TestClient:
    """tipg's own application over the same table."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    # Its settings want a host in the address; the folder of a socket is written as one.
    host = quote(query["host"][0], safe="") if "host" in query else parts.netloc.rpartition("@")[2]
    dsn = f"postgresql://quangnam:-@{host}{parts.path}"
    catalogue = DatabaseSettings(
        schemas=["public"], tables=["public.reports"], datetime_extent=False, spatial_extent=False
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await connect_to_db(app, settings=PostgresSettings(database_url=dsn), schemas=["public"])
        await register_collection_catalog(app, db_settings=catalogue)
        yield
        await close_db_connection(app)

    app = FastAPI(lifespan=lifespan)
    app.include_router(Endpoints().router)
    add_exception_handlers(app, DEFAULT_STATUS_CODES)
    return TestClient(app)


def heat_map(connection: Connection) -> str:
    """folium's HeatMap page with every point in it."""
    rows = connection.execute(text("SELECT ST_Y(public_point), ST_X(public_point) FROM reports"))
    page = folium.Map(tiles=None)
    HeatMap([list(row) for row in rows]).add_to(page)
    return str(page.get_root().render())
