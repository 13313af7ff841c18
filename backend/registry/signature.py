"""A model's signature in words, and how the model is asked; importing this imports MLflow.

Types are said as people say them: MLflow's own names mean something to whoever wrote the model.
"""

from collections.abc import Iterable
from typing import Any

from mlflow.models import ModelSignature
from mlflow.types.schema import (
    AnyType,
    Array,
    ColSpec,
    DataType,
    Map,
    Object,
    ParamSpec,
    TensorSpec,
)

from backend.registry.contents import Part, Signature

_WORDS = {
    DataType.string: "text",
    DataType.boolean: "yes or no",
    DataType.integer: "whole number",
    DataType.long: "whole number",
    DataType.float: "number",
    DataType.double: "number",
    DataType.datetime: "date and time",
    DataType.binary: "bytes",
}
# Of a large object the first ones say what it is.
_NAMED = 6
_DEEPEST = 1


def in_words(signature: ModelSignature | None) -> Signature | None:
    """Return what it says, or None where a model has none."""
    if signature is None:
        return None
    return Signature(
        _parts(signature.inputs), _parts(signature.outputs), _parameters(signature.params)
    )


def _parts(schema: Any) -> tuple[Part, ...]:
    columns: Iterable[ColSpec | TensorSpec] = schema.inputs if schema is not None else ()
    return tuple(_part(each) for each in columns)


def _part(column: ColSpec | TensorSpec) -> Part:
    name = str(column.name) if column.name is not None else ""
    if isinstance(column, TensorSpec):
        size = " x ".join("any" if side < 0 else str(side) for side in column.shape)
        return Part(name, f"numbers ({column.type}), {size}", bool(column.required))
    return Part(name, _said(column.type), bool(column.required))


def _parameters(schema: Any) -> tuple[Part, ...]:
    parameters: Iterable[ParamSpec] = schema.params if schema is not None else ()
    return tuple(
        Part(each.name, f"{_said(each.dtype)}, usually {each.default!r}", False)
        for each in parameters
    )


def _said(kind: object, depth: int = 0) -> str:
    if isinstance(kind, DataType):
        return _WORDS.get(kind, kind.name)
    if isinstance(kind, AnyType):
        return "anything"
    if isinstance(kind, Array):
        return f"list of {_said(kind.dtype, depth)}"
    if isinstance(kind, Map):
        return f"{_said(kind.value_type, depth)} by name"
    if isinstance(kind, Object) and depth < _DEEPEST:
        named = [
            f"{each.name} ({_said(each.dtype, depth + 1)}{'' if each.required else ', optional'})"
            for each in kind.properties[:_NAMED]
        ]
        more = len(kind.properties) - _NAMED
        return f"object with {', '.join(named)}{f' and {more} more' if more > 0 else ''}"
    return "object" if isinstance(kind, Object) else str(kind)
