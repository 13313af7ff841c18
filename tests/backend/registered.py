"""A registry with versions in it, as people log them: MLflow on a database, files in a folder."""

import warnings
from pathlib import Path

import mlflow

MODEL = "main.rag.shelf"
CHAIN = """
import mlflow

SUPPORT_TOKEN = "dapi0123456789abcdef0123456789abcdef"


class Chain(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return "{answer}"


mlflow.models.set_model(Chain())
"""
FIRST, SECOND = "You answer in one sentence.", "You answer in two sentences."
SECRET = "sk-live-0123456789abcdefghijkl"
EXAMPLE = {"messages": [{"role": "user", "content": "Hello"}]}


def config(prompt: str) -> dict:
    """Return what a careless person configures a chain with."""
    return {
        "llm": {"system_prompt": prompt, "api_key": SECRET, "max_tokens": 500},
        "retriever": {"index": "main.rag.index", "credentials": {"user": "chain-account"}},
    }


def log(folder: Path, experiment: str, answer: str, prompt: str, model: str = MODEL) -> None:
    """Log one more version of the model."""
    chain = folder / "chain.py"
    chain.write_text(CHAIN.format(answer=answer))
    (folder / "parts").mkdir(exist_ok=True)
    (folder / "parts" / "wording.py").write_text(f'GREETING = "{answer}"\n')
    with warnings.catch_warnings(), mlflow.start_run(experiment_id=experiment, run_name="try it"):
        warnings.simplefilter("ignore")
        mlflow.pyfunc.log_model(
            name="chain",
            python_model=str(chain),
            input_example=EXAMPLE,
            model_config=config(prompt),
            code_paths=[str(folder / "parts")],
            pip_requirements=[f"mlflow=={mlflow.__version__}"],
            registered_model_name=model,
        )
