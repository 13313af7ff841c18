"""A ChatAgent that looks something up before it answers."""

import mlflow
from mlflow.pyfunc import ChatAgent
from mlflow.types.agent import ChatAgentChunk, ChatAgentMessage, ChatAgentResponse


class Agent(ChatAgent):
    """Says where it was called from, in two messages."""

    def predict(self, messages, context=None, custom_inputs=None):
        """Answer with what was looked up and a sentence."""
        conversation = context.conversation_id if context else None
        return ChatAgentResponse(
            messages=[
                ChatAgentMessage(
                    role="tool", content="z = 1", id="t", tool_call_id="c", name="look"
                ),
                ChatAgentMessage(role="assistant", content=f"In {conversation}.", id="a"),
            ],
            custom_outputs=custom_inputs,
        )

    def predict_stream(self, messages, context=None, custom_inputs=None):
        """Yield the second message in two deltas, or fail between them."""
        yield ChatAgentChunk(delta=ChatAgentMessage(role="assistant", content="In ", id="a"))
        if messages[-1].content == "break":
            raise LookupError("the index is gone")
        yield ChatAgentChunk(delta=ChatAgentMessage(role="assistant", content="two.", id="a"))


mlflow.models.set_model(Agent())
