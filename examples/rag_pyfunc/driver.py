"""Logs, registers as champion and deploys the pyfunc RAG chain, and asks it a first question.

Run it as `python -m examples.rag_pyfunc.driver`.
"""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.models.model import ModelInfo
from mlflow.types.schema import Array, ColSpec, DataType, Schema

from backend.agents import Deployment
from backend.serving.reviewer_guide import ReviewerGuide
from examples import deployment
from examples.answering.retrieval import SearchSettings
from examples.corpus import HANDBOOK
from examples.names import model_name

NAME = "rag_pyfunc"
ALIAS = "champion"
DESCRIPTION = "Answers one question at a time, with its sources (a PythonModel over a table)"
GUIDE = ReviewerGuide(
    title="Handbook with sources",
    instructions=(
        "Every question stands **alone**: earlier ones are not remembered. Open the "
        "sources and say which of them helped."
    ),
    suggested_questions=(
        "What is T90?",
        "What is an afterglow?",
    ),
)
CHAIN = Path(__file__).with_name("chain.py")
QUESTIONS = pd.DataFrame({"question": ["What is T90?"]})
INPUT_EXAMPLE = {"dataframe_split": QUESTIONS.to_dict(orient="split", index=False)}
SIGNATURE = ModelSignature(
    inputs=Schema([ColSpec(DataType.string, "question")]),
    outputs=Schema(
        [
            ColSpec(DataType.string, "answer"),
            ColSpec(Array(DataType.string), "sources"),
            ColSpec(DataType.long, "num_docs"),
        ]
    ),
)


def log_chain() -> ModelInfo:
    """Log the chain as code, with its configuration and the handbook as artifacts."""
    config = json.dumps(asdict(SearchSettings()))
    with tempfile.TemporaryDirectory() as folder, deployment.logging_run(NAME) as code_paths:
        config_file = Path(folder, "rag_config.json")
        config_file.write_text(config, encoding="utf-8")
        logged: ModelInfo = mlflow.pyfunc.log_model(
            python_model=str(CHAIN),
            name="chain",
            artifacts={"config": str(config_file), "handbook": str(HANDBOOK)},
            input_example=QUESTIONS,
            signature=SIGNATURE,
            code_paths=code_paths,
            pip_requirements=deployment.requirements(),
        )
    return logged


def release() -> Deployment:
    """Register what was logged and start its deployment."""
    version = deployment.register(NAME, log_chain())
    mlflow.MlflowClient().set_registered_model_alias(model_name(NAME), ALIAS, str(version))
    return deployment.deploy_version(NAME, version, DESCRIPTION, guide=GUIDE)


def first_answer() -> str:
    """Ask the deployed chain its example question."""
    return str(deployment.ask(NAME, INPUT_EXAMPLE)["predictions"][0]["answer"])


def main() -> None:
    """Take the chain from code to a deployed endpoint."""
    deployed = release()
    deployment.wait_until_ready(NAME)
    deployment.announce(deployed, first_answer())


if __name__ == "__main__":
    main()
