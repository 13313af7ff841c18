"""What a reviewer has judged, from MLflow's traces; for chains whose verdicts go nowhere else.

Everything is done with the app's own rights, so only what is the reviewer's is handed out, and of
what others said only the thumb. Verdicts without a thumb are not found: MLflow's search knows no
"or". Importing this imports MLflow, which takes seconds.
"""

from collections.abc import Iterable, Mapping, Sequence

from mlflow import MlflowClient
from mlflow.entities import Trace

from backend.error_translation import translated
from backend.feedback import trace_assessments
from backend.feedback.recorded_statements import last_verdicts
from backend.feedback.verdicts import THUMB, Verdict
from backend.reviews.answered_requests import ANSWER_CHARACTERS, AnsweredRequest, JudgedRecords
from backend.reviews.outcomes import JudgedAnswer, Version
from backend.turns.answer_reading import AnswerReading
from backend.turns.question_identity import asked_before, identity_of
from backend.turns.recorded_turns import SERVED_METADATA, question_in, question_in_preview, time_of

MOST_TRACES = 500
TRACES_PER_SEARCH = 100
_SESSION, _USER = "mlflow.trace.session", "mlflow.trace.user"
_ENDPOINT = "reviewapp.endpoint"


def read(
    experiment: str,
    endpoint: str | None,
    versions: Mapping[str, Version],
    reviewer: str,
    *,
    with_names: bool,
) -> JudgedRecords:
    """Return the reviewer's last verdicts, the answers they are on, and what became of those."""
    traces = _search(experiment)
    here = [each for each in traces if each.info.trace_metadata.get(_ENDPOINT) in (None, endpoint)]
    by_id = {each.info.client_request_id: each for each in here if each.info.client_request_id}
    said = last_verdicts([], trace_assessments.read(experiment, list(by_id), None))
    requests = {key: _request(key, trace, versions) for key, trace in by_id.items()}
    verdicts = [verdict for given in said.values() for verdict in given]
    return JudgedRecords(
        verdicts=tuple(each for each in verdicts if each.reviewer == reviewer),
        requests=tuple(
            request
            for key, request in requests.items()
            if by_id[key].info.trace_metadata.get(_USER) == reviewer
        ),
        judged=tuple(_judged(verdicts, requests, reviewer, with_names)),
        is_cut=len(traces) >= MOST_TRACES,
    )


def _search(experiment: str) -> Sequence[Trace]:
    found: list[Trace] = []
    token: str | None = None
    while len(found) < MOST_TRACES:
        with translated():
            page = MlflowClient().search_traces(
                locations=[experiment],
                filter_string=f"feedback.{THUMB} IS NOT NULL",
                max_results=TRACES_PER_SEARCH,
                order_by=["timestamp_ms DESC"],
                page_token=token,
            )
        found += page
        token = page.token
        if not token:
            break
    return found


def _request(request_id: str, trace: Trace, versions: Mapping[str, Version]) -> AnsweredRequest:
    root = next((span for span in trace.data.spans if span.parent_id is None), None)
    inputs, outputs = (root.inputs, root.outputs) if root else (None, None)
    question = question_in(inputs) or question_in_preview(trace.info.request_preview)
    reading = AnswerReading()
    reading.read(outputs)
    metadata = trace.info.trace_metadata
    return AnsweredRequest(
        request_id=request_id,
        conversation_id=metadata.get(_SESSION),
        question=question,
        answer=reading.text[: ANSWER_CHARACTERS + 1],
        asked_at=time_of(trace.info.request_time),
        version=versions.get(metadata.get(SERVED_METADATA) or ""),
        identity=identity_of(question, inputs) if inputs else None,
        before=tuple(asked_before(inputs)),
    )


def _judged(
    verdicts: Iterable[Verdict],
    requests: Mapping[str, AnsweredRequest],
    reviewer: str,
    with_names: bool,
) -> list[JudgedAnswer]:
    found = []
    for verdict in verdicts:
        request = requests[verdict.request_id]
        if verdict.thumb and verdict.given_at and request.identity:
            found.append(
                JudgedAnswer(
                    request_id=verdict.request_id,
                    question=request.identity,
                    version=request.version,
                    thumb=verdict.thumb,
                    at=verdict.given_at,
                    is_mine=verdict.reviewer == reviewer,
                    reviewer=verdict.reviewer if with_names else None,
                )
            )
    return found
