"""Questions are put into groups in a process in which another thread imports what MLflow needs."""

import subprocess
import sys

HALF_IMPORTED = """
import importlib.util
import sys
import threading
import time

import sklearn.cluster
import sklearn.feature_extraction.text

from backend.mlflow_import import load_mlflow
from backend.quality import question_words

class Slowly:
    def find_spec(self, name, path, target=None):
        if name != "polars":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        run = spec.loader.exec_module
        spec.loader.exec_module = lambda module: (time.sleep(1), run(module))
        return spec

sys.meta_path.insert(0, Slowly())
loading = threading.Thread(target=load_mlflow)
loading.start()
while "polars" not in sys.modules:
    time.sleep(0.01)
questions = ["sick leave", "annual leave", "unpaid leave", "parental leave"] * 3
question_words.groups_of(question_words.space_of(questions), 3)
loading.join()
"""


def test_a_module_that_is_half_imported_is_waited_for():
    """The first visitors of a process come while it is busy importing."""
    subprocess.run([sys.executable, "-c", HALF_IMPORTED], check=True, timeout=120)
