"""The desk of a unit that an uncertain place may belong to."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import claims, workflow
from geo.details import Details
from geo.models import Flag, Report, ReportUnit, Unit
from geo.permissions import Actor

Make = Callable[..., Any]


def uncertain(session: Session, make_report: Make) -> Report:
    report: Report = make_report(unit="ubnd-503", needs_confirmation=True)
    beside = session.scalars(select(Unit.id).where(Unit.code == "ubnd-507")).one()
    session.add(ReportUnit(report_id=report.id, unit_id=beside, role="candidate"))
    session.flush()
    return report


def send(client: TestClient, report: Report, action: str, **fields: Any) -> Any:
    page = client.get(f"/queue/{report.code}").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    sent = fields | {"token": token, "version": str(report.version)}
    return client.post(f"/queue/{report.code}/{action}", data=sent, follow_redirects=False)


def test_another_unit_finds_it_reads_it_and_takes_it(
    client: TestClient, session: Session, make_report: Make, make_user: Make, sign_in: Make
) -> None:
    report = uncertain(session, make_report)
    sign_in(client, make_user("officer", unit="ubnd-507"))
    assert report.code in client.get("/queue?tab=maybe").text
    assert report.code not in client.get("/queue?tab=open").text
    page = client.get(f"/queue/{report.code}").text
    assert "Nơi này có thể thuộc đơn vị của bạn" in page
    assert f'action="/queue/{report.code}/ours' in page
    assert f'action="/queue/{report.code}/not_ours' in page
    for other in ("accept", "resolve", "forward", "contact", "claim"):
        assert f'action="/queue/{report.code}/{other}' not in page
    assert client.post(f"/queue/{report.code}/contact", data={"why": "xem"}).status_code == 403
    assert send(client, report, "ours").status_code == 303
    session.refresh(report)
    assert (report.unit.code, report.needs_confirmation) == ("ubnd-507", False)
    history = client.get(f"/queue/{report.code}").text
    assert "UBND thị xã Điện Bàn cho biết nơi này thuộc mình." in history
    assert "Chuyển đến UBND thị xã Điện Bàn theo nơi xảy ra sự việc." in history


def test_the_responsible_unit_names_which_of_the_others_it_is(
    client: TestClient, session: Session, make_report: Make, make_user: Make, sign_in: Make
) -> None:
    report = uncertain(session, make_report)
    sign_in(client, make_user("officer", unit="ubnd-503"))
    form = client.get(f"/queue/{report.code}").text.partition("/not_ours")[2].partition("</form>")[0]
    assert '<option value="ubnd-507">' in form
    assert '<option value="ubnd-502">' not in form
    assert send(client, report, "not_ours", unit="ubnd-502").status_code == 409
    sent = send(client, report, "not_ours", unit="ubnd-507")
    assert sent.status_code == 303
    there = client.get(sent.headers["location"])
    assert there.status_code == 200
    assert f"Đã ghi bước của bạn với {report.code}" in there.text
    assert "nơi xử lý là UBND thị xã Điện Bàn." in there.text
    session.refresh(report)
    assert (report.unit.code, report.needs_confirmation) == ("ubnd-507", False)


def test_a_stranger_is_told_that_it_is_not_theirs(
    client: TestClient, session: Session, make_report: Make, make_user: Make, sign_in: Make
) -> None:
    report = uncertain(session, make_report)
    sign_in(client, make_user("officer", unit="ubnd-502"))
    assert client.get(f"/queue/{report.code}").status_code == 404
    assert "Đã ghi bước" not in client.get(f"/queue?left={report.code}").text


def test_another_unit_reads_neither_an_answer_that_nobody_approved_nor_who_works_on_it(
    client: TestClient, session: Session, make_report: Make, make_user: Make, sign_in: Make
) -> None:
    report = uncertain(session, make_report)
    officer, words = make_user("officer", unit="ubnd-503", name="Ngô Thị Chi"), "Đã vá xong sáng nay, xin duyệt."
    who, now = Actor("officer", unit_id=officer.unit_id, user_id=officer.id), datetime.now(UTC)
    answer = Details(text=words, proposed="resolve", pictures=1)
    workflow.apply(session, report, "accept", who, door="web")
    workflow.apply(session, report, "assign", who, door="web", details=Details(user_id=officer.id))
    workflow.apply(session, report, "propose", who, door="web", details=answer)
    claims.claim(session, report, who, now)
    session.add(Flag(report_id=report.id, subject="x", text="Ảnh này chụp nhà tôi"))
    session.flush()
    inner = (words, officer.name, "Ảnh này chụp nhà tôi", "Chờ lãnh đạo duyệt")
    sign_in(client, make_user("officer", unit="ubnd-507"))
    page, listed = client.get(f"/queue/{report.code}").text, client.get("/queue?tab=maybe").text
    assert f'action="/queue/{report.code}/ours' in page
    assert report.code in listed
    assert [one for one in inner if one in page] == []
    assert [one for one in (officer.name, "Chờ duyệt") if one in listed] == []
    sign_in(client, make_user("officer", unit="ubnd-503"))
    page = client.get(f"/queue/{report.code}").text
    assert [one for one in inner if one not in page] == []


def test_no_bulk_step_is_offered_on_what_is_another_units(
    client: TestClient, session: Session, make_report: Make, make_user: Make, sign_in: Make
) -> None:
    report = uncertain(session, make_report)
    for unit, tab, offered in (("ubnd-507", "maybe", False), ("ubnd-503", "open", True)):
        sign_in(client, make_user("officer", unit=unit))
        page = client.get(f"/queue?tab={tab}").text
        assert report.code in page
        assert ('value="accept"' in page) == offered
        assert (f'name="code" value="{report.code}"' in page) == offered
