"""A change of the borders from a browser: a file is brought, looked at, put in force and taken back."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, text

from api.delivery import worker
from api.signed import COOKIE
from api.undoing import UNDO
from api.web.admin import edition_form
from boundaries import activation, editions, incoming
from boundaries.findings import Reading
from boundaries.importing import NewArea
from boundaries.incoming import Incoming
from boundaries.scheduling import SWITCH
from geo import accounts, logins
from geo.models import User
from tests.boundaries import as_files
from tests.browser.conftest import PHONE, Live, OpenPage, Traffic

pytestmark = pytest.mark.browser
NONG_SON = {"lon": 107.99, "lat": 15.70}


@pytest.fixture
def enter(live: Live) -> Callable[[Page], None]:
    """Gives a browser the session of an administrator."""

    def of(page: Page) -> None:
        with live.sessions.begin() as session:
            user = session.scalar(select(User).where(User.role == "administrator"))
            if user is None:
                user, _link = accounts.add(
                    session, "sen@example.vn", name="Lê Thị Sen", role="administrator", unit=None
                )
                session.flush()
            token = logins.begin(session, user, "Firefox", complete=True)
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": live.url}])

    return of


@pytest.fixture
def work(live: Live) -> Iterator[Callable[[], None]]:
    """Lets a real worker do what waits, beside the browser that looks on."""
    threads: list[threading.Thread] = []
    url = live.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    asked = text("status = 'todo' AND task_name IN (:switch, :undo)").bindparams(switch=SWITCH, undo=UNDO)
    waiting = select(func.count()).select_from(text("procrastinate_jobs")).where(asked)

    def all_of_it() -> None:
        left = 1
        while left:  # a job whose lock another one had is left behind by a worker that does not wait
            app = worker.build(url, live.settings, live.sessions)
            app.run_worker(wait=False, install_signal_handlers=False)
            with live.engine.connect() as connection:
                left = connection.scalar(waiting) or 0

    def run() -> None:
        threads.append(threading.Thread(target=all_of_it))
        threads[-1].start()

    yield run
    for thread in threads:
        thread.join(timeout=60)


@pytest.fixture
def files(live: Live, tmp_path: Path) -> dict[str, Path]:
    """The edition of 2025 as a sound file, and with a hole."""
    found = {}
    with live.sessions() as session:
        areas = as_files.frame(session, "2025-01")
    for name, frame in (("tốt", areas), ("hỏng", as_files.with_a_hole(areas))):
        folder = tmp_path / name
        folder.mkdir()
        found[name] = folder / f"{name}.gpkg"
        found[name].write_bytes(as_files.geopackage(frame, folder))
    return found


def bring(page: Page, live: Live, file: Path) -> None:
    page.goto(f"{live.url}/admin/boundaries")
    if not page.get_by_label("Tệp địa giới").is_visible():
        page.get_by_text("Nhập địa giới từ tệp").click()
    page.get_by_label("Tệp địa giới").set_input_files(file)
    page.get_by_label("Mã phiên bản").fill("2026-01")
    page.get_by_label("Tên phiên bản").fill("Sau sắp xếp")
    page.get_by_label("Hiệu lực từ ngày").fill("2026-01-01")
    page.get_by_role("button", name="Kiểm tệp").click()
    expect(page.get_by_role("heading", name="Báo cáo kiểm tệp")).to_be_visible(timeout=90_000)


def test_a_damaged_file_shows_where_and_a_good_one_is_put_in_force_and_taken_back(
    live: Live,
    page: Page,
    traffic: Traffic,
    enter: Callable[[Page], None],
    work: Callable[[], None],
    files: dict[str, Path],
) -> None:
    code = live.report(**NONG_SON)
    with live.sessions.begin() as session:  # what waits for its day holds nothing up
        activation.schedule(session, "2025-07", datetime.now(UTC) + timedelta(days=9))
    enter(page)
    bring(page, live, files["hỏng"])
    expect(page.get_by_text(re.compile(r"Khe hở .* m² cạnh 510, tại 107\.55, 15\.65\."))).to_be_visible()
    expect(page.locator(".read-area")).to_have_count(17)
    expect(page.get_by_role("button", name="Ghi thành bản nháp")).to_have_count(0)
    page.get_by_role("button", name="Xem trên bản đồ").first.click()
    pin = page.locator(".finding-pin").first
    expect(pin).to_be_in_viewport()
    pin.click()
    expect(page.locator("#finding-1")).to_be_focused()
    bring(page, live, files["tốt"])
    expect(page.get_by_text("Tệp dùng được.")).to_be_visible()
    page.get_by_role("button", name="Ghi thành bản nháp").click()
    expect(page.get_by_text("Đã ghi thành bản nháp.")).to_be_visible()
    expect(page.locator("#map .outline")).to_have_count(17)
    page.get_by_role("link", name="Xem trước và kích hoạt").click()
    expect(page.locator(".figure", has_text="chuyển sang đơn vị khác").locator("dd")).to_have_text("1")
    page.get_by_label("Tôi đã xem các con số trên").check()
    page.get_by_role("button", name="Kích hoạt ngay").click()
    expect(page.get_by_text("Đang kích hoạt…")).to_be_visible()
    work()
    # The page asks by itself, and is made anew.
    expect(page.get_by_text("Đã kích hoạt.")).to_be_visible()
    page.goto(f"{live.url}/reports/{code}")
    expect(page.get_by_text("UBND huyện Quế Sơn").first).to_be_visible()
    page.goto(f"{live.url}/admin/boundaries/2026-01")
    page.get_by_text("Hoàn tác kích hoạt").first.click()
    page.get_by_label("Tôi đã đọc và muốn hoàn tác").check()
    page.get_by_role("button", name="Hoàn tác kích hoạt").click()
    expect(page.get_by_text("Đang hoàn tác…")).to_be_visible()
    work()
    expect(page.get_by_text("Đã hoàn tác; phiên bản lại là bản nháp.")).to_be_visible()
    page.goto(f"{live.url}/reports/{code}")
    expect(page.get_by_text("UBND huyện Nông Sơn").first).to_be_visible()
    assert traffic.errors == []
    assert traffic.foreign(live.url) == []


def test_a_file_with_swapped_axes_leaves_the_map_at_the_province(
    live: Live, page: Page, enter: Callable[[Page], None]
) -> None:
    swapped = shapely.box(15.2, 107.2, 16.1, 108.7)
    reading = Reading("own.gpkg", [NewArea("district", "503", "Hội An", "thành phố", None, True, swapped)], [], [])
    with live.sessions() as session:
        form = edition_form.blank(editions.find(session, "2025-01"))
    name = incoming.keep(live.settings, b"", Incoming("own.gpkg", form, "", reading, datetime.now(UTC)))
    enter(page)
    page.goto(f"{live.url}/admin/boundaries/uploads/{name}")
    expect(page.locator(".read-area")).to_have_count(1)
    expect(page.locator("#map .outline").nth(9)).to_be_in_viewport()


def test_all_of_it_works_without_scripts_on_a_phone(
    live: Live,
    open_page: OpenPage,
    enter: Callable[[Page], None],
    work: Callable[[], None],
    files: dict[str, Path],
) -> None:
    page = open_page(PHONE, java_script_enabled=False)
    enter(page)
    bring(page, live, files["hỏng"])
    expect(page.get_by_text("tại 107.55, 15.65.")).to_be_visible()
    page.get_by_role("button", name="Bỏ tệp này").click()
    expect(page.get_by_text("Đã bỏ tệp; chưa có gì được ghi.")).to_be_visible()
    bring(page, live, files["tốt"])
    page.get_by_role("button", name="Ghi thành bản nháp").click()
    page.get_by_role("link", name="Xem trước và kích hoạt").click()
    page.get_by_label("Tôi đã xem các con số trên").check()
    page.get_by_role("button", name="Kích hoạt ngay").click()
    expect(page.get_by_text("Đang kích hoạt…")).to_be_visible()
    work()
    # By the page's own refresh.
    expect(page.get_by_text("Đã kích hoạt.")).to_be_visible(timeout=90_000)
