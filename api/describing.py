"""The description of the API at `/openapi.json` (OpenAPI 3.1): what FastAPI knows, and what holds for all routes."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.refusals import MEANINGS
from api.shapes import COMPONENTS, PROBLEM_TYPE

TAGS = {
    "reports": "Reports in, and the public's view of them",
    "process": "The steps of a report, and what anybody may say about it",
    "uploads": "Photos and films in parts, by tus 1.0.0",
    "boundaries": "Areas in editions, and which unit answers for a point",
    "maps": "Cells, tiles, hot spots and counts",
    "export": "All of it as files",
    "control room": "What the control room's screen asks; for operators",
    "sms": "The SMS gateway's door",
    "open311": "Open311 GeoReport v2, with errors in its own shape",
    "operations": "What a supervisor asks",
}
SECURITY = {
    "key": {"type": "http", "scheme": "bearer", "description": "an API key of a user or a program"},
    "session": {"type": "apiKey", "in": "cookie", "name": "session", "description": "a browser that signed in"},
    "gateway": {"type": "http", "scheme": "bearer", "description": "the key of the SMS gateway"},
}
# For `openapi_extra` of routes that are for people who signed in, or their programs.
SIGNED: dict[str, Any] = {"security": [{"key": []}, {"session": []}]}
GATEWAY: dict[str, Any] = {"security": [{"gateway": []}]}
_ANYBODY: dict[str, list[str]] = {}
_WRITING = ("post", "put", "patch", "delete")
_METHODS = ("get", "head", "options", *_WRITING)
_BOUNDS = {"ge": "minimum", "le": "maximum"}  # behind a validator that comes first
OPEN311 = "/open311/"  # says itself what errors its standard has
_NO_BODY = ("204", "304", "416")


def operation_id(route: APIRoute) -> str:
    """The name of an operation for generated clients: its file and its function."""
    return f"{route.endpoint.__module__.rpartition('.')[2]}_{route.name}"


def install(app: FastAPI) -> None:
    """Makes the application describe itself in full."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way to extend the description


def _described(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary="Field reports on a map, routed to the authority that must answer",
        description="Errors are problem details (RFC 9457) in the reader's language, which `lang=` chooses.",
        license_info={"name": "MIT", "identifier": "MIT"},
        servers=[{"url": "/", "description": "this installation"}],
        routes=app.routes,
    )
    tags = {tag for item in document["paths"].values() for one in item.values() for tag in one.get("tags", ())}
    document["tags"] = [{"name": tag, "description": TAGS.get(tag, tag)} for tag in sorted(tags, key=_place)]
    document["security"] = [_ANYBODY]
    components = document.setdefault("components", {})
    components["securitySchemes"] = SECURITY
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas |= COMPONENTS
    _mend(document)
    for path, item in document["paths"].items():
        for method in item:
            if method in _METHODS:
                _complete(path, method, item[method])
    return document


def _mend(value: Any) -> None:
    """Says in JSON Schema what pydantic says in words of its own, and leaves out what OpenAPI 3.1 does not know yet."""
    if isinstance(value, list):
        for one in value:
            _mend(one)
    elif isinstance(value, dict):
        for ours, theirs in _BOUNDS.items():
            if isinstance(value.get(ours), (int, float)):
                value[theirs] = value.pop(ours)
        if value.pop("itemSchema", None):  # of OpenAPI 3.2: a stream has items
            value["schema"] = {"type": "string"}
        for one in value.values():
            _mend(one)


def _place(tag: str) -> int:
    return list(TAGS).index(tag) if tag in TAGS else len(TAGS)


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if path.startswith(OPEN311):
        responses.pop("422", None)  # what FastAPI would say; the standard says it as 400
        return
    for status in _everywhere(path, method, operation):
        responses.setdefault(str(status), {"description": MEANINGS[status]})
    for status, answer in responses.items():
        if answer.get("description") in (None, "Successful Response") and int(status) >= 300:
            answer["description"] = MEANINGS[int(status)]
        if status in _NO_BODY:
            answer.pop("content", None)
        elif int(status) >= 400:
            answer["description"] = MEANINGS.get(int(status), answer["description"])
            answer["content"] = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            if status in ("429", "503"):
                answer["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}
    if "401" in responses:
        operation.setdefault("security", [_ANYBODY, *SIGNED["security"]])


def _everywhere(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    found = [503]
    if "{" in path:
        found.append(404)
    if method in _WRITING:
        found.append(413)
    if operation.get("parameters") or operation.get("requestBody"):
        found.append(422)
    return found
