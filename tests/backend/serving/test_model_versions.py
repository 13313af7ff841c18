"""Reading and trying versions of a real registry: MLflow on a database in a temporary folder."""

import mlflow
import pytest
from mlflow.models import infer_signature

from backend.errors import ModelRefused, NotFound
from backend.serving import model_versions

pytestmark = [
    # MLflow 3.17 uses a loader strategy its database layer no longer likes.
    pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning"),
    # A chain without an example is what one of these tests is about.
    pytest.mark.filterwarnings("ignore:.*An input example was not provided:UserWarning"),
]

CHAIN = """
import mlflow

class Chain(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        {body}

mlflow.models.set_model(Chain())
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """Log three versions of one chain: one that answers, one that fails, one without example."""
    folder = tmp_path_factory.mktemp("mlflow")
    question = {"messages": [{"role": "user", "content": "Hello"}]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        # What another test has set in this process would count more than the variable.
        mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
        experiment = mlflow.create_experiment("chains", f"file://{folder}/artifacts")
        for body, example in [
            ("return 'Hello'", question),
            ("raise LookupError('no index')", question),
            ("return 'Hello'", None),
        ]:
            chain = folder / "chain.py"
            chain.write_text(CHAIN.format(body=body))
            with mlflow.start_run(experiment_id=experiment):
                _log(chain, question, example)
        yield experiment


def _log(chain, question, example):
    mlflow.pyfunc.log_model(
        name="chain",
        python_model=str(chain),
        signature=infer_signature(question, "Hello"),
        input_example=example,
        pip_requirements=[],
        registered_model_name="main.rag.chain",
    )


def test_a_version_that_answers_its_example_passes(registry):
    """It is read with the experiment it was logged in, and leaves no trace of the trial there."""
    model = model_versions.read("main.rag.chain", "1")

    model_versions.check(model)

    assert model.experiment_id == registry
    assert mlflow.search_traces(locations=[registry], return_type="list") == []


def test_a_version_that_fails_its_example_is_refused(registry):
    """The sentence repeats what the model raised, and the error itself is kept."""
    with pytest.raises(ModelRefused, match="LookupError: no index") as caught:
        model_versions.check(model_versions.read("main.rag.chain", "2"))

    assert isinstance(caught.value.__cause__, LookupError)


def test_a_version_without_an_example_passes_with_a_warning(registry):
    """It cannot be tried, and whoever deploys it is told so."""
    with pytest.warns(UserWarning, match="input_example"):
        model_versions.check(model_versions.read("main.rag.chain", "3"))


@pytest.mark.parametrize(("name", "version"), [("main.rag.chain", "9"), ("main.rag.other", "1")])
def test_what_is_not_registered_is_a_sentence(registry, name, version):
    """The sentence names model and version, and how to see which registry was asked."""
    with pytest.raises(NotFound, match=f"no version {version} of model '{name}'"):
        model_versions.read(name, version)
