"""Databases of two thousand, a million and ten million reports, made once and kept where a variable says."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from sqlalchemy import Engine, text

from api import demo
from api.installation import prepare
from geo.database import build_engine
from geo.server import Cluster
from geo.settings import Settings

FOLDER = "QUANGNAM_BENCH_DIR"  # kept from run to run; without it a temporary one, gone at the end
SIZES = "QUANGNAM_BENCH_SIZES"
KEY = "a key for benchmarks only"


@dataclass(frozen=True)
class Held:
    """A running installation with so many reports."""

    size: int
    engine: Engine
    settings: Settings


def sizes() -> list[int]:
    """The numbers of reports to measure at."""
    return [int(one) for one in os.environ.get(SIZES, "2_000,1_000_000,10_000_000").split(",")]


@contextmanager
def held(size: int) -> Iterator[Held]:
    """The installation of a size, filled where it is not yet."""
    kept = os.environ.get(FOLDER)
    root = Path(kept or tempfile.mkdtemp(prefix="quangnam-bench-"))
    folder = root / str(size)
    folder.mkdir(parents=True, exist_ok=True)
    root.chmod(0o755)
    folder.chmod(0o755)
    try:
        with Cluster(folder).used() as url:
            engine = build_engine(url)
            prepare(engine, KEY.encode())
            settings = Settings(data_dir=folder, database_url=url, secret_key=KEY, basemap_url="")
            _fill(engine, settings, size)
            yield Held(size, engine, settings)
            engine.dispose()
    finally:
        if not kept:
            shutil.rmtree(root, ignore_errors=True)


def _fill(engine: Engine, settings: Settings, size: int) -> None:
    with engine.connect() as connection:
        if connection.scalar(text("SELECT id FROM reports LIMIT 1")) is not None:
            return
    begin = time.perf_counter()
    demo.load(engine, settings, size)
    with engine.connect() as connection:
        bytes_ = connection.scalar(text("SELECT pg_database_size(current_database())")) or 0
    Console().print(f"{size:,} reports loaded in {time.perf_counter() - begin:.0f} s, {bytes_ / 1e9:.2f} GB")
