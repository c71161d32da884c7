from pathlib import Path

import pytest

from geo import binaries
from geo.errors import SetupError


def install(root: Path, major: str, *, server: bool = True, library: bool = True, scripts: bool = True) -> None:
    programs, shared = root / "lib" / major, root / "share" / major / "extension"
    for folder in (programs / "bin", programs / "lib", shared):
        folder.mkdir(parents=True)
    if server:
        (programs / "bin/postgres").touch()
    if library:
        (programs / "lib/postgis-3.so").touch()
    if scripts:
        (shared / "postgis.control").touch()


def found(root: Path) -> dict[int, Path]:
    return binaries.installations(root / "lib", root / "share")


def test_the_newest_release_with_postgis_is_chosen(tmp_path: Path) -> None:
    for major in ("9", "15", "17"):
        install(tmp_path, major)
    assert binaries.choose(None, found(tmp_path)) == tmp_path / "lib/17/bin"
    assert binaries.choose(15, found(tmp_path)) == tmp_path / "lib/15/bin"


@pytest.mark.parametrize("lacking", ["server", "library", "scripts"])
def test_a_release_that_lacks_a_part_does_not_count(tmp_path: Path, lacking: str) -> None:
    install(tmp_path, "15")
    install(tmp_path, "17", **{lacking: False})
    assert list(found(tmp_path)) == [15]


def test_data_of_a_release_that_is_gone_says_what_to_install(tmp_path: Path) -> None:
    install(tmp_path, "17")
    with pytest.raises(SetupError, match="apt install postgresql-15-postgis-3"):
        binaries.choose(15, found(tmp_path))


def test_nothing_installed_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="apt install postgresql postgresql-postgis"):
        binaries.choose(None, found(tmp_path))


def test_what_a_program_says_is_one_line() -> None:
    assert binaries.run(["sh", "-c", "echo one; echo two >&2; exit 3"]) == (3, "one two")
