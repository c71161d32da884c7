"""The only reader of the environment."""

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from geo.errors import SetupError
from geo.i18n import Lang, _

PREFIX = "QUANGNAM_"


def _data_dir() -> Path:
    # /root is closed to the unprivileged `postgres` user that must own the private cluster.
    if os.geteuid() == 0:
        return Path("/var/lib/quangnam")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "quangnam"


def _absolute(path: Path) -> Path:
    # Server programs run in another folder than ours.
    return path.expanduser().absolute()


def _unset(value: Any) -> Any:
    # Unit files and compose files write an empty value for what they leave out.
    return value or None


def _postgresql(url: str | None) -> str | None:
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("it must begin with postgresql://")
    return url


class Settings(BaseSettings):
    """Every setting of the program, read from variables named QUANGNAM_ and the field in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    database_url: Annotated[
        str | None,
        BeforeValidator(_unset),
        AfterValidator(_postgresql),
        Field(description="an operator's own PostGIS; without it a private cluster is started"),
    ] = None
    data_dir: Annotated[
        Path,
        BeforeValidator(lambda value: value or _data_dir()),
        AfterValidator(_absolute),
        Field(description="the private cluster, the media and the secret key"),
    ] = Field(default_factory=_data_dir)
    secret_key: Annotated[
        Annotated[SecretStr, Field(min_length=16)] | None,
        BeforeValidator(_unset),
        Field(description="keys cookies and hashes; without it one is made and kept in the data directory"),
    ] = None
    old_secret_key: Annotated[
        SecretStr | None,
        BeforeValidator(_unset),
        Field(description="the key before, for `quangnam keys rotate` alone"),
    ] = None
    public_url: Annotated[str, Field(description="the address in links that leave the program")] = ""
    basemap_url: Annotated[str, Field(description="tile address template of the base map; empty for none")] = (
        "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
    )
    basemap_attribution: Annotated[str, Field(description="credit of the base map, plain text")] = (
        "© OpenStreetMap contributors"
    )
    sea_labels: Annotated[
        bool, Field(description="Biển Đông, Quần đảo Hoàng Sa and Quần đảo Trường Sa on public maps")
    ] = True
    border_uncertainty: Annotated[float, Field(gt=0, le=5_000, description="metres by which a border may be off")] = (
        150.0
    )
    coast_distance: Annotated[
        float,
        Field(gt=0, le=50_000, description="metres from the coast within which a pin in the sea is taken"),
    ] = 2_000.0
    limit_phone_hour: Annotated[int, Field(gt=0, description="reports an hour from one phone number")] = 10
    limit_device_hour: Annotated[int, Field(gt=0, description="reports an hour from one device")] = 20
    limit_address_hour: Annotated[
        int, Field(gt=0, description="reports an hour from one network address; mobile networks share them")
    ] = 1_000
    limit_key_hour: Annotated[int, Field(gt=0, description="requests an hour with one API key")] = 5_000
    limit_export_hour: Annotated[
        int, Field(gt=0, description="ordered exports an hour of one account or one network address")
    ] = 20
    limit_download_hour: Annotated[
        int, Field(gt=0, description="downloads of whole files an hour of one account or one network address")
    ] = 200
    limit_sign_in_hour: Annotated[int, Field(gt=0, description="wrong sign-ins an hour from one network address")] = 60
    smtp_url: Annotated[
        str | None,
        BeforeValidator(_unset),
        Field(description="smtp://user:password@host:587 or smtps://; empty: no e-mail"),
    ] = None
    mail_from: Annotated[str, Field(description="the sender of e-mails")] = "Quảng Nam trực tuyến <no-reply@localhost>"
    sms_url: Annotated[
        str | None, BeforeValidator(_unset), Field(description="address of the SMS gateway; empty: no SMS")
    ] = None
    sms_key: Annotated[SecretStr | None, BeforeValidator(_unset), Field(description="key of the SMS gateway")] = None
    sms_a_day: Annotated[
        int, Field(ge=0, description="one-time codes a day, whatever they are for: each costs money")
    ] = 500
    sms_number: Annotated[
        str | None, BeforeValidator(_unset), Field(description="where reports are sent by SMS; empty: none are offered")
    ] = None
    sms_inbound_key: Annotated[
        Annotated[SecretStr, Field(min_length=16)] | None,
        BeforeValidator(_unset),
        Field(description="what the SMS gateway shows when it brings a message; empty: it brings none"),
    ] = None
    retention_months: Annotated[
        int, Field(gt=0, description="months after which the sender of a report that ended is forgotten")
    ] = 24
    archive_months: Annotated[
        Annotated[int, Field(gt=0)] | None,
        BeforeValidator(_unset),
        Field(description="months after which a report that ended leaves the database for a file; empty: never"),
    ] = None
    export_hours: Annotated[int, Field(gt=0, description="hours for which the file of an ordered export is kept")] = 24
    export_bytes: Annotated[int, Field(gt=0, description="bytes of all files of ordered exports together")] = (
        5_000_000_000
    )
    data_request_hours: Annotated[
        int, Field(gt=0, description="hours in which a sender's request about their data is due")
    ] = 72
    media_url: Annotated[
        str | None,
        BeforeValidator(_unset),
        Field(description="s3://bucket/prefix for the pictures; empty: the data directory"),
    ] = None
    media_endpoint: Annotated[
        str | None, BeforeValidator(_unset), Field(description="address of an S3-compatible store that is not Amazon's")
    ] = None
    media_key: Annotated[str | None, BeforeValidator(_unset), Field(description="access key of the store")] = None
    media_secret: Annotated[SecretStr | None, BeforeValidator(_unset), Field(description="its secret")] = None
    fetch_inside: Annotated[
        bool, Field(description="pictures may be fetched from any address and port: for tests and closed networks")
    ] = False
    metrics_token: Annotated[
        SecretStr | None, BeforeValidator(_unset), Field(description="what Prometheus shows to read /metrics")
    ] = None
    ogc_tables: Annotated[
        str, Field(description="further PostGIS tables that /ogc shows, as gis.roads,gis.rivers; empty: none")
    ] = ""
    trusted_proxies: Annotated[
        str, Field(description="addresses whose X-Forwarded-For is believed, comma separated")
    ] = "127.0.0.1"
    max_photos: Annotated[int, Field(ge=0, le=50, description="photos in one report")] = 5
    photo_side: Annotated[
        int, Field(ge=320, le=10_000, description="pixels of a photo's long side, to which phones shrink it")
    ] = 1_600
    max_photo_bytes: Annotated[int, Field(gt=0, description="bytes of one photo as sent")] = 15_000_000
    max_photo_pixels: Annotated[int, Field(gt=0, description="pixels of one photo once decoded")] = 60_000_000
    max_video_bytes: Annotated[int, Field(gt=0, description="bytes of one video as sent")] = 60_000_000
    max_video_seconds: Annotated[int, Field(gt=0, description="length of one video")] = 90
    pool_size: Annotated[int, Field(gt=0, description="database connections a web process keeps")] = 10
    lang: Annotated[Lang, Field(description="language in which the command line refuses: vi or en")] = "vi"

    @cached_property
    def media_dir(self) -> Path:
        """The folder of the re-encoded pictures."""
        return self.data_dir / "media"


def load() -> Settings:
    """The settings as the environment has them now; SetupError names the variable whose value is not allowed."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise SetupError(_("Giá trị của {name} không dùng được: {reason}."), name=name, reason=first["msg"]) from None
