"""The table below the map of uncertain places."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from boundaries import editions, placing
from geo.filters import Filters
from geo.models import Report
from geo.settings import Settings
from maps import doubts

BORDER = (108.292975, 15.896727)  # 20 m from Điện Bàn in Hội An


def test_its_rows_add_up_to_its_heading_also_after_an_edition_with_other_areas_came(
    client: TestClient,
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    make_report: Callable[..., Report],
) -> None:
    def doubted() -> None:
        make_report(unit="ubnd-503", lon=BORDER[0], lat=BORDER[1], area_code="503", needs_confirmation=True)

    def told() -> list[tuple[str, int, int]]:
        edition = editions.find(session)
        rows = doubts.by_area(session, Filters(), edition, demo=None)
        assert sum(one.count for one in rows) == doubts.cells(session, Filters(), demo=None).count.sum()
        return [(f"{one.kind} {one.name}".strip(), one.count, one.waiting) for one in rows]

    doubted()
    doubted()
    session.commit()
    assert told() == [("", 2, 2)]
    placing.keep(sessions, settings)
    assert told() == [("thành phố Hội An", 2, 2)]
    editions.activate(session, "2025-01")
    editions.activate(session, "2025-07")
    session.commit()
    ((name, count, waiting),) = told()
    assert (name.split()[0] in ("phường", "xã"), count, waiting) == (True, 2, 2)
    doubted()
    session.commit()
    assert told()[-1] == ("", 1, 1)
    page = client.get("/maps/uncertain").text
    assert "3 phản ánh có nơi xử lý cần được xác nhận" in page
    assert '<th scope="row">Chưa xếp</th><td class="figure">1</td>' in page
