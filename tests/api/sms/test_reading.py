"""What people write, and what the app writes for them: its own script, run by Node."""

import csv
import re
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.sms.places import find
from api.sms.reading import read
from api.sms.replies import TEXTS
from api.sms.tokens import tokens
from geo import idempotency
from maps.assets.npm import NODE

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "api/web/static/sms.js"
BOUNDS = [107.2, 14.95, 108.75, 16.1]
HOI_AN = (108.338, 15.8794)
with (ROOT / "geo/data/categories.csv").open(encoding="utf-8") as file:
    CATEGORIES = {row["code"]: row["name"] for row in csv.DictReader(file)}
# A program over many drafts at once: one start of Node for all of them.
PROGRAM = """
import { compose, link } from "./sms.mjs";
let text = "";
for await (const part of process.stdin) text += part;
const told = [];
for (const draft of JSON.parse(text)) {
  const message = await compose(draft);
  told.push([message, link("+84 905 123 456", message)]);
}
process.stdout.write(JSON.stringify(told));
"""
GSM = re.compile(r"[A-Za-z0-9 @$!\"#%&'()*+,\-./:;<=>?_]*")
KEYS = st.text("0123456789abcdef-", min_size=8, max_size=40)
DRAFTS = st.fixed_dictionaries(
    {
        "key": KEYS,
        "token": st.sampled_from(sorted(tokens(CATEGORIES).values())),
        "lon": st.floats(107.2, 108.75).map(lambda value: round(value, 5)),
        "lat": st.floats(14.95, 16.1).map(lambda value: round(value, 5)),
        "words": st.text(st.sampled_from("aăâđeêưọềặ ổỗ .,;:–“”[]~😀\n18,5.+QN"), max_size=200),
    }
)


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("sms")
    (folder / "sms.mjs").write_text(SCRIPT.read_text("utf-8"), "utf-8")
    (folder / "program.mjs").write_text(PROGRAM, "utf-8")

    def run(drafts: list[dict[str, Any]]) -> list[tuple[str, str]]:
        command = [str(NODE / "bin" / "node"), str(folder / "program.mjs")]
        done = subprocess.run(command, input=orjson.dumps(drafts), capture_output=True, check=True)
        return [(message, link) for message, link in orjson.loads(done.stdout)]

    return run


@settings(max_examples=4, deadline=None)
@given(st.lists(DRAFTS, min_size=100, max_size=100))
def test_what_the_app_composes_is_read_as_it_was_meant(composed: Any, drafts: list[dict[str, Any]]) -> None:
    codes = {token: code for code, token in tokens(CATEGORIES).items()}
    for draft, (message, _link) in zip(drafts, composed(drafts), strict=True):
        assert len(message) <= 160
        assert GSM.fullmatch(message), message
        said = read(message, CATEGORIES, BOUNDS)
        assert said.reference == idempotency.reference(draft["key"])
        assert said.category == codes[draft["token"]]
        assert said.place is not None
        assert said.place.points == [(draft["lon"], draft["lat"])]


def test_long_words_are_cut_between_two_of_them_and_the_link_opens_on_both_phones(composed: Any) -> None:
    words = "Ổ gà lớn trước cổng chợ, nhiều người ngã xe. " * 5
    draft = {"key": "b4f2a7c0-aaaa", "token": "GT", "lon": 108.338, "lat": 15.8794, "words": words}
    ((message, link),) = composed([draft])
    ref = idempotency.reference("b4f2a7c0-aaaa")
    assert message.startswith(f"QN {ref} GT 15.87940,108.33800 O ga lon truoc cong cho, nhieu nguoi nga xe. O ga")
    assert 150 < len(message) <= 160
    assert set(message.split()[4:]) <= {"O", "ga", "lon", "truoc", "cong", "cho,", "nhieu", "nguoi", "nga", "xe."}
    assert link.startswith(f"sms:+84905123456?&body=QN%20{ref}%20GT%2015.87940%2C108.33800%20O%20ga")


@pytest.mark.parametrize(
    ("text", "category", "words"),
    [
        ("qn gt 15.8794,108.338 ổ gà trước chợ", "giao-thong", "ổ gà trước chợ"),
        ("QN giao-thong 15.8794, 108.338: ổ gà", "giao-thong", "ổ gà"),
        ("QN Giao thông 15,8794;108,338 ổ gà", "giao-thong", "ổ gà"),
        ("QN giao thong 15,8794 108,338 o ga", "giao-thong", "o ga"),
        ("điện – chiếu sáng 15.8794 108.338 mất điện", "dien-chieu-sang", "mất điện"),
        ("15.8794 108.338 CX cay nga", "cay-xanh", "cay nga"),
        # What is part of a sentence stays in it.
        ("15.8794 108.338 Cây xanh ngã chắn đường", "cay-xanh", "Cây xanh ngã chắn đường"),
        ("Giao thong un tac o nga tu 108.338 15.8794", "giao-thong", "Giao thong un tac o nga tu"),
        # "k" is "không", not the token of "khac".
        ("QN k co den 15.8794,108.338", "khac", "k co den"),
        ("QN 0905123456 het den 15.8794,108.338", "khac", "0905123456 het den"),
        ("https://maps.google.com/?q=15.8794,108.338", "khac", "https://maps.google.com/?q="),
    ],
)
def test_what_people_write_by_hand(text: str, category: str, words: str) -> None:
    said = read(text, CATEGORIES, BOUNDS)
    assert said.place is not None
    assert (said.category, said.words, said.reference) == (category, words, None)
    assert said.place.points == [HOI_AN]


def test_a_plus_code_is_a_place_and_a_short_one_all_it_may_mean() -> None:
    whole = find("QN gt 7P7CV8HQ+Q6 o ga", BOUNDS)
    assert whole is not None
    assert whole.points == [pytest.approx(HOI_AN, abs=0.0001)]
    short = find("v8hq+q6 hoi an", BOUNDS)
    assert short is not None
    assert [tuple(map(int, point)) for point in short.points] == [(107, 15), (108, 15)]


@pytest.mark.parametrize("text", ["o ga truoc cho", "15.8, 108.3 o ga", "gia 150.000 500.000 dong", "AAAA+QX", ""])
def test_what_is_no_place_is_none(text: str) -> None:
    assert find(text, BOUNDS) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_nothing_that_is_written_breaks_the_reader(text: str) -> None:
    assert read(text, CATEGORIES, BOUNDS).category in CATEGORIES


def test_a_token_is_the_initials_unless_two_share_them() -> None:
    assert tokens(["giao-thong", "an-ninh-trat-tu"]) == {"giao-thong": "GT", "an-ninh-trat-tu": "ANTT"}
    assert tokens(["giao-thong", "gia-tri", "khac"]) == {"giao-thong": "giao-thong", "gia-tri": "gia-tri", "khac": "K"}
    assert len(set(tokens(CATEGORIES).values())) == len(CATEGORIES)


def test_every_reply_is_one_message_and_its_example_is_understood() -> None:
    for text in TEXTS.values():
        assert len(text) <= 160
        assert text.isascii()
        if "Vi du: " in text:
            said = read(text.partition("Vi du: ")[2], CATEGORIES, BOUNDS)
            assert (said.category, said.place and said.place.points) == ("giao-thong", [HOI_AN])
