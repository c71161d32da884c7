from typing import Any

import pytest


@pytest.fixture
def body() -> dict[str, Any]:
    """A report from Hội An that every door takes."""
    return {
        "name": "Trần Thị Bưởi",
        "phone": "0905 123 456",
        "email": "buoi@example.vn",
        "truthful": True,
        "category": "giao-thong",
        "content": "Ổ gà lớn trước cổng chợ, nhiều người ngã xe.",
        "lon": 108.3380,
        "lat": 15.8794,
    }
