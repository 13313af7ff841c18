"""Logs, registers and deploys the oracle, and asks it a first question.

Run it as `python -m examples.oracle.driver`.
"""

from dataclasses import asdict
from pathlib import Path

import mlflow
from mlflow.models.model import ModelInfo

from backend.agents import Deployment
from examples import deployment
from examples.answering.retrieval import SearchSettings

NAME = "oracle"
DESCRIPTION = "Answers from the handbook; the chat model asks it"
CHAIN = Path(__file__).with_name("chain.py")
INPUT_EXAMPLE = {"messages": [{"role": "user", "content": "How are gamma-ray bursts named?"}]}


def log_chain() -> ModelInfo:
    """Log the chain as code; a ChatModel brings its own signature."""
    with deployment.logging_run(NAME) as code_paths:
        logged: ModelInfo = mlflow.pyfunc.log_model(
            python_model=str(CHAIN),
            name="chain",
            model_config=asdict(SearchSettings()),
            input_example=INPUT_EXAMPLE,
            code_paths=code_paths,
            pip_requirements=deployment.requirements("openai"),
        )
    return logged


def release() -> Deployment:
    """Register what was logged and start its deployment."""
    version = deployment.register(NAME, log_chain())
    variables = deployment.language_model_variables()
    return deployment.deploy_version(NAME, version, DESCRIPTION, variables)


def first_answer() -> str:
    """Ask the deployed chain its example question."""
    return str(deployment.ask(NAME, INPUT_EXAMPLE)["choices"][0]["message"]["content"])


def main() -> None:
    """Take the chain from code to a deployed endpoint."""
    deployed = release()
    deployment.wait_until_ready(NAME)
    deployment.announce(deployed, first_answer())


if __name__ == "__main__":
    main()
