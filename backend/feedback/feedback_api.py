"""Verdicts through the feedback API: a served entity named `feedback`, as the platform has it."""

import json
from typing import Any
from urllib.parse import quote

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import ServingEndpointDetailed

from backend.feedback.verdicts import THUMB, CustomAnswer, Rating, SourceRating, Verdict, ratings_of
from backend.serving.deployment_names import FEEDBACK

HUMAN = "human"


def takes_feedback(endpoint: ServingEndpointDetailed) -> bool:
    """Tell whether the endpoint was deployed with the feedback model."""
    entities = (endpoint.config.served_entities if endpoint.config else None) or []
    return any(entity.name == FEEDBACK for entity in entities)


def post(workspace: WorkspaceClient, endpoint: str, verdict: Verdict) -> None:
    """Send a verdict with the visitor's own token; it is on record when this returns."""
    path = f"/serving-endpoints/{quote(endpoint, safe='')}/served-models/{FEEDBACK}/invocations"
    workspace.api_client.do("POST", path, body={"dataframe_records": [as_record(verdict)]})


def as_record(verdict: Verdict) -> dict[str, str]:
    """Return the record of the call; its columns are texts of JSON, which every version takes."""
    return {
        "request_id": verdict.request_id,
        "source": json.dumps({"id": verdict.reviewer, "type": HUMAN}),
        "text_assessments": json.dumps([_of_the_answer(verdict)]),
        "retrieval_assessments": json.dumps([_of_a_source(it) for it in verdict.source_ratings]),
    }


def _of_the_answer(verdict: Verdict) -> dict[str, Any]:
    return {
        "ratings": {name: _rating(each) for name, each in ratings_of(verdict).items()},
        "free_text_comment": verdict.comment or None,
        "suggested_output": verdict.corrected_answer or "",
    }


def _of_a_source(rating: SourceRating) -> dict[str, Any]:
    thumb = {THUMB: {"value": rating.thumb.value}} if rating.thumb else {}
    return {
        "step_id": rating.step_id,
        "position": rating.position,
        "ratings": thumb,
        "free_text_comment": rating.comment or None,
    }


def _rating(rating: Rating) -> dict[str, Any]:
    said: dict[str, Any] = {"value": _value(rating.value)}
    return said | {"rationale": rating.rationale} if rating.rationale else said


def _value(value: CustomAnswer | None) -> Any:
    # A value is one text or number; what was chosen from a list is text of JSON.
    return json.dumps(value) if isinstance(value, tuple) else value
