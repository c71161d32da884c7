from pathlib import Path

import pytest

from geo.errors import SetupError
from maps import style
from maps.assets import install

TESTS = Path(__file__).parent.parent


def test_every_wanted_file_is_installed_and_has_its_licence() -> None:
    rows = install.wanted()
    assert all((install.VENDOR / row["name"]).exists() for row in rows)
    licensed = {row["package"] for row in rows if row["name"].startswith("licences/")}
    assert licensed == {row["package"] for row in rows}


@pytest.mark.parametrize("folder", [install.HERE, TESTS / "tools", TESTS / "benchmarks" / "lighthouse"])
def test_no_lock_names_an_address(folder: Path) -> None:
    lock = (folder / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock


@pytest.mark.parametrize(
    "name", ["../style.py", "../../geo/settings.py", "/etc/passwd", "", "icons", "no-such-file.js"]
)
def test_only_files_of_the_folders_are_found(name: str) -> None:
    assert style.asset_path(name) is None


def test_an_asset_is_found_by_name_and_served_at_an_address_with_a_version() -> None:
    path = style.asset_path("leaflet.js")
    assert path is not None
    assert path.parent == install.VENDOR
    assert style.asset_url("leaflet.js") == f"/assets/{style.version()}/leaflet.js"
    assert style.icon_path("lightbulb") == install.VENDOR / "icons" / "lightbulb.svg"


def test_a_failed_installation_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "vendor"
    target.mkdir()
    (target / "kept.js").write_text("kept")
    monkeypatch.setattr(install, "HERE", tmp_path)
    (tmp_path / "package.json").write_text("{broken")
    (tmp_path / "package-lock.json").write_text("{broken")
    with pytest.raises(SetupError, match="npm"):
        install.install(target)
    assert (target / "kept.js").read_text() == "kept"
    assert sorted(tmp_path.iterdir()) == [tmp_path / name for name in ("package-lock.json", "package.json", "vendor")]
