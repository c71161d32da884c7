from pathlib import Path

import geopandas as gpd
import pytest
from geoalchemy2.shape import from_shape
from shapely import box
from sqlalchemy import select
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from api.cli import root
from boundaries import editions
from boundaries.models import METRIC_SRID, Correction
from geo.database import build_engine
from geo.errors import InvalidError, QuangnamError
from geo.models import Category, Rule, Unit
from geo.settings import Settings
from tests.boundaries.opened import receive


@pytest.fixture
def runner(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("QUANGNAM_DATABASE_URL", fresh_database_url)
    return CliRunner()


def run(runner: CliRunner, *arguments: str) -> Result:
    return runner.invoke(root, ["boundaries", *arguments])


def test_units_that_could_not_see_their_reports_are_a_warning_that_stops_nothing(
    runner: CliRunner, fresh_database_url: str, settings: Settings
) -> None:
    engine = build_engine(fresh_database_url)
    with Session(engine) as session:
        receive(session, settings, 107.98, 15.68, 5.0)  # in Nông Sơn, which joins Quế Sơn
        session.commit()
    engine.dispose()
    said = "Cảnh báo: UBND huyện Quế Sơn (ubnd-509) nhận 1 phản ánh mà chưa ai xem được."
    for command in ("preview", "activate"):
        done = run(runner, command, "2025-01")
        assert done.exit_code == 0
        assert said in done.stderr
        assert "quangnam user add" in done.stderr
        assert "ubnd-519\tubnd-509\t1" in done.stdout


def test_a_preview_names_rules_that_would_get_other_ground(runner: CliRunner, fresh_database_url: str) -> None:
    engine = build_engine(fresh_database_url)
    with Session(engine) as session:
        category = session.scalars(select(Category).where(Category.code == "giao-thong")).one()
        unit = session.scalars(select(Unit).where(Unit.code == "so-xay-dung")).one()
        session.add(Rule(category_id=category.id, area_code="20401", unit_id=unit.id, replaces=True, priority=0))
        said = (
            f"Quy tắc {category.name} → {unit.name} sẽ áp dụng cho địa bàn khác: 20401 là phường Tân An, "
            "sẽ là phường Hội An Tây; trước 1.21 km², sau 17.83 km²."
        )
        session.commit()
    engine.dispose()
    assert said in run(runner, "preview", "2025-07").stdout.splitlines()
    assert "Quy tắc" not in run(runner, "preview", "2025-01").stdout


def test_a_preview_counts_corrections_that_would_apply_no_more(runner: CliRunner, fresh_database_url: str) -> None:
    assert "điều chỉnh" not in run(runner, "preview", "2025-01").stdout
    engine = build_engine(fresh_database_url)
    with Session(engine) as session:
        place = from_shape(box(0, 0, 1, 1), METRIC_SRID)
        counts = {"reports": 3, "senders": 2}
        for state in ("accepted", "undone"):
            edition = editions.find(session, "2020").id
            session.add(Correction(edition_id=edition, area_code="507", geometry=place, state=state, **counts))
        session.commit()
    engine.dispose()
    assert "1 điều chỉnh ranh giới đang áp dụng sẽ không còn áp dụng" in run(runner, "preview", "2025-01").stdout


def test_editions_are_listed_checked_compared_and_activated(runner: CliRunner) -> None:
    listed = [line.split("\t") for line in run(runner, "list").stdout.splitlines()]
    assert [row[:2] for row in listed[1:]] == [
        ["2020", "đang hiệu lực"],
        ["2025-01", "bản nháp"],
        ["2025-07", "bản nháp"],
    ]
    checked = run(runner, "check", "2020")
    assert checked.exit_code == 0
    assert "huyện\t18\t10570.71\t0\t0.0\t0.0" in checked.stdout
    told = run(runner, "diff", "2020", "2025-01").stdout
    assert "huyện\thợp nhất\t509 huyện Quế Sơn, 519 huyện Nông Sơn\t509 huyện Quế Sơn\t471.15\t0\t0" in told
    assert "18 huyện, thành phố, thị xã → 17 huyện, thành phố, thị xã: 1 hợp nhất, 16 giữ nguyên." in told
    assert "Đổi nơi giải quyết: 471.15 km², 0 phản ánh, 0 chưa giải quyết." in told
    assert "từ 2025-01-01." in run(runner, "activate", "2025-01").stdout
    assert "2020\tđã hết hiệu lực\t2020-02-01\t2025-01-01\t" in run(runner, "list").stdout
    unknown = run(runner, "activate", "1802")
    assert isinstance(unknown.exception, QuangnamError)


def test_what_became_of_each_area_is_a_table(runner: CliRunner) -> None:
    said = run(runner, "correspondence", "2020", "2025-01", "--level", "district", "--to", "district").stdout
    assert "519\thuyện Nông Sơn\t509\thuyện Quế Sơn\t" in said
    assert len(said.splitlines()) == 19


def test_a_correspondence_is_written_as_the_files_ending_says(runner: CliRunner, tmp_path: Path) -> None:
    pair = ["correspondence", "2020", "2025-01"]
    for name in ("parts.csv", "parts.xlsx", "parts.geojson"):
        assert "Đã ghi 241 phần" in run(runner, *pair, "--out", str(tmp_path / name)).stdout
    assert (tmp_path / "parts.csv").read_text(encoding="utf-8-sig").startswith('"old","old_name","new"')
    assert len(gpd.read_file(tmp_path / "parts.geojson")) == 241
    assert run(runner, *pair, "--format", "csv", "--out", str(tmp_path / "parts.txt")).exit_code == 0
    for wrong in (
        ["--out", str(tmp_path / "parts.pdf")],
        ["--format", "csv"],
        ["--out", str(tmp_path / "no" / "x.csv")],
    ):
        assert isinstance(run(runner, *pair, *wrong).exception, QuangnamError)


def test_an_import_is_a_report_until_it_is_committed(runner: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "own.geojson"
    columns = {"code": ["502", "503"], "name": ["Thành phố Tam Kỳ", "Thành phố Hội An"]}
    gpd.GeoDataFrame(columns, geometry=[box(108, 15, 108.1, 15.1), box(108.1, 15, 108.2, 15.1)], crs=4326).to_file(path)
    arguments = ["import", str(path), "--edition", "own", "--name", "Của tỉnh", "--from", "2026-02-01"]
    dry = run(runner, *arguments)
    assert dry.exit_code == 0
    assert "2 đơn vị" in dry.stdout
    assert "khe hở 0.0 m², chồng lấn 0.0 m²" in dry.stdout
    assert "own" not in run(runner, "list").stdout
    assert run(runner, *arguments, "--commit").exit_code == 0
    assert "own\tbản nháp\t2026-02-01\t\t2\t0\thuyện\tCủa tỉnh\town.geojson" in run(runner, "list").stdout
    assert "hiệu lực từ 2026-02-01." in run(runner, "activate", "own").stdout
    for unfit in ("Hai/Nam", "của tỉnh", "-own", "o" * 41):
        for also in ([], ["--commit"]):
            refused = run(runner, "import", str(path), "--edition", unfit, *arguments[4:], *also)
            assert isinstance(refused.exception, InvalidError), unfit
            assert "Mã gồm chữ không dấu" in str(refused.exception)
    again = run(runner, *arguments, "--commit")
    assert again.exit_code != 0
    assert "đang hiệu lực" in str(again.exception)


def test_a_faulty_file_is_reported_with_a_status(runner: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "own.geojson"
    columns = {"code": ["502", "502"], "name": ["Huyện A", "Huyện B"]}
    gpd.GeoDataFrame(columns, geometry=[box(108, 15, 108.1, 15.1), box(108.1, 15, 108.2, 15.1)], crs=4326).to_file(path)
    found = run(runner, "import", str(path), "--edition", "own")
    assert found.exit_code == 1
    assert "Lỗi: Mã 502 có 2 lần" in found.stdout
    assert isinstance(run(runner, "import", str(path), "--edition", "own", "--commit").exception, QuangnamError)
