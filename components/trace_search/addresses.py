"""Links to the page of traces, by the address; known to every page that leads there."""

from urllib.parse import urlencode

PAGE = "pages/traces.py"
PATH = "/traces"
TRACE = "trace"
SPAN = "span"
OTHER = "other"
REQUEST = "request"
FILTER = "filter"


def of_trace(trace_id: str, span_id: str = "") -> str:
    """Return the address of one trace, or of one of its spans."""
    return _address({TRACE: trace_id, SPAN: span_id})


def of_request(request_id: str) -> str:
    """Return the address of the trace of one request, whether or not MLflow has it already."""
    return _address({REQUEST: request_id})


def of_two(trace_id: str, other_id: str) -> str:
    """Return the address of two traces beside each other."""
    return _address({TRACE: trace_id, OTHER: other_id})


def of_filter(text: str) -> str:
    """Return the address of what a filter of MLflow's language finds."""
    return _address({FILTER: text})


def _address(parameters: dict[str, str]) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return f"{PATH}?{urlencode(given)}" if given else PATH
