"""A model whose stream are bare texts."""

import mlflow
from mlflow.pyfunc import PythonModel


class Strings(PythonModel):
    """Counts, and notes when nobody listens any more."""

    def predict(self, context, model_input, params=None):
        """Return everything at once."""
        return "one two three"

    def predict_stream(self, context, model_input, params=None):
        """Yield word by word."""
        yield from ("one ", "two ", "three")


mlflow.models.set_model(Strings())
