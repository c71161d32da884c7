"""The web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from brotli_asgi import BrotliMiddleware
from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.orm import Session, sessionmaker
from starlette.routing import BaseRoute

from api import comparing, describing, performing, problems
from api import follow as private_links
from api.body_limit import BodyLimit
from api.listener import Listener
from api.measuring import Measuring
from api.ogc import router as ogc
from api.ogc.tables import tables
from api.open311 import site as open311
from api.readable import Readable
from api.routes import (
    actions,
    assets,
    boundaries,
    categories,
    claims,
    compared,
    density,
    edition_maps,
    exports,
    feeds,
    follow,
    health,
    hotspots,
    maps,
    media,
    metrics,
    orders,
    overview,
    performance,
    pocket,
    push,
    removed,
    reports,
    route,
    sms,
    statistics,
    stream,
    tiles,
    uploads,
    urgent,
    voices,
)
from api.tus import Tus
from api.web import site
from geo.settings import Settings
from maps.past import Past

# In the order in which addresses are tried: `removed` before the reports that it would be the code of, the map of
# two editions before the four that share an address.
DOORS = (
    assets,
    removed,
    reports,
    uploads,
    actions,
    claims,
    urgent,
    voices,
    push,
    route,
    categories,
    sms,
    media,
    follow,
    health,
    metrics,
    exports,
    orders,
    feeds,
    edition_maps,
    maps,
    density,
    hotspots,
    tiles,
    statistics,
    performance,
    overview,
    compared,
    boundaries,
    stream,
    pocket,
)


def create_app(settings: Settings, sessions: sessionmaker[Session]) -> FastAPI:
    """The application over a database that `installation.prepare` has made ready."""
    app = FastAPI(
        title="Quảng Nam trực tuyến",
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        routes=_routes(),
        generate_unique_id_function=describing.operation_id,
    )
    describing.install(app)
    app.state.settings = settings
    app.state.sessions = sessions
    app.state.past = Past()
    problems.install(app)
    private_links.hide_tokens()
    app.state.registry = CollectorRegistry()
    app.state.listener = listener = Listener(sessions)
    streams = Gauge("quangnam_streams", "Live streams that are open", registry=app.state.registry)
    streams.set_function(lambda: listener.open)
    app.add_middleware(Readable)
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(Tus)
    # Pages must be small on the wire; pictures and fonts are already, and exports pack themselves. A stream would
    # keep a compressor of its own.
    packed = ["^/media/", "^/api/v1/export", r"\.woff2$", f"^{stream.PATH}$"]
    app.add_middleware(BrotliMiddleware, quality=5, minimum_size=500, excluded_handlers=packed)
    app.add_middleware(Measuring, registry=app.state.registry)
    app.state.hotspots = hotspots.remembered_hotspots()
    app.state.laid = comparing.room()
    app.state.statistics = performing.remembered_answers()
    app.state.tables = tables(sessions, settings)
    ogc.install(app)
    site.install(app)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """The addresses, the same for every application of a process: FastAPI takes long to make them out."""
    doors = APIRouter(generate_unique_id_function=describing.operation_id)
    for router in (*(door.router for door in DOORS), *open311.ROUTERS, *ogc.ROUTERS, *site.ROUTERS):
        doors.include_router(router)
    return doors.routes


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.listener.stop()
