"""npm packages → the folder of files that the program serves."""

import csv
import shutil
import tempfile
from pathlib import Path

from maps.assets import npm

HERE = Path(__file__).parent
VENDOR = HERE.parent / "static" / "vendor"


def install(target: Path = VENDOR) -> None:
    """Replaces the folder by the files of files.csv; SetupError where npm can't have them, and the old ones stay."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the last step is a rename and nobody ever sees half of the files.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".assets-") as scratch:
        packages = Path(scratch) / "npm"
        packages.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, packages)
        npm.install(packages)
        new = Path(scratch) / "vendor"
        for row in wanted():
            _copy(packages / "node_modules" / row["package"] / row["path"], new / row["name"])
        if target.exists():
            target.rename(Path(scratch) / "old")
        new.rename(target)


def wanted() -> list[dict[str, str]]:
    """The rows of files.csv: package, path in it, name under which it is served."""
    with (HERE / "files.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.ts"))
    else:
        shutil.copy(source, target)
