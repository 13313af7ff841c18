"""Saves the chains beside and in `tests/chains` as MLflow models: `save_models.py FOLDER`.

A script of its own because saving asks some of the models, leaves MLflow's global state behind and
warns of much that has nothing to do with what is tested here.
"""

import sys
from pathlib import Path

import mlflow
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

HERE = Path(__file__).parent / "chains"
SHARED = Path(__file__).parents[2] / "chains"
TABLE = ModelSignature(Schema([ColSpec(DataType.double, "x")]))


def main() -> None:
    """Save every chain under its name."""
    target = Path(sys.argv[1])
    mlflow.set_tracking_uri(f"sqlite:///{target}/mlflow.db")
    mlflow.tracing.disable()
    options = {"pip_requirements": ["mlflow"]}
    mlflow.pyfunc.save_model(target / "chat", python_model=SHARED / "chat_model.py", **options)
    for name in ("whole_chat", "agent", "responses", "strings"):
        mlflow.pyfunc.save_model(target / name, python_model=HERE / f"{name}.py", **options)
    table = {"python_model": HERE / "table.py", "signature": TABLE}
    mlflow.pyfunc.save_model(target / "table", **table, **options)
    chain = str(HERE / "langchain_chain.py")
    mlflow.langchain.save_model(chain, str(target / "langchain_chain"), **options)


if __name__ == "__main__":
    main()
