"""A retrieval agent behind MLflow's ResponsesAgent, the interface of OpenAI's Responses API."""
