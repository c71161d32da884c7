"""quangnam user: add, list, link, end, looks, exports."""

import csv
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import listening
from api.cli import context
from geo import accounts, contacts, exports, units
from geo.deadlines import ZONE
from geo.errors import InvalidError
from geo.i18n import _
from geo.models import User
from geo.settings import Settings, load
from geo.succession import ended

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Tài khoản của cán bộ và người quản trị.")
Email = Annotated[str, typer.Argument(help="địa chỉ e-mail, cũng là tên đăng nhập")]


@app.command()
def add(
    email: Email,
    *,
    name: Annotated[str, typer.Option(help="họ và tên")],
    role: Annotated[str, typer.Option(help=", ".join(accounts.ROLES))],
    unit: Annotated[str | None, typer.Option(help="mã đơn vị, cho cán bộ và lãnh đạo")] = None,
) -> None:
    """Makes an account and prints the one-time link by which its owner chooses a password."""
    settings = load()
    with context.engine(settings) as engine, Session(engine) as session, session.begin():
        _user, token = accounts.add(session, email, name=name, role=role, unit=unit)
    _say(settings, token)


@app.command()
def link(
    email: Email,
    *,
    reset_second_factor: Annotated[bool, typer.Option("--reset-second-factor", help="khi mất cả mã dự phòng")] = False,
    reopen: Annotated[bool, typer.Option("--reopen", help="mở lại tài khoản đã đóng")] = False,
) -> None:
    """Prints a new one-time link (a forgotten password); every session of the account ends."""
    settings = load()
    with context.engine(settings) as engine, Session(engine) as session, session.begin():
        user = accounts.by_email(session, email)
        token = accounts.link(session, user, without_second_factor=reset_second_factor, reopen=reopen)
    _say(settings, token)


@app.command()
def end(email: Email) -> None:
    """Closes an account: its sessions, links and keys stop working."""
    with context.engine(load()) as engine, Session(engine) as session, session.begin():
        accounts.end(session, accounts.by_email(session, email))
    typer.echo("Đã đóng tài khoản.")


@app.command("list")
def list_() -> None:
    """Lists the accounts."""
    with context.engine(load()) as engine, Session(engine) as session:
        users = session.scalars(select(User).order_by(User.email)).all()
        today = datetime.now(ZONE).date()
        for user in users:
            said = [user.email, user.name, user.role]
            if user.unit is not None:
                said += [user.unit.code, *([units.ENDED] if ended(user.unit, today) else [])]
            typer.echo(" · ".join(said if user.active else [*said, "đã đóng"]))
        if not users:
            typer.echo("Chưa có tài khoản nào; hãy chạy: quangnam user add")


@app.command()
def looks(
    *,
    since: Annotated[str, typer.Option(help="từ ngày, ví dụ 2026-01-01")],
    out: Annotated[Path, typer.Option(help="tệp CSV")],
) -> None:
    """Writes who has seen which sender's name and phone since a day, for whoever examines a breach."""
    with context.engine(load()) as engine, Session(engine) as session, out.open("w", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["at", "report", "user", "unit", "why"])
        rows = session.execute(contacts.looks_since(_day(since))).all()
        writer.writerows([row.at.astimezone(ZONE).isoformat(timespec="seconds"), *row[1:]] for row in rows)
    typer.echo(f"{len(rows)} lần xem: {out}")


@app.command("exports")
def exports_(
    *,
    since: Annotated[str, typer.Option(help="từ ngày, ví dụ 2026-01-01")],
    out: Annotated[Path, typer.Option(help="tệp CSV")],
) -> None:
    """Writes who took which reports out since a day: filters, columns, CRS, exact points or not, how many."""
    with context.engine(load()) as engine, Session(engine) as session, out.open("w", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["at", "user", "door", "state", "format", "crs", "exact", "rows", "filters", "fields"])
        found = session.scalars(exports.since(_day(since))).all()
        for one in found:
            at = one.created_at.astimezone(ZONE).isoformat(timespec="seconds")
            who = one.user.email if one.user else ""
            how = [one.door, one.state, one.format, one.crs, one.exact, one.done]
            asked = " ".join(f"{name}={value}" for name, value in one.filters.items())
            writer.writerow([at, who, *how, asked, " ".join(one.fields)])
    typer.echo(f"{len(found)} lần xuất: {out}")


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), ZONE)
    except ValueError:
        raise InvalidError(_("Ngày phải có dạng 2026-01-31."), field="since") from None


def _say(settings: Settings, token: str) -> None:
    typer.echo(f"{listening.base(settings)}/welcome/{token}")
    typer.echo(f"Liên kết dùng một lần, trong {accounts.LINK_DAYS} ngày; chỉ gửi cho chính người đó.", err=True)
