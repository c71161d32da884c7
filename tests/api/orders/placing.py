from typing import Any

from fastapi.testclient import TestClient

PATH = "/api/v1/exports"


def order(client: TestClient, **query: Any) -> str:
    answer = client.post(PATH, params=query)
    assert answer.status_code == 202, answer.text
    return answer.headers["location"]
