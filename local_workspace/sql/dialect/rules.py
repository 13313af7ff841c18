"""Every rule there is, in one place: what is not here is not allowed."""

from typing import cast

from sqlglot import exp

from local_workspace.sql.dialect.aggregates import (
    AGGREGATE_RULES,
    AGGREGATES,
    is_aggregate,
    write_aggregate,
)
from local_workspace.sql.dialect.arithmetic import ARITHMETIC_RULES
from local_workspace.sql.dialect.casts import CAST_FUNCTIONS, CAST_RULES, converted
from local_workspace.sql.dialect.collection_functions import COLLECTION_FUNCTIONS, COLLECTION_RULES
from local_workspace.sql.dialect.expressions import EXPRESSION_RULES
from local_workspace.sql.dialect.functions import Function, built, write_function
from local_workspace.sql.dialect.json_functions import JSON_FUNCTIONS, JSON_RULES
from local_workspace.sql.dialect.number_functions import NUMBER_FUNCTIONS
from local_workspace.sql.dialect.queries import QUERY_RULES
from local_workspace.sql.dialect.text_functions import TEXT_FUNCTIONS, TEXT_RULES
from local_workspace.sql.dialect.time_functions import TIME_FUNCTIONS, TIME_RULES
from local_workspace.sql.dialect.translator import Rule, Translator


def _cast_function(target: str) -> Function:
    return built(1, 1, lambda t, arguments: converted(t, arguments[0], target, ""))


FUNCTIONS: dict[str, Function] = {
    **{name: _cast_function(target) for name, target in CAST_FUNCTIONS.items()},
    **TEXT_FUNCTIONS,
    **NUMBER_FUNCTIONS,
    **TIME_FUNCTIONS,
    **COLLECTION_FUNCTIONS,
    **JSON_FUNCTIONS,
}
# Those with a syntax of their own, and what takes the place of a function.
SPECIAL_FORMS = (
    "array",
    "cast",
    "extract",
    "position",
    "substr",
    "substring",
    "transform",
    "trim",
    "try_cast",
)


def _call(t: Translator, node: exp.Anonymous) -> str:
    if is_aggregate(node):
        return write_aggregate(t, node)
    return write_function(t, node, FUNCTIONS)


RULES: dict[type[exp.Expr], Rule] = {
    **QUERY_RULES,
    **EXPRESSION_RULES,
    **ARITHMETIC_RULES,
    **CAST_RULES,
    **TEXT_RULES,
    **TIME_RULES,
    **COLLECTION_RULES,
    **JSON_RULES,
    **AGGREGATE_RULES,
    exp.Anonymous: cast(Rule, _call),
}


def allowed_functions() -> list[str]:
    """Return the name of every function a statement may call."""
    return sorted({*FUNCTIONS, *AGGREGATES, *SPECIAL_FORMS})
