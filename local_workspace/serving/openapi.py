"""Describes how to ask an endpoint, from the signature its model was logged with."""

import json
from typing import Any

Json = dict[str, Any]

_TYPES: dict[str, Json] = {
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "format": "int32"},
    "long": {"type": "integer", "format": "int64"},
    "float": {"type": "number", "format": "float"},
    "double": {"type": "number", "format": "double"},
    "binary": {"type": "string", "format": "byte"},
    "datetime": {"type": "string", "format": "date-time"},
}
# The keys of MLflow's interfaces that are sent as they are; columns of tables are wrapped.
_UNWRAPPED = {"messages", "input"}


def document(endpoint_name: str, signatures: dict[str, Json | None]) -> Json:
    """Return an OpenAPI document with one operation per served version and one for the split."""
    paths = {
        f"/serving-endpoints/{endpoint_name}/served-models/{name}/invocations": _path(signature)
        for name, signature in signatures.items()
    }
    first = next(iter(signatures.values()), None)
    return {
        "openapi": "3.1.0",
        "info": {"title": endpoint_name, "version": "1"},
        "paths": {f"/serving-endpoints/{endpoint_name}/invocations": _path(first), **paths},
    }


def _path(signature: Json | None) -> Json:
    inputs = _columns(signature, "inputs")
    outputs = _columns(signature, "outputs")
    request = {"content": {"application/json": {"schema": _request(inputs)}}, "required": True}
    answer = {"content": {"application/json": {"schema": _answer(outputs)}}, "description": "OK"}
    return {"post": {"requestBody": request, "responses": {"200": answer}}}


def _columns(signature: Json | None, part: str) -> list[Json]:
    text = (signature or {}).get(part)
    columns: list[Json] = json.loads(text) if text else []
    return columns


def _request(columns: list[Json]) -> Json:
    record = _object(columns)
    if not columns or any(column.get("name") in _UNWRAPPED for column in columns):
        return record
    split = {
        "columns": {"type": "array", "items": {"type": "string"}},
        "data": {"type": "array", "items": {"type": "array"}},
    }
    return {
        "oneOf": [
            {
                "type": "object",
                "properties": {"dataframe_split": {"type": "object", "properties": split}},
            },
            {
                "type": "object",
                "properties": {"dataframe_records": {"type": "array", "items": record}},
            },
        ]
    }


def _answer(columns: list[Json]) -> Json:
    if len(columns) == 1 and columns[0].get("type") == "object" and not columns[0].get("name"):
        # The whole answer is one object, as a ResponsesAgent's.
        return _schema(columns[0])
    named = [column for column in columns if column.get("name")]
    return _object(named) if named else {}


def _object(columns: list[Json]) -> Json:
    named = [column for column in columns if column.get("name")]
    required = [column["name"] for column in named if column.get("required")]
    schema: Json = {
        "type": "object",
        "properties": {column["name"]: _schema(column) for column in named},
    }
    return schema | ({"required": required} if required else {})


def _schema(column: Json) -> Json:
    kind = column.get("type", "")
    if kind == "array":
        return {"type": "array", "items": _schema(column.get("items", {}))}
    if kind == "object":
        fields = column.get("properties", {})
        return _object([{"name": name, **field} for name, field in fields.items()])
    if kind == "map":
        return {"type": "object", "additionalProperties": _schema(column.get("values", {}))}
    return _TYPES.get(kind, {})
