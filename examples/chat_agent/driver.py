"""Logs, registers and deploys the agent with tools, and asks it a first question.

Run it as `python -m examples.chat_agent.driver`.
"""

from dataclasses import asdict
from pathlib import Path

import mlflow
from mlflow.models.model import ModelInfo

from backend.agents import Deployment
from backend.serving.reviewer_guide import ReviewerGuide
from examples import deployment
from examples.answering.retrieval import SearchSettings

NAME = "chat_agent"
DESCRIPTION = "Searches the handbook and calculates, step by step (a ChatAgent with tools)"
GUIDE = ReviewerGuide(
    title="Calculating agent",
    instructions=(
        "It searches the handbook and calculates. Look at the **steps before the "
        "answer**: were they the right ones?"
    ),
    suggested_questions=(
        "How far away is GRB 221009A, at redshift 0.151?",
        "What is T90?",
    ),
)
CHAIN = Path(__file__).with_name("chain.py")
QUESTION = "How far away is GRB 221009A, at redshift 0.151?"
INPUT_EXAMPLE = {"messages": [{"role": "user", "content": QUESTION}]}


def log_chain() -> ModelInfo:
    """Log the agent as code; a ChatAgent brings its own signature."""
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
    """Ask the deployed agent its example question; the answer is the last of its messages."""
    return str(deployment.ask(NAME, INPUT_EXAMPLE)["messages"][-1]["content"])


def main() -> None:
    """Take the chain from code to a deployed endpoint."""
    deployed = release()
    deployment.wait_until_ready(NAME)
    deployment.announce(deployed, first_answer())


if __name__ == "__main__":
    main()
