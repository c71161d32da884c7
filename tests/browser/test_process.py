"""The regulation in real browsers: a phone in the street, an officer's desk, the phone again."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from geo import accounts
from tests.browser.conftest import DESKTOP, PHONE, Live, OpenPage, Traffic

pytestmark = pytest.mark.browser
PASSWORD = "cầu tre nắng sớm"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "ảnh.jpg"
    Image.new("RGB", (400, 300), "orange").save(path)
    return path


def send(page: Page, live: Live, photo: Path) -> str:
    """Sends a report from a phone and opens it by the private link; its code."""
    page.goto(f"{live.url}/reports/new")
    page.get_by_role("combobox").fill("15.8794, 108.3380")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nơi nhận: UBND thành phố Hội An")).to_be_visible()
    page.get_by_role("radio", name="Giao thông").check()
    page.get_by_label("Mô tả sự việc").fill("Ổ gà lớn trước cổng chợ, nhiều người ngã xe.")
    page.locator("#photos").set_input_files(photo)
    page.get_by_label("Họ và tên").fill("Trần Thị Bưởi")
    page.get_by_label("Số điện thoại").fill("0905 123 456")
    page.get_by_role("checkbox", name="Tôi chịu trách nhiệm").check()
    page.locator("#send").click()
    expect(page.get_by_role("heading", name="Đã nhận phản ánh của bạn")).to_be_visible()
    code = page.locator(".sent-code").inner_text()
    page.get_by_role("link", name="Xem phản ánh của tôi").click()
    return code


def desk(page: Page, live: Live, role: str, name: str) -> None:
    """Signs somebody of Hội An in, from the one-time link on."""
    with live.sessions.begin() as session:
        _user, link = accounts.add(session, f"{role}@example.vn", name=name, role=role, unit="ubnd-503")
    page.goto(f"{live.url}/welcome/{link}")
    page.get_by_label("Mật khẩu mới").fill(PASSWORD)
    page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Lưu mật khẩu và đăng nhập").click()
    expect(page.get_by_role("heading", name="Bàn làm việc")).to_be_visible()


def open_step(page: Page, name: str) -> None:
    page.locator("summary", has_text=name).click()


def test_a_report_its_answer_and_the_second_one(open_page: OpenPage, live: Live, traffic: Traffic, photo: Path) -> None:
    phone, officer, head = open_page(PHONE), open_page(DESKTOP), open_page(DESKTOP)
    code = send(phone, live, photo)
    desk(officer, live, "officer", "Lê Thị Sen")
    desk(head, live, "head", "Phan Văn Bội")

    officer.get_by_role("link", name="Mới").click()
    officer.get_by_label(f"Đánh dấu {code}").check()
    officer.get_by_role("button", name="Tiếp nhận").click()
    expect(officer.get_by_text("1 phản ánh đã xong bước này.")).to_be_visible()
    officer.goto(f"{live.url}/queue/{code}")
    open_step(officer, "Hỏi người gửi")
    officer.get_by_label("Cần bổ sung điều gì").fill("Ổ gà nằm ở làn nào?")
    officer.get_by_role("button", name="Hỏi người gửi").click()

    phone.reload()
    expect(phone.get_by_text("Ổ gà nằm ở làn nào?")).to_be_visible()
    phone.get_by_label("Thông tin mà đơn vị xử lý cần thêm").fill("Làn bên phải, trước nhà số 10.")
    phone.get_by_role("button", name="Gửi bổ sung").click()
    expect(phone.get_by_text("trước nhà số 10")).to_be_visible()

    officer.reload()
    officer.get_by_role("button", name="Tiếp nhận").click()
    open_step(officer, "Trả lời kết quả")
    officer.get_by_label("Đã làm gì, khi nào").fill("Đã vá ổ gà sáng nay.")
    officer.locator("#resolve-media").set_input_files(photo)
    officer.get_by_role("button", name="Trả lời kết quả").click()
    expect(officer.get_by_text("Đã có kết quả").first).to_be_visible()

    phone.reload()
    expect(phone.get_by_text("Đã vá ổ gà sáng nay.")).to_be_visible()
    phone.get_by_role("button", name="Chưa").click()
    open_step(phone, "Chưa đồng ý với kết quả?")
    phone.get_by_label("Điều gì chưa đúng hoặc chưa xong?").fill("Mưa một trận lại bung ra như cũ.")
    phone.get_by_role("button", name="Gửi phản ánh lần 2").click()
    expect(phone.get_by_text("Đây là phản ánh lần 2")).to_be_visible()
    second = phone.url.rpartition("/")[2]

    officer.goto(f"{live.url}/queue/{second}")
    officer.get_by_role("button", name="Tiếp nhận").click()
    expect(officer.get_by_role("alert").first).to_contain_text("cán bộ khác hoặc lãnh đạo")
    head.goto(f"{live.url}/queue/{second}")
    head.get_by_role("button", name="Tiếp nhận").click()
    open_step(head, "Trả lời kết quả")
    head.get_by_label("Đã làm gì, khi nào").fill("Đã làm lại cả mặt đường.")
    head.locator("#resolve-media").set_input_files(photo)
    head.get_by_role("button", name="Trả lời kết quả").click()

    phone.reload()
    phone.get_by_label("5 sao").check()
    phone.get_by_role("button", name="Gửi đánh giá").click()
    expect(phone.get_by_text("★★★★★")).to_be_visible()
    assert [error for error in traffic.errors if "409" not in error] == []
    assert traffic.foreign(live.url) == []
