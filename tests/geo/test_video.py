import io
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import media, stores
from geo.errors import InvalidError
from geo.models import Media, Report
from geo.settings import Settings
from tests.geo.test_media import picture


def film(
    *,
    seconds: float = 2,
    codec: str = "libx264",
    container: str = "mp4",
    size: tuple[int, int] = (320, 240),
    **tags: str,
) -> bytes:
    """A film of a colour that changes, with sound and what a phone writes beside them."""
    out = io.BytesIO()
    with av.open(out, "w", format=container, options={"movflags": "use_metadata_tags"}) as target:
        target.metadata.update(tags)
        pictures = target.add_stream(codec, rate=10)
        pictures.width, pictures.height = size
        pictures.pix_fmt = "yuv420p"
        sound = target.add_stream("aac", rate=44_100)
        for number in range(int(seconds * 10)):
            frame = av.VideoFrame.from_image(Image.new("RGB", size, (200, number * 5 % 250, 40)))
            frame.pts, frame.time_base = number, Fraction(1, 10)
            for packet in pictures.encode(frame):
                target.mux(packet)
        for stream in (pictures, sound):
            if stream is sound:
                noise = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
                for plane in noise.planes:
                    plane.update(bytes(plane.buffer_size))
                noise.sample_rate, noise.pts = 44_100, 0
                for packet in sound.encode(noise):
                    target.mux(packet)
            for packet in stream.encode(None):
                target.mux(packet)
    return out.getvalue()


PHONE = {
    "com.apple.quicktime.location.ISO6709": "+15.8794+108.3380+005.0/",
    "com.apple.quicktime.creationdate": "2026-03-02T08:30:00+0700",
    "com.apple.quicktime.model": "SecretPhone",
}


@pytest.mark.parametrize(("codec", "container"), [("libx264", "mp4"), ("libx264", "mov"), ("libx265", "mov")])
def test_a_film_is_copied_without_what_the_phone_wrote(settings: Settings, codec: str, container: str) -> None:
    sent = film(codec=codec, container=container, **PHONE)
    assert b"SecretPhone" in sent
    made = media.decode(sent, settings)
    assert made.taken_at is not None
    assert made.taken_at.isoformat() == "2026-03-02T08:30:00+07:00"
    assert made.taken_point == (108.338, 15.8794)
    assert made.seconds == pytest.approx(2, abs=0.2)
    assert made.film is not None
    for secret in (b"SecretPhone", b"ISO6709", b"+15.8794", b"x264 - core", b"x265 (build"):
        assert secret not in made.film
    with av.open(io.BytesIO(made.film)) as copy:
        assert copy.format.name.startswith("mov")
        assert [stream.type for stream in copy.streams] == ["video", "audio"]
        assert len(list(copy.decode(video=0))) == 20
    with Image.open(io.BytesIO(made.large)) as poster:
        assert poster.size == (320, 240)
        red, _green, blue = poster.convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
        assert red > 150 > blue


def test_a_phone_held_upright_gives_an_upright_poster(settings: Settings) -> None:
    sent = film()
    # The matrix of the track header (ISO 14496-12, 8.3.2): a quarter turn as phones write it.
    at = sent.index(b"tkhd") + 4 + 40
    turned = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    made = media.decode(sent[:at] + turned + sent[at + 36 :], settings)
    assert (made.width, made.height) == (240, 320)
    assert made.film is not None
    with av.open(io.BytesIO(made.film)) as copy:
        assert next(copy.decode(video=0)).rotation % 180 == 90


def test_too_long_and_too_large(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="quá dài"):
        media.decode(film(seconds=4), Settings(data_dir=tmp_path, max_video_seconds=2))
    with pytest.raises(InvalidError, match="quá lớn"):
        media.decode(film(), Settings(data_dir=tmp_path, max_video_bytes=1_000))


def test_a_length_that_is_a_lie_does_not_help(tmp_path: Path) -> None:
    sent = bytearray(film(seconds=6))
    for box, at in ((b"mvhd", 16), (b"tkhd", 20)):
        start = sent.index(box) + 4 + at
        sent[start : start + 4] = struct.pack(">I", 1)
    with pytest.raises(InvalidError, match="quá dài"):
        media.decode(bytes(sent), Settings(data_dir=tmp_path, max_video_seconds=2))


@pytest.mark.parametrize(
    "data",
    [b"\0\0\0\x18ftypmp42" + bytes(200), film()[:3_000], film(codec="mpeg4")],
    ids=["empty", "cut", "another codec"],
)
def test_what_no_browser_plays_is_refused(settings: Settings, data: bytes) -> None:
    with pytest.raises(InvalidError, match="Video không đọc được"):
        media.decode(data, settings)


def test_a_heic_picture_is_no_film() -> None:
    assert not media.is_film(picture("HEIF"))
    assert not media.is_film(picture("PNG"))
    assert media.is_film(film(container="mov"))


def test_one_film_at_a_time_beside_the_photos(settings: Settings) -> None:
    with pytest.raises(InvalidError, match="một video"):
        media.decode_all([film(), film()], settings)
    made = media.decode_all([picture(), film()], settings)
    assert [one.film is None for one in made] == [True, False]


def test_a_film_lies_beside_its_poster(
    session: Session, settings: Settings, make_report: Callable[..., Report]
) -> None:
    made = media.decode(film(), settings)
    media.keep(session, settings, make_report(), [made])
    row = session.scalars(select(Media)).one()
    assert row.kind == "video"
    assert [stores.read(settings, path) for path in media.paths(row.key)] == [made.large, made.small, made.film]
    session.rollback()
    assert list(settings.media_dir.rglob("*.*")) == []
