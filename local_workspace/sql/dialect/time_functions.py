"""Functions of dates and times, all in UTC."""

import re

from sqlglot import exp

from local_workspace.sql.dialect.functions import Function, built, template
from local_workspace.sql.dialect.patterns import date_pattern
from local_workspace.sql.dialect.sql_text import call, cast, text
from local_workspace.sql.dialect.translator import (
    Rule,
    Translator,
    check_arguments,
    needs_constant,
    shown,
    string_constant,
)
from local_workspace.sql.failure import unsupported

Arguments = list[exp.Expr]
_TODAY = "CAST(make_timestamp(epoch_us(now())) AS DATE)"
_NOW = "now()"
_DEFAULT_PATTERN = "yyyy-MM-dd HH:mm:ss"
_TRUNCATIONS = {
    **dict.fromkeys(("YEAR", "YYYY", "YY"), "year"),
    "QUARTER": "quarter",
    **dict.fromkeys(("MONTH", "MM", "MON"), "month"),
    "WEEK": "week",
    **dict.fromkeys(("DAY", "DD"), "day"),
    "HOUR": "hour",
    "MINUTE": "minute",
    "SECOND": "second",
    "MILLISECOND": "milliseconds",
    "MICROSECOND": "microseconds",
}
_UNITS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")
_UNITS_OF_TIME = (*_UNITS, "MILLISECOND", "MICROSECOND")
_WINDOW = re.compile(r"(\d+) (second|minute|hour|day|week)s?", re.IGNORECASE)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_PARTS = {
    "year": "year({0})",
    "quarter": "quarter({0})",
    "month": "month({0})",
    "weekofyear": "weekofyear({0})",
    "day": "day({0})",
    "dayofmonth": "day({0})",
    "dayofyear": "dayofyear({0})",
    "dayofweek": "dayofweek({0}) + 1",
    "weekday": "isodow({0}) - 1",
    "hour": "hour({0})",
    "minute": "minute({0})",
    "second": "second({0})",
}
_EXTRACTS = _PARTS | {"week": "weekofyear({0})", "doy": "dayofyear({0})"}


def clock(written: str) -> str:
    """Write a date, time or string as a time without a zone, to be taken apart."""
    return call("dbx_clock", call("dbx_timestamp", written))


def _part(written: str) -> Function:
    part = written.replace("{0}", clock("{0}"))
    return template(f"CAST({part} AS INTEGER)")


def _extract(t: Translator, node: exp.Extract) -> str:
    check_arguments(node, "this", "expression")
    name = node.this.name.lower()
    if name not in _EXTRACTS or name == "second":
        raise unsupported(f"EXTRACT of {name}: take one of {', '.join(sorted(_EXTRACTS))}; it")
    return cast(_EXTRACTS[name].format(clock(t.write(node.expression))), "INTEGER")


def _date_part(t: Translator, arguments: Arguments) -> str:
    name = string_constant(arguments[0])
    if name is None:
        raise needs_constant("The part of a date", arguments[0])
    return _extract(t, exp.Extract(this=exp.var(name), expression=arguments[1]))


def _date_trunc(t: Translator, arguments: Arguments) -> str:
    unit = _truncation(arguments[0])
    return call("dbx_from_clock", call("date_trunc", text(unit), clock(t.write(arguments[1]))))


def _trunc(t: Translator, arguments: Arguments) -> str:
    unit = _truncation(arguments[1])
    if unit not in ("year", "quarter", "month", "week"):
        raise unsupported(f"trunc to the {unit}")
    return cast(call("date_trunc", text(unit), call("dbx_date", t.write(arguments[0]))), "DATE")


def _truncation(node: exp.Expr) -> str:
    given = string_constant(node)
    if given is None or given.upper() not in _TRUNCATIONS:
        raise needs_constant("The unit", node)
    return _TRUNCATIONS[given.upper()]


def _date_add(t: Translator, arguments: Arguments) -> str:
    if len(arguments) == 3:
        return _timestamp_add(t, arguments)
    return _days_later("+", t, arguments)


def _date_sub(t: Translator, arguments: Arguments) -> str:
    return _days_later("-", t, arguments)


def _days_later(sign: str, t: Translator, arguments: Arguments) -> str:
    day, days = t.write_all(arguments)
    return f"({call('dbx_date', day)} {sign} {cast(days, 'INTEGER')})"


def _timestamp_add(t: Translator, arguments: Arguments) -> str:
    unit = _unit(arguments[0], _UNITS_OF_TIME)
    moment = call("dbx_timestamp", t.write(arguments[2]))
    return f"({moment} + {cast(t.write(arguments[1]), 'INTEGER')} * INTERVAL 1 {unit})"


def _date_diff(t: Translator, arguments: Arguments) -> str:
    if len(arguments) == 3:
        return _timestamp_diff(t, arguments)
    end, start = (call("dbx_date", each) for each in t.write_all(arguments))
    return f"CAST({end} - {start} AS INTEGER)"


def _timestamp_diff(t: Translator, arguments: Arguments) -> str:
    """Count whole units that have passed; DuckDB's date_diff counts boundaries."""
    unit = _unit(arguments[0], _UNITS_OF_TIME).lower()
    start, end = (clock(each) for each in t.write_all(arguments[1:]))
    return call("date_sub", text(unit), start, end)


def _unit(node: exp.Expr, units: tuple[str, ...]) -> str:
    unit = node.name.upper() if isinstance(node, exp.Column | exp.Var | exp.Identifier) else ""
    if unit not in units:
        raise unsupported(f"The unit {shown(node)}")
    return unit


def _pattern(arguments: Arguments, index: int, parsing: bool = False) -> str:
    if len(arguments) <= index:
        return text(date_pattern(_DEFAULT_PATTERN, parsing))
    pattern = string_constant(arguments[index])
    if pattern is None:
        raise needs_constant("A date pattern", arguments[index])
    return text(date_pattern(pattern, parsing))


def _date_format(t: Translator, arguments: Arguments) -> str:
    return call("strftime", clock(t.write(arguments[0])), _pattern(arguments, 1))


def _from_unixtime(t: Translator, arguments: Arguments) -> str:
    moment = call("make_timestamp", f"{cast(t.write(arguments[0]), 'BIGINT')} * 1000000")
    return call("strftime", moment, _pattern(arguments, 1))


def _to_date(t: Translator, arguments: Arguments) -> str:
    if len(arguments) == 1:
        return call("dbx_date", t.write(arguments[0]))
    return cast(_parsed(t, arguments), "DATE")


def _to_timestamp(t: Translator, arguments: Arguments) -> str:
    if len(arguments) == 1:
        return call("dbx_timestamp", t.write(arguments[0]))
    return call("dbx_from_clock", _parsed(t, arguments))


def _parsed(t: Translator, arguments: Arguments) -> str:
    return call("strptime", t.write(arguments[0]), _pattern(arguments, 1, parsing=True))


def _unix_timestamp(t: Translator, arguments: Arguments) -> str:
    if not arguments:
        return _seconds(_NOW)
    written = t.write(arguments[0])
    if t.known_type(written, arguments[0]).id == "varchar":
        written = call("strptime", written, _pattern(arguments, 1, parsing=True))
    return _seconds(written)


def _seconds(written: str) -> str:
    return f"CAST(floor(epoch_us({written}) / 1000000) AS BIGINT)"


def window_bounds(t: Translator, arguments: Arguments) -> tuple[str, str]:
    """Write start and end of the window a moment falls into."""
    size = string_constant(arguments[1])
    match = _WINDOW.fullmatch((size or "").strip())
    if match is None or int(match[1]) == 0:
        raise needs_constant("The size of a window, such as '1 hour',", arguments[1])
    microseconds = int(match[1]) * _SECONDS[match[2].lower()] * 1_000_000
    moment = call("dbx_timestamp", t.write(arguments[0]))
    start = call("dbx_window_start", moment, str(microseconds))
    return start, f"make_timestamptz(epoch_us({start}) + {microseconds})"


def _window(t: Translator, arguments: Arguments) -> str:
    start, end = window_bounds(t, arguments)
    return f'struct_pack("start" := {start}, "end" := {end})'


TIME_RULES: dict[type[exp.Expr], Rule] = {
    exp.Extract: _extract,
    exp.CurrentDate: lambda _, __: _TODAY,
    exp.CurrentTimestamp: lambda _, __: _NOW,
}
TIME_FUNCTIONS: dict[str, Function] = {
    **{name: _part(written) for name, written in _PARTS.items()},
    "date_part": built(2, 2, _date_part),
    "current_date": built(0, 0, lambda _, __: _TODAY),
    "curdate": built(0, 0, lambda _, __: _TODAY),
    "current_timestamp": built(0, 0, lambda _, __: _NOW),
    "now": built(0, 0, lambda _, __: _NOW),
    "date_trunc": built(2, 2, _date_trunc),
    "trunc": built(2, 2, _trunc),
    "date_add": built(2, 3, _date_add),
    "dateadd": built(2, 3, _date_add),
    "timestampadd": built(3, 3, _timestamp_add),
    "date_sub": built(2, 2, _date_sub),
    "datediff": built(2, 3, _date_diff),
    "date_diff": built(2, 3, _date_diff),
    "timestampdiff": built(3, 3, _timestamp_diff),
    "add_months": template("CAST(dbx_date({0}) + {1} * INTERVAL 1 MONTH AS DATE)"),
    "last_day": template("last_day(dbx_date({0}))"),
    "make_date": template("make_date({0}, {1}, {2})"),
    "date_format": built(2, 2, _date_format),
    "to_date": built(1, 2, _to_date),
    "to_timestamp": built(1, 2, _to_timestamp),
    "unix_timestamp": built(0, 2, _unix_timestamp),
    "to_unix_timestamp": built(1, 2, _unix_timestamp),
    "from_unixtime": built(1, 2, _from_unixtime),
    "timestamp_seconds": template("make_timestamptz(CAST({0} AS BIGINT) * 1000000)"),
    "timestamp_millis": template("make_timestamptz(CAST({0} AS BIGINT) * 1000)"),
    "timestamp_micros": template("make_timestamptz(CAST({0} AS BIGINT))"),
    "unix_seconds": template("CAST(floor(epoch_us({0}) / 1000000) AS BIGINT)"),
    "unix_millis": template("CAST(floor(epoch_us({0}) / 1000) AS BIGINT)"),
    "unix_micros": template("epoch_us({0})"),
    "unix_date": template("CAST({0} - DATE '1970-01-01' AS INTEGER)"),
    "date_from_unix_date": template("(DATE '1970-01-01' + CAST({0} AS INTEGER))"),
    "window": built(2, 2, _window),
}
