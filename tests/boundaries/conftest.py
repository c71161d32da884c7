from collections.abc import Iterator

import pytest

from geo import options


@pytest.fixture(autouse=True)
def _numbers() -> Iterator[None]:
    """A process remembers an administrator's numbers; the database forgets those of a test."""
    yield
    options.overrule({})
