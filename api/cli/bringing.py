"""quangnam boundaries import: an operator's own areas."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from sqlalchemy.orm import Session

from api.cli import context
from api.cli.editions import LEVELS
from api.cli.placing import place
from boundaries import bringing, files, territory
from boundaries.bringing import About
from boundaries.files import Fields
from geo.settings import load

Level = Literal["district", "commune", "neighbour"]


def import_(  # noqa: PLR0917 (Typer makes options of them, whose order nobody sees)
    file: Annotated[Path, typer.Argument(help="GeoJSON, GeoPackage, Shapefile…")],
    edition: Annotated[str, typer.Option(help="mã phiên bản, mới hoặc đang là bản nháp")],
    name: Annotated[str | None, typer.Option(help="tên phiên bản")] = None,
    valid_from: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="hiệu lực từ ngày")
    ] = None,
    level: Annotated[
        Level | None, typer.Option(help="cấp của các đơn vị; không có thì theo loại của mỗi đơn vị")
    ] = None,
    routing_level: Annotated[
        Literal["district", "commune"] | None, typer.Option(help="cấp mà UBND nhận phản ánh")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="lớp trong tệp, nếu có nhiều")] = None,
    crs: Annotated[str | None, typer.Option(help="hệ tọa độ, nếu tệp không nói hoặc nói sai: EPSG:5899")] = None,
    code_field: Annotated[str | None, typer.Option(help="cột mã")] = None,
    name_field: Annotated[str | None, typer.Option(help="cột tên")] = None,
    kind_field: Annotated[str | None, typer.Option(help="cột loại: huyện, xã…; không có thì lấy ở đầu tên")] = None,
    parent_field: Annotated[str | None, typer.Option(help="cột mã huyện của xã")] = None,
    coastal_field: Annotated[str | None, typer.Option(help="cột ven biển: true hoặc false")] = None,
    tolerance: Annotated[
        float,
        typer.Option(min=0, help="khe hở, chồng lấn nhỏ hơn ngần này m² thì được khép, lớn hơn thì tệp bị từ chối"),
    ] = files.TOLERANCE,
    source: Annotated[str | None, typer.Option(help="nguồn dữ liệu")] = None,
    licence: Annotated[str | None, typer.Option(help="giấy phép")] = None,
    attribution: Annotated[str | None, typer.Option(help="câu ghi nguồn trên bản đồ")] = None,
    redistributable: Annotated[
        bool | None, typer.Option("--redistributable/--not-redistributable", help="được phân phối lại nguyên vẹn không")
    ] = None,
    commit: Annotated[bool, typer.Option("--commit", help="ghi thật; không có thì chỉ xem báo cáo")] = False,
) -> None:
    """Checks a file of areas and, with --commit, writes it into a draft edition."""
    fields = Fields(code_field, name_field, kind_field, parent_field, coastal_field)
    about = About(
        edition,
        name,
        valid_from.date() if valid_from else None,
        routing_level,
        source,
        licence,
        attribution,
        redistributable,
    )
    settings = load()
    with context.engine(settings) as engine:
        with Session(engine) as session, session.begin():
            bringing.may_write(session, edition)
            land = territory.known(session)
            reading = files.read(file, level, fields, layer=layer, crs=crs, tolerance=tolerance, land=land)
            territory.check(session, reading, edition, land)
            bringing.complete(session, reading)
            for finding in reading.findings:
                typer.echo(f"{'Lỗi' if finding.serious else 'Lưu ý'}: {finding}")
            for one in reading.coverages:
                typer.echo(
                    f"{LEVELS[one.level]}: {one.count} đơn vị, {one.square_metres / 1e6:.2f} km², "
                    f"khe hở {one.gap_m2:.1f} m², chồng lấn {one.overlap_m2:.1f} m²."
                )
            if commit:
                bringing.bring(session, about, reading)
                typer.echo(f"Đã ghi vào bản nháp {edition}; kích hoạt bằng: quangnam boundaries activate {edition}")
            elif reading.serious:
                raise typer.Exit(1)
            else:
                typer.echo("Chưa ghi gì; thêm --commit để ghi vào bản nháp.")
        if commit:
            place(engine, settings, edition)
