"""The README's commands exist, by their names."""

import re
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session
from typer.core import TyperGroup
from typer.main import get_command

from api.cli import root
from geo.models import Report
from maps.export import Asked, write
from maps.export.crs import code_of

TAM_KY = (108.474, 15.5736, "502")
ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# What stands in code: fenced blocks and spans.
CODE = "\n".join(re.findall(r"```\w*\n(.*?)```", README, re.DOTALL) + re.findall(r"`([^`\n]+)`", README))


def test_make_targets_of_the_readme_are_in_the_makefile() -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", CODE))
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"run", "test"} <= named
    assert named <= targets


def test_commands_of_the_readme_are_commands_of_the_program() -> None:
    lines = [line.split() for line in re.findall(r"\bquangnam ([a-z][^\n|]*)", CODE)]
    assert lines
    for words in lines:
        command: Any = get_command(root)
        while isinstance(command, TyperGroup) and words:
            name = words.pop(0)
            assert name in command.commands, f"quangnam … {name}"
            command = command.commands[name]
        assert not isinstance(command, TyperGroup), " ".join(["quangnam", command.name])
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= options | {"--help"}


def test_every_dependency_has_its_reason_in_the_readme() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = sum(project["dependency-groups"].values(), project["project"]["dependencies"])
    names = {re.split(r"[\[=<>~]", line)[0] for line in wanted}
    listed = set(re.findall(r"`([a-z0-9-]+)`", "\n".join(line for line in README.splitlines() if line.startswith("|"))))
    assert names - listed == set()


def test_the_lines_for_geopandas_open_an_export_and_draw_it(
    session: Session, make_report: Callable[..., Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [make_report(category="giao-thong", accepted=True), make_report(lon=108.474, lat=15.5736)]
    (lines,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (address,) = re.findall(r'curl "http://127.0.0.1:8000/api/v1/export\?(\S+)" -o reports.parquet', README)
    asked = dict(parse_qsl(address))
    write(session.connection(), Asked(crs=code_of(asked["crs"])), asked["format"], tmp_path / "reports.parquet")
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    exec(lines, found)  # the README's own lines
    assert len(found["reports"]) == 2
    assert found["reports"].crs.to_epsg() == 5899
    page = (tmp_path / "reports.html").read_text(encoding="utf-8")
    assert all(report.code in page for report in made)
    drawn = re.findall(r'"coordinates": \[([\d.]+), ([\d.]+)\]', page)
    assert any((float(lon), float(lat)) == pytest.approx((108.474, 15.5736), abs=1e-7) for lon, lat in drawn)


def test_the_lines_for_pandas_tell_figures_of_districts_by_communes(
    client: TestClient,
    session: Session,
    make_report: Callable[..., Report],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for lon, lat, area in ((108.338, 15.8794, "503"), (108.338, 15.8794, "503"), (108.5155, 15.957, "503"), TAM_KY):
        make_report(lon=lon, lat=lat, area_code=area).created_at = datetime(2023, 5, 1, tzinfo=UTC)
    session.flush()
    text = (ROOT / "docs/boundaries.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    for address, name in re.findall(r'curl "http://127.0.0.1:8000(/\S+)" -o (\S+)', text):
        (tmp_path / name).write_bytes(client.get(address).content)
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    exec(lines, found)  # the page's own lines
    told = found["by_commune"]
    assert told.sum() == pytest.approx(4)
    assert told["20410", "phường Hội An"] == pytest.approx(2)
    assert told["20434", "xã Tân Hiệp"] == pytest.approx(1)
    assert "phường Hội An,2.0" in (tmp_path / "figures-by-commune.csv").read_text(encoding="utf-8")
