import io
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from PIL import ExifTags, Image
from pillow_heif import register_heif_opener
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import media, stores
from geo.errors import InvalidError
from geo.geometry import position
from geo.models import Media, Report
from geo.settings import Settings

register_heif_opener()


def picture(kind: str = "JPEG", size: tuple[int, int] = (600, 400), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, kind, **options)
    return out.getvalue()


def camera_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "SecretCamera"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:03:02 08:30:00"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: (108.0, 20.0, 16.8),
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (15.0, 52.0, 45.84),
        }
    )
    return exif


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("PNG", "RGBA"),
        ("PNG", "I;16"),
        ("PNG", "P"),
        ("WEBP", "RGB"),
        ("HEIF", "RGB"),
    ],
)
def test_every_kind_becomes_a_jpeg_and_a_thumbnail(settings: Settings, kind: str, mode: str) -> None:
    made = media.decode(picture(kind, mode=mode), settings)
    with Image.open(io.BytesIO(made.large)) as large, Image.open(io.BytesIO(made.small)) as small:
        assert (large.format, large.mode, large.size) == ("JPEG", "RGB", (600, 400))
        assert small.size == (480, 320)
    assert (made.width, made.height) == (600, 400)
    assert (made.taken_at, made.taken_point) == (None, None)


def test_large_pictures_shrink(settings: Settings) -> None:
    made = media.decode(picture(size=(5_000, 2_500)), settings)
    assert (made.width, made.height) == (2_560, 1_280)


def test_exif_is_read_and_then_gone(settings: Settings) -> None:
    sent = picture(exif=camera_exif())
    assert b"SecretCamera" in sent
    made = media.decode(sent, settings)
    assert made.taken_at is not None
    assert made.taken_at.isoformat() == "2026-03-02T08:30:00+07:00"
    assert made.taken_point == (108.338, 15.8794)
    assert (made.width, made.height) == (400, 600)  # turned upright
    for copy in (made.large, made.small):
        assert b"SecretCamera" not in copy
        with Image.open(io.BytesIO(copy)) as image:
            assert not image.getexif()
            assert "icc_profile" not in image.info


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"GIF89a" + bytes(100),
        picture()[:900],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("BMP"),
        picture("TIFF"),
        b"%PDF-1.7",
    ],
    ids=["empty", "text", "gif", "cut", "svg", "bmp", "tiff", "pdf"],
)
def test_what_is_no_photo_is_said_to_be_none(settings: Settings, data: bytes) -> None:
    with pytest.raises(InvalidError, match="không phải là ảnh") as refused:
        media.decode(data, settings, number=2)
    assert refused.value.field == "media"


def test_a_bomb_of_pixels_does_not_go_off(settings: Settings) -> None:
    bomb = io.BytesIO()
    Image.new("L", (20_000, 20_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 500_000
    with pytest.raises(InvalidError, match="điểm ảnh"):
        media.decode(bomb.getvalue(), settings)


def test_too_many_bytes(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="quá lớn"):
        media.decode(picture(), Settings(data_dir=tmp_path, max_photo_bytes=1_000))


def test_files_are_kept_with_their_row(
    session: Session, settings: Settings, make_report: Callable[..., Report]
) -> None:
    made = media.decode(picture(exif=camera_exif()), settings)
    media.keep(session, settings, make_report(), [made])
    row = session.scalars(select(Media)).one()
    assert [stores.read(settings, path) for path in media.paths(row.key)[:2]] == [made.large, made.small]
    assert row.taken_point is not None
    assert position(row.taken_point) == (108.338, 15.8794)
    session.commit()
    assert stores.read(settings, media.paths(row.key)[0]) == made.large


def test_a_rollback_takes_the_files_along(
    session: Session, settings: Settings, make_report: Callable[..., Report]
) -> None:
    media.keep(session, settings, make_report(), [media.decode(picture(), settings)] * 2)
    assert len(list(settings.media_dir.rglob("*.jpg"))) == 4
    session.rollback()
    assert list(settings.media_dir.rglob("*.jpg")) == []


@pytest.fixture
def bucket(settings: Settings) -> Iterator[Settings]:
    """The settings of an installation whose pictures lie in a bucket of a local S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/anh", method="PUT")).close()
    values = {"media_url": "s3://anh/quangnam", "media_endpoint": endpoint, "media_key": "khoa"}
    yield settings.model_copy(update=values | {"media_secret": SecretStr("bi mat")})
    server.stop()


def test_a_bucket_keeps_them_just_as_well(
    session: Session, bucket: Settings, make_report: Callable[..., Report]
) -> None:
    made = media.decode(picture(), bucket)
    media.keep(session, bucket, make_report(), [made])
    key = session.scalars(select(Media.key)).one()
    assert [stores.read(bucket, path) for path in media.paths(key)[:2]] == [made.large, made.small]
    session.rollback()
    assert [stores.read(bucket, path) for path in media.paths(key)[:2]] == [None, None]
    assert not bucket.media_dir.exists()
