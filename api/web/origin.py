"""Whether our own page asks."""

from urllib.parse import urlsplit

from fastapi import Request

from geo.settings import Settings


def same_site(request: Request, settings: Settings) -> bool:
    """Whether nothing says that another site made the browser ask; all that a cookie without a form has."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc in _hosts(request, settings)


def _hosts(request: Request, settings: Settings) -> set[str]:
    # Behind a proxy the name people type may not be the one this process hears.
    hosts = {request.headers.get("host", ""), urlsplit(settings.public_url).netloc}
    return hosts - {""}
