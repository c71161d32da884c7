"""Where pictures lie: a folder, or a bucket of an S3-compatible store, by one setting."""

import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from obstore.store import LocalStore, ObjectStore, S3Store

from geo.settings import Settings

if TYPE_CHECKING:  # the library has these for type checkers alone
    from obstore.store import ClientConfig, S3Config


def read(settings: Settings, path: str) -> bytes | None:
    """The bytes of a stored copy, None where there is none."""
    try:
        return bytes(_store(settings).get(path).bytes())
    except FileNotFoundError:
        return None


def size(settings: Settings, path: str) -> int | None:
    """How many bytes a stored copy has, None where there is none."""
    try:
        return int(_store(settings).head(path)["size"])
    except FileNotFoundError:
        return None


def part(settings: Settings, path: str, start: int, end: int) -> bytes:
    """The bytes of a stored copy from `start` up to, not including, `end`."""
    return bytes(_store(settings).get_range(path, start=start, end=end))


def write(settings: Settings, path: str, data: bytes) -> None:
    """Keeps a copy, durably: what follows may be acknowledged."""
    _store(settings).put(path, data)
    if settings.media_url is not None:
        return  # a bucket answers once it has it
    # The folder's store renames into place without waiting for the disk; the commit must not be ahead of it.
    _sync_all(settings, settings.media_dir / path)


def keep(settings: Settings, path: str, file: Path) -> None:
    """Takes over a file of this machine, which may be larger than the memory, durably; it is then no longer there."""
    if settings.media_url is not None:
        _store(settings).put(path, file)
        file.unlink()
        return
    target = settings.media_dir / path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sync(file)
    try:
        file.replace(target)
    except OSError:  # the pictures lie on another disk
        shutil.move(file, target)
    _sync_all(settings, target)


def remove(settings: Settings, paths: Sequence[str]) -> None:
    """Takes copies away; nothing where there are none."""
    if settings.media_url is not None:
        _store(settings).delete(list(paths))
        return
    for path in paths:
        (settings.media_dir / path).unlink(missing_ok=True)


def older(settings: Settings, folder: str, moment: datetime) -> list[str]:
    """The copies in a folder that were kept before a moment."""
    found = (one for some in _store(settings).list(folder) for one in some)
    return [one["path"] for one in found if one["last_modified"] < moment]


def _store(settings: Settings) -> ObjectStore:
    if settings.media_url is not None:
        key = settings.media_secret.get_secret_value() if settings.media_secret else ""
        return _bucket(settings.media_url, settings.media_endpoint or "", settings.media_key or "", key)
    if not settings.media_dir.exists():
        settings.media_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(settings.media_dir)


@lru_cache(maxsize=4)
def _bucket(url: str, endpoint: str, key: str, secret: str) -> S3Store:
    parts = urlsplit(url)
    config: S3Config = {"region": "us-east-1"}
    if key:
        config |= {"access_key_id": key, "secret_access_key": secret}
    if endpoint:
        config |= {"endpoint": endpoint}
    client: ClientConfig = {"allow_http": endpoint.startswith("http://")}
    return S3Store(parts.netloc, prefix=parts.path.strip("/") or None, config=config, client_options=client)


def _sync_all(settings: Settings, file: Path) -> None:
    for target in (file, *(folder for folder in file.parents if folder.is_relative_to(settings.media_dir))):
        _sync(target)


def _sync(target: Path) -> None:
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
