"""The statistics' doors: what they answer, as JSON, CSV and as the sheet for LRIS."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.models import Category, Report, Unit
from maps.statistics.measures import NAMES
from tests import histories
from tests.histories import LOCAL

Make = Callable[..., Report]
URL = "/api/v1/statistics/performance"


def test_a_unit_has_what_it_did(client: TestClient, make_report: Make) -> None:
    make_report(unit="ubnd-503", area_code="503", accepted=True)
    found = client.get(URL).json()
    (row,) = found["rows"]
    assert row["unit"] == {"code": "ubnd-503", "name": "UBND thành phố Hội An"}
    assert (row["received"], row["accepted"], row["handled"], row["open"]) == (1, 1, 0, 1)
    assert row["result_hours"] is None
    assert list(found["total"]) == list(NAMES)
    assert (found["by"], found["period"], found["demo"]) == (["unit"], None, False)


def test_several_dimensions_at_once(client: TestClient, session: Session, make_report: Make) -> None:
    make_report(category="cay-xanh", area_code="503").created_at = datetime(2026, 8, 31, 17, tzinfo=UTC)
    make_report(category="giao-thong").created_at = datetime(2026, 8, 31, 16, 59, 59, 999999, tzinfo=UTC)
    session.flush()
    found = client.get(f"{URL}?by=period,category,area&period=month&since=2026-08-01&until=2026-09-30").json()
    received = [one for one in found["rows"] if one["received"]]
    assert [(one["period"], one["category"]["code"], one["area"]) for one in received] == [
        ("2026-08", "giao-thong", None),
        ("2026-09", "cay-xanh", {"code": "503", "name": "thành phố Hội An"}),
    ]
    assert (found["since"], found["until"][:16]) == ("2026-08-01T00:00:00+07:00", "2026-10-01T00:00")


@pytest.mark.parametrize(
    "wrong", ["by=x", "by=unit,unit", "period=hour", "unit=x", "since=x", "category=x", "format=pdf", "by=", "area=%00"]
)
def test_what_means_nothing_is_refused(client: TestClient, wrong: str) -> None:
    answer = client.get(f"{URL}?{wrong}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_too_many_periods_are_refused(client: TestClient, session: Session, make_report: Make) -> None:
    make_report().created_at = datetime(2020, 1, 1, tzinfo=UTC)
    session.flush()
    assert client.get(f"{URL}?by=period&period=day").status_code == 422
    assert client.get(f"{URL}?by=period&period=quarter").status_code == 200


def test_csv_has_the_same_and_no_formula(client: TestClient, session: Session, make_report: Make) -> None:
    make_report(unit="ubnd-503", accepted=True)
    session.execute(text("UPDATE units SET name = '=1+1' WHERE code = 'ubnd-503'"))
    answer = client.get(f"{URL}?by=unit,area&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["unit"], row["unit_name"], row["area"], row["accepted"]) == ("ubnd-503", "'=1+1", "", "1")


def _grid(book: Any, sheet: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


@pytest.fixture
def filled(session: Session) -> None:
    histories.fill(session, 400, seed=11, whole=True)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("period", ["2024-02", "2024-Q2", "2024"])
def test_the_sheet_for_lris_adds_up_by_formula_and_by_value(client: TestClient, period: str) -> None:
    data = client.get(f"/api/v1/statistics/lris?period={period}&format=xlsx").content
    told = client.get(f"/api/v1/statistics/lris?period={period}").json()
    values, formulas = (openpyxl.load_workbook(io.BytesIO(data), data_only=only) for only in (True, False))
    for sheet, rows in (("Theo đơn vị", told["units"]), ("Theo lĩnh vực", told["categories"])):
        shown, written = _grid(values, sheet), _grid(formulas, sheet)
        start = next(place for place, row in enumerate(shown) if row[0] == "(1)") + 1
        end = next(place for place, row in enumerate(shown) if row[0] == "Tổng cộng")
        assert end - start == len(rows)
        names = [one["name"] for one in told["columns"]]
        for row, expected in zip(shown[start : end + 1], [*rows, told["total"]], strict=True):
            for name, cell in zip(names, row[2:], strict=True):
                assert cell == ("–" if expected[name] is None else pytest.approx(expected[name], abs=1e-4)), name
        # The formulas, worked out by hand, give the values that stand beside them.
        for at in range(start, end + 1):
            for place, cell in enumerate(written[at]):
                if isinstance(cell, str) and cell.startswith("=SUM"):
                    sums = [
                        sum(line[0].value for line in values[sheet][one])
                        for one in re.findall(r"SUM\(([A-Z0-9:]+)\)", cell)
                    ]
                    assert re.sub(r"SUM\([A-Z0-9:]+\)", "", cell) == "=" + "-" * (len(sums) - 1)
                    assert shown[at][place] == sums[0] - sum(sums[1:]), cell
                elif isinstance(cell, str) and cell.startswith("=") and "IF" not in cell:
                    parts = [openpyxl.utils.cell.coordinate_from_string(one) for one in cell[1:].split("+")]
                    columns = [openpyxl.utils.column_index_from_string(letter) - 1 for letter, _row in parts]
                    assert {line for _letter, line in parts} == {at + 1}
                    assert shown[at][place] == sum(shown[at][one] for one in columns)
        total = dict(zip(names, shown[end][2:], strict=True))
        assert total["waiting"] == total["handled"] + total["forwarded"] + total["merged"] + total["open"]
        # What units gave one another is in their rows, in no total, and said below.
        assert sum(dict(zip(names, row[2:], strict=True))["forwarded"] for row in shown[start:end]) == (
            told["moved"] if sheet == "Theo đơn vị" else 0
        )
        assert told["moved"] > total["forwarded"] == 0
        assert [told["note"]] in [[cell for cell in row if cell is not None] for row in shown]


def test_the_sheet_for_lris_is_ready_to_be_signed(client: TestClient, session: Session) -> None:
    session.scalars(select(Unit).where(Unit.code == "ubnd-503")).one().name = "@SUM(A1)"
    session.flush()
    data = client.get("/api/v1/statistics/lris?period=2020-Q3&format=xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book["Theo đơn vị"]
    said = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập – Tự do – Hạnh phúc",
        "TRUNG TÂM GIÁM SÁT, ĐIỀU HÀNH ĐÔ THỊ THÔNG MINH QUẢNG NAM",
        "BÁO CÁO KẾT QUẢ TIẾP NHẬN, XỬ LÝ PHẢN ÁNH HIỆN TRƯỜNG QUÝ III NĂM 2020",
        "Từ ngày 01/07/2020 đến hết ngày 30/09/2020",
        "NGƯỜI LẬP BIỂU",
        "THỦ TRƯỞNG ĐƠN VỊ",
    ):
        assert expected in said
    assert "'@SUM(A1)" in said
    today = datetime.now(LOCAL)
    assert any(
        one.startswith(f"Quảng Nam, ngày {today:%d} tháng ") and one.endswith(f"năm {today.year}") for one in said
    )
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)  # A4, as many pages as it takes
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$7:$9"
    assert sheet.print_area.startswith("'Theo đơn vị'!$A$1:$V$")
    figures = [cell for row in sheet.iter_rows(min_row=10, min_col=3) for cell in row if isinstance(cell.value, int)]
    assert {cell.number_format for cell in figures} == {"[$-42A]#,##0"}
    # The committees of the province, which have nothing to report, are in it all the same.
    assert sum("UBND" in one for one in said) >= 17


def test_every_category_in_use_is_in_every_sheet(client: TestClient, session: Session, make_report: Make) -> None:
    kinds = session.scalars(select(Category).order_by(Category.position, Category.id)).all()
    kinds[0].active = False
    make_report(category=kinds[1].code)
    session.flush()
    empty, now = (
        client.get(f"/api/v1/statistics/lris?period={one}").json() for one in ("2020-Q3", datetime.now(LOCAL).year)
    )
    for found, received in ((empty, 0), (now, 1)):
        assert [one["code"] for one in found["categories"]] == [one.code for one in kinds[1:]]
        assert [one["received"] for one in found["categories"]] == [received] + [0] * (len(kinds) - 2)
    data = client.get("/api/v1/statistics/lris?period=2020-Q3&format=xlsx").content
    rows = _grid(openpyxl.load_workbook(io.BytesIO(data)), "Theo lĩnh vực")
    assert [row[1] for row in rows if isinstance(row[0], int)] == [one.name for one in kinds[1:]]


def test_a_period_that_is_not_over_says_so(client: TestClient, make_report: Make) -> None:
    make_report()
    year = datetime.now(UTC).year
    found = client.get(f"/api/v1/statistics/lris?period={year}").json()
    assert (found["over"], found["title"]) == (
        False,
        f"Báo cáo kết quả tiếp nhận, xử lý phản ánh hiện trường năm {year}",
    )
    data = client.get(f"/api/v1/statistics/lris?period={year}&format=xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert "Số liệu tạm tính từ ngày" in str(sheet["A5"].value)
    assert "kỳ báo cáo chưa kết thúc" in str(sheet["A5"].value)
    assert sheet["A5"].font.bold


@pytest.mark.parametrize("format_", ["json", "xlsx"])
def test_a_period_that_has_not_begun_is_refused(client: TestClient, format_: str) -> None:
    year = datetime.now(LOCAL).year + 1
    answer = client.get(f"/api/v1/statistics/lris?period={year}-Q1&format={format_}")
    assert answer.status_code == 422
    assert f"chưa bắt đầu; ngày đầu tiên là 01/01/{year}" in answer.text


@pytest.mark.parametrize("wrong", ["2026-13", "2026-Q5", "26", "2026-Q", "0001", "x" * 11])
def test_a_period_that_is_none_is_refused(client: TestClient, wrong: str) -> None:
    assert client.get(f"/api/v1/statistics/lris?period={wrong}").status_code == 422
