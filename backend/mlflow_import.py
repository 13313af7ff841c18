"""Importing MLflow: it takes seconds, so whoever needs it does so when it is first needed.

Its modules import each other in a circle. Two threads that begin at the same time leave it half
made and broken for good, so they take turns here.
"""

import gc
import importlib
import sys
from threading import Lock

_TURN = Lock()


def load_mlflow() -> None:
    """Return when MLflow can be imported by anybody."""
    with _TURN:
        # Looking for garbage among what is being imported takes a third of the time.
        is_paused = gc.isenabled() and "mlflow" not in sys.modules
        if is_paused:
            gc.disable()
        try:
            importlib.import_module("mlflow")
        finally:
            if is_paused:
                gc.enable()
