"""Which of its forms an answer takes: `f=` in the address, else what the reader accepts most gladly."""

from fastapi import Request

from geo.errors import InvalidError
from geo.i18n import _

JSON, HTML = "json", "html"
FORMATS = (JSON, HTML)


def form(request: Request) -> str:
    """`json` or `html`; InvalidError for another `f`."""
    if (wish := request.query_params.get("f")) is not None:
        if wish not in FORMATS:
            raise InvalidError(_("f phải là một trong: {known}."), field="f", known=", ".join(FORMATS))
        return wish
    return HTML if _prefers_html(request.headers.get("accept", "")) else JSON


def wants_html(request: Request) -> bool:
    """Whether an error is told as a page; a wrong `f` is no wish."""
    wish = request.query_params.get("f")
    return wish == HTML or (wish not in FORMATS and _prefers_html(request.headers.get("accept", "")))


def _prefers_html(accept: str) -> bool:
    html = json = 0.0
    for part in accept.lower().split(","):
        kind, *parameters = (one.strip() for one in part.split(";"))
        weight = 1.0
        for one in parameters:
            if one.startswith("q="):
                try:
                    weight = float(one[2:])
                except ValueError:
                    weight = 0.0
        if kind in ("text/html", "application/xhtml+xml"):
            html = max(html, weight)
        elif kind.startswith("application/") and kind.endswith("json"):
            json = max(json, weight)
    return html > json
