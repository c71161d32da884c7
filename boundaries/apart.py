"""A stranger's file read by a process of its own: few drivers, no secrets, little memory, not for long."""

import logging
import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import shapely

from boundaries import files, readings, territory, unpacking
from boundaries.columns import Fields
from boundaries.findings import Reading
from geo.errors import BusyError, InvalidError
from geo.i18n import _

SECONDS = 120
_MEMORY = 4 * 2**30  # bytes of address space; the libraries alone map more than one
_WRITTEN = 2**30  # bytes of one file
_PATIENCE = 20.0  # seconds to wait for the file before
_UPLOAD, _TASK, _READING = "upload", "task.json", "reading.json"
_LAND, _DISTRICTS = "land.wkb", "districts.json"
_LAID = "laid"  # a folder that the process makes once it runs
NOT_STARTED = _(
    "Chương trình đọc tệp không khởi động được, không phải lỗi của tệp; người vận hành xem nhật ký máy chủ."
)
_GUESSED = Fields()
_one_at_a_time = threading.Lock()  # one file takes a core and perhaps gigabytes
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """How a file is to be read, as `files.read` takes it; `name` is what its sender calls it."""

    name: str
    level: str | None = None
    fields: Fields = _GUESSED
    crs: str | None = None
    tolerance: float = files.TOLERANCE


def read(
    data: bytes,
    asked: Asked,
    land: shapely.Geometry | None,
    scratch: Path,
    districts: Mapping[str, shapely.Geometry] | None = None,
) -> Reading:
    """What `files.read` and `territory.compare` say of an upload, by the land and a draft's districts.

    What is refused altogether is the one finding of a Reading without areas. `scratch` is a folder for what is
    unpacked. BusyError while another file is read here.
    """
    with _turn(), tempfile.TemporaryDirectory(prefix="boundaries-", dir=scratch) as name:
        folder = Path(name)
        (folder / _UPLOAD).write_bytes(data)
        (folder / _TASK).write_bytes(orjson.dumps(asked))
        if land is not None:
            (folder / _LAND).write_bytes(shapely.to_wkb(land))
        known = {code: shapely.to_wkb(polygon, hex=True) for code, polygon in (districts or {}).items()}
        (folder / _DISTRICTS).write_bytes(orjson.dumps(known))
        try:
            command = [sys.executable, "-P", "-m", __name__, str(folder)]  # -P: no module comes from the folder
            subprocess.run(  # noqa: S603 (our own program and our own folder)
                command, env=_environment(folder), cwd=folder, timeout=SECONDS, check=True, capture_output=True
            )
            return readings.load((folder / _READING).read_bytes())
        except subprocess.TimeoutExpired:
            said = _("Đọc tệp lâu hơn {seconds} giây nên đã dừng; hãy chia nhỏ hoặc bớt chi tiết.")
            return _refused(asked, said, seconds=SECONDS)
        except subprocess.CalledProcessError as error:
            said = error.stderr[-2_000:].decode(errors="replace")
            if not (folder / _LAID).exists():
                _log.error("the program that reads %s did not start (%s): %s", asked.name, error.returncode, said)
                return _refused(asked, NOT_STARTED)
            _log.warning("reading %s ended with %s: %s", asked.name, error.returncode, said)
            return _refused(asked, _("Không đọc được tệp: chương trình đọc đã dừng giữa chừng. Tệp hỏng hoặc quá lớn."))


def _refused(asked: Asked, message: str, **values: Any) -> Reading:
    reading = Reading(asked.name)
    reading.add(message, **values)
    return reading


@contextmanager
def _turn() -> Iterator[None]:
    if not _one_at_a_time.acquire(timeout=_PATIENCE):
        raise BusyError(_("Một tệp địa giới khác đang được kiểm; hãy thử lại sau một phút."))
    try:
        yield
    finally:
        _one_at_a_time.release()


def _environment(folder: Path) -> dict[str, str]:
    """All that the process is told: no secret, no network for PROJ, and every driver but the named ones left out."""
    import pyogrio  # noqa: PLC0415 (as in files)

    skipped = ",".join(sorted(set(pyogrio.list_drivers()) - set(unpacking.DRIVERS.values())))
    return {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent.parent), *filter(None, sys.path)]),
        "LANG": "C.UTF-8",
        "TMPDIR": str(folder),
        "GDAL_SKIP": skipped,
        "OGR_SKIP": skipped,
        "PROJ_NETWORK": "OFF",
        "OMP_NUM_THREADS": "1",
    }


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, _WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main(folder: Path) -> None:
    """The process itself: reads and compares what lies in the folder and leaves the reading there."""
    _limit()
    said = orjson.loads((folder / _TASK).read_bytes())
    asked = Asked(**said | {"fields": Fields(**said["fields"])})
    land = shapely.from_wkb((folder / _LAND).read_bytes()) if (folder / _LAND).exists() else None
    known = orjson.loads((folder / _DISTRICTS).read_bytes())
    laid = folder / _LAID
    laid.mkdir()
    try:
        path = unpacking.lay(folder / _UPLOAD, asked.name, laid)
        reading = files.read(path, asked.level, asked.fields, crs=asked.crs, tolerance=asked.tolerance, land=land)
        territory.compare(reading, {code: shapely.from_wkb(wkb) for code, wkb in known.items()}, land)
    except InvalidError as error:
        reading = _refused(asked, error.message, **error.values)
    (folder / _READING).write_bytes(readings.dump(reading))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
