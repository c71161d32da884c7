import pytest

from boundaries.columns import Fields, guess

XA = {
    "OBJECTID": ["1", "2", "3"],
    "MaHuyen": ["503", "503", "504"],
    "MaXa": ["20401", "20404", "20408"],
    "TenHuyen": ["Hội An", "Hội An", "Đại Lộc"],
    "TenXa": ["Phường Minh An", "Phường Tân An", "Xã Đại Sơn"],
    "LoaiXa": ["phường", "phường", "xã"],
}


@pytest.mark.parametrize(
    ("columns", "level", "found"),
    [
        (XA, "commune", Fields("MaXa", "TenXa", "LoaiXa", "MaHuyen")),
        (XA, None, Fields("MaXa", "TenXa", "LoaiXa", "MaHuyen")),
        ({"ma": ["502"], "ten": ["Tam Kỳ"]}, None, Fields("ma", "ten")),
        ({"MÃ ĐVHC": ["502"], "Tên đơn vị": ["Tam Kỳ"]}, "district", Fields("MÃ ĐVHC", "Tên đơn vị")),
        ({"code": ["502"], "name": ["x"], "parent": ["49"]}, "district", Fields("code", "name", parent="parent")),
        # Names that say nothing: what stands in them does.
        (
            {"f1": ["502", "503"], "f2": ["Tam Kỳ", "Hội An"], "f3": ["thành phố", "thành phố"]},
            "district",
            Fields("f1", "f2", "f3"),
        ),
        ({"f1": ["502", "502"], "f2": ["Tam Kỳ 1", "Hội An 2"]}, "district", Fields()),
    ],
)
def test_columns_are_found_by_their_names_and_by_what_they_hold(
    columns: dict[str, list[str]], level: str | None, found: Fields
) -> None:
    assert guess(columns, level, Fields()) == found


def test_what_is_given_is_never_guessed_and_never_used_twice() -> None:
    assert guess(XA, "commune", Fields(code="OBJECTID")).code == "OBJECTID"
    assert guess({"ten": ["Tam Kỳ"]}, "district", Fields(code="ten")).name is None
