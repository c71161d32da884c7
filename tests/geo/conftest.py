import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's account can reach, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="quangnam-server-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)
