"""Forms of the administration, filled in."""

from typing import Any

from fastapi.testclient import TestClient


def post(client: TestClient, section: str, **fields: Any) -> Any:
    page = client.get(f"/admin/{section}").text
    value = page.partition('name="token" value="')[2].partition('"')[0] or token(client)
    return client.post(f"/admin/{section}", data=fields | {"token": value})


def token(client: TestClient) -> str:
    return client.get("/account").text.partition('name="token" value="')[2].partition('"')[0]
