from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent


def test_imports_go_downward_only() -> None:
    assert lint_imports(str(ROOT / "pyproject.toml")) == 0
