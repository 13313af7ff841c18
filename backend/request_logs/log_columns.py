"""Our words for what the logs hold, as SQL over whatever columns a table has; knows no workspace.

The platform has had several layouts: the request log, the payload of the AI Gateway, the older one
of `auto_capture_config`, and one with newer names. What a layout does not have is NULL.
"""

from collections.abc import Mapping
from types import MappingProxyType

# Of a body that is longer nothing is derived in lists; whoever opens it sees the whole.
DERIVED_CHARACTERS = 100_000
# In so much of an answer that is an error its code must stand.
_ERROR_CHARACTERS = 2_000
# Columns of which one tells that texts are there already, and need not be taken out of bodies.
_REQUEST_LOG = "request_raw"

# Under which names, the best first; what is in brackets is a key of a map.
_BY_NAME = {
    "id": ("databricks_request_id", "invocation_id", "request_id"),
    "date": ("date", "request_date", "event_date"),
    "latency": ("execution_time_ms", "execution_duration_ms", "latency_ms"),
    "version": ("request_metadata['model_version']", "served_entity_id"),
    "model": ("request_metadata['model_name']",),
    "requester": ("requester", "request_metadata['requester']"),
    "client_id": ("client_request_id",),
    "trace": ("trace",),
}
_TIMES = ("timestamp", "request_time", "event_time")
_KINDS = {"latency": "BIGINT", "date": "DATE"}
# Of another type these are cast: whole numbers are meant.
_WHOLE = ("int", "bigint", "long", "smallint")

Found = Mapping[str, str]


def is_request_log(found: Found) -> bool:
    """Tell whether a table has questions and answers as texts, beside the bodies."""
    return _REQUEST_LOG in found


def is_known(found: Found) -> bool:
    """Tell whether a table's requests can be told apart and put in order, and bodies are texts."""
    has_id = any(name in found for name in _BY_NAME["id"])
    has_time = any(name in found for name in (*_TIMES, "timestamp_ms"))
    return has_id and has_time and found.get("request", "string") == "string"


def columns_of(found: Found) -> Mapping[str, str]:
    """Return an SQL expression for each of our words; `found` are a table's columns and types.

    The table goes by the alias `log`.
    """
    bodies = ("request_raw", "response_raw") if is_request_log(found) else ("request", "response")
    columns = {word: _named(found, names, word) for word, names in _BY_NAME.items()}
    columns |= {
        "at": _at(found),
        "status": _status(found),
        "request_body": _named(found, bodies[:1]),
        "response_body": _named(found, bodies[1:]),
        "error_codes": _error_codes(found),
    }
    columns["micros"] = f"unix_micros({columns['at']})"
    columns["error"] = _error(columns["status"], columns["response_body"])
    if is_request_log(found):
        texts = {
            "conversation": _named(found, ("conversation_id",)),
            "question": _named(found, ("request",)),
            "answer": _named(found, ("response",)),
        }
    else:
        texts = _derived(columns["request_body"], columns["response_body"])
    return MappingProxyType(columns | texts)


def only_questions(found: Found) -> str:
    """Return the condition that leaves verdicts out, which a payload has beside the questions."""
    if is_request_log(found) or "request" not in found:
        return "TRUE"
    # Within a text that somebody wrote, the quotes are escaped.
    return " AND ".join(
        f"coalesce(log.`request`, '') NOT LIKE '%\"{name}\"%'"
        for name in ("text_assessments", "retrieval_assessments")
    )


def _named(found: Found, names: tuple[str, ...], word: str = "") -> str:
    for each in names:
        name, bracket, key = each.partition("[")
        if name in found:
            column = f"log.`{name}`{bracket}{key}"
            is_meant = word != "latency" or found[name] in _WHOLE
            return column if is_meant else f"CAST({column} AS BIGINT)"
    return f"CAST(NULL AS {_KINDS.get(word, 'STRING')})"


def _at(found: Found) -> str:
    there = next((name for name in _TIMES if name in found), None)
    if there:
        return f"log.`{there}`"
    known = "timestamp_ms" in found
    return "timestamp_millis(log.`timestamp_ms`)" if known else "CAST(NULL AS TIMESTAMP)"


def _status(found: Found) -> str:
    column = "log.`status_code`" if "status_code" in found else "NULL"
    # A text in one of the layouts.
    return column if found.get("status_code", "").startswith("int") else f"CAST({column} AS INT)"


def _error_codes(found: Found) -> str:
    name = "logging_error_codes"
    return f"array_join(log.`{name}`, ', ')" if name in found else "CAST(NULL AS STRING)"


def _error(status: str, body: str) -> str:
    """Return the code in the body of an error, near its beginning; of a text, the beginning."""
    code = r'"error_code"\\s*:\\s*"([^"]{1,100})'
    text = f"left({body}, {_ERROR_CHARACTERS})"
    return f"CASE WHEN {status} >= 400 THEN nullif(regexp_extract({text}, '{code}', 1), '') END"


def _derived(request: str, response: str) -> dict[str, str]:
    """Return what a request log would have, from the bodies of chats, agents and tables."""
    asked, said = (
        f"CASE WHEN length({body}) <= {DERIVED_CHARACTERS} THEN {body} END"
        for body in (request, response)
    )
    return {
        "conversation": _first(
            asked, "$.databricks_options.conversation_id", "$.context.conversation_id"
        ),
        "question": "coalesce({}, {}, {}, {})".format(
            _last_said(asked, "$.messages", "user"),
            _last_said(asked, "$.input", "user"),
            _last_said(asked, "$.dataframe_records[0].messages", "user"),
            _first(
                asked,
                *_asked_in("$.dataframe_records[0]"),
                *_asked_in("$.inputs[0]"),
                # Chats of before there were messages.
                "$.query",
            ),
        ),
        "answer": "coalesce({}, {}, {}, {})".format(
            _first(said, "$.choices[0].message.content"),
            _last_said(said, "$.messages", "assistant"),
            _last_item(said),
            _first(
                said, "$.output[0].content[0].text", "$.predictions[0]", "$.answer", "$.content"
            ),
        ),
        "trace": f"get_json_object({response}, '$.databricks_output.trace')",
    }


def _asked_in(row: str) -> tuple[str, ...]:
    return tuple(f"{row}.{name}" for name in ("question", "query", "input", "prompt"))


def _first(body: str, *paths: str) -> str:
    found = ", ".join(f"get_json_object({body}, '{path}')" for path in paths)
    return f"coalesce({found})" if len(paths) > 1 else found


def _last_said(body: str, path: str, role: str) -> str:
    listed = (
        f"from_json(get_json_object({body}, '{path}'), "
        "'ARRAY<STRUCT<role: STRING, content: STRING>>')"
    )
    said = f"filter({listed}, each -> each.role = '{role}')"
    return f"get({said}, size({said}) - 1).content"


def _last_item(body: str) -> str:
    """Return the last message of an agent's items: what it called and thought comes before."""
    listed = (
        f"from_json(get_json_object({body}, '$.output'), "
        "'ARRAY<STRUCT<type: STRING, content: ARRAY<STRUCT<text: STRING>>>>')"
    )
    said = f"filter({listed}, each -> each.type = 'message')"
    return f"get(get({said}, size({said}) - 1).content, 0).text"
