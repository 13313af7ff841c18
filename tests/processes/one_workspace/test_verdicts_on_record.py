"""A verdict is on record when the feedback call is answered; a wrong one leaves only its call."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from local_workspace.inference_tables.table_layout import TableKind
from tests.processes.conftest import api, ask, wait_for
from tests.processes.recorded import delta_rows, rows
from tests.processes.recording import judged_endpoint

_POSITIVE = {"ratings": {"answer_correct": {"value": "positive"}}, "free_text_comment": "good"}


def asked(connection, name: str) -> str:
    return ask(connection, name, "hello").json()["databricks_output"]["databricks_request_id"]


def judge(connection, name: str, **record):
    path = f"/serving-endpoints/{name}/served-models/feedback/invocations"
    return api(connection, "POST", path, json={"dataframe_records": [record]})


@pytest.mark.parametrize("encode", [json.dumps, lambda value: value], ids=["texts", "objects"])
def test_verdict_in_either_form_is_in_the_assessment_log_at_once(running, encode):
    """One row per judgement, of the answer and of its sources, when the call is answered."""
    connection, folder = running
    name = f"either-{encode.__name__.strip('<>')}"
    judged_endpoint(connection, name)
    request_id = asked(connection, name)

    answer = judge(
        connection,
        name,
        request_id=request_id,
        source=encode({"id": _me(connection), "type": "human"}),
        text_assessments=encode([_POSITIVE]),
        retrieval_assessments=encode([{"position": 1, **_POSITIVE}]),
    )

    assert (answer.status_code, answer.json()) == (200, {"predictions": {"result": "ok"}})
    text, retrieval = rows(folder, name, TableKind.ASSESSMENT_LOGS)
    assert text["request_id"] == retrieval["request_id"] == request_id
    assert text["text_assessment"]["ratings"]["answer_correct"]["value"] == "positive"
    assert text["text_assessment"]["free_text_comment"] == "good"
    assert retrieval["retrieval_assessment"]["position"] == 1
    assert len(rows(folder, name)) == 2


def test_verdict_on_an_unknown_request_is_404_and_no_verdict(running):
    """The platform accepts these; here nobody's work disappears into nothing."""
    connection, folder = running
    judged_endpoint(connection, "unknown")

    answer = judge(connection, "unknown", request_id="nobody", text_assessments=[_POSITIVE])

    assert (answer.status_code, answer.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert rows(folder, "unknown", TableKind.ASSESSMENT_LOGS) == []
    (row,) = rows(folder, "unknown")
    assert row["status_code"] == 404


def test_verdict_of_the_wrong_shape_names_the_field(running):
    """One wrong judgement among good ones: a 400 with its place, and none of them written."""
    connection, folder = running
    judged_endpoint(connection, "wrong")
    wrong = {"ratings": {"answer_correct": "positive"}}

    answer = judge(
        connection,
        "wrong",
        request_id=asked(connection, "wrong"),
        text_assessments=[_POSITIVE, wrong],
    )

    assert answer.status_code == 400
    assert "text_assessments[1].ratings.answer_correct" in answer.json()["message"]
    assert rows(folder, "wrong", TableKind.ASSESSMENT_LOGS) == []


def test_twenty_reviewers_chats_and_queries_at_once_lose_nothing(running):
    """No error on any side; the count an analyst sees only grows, and ends at every verdict."""
    connection, folder = running
    judged_endpoint(connection, "busy")
    request_id = asked(connection, "busy")

    def work(number: int) -> list[int]:
        statuses = []
        for _ in range(10):
            verdict = judge(connection, "busy", request_id=request_id, text_assessments=[_POSITIVE])
            statuses += [verdict.status_code, ask(connection, "busy", "hello").status_code]
        return statuses

    stop = threading.Event()
    with ThreadPoolExecutor(1) as analyst, ThreadPoolExecutor(20) as reviewers:
        counting = analyst.submit(_counts, connection, "busy", stop)
        statuses = [status for each in reviewers.map(work, range(20)) for status in each]
        stop.set()
        counts = counting.result()

    assert set(statuses) == {200}
    assert counts == sorted(counts)
    assert counts[-1] == 200
    kind = TableKind.ASSESSMENT_LOGS
    wait_for(lambda: len(delta_rows(folder, "busy", kind)) == 200)
    assert len(rows(folder, "busy")) == 401


def _counts(connection, name: str, stop: threading.Event) -> list[int]:
    """Count the verdicts again and again, and once more at the end."""
    counts = []
    is_last = False
    while not is_last:
        is_last = stop.is_set()
        body = {
            "statement": f"SELECT count(*) FROM main.records.`{name}_payload_assessment_logs`",
            "warehouse_id": api(connection, "GET", "/api/2.0/sql/warehouses").json()["warehouses"][
                0
            ]["id"],
            "wait_timeout": "30s",
        }
        answer = api(connection, "POST", "/api/2.0/sql/statements", json=body).json()
        assert answer["status"]["state"] == "SUCCEEDED", answer
        counts.append(int(answer["result"]["data_array"][0][0]))
    return counts


def _me(connection) -> str:
    return api(connection, "GET", "/api/2.0/preview/scim/v2/Me").json()["userName"]
