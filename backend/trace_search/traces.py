"""Asks MLflow for traces, page by page and without their spans wherever these are not needed.

Everything is done with the app's own rights, so whoever calls must have made sure of the visitor's;
no other experiments are searched than those handed in. Importing this imports MLflow, which takes
seconds.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Assessment, Trace, TraceInfo
from mlflow.exceptions import MlflowException
from mlflow.protos.service_pb2 import TraceInfoV3
from mlflow.store.entities import PagedList
from mlflow.utils.proto_json_utils import parse_dict

from backend.error_translation import translated
from backend.errors import Refused
from backend.feedback.verdicts import THUMB, Thumb
from backend.trace_search import filter_text
from backend.trace_search.filter_text import SESSION, USER, VERSION_TAG
from backend.trace_search.record import (
    QUESTION_CHARACTERS,
    ROWS,
    Neighbours,
    Order,
    SessionTurn,
    SessionTurns,
    TracePage,
    TraceRow,
)
from backend.turns.recorded_turns import (
    SERVED_METADATA,
    Asked,
    question_in,
    question_in_preview,
    recorded_turn,
    time_of,
)

# Spans are read for each of them, which takes ten times as long.
TURNS = 20
IDS_PER_SEARCH = 100
# Which of them says so depends on who serves the model.
_ENDPOINT = ("reviewapp.endpoint", "mlflow.databricks.modelServingEndpointName")
_NAME_TAG = "mlflow.traceName"
_TOKENS, _COST = "mlflow.trace.tokenUsage", "mlflow.trace.cost"
_ORDERS = {
    Order.NEWEST: ["timestamp_ms DESC"],
    Order.SLOWEST: ["execution_time_ms DESC", "timestamp_ms DESC"],
}
_EARLIEST = ["timestamp_ms ASC"]
_MESSAGE_CHARACTERS = 300


def page(experiments: Sequence[str], text: str, order: Order, after: str = "") -> TracePage:
    """Return a page of what a filter finds."""
    found = search(experiments, text, _ORDERS[order], ROWS, after)
    return TracePage(tuple(row_of(each.info) for each in found), found.token or "")


def one(experiments: Sequence[str], trace_id: str) -> TraceRow | None:
    """Return a trace, if it is in one of these experiments."""
    text = filter_text.equals("trace", "request_id", trace_id)
    found = search(experiments, text, _ORDERS[Order.NEWEST], 1)
    return row_of(found[0].info) if found else None


def told(info: Mapping[str, Any], experiments: Sequence[str]) -> TraceRow | None:
    """Return a trace from what MLflow's REST says of it, if it is in one of these experiments."""
    written = TraceInfoV3()
    parse_dict(info, written)  # type: ignore[no-untyped-call]  # MLflow's
    row = row_of(TraceInfo.from_proto(written))
    return row if row.experiment in experiments else None


def beside(experiments: Sequence[str], row: TraceRow) -> Neighbours:
    """Return the trace with those of its conversation before and after it."""
    if not row.session:
        return Neighbours(row)
    session = filter_text.equals("metadata", SESSION, row.session)
    at = round(row.at.timestamp() * 1000)
    # Of those that began in the same millisecond nobody knows which was first.
    earlier = search(experiments, f"{session} AND trace.timestamp_ms < {at}", ["timestamp_ms DESC"])
    later = search(experiments, f"{session} AND trace.timestamp_ms > {at}", _EARLIEST)
    return Neighbours(
        row,
        row_of(earlier[0].info) if earlier else None,
        row_of(later[0].info) if later else None,
    )


def turns(experiments: Sequence[str], session: str, after: str = "") -> SessionTurns:
    """Return a part of a conversation with what was asked and answered, the earliest first."""
    text = filter_text.equals("metadata", SESSION, session)
    found = search(experiments, text, _EARLIEST, TURNS, after, spans=True)
    # Some stores compare texts regardless of upper and lower case.
    own = [each for each in found if each.info.trace_metadata.get(SESSION) == session]
    return SessionTurns(tuple(_turn(each) for each in own), found.token or "")


def filed(experiments: Sequence[str], request_ids: Sequence[str]) -> dict[str, str]:
    """Return the traces of those of these requests that MLflow has."""
    known: dict[str, str] = {}
    for start in range(0, len(request_ids), IDS_PER_SEARCH):
        ids = request_ids[start : start + IDS_PER_SEARCH]
        # Each is checked as a comparison of its own would be.
        listed = ", ".join(filter_text.equals("", "", each).partition("= ")[2] for each in ids)
        found = search(experiments, f"client_request_id IN ({listed})", _EARLIEST, IDS_PER_SEARCH)
        known |= {each.info.client_request_id or "": each.info.trace_id for each in found}
    return known


def search(
    experiments: Sequence[str],
    text: str,
    order: Sequence[str],
    most: int = 1,
    after: str = "",
    *,
    spans: bool = False,
) -> PagedList[Trace]:
    """Ask for one page; a filter MLflow does not understand is a sentence with what is wrong."""
    if not experiments:
        return PagedList([], None)
    with translated():
        try:
            found: PagedList[Trace] = MlflowClient().search_traces(
                locations=list(experiments),
                filter_string=text,
                max_results=most,
                order_by=list(order),
                page_token=after or None,
                include_spans=spans,
            )
            return found
        except MlflowException as error:
            if error.error_code != "INVALID_PARAMETER_VALUE":
                raise
            raise Refused(_sentence(str(error.message))) from error


def row_of(info: TraceInfo) -> TraceRow:
    """Return a trace as a list shows it."""
    metadata, tags = info.trace_metadata, info.tags
    thumbs = [each.feedback.value for each in _valid(info) if each.name == THUMB and each.feedback]
    location = info.trace_location.mlflow_experiment
    tokens, cost = _noted(metadata.get(_TOKENS)), _noted(metadata.get(_COST))
    return TraceRow(
        trace_id=info.trace_id,
        experiment=str(location.experiment_id) if location else "",
        at=time_of(info.request_time),
        name=tags.get(_NAME_TAG) or "",
        question=question_in_preview(info.request_preview)[:QUESTION_CHARACTERS],
        state=info.state.value,
        took_ms=info.execution_duration,
        tokens=int(total) if (total := tokens.get("total_tokens")) is not None else None,
        cost=cost.get("total_cost"),
        version=tags.get(VERSION_TAG) or metadata.get(SERVED_METADATA) or "",
        user=metadata.get(USER) or "",
        session=metadata.get(SESSION) or "",
        endpoint=next((metadata[name] for name in _ENDPOINT if metadata.get(name)), ""),
        request_id=info.client_request_id or "",
        up=thumbs.count(Thumb.POSITIVE.value),
        down=thumbs.count(Thumb.NEGATIVE.value),
        others=sum(each.name != THUMB for each in _valid(info)),
    )


def _valid(info: TraceInfo) -> list[Assessment]:
    """Return what was said of the whole trace and not said anew since."""
    return [
        each
        for each in info.assessments
        if each.valid is not False
        and each.span_id is None
        and (said := each.feedback or each.expectation)
        and said.value is not None
    ]


def _noted(text: str | None) -> dict[str, float]:
    """Return the numbers that a trace says of itself, which anybody may have written."""
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    # Neither yes and no nor what is no number at all.
    return {
        str(name): float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and value is not True and abs(value) < 1e15
    }


def _turn(trace: Trace) -> SessionTurn:
    row = row_of(trace.info)
    root = next((span for span in trace.data.spans if span.parent_id is None), None)
    inputs, outputs = (root.inputs, root.outputs) if root else (None, None)
    asked = Asked(
        conversation_id=row.session,
        endpoint=row.endpoint,
        user=row.user,
        at=row.at,
        question=question_in(inputs) or row.question,
    )
    told = recorded_turn(asked, row.request_id or None, inputs, outputs, trace.to_dict())
    return SessionTurn(row, told)


def _sentence(message: str) -> str:
    said = message.removeprefix("INVALID_PARAMETER_VALUE: ").strip().rstrip(".")
    said = said[:_MESSAGE_CHARACTERS] + ("…" if len(said) > _MESSAGE_CHARACTERS else "")
    hint = " Its filters join comparisons by AND only." if "clause(s)" in message else ""
    return f"MLflow does not understand this filter. It says: {said}.{hint}"
