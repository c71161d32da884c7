"""Copies one video in a process of its own, whose memory and time are bounded: `python -m geo.video`.

The sender's bytes come on standard input. Out come one line of JSON (as of `geo.picture`, and `seconds`, `film`), the
poster and its thumbnail as JPEGs, and an MP4 with the same pictures and sound and nothing else: the place, the camera
and the sensor tracks that phones write stay behind.
"""

import io
import json
import re
import sys
from datetime import UTC, datetime
from typing import Any

import av
from av.bitstream import BitStreamFilterContext
from PIL import Image

from geo.picture import LARGE, NOT_A_PICTURE, SMALL, TOO_LARGE, bound, encode

# Which browsers play; the supplemental messages inside (SEI) may carry a camera's own text.
SUPPLEMENTS = {"h264": "6", "hevc": "39-40"}
SOUNDS = ("aac", "mp3")
MAX_PIXELS = 4_096 * 2_304  # of a frame: 4K
_PLACE = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)")  # ISO 6709, degrees


class TooMuchError(Exception):
    """The film is too long, or its pictures are too large."""


def convert(data: bytes, max_seconds: float) -> tuple[dict[str, Any], Image.Image, bytes]:
    """What the film's container says, its first picture upright, and the film without metadata."""
    with av.open(io.BytesIO(data), "r", format="mov", metadata_errors="replace") as source:
        pictures = source.streams.video[0]
        if pictures.codec.canonical_name not in SUPPLEMENTS:
            raise ValueError(pictures.codec.canonical_name)
        if pictures.codec_context.width * pictures.codec_context.height > MAX_PIXELS:
            raise TooMuchError
        seconds = float((source.duration or 0) / av.time_base)
        if seconds > max_seconds:
            raise TooMuchError
        said = tags({**pictures.metadata, **source.metadata})
        poster = first(source, pictures)
        source.seek(0)
        film, copied = copy(source, pictures)
    if copied > max_seconds + 1:  # the container's own word for its length proves nothing
        raise TooMuchError
    return said | {"seconds": round(copied, 1), "width": poster.width, "height": poster.height}, poster, film


def first(source: av.container.InputContainer, pictures: av.video.stream.VideoStream) -> Image.Image:
    """The first picture that can be decoded, turned as the phone was held."""
    pictures.thread_count = 1
    frame = next(iter(source.decode(pictures)))
    image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    return image.rotate(frame.rotation, expand=True) if frame.rotation % 360 else image


def copy(source: av.container.InputContainer, pictures: av.video.stream.VideoStream) -> tuple[bytes, float]:
    """Pictures and sound as they are in an MP4 of their own; its length in seconds."""
    out = io.BytesIO()
    sounds = [one for one in source.streams.audio if one.codec.canonical_name in SOUNDS][:1]
    until = 0.0
    with av.open(out, "w", format="mp4", options={"fflags": "+bitexact"}) as target:
        kept = {one.index: target.add_stream_from_template(one) for one in (pictures, *sounds)}
        for stream in kept.values():
            stream.metadata.clear()
        name = pictures.codec.canonical_name
        clean = BitStreamFilterContext(f"filter_units=remove_types={SUPPLEMENTS[name]}", pictures, kept[pictures.index])
        if name == "hevc":  # the filter leaves those of the header alone
            kept[pictures.index].codec_context.extradata = parameters(pictures.codec_context.extradata or b"")
        for packet in source.demux(pictures, *sounds):
            if packet.dts is None:
                continue
            until = max(until, float(((packet.pts or packet.dts) + (packet.duration or 0)) * packet.time_base))
            for one in clean.filter(packet) if packet.stream is pictures else [packet]:
                one.stream = kept[packet.stream.index]
                target.mux(one)
    return out.getvalue(), until


def parameters(record: bytes) -> bytes:
    """The units of an HEVC decoder configuration record (ISO 14496-15, 8.3.3) but supplemental messages, as Annex B."""
    kept, at = [], 23
    for _array in range(record[22]):
        kind, count, at = record[at] & 0x3F, int.from_bytes(record[at + 1 : at + 3]), at + 3
        for _unit in range(count):
            start, at = at + 2, at + 2 + int.from_bytes(record[at : at + 2])
            if kind not in (39, 40):
                kept.append(b"\0\0\0\1" + record[start:at])
    return b"".join(kept)


def tags(metadata: dict[str, str]) -> dict[str, Any]:
    """Time (ISO 8601) and place of a film, None where its container does not say."""
    found: dict[str, Any] = {"taken_at": None, "lon": None, "lat": None}
    written = metadata.get("com.apple.quicktime.creationdate") or metadata.get("creation_time") or ""
    try:
        at = datetime.fromisoformat(written)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if at.year >= 2000:
            found["taken_at"] = at.isoformat()
    except ValueError:
        pass
    place = _PLACE.match(metadata.get("com.apple.quicktime.location.ISO6709") or metadata.get("location") or "")
    if place:
        lat, lon = float(place[1]), float(place[2])
        if abs(lat) <= 90 and abs(lon) <= 180 and (lon, lat) != (0, 0):
            found |= {"lon": round(lon, 6), "lat": round(lat, 6)}
    return found


def main() -> int:
    """Reads, copies, writes; the exit status says what was wrong."""
    bound()
    av.logging.set_level(av.logging.PANIC)
    try:
        said, poster, film = convert(sys.stdin.buffer.read(), float(sys.argv[1]))
    except (TooMuchError, MemoryError):
        return TOO_LARGE
    except Exception:  # the decoders raise what they like over bytes that are no film
        return NOT_A_PICTURE
    poster = poster.convert("RGB")
    poster.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    small = poster.copy()
    small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    parts = encode(poster, 85), encode(small, 80), film
    head = json.dumps(said | dict(zip(("large", "small", "film"), map(len, parts), strict=True)))
    sys.stdout.buffer.write(head.encode() + b"\n" + b"".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
