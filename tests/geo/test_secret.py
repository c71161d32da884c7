from pathlib import Path

from geo.secret import secret
from geo.settings import Settings


def test_the_settings_come_first(tmp_path: Path) -> None:
    assert secret(Settings(data_dir=tmp_path, secret_key="given by an operator")) == b"given by an operator"
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    key = secret(settings)
    path = tmp_path / "new" / "secret_key"
    assert len(key) >= 32
    assert path.read_bytes() == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["secret_key"]
