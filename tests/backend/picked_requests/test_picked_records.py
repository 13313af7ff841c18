"""Requests as records of a dataset: what is asked, and what people said is right."""

from types import SimpleNamespace

import pytest

from backend.connection import open_workspace
from backend.endpoint_tests.whose_words import expected_by, is_asked_by
from backend.errors import NotAllowed, Refused
from backend.feedback.verdicts import Verdict
from backend.identity import Role, Viewer
from backend.picked_requests import picked as picked_module
from backend.picked_requests.picked import (
    MOST_PICKED,
    PickedRequests,
    record_of,
)
from backend.replay.marks import FIRST_ASKED_BY
from backend.request_logs.former_request import FormerRequest
from backend.request_logs.log_tables import LogTables
from backend.tables import sql

BODY = {
    "messages": [{"role": "user", "content": "how many?"}],
    "temperature": 0.2,
    "stream": True,
    "client_request_id": "c-1",
    "databricks_options": {"conversation_id": "c"},
    "usage_context": {"x": "y"},
    "context": {"conversation_id": "c", "user_id": "u"},
}
ANALYST = Viewer("ana", "Ana", frozenset({Role.ANALYST}))


def test_record_asks_the_question_and_not_for_its_caller():
    """What tied it to a conversation would make the same question two records."""
    record = record_of(FormerRequest("r-1", answer="Five.", body=BODY), "chain", (), "tr-1")

    assert record["inputs"] == {
        "messages": BODY["messages"],
        "temperature": 0.2,
        "context": {"user_id": "u"},
    }
    assert record["outputs"] == "Five."
    assert record["tags"]["reviewapp.request_id"] == "r-1"
    assert record["source"]["source_data"] == {"trace_id": "tr-1"}
    assert "source" not in record_of(FormerRequest("r-1", body=BODY), "chain", (), None)


def test_last_correction_is_what_is_expected():
    """Verdicts come with the latest first; what others said of other things stays."""
    verdicts = [
        Verdict("r-1", "late", corrected_answer="Six."),
        Verdict("r-1", "early", corrected_answer="Four.", expectations={"tools": ("a", "b")}),
    ]

    record = record_of(FormerRequest("r-1", body=BODY), "chain", verdicts, None)

    assert record["expectations"] == {"expected_response": "Six.", "tools": ["a", "b"]}
    assert expected_by(record["tags"], "LATE") == {"expected_response"}
    assert expected_by(record["tags"], "early") == {"tools"}
    nothing = [Verdict("r-1", "x", comment="hm")]
    record = record_of(FormerRequest("r-1", body=BODY), "chain", nothing, None)
    assert record["expectations"] == {}
    assert not expected_by(record["tags"], "x")


@pytest.mark.parametrize(("called", "zoe_too"), [("replay-r-0-ab", True), ("c-1", False)])
def test_record_says_who_has_asked_it_first(called, zoe_too):
    """What a replay asks is somebody's question; anybody else only claims to ask for another."""
    body = BODY | {"client_request_id": called, "usage_context": {FIRST_ASKED_BY: "zoe"}}

    tags = record_of(FormerRequest("r-1", asked_by="app", body=body), "chain", (), None)["tags"]

    assert is_asked_by(tags, " App")
    assert is_asked_by(tags, "Zoe") is zoe_too
    assert not is_asked_by(tags, "")


def test_only_what_the_visitor_may_read_comes_into_a_queue(workspace, monkeypatch):
    """Traces are found with the app's rights, and an experiment may be that of several chains."""
    detail = {"name": "chain", "tags": [{"key": "MONITOR_EXPERIMENT_ID", "value": "7"}]}
    workspace.answers["GET /api/2.0/serving-endpoints/chain"] = (200, detail)
    added = []
    queues = SimpleNamespace(add=lambda *given: added.append(given))
    monkeypatch.setattr(picked_module, "_queues", lambda: queues)
    monkeypatch.setattr(
        picked_module, "_traces", lambda _, ids: {each: f"tr-{each}" for each in ids}
    )
    tables = LogTables("chain", "log", None, {"id": "log.id"})
    monkeypatch.setattr(picked_module, "tables_of", lambda *_: tables)
    monkeypatch.setattr(sql, "rows", lambda *_: [{"id": "r-1"}])
    picked = PickedRequests(open_workspace(workspace.address, "token"), None, None)

    came = picked.add_to_queue(ANALYST, "chain", ["r-2", "r-1"], "queue")

    assert added == [("7", "queue", ["tr-r-1"])]
    assert (came.added, came.left_out) == (("r-1",), ("r-2",))


def test_too_many_nothing_and_a_missing_role_are_refused_before_anything_is_asked():
    """Nothing is connected here, so asking would fail."""
    picked = PickedRequests(None, None, None)

    for ids in ([], [f"r-{number}" for number in range(MOST_PICKED + 1)]):
        with pytest.raises(Refused):
            picked.add_to_queue(ANALYST, "chain", ids, "queue")
    with pytest.raises(Refused):
        picked.add_to_queue(ANALYST, "chain", ["r-1"], "x" * 201)
    reviewer = Viewer("rita", "Rita", frozenset({Role.REVIEWER}))
    with pytest.raises(NotAllowed):
        picked.datasets(reviewer)
