import os
import shutil
from pathlib import Path

import psycopg
import pytest

from geo import binaries
from geo.errors import SetupError
from geo.server import SOCKET_BYTES, Cluster

ROOT = os.geteuid() == 0


def test_a_long_path_has_its_socket_elsewhere(folder: Path) -> None:
    new = Cluster(folder / ("x" * 100) / ("y" * 100), durable=False)
    try:
        with new.used():
            assert len(os.fsencode(new.socket_dir / ".s.PGSQL.5432")) <= SOCKET_BYTES
            assert new.socket_dir.stat().st_mode & 0o777 == 0o700
            with psycopg.connect(new.url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        new.socket_dir.rmdir()


def test_a_link_in_the_place_of_the_sockets_folder_is_refused(folder: Path) -> None:
    new = Cluster(folder / ("x" * 100))
    new.socket_dir.symlink_to(folder)
    try:
        with pytest.raises(SetupError, match="hãy xóa nó"):
            new.start()
    finally:
        new.socket_dir.unlink()


@pytest.mark.skipif(not ROOT, reason="only root makes a folder that is another's")
def test_anothers_folder_in_the_place_of_the_sockets_is_refused(folder: Path) -> None:
    new = Cluster(folder / ("x" * 100))
    new.socket_dir.mkdir()
    os.chown(new.socket_dir, 12_345, 12_345)
    try:
        with pytest.raises(SetupError, match="hãy xóa nó"):
            new.start()
    finally:
        new.socket_dir.rmdir()


def test_a_folder_that_cannot_be_used_is_told_in_one_sentence(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700 if ROOT else 0o500)  # as /root is to the account postgres
    with pytest.raises(SetupError, match="hãy đặt QUANGNAM_DATA_DIR ở nơi khác") as told:
        Cluster(closed / "data").start()
    assert "\n" not in str(told.value)


def test_a_file_in_the_place_of_the_folder_is_told_in_one_sentence(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(SetupError, match="hãy đặt QUANGNAM_DATA_DIR ở nơi khác"), Cluster(folder / "file/data").used():
        pass


@pytest.mark.parametrize("name", ['say "hello"', "$HOME", "`date`", "back\\slash"])
def test_a_name_that_a_shell_would_read_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(SetupError, match="không nhận"):
        Cluster(folder / name).start()


def test_data_of_an_older_release_say_what_to_install(folder: Path) -> None:
    old = Cluster(folder)
    old.pgdata.mkdir(parents=True)
    (old.pgdata / "PG_VERSION").write_text("9\n")
    shutil.chown(old.folder, binaries.account().pw_uid)
    with pytest.raises(SetupError, match="postgresql-9-postgis-3"):
        old.start()
