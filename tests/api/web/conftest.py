from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from geo import deadlines, options
from geo.models import User


@pytest.fixture(autouse=True)
def _calendar() -> Iterator[None]:
    yield
    deadlines.overrule({})
    options.overrule({})


@pytest.fixture
def administrator(client: TestClient, make_user: Callable[..., Any], sign_in: Callable[..., Any]) -> User:
    user: User = make_user("administrator")
    sign_in(client, user)
    return user
