"""Traces of a version where nobody tags them: found by the logged model MLflow notes itself."""

import uuid

import mlflow
import pytest

from backend.errors import Refused
from backend.trace_search.filter_text import State, TraceFilter
from backend.trace_search.record import TraceQuery
from tests.backend.judged import ANALYST, ENDPOINT
from tests.backend.talked import LIST
from tests.backend.trace_search.conftest import Asked, ids, mine

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture
def untagged(experiment, workspace, search):
    """Another experiment, of a chain that serves a model; returns the experiment."""
    return mlflow.MlflowClient().create_experiment(f"untagged-{uuid.uuid4()}")


@pytest.fixture
def register(untagged):
    """Register a version of a model of this test's own; returns the model's name and its id."""

    def make():
        client, name = mlflow.MlflowClient(), f"main.rag.{uuid.uuid4()}"
        logged = client.create_logged_model(untagged)
        client.create_registered_model(name)
        client.create_model_version(name, logged.artifact_location, model_id=logged.model_id)
        return name, logged.model_id

    return make


@pytest.fixture
def serving(workspace, untagged):
    """Say which models endpoints of the experiment serve."""

    def serve(*models):
        tags = [{"key": "MONITOR_EXPERIMENT_ID", "value": untagged}]
        workspace.answers[LIST] = (
            200,
            {
                "endpoints": [
                    {
                        "name": f"{ENDPOINT}-{place}",
                        "tags": tags,
                        "config": {
                            "served_entities": [
                                {"name": "chain", "entity_name": name, "entity_version": "1"},
                                {"name": "feedback", "entity_name": "main.rag.feedback"},
                            ]
                        },
                    }
                    for place, name in enumerate(models)
                ]
            },
        )

    return serve


def test_version_is_found_by_its_logged_model_where_no_trace_has_the_tag(
    search, untagged, register, serving
):
    """As on Databricks, where nobody but MLflow itself says which model answered."""
    ask, (name, model_id) = Asked(untagged), register()
    serving(name)
    wanted = ask(session="one", mlflow__modelId=model_id)
    ask(session="other", mlflow__modelId=f"m-{'0' * 32}")

    assert ids(search.page(ANALYST, mine(ask, version="1"))) == [wanted]
    assert ids(search.page(ANALYST, mine(ask, version="1", state=State.ERROR))) == []
    assert ids(search.page(ANALYST, mine(ask, version="2"))) == []
    listed = search.sessions(ANALYST, mine(ask, version="1"))
    assert [row.id for row in listed.rows] == ["one"]


def test_tag_counts_where_traces_have_it(search, untagged, register, serving):
    """Two versions may have one model, which the tag tells apart."""
    ask, (name, model_id) = Asked(untagged), register()
    serving(name)
    ask(mlflow__modelId=model_id)
    second = ask(mlflow__modelId=model_id)
    ask.file()
    mlflow.set_trace_tag(second, "reviewapp.model_version", "2")

    assert ids(search.page(ANALYST, mine(ask, version="2"))) == [second]
    assert ids(search.page(ANALYST, mine(ask, version="1"))) == []


def test_same_number_of_several_models_is_a_sentence(search, untagged, register, serving):
    """A filter cannot say one or the other."""
    serving(register()[0], register()[0])

    with pytest.raises(Refused, match="Choose a chain"):
        search.page(ANALYST, TraceQuery("tag.`reviewapp.model_version` = '1'"))


def test_filter_stays_as_it_is_typed_around_the_version(search, untagged, register, serving):
    """Comparisons there is no control for count as before."""
    ask, (name, model_id) = Asked(untagged), register()
    serving(name)
    wanted = ask(mlflow__modelId=model_id, note="a AND b")
    ask(mlflow__modelId=model_id, note="c")
    query = mine(ask, version="1", rest=("metadata.note != 'c'",))

    assert ids(search.page(ANALYST, query)) == [wanted]
    assert query.filter == TraceFilter(user=ask.user, version="1", rest=("metadata.note != 'c'",))
