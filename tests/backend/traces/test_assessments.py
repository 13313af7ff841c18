"""What is said of a trace: everybody's, and one's own to write, change and take back."""

import pytest

from backend.errors import NotAllowed, NotFound, Refused
from backend.traces.record import Opinion
from tests.backend.traces.traced import TRACE_ID, span_id

SAY = f"POST /api/3.0/mlflow/traces/{TRACE_ID}/assessments"
CHANGE = f"PATCH /api/3.0/mlflow/traces/{TRACE_ID}/assessments/a-mine"


def assessment(name, by="rita@example.com", kind="HUMAN", **more):
    """Return one as MLflow's REST writes it."""
    return {
        "assessment_id": f"a-{name}",
        "assessment_name": name,
        "source": {"source_type": kind, "source_id": by},
        "last_update_time": more.pop("at", "2026-03-03T12:00:00Z"),
        **({} if "expectation" in more else {"feedback": {"value": more.pop("value", True)}}),
        **more,
    }


@pytest.fixture
def said(traced):
    """Put assessments on the trace."""

    def put(*assessments):
        traced["assessments"] = list(assessments)

    return put


def test_everybody_s_words_are_read_the_latest_first(reading, viewer, said):
    """People, judges and code; what was replaced does not count any more."""
    said(
        assessment("old", at="2026-03-01T12:00:00Z"),
        assessment("new", value=["a", 1], rationale="Because.", span_id=span_id(2)),
        assessment("gone", valid=False),
        assessment("judge", "gpt", "LLM_JUDGE", value=None, at="2026-03-02T12:00:00Z"),
        assessment(
            "right",
            at="2026-02-01T12:00:00Z",
            expectation={
                "serialized_value": {"serialization_format": "JSON_FORMAT", "value": '{"a": 1}'}
            },
        ),
    )

    found = reading.said(viewer, TRACE_ID)

    assert [each.name for each in found] == ["new", "judge", "old", "right"]
    new, judge, _old, right = found
    assert (new.value, new.comment, new.span_id) == ("a, 1", "Because.", span_id(2))
    assert (judge.by_kind, judge.value) == ("LLM_JUDGE", "")
    assert (right.is_expectation, right.value) == (True, '{"a": 1}')
    assert not any(each.is_mine for each in found)


def test_value_that_cannot_be_read_is_shown_as_it_was_written(reading, viewer, said):
    """Whoever wrote it may have meant anything."""
    for value in ("{cut off", "[" * 20_000):
        said(assessment("odd", expectation={"serialized_value": {"value": value}}))

        (found,) = reading.said(viewer, TRACE_ID)

        assert found.value == value


def test_only_what_was_said_here_by_oneself_can_be_changed(reading, viewer, said):
    """A verdict's copy is changed where the verdict was given."""
    mine = viewer.user_name
    said(
        assessment("here", mine),
        assessment("verdict", mine, metadata={"reviewapp.request_id": "req-7"}),
        assessment("judge", mine, "LLM_JUDGE"),
    )

    found = {each.name: each for each in reading.said(viewer, TRACE_ID)}

    assert found["here"].is_changeable
    assert found["verdict"].is_mine
    assert not found["verdict"].is_changeable
    assert not found["judge"].is_mine


def test_opinion_is_written_in_one_s_own_name(reading, viewer, said, workspace):
    """Nothing the visitor types says who it is."""
    workspace.answers[SAY] = (200, {})

    reading.say(viewer, TRACE_ID, Opinion(False, " Too slow. ", "speed", span_id(2)))

    written = workspace.sent(SAY)["assessment"]
    assert written["source"] == {"source_type": "HUMAN", "source_id": viewer.user_name}
    assert written["assessment_name"] == "speed"
    assert (written["feedback"], written["rationale"]) == ({"value": False}, "Too slow.")
    assert written["span_id"] == span_id(2)


def test_words_alone_are_a_comment(reading, viewer, said, workspace):
    """As they are in the chat; and nothing at all is no opinion."""
    workspace.answers[SAY] = (200, {})

    reading.say(viewer, TRACE_ID, Opinion(comment="Look at this."))

    written = workspace.sent(SAY)["assessment"]
    assert (written["assessment_name"], written["feedback"]["value"]) == (
        "comment",
        "Look at this.",
    )
    with pytest.raises(Refused):
        reading.say(viewer, TRACE_ID, Opinion(comment="  "))


def test_change_keeps_one_opinion(reading, viewer, said, workspace):
    """The former words are gone, and not beside the new ones."""
    said(assessment("mine", viewer.user_name))
    workspace.answers[CHANGE] = (200, {})

    reading.say(viewer, TRACE_ID, Opinion(True, "Better.", "speed", replaces="a-mine"))

    assert workspace.sent(CHANGE)["update_mask"] == "assessmentName,feedback,rationale"


@pytest.mark.parametrize(
    ("name", "problem"), [("a-theirs", NotAllowed), ("a-verdict", NotAllowed), ("a-no", NotFound)]
)
def test_nobody_changes_what_others_said(reading, viewer, said, workspace, name, problem):
    """Nor takes it back; the page offers it not, and an address or a trick does not either."""
    said(
        assessment("theirs"),
        assessment("verdict", viewer.user_name, metadata={"reviewapp.verdict": "v"}),
    )
    before = len(workspace.received)

    with pytest.raises(problem):
        reading.take_back(viewer, TRACE_ID, name)
    with pytest.raises(problem):
        reading.say(viewer, TRACE_ID, Opinion(True, replaces=name))
    assert {request.split()[0] for request, _ in workspace.received[before:]} == {"GET"}
