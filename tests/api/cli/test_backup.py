"""A backup comes back on an empty machine: reports, history, pictures, and senders with the key that was kept apart."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.app import create_app
from geo.database import build_engine, build_sessions
from geo.models import Event, Media, Report, Sender
from geo.senders import read
from geo.server import Cluster
from geo.settings import Settings

KEY = "a key that is kept apart"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's account can reach, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="quangnam-backup-"))
    made.chmod(0o755)
    yield made
    for name in ("old", "new"):
        Cluster(made / name).stop()
    shutil.rmtree(made)


def quangnam(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QUANGNAM_")}
    env = clean | {"QUANGNAM_DATA_DIR": str(data), "QUANGNAM_SECRET_KEY": KEY}
    return subprocess.run(
        [sys.executable, "-m", "api", *arguments], env=env, capture_output=True, text=True, check=False
    )


def test_everything_comes_back(folder: Path, body: dict[str, Any]) -> None:
    old, new, file = folder / "old", folder / "new", folder / "quangnam.tar"
    assert quangnam(old, "db", "start").returncode == 0
    assert quangnam(old, "db", "migrate").returncode == 0
    shot = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(shot, "JPEG")
    engine = build_engine(Cluster(old).url)
    settings = Settings(data_dir=old, secret_key=KEY)
    with TestClient(create_app(settings, build_sessions(engine))) as client:
        fields = {name: "true" if value is True else str(value) for name, value in body.items()}
        sent = client.post("/api/v1/reports", data=fields, files={"media": ("a.jpg", shot.getvalue(), "image/jpeg")})
    engine.dispose()
    done = quangnam(old, "db", "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert "cất riêng" in done.stderr
    assert file.stat().st_mode & 0o077 == 0
    assert KEY.encode() not in file.read_bytes()
    assert "đã có" in quangnam(old, "db", "backup", str(file)).stderr
    assert "còn trống" in quangnam(old, "db", "restore", str(file)).stderr
    done = quangnam(new, "db", "restore", str(file))
    assert done.returncode == 0, done.stderr
    assert quangnam(new, "db", "start").returncode == 0
    engine = build_engine(Cluster(new).url)
    with Session(engine) as session:
        report = session.scalars(select(Report)).one()
        assert report.code == sent.json()["code"]
        assert session.scalar(select(func.count()).select_from(Event)) == 1
        assert read(KEY.encode(), session.get_one(Sender, report.id)).name == "Trần Thị Bưởi"
        key = session.scalars(select(Media.key)).one()
    engine.dispose()
    assert sorted(path.name for path in (new / "media").rglob("*.jpg")) == [f"{key}-small.jpg", f"{key}.jpg"]


def test_a_damaged_backup_changes_nothing(folder: Path) -> None:
    file = folder / "broken.tar"
    file.write_bytes(b"no tar at all")
    assert "không phải là một bản sao lưu" in quangnam(folder / "new", "db", "restore", str(file)).stderr
    with tarfile.open(file, "w") as tar:
        manifest = b'{"format": 1, "sha256": {"database.dump": "0"}}'
        member = tarfile.TarInfo("manifest.json")
        member.size = len(manifest)
        tar.addfile(member, io.BytesIO(manifest))
    said = quangnam(folder / "new", "db", "restore", str(file))
    assert said.returncode == 1
    assert "bị hỏng ở database.dump" in said.stderr


def test_a_backup_that_leads_out_of_its_folder_is_none(folder: Path) -> None:
    file = folder / "hostile.tar"
    manifest = b'{"format": 1, "sha256": {"media/../../../hostile": "0"}}'
    with tarfile.open(file, "w") as tar:
        for name, data in (("media/../../../hostile", b"x"), ("manifest.json", manifest)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    assert "không phải là một bản sao lưu" in quangnam(folder / "new", "db", "restore", str(file)).stderr
    assert not list(folder.rglob("hostile"))
