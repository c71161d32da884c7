"""All pages put together."""

from fastapi import FastAPI

from api.web import assets, errors, home, places, report, sending, steps, voices


def install(app: FastAPI) -> None:
    """Adds the pages, their files and, for browsers, errors that are pages too."""
    for part in (assets, home, places, sending, report, voices, steps):
        app.include_router(part.router)
    errors.install(app)
