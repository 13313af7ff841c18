"""Traces in MLflow, found by what the controls write, page by page, and as conversations."""

from dataclasses import replace
from datetime import UTC, datetime

import mlflow
import pytest
from mlflow.entities import AssessmentSource
from mlflow.utils.search_utils import SearchTraceUtils

from backend.errors import NotAllowed, NotFound, NotOffered, Refused
from backend.trace_search import traces as traces_module
from backend.trace_search.filter_text import Judged, State, TraceFilter, written
from backend.trace_search.record import ANY_TIME, TraceQuery
from tests.backend.judged import ANALYST, ANN, DETAIL, ENDPOINT
from tests.backend.talked import LIST
from tests.backend.trace_search.conftest import MAY_READ, SECOND, ids, mine

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


def test_row_says_what_there_is_to_know_of_a_trace(search, ask):
    """Without its spans: previews, numbers, and what was said of it."""
    trace_id = ask("How many *days*?", "a session")
    ask.file()
    mlflow.set_trace_tag(trace_id, "reviewapp.model_version", "7")
    for value in ("positive", "negative"):
        source = AssessmentSource("HUMAN", f"{value}@example.com")
        mlflow.log_feedback(trace_id=trace_id, name="answer_correct", value=value, source=source)
    mlflow.log_feedback(
        trace_id=trace_id, name="safe", value=True, source=AssessmentSource("CODE", "check")
    )

    (row,) = search.page(ANALYST, mine(ask)).rows

    assert (row.trace_id, row.question, row.state) == (trace_id, "How many *days*?", "OK")
    assert (row.version, row.user, row.session) == ("7", ask.user, "a session")
    assert (row.name, row.endpoint) == ("chain", ENDPOINT)
    assert (row.up, row.down, row.others) == (1, 1, 1)
    assert (row.took_ms, row.tokens) == (100, None)


def test_numbers_a_trace_says_of_itself_may_be_anything(search, ask):
    """Whoever wrote it may not have meant to be read."""
    ask(mlflow__trace__tokenUsage='{"total_tokens": 12}', mlflow__trace__cost='{"total_cost": 0.5}')
    ask(mlflow__trace__tokenUsage="[1]", mlflow__trace__cost="{no")
    ask(
        mlflow__trace__tokenUsage='{"total_tokens": "7"}', mlflow__trace__cost='{"total_cost": NaN}'
    )

    rows = search.page(ANALYST, mine(ask)).rows

    assert [(row.tokens, row.cost) for row in rows] == [(7, None), (None, None), (12, 0.5)]


CONTROLS = [
    {"session": 'it is "quoted"'},
    {"version": "3"},
    {"tag": "what is: new/old", "tag_value": "o'clock"},
    {"text": "Füße\nkalt"},
    {"text": 'say "hello"'},
    {"judged": Judged.DOWN},
    {"judged": Judged.ANYTHING},
]


def test_every_control_finds_what_it_says(search, ask):
    """And not what is otherwise."""
    wanted = ask('Sind die Füße\nkalt? They say "hello".', 'it is "quoted"')
    other = ask("Something else", "another")
    ask.file()
    mlflow.set_trace_tag(wanted, "reviewapp.model_version", "3")
    mlflow.set_trace_tag(wanted, "what is: new/old", "o'clock")
    source = AssessmentSource("HUMAN", "rita@example.com")
    mlflow.log_feedback(trace_id=wanted, name="answer_correct", value="negative", source=source)

    for more in CONTROLS:
        assert ids(search.page(ANALYST, mine(ask, **more))) == [wanted], more
    for more in ({"state": State.OK}, {"name": "CHAI"}, {"min_ms": 100}, {"max_ms": 101}):
        assert ids(search.page(ANALYST, mine(ask, **more))) == [other, wanted], more
    for more in ({"state": State.ERROR}, {"name": "nope"}, {"min_ms": 101}, {"max_ms": 100}):
        assert ids(search.page(ANALYST, mine(ask, **more))) == [], more
    assert ids(search.page(ANALYST, mine(ask, judged=Judged.NOTHING))) == [other]
    late = datetime(2126, 1, 1, tzinfo=UTC)
    assert ids(search.page(ANALYST, mine(ask, since=late))) == []
    assert ids(search.page(ANALYST, mine(ask, until=late))) == [other, wanted]


@pytest.mark.parametrize(
    "value",
    ["plain", "o'hara", 'say "x"', "a AND b", "' OR '1' = '1", "-- x", "; DROP", "ü€", "%_"],
)
def test_mlflow_reads_exactly_the_value_that_was_written(value):
    """Its own parser is asked, so that nothing leaves its quotes."""
    wanted = TraceFilter(session=value, tag=value.replace("`", ""), tag_value=value)

    parsed = SearchTraceUtils.parse_search_filter_for_search_traces(written(wanted))

    assert [each["value"] for each in parsed] == [value, value]
    assert [each["comparator"] for each in parsed] == ["=", "="]


@pytest.mark.parametrize(
    "name",
    [
        *SearchTraceUtils.SEARCH_KEY_TO_TAG,
        *SearchTraceUtils.SEARCH_KEY_TO_METADATA,
        *SearchTraceUtils.SEARCH_KEY_TO_SPAN,
        *SearchTraceUtils.SEARCH_KEY_TO_ATTRIBUTE,
    ],
)
def test_tag_whose_name_mlflow_takes_for_something_else_is_a_sentence(name):
    """It would find what has nothing to do with the tag."""
    for each in (name, name.upper()):
        with pytest.raises(Refused, match="for something else"):
            written(TraceFilter(tag=each, tag_value="x"))


def test_pages_follow_each_other_by_token(search, ask, monkeypatch):
    """Newest first, and all of them once."""
    monkeypatch.setattr(traces_module, "ROWS", 2)
    asked = [ask(f"{number}?") for number in range(5)]
    found, after = [], ""
    while True:
        page = search.page(ANALYST, mine(ask), after)
        found += ids(page)
        after = page.after
        if not after:
            break

    assert found == asked[::-1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("status = 'OK' OR status = 'ERROR'", "by AND only"),
        ("trace.colour = 'red'", "colour"),
        ("status = OK", "quote"),
    ],
)
def test_filter_mlflow_does_not_understand_is_a_sentence_with_what_is_wrong(search, text, told):
    """The words are MLflow's, without its code."""
    with pytest.raises(Refused, match="MLflow does not understand this filter") as refusal:
        search.page(ANALYST, TraceQuery(text))

    assert told in refusal.value.sentence
    assert "INVALID_PARAMETER_VALUE" not in refusal.value.sentence


def test_reviewers_read_no_traces(search):
    """What others asked is not theirs to know."""
    with pytest.raises(NotAllowed, match="analysts and admins"):
        search.page(ANN, TraceQuery())


def test_only_experiments_the_visitor_may_read_are_searched(search, workspace, ask):
    """The visitor's token is asked for each, and not the app's."""
    trace_id = ask()
    ask.file()
    workspace.answers[MAY_READ] = (403, {"error_code": "PERMISSION_DENIED", "message": "no"})

    assert search.chains(ANALYST) == []
    for read in (search.page, search.sessions):
        with pytest.raises(NotOffered):
            read(ANALYST, mine(ask))
    with pytest.raises(NotOffered):
        search.neighbours(ANALYST, trace_id)


def test_another_experiment_is_not_searched_because_the_address_names_it(search):
    """Only those of the chains the visitor can see are."""
    with pytest.raises(NotFound):
        search.page(ANALYST, TraceQuery(experiment="0"))


def test_chains_of_one_experiment_stand_together(search, workspace, experiment):
    """MLflow cannot tell their traces apart by where they are."""
    tags = workspace.answers[DETAIL][1]["tags"]
    listed = [{"name": name, "tags": tags} for name in ("b", "a")] + [{"name": "untraced"}]
    workspace.answers[LIST] = (200, {"endpoints": listed})

    (found,) = search.chains(ANALYST)

    assert (found.experiment, found.endpoints) == (experiment, ("a", "b"))


def test_usual_time_is_a_week(search, ask):
    """And any time is any time."""
    ask.at -= 30 * 24 * 3600 * SECOND
    trace_id = ask()
    query = mine(ask)

    assert ids(search.page(ANALYST, query)) == []
    assert ids(search.page(ANALYST, replace(query, span="90d"))) == [trace_id]
    assert ids(search.page(ANALYST, replace(query, span=ANY_TIME))) == [trace_id]
