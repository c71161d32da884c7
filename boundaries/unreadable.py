"""Files of areas that cannot be read: why, in a sentence, as far as it can be told."""

import re
import zipfile
from pathlib import Path

from geo.errors import InvalidError
from geo.i18n import _
from geo.refused import told

_FOREIGN = re.compile("not recognized as|not a supported")
_JSON = re.compile(r"At line (\d+), character (\d+)")
_BROKEN = re.compile("not a database|malformed|Corrupted|corrupt|Unexpected EOF|failed verification", re.IGNORECASE)
_EMPTY = _("Không đọc được tệp {path}: nó trống.")
_NO_AREAS = _(
    "Không đọc được tệp {path}: nó không phải GeoPackage, GeoJSON, FlatGeobuf, Shapefile "
    "hay một loại tệp địa giới khác mà GDAL biết, hoặc đã hỏng."
)
_DAMAGED = _("Không đọc được tệp {path}: nó đã hỏng hoặc bị cắt giữa chừng.")


def check(path: Path) -> None:
    """InvalidError for what is not there, may not be read, is empty or is a damaged zip."""
    if path.is_dir():
        return  # some kinds are folders
    try:
        with path.open("rb") as file:
            begin = file.read(1)
    except OSError as error:
        raise InvalidError(_("Không đọc được tệp {path}: {reason}."), path=path.name, reason=told(error)) from None
    if not begin:
        raise InvalidError(_EMPTY, path=path.name)
    if path.suffix.lower() == ".zip" and not zipfile.is_zipfile(path):
        raise InvalidError(_DAMAGED, path=path.name)


def explained(path: Path, error: Exception) -> InvalidError:
    """What GDAL or PROJ says, in our own words; its own in parentheses where nothing better is known."""
    text = str(error)
    if isinstance(error, IndexError) or _BROKEN.search(text):
        return InvalidError(_DAMAGED, path=path.name)
    if _FOREIGN.search(text):
        return InvalidError(_NO_AREAS, path=path.name)
    if place := _JSON.search(text):
        said = _("Không đọc được tệp {path}: nó không phải GeoJSON đúng, sai ở dòng {line}, ký tự {character}.")
        return InvalidError(said, path=path.name, line=place[1], character=place[2])
    reason = text.splitlines()[0].partition("; It might help")[0] if text else type(error).__name__
    return InvalidError(_("Không đọc được tệp {path}: ({reason})"), path=path.name, reason=named(reason, path))


def no_layer(path: Path, layer: str, names: list[str]) -> InvalidError:
    """A layer that a file does not have."""
    said = _("Tệp {path} không có lớp {layer}; có: {names}.")
    return InvalidError(said, path=path.name, layer=layer, names=", ".join(names) or "–")


def named(text: str, path: Path) -> str:
    """What a library says, with the file's name alone: where it lies on this machine is nobody's business."""
    return text.replace(f"{path.parent}/", "")
