import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from geo import binaries
from geo.server import Cluster, Postmaster

# A process that uses the cluster until its standard input ends.
USER = """
import sys
from pathlib import Path
from geo.server import Cluster
with Cluster(Path(sys.argv[1])).used() as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def shared() -> Iterator[Cluster]:
    made = Path(tempfile.mkdtemp(prefix="quangnam-server-"))
    made.chmod(0o755)
    yield Cluster(made)
    shutil.rmtree(made)


@pytest.fixture
def cluster(shared: Cluster) -> Iterator[Cluster]:
    """A durable cluster, made once for all these tests, stopped before and after each."""
    shared.stop()
    yield shared
    shared.stop()


@contextmanager
def user(cluster: Cluster) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(cluster.data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("postgresql://")
            yield process
        finally:
            process.kill()


def leave(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(60) == 0


def server(cluster: Cluster) -> Postmaster:
    found = cluster.postmaster()
    assert found is not None
    return found


def kill(pid: int) -> None:
    descriptor = os.pidfd_open(pid)
    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    # A killed process is gone for us once its command line is, whenever init collects it.
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        os.sched_yield()
    os.close(descriptor)


def ask(cluster: Cluster, query: str) -> object:
    with psycopg.connect(cluster.url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def write(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url) as connection:
        connection.execute("DROP TABLE IF EXISTS witness")
        connection.execute("CREATE TABLE witness AS SELECT 42 AS value")


def test_starts_once_and_stops_once(cluster: Cluster) -> None:
    assert cluster.start()
    assert not cluster.start()
    assert ask(cluster, "SHOW listen_addresses") == ""
    assert cluster.folder.stat().st_mode & 0o777 == 0o700
    assert cluster.stop()
    assert not cluster.stop()
    assert not cluster.running()


def test_a_durable_cluster_loses_nothing(cluster: Cluster) -> None:
    cluster.start()
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
        assert ask(cluster, f"SHOW {setting}") == "on"


def test_statements_and_rows_stay_out_of_its_log(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE person (phone text UNIQUE)")
        connection.execute("INSERT INTO person VALUES ('+84905123456')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('+84905123456')")
    log = cluster.log.read_text()
    assert "duplicate key" in log
    assert "84905123456" not in log


def test_a_killed_user_leaves_a_server_that_the_next_one_uses_and_stops(cluster: Cluster) -> None:
    with user(cluster) as process:
        process.kill()
    pid = server(cluster).pid
    with user(cluster) as process:
        assert server(cluster).pid == pid
        leave(process)
    assert not cluster.running()


def test_a_killed_server_comes_back_with_what_was_committed(cluster: Cluster) -> None:
    cluster.start()
    write(cluster)
    with psycopg.connect(cluster.url):  # a child that lingers
        kill(server(cluster).pid)
        assert not cluster.running()
        assert cluster.start()
    assert ask(cluster, "SELECT value FROM witness") == 42


def test_the_number_of_a_killed_server_may_be_another_process(cluster: Cluster) -> None:
    cluster.start()
    write(cluster)
    kill(server(cluster).pid)
    # PostgreSQL itself would refuse, for this process belongs to the server's own account.
    with subprocess.Popen(["sleep", "600"], user=binaries.account().pw_uid) as other:
        file = cluster.pgdata / "postmaster.pid"
        file.write_text("\n".join([str(other.pid), *file.read_text().split("\n")[1:]]))
        assert not cluster.running()
        assert not cluster.stop()
        assert cluster.start()
        assert other.poll() is None
        other.kill()
    assert ask(cluster, "SELECT value FROM witness") == 42


@pytest.mark.usefixtures("database_url")
def test_the_number_of_a_killed_server_may_be_another_clusters(cluster: Cluster) -> None:
    cluster.start()
    kill(server(cluster).pid)
    other = Cluster(Path(os.environ["QUANGNAM_TEST_FOLDER"]))
    file = cluster.pgdata / "postmaster.pid"
    file.write_text("\n".join([str(server(other).pid), *file.read_text().split("\n")[1:]]))
    assert not cluster.running()
    assert cluster.start()
    assert other.running()


@pytest.mark.parametrize("content", ["", "\n", "not a number\n", "-1\n", f"{2**31}\n{'x' * 9}\n"])
def test_a_spoilt_pid_file_is_nobodys(cluster: Cluster, content: str) -> None:
    cluster.start()
    cluster.stop()
    (cluster.pgdata / "postmaster.pid").write_text(content)
    assert not cluster.running()
    assert cluster.start()


def test_the_last_of_two_users_stops_it(cluster: Cluster) -> None:
    with user(cluster) as first, user(cluster) as second:
        leave(first)
        assert ask(cluster, "SELECT 1") == 1
        leave(second)
    assert not cluster.running()


def test_a_kept_server_stays_until_it_is_stopped(cluster: Cluster) -> None:
    cluster.start()
    cluster.keep()
    with cluster.used():
        pass
    assert cluster.running()
    assert cluster.stop()
    with cluster.used():
        assert not cluster.kept()
    assert not cluster.running()


def test_a_kept_server_that_was_killed_is_not_kept_any_more(cluster: Cluster) -> None:
    cluster.start()
    cluster.keep()
    kill(server(cluster).pid)
    with cluster.used():
        pass
    assert not cluster.running()


def test_two_that_start_at_once_make_one_cluster(folder: Path) -> None:
    new = Cluster(folder / "a folder, 'ours', đây")
    with ThreadPoolExecutor() as pool:
        opened = [user(new) for _ in range(2)]
        processes = list(pool.map(lambda one: one.__enter__(), opened))
        sockets = new.socket_dir
        for process in processes:
            leave(process)
        for one in opened:
            one.__exit__(None, None, None)
    assert not new.running()
    sockets.rmdir()


def test_an_interrupted_initdb_leaves_nothing_behind(folder: Path) -> None:
    new = Cluster(folder, durable=False)
    half = new.folder / "new-killed"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")
    shutil.chown(new.folder, binaries.account().pw_uid)
    new.start()
    try:
        assert ask(new, "SHOW fsync") == "off"
        assert not half.exists()
    finally:
        new.stop()


def test_settings_for_other_servers_do_not_reach_ours(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "5999")
    monkeypatch.setenv("PGDATA", "/nowhere")
    with cluster.used():
        assert ask(cluster, "SELECT current_database()") == "quangnam"
