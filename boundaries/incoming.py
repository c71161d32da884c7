"""Files of areas between their check and their writing: kept for a day under a name that nobody guesses."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import orjson

from boundaries import readings
from boundaries.findings import Reading
from geo import stores
from geo.errors import NotFoundError
from geo.i18n import _
from geo.settings import Settings

KEPT = timedelta(days=1)
_FOLDER = "boundaries"  # in the store
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True)
class Incoming:
    """A file that was checked: what was asked with it, the draft as it stood then (`seen`), and the reading."""

    name: str
    form: Mapping[str, str]
    seen: str
    reading: Reading
    at: datetime


def keep(settings: Settings, data: bytes, checked: Incoming) -> str:
    """Keeps a file with what its check found; returns the token by which both are found again."""
    token = secrets.token_urlsafe(24)
    stores.write(settings, _file(token), data)
    _note(settings, token, checked)
    return token


def check_again(settings: Settings, token: str, checked: Incoming) -> None:
    """Puts another check of the same file in place of the one before; it is kept no longer for that."""
    _note(settings, token, replace(checked, at=find(settings, token).at))


def find(settings: Settings, token: str) -> Incoming:
    """What is kept under a token; NotFoundError after a day, or once it was forgotten."""
    data = stores.read(settings, _checked(token)) if _TOKEN.fullmatch(token) else None
    said = orjson.loads(data) if data is not None else None
    if said is None or datetime.fromisoformat(said["at"]) < datetime.now(UTC) - KEPT:
        raise NotFoundError(_("Tệp này không còn ở đây: nó được giữ một ngày. Hãy chọn lại tệp."))
    reading = readings.load(orjson.dumps(said["reading"]))
    return Incoming(said["name"], said["form"], said["seen"], reading, datetime.fromisoformat(said["at"]))


def upload(settings: Settings, token: str) -> bytes:
    """The file itself, as it came; NotFoundError as for `find`."""
    find(settings, token)
    data = stores.read(settings, _file(token))
    if data is None:
        raise NotFoundError(_("Tệp này không còn ở đây: nó được giữ một ngày. Hãy chọn lại tệp."))
    return data


def forget(settings: Settings, token: str) -> None:
    """Takes a file away before its day is over."""
    if _TOKEN.fullmatch(token):
        stores.remove(settings, [_file(token), _checked(token)])


def sweep(settings: Settings, now: datetime) -> None:
    """Takes away all that has been kept for longer than a day."""
    if old := stores.older(settings, _FOLDER, now - KEPT):
        stores.remove(settings, old)


def _note(settings: Settings, token: str, checked: Incoming) -> None:
    said = {
        "name": checked.name,
        "form": dict(checked.form),
        "seen": checked.seen,
        "at": checked.at,
        "reading": orjson.Fragment(readings.dump(checked.reading)),
    }
    stores.write(settings, _checked(token), orjson.dumps(said))


def _file(token: str) -> str:
    return f"{_FOLDER}/{token}.file"


def _checked(token: str) -> str:
    return f"{_FOLDER}/{token}.json"
