import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from api import demo
from api.cli import main
from geo.database import build_engine
from geo.models import Report
from geo.settings import Settings
from maps.frame import NAMES

Render = Callable[..., int]
ALL = (*NAMES, "editions")


@pytest.fixture
def render(fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Render:
    monkeypatch.setenv("QUANGNAM_DATABASE_URL", fresh_database_url)
    monkeypatch.setenv("QUANGNAM_DATA_DIR", str(tmp_path / "data"))

    def call(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["quangnam", "maps", "render", *map(str, arguments)])
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    return call


def test_four_files_with_all_that_they_load_beside_them(
    render: Render, fresh_database_url: str, settings: Settings, tmp_path: Path
) -> None:
    engine = build_engine(fresh_database_url)
    demo.load(engine, settings, 50)
    with Session(engine) as session:
        code = session.query(Report.code).limit(1).scalar()
    engine.dispose()
    out = tmp_path / "maps"
    assert render("--out", out) == 0
    assert {path.name for path in out.glob("*.html")} == {f"{name}.html" for name in ALL}
    for name in ALL:
        page = (out / f"{name}.html").read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|link|img)[^>]*? (?:src|href)="([^"]+)"', page)
        assert loaded
        assert all((out / address).is_file() for address in loaded), loaded
        links = re.findall(r'<a [^>]*href="([^"#]+)"', page)
        assert set(links) <= {f"{other}.html" for other in ALL}
        assert "Dữ liệu mẫu" in page
        assert 'rel="preload"' not in page
    assert code in (out / "incidents.html").read_text(encoding="utf-8")
    style = (out / "assets" / "tokens.css").read_text(encoding="utf-8")
    assert all((out / "assets" / font).is_file() for font in re.findall(r'url\("([^"]+)"\)', style))
    assert list((out / "assets" / "licences").glob("*.txt"))
    assert not list(out.rglob("*.partial"))


def test_english_and_filters_hold_for_files(render: Render, tmp_path: Path) -> None:
    assert render("--out", tmp_path / "maps", "--lang", "en", "--category", "khac", "--by", "week") == 0
    assert '<html lang="en">' in (tmp_path / "maps" / "heatmap.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "wrong", [("--lang", "fr"), ("--by", "year"), ("--category", "x"), ("--bbox", "1,2"), ("--since", "x")]
)
def test_a_wrong_option_writes_nothing(
    render: Render, tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: tuple[str, str]
) -> None:
    assert render("--out", tmp_path / "maps", *wrong) == 1
    assert capsys.readouterr().err.startswith("quangnam: ")
    assert not list((tmp_path / "maps").rglob("*.html"))


def test_a_folder_that_cannot_be_made_is_told_in_one_line(
    render: Render, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("here already")
    assert render("--out", blocked / "maps") == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert str(blocked / "maps") in told
