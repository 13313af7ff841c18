"""What is in a version and was found out about it, out of a real registry of MLflow."""

import json
import warnings

import mlflow
import pytest

from backend.errors import NotFound
from backend.identity import Role, Viewer
from backend.registry.contents import Look
from backend.registry.secret_masking import MASK
from tests.backend.registered import FIRST, MODEL, SECOND, SECRET

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")

ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))


def _version(registry, number):
    return registry.version(ADMIN, MODEL, number)


def test_contents_say_how_the_version_is_asked(registry):
    """Signature in words, example, requirements, and the code it was logged from."""
    contents = registry.contents(ADMIN, _version(registry, "2"))

    (messages,) = contents.signature.inputs
    assert (messages.name, messages.is_required) == ("messages", True)
    assert messages.kind == "list of object with content (text), role (text)"
    assert json.loads(contents.example)["messages"][0]["content"] == "Hello"
    assert contents.requirements == f"mlflow=={mlflow.__version__}"
    assert set(contents.environment) == {"conda.yaml", "python_env.yaml"}
    assert list(contents.code) == ["chain.py", "code/parts/wording.py"]
    assert "Good day" in contents.code["chain.py"]
    assert [(each.name, each.text) for each in contents.prompts] == [("llm.system_prompt", SECOND)]


def test_no_secret_leaves_the_registry(registry):
    """Neither by the configuration, nor by any file that repeats it; each one is named."""
    version = _version(registry, "1")
    contents = registry.contents(ADMIN, version)

    assert contents.secrets == ("llm.api_key", "retriever.credentials.user")
    assert contents.config["llm"] == {"system_prompt": FIRST, "api_key": MASK, "max_tokens": 500}
    files = [each for each in registry.files(ADMIN, version).files if not each.is_folder]
    shown = [repr(contents), *(repr(registry.preview(ADMIN, version, f.path)) for f in files)]
    for secret in (SECRET, "chain-account", "dapi0123456789"):
        assert not [each for each in shown if secret in each]


def test_files_are_a_tree_and_each_is_seen_by_itself(registry):
    """A folder stands before what is in it; JSON is shown as such."""
    version = _version(registry, "1")
    files = registry.files(ADMIN, version)
    paths = [each.path for each in files.files]

    assert not files.is_cut
    assert paths.index("code") < paths.index("code/parts") < paths.index("code/parts/wording.py")
    assert {"MLmodel", "chain.py", "requirements.txt"} <= set(paths)
    assert registry.preview(ADMIN, version, "chain.py").look is Look.TEXT
    assert registry.preview(ADMIN, version, "input_example.json").look is Look.JSON


@pytest.mark.parametrize("path", ["../../mlflow.db", "/etc/passwd", "code/../MLmodel", "none.txt"])
def test_no_file_outside_the_version_is_shown(registry, path):
    """A path comes from a browser."""
    with pytest.raises(NotFound, match="no such file"):
        registry.preview(ADMIN, _version(registry, "1"), path)


def test_large_file_is_not_fetched(registry, monkeypatch):
    """The page says so instead."""
    monkeypatch.setattr("backend.registry.files.MOST_TEXT_BYTES", 10)

    shown = registry.preview(ADMIN, _version(registry, "1"), "chain.py")

    assert (shown.text, shown.problem) == ("", "It is too large to be shown here.")


def test_comparison_tells_what_differs_and_what_does_not(registry):
    """Prompt, configuration and code were changed; signature and requirements were not."""
    found = registry.compare(ADMIN, _version(registry, "1"), _version(registry, "2"))

    changed = [each.part for each in found if each.is_change]
    assert changed == [
        "Prompt: llm.system_prompt",
        "Configuration",
        "Code: chain.py",
        "Code: code/parts/wording.py",
    ]
    assert {"Signature", "Requirements"} <= {each.part for each in found if not each.is_change}
    prompt = found[0]
    assert (prompt.before, prompt.after) == (FIRST, SECOND)


def test_figures_and_tables_of_evaluations_are_found(registry, experiment):
    """They hang on the logged model, and each says which run found it."""
    version = _version(registry, "2")
    with (
        warnings.catch_warnings(),
        mlflow.start_run(experiment_id=experiment, run_name="evaluate it"),
    ):
        # MLflow asks pandas for types in a way it no longer likes.
        warnings.simplefilter("ignore")
        mlflow.log_metric("correctness", 0.75, model_id=version.model_id)
        mlflow.log_table({"question": ["Who?"], "api_key": [SECRET]}, "eval_results_table.json")

    (found,) = [e for e in registry.evaluations(ADMIN, version) if e.run_name == "evaluate it"]
    table = registry.table(ADMIN, found.run_id, "eval_results_table.json")

    assert [(each.name, each.value) for each in found.metrics] == [("correctness", 0.75)]
    assert found.tables == ("eval_results_table.json",)
    assert (table.columns, table.count) == (("question", "api_key"), 1)
    assert table.rows == (("Who?", MASK),)
    with pytest.raises(NotFound, match="no such table"):
        registry.table(ADMIN, found.run_id, "../MLmodel")


def test_registered_prompts_a_version_was_seen_to_use_are_told(registry):
    """MLflow notes them with the logged model."""
    mlflow.genai.register_prompt("greeting", "Say hello to {{name}}.")
    version = _version(registry, "2")
    linked = json.dumps([{"name": "greeting", "version": "1"}])
    mlflow.MlflowClient().set_logged_model_tags(version.model_id, {"mlflow.linkedPrompts": linked})

    (prompt,) = registry.linked_prompts(ADMIN, version)

    assert (prompt.name, prompt.text) == ("greeting/1", "Say hello to {{name}}.")
