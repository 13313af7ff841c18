"""The columns of the inference tables, as Databricks documents them (wire reference, section 8)."""

from enum import StrEnum

import pyarrow as pa


class TableKind(StrEnum):
    """The tables of one deployment; `auto_capture_config` makes the payload a legacy one."""

    PAYLOAD = "payload"
    LEGACY_PAYLOAD = "legacy_payload"
    REQUEST_LOGS = "request_logs"
    ASSESSMENT_LOGS = "assessment_logs"

    @property
    def suffix(self) -> str:
        """Return what follows the prefix in the table's name."""
        return _SUFFIXES[self]

    @property
    def schema(self) -> pa.Schema:
        """Return the columns."""
        return _SCHEMAS[self]

    @property
    def date_column(self) -> str:
        """Return the expression of the day a row belongs to; retention goes by it."""
        return _DATES[self]


_SUFFIXES = {
    TableKind.PAYLOAD: "_payload",
    TableKind.LEGACY_PAYLOAD: "_payload",
    TableKind.REQUEST_LOGS: "_payload_request_logs",
    TableKind.ASSESSMENT_LOGS: "_payload_assessment_logs",
}
_DATES = {
    TableKind.PAYLOAD: "request_date",
    TableKind.LEGACY_PAYLOAD: "date",
    TableKind.REQUEST_LOGS: "date",
    TableKind.ASSESSMENT_LOGS: "timestamp",
}

_TEXT = pa.string()
_TIME = pa.timestamp("us", tz="UTC")
_TEXTS_BY_TEXT = pa.map_(_TEXT, _TEXT)
_RATING = pa.struct([("value", _TEXT), ("double_value", pa.float64()), ("rationale", _TEXT)])
_RATINGS = pa.map_(_TEXT, _RATING)

_SCHEMAS = {
    TableKind.PAYLOAD: pa.schema(
        [
            ("databricks_request_id", _TEXT),
            ("request_date", pa.date32()),
            ("client_request_id", _TEXT),
            ("request_time", _TIME),
            ("status_code", pa.int32()),
            ("sampling_fraction", pa.float64()),
            ("execution_duration_ms", pa.int64()),
            ("request", _TEXT),
            ("response", _TEXT),
            ("logging_error_codes", pa.list_(_TEXT)),
            ("served_entity_id", _TEXT),
            ("requester", _TEXT),
        ]
    ),
    # `timestamp` is ours: seed 2 orders by it.
    TableKind.LEGACY_PAYLOAD: pa.schema(
        [
            ("client_request_id", _TEXT),
            ("databricks_request_id", _TEXT),
            ("date", pa.date32()),
            ("timestamp_ms", pa.int64()),
            ("timestamp", _TIME),
            ("status_code", pa.int32()),
            ("execution_time_ms", pa.int64()),
            ("request", _TEXT),
            ("response", _TEXT),
            ("sampling_fraction", pa.float64()),
            ("request_metadata", _TEXTS_BY_TEXT),
        ]
    ),
    TableKind.REQUEST_LOGS: pa.schema(
        [
            ("client_request_id", _TEXT),
            ("databricks_request_id", _TEXT),
            ("date", pa.date32()),
            ("timestamp_ms", pa.int64()),
            ("timestamp", _TIME),
            ("status_code", pa.int32()),
            ("execution_time_ms", pa.int64()),
            ("conversation_id", _TEXT),
            ("request", _TEXT),
            ("response", _TEXT),
            ("request_raw", _TEXT),
            ("response_raw", _TEXT),
            ("trace", _TEXT),
            ("sampling_fraction", pa.float64()),
            ("request_metadata", _TEXTS_BY_TEXT),
            ("schema_version", _TEXT),
        ]
    ),
    TableKind.ASSESSMENT_LOGS: pa.schema(
        [
            ("request_id", _TEXT),
            ("step_id", _TEXT),
            (
                "source",
                pa.struct([("type", _TEXT), ("id", _TEXT), ("tags", _TEXTS_BY_TEXT)]),
            ),
            ("timestamp", _TIME),
            (
                "text_assessment",
                pa.struct(
                    [
                        ("step_id", _TEXT),
                        ("ratings", _RATINGS),
                        ("free_text_comment", _TEXT),
                        ("suggested_output", _TEXT),
                    ]
                ),
            ),
            (
                "retrieval_assessment",
                pa.struct(
                    [
                        ("position", pa.int32()),
                        ("step_id", _TEXT),
                        ("ratings", _RATINGS),
                        ("free_text_comment", _TEXT),
                    ]
                ),
            ),
        ]
    ),
}
