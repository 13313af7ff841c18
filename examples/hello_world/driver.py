"""Logs, registers and deploys the hello world chain, and asks it a first question.

Run it as `python -m examples.hello_world.driver`.
"""

from dataclasses import asdict
from pathlib import Path

import mlflow
from mlflow.models import ModelSignature
from mlflow.models.model import ModelInfo
from mlflow.types.schema import Schema

from backend.agents import Deployment
from backend.serving.reviewer_guide import ReviewerGuide
from examples import deployment
from examples.answering.retrieval import SearchSettings

NAME = "hello_world"
DESCRIPTION = "Answers questions on gamma-ray bursts from a handbook (a LangChain chain)"
GUIDE = ReviewerGuide(
    title="Handbook on gamma-ray bursts",
    instructions=(
        "Answers come from the handbook and **cite nothing**. Judge whether each sentence is right."
    ),
    suggested_questions=(
        "What is a gamma-ray burst?",
        "How are gamma-ray bursts named?",
    ),
)
CHAIN = Path(__file__).with_name("chain.py")
INPUT_EXAMPLE = {"messages": [{"role": "user", "content": "What is a gamma-ray burst?"}]}
SIGNATURE = ModelSignature(
    inputs=Schema.from_json(
        '[{"type": "array", "items": {"type": "object", "properties": {'
        '"content": {"type": "string", "required": true}, '
        '"role": {"type": "string", "required": true}}}, "name": "messages", "required": true}]'
    ),
    outputs=Schema.from_json('[{"type": "string", "required": true}]'),
)


def log_chain() -> ModelInfo:
    """Log the chain as code, with its configuration and an example of its input."""
    with deployment.logging_run(NAME) as code_paths:
        logged: ModelInfo = mlflow.langchain.log_model(
            lc_model=str(CHAIN),  # a path, not an object: the code itself is the model
            name="chain",
            model_config=asdict(SearchSettings()),
            input_example=INPUT_EXAMPLE,
            signature=SIGNATURE,
            code_paths=code_paths,
            pip_requirements=deployment.requirements("langchain", "langchain-core"),
        )
    return logged


def release() -> Deployment:
    """Register what was logged and start its deployment."""
    version = deployment.register(NAME, log_chain())
    return deployment.deploy_version(NAME, version, DESCRIPTION, guide=GUIDE)


def first_answer() -> str:
    """Ask the deployed chain its example question."""
    answer = deployment.ask(NAME, INPUT_EXAMPLE)
    # A string comes back as a list with one element, some servers put that under "predictions".
    texts = answer["predictions"] if isinstance(answer, dict) else answer
    return str(texts[0])


def main() -> None:
    """Take the chain from code to a deployed endpoint."""
    deployed = release()
    deployment.wait_until_ready(NAME)
    deployment.announce(deployed, first_answer())


if __name__ == "__main__":
    main()
