"""What the pages of analysts are tried on: recorded requests as a workspace has them."""

from benchmarks.logs.hostile import TEXTS, number_of
from tests.browser.logged import REQUESTS, TABLES, VERSIONS
from tests.browser.recorded import rows


def test_every_recorded_request_is_in_both_tables_once(logged):
    """Whether it lay there already, or was put on record afterwards."""
    for kind in ("payload", "payload_request_logs"):
        (found,) = rows(
            logged.place,
            "SELECT count(*), count(DISTINCT databricks_request_id), "
            f"count(DISTINCT client_request_id) > 20 FROM {TABLES.name}_{kind}",
        )
        assert found == [str(REQUESTS), str(REQUESTS), "true"]


def test_what_was_asked_and_said_can_be_told_apart(logged):
    """There are versions, verdicts of both kinds and failures to be found by filters."""
    (asked,) = rows(
        logged.place,
        "SELECT max(request_metadata['model_version']), count_if(status_code >= 400) > 50 "
        f"FROM {TABLES.name}_payload_request_logs",
    )
    assert asked == [str(VERSIONS), "true"]
    (said,) = rows(
        logged.place,
        "SELECT count(DISTINCT element_at(text_assessment.ratings, 'answer_correct').value), "
        "count(DISTINCT source.id) > 3, count_if(retrieval_assessment IS NOT NULL) > 50 "
        f"FROM {TABLES.name}_payload_assessment_logs",
    )
    assert said == ["2", "true", "true"]


def test_hostile_texts_come_back_as_they_were(logged):
    """Null bytes, control characters and texts of a megabyte among them."""
    for place, text in enumerate(TEXTS):
        request_id = logged.turn(number_of(place, REQUESTS)).request_id
        (found,) = rows(
            logged.place,
            f"SELECT request FROM {TABLES.name}_payload_request_logs "
            f"WHERE databricks_request_id = '{request_id}'",
        )
        assert found == [text]


def test_an_old_request_can_be_judged_now(logged):
    """What lay in the tables is known to the workspace as what was asked of it a moment ago."""
    path = f"/serving-endpoints/{logged.endpoint}/served-models/feedback/invocations"
    ratings = {"answer_correct": {"value": "positive"}}
    record = {
        "request_id": logged.turn(0).request_id,
        "text_assessments": [{"ratings": ratings}],
    }
    answer = logged.place.api("POST", path, json={"dataframe_records": [record]})
    assert answer == {"predictions": {"result": "ok"}}
