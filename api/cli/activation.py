"""quangnam boundaries preview, activate, undo, remove: editions that come into force and go again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from api.cli import context
from api.cli.progress import progress
from api.cli.tables import show
from boundaries import activation, editions, readiness
from boundaries.models import Activation
from boundaries.readiness import Unready
from geo.deadlines import ZONE
from geo.i18n import translate
from geo.settings import Settings, load

EditionCode = Annotated[str, typer.Argument(help="mã phiên bản, ví dụ 2025-07")]
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]


def preview(edition: EditionCode) -> None:
    """Shows what activating an edition would do to the open reports, from which unit to which; changes nothing."""
    settings = load()
    with context.engine(settings) as engine, Session(engine) as session:
        found = activation.preview(session, edition, settings=settings)
        _show((one.old.code, one.new.code, one.count) for one in found.moves)
        typer.echo(
            f"{found.open} phản ánh đang mở: {found.stay} giữ đơn vị (trong đó {found.by_hand} do người chọn), "
            f"{found.open - found.stay} chuyển; {found.uncertain} thành chưa chắc, {found.certain} thành chắc, "
            f"{found.without_committee} về Trung tâm IOC."
        )
        for one in found.rules:
            typer.echo(
                f"Quy tắc {one.category.name} → {one.unit.name} sẽ không còn áp dụng: phiên bản không có "
                f"{one.area.kind} {one.area.name} ({one.area.code})."
            )
        for rule in found.shifting:
            typer.echo(
                f"Quy tắc {rule.category.name} → {rule.unit.name} sẽ áp dụng cho địa bàn khác: {rule.before.code} là "
                f"{rule.before.kind} {rule.before.name}, sẽ là {rule.after.kind} {rule.after.name}; "
                f"trước {rule.before.area_m2 / 1e6:.2f} km², sau {rule.after.area_m2 / 1e6:.2f} km²."
            )
        if found.corrections:
            typer.echo(
                f"{found.corrections} điều chỉnh ranh giới đang áp dụng sẽ không còn áp dụng: phiên bản không có "
                "chúng; xem /admin/corrections."
            )
        _warn(found.unready, settings)


def activate(
    edition: EditionCode,
    at: Annotated[
        datetime | None,
        typer.Option(formats=MOMENTS, help="hẹn giờ (giờ Việt Nam), worker sẽ làm; không có thì kích hoạt ngay"),
    ] = None,
) -> None:
    """Puts an edition in force, now or at a moment: open reports follow it, and reports go on coming in meanwhile.

    Of one that an older release put in force the open reports follow now.
    """
    settings = load()
    with context.engine(settings) as engine, Session(engine) as session, session.begin():
        if at is not None:
            activation.schedule(session, edition, at.replace(tzinfo=ZONE))
            typer.echo(f"Phiên bản {edition} sẽ được kích hoạt lúc {at:%Y-%m-%d %H:%M}, khi có worker chạy.")
            return
        with progress(1, edition) as advance:
            made = activation.activate(session, edition, settings=settings, progress=advance)
        one = editions.find(session, edition)
        _counted(made)
        _warn(readiness.after(session, made, settings), settings)
        until = f" đến trước {one.valid_until.isoformat()}" if one.valid_until else ""
        typer.echo(f"Phiên bản {one.code} hiệu lực từ {one.valid_from.isoformat()}{until}.")


def undo(edition: EditionCode) -> None:
    """Takes the newest active edition, or a moment that was set, back; reports go back to whom they had."""
    settings = load()
    with context.engine(settings) as engine, Session(engine) as session, session.begin():
        if editions.find(session, edition).state == "scheduled":
            activation.unschedule(session, edition)
            typer.echo(f"Đã hủy hẹn giờ; phiên bản {edition} lại là bản nháp.")
            return
        with progress(1, edition) as advance:
            made = activation.undo(session, edition, settings=settings, progress=advance)
        _counted(made)
        _warn(readiness.after(session, made, settings), settings)
        typer.echo(f"Đã hoàn tác; phiên bản {edition} lại là bản nháp.")


def remove(edition: EditionCode) -> None:
    """Removes a draft that was never active."""
    with context.engine(load()) as engine, Session(engine) as session, session.begin():
        activation.remove(session, edition)
        typer.echo(f"Đã xóa bản nháp {edition}.")


def _counted(made: Activation) -> None:
    counts = made.counts
    _show((one["from"], one["to"], one["count"]) for one in counts["moves"])
    typer.echo(
        f"{counts['open']} phản ánh đang mở: {counts['stay']} giữ đơn vị, {counts['open'] - counts['stay']} đã chuyển."
    )


def _warn(unready: Sequence[Unready], settings: Settings) -> None:
    for one in unready:
        typer.echo(
            f"Cảnh báo: {one.unit.name} ({one.unit.code}) nhận {one.reports} phản ánh mà chưa ai xem được.", err=True
        )
    if unready:
        typer.echo(translate(readiness.TODO if settings.smtp_url else readiness.TODO_WITHOUT_MAIL, "vi"), err=True)


def _show(moves: Iterable[tuple[str, str, int]]) -> None:
    show(["từ", "đến", "phản ánh"], [[old, new, str(count)] for old, new, count in moves])
