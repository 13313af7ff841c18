"""DuckDB's errors in Databricks' terms, without a path, a setting or a macro's name."""

import os
import re

import duckdb
import pyarrow as pa

from local_workspace.sql.failure import StatementFailed

_OURS = re.compile(r"\[([A-Z_]+)\] (.*)", re.DOTALL)
# Rows that come as a stream carry DuckDB's errors as Arrow's.
ENGINE_ERRORS = (duckdb.Error, pa.ArrowException, OSError)
_TELLING = {
    "Conversion": ("CAST_INVALID_INPUT", "22018"),
    "Out of Range": ("ARITHMETIC_OVERFLOW", "22003"),
    "Mismatch Type": ("DATATYPE_MISMATCH", "42K09"),
    "Binder": ("DATATYPE_MISMATCH", "42K09"),
    "Catalog": ("UNRESOLVED_ROUTINE", "42883"),
    "Invalid Input": ("INVALID_PARAMETER_VALUE", "22023"),
}
# What the kind of the error does not tell, its words do.
_SAID = [
    (re.compile("Division by zero"), "DIVIDE_BY_ZERO", "22012"),
    (re.compile("Date out of range"), "DATETIME_FIELD_OUT_OF_BOUNDS", "22023"),
    (re.compile("out of range for|is out of range|can't be cast"), "CAST_OVERFLOW", "22003"),
    (re.compile("^Could not parse string"), "CANNOT_PARSE_TIMESTAMP", "22007"),
]
# Which column is not there, or stands where it may not, in DuckDB's words.
_UNRESOLVED = re.compile(
    r'Referenced (?:column|table) "(.+?)" not found|Column "(.+?)" referenced that exists'
    r'|does not have a column named "(.+?)"'
)
_UNGROUPED = re.compile(r'olumn "(.+?)" must appear in the GROUP BY clause')
_MEANT = re.compile(r"Candidate (?:bindings|tables): (.*)")
_MOST_MEANT = 5
# A path, in quotation marks or not: a slash after something that is no name.
_PATH = re.compile(r"""["']?(?:[A-Za-z]:)?(?:/[\w.\- ]+){2,}/?["']?""")


def failure_of(error: Exception) -> StatementFailed:
    """Return the failure of a statement that ended with this error."""
    if isinstance(error, OSError) and error.errno:
        return StatementFailed(
            "", f"The result was not written: {os.strerror(error.errno)}.", "53100", "IO_ERROR"
        )
    kind, _, first = str(error).split("\n")[0].partition(" Error: ")
    if found := _OURS.search(first):
        return StatementFailed(found[1], _clean(found[2]), _STATES.get(found[1], "22000"))
    if kind == "INTERRUPT" or isinstance(error, duckdb.InterruptException):
        return StatementFailed("", "The statement was stopped.", "57014", "CANCELLED")
    if kind == "Out of Memory":
        return _out_of_memory()
    if (failure := _about_a_column(first, str(error))) is not None:
        return failure
    for pattern, condition, state in _SAID:
        if pattern.search(first):
            return StatementFailed(condition, _clean(first), state)
    if kind in _TELLING:
        condition, state = _TELLING[kind]
        return StatementFailed(condition, _clean(first), state)
    # An IO error would tell which file, and what is unforeseen anything at all.
    return StatementFailed(
        "INTERNAL_ERROR", f"The statement failed ({type(error).__name__}).", "XX000"
    )


def needs_columns_by_name(error: Exception) -> bool:
    """Tell whether a file lacks a column that another has: the files are then read by name."""
    return "union_by_name" in str(error) or "schema mismatch" in str(error).lower()


def _about_a_column(first: str, whole: str) -> StatementFailed | None:
    if found := _UNGROUPED.search(first):
        message = (
            f'The non-aggregating expression "{found[1]}" is based on columns which are not '
            "participating in the GROUP BY clause. Add it to the GROUP BY or aggregate it."
        )
        return StatementFailed("MISSING_AGGREGATION", message, "42803", subject=found[1])
    if not (found := _UNRESOLVED.search(first)):
        return None
    name = next(each for each in found.groups() if each)
    message = f"A column, variable, or function parameter with name `{name}` cannot be resolved."
    meant = re.findall(r'"([^"]+)"', named[1]) if (named := _MEANT.search(whole)) else []
    if meant:
        listed = ", ".join(f"`{each}`" for each in meant[:_MOST_MEANT])
        message += f" Did you mean one of the following? [{listed}]."
    condition = f"UNRESOLVED_COLUMN.WITH{'' if meant else 'OUT'}_SUGGESTION"
    return StatementFailed(condition, _clean(message), "42703", subject=name)


_STATES = {
    "DIVIDE_BY_ZERO": "22012",
    "CAST_INVALID_INPUT": "22018",
    "INVALID_ARRAY_INDEX": "22003",
    "INVALID_INDEX_OF_ZERO": "22003",
}


def _out_of_memory() -> StatementFailed:
    return StatementFailed(
        "",
        "The statement needs more memory than it may have: ask for fewer rows or columns.",
        "53200",
        "RESOURCE_EXHAUSTED",
    )


def _clean(message: str) -> str:
    hidden = _PATH.sub("a file", message)
    hidden = re.sub(r"\bdbx_(?:try_)?(\w+)", r"\1", hidden)
    hidden = re.sub(r"temp\.main\.\"relation \d+\"", "the table", hidden)
    return hidden.split("Candidate")[0].strip()
