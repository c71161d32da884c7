"""What somebody uploads as areas: a file of one of four formats, or a zip of one, laid where it can do no harm."""

import re
import shutil
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath

from geo.errors import InvalidError
from geo.i18n import _

MOST = 60_000_000  # bytes of an upload
MOST_UNPACKED = 400_000_000  # bytes of all that a zip holds
MOST_MEMBERS = 200
# What GDAL may open a file with, by the ending of its name, and how such a file begins.
DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON", ".fgb": "FlatGeobuf", ".shp": "ESRI Shapefile"}
ENDINGS = (".gpkg", ".geojson", ".json", ".fgb", ".zip")  # of what is uploaded
_BEGINS = {
    ".gpkg": re.compile(rb"SQLite format 3\0"),
    ".geojson": re.compile(rb"(\xef\xbb\xbf)?\s*\{"),
    ".json": re.compile(rb"(\xef\xbb\xbf)?\s*\{"),
    ".fgb": re.compile(rb"fgb"),
    ".shp": re.compile(rb"\0\0\x27\x0a"),
    ".zip": re.compile(rb"PK\x03\x04"),
}
_BESIDE = (".shx", ".dbf", ".prj", ".cpg")  # what a Shapefile has beside it
_CHUNK = 2**20


def lay(upload: Path, name: str, folder: Path) -> Path:
    """Lays an upload into an empty folder, as the file that is to be read; `name` is what its sender called it.

    InvalidError for what is none of the formats, is not what its name says, or holds too much.
    """
    own = cleaned(name)
    ending = Path(own).suffix.lower()
    if ending in (".shp", *_BESIDE):
        raise InvalidError(
            _("Một Shapefile gồm nhiều tệp: hãy nén cả .shp, .shx, .dbf và .prj thành một tệp .zip rồi chọn tệp ấy.")
        )
    if ending not in ENDINGS:
        raise InvalidError(
            _("Tệp “{name}” không thuộc định dạng nhận được: GeoPackage, GeoJSON, FlatGeobuf, Shapefile nén .zip."),
            name=own,
        )
    _check_begin(upload, own)
    if ending == ".zip":
        return _unzip(upload, folder)
    return Path(shutil.copyfile(upload, folder / own))


def cleaned(name: str) -> str:
    """The last part of a name that a stranger gave, of letters, digits and what is harmless in a file's name."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    harmless = re.sub(r"[^\w.() -]", "_", last).strip(". ")
    stem, dot, ending = harmless.rpartition(".")
    return f"{(stem or 'tep')[:80]}{dot}{ending[:10]}"


def _check_begin(file: Path, name: str) -> None:
    with file.open("rb") as opened:
        begin = opened.read(64)
    if not _BEGINS[file.suffix.lower() if file.suffix.lower() in _BEGINS else Path(name).suffix.lower()].match(begin):
        raise InvalidError(_("Tệp “{name}” không phải là loại mà đuôi tên của nó nói, hoặc đã hỏng."), name=name)


def _unzip(upload: Path, folder: Path) -> Path:
    """The one file of areas in a zip, with what belongs to it beside it; nothing else is written, and no path kept."""
    try:
        with zipfile.ZipFile(upload) as opened:
            members = [one for one in opened.infolist() if _wanted(one)]
            if len(members) > MOST_MEMBERS:
                raise InvalidError(_("Tệp nén có quá nhiều tệp; nhiều nhất {most}."), most=MOST_MEMBERS)
            room = MOST_UNPACKED
            for one in members:
                room -= _write(opened, one, folder / cleaned(one.filename), room)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        # RuntimeError is what the library has for a password.
        raise InvalidError(_("Không mở được tệp nén: nó hỏng, có mật khẩu, hoặc nén theo cách lạ.")) from error
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in DRIVERS)
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "–"
        raise InvalidError(
            _("Tệp nén phải có đúng một tệp địa giới (.shp, .gpkg, .geojson hoặc .fgb); trong này có: {names}."),
            names=names,
        )
    _check_begin(found[0], found[0].name)
    return found[0]


def _wanted(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    known = path.suffix.lower() in (*DRIVERS, *_BESIDE)
    # macOS lays a shadow of each file into a folder of its own.
    return known and not member.is_dir() and "__MACOSX" not in path.parts and not path.name.startswith(".")


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, room: int) -> int:
    """How many bytes were written; what a zip says of its own sizes is not believed."""
    if target.exists():
        raise InvalidError(_("Tệp nén có hai tệp cùng tên “{name}”."), name=target.name)
    written = 0
    with opened.open(member) as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > room:
                raise InvalidError(_("Tệp nén bung ra quá lớn; nhiều nhất {most} MB."), most=MOST_UNPACKED // 1_000_000)
            sink.write(chunk)
    return written
