"""Every sentence is marked and has its English: one that is not fails here, by name."""

import ast
import re
import string
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from jinja2 import Environment, nodes

from geo.i18n import catalogue, translate
from tests.language import READ, VIETNAMESE

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted([*ROOT.glob("api/web/templates/*.html"), *ROOT.glob("maps/templates/*.html")])
SCRIPTS = sorted([*ROOT.glob("api/web/static/**/*.js"), *ROOT.glob("maps/static/*.js")])
MODULES = sorted(path for package in ("geo", "boundaries", "maps", "api") for path in ROOT.glob(f"{package}/**/*.py"))
METHODS = [("**/templates/**", "jinja2.ext:babel_extract"), ("**.py", "python")]


def sources() -> Iterator[tuple[str, str]]:
    for package in ("geo", "boundaries", "maps", "api"):
        found = extract_from_dir(ROOT / package, METHODS, keywords={"_": None}, options_map={})
        for file, line, message, *_rest in found:
            if isinstance(message, str) and message:
                yield message, f"{package}/{file}:{line}"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_marked_text_has_an_english_translation() -> None:
    english = catalogue("en")
    missing = [f"{place}: {message}" for message, place in sources() if message not in english]
    assert not missing, "\n".join(missing)


def test_translations_keep_the_names_of_their_values() -> None:
    assert {vi: en for vi, en in catalogue("en").items() if fields(vi) != fields(en)} == {}


def test_the_catalogue_holds_nothing_that_is_no_longer_said() -> None:
    assert set(catalogue("en")) - {message for message, _ in sources()} == set()


# What templates say in every language: examples of codes and numbers, units, keys of the keyboard.
ANYWHERE = {"QN-7K2M-9XQ4", "n"}
ATTRIBUTE = re.compile(r"""[\w-]+=".*\"""")  # what a macro puts into a tag
LANGUAGE_NAMES = {"Tiếng Việt"}  # each in its own language


def unmarked_in_template(source: str) -> list[str]:
    """Texts that a template says outside `_()`: in the HTML itself, or in an expression."""
    tree = Environment(autoescape=True).parse(source)
    calls = [call for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name) and call.node.name == "_"]
    marked = {id(const) for call in calls for const in call.find_all(nodes.Const)}
    consts = [one.value for one in tree.find_all(nodes.Const) if id(one) not in marked and isinstance(one.value, str)]
    said = [text for text in consts if VIETNAMESE.search(text) and text not in LANGUAGE_NAMES]
    lexed = Environment().lex(re.sub(r"{% block body %}.*?{% endblock %}", "", source))  # a class of CSS
    html = "".join(
        {"variable_begin": "0", "block_begin": " "}.get(kind, text if kind == "data" else "") for _, kind, text in lexed
    )
    texts = (text for text in Texts(html).found if re.search(r"[^\W\d_]", text) and not ATTRIBUTE.fullmatch(text))
    return said + [text for text in texts if text not in ANYWHERE]


class Texts(HTMLParser):
    """The texts of HTML that somebody reads or hears."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value.strip("0 ") for name, value in attrs if name in READ and value]

    def handle_data(self, data: str) -> None:
        self.found.append(data.strip("0 \n"))


def unmarked_in_script(source: str) -> list[str]:
    """Sentences of a script: it has none of its own, its page gives it them."""
    code = re.sub(r"/\*.*?\*/|(?<![:\"'`])//.*", "", source, flags=re.DOTALL if "/*" in source else 0)
    literals = [match[1] or match[2] or match[3] or "" for match in LITERAL.finditer(code)]
    return [text for text in literals if VIETNAMESE.search(text) or ENGLISH.match(text)]


LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`')
ENGLISH = re.compile(r"[A-Z][a-z]+ [a-z]+ ")  # how a sentence begins

# Vietnamese that is data or that has one language by design; whatever else Python says is inside `_()`.
DATA = {
    "api/app.py": "the title of the API's description, a name",
    "api/bulk/columns.py": "headings that an operator's spreadsheet may have",
    "api/cli/": "the command line speaks Vietnamese to whoever runs the system",
    "api/demo/": "what invented people write, and where",
    "api/schemas.py": "the first words of a report whose place was told in words",
    "api/sms/receiving.py": "a stand-in for the name that a text message lacks",
    "boundaries/facts.py": "official kinds of areas",
    "boundaries/columns.py": "kinds of areas and words in files of others",
    "boundaries/encodings.py": "the letters themselves",
    "boundaries/sources.py": "the source's own name, licence and attribution",
    "geo/search.py": "the letters and tone marks themselves",
    "geo/texts.py": "letters without a Unicode decomposition",
    "geo/second_factor.py": "a name, shown in an authenticator app",
    "geo/settings.py": "a name, and names of places in a description",
}


def unmarked_in_module(source: str) -> list[str]:
    """Vietnamese string literals outside `_()`, docstrings aside."""
    tree = ast.parse(source)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            skipped |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
    consts = [one for one in ast.walk(tree) if isinstance(one, ast.Constant) and id(one) not in skipped]
    return [one.value for one in consts if isinstance(one.value, str) and VIETNAMESE.search(one.value)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_unmarked(path: Path) -> None:
    assert unmarked_in_template(path.read_text(encoding="utf-8")) == []


def test_no_script_has_sentences_of_its_own() -> None:
    found = {path.name: unmarked_in_script(path.read_text(encoding="utf-8")) for path in SCRIPTS}
    assert {name: said for name, said in found.items() if said} == {}


def test_no_module_says_anything_unmarked_but_data() -> None:
    found = {str(path.relative_to(ROOT)): unmarked_in_module(path.read_text(encoding="utf-8")) for path in MODULES}
    assert {name: said for name, said in found.items() if said and not name.startswith(tuple(DATA))} == {}
    # No exception outlives its reason.
    assert [start for start in DATA if not any(said and name.startswith(start) for name, said in found.items())] == []


@pytest.mark.parametrize(
    ("find", "source", "found"),
    [
        (unmarked_in_template, '<p>{{ _("Xem") }}</p>', []),
        (unmarked_in_template, "<p>Xem {{ x }}</p>", ["Xem"]),
        (unmarked_in_template, "<p title='{{ x }} Huyện'>·</p>", ["Huyện"]),
        (unmarked_in_template, '{{ "Xử lý" if x else _("Sửa") }}', ["Xử lý"]),
        (unmarked_in_script, 'say("open"); // Mở ra\nlet a = "https://x.vn";', []),
        (unmarked_in_script, "x.title = `Mở ${y}`;", ["Mở ${y}"]),
        (unmarked_in_script, 'x.title = "Something went wrong";', ["Something went wrong"]),
        (unmarked_in_module, '"""Tả."""\nX = _("Mở")\n', []),
        (unmarked_in_module, 'X = f"Mở {y}"\n', ["Mở "]),
    ],
)
def test_what_is_unmarked_is_found(find: Callable[[str], list[str]], source: str, found: list[str]) -> None:
    assert find(source) == found


def test_a_value_that_is_a_message_itself_is_said_in_the_same_language() -> None:
    told = translate("Phản ánh đang ở trạng thái “{state}”, bước này không còn thực hiện được.", "en", state="Đã gộp")
    assert "“Merged”" in told
