"""The private PostGIS: a socket-only PostgreSQL cluster of our own, found, made, started and stopped."""

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from geo.errors import SetupError
from geo.i18n import _

DATABASE = USER = "quangnam"
INSTALL_ROOT = Path("/usr/lib/postgresql")
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
}
# For a cluster whose loss costs nothing; never for one that holds reports.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def installations(root: Path = INSTALL_ROOT) -> dict[int, Path]:
    """Binary folders of the installed PostgreSQL releases that have PostGIS, by major version."""
    found = {}
    for folder in root.glob("*"):
        control = Path("/usr/share/postgresql") / folder.name / "extension/postgis.control"
        if folder.name.isdigit() and (folder / "bin/postgres").exists() and control.exists():
            found[int(folder.name)] = folder / "bin"
    return found


@dataclass(frozen=True)
class Cluster:
    """A private cluster under `data_dir`; `durable=False` only where its loss costs nothing."""

    data_dir: Path
    durable: bool = True

    @property
    def pgdata(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.data_dir / "postgres" / "data"

    @property
    def socket_dir(self) -> Path:
        """A folder whose name is short, for a socket's path may have 107 bytes at most."""
        name = "quangnam-" + hashlib.sha256(str(self.data_dir.resolve()).encode()).hexdigest()[:12]
        runtime = Path("/run") if os.geteuid() == 0 else Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp")  # noqa: S108 (0700 and checked below)
        return runtime / name

    @property
    def url(self) -> str:
        """The URL of the program's database."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """The URL of a database of this cluster."""
        return f"postgresql://{USER}@/{database}?host={self.socket_dir}"

    def binaries(self) -> Path:
        """The binaries that made the cluster, or the newest that have PostGIS; SetupError where there are none."""
        found = installations()
        version = self.pgdata / "PG_VERSION"
        if version.exists():
            major = int(version.read_text())
            if major not in found:
                raise SetupError(
                    _("Dữ liệu do PostgreSQL {major} tạo ra; hãy cài postgresql-{major}-postgis-3."),
                    major=major,
                )
            return found[major]
        if not found:
            raise SetupError(
                _(
                    "Không tìm thấy PostgreSQL có PostGIS; hãy cài: apt install postgresql-postgis (hoặc đặt "
                    "QUANGNAM_DATABASE_URL)."
                )
            )
        return found[max(found)]

    def running(self) -> bool:
        """Whether a server answers on the cluster's socket."""
        return self.pgdata.exists() and self._run("pg_ctl", "status", "-D", str(self.pgdata), check=False) == 0

    def start(self) -> bool:
        """Makes the cluster where there is none and starts it; false when it ran already."""
        self._make_folders()
        with self._locked():
            if not (self.pgdata / "PG_VERSION").exists():
                self._initialise()
            if self.running():
                return False
            self._drop_stale_pid()
            self._start()
            self._create_database()
        return True

    def stop(self) -> bool:
        """Stops the server after its transactions are written; false when it did not run."""
        if not self.data_dir.exists():
            return False
        with self._locked():
            if not self.running():
                return False
            self._run("pg_ctl", "stop", "-D", str(self.pgdata), "-m", "fast", "-w", "-t", "60")
        return True

    @contextmanager
    def used(self) -> Iterator[str]:
        """Yields the URL with the server running; the last user to leave stops it, unless `db start` keeps it."""
        self._make_folders()
        with (self.data_dir / "users.lock").open("a") as users:
            # Locks die with their process, so a killed user never keeps the server from being stopped later.
            fcntl.flock(users, fcntl.LOCK_SH)
            self.start()
            try:
                yield self.url
            finally:
                if not self.kept.exists() and self._last(users.fileno()):
                    self.stop()

    @property
    def kept(self) -> Path:
        """A marker file: someone asked for the server to stay."""
        return self.data_dir / "keep-running"

    @staticmethod
    def _last(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.data_dir / "server.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _make_folders(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        for folder in (self.pgdata.parent, self.socket_dir):
            folder.mkdir(mode=0o700, exist_ok=True)
            if os.geteuid() == 0:
                account = _server_account()
                os.chown(folder, account.pw_uid, account.pw_gid)
            elif folder.stat().st_uid != os.geteuid():
                raise SetupError(_("Thư mục {folder} thuộc về người dùng khác; hãy xóa nó."), folder=folder)
        if self._run_plain(["test", "-w", str(self.pgdata.parent)]) != 0:
            raise SetupError(
                _("Người dùng postgres không vào được {folder}; hãy đặt QUANGNAM_DATA_DIR ở nơi khác, ví dụ /var/lib."),
                folder=self.pgdata.parent,
            )

    def _initialise(self) -> None:
        # Made beside and renamed: an initdb that was killed half way leaves nothing that looks like a cluster.
        for left_over in self.pgdata.parent.glob("new-*"):
            shutil.rmtree(left_over)
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=self.pgdata.parent))
        if os.geteuid() == 0:
            shutil.chown(fresh, "postgres", "postgres")
        self._run(
            "initdb",
            "-D",
            str(fresh),
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        )
        settings = SETTINGS | {"unix_socket_directories": str(self.socket_dir)} | ({} if self.durable else VOLATILE)
        with (fresh / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        fresh.rename(self.pgdata)

    def _start(self) -> None:
        log = self.pgdata.parent / "server.log"
        command = ("pg_ctl", "start", "-D", str(self.pgdata), "-l", str(log), "-w", "-t", "60")
        for _attempt in range(20):
            if self._run(*command, "-o", f"-k {self.socket_dir}", check=False) == 0:
                return
            # Children of a killed server hold its shared memory for a moment longer.
            if "pre-existing shared memory block" not in log.read_text(errors="replace")[-2_000:]:
                break
            time.sleep(0.5)
        raise SetupError(_("PostgreSQL không khởi động được; xem {log}."), log=log)

    def _create_database(self) -> None:
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _drop_stale_pid(self) -> None:
        # PostgreSQL refuses to start when the number in its stale pid file belongs to any live process by now.
        pid_file = self.pgdata / "postmaster.pid"
        if pid_file.exists():
            pid = pid_file.read_text().split("\n", 1)[0]
            comm = Path("/proc") / pid / "comm"
            if not re.fullmatch(r"\d+", pid) or not comm.exists() or comm.read_text().strip() != "postgres":
                pid_file.unlink()

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        return self._run_plain([str(self.binaries() / program), *arguments], check=check)

    @staticmethod
    def _run_plain(command: Sequence[str], *, check: bool = False) -> int:
        # Only the server's binaries run as `postgres`: initdb refuses root.
        account = "postgres" if os.geteuid() == 0 else None
        extra: list[str] | None = [] if account else None
        # A file and not a pipe: the server inherits it, and a pipe would never come to its end.
        with tempfile.TemporaryFile() as output:
            code = subprocess.run(  # noqa: S603 (no shell, and the program's path is ours)
                command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd="/",
                check=False,
                user=account,
                group=account,
                extra_groups=extra,
            ).returncode
            output.seek(0)
            if check and code != 0:
                raise SetupError(
                    _("PostgreSQL báo lỗi: {output}"), output=output.read().decode(errors="replace").strip()
                )
        return code


def _server_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise SetupError(_("Không có người dùng postgres; hãy cài: apt install postgresql-postgis.")) from None
