"""All pages put together."""

from fastapi import FastAPI

from api.web import account, assets, errors, factor, home, places, report, sending, signing, steps, voices, welcome


def install(app: FastAPI) -> None:
    """Adds the pages, their files and, for browsers, errors that are pages too."""
    for part in (assets, home, places, sending, report, voices, steps, signing, welcome, account, factor):
        app.include_router(part.router)
    errors.install(app)
