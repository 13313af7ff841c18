"""A ResponsesAgent that can only answer whole."""

import mlflow
from mlflow.pyfunc import ResponsesAgent
from mlflow.types.responses import ResponsesAgentResponse


class Responses(ResponsesAgent):
    """Says yes to everything."""

    def predict(self, request):
        """Answer with one message."""
        item = self.create_text_output_item(text="Yes.", id="m1")
        return ResponsesAgentResponse(output=[item], custom_outputs=request.custom_inputs)


mlflow.models.set_model(Responses())
