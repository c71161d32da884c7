"""The web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from brotli_asgi import BrotliMiddleware
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.orm import Session, sessionmaker

from api import follow as private_links
from api import problems
from api.body_limit import BodyLimit
from api.listener import Listener
from api.measuring import Measuring
from api.routes import (
    actions,
    assets,
    boundaries,
    categories,
    claims,
    density,
    exports,
    follow,
    health,
    hotspots,
    maps,
    media,
    metrics,
    overview,
    pocket,
    push,
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


def create_app(settings: Settings, sessions: sessionmaker[Session]) -> FastAPI:
    """The application over a database that `installation.prepare` has made ready."""
    app = FastAPI(title="Quảng Nam trực tuyến", version="1", docs_url=None, redoc_url=None, lifespan=_lifespan)
    app.state.settings = settings
    app.state.sessions = sessions
    app.state.past = Past()
    problems.install(app)
    private_links.hide_tokens()
    app.state.registry = CollectorRegistry()
    app.state.listener = listener = Listener(sessions)
    streams = Gauge("quangnam_streams", "Live streams that are open", registry=app.state.registry)
    streams.set_function(lambda: listener.open)
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(Tus)
    # Pages must be small on the wire; pictures and fonts are already. A stream would keep a compressor of its own.
    packed = ["^/media/", r"\.woff2$", f"^{stream.PATH}$"]
    app.add_middleware(BrotliMiddleware, quality=5, minimum_size=500, excluded_handlers=packed)
    app.add_middleware(Measuring, registry=app.state.registry)
    app.include_router(assets.router)
    app.include_router(reports.router)
    app.include_router(uploads.router)
    app.include_router(actions.router)
    app.include_router(claims.router)
    app.include_router(urgent.router)
    app.include_router(voices.router)
    app.include_router(push.router)
    app.include_router(route.router)
    app.include_router(categories.router)
    app.include_router(sms.router)
    app.include_router(media.router)
    app.include_router(follow.router)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(exports.router)
    app.include_router(maps.router)
    app.include_router(density.router)
    app.state.hotspots = hotspots.remembered_hotspots()
    app.include_router(hotspots.router)
    app.include_router(tiles.router)
    app.include_router(statistics.router)
    app.include_router(overview.router)
    app.state.correspondence = boundaries.remembered_correspondence()
    app.include_router(boundaries.router)
    app.include_router(stream.router)
    app.include_router(pocket.router)
    site.install(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.listener.stop()
