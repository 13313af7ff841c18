"""MLflow imported by several threads at once, in a process that has not imported it yet."""

import subprocess
import sys

FOUR_AT_ONCE = """
import importlib
from concurrent.futures import ThreadPoolExecutor
from backend.mlflow_import import load_mlflow

def use(name):
    load_mlflow()
    importlib.import_module(name)

names = ["mlflow.genai.label_schemas", "mlflow.entities", "mlflow.tracking.client", "mlflow.data"]
with ThreadPoolExecutor(len(names)) as pool:
    list(pool.map(use, names))
"""


def test_threads_take_turns():
    """Left to themselves they fail with a module that is only half there."""
    subprocess.run([sys.executable, "-c", FOUR_AT_ONCE], check=True, timeout=120)
