"""What a submitted statement asks for, checked field by field."""

import re
from dataclasses import dataclass
from typing import Any

from local_workspace.errors import InvalidParameter, NotFound, NotImplementedHere
from local_workspace.sql.limits import LONGEST_STATEMENT

DEFAULT_CATALOG = "main"
DEFAULT_SCHEMA = "default"
_DEFAULT_WAIT = "10s"
# Databricks' limits.
_MOST_TAGS, _LONGEST_TAG = 20, 128
_WAIT = re.compile(r"(\d{1,3})s")


@dataclass(frozen=True)
class Parameter:
    """One named value; None is NULL."""

    name: str
    value: str | None
    type: str


@dataclass(frozen=True)
class StatementRequest:
    """One statement and how its result is wanted."""

    statement: str
    catalog: str = DEFAULT_CATALOG
    schema: str = DEFAULT_SCHEMA
    parameters: tuple[Parameter, ...] = ()
    row_limit: int | None = None
    byte_limit: int | None = None
    wait_seconds: float = 10.0
    cancel_on_timeout: bool = False
    # What its submitter wrote on it, to find it again in the history.
    tags: tuple[tuple[str, str | None], ...] = ()

    @property
    def is_vacuum(self) -> bool:
        """Tell whether it removes what is left of deleted rows."""
        return self.statement.lstrip()[:6].upper() == "VACUUM"


def statement_request(body: dict[str, Any], warehouse_id: str) -> StatementRequest:
    """Read the body of a submission."""
    _check_warehouse(body.get("warehouse_id"), warehouse_id)
    _check_delivery(body)
    return StatementRequest(
        statement=_statement(body.get("statement")),
        catalog=_name(body, "catalog") or DEFAULT_CATALOG,
        schema=_name(body, "schema") or DEFAULT_SCHEMA,
        parameters=_parameters(body.get("parameters")),
        row_limit=_positive(body, "row_limit"),
        byte_limit=_positive(body, "byte_limit"),
        wait_seconds=_wait_seconds(body.get("wait_timeout")),
        cancel_on_timeout=_cancel_on_timeout(body.get("on_wait_timeout")),
        tags=_tags(body.get("query_tags")),
    )


def _check_warehouse(given: object, known: str) -> None:
    if not isinstance(given, str) or not given:
        raise InvalidParameter("warehouse_id is missing.")
    if given != known:
        raise NotFound(f"SQL warehouse {given!r} does not exist; there is one, {known!r}.")


def _check_delivery(body: dict[str, Any]) -> None:
    disposition = body.get("disposition") or "INLINE"
    form = body.get("format") or "JSON_ARRAY"
    if disposition not in ("INLINE", "EXTERNAL_LINKS"):
        raise InvalidParameter("disposition must be INLINE or EXTERNAL_LINKS.")
    if form not in ("JSON_ARRAY", "ARROW_STREAM", "CSV"):
        raise InvalidParameter("format must be JSON_ARRAY, ARROW_STREAM or CSV.")
    if disposition == "EXTERNAL_LINKS":
        raise NotImplementedHere(
            "The local workspace has no cloud storage to link to: ask for disposition INLINE."
        )
    if form != "JSON_ARRAY":
        raise InvalidParameter(f"The format {form} needs the disposition EXTERNAL_LINKS.")


def _statement(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise InvalidParameter("statement is missing.")
    if len(given.encode(errors="replace")) > LONGEST_STATEMENT:
        raise InvalidParameter("statement may have 16 MiB.")
    return given


def _name(body: dict[str, Any], field: str) -> str | None:
    given = body.get(field)
    if given is not None and not isinstance(given, str):
        raise InvalidParameter(f"{field} must be a string.")
    return given.strip("`").lower() if given else None


def _positive(body: dict[str, Any], field: str) -> int | None:
    given = body.get(field)
    if given is None:
        return None
    # bool is an int in Python, and 64-bit integers may come as strings in protobuf's JSON.
    if isinstance(given, str) and given.isdecimal():
        given = int(given)
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise InvalidParameter(f"{field} must be a positive integer.")
    return given


def _wait_seconds(given: object) -> float:
    if given is None:
        given = _DEFAULT_WAIT
    match = _WAIT.fullmatch(given) if isinstance(given, str) else None
    seconds = int(match[1]) if match else -1
    if seconds != 0 and not 5 <= seconds <= 50:
        raise InvalidParameter('wait_timeout must be "0s" or between "5s" and "50s".')
    return float(seconds)


def _cancel_on_timeout(given: object) -> bool:
    if given not in (None, "CONTINUE", "CANCEL"):
        raise InvalidParameter("on_wait_timeout must be CONTINUE or CANCEL.")
    return given == "CANCEL"


def _tags(given: object) -> tuple[tuple[str, str | None], ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > _MOST_TAGS:
        raise InvalidParameter(f"query_tags must be a list of at most {_MOST_TAGS}.")
    return tuple(_tag(each) for each in given)


def _tag(given: object) -> tuple[str, str | None]:
    if not isinstance(given, dict) or not isinstance(given.get("key"), str) or not given["key"]:
        raise InvalidParameter("query_tags: every tag needs a key.")
    key, value = given["key"], given.get("value")
    if value is not None and not isinstance(value, str):
        raise InvalidParameter(f"query_tags: the value of {key[:80]!r} must be a string.")
    if max(len(key), len(value or "")) > _LONGEST_TAG:
        raise InvalidParameter(f"query_tags: a key or value may have {_LONGEST_TAG} characters.")
    return key, value


def _parameters(given: object) -> tuple[Parameter, ...]:
    if given is None:
        return ()
    if not isinstance(given, list):
        raise InvalidParameter("parameters must be a list.")
    parameters = tuple(_parameter(item) for item in given)
    names = [parameter.name for parameter in parameters]
    if len(set(names)) < len(names):
        raise InvalidParameter("A parameter is given twice.")
    return parameters


def _parameter(given: object) -> Parameter:
    if not isinstance(given, dict) or not isinstance(given.get("name"), str) or not given["name"]:
        raise InvalidParameter("Every parameter needs a name; there are no positional ones.")
    value, kind = given.get("value"), given.get("type") or "STRING"
    if value is not None and not isinstance(value, str):
        raise InvalidParameter(f"parameters: the value of {given['name']!r} must be a string.")
    if not isinstance(kind, str):
        raise InvalidParameter(f"parameters: the type of {given['name']!r} must be a string.")
    return Parameter(given["name"], value, kind)
