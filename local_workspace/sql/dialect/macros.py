"""What Databricks' functions mean, written in DuckDB: macros, and functions in Python.

A macro with typed parameters is chosen by the type of its argument. Untyped ones take everything;
they must not be mixed for numbers, which DuckDB would convert to reach a typed one.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext

import duckdb

from local_workspace.sql.cells import java_double

_WHOLE = r"\s*[+-]?[0-9]+\s*"
_NUMBER = r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
_FLOAT = _NUMBER.removesuffix(r"\s*") + r"[dDfF]?\s*|\s*([+-]?(?i:inf|infinity)|(?i:nan))\s*"
_DATE = r"\s*[0-9]{4,5}(-[0-9]{1,2}(-[0-9]{1,2}([ T].*)?)?)?\s*"
_TIMESTAMP = (
    r"\s*[0-9]{4,5}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,9})?)?"
    r"\s*(Z|UTC|GMT|[+-][0-9]{1,2}(:?[0-9]{2})?|[A-Z][A-Za-z]+/[A-Za-z_]+)?)?\s*"
)
_TRUE = "('t', 'true', 'y', 'yes', '1')"
_FALSE = "('f', 'false', 'n', 'no', '0')"
_INTEGERS = {
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "integer": "INT",
    "bigint": "BIGINT",
}


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Define all of them in a new DuckDB instance."""
    _create_functions(connection)
    for definition in _definitions():
        connection.execute(f"CREATE MACRO {definition}")


def _definitions() -> list[str]:
    return [
        *_casts_from_text("dbx_", _malformed),
        *_casts_from_text("dbx_try_", lambda _: "NULL"),
        *_ARITHMETIC,
        *_TIME,
        *_TEXT,
        *_COLLECTIONS,
    ]


def _malformed(kind: str) -> str:
    return (
        "error('[CAST_INVALID_INPUT] The value ''' || x || ''' of the type \"STRING\" cannot be "
        f'cast to "{kind}" because it is malformed. Use `try_cast` to get NULL instead.\')'
    )


def _casts_from_text(prefix: str, otherwise: Callable[[str], str]) -> list[str]:
    """Return the casts of strings: strict ones as in ANSI mode, and those of try_cast."""
    take = "TRY_CAST" if "try" in prefix else "CAST"
    # A number that fits the pattern and not the type is malformed too.
    whole = [
        f"{prefix}text_to_{kind}(x) AS CASE WHEN regexp_full_match(x, '{_WHOLE}') "
        f"THEN {take}(trim(x) AS {kind}) WHEN x IS NOT NULL THEN {otherwise(name)} END"
        for kind, name in _INTEGERS.items()
    ]
    dates = (
        "CASE length(regexp_replace(split_part(replace(trim(x), 'T', ' '), ' ', 1), '[^-]', '', "
        f"'g')) WHEN 0 THEN {take}(trim(x) || '-01-01' AS DATE) WHEN 1 THEN {take}(trim(x) || "
        f"'-01' AS DATE) ELSE {take}(split_part(replace(trim(x), 'T', ' '), ' ', 1) AS DATE) END"
    )
    return [
        *whole,
        f"{prefix}text_to_double(x) AS CASE WHEN regexp_full_match(x, '{_FLOAT}') THEN "
        f"{take}(rtrim(trim(x), 'dDfF') || CASE WHEN lower(right(trim(x), 3)) = 'inf' "
        f"THEN 'f' ELSE '' END AS DOUBLE) WHEN x IS NOT NULL THEN {otherwise('DOUBLE')} END",
        f"{prefix}text_is_number(x) AS CASE WHEN regexp_full_match(x, '{_NUMBER}') THEN trim(x) "
        f"WHEN x IS NOT NULL THEN {otherwise('DECIMAL')} END",
        f"{prefix}text_to_boolean(x) AS CASE WHEN lower(trim(x)) IN {_TRUE} THEN true "
        f"WHEN lower(trim(x)) IN {_FALSE} THEN false "
        f"WHEN x IS NOT NULL THEN {otherwise('BOOLEAN')} END",
        f"{prefix}text_to_date(x) AS CASE WHEN regexp_full_match(x, '{_DATE}') THEN {dates} "
        f"WHEN x IS NOT NULL THEN {otherwise('DATE')} END",
        f"{prefix}text_to_timestamp(x) AS CASE WHEN regexp_full_match(x, '{_TIMESTAMP}') THEN "
        f"{take}(trim(x) AS TIMESTAMPTZ) WHEN x IS NOT NULL THEN {otherwise('TIMESTAMP')} END",
    ]


_BY_ZERO = (
    "error('[DIVIDE_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0 and "
    "return NULL instead.')"
)
_BAD_INDEX = (
    "error('[INVALID_ARRAY_INDEX] The index is out of bounds. Use `get` or `try_element_at` to "
    "get NULL instead.')"
)
_ARITHMETIC = [
    f"dbx_divide(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN {_BY_ZERO} ELSE a / b END",
    "dbx_try_divide(a, b) AS CASE WHEN b <> 0 THEN a / b END",
    f"dbx_div(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN {_BY_ZERO} "
    "ELSE CAST(trunc(a // b) AS BIGINT) END",
    f"dbx_mod(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN {_BY_ZERO} ELSE a % b END",
    f"dbx_pmod(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN {_BY_ZERO} ELSE "
    "((a % b) + b) % b END",
    # Databricks' logarithms of what has none are NULL.
    "dbx_ln(x) AS CASE WHEN x > 0 THEN ln(x) END",
    "dbx_log10(x) AS CASE WHEN x > 0 THEN log10(x) END",
    "dbx_log2(x) AS CASE WHEN x > 0 THEN log2(x) END",
    "dbx_sqrt(x) AS CASE WHEN x < 0 THEN 'NaN'::DOUBLE ELSE sqrt(x) END",
    "dbx_double_to_text(x) AS dbx_java_double(CAST(x AS DOUBLE))",
]
_TIME = [
    "dbx_timestamp(x TIMESTAMPTZ) AS x, (x DATE) AS CAST(x AS TIMESTAMPTZ), "
    "(x VARCHAR) AS dbx_text_to_timestamp(x)",
    "dbx_date(x DATE) AS x, (x TIMESTAMPTZ) AS CAST(x AS DATE), (x VARCHAR) AS dbx_text_to_date(x)",
    # Without a zone: DuckDB asks a calendar library for every value that has one.
    "dbx_clock(x) AS make_timestamp(epoch_us(x))",
    "dbx_from_clock(x) AS make_timestamptz(epoch_us(x))",
    "dbx_plus_days(a DATE, b INTERVAL) AS CAST(a + b AS DATE), "
    "(a TIMESTAMPTZ, b INTERVAL) AS a + b",
    "dbx_plus_time(a DATE, b INTERVAL) AS CAST(a AS TIMESTAMPTZ) + b, "
    "(a TIMESTAMPTZ, b INTERVAL) AS a + b",
    "dbx_timestamp_to_text(x) AS regexp_replace(strftime(make_timestamp(epoch_us(x)), "
    "'%Y-%m-%d %H:%M:%S.%f'), '\\.?0+$', '')",
    "dbx_window_start(x, size) AS "
    "make_timestamptz(epoch_us(x) - ((epoch_us(x) % size) + size) % size)",
]
_TEXT = [
    "dbx_substring(s, p, n) AS CASE WHEN n <= 0 THEN substring(s, 1, 0) ELSE "
    "substring(s, CASE WHEN p = 0 THEN 1 ELSE p END, n) END",
    "dbx_substring_from(s, p) AS substring(s, CASE WHEN p = 0 THEN 1 ELSE p END)",
    "dbx_left(s, n) AS left(s, greatest(n, 0))",
    "dbx_right(s, n) AS right(s, greatest(n, 0))",
    "dbx_locate(needle, s, p) AS CASE WHEN p < 1 THEN 0 WHEN strpos(substring(s, p), needle) = 0 "
    "THEN 0 ELSE strpos(substring(s, p), needle) + p - 1 END",
    "dbx_substring_index(s, d, n) AS CASE WHEN n = 0 OR d = '' THEN substring(s, 1, 0) "
    "WHEN n > 0 THEN array_to_string(str_split(s, d)[1:n], d) "
    "ELSE array_to_string(str_split(s, d)[n:], d) END",
    "dbx_split_part(s, d, n) AS CASE WHEN n = 0 THEN error('[INVALID_INDEX_OF_ZERO] The index 0 "
    "is invalid. An index shall be either < 0 or > 0 (the first element has index 1).') "
    "ELSE split_part(s, d, n) END",
    "dbx_initcap(s) AS array_to_string(list_transform(str_split(lower(s), ' '), "
    "lambda w: upper(w[1]) || w[2:]), ' ')",
]
_COLLECTIONS = [
    f"dbx_item(a, i) AS CASE WHEN i < 0 OR i >= len(a) THEN {_BAD_INDEX} ELSE a[i + 1] END",
    f"dbx_element(a, i) AS CASE WHEN i = 0 OR abs(i) > len(a) THEN {_BAD_INDEX} ELSE a[i] END",
    "dbx_get(a, i) AS CASE WHEN i >= 0 THEN a[i + 1] END",
    "dbx_contains(a, v) AS CASE WHEN a IS NULL OR v IS NULL THEN NULL "
    "WHEN list_contains(a, v) THEN true WHEN list_count(a) < len(a) THEN NULL ELSE false END",
    "dbx_exists(a) AS CASE WHEN list_bool_or(a) THEN true WHEN list_count(a) < len(a) THEN NULL "
    "WHEN a IS NOT NULL THEN false END",
    "dbx_forall(a) AS CASE WHEN NOT list_bool_and(a) THEN false "
    "WHEN list_count(a) < len(a) THEN NULL WHEN a IS NOT NULL THEN true END",
]


def _create_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Define what needs arithmetic that DuckDB does not have."""
    connection.create_function("dbx_plain_double", _plain_double, ["DOUBLE"], "VARCHAR")
    connection.create_function("dbx_java_double", java_double, ["DOUBLE"], "VARCHAR")
    connection.create_function("dbx_round_double", _round_double, ["DOUBLE", "INTEGER"], "DOUBLE")
    connection.create_function(
        "dbx_decimal_quotient", _decimal_quotient, ["VARCHAR", "VARCHAR", "INTEGER"], "VARCHAR"
    )


def _round_double(value: float, places: int) -> float:
    """Round the number as it is written, half up, as Java's BigDecimal does."""
    if value != value or value in (float("inf"), float("-inf")):
        return value
    with localcontext(prec=400):
        return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def _plain_double(value: float) -> str:
    return f"{Decimal(repr(value)):f}"


def _decimal_quotient(dividend: str, divisor: str, scale: int) -> str:
    with localcontext(prec=120):
        quotient = Decimal(dividend) / Decimal(divisor)
        return f"{quotient.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP):f}"
