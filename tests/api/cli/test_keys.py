import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from geo.database import build_engine
from geo.models import Sender
from geo.secret import secret
from geo.senders import Contact, read, seal
from geo.settings import Settings

CONTACT = Contact("Trần Thị Bưởi", "+84905123456")


def rotate(url: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"QUANGNAM_DATABASE_URL": url, "QUANGNAM_DATA_DIR": str(folder)} | settings
    command = [sys.executable, "-m", "api", "keys", "rotate"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


@pytest.fixture
def url(fresh_database_url: str, tmp_path: Path) -> str:
    """A database with one sender, sealed with the key in a file of the data directory."""
    engine = build_engine(fresh_database_url)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        sealed = seal(secret(Settings(data_dir=tmp_path)), CONTACT)
        row = {"report_id": 1, "phone_checked": False, "notice_version": ""} | vars(sealed)
        connection.execute(insert(Sender).values(row))
    engine.dispose()
    return fresh_database_url


def opens(url: str, key: bytes) -> bool:
    engine = build_engine(url)
    try:
        with Session(engine) as session:
            return read(key, session.get_one(Sender, 1)) == CONTACT
    finally:
        engine.dispose()


def test_the_file_is_renewed(url: str, tmp_path: Path) -> None:
    before = (tmp_path / "secret_key").read_bytes()
    done = rotate(url, tmp_path)
    assert done.returncode == 0, done.stderr
    after = (tmp_path / "secret_key").read_bytes()
    assert before != after
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert not (tmp_path / "secret_key.new").exists()
    assert opens(url, after)


def test_a_rotation_that_died_before_the_file_was_renewed_is_finished(url: str, tmp_path: Path) -> None:
    (tmp_path / "secret_key.new").write_text("the new key of the first attempt")
    kept = (tmp_path / "secret_key").read_text()
    assert rotate(url, tmp_path).returncode == 0
    (tmp_path / "secret_key.new").write_text("the new key of the first attempt")  # as if the rename had not happened
    (tmp_path / "secret_key").write_text(kept)
    assert rotate(url, tmp_path).returncode == 0
    assert opens(url, b"the new key of the first attempt")


def test_keys_of_the_settings(url: str, tmp_path: Path) -> None:
    old = (tmp_path / "secret_key").read_text()
    lacking = rotate(url, tmp_path, QUANGNAM_SECRET_KEY="a new key, long enough")
    assert lacking.returncode == 1
    assert "QUANGNAM_OLD_SECRET_KEY" in lacking.stderr
    done = rotate(url, tmp_path, QUANGNAM_SECRET_KEY="a new key, long enough", QUANGNAM_OLD_SECRET_KEY=old)
    assert done.returncode == 0, done.stderr
    assert opens(url, b"a new key, long enough")


def test_not_while_the_program_runs(url: str, tmp_path: Path) -> None:
    before = (tmp_path / "secret_key").read_bytes()
    engine = build_engine(url)
    with engine.connect():
        refused = rotate(url, tmp_path)
    engine.dispose()
    assert refused.returncode == 1
    assert "dừng chương trình" in refused.stderr
    assert (tmp_path / "secret_key").read_bytes() == before
