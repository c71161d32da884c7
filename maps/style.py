"""The look that all maps share: the self-hosted files, their addresses, the colours."""

import hashlib
from functools import cache
from pathlib import Path

from maps.assets.install import HERE, VENDOR

OWN = Path(__file__).parent / "static"


@cache
def version() -> str:
    """Twelve hex digits that change with any file that is served: the lock's for npm's, the content's for ours."""
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes() + (HERE / "files.csv").read_bytes())
    for path in sorted(path for path in OWN.glob("*") if path.is_file()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def asset_url(name: str) -> str:
    """The address of a served file; one version for all of them, so that style sheets find their pictures."""
    return f"/assets/{version()}/{name}"


def asset_path(name: str) -> Path | None:
    """The file behind a name, ours before npm's; None where there is none or the name leaves the folders."""
    for folder in (OWN, VENDOR):
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            return path
    return None


def icon_path(name: str) -> Path | None:
    """The file of an icon of the lucide set, None for a name that it lacks."""
    return asset_path(f"icons/{name}.svg")
