"""Logs, registers and deploys BasicAgent, and asks it a first question.

Its two endpoints, the oracle and the judge, must be deployed: logging asks the example question.

Run it as `python -m examples.chat_model.driver`.
"""

from pathlib import Path

import mlflow
from mlflow.models.model import ModelInfo
from mlflow.models.resources import DatabricksServingEndpoint

from backend.agents import Deployment
from backend.serving.reviewer_guide import ReviewerGuide
from examples import deployment
from examples.chat_model.endpoint_calls import PATIENCE
from examples.names import NEEDS, endpoint_name

NAME = "chat_model"
DESCRIPTION = "An oracle answers, a judge checks and adds (a ChatModel over two endpoints)"
GUIDE = ReviewerGuide(
    title="Oracle and judge",
    instructions="One model answers, another corrects it. Judge **what is left in the end**.",
    suggested_questions=(
        "Why are bursts thought to be jetted?",
        "How are gamma-ray bursts named?",
    ),
)
CHAIN = Path(__file__).with_name("chain.py")
INPUT_EXAMPLE = {"messages": [{"role": "user", "content": "Why are bursts thought to be jetted?"}]}
MODEL_CONFIG = {
    "models": {
        "judge": {
            "endpoint": endpoint_name("judge"),
            "instruction": (
                "You are an evaluator of answers provided by others. Based on the context of both "
                "the question and the answer, provide a corrected answer if it is incorrect; "
                "otherwise, enhance the answer with additional context and explanation."
            ),
            "temperature": 0.5,
            "max_tokens": 2000,
        },
        "oracle": {
            "endpoint": endpoint_name("oracle"),
            "instruction": (
                "You are a knowledgeable source of information that excels at providing detailed, "
                "but brief answers to questions. Provide an answer to the question based on the "
                "information provided."
            ),
            "temperature": 0.9,
            "max_tokens": 5000,
        },
    },
    "configuration": {
        "user_response_instruction": (
            "Can you evaluate and enhance this answer with the provided contextual history?"
        )
    },
}


def log_chain() -> ModelInfo:
    """Log the agent as code and declare the endpoints it may ask."""
    asked = [DatabricksServingEndpoint(endpoint_name(example)) for example in NEEDS[NAME]]
    with deployment.logging_run(NAME) as code_paths:
        logged: ModelInfo = mlflow.pyfunc.log_model(
            python_model=str(CHAIN),
            name="agent",
            model_config=MODEL_CONFIG,
            input_example=INPUT_EXAMPLE,
            resources=asked,
            code_paths=code_paths,
            pip_requirements=deployment.requirements("databricks-sdk"),
        )
    return logged


def release() -> Deployment:
    """Register what was logged and start its deployment."""
    version = deployment.register(NAME, log_chain())
    return deployment.deploy_version(NAME, version, DESCRIPTION, PATIENCE, guide=GUIDE)


def first_answer() -> str:
    """Ask the deployed agent its example question."""
    return str(deployment.ask(NAME, INPUT_EXAMPLE)["choices"][0]["message"]["content"])


def main() -> None:
    """Take the chain from code to a deployed endpoint."""
    deployed = release()
    deployment.wait_until_ready(NAME)
    deployment.announce(deployed, first_answer())


if __name__ == "__main__":
    main()
