"""A logged model brings everything it needs to a process that knows nothing of this repository."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from examples.chat_agent.cosmology import light_travel
from examples.deployment import language_model_variables, requirements

SCRIPT = """
import importlib.util, json, sys, warnings
warnings.simplefilter("ignore")
assert importlib.util.find_spec("examples") is None
import mlflow
mlflow.tracing.disable()
model = mlflow.pyfunc.load_model(sys.argv[1])
question = {"role": "user", "content": "What is a kilonova, say at redshift 0.01?"}
print(json.dumps(model.predict({"messages": [question]})["messages"][-1]))
"""


def test_a_logged_model_answers_where_the_repository_is_unknown(
    logged: Callable[[str], str], tmp_path: Path
) -> None:
    """Code, tools and handbook come from the model's own folder."""
    environment = {key: it for key, it in os.environ.items() if key != "PYTHONPATH"}

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, logged("chat_agent")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "neutron-rich matter" in json.loads(done.stdout)["content"]


def test_a_logged_model_ships_no_driver_and_no_other_example(logged: Callable[[str], str]) -> None:
    """What a model does not need does not change it."""
    package = Path(logged("chat_agent"), "code", "examples")

    assert sorted(it.name for it in package.iterdir() if it.name != "__pycache__") == [
        "__init__.py",
        "answering",
        "chat_agent",
        "corpus",
    ]
    assert not (package / "chat_agent" / "driver.py").exists()


def test_requirements_are_pinned_to_what_is_installed() -> None:
    """The model asks for what it was tried with."""
    assert all(line.count("==") == 1 for line in requirements("openai"))


def test_a_key_never_becomes_an_endpoint_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anyone who may view an endpoint can read its variables: only a reference may go in."""
    monkeypatch.setenv("EXAMPLES_LLM_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("EXAMPLES_LLM_API_KEY", "sk-a-key")
    with pytest.raises(SystemExit, match="secret"):
        language_model_variables()

    monkeypatch.setenv("EXAMPLES_LLM_API_KEY", "{{secrets/examples/llm_api_key}}")
    assert language_model_variables() == {
        "EXAMPLES_LLM_BASE_URL": "http://127.0.0.1:1/v1",
        "EXAMPLES_LLM_API_KEY": "{{secrets/examples/llm_api_key}}",
    }


@pytest.mark.parametrize(
    ("redshift", "travel_time", "distance"), [(0.151, 1.96, 0.74), (1.0, 7.9, 6.8), (8.2, 13.1, 84)]
)
def test_light_travel_agrees_with_published_calculators(
    redshift: float, travel_time: float, distance: float
) -> None:
    """Travel time in billions of years and luminosity distance in gigaparsecs, to two per cent."""
    result = light_travel(redshift)

    assert result.travel_time_gyr == pytest.approx(travel_time, rel=0.02)
    assert result.luminosity_distance_gpc == pytest.approx(distance, rel=0.02)


def test_a_redshift_beyond_all_sources_is_refused() -> None:
    """The calculator says which values make sense."""
    with pytest.raises(ValueError, match="between 0 and 20"):
        light_travel(-1.0)
