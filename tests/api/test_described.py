"""The API is what its description says, and the description is a good one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from geo import api_keys
from geo.models import User
from maps.assets.npm import NODE
from tests.browser.conftest import Live, running

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
REDOCLY = ROOT / "tests" / "tools" / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"
DOCUMENTS = ("/openapi.json", "/ogc/api?f=json")
# No limit of rate is reached: each of these asks thousands of times from one address.
UNLIMITED = dict.fromkeys(
    ("limit_phone_hour", "limit_device_hour", "limit_address_hour", "limit_key_hour", "limit_sign_in_hour"), 1_000_000
)
GATEWAY = "a key of the gateway for tests only"
REPORTS = 150


@pytest.mark.parametrize("document", DOCUMENTS)
def test_redocly_finds_nothing_to_mend(client: TestClient, document: str, tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_bytes(client.get(document).content)
    command = [str(NODE / "bin" / "node"), str(REDOCLY), "lint", "--config", str(ROOT / "redocly.yaml"), str(path)]
    # It would ask its makers whether there is a newer one, and tell them that it ran.
    quiet = os.environ | {"REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "REDOCLY_TELEMETRY": "off"}
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=quiet)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "warning" not in told.stdout, told.stdout


def test_every_refusal_has_one_shape(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            refused = {status: one for status, one in operation["responses"].items() if status >= "400"}
            assert refused.keys() >= {"503"}, (method, path)
            for status, answer in refused.items():
                kinds = answer.get("content", {}).keys()
                own = {"application/json", "text/xml"} if path.startswith("/open311/") else {"application/problem+json"}
                assert kinds == own or status == "416", (method, path, status)


def test_operations_have_names_of_their_own(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    names = [one["operationId"] for operations in paths.values() for one in operations.values()]
    assert len(set(names)) == len(names)
    assert "reports_find" in names


@pytest.fixture
def live(fresh_database_url: str, tmp_path: Path) -> Iterator[Live]:
    """A served program with demonstration reports."""
    with running(fresh_database_url, tmp_path, sms_inbound_key=GATEWAY, **UNLIMITED) as live:
        live.demo(REPORTS)
        yield live


def asked(live: Live, document: str, folder: Path, *options: str, **known: str) -> None:
    """Lets schemathesis ask of every operation of a document; fails with what it found.

    `known` are values of parameters that lead to something which is there.
    """
    config = (HERE / "schemathesis.toml").read_text(encoding="utf-8").replace('hooks = "', f'hooks = "{HERE}/')
    path = folder / "schemathesis.toml"
    path.write_text("\n".join([config, "[parameters]", *(f'{k} = "{v}"' for k, v in known.items())]), encoding="utf-8")
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        f"--config-file={path}",
        "run",
        f"{live.url}{document}",
        "--generation-deterministic",
        "--continue-on-failure",
        "--exclude-path=/api/v1/stream",  # has no end
        *options,
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, cwd=folder)
    _before, _mark, failures = told.stdout.partition("= FAILURES =")
    assert told.returncode == 0, failures[:8_000] or told.stdout[-4_000:] + told.stderr[-2_000:]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_answer_is_as_documented(live: Live, document: str, tmp_path: Path) -> None:
    asked(live, document, tmp_path, "--phases=coverage")


def test_every_answer_to_a_key_is_as_documented(live: Live, tmp_path: Path) -> None:
    code = live.report()
    with live.sessions.begin() as session:
        user = User(role="operator", email="sen@example.vn", name="Nguyễn Văn Sen")
        session.add(user)
        session.flush()
        token = api_keys.make(session, user, name="thử", scope="steps", days=1)
    options = ("--phases=fuzzing", "--max-examples=6", f"--header=Authorization: Bearer {token}")
    asked(live, "/openapi.json", tmp_path, *options, code=code, edition="2020", level="district")
