import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cli import main, route_file
from api.intake import submit
from boundaries.reasons import whole
from geo.database import build_engine
from geo.models import Category, Rule, Unit
from geo.reports import Draft
from geo.secret import secret
from geo.settings import Settings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("QUANGNAM_DATABASE_URL", database_url)
    monkeypatch.setenv("QUANGNAM_DATA_DIR", str(tmp_path))

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["quangnam", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            main()
        status = exit_.value.code
        assert isinstance(status, int)
        return status, *capsys.readouterr()

    return call


def lines(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_hoi_an(run: Run) -> None:
    status, out, err = run("route", "108.3380", "15.8794")
    assert (status, err) == (0, "")
    assert out.startswith("503 Hội An → UBND thành phố Hội An\n")
    assert out.endswith("Vị trí nằm trong thành phố Hội An.\nKhả năng đúng nơi: khoảng 100%.\n")


@pytest.mark.parametrize(("edition", "code"), [("2020", "519"), ("2025-01", "509")])
def test_an_edition_is_asked_by_name(run: Run, edition: str, code: str) -> None:
    assert run("route", "107.995", "15.651", "--edition", edition)[1].startswith(f"{code} ")


def test_an_uncertain_pin_lists_the_candidates(run: Run) -> None:
    out = run("route", "108.3380", "15.8794", "--accuracy", "8000")[1]
    assert "%  508 Duy Xuyên" in out
    assert "cần xác nhận" in out


def test_the_shares_of_the_candidates_add_up_in_whole_per_cent(run: Run) -> None:
    out = run("route", "108.3005", "15.905", "--accuracy", "60")[1]
    assert sum(int(share) for share in re.findall(r"^ +(\d+)%  \d", out, re.MULTILINE)) == 100
    assert whole([0.545, 0.455]) == [55, 45]
    assert whole([0.3334, 0.3333, 0.3333]) == [34, 33, 33]
    assert whole([0.9999, 0.0001]) == [100, 0]
    assert whole([]) == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["15.8794", "108.3380"], "đổi chỗ"),
        (["abc", "15"], "không phải là một số"),
        (["nan", "15"], "hữu hạn"),
        (["-10", "-15"], "ngoài tỉnh"),
        (["108.3"], "--file"),
        ([], "--file"),
        (["108.3", "15.8", "--file", "in.csv", "--out", "out.csv"], "--file"),
        (["--file", "in.csv"], "--out"),
        (["--file", "missing.csv", "--out", "out.csv"], "không có tệp"),
        (["108.338", "15.8794", "--edition", "1976"], "2020, 2025-01, 2025-07"),
        (["108.338", "15.8794", "--on", "yesterday"], "2026-01-31"),
        (["108.338", "15.8794", "--accuracy", "-5"], "Sai số"),
    ],
)
def test_a_bad_request_is_one_clear_line(run: Run, arguments: list[str], word: str) -> None:
    status, out, err = run("route", *arguments)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert word in err


def test_every_line_of_a_file_comes_back_with_its_answer(run: Run, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        "\ufeffid,lon,lat,accuracy,on,note\n"
        '1,108.338,15.8794,,,"a, ""b"""\n'
        "2,15.8794,108.338,,,\n"
        "3,abc,15,,,\n"
        "4,108.338,15.8794,x,,\n"
        '5,108.3,15.88,3000,2024-06-01,"hai\ndòng"\n'
        "6,108.3,15.88,,01/02/2024,\n"
        "7,108.3,15.8,,,,,,9\n"
        "\n"
        "8,109.5,15.8\n"
        "9,108.338,15.8794,,1999-01-01,\n",
        encoding="utf-8",
    )
    status, out, err = run("route", "--file", source, "--out", target)
    assert (status, err) == (0, "")
    assert out.startswith("9 dòng: 3 có đơn vị xử lý (2 cần xác nhận), 6 không")
    rows = lines(target)
    assert list(rows[0]) == ["id", "lon", "lat", "accuracy", "on", "note", *route_file.ADDED]
    assert [row["id"] for row in rows] == list("123456789")
    assert [rows[0][name] for name in ("note", *route_file.ADDED)] == [
        'a, "b"', "503", "Hội An", "UBND thành phố Hội An", "inside", "false", "1.0000",
        "2020", "20410", "Sơn Phong", "ubnd-503", "",
    ]  # fmt: skip
    assert rows[4]["note"] == "hai\ndòng"
    assert [rows[4]["reason"], rows[4]["needs_confirmation"]] == ["uncertain", "true"]
    assert 0.5 < float(rows[4]["confidence"]) < 0.95
    assert [rows[8]["reason"], rows[8]["area_code"], rows[8]["unit"][:9]] == ["ioc", "", "Trung tâm"]
    for row, word in zip(
        [*rows[1:4], *rows[5:8]], ["đổi chỗ", "hữu hạn", "accuracy", "2026-01-31", "nhiều ô", "86 km"], strict=True
    ):
        assert word in row["error"]
        assert row["reason"] == row["error"]
        assert {row[name] for name in route_file.ADDED if name not in ("reason", "error")} == {""}
    assert [rows[8][name] for name in ("edition", "commune_code", "unit_code", "error")] == ["", "", "ioc", ""]


def test_a_pipe_gets_the_lines_and_nothing_else(database_url: str, tmp_path: Path) -> None:
    known = os.environ | {"QUANGNAM_DATABASE_URL": database_url, "QUANGNAM_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "api", "route", "--file", "-", "--out", "-", "--edition", "2025-07"]
    sent = b"id,lon,lat\n1,108.338,15.8794\n2,15.8794,108.338\n3,107.995,15.651\n"
    done = subprocess.run(command, input=sent, capture_output=True, check=False, timeout=120, env=known)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
    assert done.returncode == 0
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert [row["commune_code"] == row["area_code"] != "" for row in rows] == [True, False, True]
    assert [bool(row["error"]) for row in rows] == [False, True, False]
    assert {row["edition"] for row in rows} == {"2025-07", ""}
    assert done.stderr.decode().count("\n") == 1
    assert "3 dòng: 2 có đơn vị xử lý" in done.stderr.decode()
    refused = subprocess.run(command, input=b"a,b\n1,2\n", capture_output=True, check=False, timeout=120, env=known)
    assert (refused.returncode, refused.stdout, refused.stderr.count(b"\n")) == (1, b"", 1)


def test_a_file_longer_than_a_chunk_keeps_its_order(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route_file, "CHUNK", 3)
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    where = [("108.338", "15.8794", "503"), ("107.995", "15.651", "519")] * 5
    source.write_text("lon,lat\n" + "".join(f"{lon},{lat}\n" for lon, lat, _ in where), encoding="utf-8")
    assert run("route", "--file", source, "--out", target)[0] == 0
    assert [row["area_code"] for row in lines(target)] == [code for *_, code in where]


def test_semicolons_decimal_commas_and_a_second_time(run: Run, tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("1.csv", "2.csv", "3.csv"))
    first.write_text("LAT;LON\n15,651;107,995\n", encoding="utf-8")
    assert run("route", "--file", first, "--out", second, "--edition", "2020")[0] == 0
    assert run("route", "--file", second, "--out", third, "--edition", "2025-01")[0] == 0
    before, after = lines(second, ";")[0], lines(third, ";")[0]
    assert (before["area_code"], after["area_code"]) == ("519", "509")
    assert list(before) == list(after)


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"a,b\n1,2\n", "lon, lat"), (b"", "lon, lat"), (b"lon,lat\n108.3,15.8\n\xff\xfe\n", "UTF-8"),
     (b'lon,lat\n"' + b"x" * 200_000, "CSV")],
)  # fmt: skip
def test_what_is_no_such_file_leaves_nothing_behind(run: Run, tmp_path: Path, content: bytes, word: str) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(content)
    target.write_text("before", encoding="utf-8")
    status, out, err = run("route", "--file", source, "--out", target)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert word in err
    assert target.read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.glob("*.csv*")) == ["in.csv", "out.csv"]
    assert not list(tmp_path.glob(".*.part"))


def test_a_report_and_a_rule_are_told_on_the_command_line(
    run: Run, fresh_database_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QUANGNAM_DATABASE_URL", fresh_database_url)
    engine = build_engine(fresh_database_url)
    with Session(engine) as session, session.begin():
        kind = session.scalars(select(Category).where(Category.code == "dien-chieu-sang")).one()
        unit = session.scalars(select(Unit).where(Unit.code == "cong-ty-dien-luc")).one()
        session.add(Rule(category_id=kind.id, area_code="503", unit_id=unit.id, replaces=True, priority=2))
    with Session(engine) as session, session.begin():
        draft = Draft(
            "Trần Thị Bưởi", "+84905123456", "dien-chieu-sang", "Đèn hỏng trước cổng chợ", 108.338, 15.8794, "web"
        )
        code = submit(session, settings, draft, secret=secret(settings)).answer["code"]
        session.scalars(select(Rule)).one().valid_from = date(2020, 3, 1)
    out = run("route", "108.338", "15.8794", "--category", "dien-chieu-sang")[1]
    assert "(2020), từ 01/02/2020\n" in out
    assert "\nQuy tắc có hiệu lực từ 01/03/2020\n" in out
    assert "\nKhả năng đúng nơi: khoảng 100%.\n" in out
    assert "Quy tắc: dien-chieu-sang, 503, ưu tiên 2 → Công ty Điện lực Quảng Nam" in out
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(
        "lon,lat,accuracy,category\n108.338,15.8794,,\n108.338,15.8794,5,giao-thong\n108.338,15.8794,,x\n", "utf-8"
    )
    of_all = ("--accuracy", "8000", "--category", "dien-chieu-sang")
    assert run("route", "--file", source, "--out", target, *of_all)[0] == 0
    said, own, wrong = lines(target)
    assert (said["unit"], said["reason"], said["needs_confirmation"]) == (
        "Công ty Điện lực Quảng Nam", "rule", "true",
    )  # fmt: skip
    assert (own["unit"], own["reason"], own["needs_confirmation"]) == ("UBND thành phố Hội An", "inside", "false")
    assert (wrong["unit"], "category" in wrong["reason"]) == ("", True)
    assert "Không có lĩnh vực này" in run("route", "--file", source, "--out", target, "--category", "x")[2]
    status, out, err = run("route", "--report", code.lower())
    assert (status, err) == (0, "")
    step, now = out.splitlines()
    assert "Theo quy tắc của lĩnh vực → Công ty Điện lực Quảng Nam (2020, 503 Hội An" in step
    assert now == f"{code} Chờ tiếp nhận → Công ty Điện lực Quảng Nam"
    assert "mã" in run("route", "--report", "QN-0000-0000")[2]
    assert "--report" in run("route", "108.3", "15.8", "--report", code)[2]
    engine.dispose()
