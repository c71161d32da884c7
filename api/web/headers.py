"""What a browser may load and do on our pages."""

import re
import secrets
from urllib.parse import urlsplit

from geo.settings import Settings


def fresh_nonce() -> str:
    """A word that nobody can guess, for one answer: scripts that carry it may run."""
    return secrets.token_urlsafe(16)


def security(settings: Settings, nonce: str) -> dict[str, str]:
    """The headers of a page: nothing inline, nothing from elsewhere but the pictures of the base map.

    Scripts run by the answer's nonce alone, which the modules that a script imports inherit.
    """
    pictures = " ".join(part for part in ("'self' data: blob:", basemap_host(settings.basemap_url)) if part)
    policy = {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce}'",
        "style-src": "'self'",
        "img-src": pictures,
        "media-src": "'self' blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        # Tile servers want to know which site asks; the path is none of their business.
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "geolocation=(self), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def basemap_host(template: str) -> str:
    """The source expression for a tile address template: `https://*.example.org` for `https://{s}.example.org/…`."""
    parts = urlsplit(re.sub(r"\{s\}", "*", template))
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"(\*\.)?[A-Za-z0-9.\-]+(:\d+)?", host):
        return ""
    return f"{parts.scheme}://{host}"
