"""The desk of an authority that has ended."""

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from boundaries.lookup import today

COMING, ENDED = "Phản ánh mới sẽ tự hiện", "Đơn vị này đã thôi hoạt động"


def test_an_empty_desk_promises_no_report_to_a_unit_that_has_ended(
    client: TestClient, session: Session, make_user: Callable[..., Any], sign_in: Callable[..., Any]
) -> None:
    officer = make_user("officer", unit="ubnd-503")
    sign_in(client, officer)
    page = client.get("/queue").text
    assert COMING in page
    assert ENDED not in page
    officer.unit.valid_until = today()
    session.flush()
    page = client.get("/queue").text
    assert COMING not in page
    assert ENDED in page
