from collections.abc import Callable

from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from geo.models import Report
from geo.settings import Settings


def test_they_count_requests_by_route_and_reports_by_state(
    client: TestClient, make_report: Callable[..., Report]
) -> None:
    report = make_report(accepted=True)
    client.get(f"/api/v1/reports/{report.code}")
    client.get("/api/v1/reports/QN-0000-0000")
    told = client.get("/metrics").text
    route = 'method="GET",route="/api/v1/reports/{code}"'
    assert f'quangnam_request_seconds_count{{{route},status="200"}} 1.0' in told
    assert f'quangnam_request_seconds_count{{{route},status="404"}} 1.0' in told
    assert report.code not in told
    assert 'quangnam_reports{state="in_progress"} 1.0' in told
    assert 'quangnam_jobs{state="todo"}' in told


def test_the_public_does_not_see_them(client: TestClient, settings: Settings, sessions: sessionmaker[Session]) -> None:
    assert client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 404
    with TestClient(create_app(settings, sessions), client=("203.0.113.7", 1)) as outside:
        assert outside.get("/metrics").status_code == 404
    own = settings.model_copy(update={"metrics_token": SecretStr("a token for Prometheus")})
    with TestClient(create_app(own, sessions), client=("203.0.113.7", 1)) as prometheus:
        assert prometheus.get("/metrics").status_code == 404
        shown = {"authorization": "Bearer a token for Prometheus"}
        assert prometheus.get("/metrics", headers=shown).status_code == 200
