"""Statements that are a few words and a name, which are taken one by one: SHOW, VACUUM and such."""

from sqlglot.dialects.databricks import Databricks
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from local_workspace.sql.failure import syntax_error


class Words:
    """The tokens of a statement, taken one by one."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens

    def take(self, *words: str) -> str | None:
        """Take the next token if it is one of these words."""
        if self._tokens and self._tokens[0].text.upper() in words:
            return self._tokens.pop(0).text.upper()
        return None

    def name(self) -> list[str]:
        """Take a name of one or more parts."""
        parts = [self._part()]
        while self._tokens and self._tokens[0].text == ".":
            self._tokens.pop(0)
            parts.append(self._part())
        return parts

    def number(self) -> int | None:
        """Take a whole number, if one follows."""
        if self._tokens and self._tokens[0].text.isdecimal():
            return int(self._tokens.pop(0).text)
        return None

    def string(self) -> str | None:
        """Take a string, if one follows."""
        if self._tokens and self._tokens[0].token_type == TokenType.STRING:
            return self._tokens.pop(0).text
        return None

    def end(self) -> None:
        """Check that nothing is left."""
        if self._tokens and self._tokens[0].text != ";":
            raise syntax_error(f"Syntax error near {self._tokens[0].text!r}.")

    def _part(self) -> str:
        if not self._tokens or self._tokens[0].token_type in (TokenType.STRING, TokenType.NUMBER):
            raise syntax_error("A name is missing.")
        text = self._tokens.pop(0).text
        if not text.replace("_", "a").replace("-", "a").replace(" ", "a").isalnum():
            raise syntax_error(f"{text!r} is no name.")
        return text.lower()


def words_of(statement: str) -> Words | None:
    """Return the words of a statement; None if it cannot be read."""
    try:
        tokens = Databricks().tokenize(statement)
        if len(tokens) > 1 and tokens[0].token_type in (TokenType.SHOW, TokenType.COMMAND):
            # The tokenizer leaves what follows in one piece.
            tokens[1:2] = Databricks().tokenize(tokens[1].text)
    except SqlglotError:
        return None
    return Words(tokens)
