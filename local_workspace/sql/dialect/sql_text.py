"""Pieces of DuckDB SQL as text."""


def text(value: str) -> str:
    """Return a string literal."""
    if "\0" in value:
        # DuckDB's parser ends there.
        return " || chr(0) || ".join(text(part) for part in value.split("\0")).join("()")
    return "'" + value.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a quoted name."""
    return '"' + name.replace("\0", "").replace('"', '""') + '"'


def call(name: str, *arguments: str) -> str:
    """Return a call of a DuckDB function or of a macro of ours."""
    return f"{name}({', '.join(arguments)})"


def cast(value: str, kind: str) -> str:
    """Return DuckDB's own cast, which rounds numbers and reads strings leniently."""
    return f"CAST({value} AS {kind})"


def failing(condition: str, message: str) -> str:
    """Return an expression that ends the statement with this message."""
    return call("error", text(f"[{condition}] {message}"))
