"""Decodes one picture in a process of its own, whose memory and time are bounded: `python -m geo.picture`.

The sender's bytes come on standard input. Out come one line of JSON (`width`, `height`, `taken_at`, `lon`, `lat`,
`large` and `small` as lengths in bytes) and the two JPEGs, freshly encoded, with nothing of the original's metadata.
"""

import io
import json
import math
import resource
import sys
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image, ImageCms, ImageOps
from pillow_heif import register_heif_opener

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")  # by content: names and types of senders prove nothing
LARGE, SMALL = 2_560, 480  # longest side in pixels
MEMORY = 1_500_000_000  # bytes
SECONDS = 20
NOT_A_PICTURE, TOO_LARGE = 3, 4  # exit statuses


def bound() -> None:
    """Limits this process before it looks at what somebody sent."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def convert(data: bytes, max_pixels: int) -> tuple[dict[str, Any], bytes, bytes]:
    """What the picture's EXIF says, and its two copies; OSError and the like for what is no picture."""
    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # ours is exact, and checked before anything is decoded
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > max_pixels:
            raise Image.DecompressionBombError
        said = exif(image.getexif())
        image.draft("RGB", (LARGE, LARGE))  # a JPEG is decoded no larger than it is kept
        upright = flat(ImageOps.exif_transpose(image))
    upright.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
    small = upright.copy()
    small.thumbnail((SMALL, SMALL), Image.Resampling.LANCZOS)
    return said | {"width": upright.width, "height": upright.height}, encode(upright, 85), encode(small, 80)


def flat(image: Image.Image) -> Image.Image:
    """The picture in sRGB without transparency; what was transparent is white."""
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    plain = image if image.mode in ("RGB", "CMYK") else image.convert("RGB")
    if profile:
        try:
            srgb = ImageCms.createProfile("sRGB")
            found = ImageCms.profileToProfile(plain, io.BytesIO(profile), srgb, outputMode="RGB")
            plain = found or plain
        except (ImageCms.PyCMSError, OSError):
            pass  # a damaged profile costs the exact colours, not the picture
    plain = plain.convert("RGB")
    plain.info.clear()
    return plain


def encode(image: Image.Image, quality: int) -> bytes:
    """The picture as a JPEG without metadata."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def exif(tags: Image.Exif) -> dict[str, Any]:
    """Time (ISO 8601; Vietnam's where no offset is given) and place of a picture, None where EXIF does not say."""
    found: dict[str, Any] = {"taken_at": None, "lon": None, "lat": None}
    try:
        inner = tags.get_ifd(ExifTags.IFD.Exif)
        written = str(inner.get(ExifTags.Base.DateTimeOriginal) or "")
        offset = str(inner.get(ExifTags.Base.OffsetTimeOriginal) or "")
        found["taken_at"] = moment(written, offset)
        gps = tags.get_ifd(ExifTags.IFD.GPSInfo)
        lon = degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), 180)
        lat = degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), 90)
        if lon is not None and lat is not None and (lon, lat) != (0, 0):
            found |= {"lon": lon, "lat": lat}
    except Exception:  # noqa: S110 (whatever a camera wrote there, the picture itself counts)
        pass
    return found


def moment(written: str, offset: str) -> str | None:
    """An EXIF date as ISO 8601 with its offset."""
    try:
        if offset:
            return datetime.strptime(written + offset, "%Y:%m:%d %H:%M:%S%z").isoformat()
        local = datetime.strptime(written, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 (its zone follows)
    except ValueError:
        return None
    return local.replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")).isoformat()


def degrees(parts: Any, side: Any, most: float) -> float | None:
    """Degrees, minutes and seconds with N, E, S or W as a number."""
    if not parts:
        return None
    first, minutes, seconds = (float(part) for part in parts)
    value = (first + minutes / 60 + seconds / 3600) * (-1 if str(side).strip("\0 ") in ("S", "W") else 1)
    return round(value, 6) if math.isfinite(value) and abs(value) <= most else None


def main() -> int:
    """Reads, converts, writes; the exit status says what was wrong."""
    bound()
    data = sys.stdin.buffer.read()
    try:
        said, large, small = convert(data, int(sys.argv[1]))
    except (Image.DecompressionBombError, MemoryError):
        return TOO_LARGE
    except Exception:  # the decoders raise what they like over bytes that are no picture
        return NOT_A_PICTURE
    head = json.dumps(said | {"large": len(large), "small": len(small)}).encode()
    sys.stdout.buffer.write(head + b"\n" + large + small)
    return 0


if __name__ == "__main__":
    sys.exit(main())
