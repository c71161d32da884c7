"""/metrics for Prometheus, closed to the public: by a token, or from this machine where none is set."""

import hmac
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.deps import SessionDep, SettingsDep
from geo.errors import NotFoundError
from geo.filters import next_deadline
from geo.i18n import _
from geo.models import Delivery, Report
from geo.settings import Settings
from geo.transitions import OPEN

router = APIRouter(include_in_schema=False)
LOCAL = ("127.0.0.1", "::1", "testclient")


@router.get("/metrics")
def metrics(request: Request, session: SessionDep, settings: SettingsDep) -> Response:
    """Requests of the process asked, and what the database knows of reports, messages and jobs."""
    if not _allowed(request, settings):
        raise NotFoundError(_("Không có trang này."))
    kept: CollectorRegistry = request.app.state.registry
    return Response(generate_latest(kept) + generate_latest(_known(session)), media_type=CONTENT_TYPE_LATEST)


def _allowed(request: Request, settings: Settings) -> bool:
    if settings.metrics_token is not None:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(sent.encode(), settings.metrics_token.get_secret_value().encode())
    # Whoever comes through a proxy comes from outside, whatever address the proxy has.
    proxied = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
    return not proxied and request.client is not None and request.client.host in LOCAL


def _known(session: Session) -> CollectorRegistry:
    registry = CollectorRegistry()
    reports = Gauge("quangnam_reports", "Reports by state", ["state"], registry=registry)
    mine = ~Report.demo
    for state, count in session.execute(select(Report.state, func.count()).where(mine).group_by(Report.state)):
        reports.labels(state).set(count)
    late = select(func.count()).where(mine, Report.state.in_(OPEN), next_deadline() < datetime.now(UTC))
    Gauge("quangnam_reports_late", "Open reports past a deadline", registry=registry).set(session.scalar(late) or 0)
    messages = Gauge("quangnam_messages", "Messages by what became of them", ["state"], registry=registry)
    for state, count in session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)):
        messages.labels(state).set(count)
    jobs = Gauge("quangnam_jobs", "Jobs by state", ["state"], registry=registry)
    for state, count in session.execute(text("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")):
        jobs.labels(state).set(count)
    return registry
