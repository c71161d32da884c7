"""What holds for every page, over HTTP: its policy, and its language."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from api.app import create_app
from geo.settings import Settings
from tests.conftest import SECRET
from tests.language import READ, VIETNAMESE, proper_names
from tests.pages import PAGES, Shown, unlisted
from tests.province import MARK, build

EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


class Answer(NamedTuple):
    page: Shown
    response: Response


@pytest.fixture(scope="module")
def app(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    with engine.connect() as connection:
        transaction = connection.begin()
        sessions = sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        data = tmp_path_factory.mktemp("data")
        yield create_app(Settings(data_dir=data, secret_key=SECRET.decode(), basemap_url=""), sessions)
        transaction.rollback()


@pytest.fixture(scope="module")
def english(app: FastAPI) -> list[Answer]:
    """Every page as its reader gets it in English."""
    province = build(app.state.sessions, app.state.settings)
    found = []
    for page in PAGES:
        cookies = province.enter(page.reader)
        with TestClient(app, cookies=cookies, headers={"accept": "text/html"}, follow_redirects=False) as reader:
            address = page.address(province, "en")
            answer = reader.post(address, data=province.form(page.form)) if page.form else reader.get(address)
        assert answer.status_code == page.status, (page.name, answer.status_code)
        assert answer.headers["content-type"].startswith("text/html"), page.name
        found.append(Answer(page, answer))
    return found


class Reader(HTMLParser):
    """What a page runs, what it has inline, and the texts that it says to be in its own language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []  # elements, and whether their texts are Vietnamese by their mark
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        vietnamese = given["lang"] == "vi" if "lang" in given else bool(self._open and self._open[-1][1])
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.inline += [f"{tag} {name}" for name, value in attrs if (value or "").strip().startswith("javascript:")]
        if tag == "style":
            self.inline.append(tag)
        fetched_early = tag == "link" and (given.get("rel") == "modulepreload" or given.get("as") == "script")
        if fetched_early or (tag == "script" and given.get("type") != "application/json"):
            self.scripts.append(given)
        read = [given.get(name) for name in READ]
        read += [given.get("content")] if tag == "meta" and given.get("name") == "description" else []
        if not vietnamese:
            self.said += [text for text in read if text]
        if tag not in EMPTY:
            self._open.append((tag, vietnamese))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] not in ("script", "textarea") and not self._open[-1][1]:
            self.said.append(" ".join(data.split()))


def test_every_page_is_on_the_list(app: FastAPI) -> None:
    assert list(unlisted(app)) == []


def test_every_page_has_the_whole_policy_and_a_nonce_of_its_own(english: list[Answer]) -> None:
    nonces = []
    for page, response in english:
        policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
        nonce = re.fullmatch(r"'nonce-([\w-]{22})'", policy.pop("script-src"))
        assert nonce, page.name
        assert policy == POLICY, page.name
        nonces.append(nonce[1])
    assert len(set(nonces)) == len(nonces)


def test_nothing_is_inline_and_every_script_carries_the_nonce(english: list[Answer]) -> None:
    for page, response in english:
        reader = Reader(response.text)
        assert reader.inline == [], page.name
        nonce = re.search(r"'nonce-([\w-]{22})'", response.headers["content-security-policy"])
        assert nonce, page.name
        assert {script.get("nonce") for script in reader.scripts} <= {nonce[1]}, page.name
        # Folium's own few lines are the only ones that stand in a page.
        written = [script for script in reader.scripts if not script.keys() & {"src", "href"}]
        assert len(written) == (1 if "folium-map" in response.text else 0), page.name


def test_what_stays_vietnamese_in_an_english_page_is_marked_as_vietnamese(app: FastAPI, english: list[Answer]) -> None:
    with app.state.sessions() as session:
        names = proper_names(session)
    wrong = [
        f"{page.name}: {text}"
        for page, response in english
        for text in sorted(set(Reader(response.text).said))
        if VIETNAMESE.search(names.sub("", text))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", ["/", "/reports/new", "/my", "/privacy", "/sign-in", "/maps/incidents"])
def test_a_language_that_there_is_not_falls_back(app: FastAPI, path: str) -> None:
    with TestClient(app, cookies={"device": MARK}) as reader:
        answer = reader.get(f"{path}?lang=xx")
    assert (answer.status_code, answer.headers["content-language"]) == (200, "vi")
