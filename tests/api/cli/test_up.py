import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson
import psycopg
import pytest

from geo.server import Cluster

Process = subprocess.Popen[str]
WHAT_IT_SAYS: dict[int, IO[str]] = {}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data directory of the program's own, filled by the first test that starts it."""
    made = Path(tempfile.mkdtemp(prefix="quangnam-up-"))
    made.chmod(0o755)
    yield made / "data"
    Cluster(made / "data").stop()
    shutil.rmtree(made)


def environment(folder: Path, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QUANGNAM_")}
    return clean | {"QUANGNAM_DATA_DIR": str(folder)} | more


def fails(*arguments: str, **variables: str) -> str:
    """What a command that must refuse says: one line, and no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("quangnam: ")
    return lines[0]


@contextmanager
def program(*arguments: str, env: dict[str, str]) -> Iterator[tuple[Process, str]]:
    """A running command and the address it printed."""
    # A file takes whatever it says: a pipe that nobody reads would stop it once it is full.
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as said,
        subprocess.Popen(
            [sys.executable, "-m", "api", *arguments], env=env, stdout=subprocess.PIPE, stderr=said, text=True
        ) as process,
    ):
        try:
            WHAT_IT_SAYS[process.pid] = said
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            if found is None:
                process.kill()
                process.wait()
                said.seek(0)
                pytest.fail(said.read())
            yield process, found[0]
        finally:
            process.kill()


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:
        found: bytes = answer.read()
    return found


def stop(process: Process, number: int) -> str:
    process.send_signal(number)
    process.wait(timeout=60)
    said = WHAT_IT_SAYS[process.pid]
    said.seek(0)
    err = said.read()
    assert process.returncode == 0, err
    return err


def test_up_serves_everything_and_stops_all_of_it(folder: Path) -> None:
    with program("up", "--demo", "--port", "0", env=environment(folder)) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        assert orjson.loads(get(f"{address}/health/ready")) == {"status": "ok"}
        cluster = Cluster(folder)
        with psycopg.connect(cluster.url) as connection:
            assert connection.execute("SELECT count(*) FROM reports WHERE demo").fetchone() == (2_000,)
        # The address of a private link is a secret: not one line of it in what the program writes.
        with pytest.raises(urllib.error.HTTPError):
            get(f"{address}/follow/{'S' * 32}")
        assert "S" * 32 not in stop(process, signal.SIGTERM)
    assert not cluster.running()


def test_two_at_once_share_the_database_and_the_last_stops_it(folder: Path) -> None:
    env = environment(folder)
    with (
        program("up", "--demo", "--port", "0", env=env) as (first, one),
        program("up", "--demo", "--port", "0", env=env) as (second, other),
    ):
        assert one != other
        stop(first, signal.SIGINT)
        assert orjson.loads(get(f"{other}/health/ready")) == {"status": "ok"}
        with psycopg.connect(Cluster(folder).url) as connection:  # the second start adds no demonstration data
            assert connection.execute("SELECT count(*) FROM reports").fetchone() == (2_000,)
        stop(second, signal.SIGINT)
    assert not Cluster(folder).running()


def test_after_a_kill_the_next_start_takes_over(folder: Path) -> None:
    with program("up", "--port", "0", env=environment(folder)) as (process, _address):
        process.kill()
        process.wait()
    assert Cluster(folder).running()
    with program("up", "--port", "0", env=environment(folder)) as (process, address):
        get(f"{address}/health/ready")
        stop(process, signal.SIGTERM)
    assert not Cluster(folder).running()


def test_a_database_that_dies_comes_back_while_the_program_runs(folder: Path) -> None:
    cluster = Cluster(folder)
    with program("up", "--port", "0", env=environment(folder)) as (process, address):
        get(f"{address}/api/v1/reports?limit=1")
        server = cluster.postmaster()
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        answers = []
        while 200 not in answers:
            try:
                get(f"{address}/api/v1/reports?limit=1")
                answers.append(200)
            except urllib.error.HTTPError as error:
                answers.append(error.code)
        assert set(answers) <= {503, 200}
        stop(process, signal.SIGTERM)
    assert not cluster.running()


def test_a_database_that_was_stopped_stays_so(folder: Path) -> None:
    cluster = Cluster(folder)
    with program("up", "--port", "0", env=environment(folder)) as (process, address):
        assert cluster.stop()
        with pytest.raises(urllib.error.HTTPError) as told:
            get(f"{address}/")
        assert told.value.code == 503
        assert orjson.loads(told.value.read())["type"] == "/problems/database"
        assert told.value.headers["Retry-After"] == "5"
        stop(process, signal.SIGTERM)
    assert not cluster.running()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve_is_the_web_alone(fresh_database_url: str, tmp_path: Path, workers: str) -> None:
    env = environment(tmp_path, QUANGNAM_DATABASE_URL=fresh_database_url)
    with program("serve", "--port", "0", "--workers", workers, env=env) as (process, address):
        assert orjson.loads(get(f"{address}/health/ready")) == {"status": "ok"}
        stop(process, signal.SIGTERM)
    assert not (tmp_path / "postgres").exists()


def test_serve_refuses_a_database_of_another_schema(fresh_database_url: str) -> None:
    with psycopg.connect(fresh_database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    assert "quangnam db migrate" in fails("serve", "--port", "0", QUANGNAM_DATABASE_URL=fresh_database_url)


def test_a_port_in_use_names_the_option(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = fails("up", "--port", port, QUANGNAM_DATA_DIR=str(folder))
    assert port in said
    assert "--port" in said


def test_demonstration_data_never_enter_an_operators_database(fresh_database_url: str) -> None:
    assert "--demo" in fails("up", "--demo", "--port", "0", QUANGNAM_DATABASE_URL=fresh_database_url)
    with psycopg.connect(fresh_database_url) as connection:
        assert connection.execute("SELECT count(*) FROM reports").fetchone() == (0,)


def test_a_database_that_does_not_answer_is_told_in_one_line(tmp_path: Path) -> None:
    url = f"postgresql://nobody@/nothing?host={tmp_path}"
    assert str(tmp_path) in fails("up", "--port", "0", QUANGNAM_DATABASE_URL=url)
    assert str(tmp_path) in fails("serve", "--port", "0", QUANGNAM_DATABASE_URL=url)


def test_a_setting_that_is_not_allowed_is_told_by_its_name() -> None:
    assert "QUANGNAM_POOL_SIZE" in fails("db", "url", QUANGNAM_POOL_SIZE="many")
