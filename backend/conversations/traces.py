"""Conversations in MLflow: found by the person and the session their traces name.

What a person says of a conversation is a tag of its first trace. Everything is done with the app's
own rights, so whoever calls must have made sure of the visitor's. Importing this imports MLflow,
which takes seconds.
"""

from collections.abc import Sequence

from mlflow import MlflowClient
from mlflow.entities import Trace

from backend.error_translation import translated
from backend.errors import NotFound
from backend.turns.chat_requests import CHALLENGER, ROLE
from backend.turns.recorded_turns import (
    Asked,
    RecordedTurn,
    question_in,
    question_in_preview,
    recorded_turn,
    time_of,
)

SESSION = "mlflow.trace.session"
USER = "mlflow.trace.user"
# Which of them says so depends on who serves the model.
ENDPOINT = ("reviewapp.endpoint", "mlflow.databricks.modelServingEndpointName")
TITLE_TAG = "reviewapp.title"
HIDDEN_TAG = "reviewapp.hidden"
TRACES_PER_SEARCH = 200
# A conversation of more turns was not led by a person.
MOST_TURNS = 1000
_FIRST_FEW = 4
_YES = "true"


def asked_by(experiments: Sequence[str], user: str, limit: int) -> list[Asked]:
    """Return what this person has asked last, the newest first, and all that carries a mark."""
    theirs = _is(USER, user)
    found = _search(experiments, [theirs], limit)
    if len(found) == limit:
        # A mark may lie on a trace that is older than these.
        for tag in (HIDDEN_TAG, TITLE_TAG):
            found += _search(experiments, [theirs, f"tag.`{tag}` != ''"], limit)
    # What was asked for comparison is no question of its own.
    unique = {trace.info.trace_id: trace for trace in found if not _is_challenger(trace)}
    asked = [_asked(trace) for trace in unique.values()]
    # Some stores compare texts regardless of upper and lower case.
    return [each for each in asked if each.conversation_id and each.user == user]


def turns(experiments: Sequence[str], conversation_id: str, user: str | None) -> list[RecordedTurn]:
    """Return a conversation from its first turn on; only this person's part, if one is named."""
    found = _of_conversation(experiments, conversation_id, user, MOST_TURNS, spans=True)
    return [_turn(trace) for trace in found]


def marked(experiments: Sequence[str], conversation_id: str, user: str | None) -> dict[str, Asked]:
    """Return what MLflow names of a conversation by its requests, without what was answered."""
    found = _of_conversation(experiments, conversation_id, user, MOST_TURNS, spans=False)
    return {trace.info.client_request_id or "": _asked(trace) for trace in found}


def mark(experiments: Sequence[str], conversation_id: str, user: str, tag: str, value: str) -> None:
    """Put a tag on the conversation's first trace; a person can do so with their own only."""
    # The very first may be one that was asked for comparison, which nobody looks at for this.
    found = _of_conversation(experiments, conversation_id, user, _FIRST_FEW, spans=False)
    first = next((trace for trace in found if not _is_challenger(trace)), None)
    if first is None:
        raise NotFound
    with translated():
        MlflowClient().set_trace_tag(first.info.trace_id, tag, value)


def _of_conversation(
    experiments: Sequence[str], conversation_id: str, user: str | None, most: int, *, spans: bool
) -> list[Trace]:
    clauses = [_is(SESSION, conversation_id), *([_is(USER, user)] if user else [])]
    found = _search(experiments, clauses, most, order="ASC", spans=spans)
    return [
        trace
        for trace in found
        if trace.info.trace_metadata.get(SESSION) == conversation_id
        and user in (None, trace.info.trace_metadata.get(USER))
    ]


def _search(
    experiments: Sequence[str],
    clauses: Sequence[str],
    limit: int,
    *,
    order: str = "DESC",
    spans: bool = False,
) -> list[Trace]:
    found: list[Trace] = []
    token: str | None = None
    while experiments and len(found) < limit:
        with translated():
            page = MlflowClient().search_traces(
                locations=list(experiments),
                filter_string=" AND ".join(clauses),
                max_results=min(TRACES_PER_SEARCH, limit - len(found)),
                order_by=[f"timestamp_ms {order}"],
                page_token=token,
                include_spans=spans,
            )
        found += page
        token = page.token
        if not token:
            break
    return found


def _is(name: str, value: str) -> str:
    """Return a clause of MLflow's filters, which are text and know no escaping."""
    quote = next((each for each in ("'", '"') if each not in value), None)
    if quote is None or not value or not value.isprintable() or "\\" in value or len(value) > 500:
        raise NotFound
    return f"metadata.`{name}` = {quote}{value}{quote}"


def _asked(trace: Trace, question: str | None = None) -> Asked:
    info, metadata = trace.info, trace.info.trace_metadata
    return Asked(
        conversation_id=metadata.get(SESSION) or "",
        endpoint=next((metadata[name] for name in ENDPOINT if metadata.get(name)), ""),
        user=metadata.get(USER) or "",
        at=time_of(info.request_time),
        question=question or question_in_preview(info.request_preview),
        title=info.tags.get(TITLE_TAG) or "",
        is_hidden=info.tags.get(HIDDEN_TAG) == _YES,
    )


def _is_challenger(trace: Trace) -> bool:
    return trace.info.trace_metadata.get(ROLE) == CHALLENGER


def _turn(trace: Trace) -> RecordedTurn:
    root = next((span for span in trace.data.spans if span.parent_id is None), None)
    inputs, outputs = (root.inputs, root.outputs) if root else (None, None)
    asked = _asked(trace, question_in(inputs))
    return recorded_turn(asked, trace.info.client_request_id, inputs, outputs, trace.to_dict())
