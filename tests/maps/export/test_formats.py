"""The same rows and columns whatever the format."""

import codecs
import csv
import sqlite3
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyogrio
import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from geo.deadlines import ZONE
from geo.errors import InvalidError
from geo.filters import Filters
from maps.export import FORMATS, Asked, check, estimated_size, stream, write
from maps.export import rows as rows_module
from maps.features import COLUMNS, select_public, to_feature
from tests.maps.export.conftest import LONG
from tests.maps.export.reading import read, written

TIMES = ("created_at", "happened_at", "deadline")
EVERY = pytest.mark.parametrize("name", FORMATS)


def plain(column: str, value: object) -> object:
    """A value without what only its format adds."""
    if column in ("photos", "videos"):
        if isinstance(value, str):
            return value.split(" ")
        return [] if value is None or isinstance(value, float) else list(value)  # type: ignore[call-overload] (an array)
    if value is None or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return None
    if column in TIMES:
        moment = pd.Timestamp(value)  # type: ignore[arg-type] (a text or a moment)
        moment = moment.tz_localize(ZONE) if moment.tzinfo is None else moment
        return moment.timestamp()
    if column in ("needs_confirmation", "demo"):
        return bool(value)
    if column == "recurrence":
        return int(value)  # type: ignore[call-overload] (a number)
    # Of its own kind: what a spreadsheet must not calculate, and what a .dbf cannot hold.
    return str(value).removeprefix("'")


@EVERY
def test_rows_and_columns_are_those_of_the_public_projection(
    filled: Connection, session: Session, tmp_path: Path, name: str
) -> None:
    frame = read(written(filled, Asked(), name, tmp_path), name)
    expected = {row.code: to_feature(row) for row in session.execute(select_public())}
    assert set(frame.columns) - {"geometry"} == set(COLUMNS)
    assert list(frame.index) == sorted(expected)
    for code, feature in expected.items():
        for column in COLUMNS:
            found = plain(column, frame.loc[code, column])
            wanted = plain(column, feature["properties"][column])
            if name == "shp" and isinstance(wanted, str) and len(wanted.encode()) > 254:
                assert str(found).endswith("…")
                wanted, found = wanted[:100], str(found)[:100]
            assert found == (pytest.approx(wanted, abs=0.001) if column in TIMES else wanted), (
                code,
                column,
            )  # to the ms
        x, y = feature["geometry"]["coordinates"]
        assert frame.loc[code, "geometry"].x == pytest.approx(x, abs=6e-7)
        assert frame.loc[code, "geometry"].y == pytest.approx(y, abs=6e-7)


@EVERY
def test_nothing_of_the_sender_and_nothing_unpublished(filled: Connection, tmp_path: Path, name: str) -> None:
    path = written(filled, Asked(), name, tmp_path)
    said = read(path, name).to_csv()
    if name == "shp":
        with zipfile.ZipFile(path) as archive:
            said += "".join(archive.read(one).decode(errors="replace") for one in archive.namelist())
    elif name not in ("xlsx", "geoparquet"):  # those are packed
        said += path.read_bytes().decode(errors="replace")
    assert "Đèn đường hỏng" in said
    for secret in ("Bí mật", "Kín", "912345678", "secret"):
        assert secret not in said
    frame = read(path, name)
    hidden = frame[frame["category"] == "an-ninh-trat-tu"].iloc[0]
    assert abs(hidden.geometry.x - 108.1) > 1e-4 or abs(hidden.geometry.y - 15.7) > 1e-4
    assert plain("content", hidden["content"]) is None


@EVERY
def test_filters_and_fields_are_the_same_everywhere(filled: Connection, tmp_path: Path, name: str) -> None:
    asked = Asked(Filters(area="502"), fields=("state", "content"))
    frame = read(written(filled, asked, name, tmp_path), name)
    assert list(frame.columns) == ["state", "content", "geometry"]
    assert list(frame["content"]) == ["Đèn đường hỏng ở Tam Kỳ"]


@EVERY
def test_nothing_at_all_is_a_file_too(session: Session, tmp_path: Path, name: str) -> None:
    asked = Asked(Filters(q="không có phản ánh nào như vậy"))
    path = written(session.connection(), asked, name, tmp_path)
    if name == "geojsonseq":
        assert path.read_bytes() == b""
    elif name == "kml":
        assert b"<Placemark>" not in path.read_bytes()
    elif name == "geojson":  # without a feature it has no fields either
        assert len(pyogrio.read_dataframe(path)) == 0
    else:
        assert len(read(path, name)) == 0


@EVERY
def test_batches_join_where_they_meet(
    filled: Connection, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "BATCH", 2)
    monkeypatch.setattr(rows_module, "TEXTS", 2)
    heard: list[int] = []
    path = tmp_path / f"out.{FORMATS[name].ending}"
    assert write(filled, Asked(), name, path, heard.append) == 5
    assert heard == [2, 4, 5]
    assert len(read(path, name)) == 5


@EVERY
def test_what_is_streamed_is_what_is_written(filled: Connection, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"out-{name}.{FORMATS[name].ending}"
    path.write_bytes(b"".join(stream(filled, Asked(), name)))
    assert len(read(path, name)) == 5


@EVERY
def test_a_size_is_estimated_for_every_format(name: str) -> None:
    small, large = (estimated_size(Asked(fields=fields), name, 1_000) for fields in ((), COLUMNS))
    assert 0 < small < large < 2_000_000


def test_csv_opens_in_a_spreadsheet_and_calculates_nothing(filled: Connection, tmp_path: Path) -> None:
    path = written(filled, Asked(crs=5899), "csv", tmp_path)
    assert path.read_bytes().startswith(codecs.BOM_UTF8)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    for line in lines:
        assert not any(value.startswith(("=", "+", "-", "@", "\t", "\r")) for value in line.values())
        assert datetime.fromisoformat(line["created_at"]).utcoffset() == datetime.now(ZONE).utcoffset()
    assert [line["happened_at"] for line in lines if line["happened_at"]] == ["2026-02-01T00:30:00+07:00"]
    assert any(line["content"].startswith("'=HYPERLINK") for line in lines)
    assert {"x", "y"} <= lines[0].keys()


@pytest.mark.parametrize("start", ["=1+1", "+84", "-1", "@SUM(1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula(start: str) -> None:
    import pyarrow as pa  # noqa: PLC0415 (of this test alone)

    from maps.export import harmless  # noqa: PLC0415 (the same)

    found = harmless.texts(pa.array([start, "Ổ gà", None, ""]))
    assert found.to_pylist() == ["'" + start, "Ổ gà", None, ""]


def test_csv_with_wkt(filled: Connection, tmp_path: Path) -> None:
    path = written(filled, Asked(Filters(area="502"), crs=5899, wkt=True), "csv", tmp_path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [line["wkt"] for line in csv.DictReader(file)] == ["POINT (577453.9633 1722531.7034)"]


def test_xlsx_has_dates_as_dates_and_no_formula(filled: Connection, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(filled, Asked(), "xlsx", tmp_path))
    reports, notes = book.worksheets
    heads = [cell.value for cell in reports[1]]
    assert all(cell.data_type != "f" for line in reports for cell in line)
    assert reports.cell(2, heads.index("created_at") + 1).is_date
    happened = [cell.value for cell in reports["N"][1:] if cell.value]
    assert happened == [datetime(2026, 2, 1, 0, 30)]  # noqa: DTZ001 (a spreadsheet knows no zone)
    assert reports.cell(2, heads.index("lon") + 1).data_type == "n"
    assert [line[0].value for line in notes][:3] == ["code", "category", "category_name"]


def test_a_spreadsheet_has_an_end_and_says_so(
    filled: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, "xlsx", FORMATS["xlsx"]._replace(most=4))
    with pytest.raises(InvalidError, match="4 dòng, ở đây có 5"):
        write(filled, Asked(), "xlsx", tmp_path / "out.xlsx")


def test_a_shapefile_explains_its_names(filled: Connection, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(filled, Asked(crs=5899), "shp", tmp_path)) as archive:
        names = set(archive.namelist())
        assert names == {"LEGEND.txt", *(f"reports.{end}" for end in ("cpg", "dbf", "prj", "shp", "shx"))}
        assert archive.read("reports.cpg") == b"UTF-8"
        assert b"VN_2000" in archive.read("reports.prj")
        legend = archive.read("LEGEND.txt").decode("utf-8-sig")
    assert "to_confirm\tneeds_confirmation\tnơi xảy ra còn chờ xác nhận\twhether the place" in legend
    assert "tâm một ô 500 m" in legend
    assert "in_progress\tĐang xử lý\tIn progress" in legend
    frame = read(tmp_path / "out-shp-5899.zip", "shp")
    assert all(len(content.encode()) <= 254 for content in frame["content"].dropna())
    assert any(LONG.startswith(content[:-1]) for content in frame["content"].dropna())


def test_xlsx_says_what_its_places_are_and_what_was_asked(filled: Connection, tmp_path: Path) -> None:
    asked = Asked(Filters(unit="ioc"), crs=5899, said={"unit": "ioc"}, address="https://example.vn/")
    notes = openpyxl.load_workbook(written(filled, asked, "xlsx", tmp_path))["Ghi chu - Notes"]
    rows = {row[1]: row[0] for row in notes.iter_rows(values_only=True)}
    assert "x, y" in next(value for said, value in rows.items() if "tâm một ô 500 m" in said)
    assert rows["hệ tọa độ của các cột x, y"].startswith("EPSG:5899 (VN-2000")
    assert rows["bộ lọc"] == "unit=ioc"
    assert rows["nguồn"] == "https://example.vn/"
    assert rows["lúc tạo tệp, giờ Việt Nam"]
    assert rows["Đã kết thúc"] == "closed"


@pytest.mark.parametrize("exact", [False, True])
def test_a_file_says_whether_its_points_are_exact(filled: Connection, tmp_path: Path, exact: bool) -> None:
    path = written(filled, Asked(exact=exact), "gpkg", tmp_path)
    with sqlite3.connect(path) as database:
        said = database.execute("SELECT description FROM gpkg_contents WHERE table_name = 'reports'").fetchone()[0]
    assert ("CHÍNH XÁC" in said, "500 m" in said) == (exact, not exact)
    with zipfile.ZipFile(written(filled, Asked(exact=exact), "shp", tmp_path)) as archive:
        assert ("CHÍNH XÁC" in archive.read("LEGEND.txt").decode("utf-8-sig")) == exact
    kml = written(filled, Asked(exact=exact), "kml", tmp_path).read_text("utf-8")
    assert ("CHÍNH XÁC" in kml) == exact


def test_fields_that_are_not_there() -> None:
    with pytest.raises(InvalidError, match="phone") as caught:
        check(Asked(fields=("state", "phone")), "csv")
    assert caught.value.field == "fields"
