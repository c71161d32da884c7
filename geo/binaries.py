"""PostgreSQL's own programs: where they are, as whom they run."""

import os
import pwd
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from geo.errors import SetupError
from geo.i18n import _

PROGRAMS = Path("/usr/lib/postgresql")
SHARED = Path("/usr/share/postgresql")


def installations(programs: Path = PROGRAMS, shared: Path = SHARED) -> dict[int, Path]:
    """Folders of the programs of each installed PostgreSQL that has PostGIS, by major version."""
    found = {}
    for folder in programs.glob("*"):
        library = any(folder.glob("lib/postgis-[0-9]*.so"))
        scripts = (shared / folder.name / "extension/postgis.control").exists()
        if folder.name.isdigit() and (folder / "bin/postgres").exists() and library and scripts:
            found[int(folder.name)] = folder / "bin"
    return found


def choose(major: int | None, found: dict[int, Path]) -> Path:
    """The programs of a major version, or the newest; SetupError says what to install."""
    if major is not None and major not in found:
        raise SetupError(
            _("Dữ liệu do PostgreSQL {major} tạo ra; hãy cài: apt install postgresql-{major}-postgis-3."), major=major
        )
    if not found:
        raise SetupError(
            _(
                "Không tìm thấy PostgreSQL có PostGIS; hãy cài: apt install postgresql postgresql-postgis (hoặc đặt "
                "QUANGNAM_DATABASE_URL)."
            )
        )
    return found[max(found) if major is None else major]


def account() -> pwd.struct_passwd:
    """Who the server runs as and its files belong to: `postgres` for root, whom initdb refuses; else ourselves."""
    try:
        return pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    except KeyError:
        raise SetupError(
            _("Không có người dùng để chạy PostgreSQL; hãy cài: apt install postgresql postgresql-postgis.")
        ) from None


def run(command: Sequence[str]) -> tuple[int, str]:
    """Runs a program as the server's account and waits; its exit status and what it said, in one line."""
    other = account().pw_name if os.geteuid() == 0 else None
    # A file and not a pipe: the server inherits it, and a pipe would never come to its end.
    with tempfile.TemporaryFile() as output:
        code = subprocess.run(  # noqa: S603 (no shell, and the program's path is ours)
            command,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            cwd="/",
            # A PGPORT or PGDATA of the user's is meant for another server.
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
            # Ctrl-C is for us, who then stop the server in order; it must not reach pg_ctl.
            start_new_session=True,
            check=False,
            user=other,
            group=other,
            extra_groups=[] if other else None,
        ).returncode
        output.seek(0)
        return code, " ".join(output.read().decode(errors="replace").split())[-500:]
