"""The installation's own key: cookies, private links and hashed subjects depend on it."""

import os
import secrets
import tempfile
from functools import cache
from pathlib import Path

from geo.errors import SetupError
from geo.i18n import _
from geo.settings import Settings


def secret(settings: Settings) -> bytes:
    """The key from the settings, else from `data_dir/secret_key`, made there at the first call (mode 0600)."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    return _kept(settings.data_dir / "secret_key")


def renew(settings: Settings) -> tuple[bytes, bytes]:
    """The new secret and the old one: of the settings, else a new file beside `secret_key` until `settle`.

    SetupError where the settings have a new one and not the old one.
    """
    if settings.secret_key is not None:
        if settings.old_secret_key is None:
            raise SetupError(_("Hãy đặt khóa mới ở QUANGNAM_SECRET_KEY và khóa cũ ở QUANGNAM_OLD_SECRET_KEY."))
        return secret(settings), settings.old_secret_key.get_secret_value().encode()
    return _kept(settings.data_dir / "secret_key.new"), _kept(settings.data_dir / "secret_key")


def settle(settings: Settings) -> None:
    """Puts the new file in the place of the old one; call it once everything is sealed anew."""
    if settings.secret_key is None:
        (settings.data_dir / "secret_key.new").replace(settings.data_dir / "secret_key")
        _kept.cache_clear()


@cache
def _kept(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret_key")
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link, not a rename: of two processes that start together the first one's key stays.
            os.link(name, path)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    return path.read_text().strip().encode()
