"""Why a statement failed, in the words and codes Databricks' clients read from its status."""

_SYNTAX = "42601"


class StatementFailed(Exception):
    """The statement was accepted and cannot be answered; it ends in the state FAILED."""

    def __init__(
        self,
        condition: str,
        message: str,
        sql_state: str,
        error_code: str = "BAD_REQUEST",
        subject: str = "",
    ) -> None:
        super().__init__(message)
        self.message = f"[{condition}] {message}" if condition else message
        self.sql_state = sql_state
        self.error_code = error_code
        # The name it is about, by which its place is found.
        self.subject = subject
        self.is_located = False

    def locate(self, line: int, position: int) -> None:
        """Say where in the statement it is, in Databricks' words; the first word stands."""
        if self.is_located:
            return
        self.is_located = True
        is_syntax = self.sql_state == _SYNTAX
        where = f" (line {line}, pos {position})" if is_syntax else f"; line {line} pos {position}"
        self.message = f"{self.message} SQLSTATE: {self.sql_state}{where}"

    def as_dict(self) -> dict[str, str]:
        """Return it as plain data, to cross from process to process."""
        return {
            "error_code": self.error_code,
            "message": self.message,
            "sql_state": self.sql_state,
        }


def syntax_error(message: str) -> StatementFailed:
    """Say that this is not SQL."""
    return StatementFailed("PARSE_SYNTAX_ERROR", message, _SYNTAX)


def unsupported(what: str) -> StatementFailed:
    """Say that Databricks can do this and the local workspace cannot."""
    return StatementFailed("UNSUPPORTED_FEATURE", f"{what} (see docs/sql.md).", "0A000")


def not_allowed(message: str) -> StatementFailed:
    """Say that the caller may not do this."""
    return StatementFailed("INSUFFICIENT_PERMISSIONS", message, "42501")


def table_not_found(name: str) -> StatementFailed:
    """Say that there is no such table."""
    return StatementFailed(
        "TABLE_OR_VIEW_NOT_FOUND", f"The table or view {name} cannot be found.", "42P01"
    )


def schema_not_found(name: str) -> StatementFailed:
    """Say that there is no such schema."""
    return StatementFailed("SCHEMA_NOT_FOUND", f"The schema {name} cannot be found.", "42704")


def catalog_not_found(name: str) -> StatementFailed:
    """Say that there is no such catalog."""
    return StatementFailed(
        "NO_SUCH_CATALOG_EXCEPTION", f"The catalog {name} cannot be found.", "42704"
    )


def bad_parameter(message: str) -> StatementFailed:
    """Say that a value does not fit the type it was declared with."""
    return StatementFailed("CAST_INVALID_INPUT", message, "22018")
