"""Keys, forms and a served program for the Open311 door."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from geo import api_keys
from tests.browser.conftest import Live, running

V2 = "/open311/v2"


@pytest.fixture
def grant(session: Session) -> Callable[..., str]:
    """A builder of keys: `grant("steps", "ubnd-503")`."""

    def make(scope: str, *units: str, **values: Any) -> str:
        fields: dict[str, Any] = {"name": "Công ty cấp nước", "per_minute": 600, "days": 30}
        token = api_keys.grant(session, scope=scope, units=units, **(fields | values))
        session.flush()
        return token

    return make


@pytest.fixture
def form() -> dict[str, str]:
    """A report from Hội An as an Open311 client sends it, without its key."""
    return {
        "jurisdiction_id": "quangnam.gov.vn",
        "service_code": "giao-thong",
        "lat": "15.8794",
        "long": "108.3380",
        "address_string": "trước cổng chợ",
        "email": "buoi@example.vn",
        "device_id": "tt222111",
        "account_id": "123456",
        "first_name": "Bưởi",
        "last_name": "Trần Thị",
        "phone": "0905 123 456",
        "description": "Ổ gà lớn trước cổng chợ, nhiều người ngã xe.",
        "attribute[truthful]": "true",
    }


@pytest.fixture
def photo() -> bytes:
    """A JPEG."""
    data = io.BytesIO()
    Image.new("RGB", (400, 300), "orange").save(data, "JPEG")
    return data.getvalue()


@pytest.fixture
def live(fresh_database_url: str, tmp_path: Path) -> Iterator[Live]:
    """The program on a port of its own, with what `media_url` names on this machine allowed."""
    with running(fresh_database_url, tmp_path, fetch_inside=True) as served:
        yield served
