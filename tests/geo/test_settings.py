import os
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from geo.errors import SetupError
from geo.settings import PREFIX, Settings, load

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def documented() -> dict[str, str]:
    """Each variable of the documentation's table, with its default as written there."""
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `(QUANGNAM_\w+)` \| (.*?) \|", text, re.MULTILINE))


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert list(documented()) == [PREFIX + name.upper() for name in Settings.model_fields]


def test_documented_defaults_are_the_defaults() -> None:
    told = {name: default[1:-1] for name, default in documented().items() if re.fullmatch(r"`[^`]*`", default)}
    assert len(told) >= 12
    for name, default in told.items():
        field = Settings.model_fields[name.removeprefix(PREFIX).lower()]
        assert default == (str(field.default).lower() if field.annotation is bool else str(field.default))


def test_every_documented_default_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, default in documented().items():
        if re.fullmatch(r"`[^`]*`", default):
            monkeypatch.setenv(name, default[1:-1])
    assert load() == Settings.model_construct(**load().model_dump())
    assert load().pool_size == 10


def test_no_part_of_the_program_reads_the_environment_but_this_one() -> None:
    allowed = {"settings.py", "binaries.py"}  # the second hands the environment on to PostgreSQL's programs
    for storey in ("geo", "boundaries", "maps", "api"):
        for file in (ROOT / storey).rglob("*.py"):
            assert file.name in allowed or not re.search(r"\bos\.(environ|getenv)\b", file.read_text("utf-8")), file


def test_empty_means_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    before = load()
    for name in ("DATABASE_URL", "DATA_DIR", "SECRET_KEY"):
        monkeypatch.setenv(PREFIX + name, "")
    assert load() == before
    monkeypatch.setenv("QUANGNAM_BASEMAP_URL", "")
    assert load().basemap_url == ""


def test_where_data_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load().data_dir == (Path("/var/lib/quangnam") if os.geteuid() == 0 else tmp_path / "quangnam")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QUANGNAM_DATA_DIR", "data")
    assert load().data_dir == tmp_path / "data"
    assert load().media_dir == tmp_path / "data/media"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POOL_SIZE", "0"),
        ("POOL_SIZE", "many"),
        ("BORDER_UNCERTAINTY", "nan"),
        ("BORDER_UNCERTAINTY", "-1"),
        ("COAST_DISTANCE", "1e9"),
        ("SECRET_KEY", "too short"),
        ("DATABASE_URL", "mysql://someone:hunter2@example.org/quangnam"),
        ("SEA_LABELS", "perhaps"),
    ],
)
def test_a_value_that_is_not_allowed_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SetupError, match=PREFIX + name) as told:
        load()
    assert "\n" not in str(told.value)
    assert "hunter2" not in str(told.value)


def test_a_secret_key_does_not_show() -> None:
    settings = Settings(secret_key=SecretStr("very secret, this one"))
    assert "very secret" not in repr(settings)
