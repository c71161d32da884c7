"""The installation's own key: cookies, private links and hashed subjects depend on it."""

import os
import secrets
import tempfile
from functools import cache
from pathlib import Path

from geo.settings import Settings


def secret(settings: Settings) -> bytes:
    """The key from the settings, else from `data_dir/secret_key`, made there at the first call (mode 0600)."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    return _kept(settings.data_dir / "secret_key")


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
