"""Pictures from addresses that a stranger chose: the public internet, at every redirect, within limits."""

import http.server
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.delivery import bringing, fetching
from api.delivery.outbound import UnreachableError
from geo import elsewhere
from geo.errors import InvalidError
from geo.models import Media, MediaFetch, Report
from geo.settings import Settings
from tests.api.delivery.test_outbound import INSIDE

Make = Callable[..., Any]
PUBLIC = "93.184.216.34"


def jpeg() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (400, 300), "orange").save(data, "JPEG")
    return data.getvalue()


@dataclass
class Server:
    """A web server on this machine: what it is asked for, and what it answers by path."""

    port: int = 0
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(f"{self.headers['host'].partition(':')[0]}{self.path}")
            status, headers, body = made.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    made.port = listening.server_address[1]
    yield made
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def open_settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"fetch_inside": True, "max_photo_bytes": 100_000})


@pytest.mark.parametrize("address", INSIDE)
def test_the_inside_is_refused_in_every_disguise(settings: Settings, address: str) -> None:
    for answers in ([address], [PUBLIC, address], []):
        with pytest.raises(InvalidError):
            fetching.get("http://example.org/a.jpg", settings, resolver=lambda _host, _port, found=answers: found)


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/a", "file:///etc/passwd", "gopher://example.org/", "//example.org/a", "http://", "a.jpg"),
        *("http://u:p@example.org/", "http://exämple.org/", "http://example.org/a b", "http://example.org/\r\nX: y"),
        *("http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/"),
        *("http://example.org:22/", "https://example.org:5432/", "http://example.org:0/", "http://example.org:99999/"),
    ],
)
def test_addresses_that_are_none_or_lead_elsewhere_are_refused(settings: Settings, url: str) -> None:
    with pytest.raises((InvalidError, UnreachableError)):
        fetching.get(url, settings)


def test_a_redirect_is_looked_at_like_the_first_address(server: Server, open_settings: Settings) -> None:
    server.answers = {
        "/a": (302, {"Location": "/b"}, b""),
        "/b": (301, {"Location": f"http://elsewhere.example:{server.port}/c"}, b""),
        "/c": (200, {}, b"picture"),
        "/round": (302, {"Location": "/round"}, b""),
        "/file": (302, {"Location": "file:///etc/passwd"}, b""),
        "/user": (302, {"Location": "http://u:p@example.org/"}, b""),
    }
    looked: list[str] = []

    def resolver(host: str, _port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"]

    def get(path: str) -> bytes:
        return fetching.get(f"http://example.org:{server.port}{path}", open_settings, resolver=resolver)

    assert get("/a") == b"picture"
    # The name of each is asked for once, and each by its own name.
    assert looked == ["example.org", "example.org", "elsewhere.example"]
    assert server.asked == ["example.org/a", "example.org/b", "elsewhere.example/c"]
    with pytest.raises(UnreachableError):
        get("/round")
    for path in ("/file", "/user"):
        with pytest.raises(InvalidError):
            get(path)


def test_a_redirect_to_the_inside_is_refused(
    server: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first address is allowed by its name alone; where it leads is what the machine itself answers for.
    monkeypatch.setattr(fetching, "PORTS", (80, 443, server.port))
    inside = {"example.org": "127.0.0.1", "metadata.example": "169.254.169.254"}
    server.answers = {"/a": (302, {"Location": "http://metadata.example/latest/"}, b"")}
    first = iter([True])

    def allowed(address: str) -> bool:
        return next(first, False) or fetching.is_public(address)

    with pytest.raises(InvalidError):
        fetching.get(
            f"http://example.org:{server.port}/a",
            settings,
            resolver=lambda host, _port: [inside[host]],
            allowed=allowed,
        )
    assert server.asked == ["example.org/a"]


def test_a_name_that_changes_its_mind_gains_nothing(server: Server, open_settings: Settings) -> None:
    server.answers = {"/a": (200, {}, b"picture")}
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    url = f"http://example.org:{server.port}/a"
    assert fetching.get(url, open_settings, resolver=lambda _host, _port: next(answers)) == b"picture"
    assert list(answers) == [["10.0.0.1"]]


def test_what_is_too_large_or_cut_off_is_not_taken(server: Server, open_settings: Settings) -> None:
    server.answers = {
        "/large": (200, {}, b"x" * 100_001),
        "/fits": (200, {"Content-Length": "100000"}, b"x" * 100_000),
        "/short": (200, {"Content-Length": "100000"}, b"x" * 99_999),
        "/broken": (500, {}, b"x"),
    }
    assert len(fetching.get(f"{server.url}/fits", open_settings)) == 100_000
    with pytest.raises(InvalidError):
        fetching.get(f"{server.url}/large", open_settings)
    for path in ("/short", "/broken", "/none"):
        with pytest.raises(UnreachableError):
            fetching.get(f"{server.url}{path}", open_settings)


def test_what_trickles_is_cut_off(server: Server, open_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PATIENCE", 0.3)
    released = threading.Event()

    class Trickle(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            # A byte now and then keeps every single wait short.
            while not released.wait(0.05):
                try:
                    self.wfile.write(b"x")
                except OSError:
                    return

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trickle) as slow:
        threading.Thread(target=slow.serve_forever, daemon=True).start()
        try:
            with pytest.raises(UnreachableError):
                fetching.get(f"http://127.0.0.1:{slow.server_address[1]}/", open_settings)
        finally:
            released.set()
            slow.shutdown()
    assert server.asked == []


def asked_for(session: Session, report: Report, url: str) -> int:
    elsewhere.bring(session, report, elsewhere.checked_url(url))
    return session.scalars(select(MediaFetch.id).where(MediaFetch.report_id == report.id)).one()


def pictures(session: Session, report: Report) -> list[Media]:
    return list(session.scalars(select(Media).where(Media.report_id == report.id)))


def test_a_report_gets_its_picture_once(
    session: Session, sessions: sessionmaker[Session], server: Server, settings: Settings, make_report: Make
) -> None:
    server.answers = {"/a.jpg": (200, {"Content-Type": "image/jpeg"}, jpeg())}
    report = make_report()
    number = asked_for(session, report, f"{server.url}/a.jpg")
    session.commit()
    with_inside = settings.model_copy(update={"fetch_inside": True})
    for _time in range(2):
        bringing.bring(sessions, with_inside, number, last=False)
    (picture,) = pictures(session, report)
    assert (picture.kind, picture.withheld, picture.event_id) == ("photo", False, None)
    assert session.scalars(select(MediaFetch)).all() == []
    assert server.asked == ["127.0.0.1/a.jpg"]


def test_a_picture_that_comes_after_the_acceptance_waits_for_an_officers_look(
    session: Session, sessions: sessionmaker[Session], server: Server, settings: Settings, make_report: Make
) -> None:
    server.answers = {"/a.jpg": (200, {}, jpeg())}
    report = make_report(accepted=True)
    number = asked_for(session, report, f"{server.url}/a.jpg")
    session.commit()
    bringing.bring(sessions, settings.model_copy(update={"fetch_inside": True}), number, last=False)
    assert [picture.withheld for picture in pictures(session, report)] == [True]


@pytest.mark.parametrize(("path", "inside"), [("/text", True), ("/a.jpg", False)])
def test_what_can_not_be_taken_is_given_up_at_once(
    *,
    session: Session,
    sessions: sessionmaker[Session],
    server: Server,
    settings: Settings,
    make_report: Make,
    path: str,
    inside: bool,
) -> None:
    server.answers = {"/text": (200, {}, b"no picture"), "/a.jpg": (200, {}, jpeg())}
    report = make_report()
    number = asked_for(session, report, f"{server.url}{path}")
    session.commit()
    bringing.bring(sessions, settings.model_copy(update={"fetch_inside": inside}), number, last=False)
    assert (pictures(session, report), session.scalars(select(MediaFetch)).all()) == ([], [])


def test_a_server_that_is_down_is_asked_again_until_the_last_time(
    session: Session, sessions: sessionmaker[Session], server: Server, settings: Settings, make_report: Make
) -> None:
    report = make_report()
    number = asked_for(session, report, f"{server.url}/later.jpg")
    session.commit()
    with_inside = settings.model_copy(update={"fetch_inside": True})
    for last, left in ((False, 1), (True, 0)):
        with pytest.raises(UnreachableError):
            bringing.bring(sessions, with_inside, number, last=last)
        session.expire_all()
        assert len(session.scalars(select(MediaFetch)).all()) == left
