"""What happens, as it happens: server-sent events that go on where a reader left off."""

from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.listener import Listener, told
from api.parameters import known
from geo.cursor import Cursor

router = APIRouter(prefix="/api/v1/stream", tags=["reports"], dependencies=[Depends(known)])
PATH = router.prefix
RETRY = 3_000  # milliseconds until a browser that lost the stream opens it again
PAGE = 100  # lines that one reader may hold at a time


async def _listener(request: Request) -> Listener:
    return cast(Listener, request.app.state.listener)


@router.get("", response_class=EventSourceResponse)
async def stream(
    listener: Annotated[Listener, Depends(_listener)],
    last_event_id: Annotated[str | None, Header(description="the `id` of the last event that was read")] = None,
    first: Annotated[
        str | None,
        Query(alias="last_event_id", description="the same, for a first request; the header comes before it"),
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Every new report (`event: report`), every step of one (`step`) and of the boundaries, in order, without an end.

    Data are `code`, `state`, `category`, `lon`, `lat` (the public point), `unit`, `area`, `commune`, `action`, `at`,
    `created_at`, `urgent` and `demo`; of a report that its sender took back `code` and `state` alone. `edition` says
    that other boundaries are in force: data are its code `edition`, `kind` (`activate` or `undo`), `at`, and how many
    open reports `moved` to another unit, which are not told one by one. `reset` says that what was missed cannot be
    told so: load anew, the stream goes on from there. A comment comes every 15 s.
    """
    listener.open += 1
    try:
        async for event in _follow(listener, last_event_id or first or None):
            yield event
    finally:
        listener.open -= 1


async def _follow(listener: Listener, asked: str | None) -> AsyncIterator[ServerSentEvent]:
    recent = await listener.recent()
    at = recent.end if asked is None else Cursor.read(asked)
    if at is not None and at.mark == recent.end.mark and at > recent.end:
        # Made by another process, or by a page, a moment ago; or never.
        await listener.look()
        at = at if at <= recent.end else None
    # Now, so that a reader who loses the stream before the first event knows where it stood.
    yield ServerSentEvent(id=str(at or recent.end), retry=RETRY)
    while True:
        if at is None or at.mark != recent.end.mark or at < recent.floor:
            at = recent.end
            yield ServerSentEvent(event="reset", data={}, id=str(at))
        elif at < recent.start:
            older = await listener.older(at, PAGE)
            if older is None:
                at = None
                continue
            for step in older.found:
                yield told(step, 0).event
            at = older.upto
        elif lines := recent.after(at, PAGE):
            for line in lines:
                yield line.event
            at = lines[-1].at
        else:
            at = max(at, recent.end)
            await recent.change()
