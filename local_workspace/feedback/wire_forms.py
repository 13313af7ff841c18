"""Finds the records of a feedback call in every form MLflow's scoring protocol has for a table.

Clients of the platform send `dataframe_records`; the others are what a generic client may make of
the four columns.
"""

from collections.abc import Callable
from typing import Any

from local_workspace.errors import InvalidParameter
from local_workspace.feedback.body_fields import BodyField

MAX_RECORDS = 100
COLUMNS = ("request_id", "source", "text_assessments", "retrieval_assessments")


def records_in(document: Any) -> list[BodyField]:
    """Return each record as an object with its path in the body."""
    body = BodyField("", document)
    if not isinstance(document, dict):
        raise InvalidParameter(f"The body must be an object. {_HOW}")
    found = [form for form in _FORMS if form in document]
    if len(found) != 1:
        raise InvalidParameter(f"The body has {', '.join(found) or 'no records'}. {_HOW}")
    (form,) = found
    records = _FORMS[form](body.member(form))
    if not records:
        raise body.member(form).refused("has no records")
    return records


_HOW = "Send the verdicts under `dataframe_records`, as a list of objects."


def _listed(rows: BodyField) -> list[BodyField]:
    return list(rows.items(MAX_RECORDS))


def _split(split: BodyField) -> list[BodyField]:
    columns = [each.needed_text(100) for each in split.member("columns").items(len(COLUMNS))]
    return [_row(columns, row) for row in split.member("data").items(MAX_RECORDS)]


def _row(columns: list[str], row: BodyField) -> BodyField:
    cells = [cell.value for cell in row.items(len(columns))]
    if len(cells) != len(columns):
        raise row.refused(f"has {len(cells)} values for {len(columns)} columns")
    return BodyField(row.path, dict(zip(columns, cells, strict=True)))


def _columns(inputs: BodyField) -> list[BodyField]:
    """Read rows, or one row, or columns of equal length."""
    if isinstance(inputs.value, list):
        return _listed(inputs)
    if not isinstance(inputs.member("request_id").value, list):
        return [inputs]
    number = len(_listed(inputs.member("request_id")))
    columns = {name: _listed(column) for name, column in inputs.members(len(COLUMNS))}
    for name, cells in columns.items():
        if len(cells) != number:
            raise inputs.member(name).refused(f"has {len(cells)} values for {number} records")
    return [
        BodyField(
            f"{inputs.path}[{place}]", {name: cells[place].value for name, cells in columns.items()}
        )
        for place in range(number)
    ]


_FORMS: dict[str, Callable[[BodyField], list[BodyField]]] = {
    "dataframe_records": _listed,
    "dataframe_split": _split,
    "inputs": _columns,
    "instances": _columns,
}
