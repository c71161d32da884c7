import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api.cli import main
from geo.models import Report
from geo.settings import Settings
from tests.boundaries.opened import receive

HEAD = "category,content,lon,lat,created_at\n"
ROW = "giao-thong,Ổ gà lớn trước cổng chợ,108.3301,15.8801,2024-05-06T08:30:00+07:00\n"


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def environment(fresh_database_url: str, tmp_path: Path) -> dict[str, str]:
    data = tmp_path / "data"
    data.mkdir()
    return os.environ | {"QUANGNAM_DATABASE_URL": fresh_database_url, "QUANGNAM_DATA_DIR": str(data)}


@pytest.fixture
def run(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["quangnam", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            main()
        status = exit_.value.code
        assert isinstance(status, int)
        return Done(status, *capsys.readouterr())

    for name in ("QUANGNAM_DATABASE_URL", "QUANGNAM_DATA_DIR"):
        monkeypatch.setenv(name, environment[name])
    return call


def count(engine: Engine, table: str = "reports") -> int:
    with engine.connect() as connection:
        return connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0


def test_import_and_export(run: Run, own: Engine, tmp_path: Path) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "out.geojson"
    file.write_text(HEAD + ROW * 3 + ROW.replace("giao-thong", "giao-thongg"), "utf-8")
    done = run("reports", "import", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 phản ánh" in done.stdout
    assert "in.csv.rejected.csv" in done.stdout
    done = run("reports", "export", "--format", "geojson", "--category", "giao-thong", "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(out.read_bytes())["features"]) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "in.csv", "in.csv.rejected.csv", "out.geojson"]
    done = run("reports", "export", "--category", "giao-thong", "--category", "cay-xanh", "--out", out)
    assert (done.returncode, len(json.loads(out.read_bytes())["features"])) == (0, 3)


def test_an_archive_is_not_written_under_the_name_of_a_shapefile(run: Run, tmp_path: Path) -> None:
    done = run("reports", "export", "--format", "shp", "--out", tmp_path / "cli.SHP")
    assert done.returncode != 0
    assert "cli.zip" in done.stderr
    assert not (tmp_path / "cli.SHP").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("reports", "import", "none.csv"),
        ("reports", "export", "--format", "dwg", "--out", "out.dwg"),
        ("reports", "export", "--crs", "EPSG:2154", "--format", "csv", "--out", "out.csv"),
        ("reports", "export", "--crs", "EPSG:5899", "--out", "out.geojson"),
        ("reports", "export", "--fields", "phone", "--out", "out.geojson"),
        ("reports", "export", "--out", "/no/such/folder/out.geojson"),
        ("reports", "export", "--bbox", "1,2", "--out", "out.geojson"),
        ("reports", "export", "--since", "2026-01-01", "--since", "2026-02-01", "--out", "out.geojson"),
        ("demo", "--reports", "0"),
    ],
)
def test_one_clear_line_and_no_traceback(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode != 0
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_broken_file_and_one_without_a_good_row(run: Run, own: Engine, tmp_path: Path) -> None:
    for name, content in (("a.geojson", "{"), ("b.csv", HEAD + ROW.replace("108", "8"))):
        (tmp_path / name).write_text(content, "utf-8")
        done = run("reports", "import", tmp_path / name)
        assert done.returncode == 1
        assert done.stderr.startswith("quangnam: ")
        assert len(done.stderr.splitlines()) == 1
    assert count(own) == 0


def test_killed_in_the_middle_leaves_nothing(environment: dict[str, str], own: Engine, tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    file.write_text(HEAD + ROW * 400_000, "utf-8")
    process = subprocess.Popen([sys.executable, "-m", "api", "reports", "import", str(file)], env=environment)
    copied = text("SELECT sum(tuples_processed) FROM pg_stat_progress_copy WHERE relid = 'reports'::regclass")
    active = text(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'quangnam' AND datname = current_database()"
    )
    with own.connect() as connection:
        deadline = time.monotonic() + 120
        while not connection.scalar(copied):
            assert process.poll() is None
            assert time.monotonic() < deadline
            connection.rollback()
        process.send_signal(signal.SIGKILL)
        process.wait()
        while (connection.scalar(active) or 0) > 1:
            assert time.monotonic() < deadline
            connection.rollback()
    for table in ("reports", "events", "assignments", "senders"):
        assert count(own, table) == 0
    assert not (tmp_path / "many.csv.rejected.csv").exists()


def test_demo_and_back(run: Run, own: Engine) -> None:
    done = run("demo", "--reports", 50)
    assert (done.returncode, done.stderr) == (0, "")
    assert count(own) == 50
    done = run("demo", "--clear")
    assert "50" in done.stdout
    assert count(own) == 0


def test_a_step_by_command_moves_a_settled_reports_area_too(run: Run, own: Engine, settings: Settings) -> None:
    with Session(own, expire_on_commit=False) as session, session.begin():
        report = receive(session, settings, 108.292975, 15.896727)
        assert (report.area_code, report.needs_confirmation) == ("503", True)
    done = run("reports", "step", report.code, "reroute", "--unit", "ubnd-507")
    assert (done.returncode, done.stdout) == (0, f"{report.code}: received\n"), done.stderr
    with Session(own) as session:
        assert session.get_one(Report, report.id).area_code == "507"
