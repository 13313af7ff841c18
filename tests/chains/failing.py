"""A model that cannot be loaded."""

import mlflow
from mlflow.pyfunc import ChatModel

if mlflow.utils.databricks_utils.os.environ.get("DATABRICKS_TOKEN") and mlflow.utils.databricks_utils.os.environ.get("SERVED"):
    raise RuntimeError("the index is missing")


class Failing(ChatModel):
    def predict(self, context, messages, params=None):
        raise NotImplementedError


mlflow.models.set_model(Failing())
