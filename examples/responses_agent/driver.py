"""Logs, registers and deploys the Responses agent, and asks it a first question.

Run it as `python -m examples.responses_agent.driver`.
"""

from dataclasses import asdict
from pathlib import Path

import mlflow
from mlflow.models.model import ModelInfo

from backend.agents import Deployment
from backend.serving.reviewer_guide import ReviewerGuide
from examples import deployment
from examples.answering.retrieval import SearchSettings

NAME = "responses_agent"
DESCRIPTION = "Streams an answer with linked citations (a ResponsesAgent)"
GUIDE = ReviewerGuide(
    title="Answers with citations",
    instructions=(
        "Each answer links its passages. Check that a **cited passage says what the answer says**."
    ),
    suggested_questions=(
        "What is a kilonova?",
        "What is a gamma-ray burst?",
    ),
)
CHAIN = Path(__file__).with_name("chain.py")
INPUT_EXAMPLE = {"input": [{"role": "user", "content": "What is a kilonova?"}]}


def log_chain() -> ModelInfo:
    """Log the agent as code; a ResponsesAgent brings its own signature."""
    with deployment.logging_run(NAME) as code_paths:
        logged: ModelInfo = mlflow.pyfunc.log_model(
            python_model=str(CHAIN),
            name="agent",
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
    return deployment.deploy_version(NAME, version, DESCRIPTION, variables, guide=GUIDE)


def first_answer() -> str:
    """Ask the deployed agent its example question."""
    return str(deployment.ask(NAME, INPUT_EXAMPLE)["output"][-1]["content"][0]["text"])


def main() -> None:
    """Take the chain from code to a deployed endpoint."""
    deployed = release()
    deployment.wait_until_ready(NAME)
    deployment.announce(deployed, first_answer())


if __name__ == "__main__":
    main()
