"""The private PostGIS: a socket-only PostgreSQL cluster of our own, made, started and stopped."""

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from geo import binaries
from geo.errors import SetupError
from geo.i18n import _
from geo.refused import told

DATABASE = USER = "quangnam"
PORT = 5432  # only a part of the socket's name
SOCKET_BYTES = 107  # the longest path of a Unix socket
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    # A refused row or a failed statement may hold a name or a phone number, and a log must not.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# For a cluster whose loss costs nothing; never for one that holds reports.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
OWN_CONF = "quangnam.conf"
PATIENCE = 600  # seconds: recovery after a crash replays up to max_wal_size
UNQUOTED = set('"$`\\\n')  # pg_ctl hands paths to a shell without quoting these
LOG_BYTES = 10_000_000
NOBODY = 2**31 - 1  # above every process number Linux gives


@dataclass(frozen=True)
class Postmaster:
    """A running server: its process, when it started (as in its pid file), its socket's folder, whether it answers."""

    pid: int
    started: str
    socket_dir: Path
    ready: bool


@dataclass(frozen=True)
class Cluster:
    """A private cluster under `data_dir`; `durable=False` only where its loss costs nothing."""

    data_dir: Path
    durable: bool = True

    @property
    def folder(self) -> Path:
        """What belongs to the server's account; closed to everyone else."""
        return (self.data_dir / "postgres").resolve()

    @property
    def pgdata(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "server.log"

    @property
    def socket_dir(self) -> Path:
        """Where the running server's socket is, or will be: beside the data, or elsewhere where that won't do."""
        if server := self.postmaster():
            return server.socket_dir
        # A comma in a host's name begins the next host.
        if len(os.fsencode(self.folder / f".s.PGSQL.{PORT}")) <= SOCKET_BYTES and "," not in str(self.folder):
            return self.folder
        name = f"quangnam-{os.geteuid()}-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}"
        return Path("/run" if os.geteuid() == 0 else "/tmp") / name  # noqa: S108 (made 0700, and refused if not ours)

    @property
    def url(self) -> str:
        """The URL of the program's database."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """The URL of a database of this cluster."""
        return f"postgresql://{USER}@/{database}?host={quote(str(self.socket_dir))}&port={PORT}"

    def programs(self) -> Path:
        """The programs that made the cluster, or the newest that have PostGIS; SetupError where there are none."""
        version = self.pgdata / "PG_VERSION"
        major = int(version.read_text()) if version.exists() else None
        return binaries.choose(major, binaries.installations())

    def postmaster(self) -> Postmaster | None:
        """The server that runs on this cluster, if one does; a stale pid file is nobody's."""
        try:
            lines = (self.pgdata / "postmaster.pid").read_text().split("\n")
            words = (Path("/proc") / str(int(lines[0])) / "cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        # The number may belong to another process by now, even to a server of another cluster.
        if os.fsencode(self.pgdata) not in words or len(lines) < 5:
            return None
        return Postmaster(int(lines[0]), lines[2], Path(lines[4]), ready="".join(lines[7:]).strip() == "ready")

    def running(self) -> bool:
        """Whether a server runs on this cluster."""
        return self.postmaster() is not None

    def start(self) -> bool:
        """Makes the cluster where there is none, starts it and waits until it answers; false when it ran already."""
        with _told(self.data_dir):
            self._make_folders()
            with self._locked():
                if not (self.pgdata / "PG_VERSION").exists():
                    self._initialise()
                started = not self.running()
                if started:
                    self._start()
                self._await()
        return started

    def stop(self) -> bool:
        """Stops the server after its transactions are written; false when it did not run."""
        if not self.data_dir.exists():
            return False
        with self._locked():
            self._keep_file.unlink(missing_ok=True)
            if not self.running():
                return False
            self._run("pg_ctl", "stop", "-D", str(self.pgdata), "-m", "fast", "-w", "-t", str(PATIENCE))
        return True

    @contextmanager
    def used(self) -> Iterator[str]:
        """Yields the URL with the server running; the last user to leave stops it, unless it is kept."""
        with _told(self.data_dir):
            self._make_folders()
            users = (self.data_dir / "users.lock").open("a")
        with users:
            # Locks die with their process, so a killed user never keeps the server from being stopped later.
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                self.start()
                yield self.url
            finally:
                if not self.kept() and _last(users.fileno()):
                    self.stop()

    def keep(self) -> None:
        """Lets the server that runs now stay when its last user leaves; not one started after it."""
        server = self.postmaster()
        self._keep_file.write_text(f"{server.pid} {server.started}" if server else "")

    def kept(self) -> bool:
        """Whether someone asked for the server that runs now to stay."""
        server = self.postmaster()
        try:
            return server is not None and self._keep_file.read_text() == f"{server.pid} {server.started}"
        except FileNotFoundError:
            return False

    @property
    def _keep_file(self) -> Path:
        return self.data_dir / "keep-running"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.data_dir / "server.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _make_folders(self) -> None:
        if UNQUOTED & set(str(self.folder)):
            raise SetupError(_("Tên thư mục {folder} có ký tự PostgreSQL không nhận."), folder=str(self.folder))
        if not self.data_dir.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            # The server's account passes through, whatever the umask; what is inside guards itself.
            self.data_dir.chmod(0o711)
        for folder in (self.folder, self.socket_dir):
            _own(folder)
        if os.geteuid() == 0 and binaries.run(["test", "-w", str(self.folder)])[0] != 0:
            raise SetupError(
                _("Người dùng postgres không vào được {folder}; hãy đặt QUANGNAM_DATA_DIR ở nơi khác, ví dụ /var/lib."),
                folder=str(self.folder),
            )

    def _initialise(self) -> None:
        # Made beside and renamed: an initdb that was killed half way leaves nothing that looks like a cluster.
        for left_over in self.folder.glob("new-*"):
            shutil.rmtree(left_over)
        fresh = Path(tempfile.mkdtemp(prefix="new-", dir=self.folder))
        if os.geteuid() == 0:
            shutil.chown(fresh, binaries.account().pw_uid, binaries.account().pw_gid)
        how = ("-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions")
        self._run("initdb", "-D", str(fresh), *how)
        with (fresh / "postgresql.conf").open("a") as file:
            file.write(f"include '{OWN_CONF}'\n")
        fresh.rename(self.pgdata)

    def _start(self) -> None:
        settings = SETTINGS | {"unix_socket_directories": f'"{self.socket_dir}"'} | ({} if self.durable else VOLATILE)
        # Written at each start: a new release's settings reach old clusters, and an operator's ALTER SYSTEM stays.
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        (self.pgdata / OWN_CONF).write_text("".join(lines))
        (self.pgdata / OWN_CONF).chmod(0o644)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.rename(self.log.with_suffix(".log.1"))
        self._disown_locks()
        command = ("pg_ctl", "start", "-D", str(self.pgdata), "-l", str(self.log), "-w", "-t", str(PATIENCE))
        for _attempt in range(20):
            if binaries.run([str(self.programs() / command[0]), *command[1:]])[0] == 0:
                return
            # Children of a killed server hold its shared memory for a moment longer.
            if "pre-existing shared memory block" not in self.log.read_text(errors="replace")[-2_000:]:
                break
            time.sleep(0.5)
        raise SetupError(_("PostgreSQL không khởi động được; xem {log}."), log=str(self.log))

    def _disown_locks(self) -> None:
        # PostgreSQL refuses to start while the number in a stale lock is any live process of its account. Only the
        # number goes: by the rest of the pid file it knows whether children of the old server are still there.
        for lock in (self.pgdata / "postmaster.pid", self.socket_dir / f".s.PGSQL.{PORT}.lock"):
            if lock.exists():
                _number, rest = (lock.read_text() + "\n").split("\n", 1)
                lock.write_text(f"{NOBODY}\n{rest}")

    def _await(self) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            server = self.postmaster()
            try:
                with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
                    # Asked at every start: whoever made the cluster may have been killed before this.
                    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
                    if not known:
                        connection.execute(f"CREATE DATABASE {DATABASE}")
                    return
            except psycopg.OperationalError as error:
                # Not ready: it recovers from a crash, begun by a process that was killed while waiting for it.
                if server is None or server.ready or time.monotonic() > until:
                    reason = " ".join(str(error).split())
                    raise SetupError(
                        _("PostgreSQL không trả lời ({reason}); xem {log}."), reason=reason, log=str(self.log)
                    ) from error
                time.sleep(0.1)

    def _run(self, program: str, *arguments: str) -> None:
        code, said = binaries.run([str(self.programs() / program), *arguments])
        if code != 0:
            raise SetupError(_("PostgreSQL báo lỗi: {output}"), output=said)


def _last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _own(folder: Path) -> None:
    """Makes a folder of the server's account, closed to others; SetupError where somebody else has put one there."""
    account = binaries.account()
    if not folder.is_symlink():
        folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.pw_uid, os.geteuid()}:
        raise SetupError(_("{folder} không phải thư mục của người dùng này; hãy xóa nó."), folder=str(folder))
    if found.st_uid != account.pw_uid:
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turns what the system refuses into a sentence."""
    try:
        yield
    except OSError as error:
        raise SetupError(
            _("Không dùng được thư mục dữ liệu {folder}: {reason}; hãy đặt QUANGNAM_DATA_DIR ở nơi khác."),
            folder=str(folder),
            reason=told(error) + (f" ({error.filename})" if error.filename else ""),
        ) from error
