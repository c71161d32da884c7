"""A place in the words of a filter: what is next, and how deep it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from maps.collections.cql2.tokens import Token, TooMuchError, UnreadableError, tokens

DEEPEST = 24  # brackets and negations within one another


class Words:
    """The words of a text, taken one after the other."""

    def __init__(self, written: str) -> None:
        """UnreadableError and TooMuchError as `tokens` raises them."""
        self._tokens, self._at, self._depth = tokens(written), 0, 0

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level further in; TooMuchError beyond DEEPEST."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise TooMuchError
        yield
        self._depth -= 1

    def next(self) -> Token:
        """Takes a word; the end is never taken."""
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        return token

    def sign(self) -> str | None:
        """The sign that is next, where one is."""
        token = self._tokens[self._at]
        return str(token.value) if token.kind == "sign" else None

    def is_word(self, word: str) -> bool:
        """Whether a word is next, in small letters or capitals."""
        token = self._tokens[self._at]
        return token.kind == "word" and token.value.lower() == word

    def take(self, word: str) -> bool:
        """Takes a word or a sign where it is next."""
        found = self.sign() == word or self.is_word(word)
        self._at += found
        return found

    def expect(self, word: str) -> None:
        """Takes a word or a sign; UnreadableError for another."""
        if not self.take(word):
            raise self.wrong()

    def text(self) -> str:
        """Takes a text; UnreadableError for anything else."""
        token = self.next()
        if token.kind != "text":
            raise self.wrong(token)
        return str(token.value)

    def number(self) -> float:
        """Takes a number with its sign; UnreadableError for anything else."""
        negative = self.take("-")
        if not negative:
            self.take("+")
        token = self.next()
        if token.kind != "number":
            raise self.wrong(token)
        return -float(token.value) if negative else float(token.value)

    def between_brackets(self, one: Callable[[], Any]) -> list[Any]:
        """Takes what stands between brackets with commas, each by a function."""
        self.expect("(")
        found = [one()]
        while self.take(","):
            found.append(one())
        self.expect(")")
        return found

    def end(self) -> None:
        """UnreadableError where something is left."""
        if self._tokens[self._at].kind != "end":
            raise self.wrong()

    def wrong(self, token: Token | None = None) -> UnreadableError:
        """For a word that does not belong where it is."""
        return UnreadableError((token or self._tokens[self._at]).place)
