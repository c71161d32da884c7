from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.bulk.importing import Summary, import_file
from geo.errors import InvalidError
from geo.models import Report
from geo.settings import Settings
from tests.api.bulk.rows import GOOD, counts, reasons

BAD = [
    ({"category": "giao-thongg"}, "giao-thong”?"),
    ({"category": ""}, "thiếu lĩnh vực"),
    ({"content": "  "}, "thiếu nội dung"),
    ({"content": "ngắn"}, "ngắn hơn 10"),
    ({"content": "x" * 5_001}, "dài hơn 5000"),
    ({"lon": "NaN"}, "hữu hạn"),
    ({"lon": "inf"}, "hữu hạn"),
    ({"lat": ""}, "hữu hạn"),
    ({"lat": "mười lăm"}, "hữu hạn"),
    ({"lon": "577453", "lat": "1722531"}, "mét"),
    ({"lon": "15.8801", "lat": "108.3301"}, "đổi chỗ"),
    ({"lon": "105.85", "lat": "21.03"}, "ngoài"),
    ({"accuracy": "-1"}, "accuracy"),
    ({"accuracy": "xa"}, "accuracy"),
    ({"created_at": "hôm qua"}, "created_at"),
    ({"created_at": "2999-01-01"}, "tương lai"),
    ({"happened_at": "1870-01-01"}, "trước năm 2000"),
    ({"state": "resolved"}, "trạng thái"),
    ({"name": "Lê Mận", "phone": "12345"}, "số điện thoại"),
    ({"name": "Lê Mận"}, "cả họ tên và số điện thoại"),
    ({"name": "Lê Mận", "phone": "0905123456", "email": "man@"}, "email"),
    ({"code": "một hai ba"}, "mã"),
]


def test_each_bad_row_is_set_aside_with_its_reason(bring: Callable[..., Summary], session: Session) -> None:
    rows = [GOOD, *(GOOD | change for change, _reason in BAD), GOOD]
    summary = bring(*rows)
    assert (summary.stored, summary.rejected) == (2, len(BAD))
    found = reasons(summary)
    assert list(found) == list(range(3, 3 + len(BAD)))
    for line, (change, reason) in enumerate(BAD, 3):
        assert reason in found[line].lower() or reason in found[line], (change, found[line])
    assert counts(session) == {"reports": 2, "events": 2, "assignments": 2, "report_units": 0, "senders": 0}


def test_a_row_has_all_its_reasons(bring: Callable[..., Summary]) -> None:
    summary = bring(GOOD | {"category": "", "content": "", "lon": ""})
    assert reasons(summary)[2].count(";") == 2


def test_rejected_rows_can_be_corrected_and_imported(
    bring: Callable[..., Summary], own: Engine, settings: Settings
) -> None:
    summary = bring(GOOD, GOOD | {"category": "giao-thongg"})
    assert summary.rejected_path is not None
    corrected = summary.rejected_path.with_name("corrected.csv")
    corrected.write_text(summary.rejected_path.read_text("utf-8-sig").replace("giao-thongg,", "giao-thong,"), "utf-8")
    assert import_file(own, settings, corrected) == Summary(1, 0, 0, None)


def test_rows_of_another_shape(own: Engine, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    good = "giao-thong,{},108.3301,15.8801\n"
    rows = [good.format("Ổ gà trước cổng chợ"), "a,b\n", "\n", good.format('"Ổ gà\nở chợ"'), "1,2,3,4,5,6\n"]
    path.write_text("category,content,lon,lat\n" + "".join(rows), "utf-8")
    summary = import_file(own, settings, path)
    assert summary.stored == 2
    assert reasons(summary) == {3: "số cột khác với dòng đầu", 6: "số cột khác với dòng đầu"}


def test_a_code_comes_once(bring: Callable[..., Summary], session: Session) -> None:
    first = GOOD | {"code": "qn 7k2m 9xq4"}
    assert bring(first, GOOD | {"code": "QN-7K2M-9XQ4"}, GOOD).stored == 2
    again = bring(first, GOOD | {"code": "QN-7K2M-9XQ5"})
    assert (again.stored, reasons(again)) == (1, {2: "mã này đã có"})
    assert {"QN-7K2M-9XQ4", "QN-7K2M-9XQ5"} < set(session.scalars(select(Report.code)))


BROKEN = [
    (b"", "reports.csv"),
    (b"lon,lat\n1,2\n", "reports.csv"),
    (b"category,content,lon,lat,LON\n", "reports.csv"),
    ("category,content,lon,lat\ngiao-thong,Đường hỏng nặng,108,15\n".encode("utf-16"), "reports.csv"),
    (b"category,content,lon,lat\ngiao-thong,\xff\xfe,108,15\n", "reports.csv"),
    (b"\x89PNG\r\n\x1a\n\x00\x00", "reports.csv"),
    (b"", "reports.geojson"),
    (b"{}", "reports.geojson"),
    (b"[1, 2]", "reports.geojson"),
    (b'{"type": "FeatureCollection", "features": [', "reports.geojson"),
    (b'{"type": "FeatureCollection", "features": []}', "reports.geojson"),
    (b"not GeoJSON", "reports.geojson"),
]


@pytest.mark.parametrize(("content", "name"), BROKEN)
def test_a_broken_file_is_refused_whole(
    own: Engine, settings: Settings, session: Session, tmp_path: Path, content: bytes, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidError):
        import_file(own, settings, path)
    assert set(counts(session).values()) == {0}
    assert [left.name for left in tmp_path.iterdir() if left.is_file()] == [name]


def test_a_file_that_breaks_late_leaves_nothing(
    own: Engine, settings: Settings, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "late.csv"
    row = ",".join(GOOD.values()) + "\n"
    # Longer than one block, so that batches were written before the fault is met.
    path.write_bytes((",".join(GOOD) + "\n" + row * 250_000).encode() + b"giao-thong,\xff\xff,108,15,2024-01-01\n")
    with pytest.raises(InvalidError, match="UTF-8"):
        import_file(own, settings, path)
    assert set(counts(session).values()) == {0}


def test_no_file(own: Engine, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"none\.csv"):
        import_file(own, settings, tmp_path / "none.csv")
