"""A backup in one file: the database, the media and what they must add up to; the secret key is kept apart."""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import orjson
import psycopg

from api import exporting
from geo import binaries
from geo.errors import SetupError
from geo.i18n import _
from geo.refused import told

DUMP, MANIFEST, MEDIA = "database.dump", "manifest.json", "media"
FORMAT = 1
Progress = Callable[..., None]


def backup(url: str, media: Path, out: Path, progress: Progress) -> int:
    """Writes the file, whole or not at all; how many pictures are in it. SetupError says what is in the way."""
    if out.exists():
        raise SetupError(_("{path} đã có; hãy chọn tên khác."), path=out)
    partial = out.with_name(f".{out.name}.partial")
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".quangnam-backup-") as folder:
            # First the database: a picture lies on disk before its row is committed, so none of its rows lacks one.
            dump = Path(folder) / DUMP
            _run("pg_dump", "--format=custom", "--no-owner", f"--file={dump}", url)
            files = [dump, *sorted(path for path in media.rglob("*") if _lasting(media, path))]
            sums = {}
            with tarfile.open(partial, "w") as tar:
                for number, path in enumerate(files, 1):
                    name = DUMP if path == dump else f"{MEDIA}/{path.relative_to(media).as_posix()}"
                    sums[name] = _sum(path)
                    tar.add(path, name)
                    progress(number / len(files))
                said = {"format": FORMAT, "at": datetime.now(UTC).isoformat(), "sha256": sums}
                manifest = Path(folder) / MANIFEST
                manifest.write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2))
                tar.add(manifest, MANIFEST)
        partial.chmod(0o600)
        partial.replace(out)
    except OSError as error:
        raise SetupError(_("Không ghi được {path}: {error}"), path=out, error=told(error)) from error
    finally:
        partial.unlink(missing_ok=True)
    return len(files) - 1


def _lasting(media: Path, path: Path) -> bool:
    # Exports are made again more quickly than they are restored.
    return path.is_file() and path.relative_to(media).parts[0] != exporting.FOLDER


def restore(url: str, media: Path, file: Path, progress: Progress) -> int:
    """Puts a backup into an empty installation; how many pictures came. SetupError where it is full, or damaged."""
    with psycopg.connect(url) as connection:
        there = connection.execute("SELECT to_regclass('public.alembic_version')").fetchone()
    if (there is not None and there[0] is not None) or (media.exists() and any(media.iterdir())):
        raise SetupError(_("Chỉ khôi phục vào nơi còn trống; hãy đặt QUANGNAM_DATA_DIR vào một thư mục mới."))
    media.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=media.parent, prefix=".quangnam-restore-") as folder:
        found = Path(folder)
        try:
            with tarfile.open(file) as tar:
                sums: dict[str, str] = orjson.loads(_inside(tar, MANIFEST).read())["sha256"]
                for number, (name, wanted) in enumerate(sums.items(), 1):
                    _extract(tar, name, found)
                    if _sum(found / name) != wanted:
                        raise SetupError(_("Bản sao lưu bị hỏng ở {name}; hãy dùng bản khác."), name=name)
                    progress(number / len(sums))
        except (OSError, tarfile.TarError, ValueError, KeyError) as error:
            raise SetupError(_("{path} không phải là một bản sao lưu đọc được."), path=file) from error
        _run("pg_restore", "--no-owner", "--no-comments", "--exit-on-error", f"--dbname={url}", str(found / DUMP))
        if (found / MEDIA).exists():
            media.mkdir(mode=0o700, exist_ok=True)
            for part in (found / MEDIA).iterdir():
                shutil.move(part, media / part.name)
    return len(sums) - 1


def _extract(tar: tarfile.TarFile, name: str, folder: Path) -> None:
    """One file of the manifest, and nothing else of what a tar may hold: no link, no device, no way out."""
    target = (folder / name).resolve()
    if not target.is_relative_to(folder.resolve()) or not (name == DUMP or name.startswith(f"{MEDIA}/")):
        raise ValueError(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source = _inside(tar, name)
    except KeyError:
        raise SetupError(_("Bản sao lưu bị hỏng ở {name}; hãy dùng bản khác."), name=name) from None
    with source, target.open("wb") as file:
        shutil.copyfileobj(source, file)


def _inside(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    found = tar.extractfile(name)
    if found is None:
        raise ValueError(name)
    return found


def _run(program: str, *arguments: str) -> None:
    installed = binaries.installations()
    command = str(installed[max(installed)] / program) if installed else shutil.which(program)
    if command is None:
        raise SetupError(_("Không có {program}; hãy cài: apt install postgresql-client."), program=program)
    done = subprocess.run([command, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 (ours)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or [""]
        raise SetupError(_("{program} không xong: {reason}"), program=program, reason=last[0])


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
