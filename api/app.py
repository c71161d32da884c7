"""The web application."""

from fastapi import FastAPI
from sqlalchemy.orm import Session, sessionmaker

from api import problems
from geo.settings import Settings


def create_app(settings: Settings, sessions: sessionmaker[Session]) -> FastAPI:
    """The application over a database that `installation.prepare` has made ready."""
    app = FastAPI(title="Quảng Nam trực tuyến", version="1", docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.sessions = sessions
    problems.install(app)
    return app
