"""Every page there is, each in the states that look different."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

from api.web.admin.pages import SECTIONS
from geo.queue import TABS
from maps.frame import ASIDE, NAMES
from tests.province import SAID, Province


@dataclass(frozen=True)
class Shown:
    """A page as a reader of `Province.enter` comes to see it: by its address, or by sending a form to it."""

    name: str
    path: str
    reader: str = "public"
    status: int = 200
    form: Mapping[str, str] | None = None

    def address(self, province: Province, lang: str) -> str:
        """The path with the province's values, in a language."""
        path, _mark, query = self.path.format(**province.values).partition("?")
        return f"{path}?{query}&lang={lang}" if query else f"{path}?lang={lang}"


# What a report is sent with from the form without scripts.
REPORT = {
    "name": "Trần Thị Bưởi",
    "phone": "0905 123 458",
    "truthful": "true",
    "category": "giao-thong",
    "content": "Ổ gà lớn trước cổng chợ, nhiều người ngã xe.",
    "lon": "108.338",
    "lat": "15.8794",
    "idempotency_key": "7f1c1b52-6c7e-4b8e-9d52-0a8c53d4ab11",
}

PUBLIC = (
    Shown("home", "/"),
    Shown("home-filtered", "/?category=khac&since=P7D"),
    Shown("offline", "/offline"),
    Shown("new", "/reports/new"),
    Shown("new-refused", "/reports/new", status=422, form={"phone": "12"}),
    Shown("sent", "/reports/new", status=201, form=REPORT),
    *(
        Shown(f"report-{state}", f"/reports/{{{state}}}")
        for state in ("received", "in_progress", "needs_info", "resolved", "rejected", "merged", "lead", "sensitive")
    ),
    Shown("report-flagged", "/reports/{in_progress}?flagged=1"),
    Shown("no-report", "/reports/QN-0000-0000", status=404),
    Shown("privacy", "/privacy"),
    Shown("my", "/my"),
    Shown("my-unsent", "/my/code", status=422, form={"phone": "12"}),
    Shown("my-code", "/my", status=401, form={"phone": "0905 123 456", "code": "000000"}),
    Shown("my-reports", "/my", "sender"),
    Shown("my-none", "/my", "newcomer"),
    *(Shown(f"own-{state}", f"/reports/{{{state}}}", "sender") for state in ("received", "needs_info", "resolved")),
    Shown("own-withdrawn", "/reports/{withdrawn}", "sender"),
    Shown("own-requested", "/reports/{rejected}?requested=1", "sender"),
    Shown("no-code", "/reports?code=x", status=404),
    Shown("nothing", "/nothing", status=404),
    Shown("planner", "/planner"),
    Shown("planner-chosen", "/planner?category=giao-thong&area=503&format=csv&crs=EPSG:32649&fields=state,content"),
    Shown("planner-empty", "/planner?until=2001-01-01"),
    Shown("planner-refused", "/planner?bbox=1,2,3", status=422),
    *(Shown(f"order-{state}", f"/planner/exports/{{order_{state}}}") for state in ("waiting", "ready", "cancelled")),
    Shown("no-order", "/planner/exports/nothing", status=404),
    Shown("bad-filter", "/maps/timeline?by=year", status=422),
    *(Shown(name, f"/maps/{name}") for name in NAMES),
    *(Shown(name, f"/maps/{name}") for name in ASIDE),
    Shown("editions", "/maps/editions"),
    Shown("editions-communes", "/maps/editions?from=2020&to=2025-01&level=commune"),
    Shown("editions-none", "/maps/editions?from=2020&to=2020"),
    Shown("editions-unknown", "/maps/editions?from=1802", status=404),
    Shown("editions-refused", "/maps/editions?level=x", status=422),
    Shown("map-filtered", "/maps/incidents?category=khac"),
    Shown("statistics", "/planner/statistics"),
    Shown("statistics-unit", "/planner/statistics?period=2026&unit=ubnd-503&category=giao-thong"),
    Shown("statistics-edition", "/planner/statistics?period=2026&edition=then"),
    Shown("planner-edition", "/planner?edition=2025-07"),
    Shown("home-edition", "/?edition=2025-01&area=509"),
    Shown("statistics-empty", "/planner/statistics?period=2020-Q1&unit=ubnd-503"),
    Shown("statistics-refused", "/planner/statistics?period=x", status=422),
    Shown("ogc", "/ogc?f=html"),
    Shown("ogc-conformance", "/ogc/conformance?f=html"),
    Shown("ogc-api", "/ogc/api?f=html"),
    Shown("ogc-collections", "/ogc/collections?f=html"),
    Shown("ogc-collection", "/ogc/collections/areas-2020-district?f=html"),
    Shown("ogc-queryables", "/ogc/collections/reports/queryables?f=html"),
    Shown("ogc-items", "/ogc/collections/reports/items?f=html&filter=demo%3Dfalse"),
    Shown("ogc-item", "/ogc/collections/reports/items/{in_progress}?f=html"),
    Shown("ogc-refused", "/ogc/collections/reports/items?f=html&filter=x", status=400),
    Shown("ogc-nothing", "/ogc/collections/nothing?f=html", status=404),
)
STAFF = (
    Shown("sign-in", "/sign-in"),
    Shown("sign-in-refused", "/sign-in", status=401, form={"email": "a@example.vn", "password": "sai"}),
    Shown("second", "/sign-in/second", "half"),
    Shown("welcome", "/welcome/{welcome}"),
    Shown("welcome-refused", "/welcome/{welcome}", status=422, form={"password": "một", "again": "hai"}),
    Shown("account", "/account", "officer"),
    Shown("account-key", "/account/keys", "head", form={"name": "QGIS", "scope": "read"}),
    Shown("account-refused", "/account/password", "head", status=422, form={"current": "sai"}),
    Shown("factor", "/account/second-factor", "settling"),
    Shown("recovery", "/account/second-factor", "settling", form={"pending": "{pending}", "code": "{totp}"}),
    *(Shown(f"queue-{tab}", f"/queue?tab={tab}", "head") for tab in TABS),
    Shown("queue-operator", "/queue?tab=open", "operator"),
    Shown("bulk", "/queue/bulk", "officer", form={"action": "accept", "code": "{rejected}"}),
    Shown("load", "/queue/load", "head"),
    Shown("templates", "/queue/templates", "head"),
    *(
        Shown(f"desk-{state}", f"/queue/{{{state}}}", "head")
        for state in ("received", "in_progress", "needs_info", "resolved")
    ),
    Shown("desk-uncertain", "/queue/{uncertain}", "head"),
    Shown("desk-beside", "/queue/{uncertain}?tab=maybe", "beside"),
    Shown("queue-beside", "/queue?tab=maybe", "beside"),
    Shown("desk-refused", "/queue/{in_progress}/resolve", "head", status=409, form={"text": SAID, "version": "1"}),
    Shown("contact", "/queue/{in_progress}/contact", "head", form={"why": "gọi hỏi thêm"}),
    Shown("picture", "/queue/{in_progress}/pictures/{picture}", "head"),
    Shown("call", "/reports/new?by=phone", "operator"),
    Shown("wall", "/ioc", "operator"),
    Shown("wall-filtered", "/ioc?category=giao-thong&since=P7D&tab=late&measure=satisfaction", "operator"),
    Shown("wall-empty", "/ioc?category=khac&tab=confirm", "operator"),
    Shown("work", "/work/reports/{forwarded}", "unit"),
    Shown("work-gone", "/work/nothing", status=404),
    Shown("ioc-urgent", "/ioc/urgent", "operator"),
    Shown("ioc-groups", "/ioc/groups", "operator"),
    Shown("ioc-uncertain", "/ioc/uncertain", "operator"),
    Shown("ioc-uncertain-refused", "/ioc/uncertain", "operator", form={"code": "{rejected}", "unit": "ubnd-503"}),
    Shown("ioc-done", "/ioc/groups", "operator", form={"action": "forward", "code": "{rejected}", "unit": "ubnd-502"}),
    Shown("ioc-storm", "/ioc/storm", "operator"),
    Shown("ioc-storm-refused", "/ioc/storm", "operator", status=422, form={"way": "on", "text": "x"}),
    Shown("ioc-log", "/ioc/log", "operator"),
    Shown("ioc-log-empty", "/ioc/log?day=2026-01-31", "operator"),
    Shown("ioc-log-refused", "/ioc/log", "operator", status=422, form={"way": "note", "text": ""}),
    Shown("forbidden", "/admin/users", "officer", status=403),
    Shown("planner-exact", "/planner?exact=true", "settling"),
    *(Shown(f"admin-{name}", f"/admin/{name}", "administrator") for name in SECTIONS),
    Shown("admin-boundaries", "/admin/boundaries", "administrator"),
    Shown("admin-boundaries-refused", "/admin/boundaries?edition=2025-01", "administrator", 422, form={"name": "x"}),
    Shown("admin-edition-now", "/admin/boundaries/2020", "administrator"),
    Shown("admin-edition-draft", "/admin/boundaries/2025-07", "administrator"),
    Shown("admin-edition-scheduled", "/admin/boundaries/2025-01", "administrator"),
    Shown("admin-edition-ahead", "/admin/boundaries/2025-07/activation", "administrator"),
    Shown("admin-edition-unsure", "/admin/boundaries/2025-07", "administrator", 409, form={"action": "activate"}),
    Shown("admin-edition-file", "/admin/boundaries/uploads/{areas}", "administrator"),
    Shown("admin-edition-bad-file", "/admin/boundaries/uploads/{bad_areas}", "administrator"),
    Shown("admin-unit", "/admin/units?key=cong-ty-dien-luc", "administrator"),
    Shown("admin-rule-refused", "/admin/rules", "administrator", status=422, form={"category": "x"}),
    Shown("admin-refused", "/admin/users", "administrator", status=422, form={"email": "x"}),
)
PAGES = (*PUBLIC, *STAFF)

# What a GET answers that is no page: data, files, or the way to a page.
NO_PAGES = (
    r"/sw\.js", r"/manifest\.webmanifest", r"/app/.*",
    r"/openapi\.json", r"/api/.*", r"/open311/.*", r"/tiles/.*", r"/ogc/.*", r"/feeds/.*",
    r"/assets/.*", r"/static/.*", r"/media/.*", r"/health/.*", r"/metrics",
    r"/reports/\{code\}/data", r"/reports/new/places", r"/follow/\{token\}", r"/queue/new", r"/admin",
    r"/exports/.*", r"/planner/quangnam\.qgz",
    r"/admin/boundaries/uploads/\{name\}/areas", r"/admin/boundaries/\{code\}/state",
    r"/ogc/", r"/ogc/\{rest:path\}",
)  # fmt: skip


def unlisted(app: FastAPI) -> Iterator[str]:
    """The addresses of pages that no entry of PAGES shows."""
    routes = [route for route in iter_route_contexts(app.routes) if "GET" in (route.methods or ())]
    listed = {_route(routes, re.sub(r"\{\w+\}", "x", one.path.partition("?")[0])) for one in PAGES}
    for route in routes:
        if route.path not in listed and not any(re.fullmatch(pattern, route.path) for pattern in NO_PAGES):
            yield route.path


def _route(routes: list[RouteContext], path: str) -> str | None:
    return next((one.path for one in routes if re.fullmatch(re.sub(r"\{\w+(:path)?\}", "[^/]+", one.path), path)), None)
