"""quangnam route: where one pin goes, or every line of a file."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from api.cli import context
from api.cli.progress import progress
from api.cli.route_file import PIPE, Summary, route_file
from api.explaining import BY, Told, explain
from api.web.history import CHANCE
from api.web.states import state_name
from boundaries import reasons
from boundaries.models import Edition
from boundaries.routing import Routing, route
from geo import reports
from geo.deadlines import ZONE
from geo.errors import InvalidError
from geo.i18n import _, translate
from geo.settings import load

app = typer.Typer(add_completion=False)
_ONE_OR_FILE = _("Hãy cho kinh độ và vĩ độ, hoặc --file cùng với --out, hoặc riêng --report.")

EDITION = _("Phiên bản địa giới: {name} ({code}), từ {day}")
RULE = _("Quy tắc: {category}, {area}, ưu tiên {priority} → {unit}")
SINCE = _("Quy tắc có hiệu lực từ {day}")


@app.command(context_settings={"ignore_unknown_options": True})
def run(
    lon: Annotated[str | None, typer.Argument(help="kinh độ, ví dụ 108.338", show_default=False)] = None,
    lat: Annotated[str | None, typer.Argument(help="vĩ độ, ví dụ 15.8794", show_default=False)] = None,
    *,
    accuracy: Annotated[str | None, typer.Option(help="sai số vị trí, mét")] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="tệp CSV có các cột lon, lat, có thể thêm accuracy, on, category; -: đầu vào"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="tệp CSV kết quả; -: đầu ra")] = None,
    category: Annotated[str | None, typer.Option(help="mã lĩnh vực, ví dụ dien-chieu-sang")] = None,
    edition: Annotated[str | None, typer.Option(help="phiên bản địa giới, ví dụ 2025-01")] = None,
    on: Annotated[str | None, typer.Option(help="ngày, ví dụ 2024-06-01: phiên bản có hiệu lực ngày đó")] = None,
    report: Annotated[str | None, typer.Option(help="mã phản ánh: vì sao nó ở đơn vị ấy, qua từng bước")] = None,
) -> None:
    """Says which unit answers for a place, or for a report, and why; nothing is stored."""
    if report is not None:
        if any(value is not None for value in (lon, lat, accuracy, file, out, category, edition, on)):
            raise InvalidError(_ONE_OR_FILE)
        _of_report(report)
        return
    if (lon is None or lat is None) == (file is None or out is None) or (file and lon):
        raise InvalidError(_ONE_OR_FILE)
    day = _day(on)
    within = None if accuracy is None else _number(accuracy, "accuracy")
    settings = load()
    if file and out:
        size = max(file.stat().st_size, 1) if file.exists() else 1
        with context.engine(settings) as engine, Session(engine) as session, progress(size) as advance:
            if category is not None:
                reports.category(session, category)
            told = route_file(
                session,
                settings,
                file,
                out,
                edition=edition,
                on=day,
                accuracy=within,
                category=category,
                progress=advance,
            )
        typer.echo(_summary(told), err=out == PIPE)  # in a pipe there are lines alone
        return
    x, y = _number(lon or "", "lon"), _number(lat or "", "lat")
    with context.engine(settings) as engine, Session(engine) as session:
        if category is not None:
            reports.category(session, category)
        found = route(session, x, y, accuracy=within, on=day, edition=edition, category=category, settings=settings)
    typer.echo(_told(found))


def _told(found: Routing) -> str:
    lines = [f"{found.area.code} {found.area.name} → {found.unit.name}" if found.area else found.unit.name]
    if found.commune and found.commune is not found.area:
        lines.append(f"{found.commune.code} {found.commune.kind} {found.commune.name}")
    if found.edition:
        lines.append(_edition(found.edition))
    if rule := found.rule:
        place = rule.area_code or _("Toàn tỉnh")
        lines.append(_in_words(RULE, category=rule.category, area=place, unit=rule.unit.name, priority=rule.priority))
        if rule.valid_from is not None:
            lines.append(_in_words(SINCE, day=f"{rule.valid_from:%d/%m/%Y}"))
    lines.append(translate(found.reason.message, "vi", **found.reason.values))
    if found.confidence is not None:
        lines.append(_in_words(CHANCE, chance=reasons.percent(found.confidence)))
    shares = reasons.whole([one.share for one in found.candidates])
    lines += [
        f"  {share:3}%  {one.area.code} {one.area.name}" for one, share in zip(found.candidates, shares, strict=True)
    ]
    return "\n".join(lines)


def _edition(found: Edition) -> str:
    return _in_words(EDITION, name=found.name, code=found.code, day=f"{found.valid_from:%d/%m/%Y}")


def _of_report(code: str) -> None:
    with context.engine(load()) as engine, Session(engine) as session:
        report = reports.by_code(session, code)
        told = explain(session, report, "vi", inside=True)
        now = f"{report.code} {state_name(report.state, 'vi')} → {report.unit.name}"
    typer.echo("\n".join([*(_step(one) for one in told), now]))


def _step(one: Told) -> str:
    """One line a step: when, what moved it, to whom, by which edition, area and rule, and why."""
    where = [
        part for part in (one.edition and one.edition.code, one.area and f"{one.area.code} {one.area.name}") if part
    ]
    if one.rule is not None:
        where.append(translate(BY["rule"], "vi"))
    place = f" ({', '.join(where)})" if where else ""
    who = f" ({one.who})" if one.who else ""
    return f"{one.at.astimezone(ZONE):%d/%m/%Y %H:%M}  {one.moved}{who} → {one.unit.name}{place}: {one.text}"


def _in_words(text: str, **values: Any) -> str:
    return translate(text, "vi", **values)


def _summary(told: Summary) -> str:
    text = _("{rows} dòng: {routed} có đơn vị xử lý ({confirm} cần xác nhận), {refused} không; lý do ở cột error.")
    refused = told.rows - told.routed
    return translate(text, "vi", rows=told.rows, routed=told.routed, confirm=told.to_confirm, refused=refused)


def _number(text: str, field: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidError(_("{text} không phải là một số."), field=field, text=repr(text)) from None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidError(_("Ngày phải có dạng 2026-01-31."), field="on") from None
