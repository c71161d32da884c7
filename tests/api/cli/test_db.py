import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from geo.server import Cluster


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    made = Path(tempfile.mkdtemp(prefix="quangnam-db-"))
    made.chmod(0o755)
    monkeypatch.delenv("QUANGNAM_DATABASE_URL", raising=False)
    monkeypatch.setenv("QUANGNAM_DATA_DIR", str(made))
    yield Cluster(made)
    Cluster(made).stop()
    shutil.rmtree(made)


def run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", "api", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_start_keeps_the_server_until_stop(cluster: Cluster) -> None:
    url = run("db", "start")
    assert url == run("db", "url") == cluster.url
    run("db", "migrate")  # a user that comes and goes
    assert cluster.running()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM categories").fetchone() != (0,)
    run("db", "stop")
    assert not cluster.running()


def test_an_operators_server_is_not_ours_to_stop(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANGNAM_DATABASE_URL", "postgresql://someone@example.org/quangnam")
    assert run("db", "url") == "postgresql://someone@example.org/quangnam"
    done = subprocess.run([sys.executable, "-m", "api", "db", "stop"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "QUANGNAM_DATABASE_URL" in done.stderr
    assert not cluster.folder.exists()
