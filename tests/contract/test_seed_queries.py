"""What the seeds ask of their inference tables, as they ask it, on an endpoint made as theirs."""

import json

import pytest
from databricks.sdk.service.serving import (
    AutoCaptureConfigInput,
    EndpointCoreConfigInput,
    Route,
    ServedEntityInput,
    TrafficConfig,
)

from backend.tables import sql
from tests.contract.conftest import ask, entity

_NAME = "seed-queries"
_PAYLOAD = "sandbox.nasa_gcn_dev.rag_inference_payload"


@pytest.fixture(scope="module")
def judged(client, scripted) -> str:
    """Two answered questions, the second judged by the same reviewer down and then up."""
    capture = AutoCaptureConfigInput(
        enabled=True,
        catalog_name="sandbox",
        schema_name="nasa_gcn_dev",
        table_name_prefix="rag_inference",
    )
    served = entity(scripted, 1, name="rag")
    feedback = ServedEntityInput(
        name="feedback", entity_name="sandbox.nasa_gcn_dev.feedback", entity_version="1"
    )
    config = EndpointCoreConfigInput(
        name=_NAME,
        served_entities=[served, feedback],
        traffic_config=TrafficConfig(
            routes=[Route(served_entity_name="rag", traffic_percentage=100)]
        ),
        auto_capture_config=capture,
    )
    client.serving_endpoints.create_and_wait(_NAME, config=config)
    for text in ("first", "second"):
        ask(client, _NAME, text)
    newest = sql.rows(client, f"SELECT * FROM {_PAYLOAD} ORDER BY timestamp DESC LIMIT 1", {})
    request_id = newest[0]["databricks_request_id"]
    for value in ("negative", "positive"):
        rating = [{"ratings": {"answer_correct": {"value": value}}}]
        record = {"request_id": request_id, "text_assessments": json.dumps(rating)}
        path = f"/serving-endpoints/{_NAME}/served-models/feedback/invocations"
        client.api_client.do("POST", path, body={"dataframe_records": [record]})
    return request_id


def test_newest_rows_of_the_legacy_payload_as_seed_2_reads_them(client, judged):
    """The statement of the seed, word for word: two verdicts, then two questions."""
    rows = sql.rows(client, f"SELECT *\nFROM {_PAYLOAD}\nORDER BY timestamp DESC\nLIMIT 10;", {})

    asked = [row["request"] for row in rows]
    assert len(rows) == 4
    assert "text_assessments" in asked[0]
    assert "second" in asked[2]
    assert [row["status_code"] for row in rows] == ["200"] * 4


def test_requests_are_joined_with_what_was_said_of_them(client, judged):
    """Question, answer and thumb side by side."""
    rows = sql.rows(
        client,
        "SELECT r.request, r.response, a.text_assessment.ratings['answer_correct'].value AS thumb "
        f"FROM {_PAYLOAD}_request_logs r JOIN {_PAYLOAD}_assessment_logs a "
        "ON r.databricks_request_id = a.request_id ORDER BY a.timestamp",
        {},
    )

    assert [row["thumb"] for row in rows] == ["negative", "positive"]
    assert rows[0]["request"] == "second"


def test_latest_verdict_of_each_reviewer_is_one_row(client, judged):
    """Deduplicated by the cookbook's rule: the newest by request and reviewer."""
    rows = sql.rows(
        client,
        "SELECT request_id, source.id AS reviewer, "
        "text_assessment.ratings['answer_correct'].value AS thumb "
        f"FROM {_PAYLOAD}_assessment_logs WHERE text_assessment IS NOT NULL "
        "QUALIFY row_number() OVER "
        "(PARTITION BY request_id, source.id ORDER BY timestamp DESC) = 1",
        {},
    )

    assert [(row["request_id"], row["thumb"]) for row in rows] == [(judged, "positive")]
