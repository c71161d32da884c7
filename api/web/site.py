"""All pages put together."""

from fastapi import FastAPI

from api.web import (
    account,
    alert,
    assets,
    errors,
    factor,
    home,
    installable,
    my,
    places,
    privacy,
    report,
    sending,
    signing,
    steps,
    voices,
    welcome,
    work,
)
from api.web.admin import edition_import, editions
from api.web.admin import pages as admin
from api.web.admin.edition_facts import Measured
from api.web.desk import bulk, claiming, entering, lists, load
from api.web.desk import pictures as desk_pictures
from api.web.desk import report as desk_report
from api.web.ioc import groups, log, storm, uncertain, urgent, wall
from api.web.planner import pages as planner
from api.web.planner import project
from api.web.planner import statistics as planner_statistics

PAGES = (
    assets,
    alert,
    installable,
    home,
    places,
    sending,
    my,
    report,
    voices,
    steps,
    # The fixed addresses of the desk before the one of a report.
    signing,
    welcome,
    account,
    factor,
    work,
    privacy,
    lists,
    bulk,
    load,
    entering,
    claiming,
    desk_pictures,
    desk_report,
    groups,
    uncertain,
    urgent,
    storm,
    log,
    planner,
    project,
    # Before the sections, whose address would take theirs.
    editions,
    edition_import,
    admin,
    wall,
    planner_statistics,
)
ROUTERS = tuple(page.router for page in PAGES)


def install(app: FastAPI) -> None:
    """Makes errors pages too, for browsers."""
    app.state.measured = Measured()
    errors.install(app)
