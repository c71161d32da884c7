"""A command that is written wrongly is refused in one line, in the reader's language."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import main

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    # Nothing of this comes so far as to ask a database.
    monkeypatch.setenv("QUANGNAM_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("QUANGNAM_DATA_DIR", str(tmp_path))

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["quangnam", *words])
        with pytest.raises(SystemExit) as exit_:
            main()
        assert isinstance(exit_.value.code, int)
        return exit_.value.code, *capsys.readouterr()

    return call


WRONG = [
    (["bounds"], "Không có lệnh này; quangnam có: up, serve, worker,", "no such command", "quangnam"),
    (["boundaries", "nix"], "quangnam boundaries có: ", "quangnam boundaries has: ", "quangnam boundaries"),
    (["boundaries", "check"], "Thiếu EDITION.", "EDITION is missing.", "quangnam boundaries check"),
    (["boundaries", "import", "a.shp"], "Thiếu --edition.", "--edition is missing.", "quangnam boundaries import"),
    (
        ["reports", "export", "--uot", "x"],
        "--uot; gần giống: --out, --unit",
        "no option --uot",
        "quangnam reports export",
    ),
    (["boundaries", "list", "--nix"], "Không có tùy chọn --nix.", "no option --nix.", "quangnam boundaries list"),
    (
        ["reports", "export", "--out"],
        "--out phải có giá trị",
        "--out needs a value",
        "quangnam reports export",
    ),
    (["boundaries", "list", "2020"], "Có đối số thừa.", "an argument too many", "quangnam boundaries list"),
    (["serve", "--port", "x"], "--port không dùng được: Phải là một số nguyên.", "whole number", "quangnam serve"),
    (["serve", "--port", "-1"], "--port không dùng được: Không được nhỏ hơn 0.", "less than 0", "quangnam serve"),
    (
        ["boundaries", "correspondence", "2020", "2025-01", "--level", "xã"],
        "--level không dùng được: Dùng được: district, commune.",
        "Possible are: district, commune.",
        "quangnam boundaries correspondence",
    ),
    (
        ["boundaries", "activate", "2025-01", "--at", "mai"],
        "Dùng được: 2026-01-31T08:30, 2026-01-31 08:30, 2026-01-31.",
        "Possible are: 2026-01-31T08:30",
        "quangnam boundaries activate",
    ),
]


@pytest.mark.parametrize(("words", "vietnamese", "english", "command"), WRONG)
def test_a_command_written_wrongly_is_one_line_with_where_to_look(
    call: Call, monkeypatch: pytest.MonkeyPatch, words: list[str], vietnamese: str, english: str, command: str
) -> None:
    for lang, sentence, see in (("vi", vietnamese, "Xem"), ("en", english, "See")):
        monkeypatch.setenv("QUANGNAM_LANG", lang)
        status, out, err = call(*words)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert sentence in err
        assert err.startswith("quangnam: ")
        assert err.endswith(f"{see}: {command} --help\n")


def test_a_refusal_speaks_the_readers_language(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("route", "abc", "15") == (1, "", "quangnam: 'abc' không phải là một số.\n")
    monkeypatch.setenv("QUANGNAM_LANG", "en")
    assert call("route", "abc", "15") == (1, "", "quangnam: 'abc' is not a number.\n")


def test_settings_that_are_wrong_are_told_even_where_they_say_the_language(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANGNAM_LANG", "fr")
    status, out, err = call("boundaries", "list")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "QUANGNAM_LANG" in err


def test_a_group_alone_shows_its_help_and_help_is_no_error(call: Call) -> None:
    status, out, err = call("boundaries")
    assert (status, err) == (2, "")
    assert "correspondence" in out
    assert call("boundaries", "check", "--help")[0] == 0
