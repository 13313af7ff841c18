"""Asks a loaded MLflow model the way MLflow's own scoring server does, and streams from it.

MLflow's parser decides what is a valid request and its messages reach the caller; what is here is
only the choice between `predict` and `predict_stream` and the shape of the result as JSON.
"""

import json
from collections.abc import Iterator
from typing import Any

from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PyFuncModel, scoring_server
from mlflow.utils.proto_json_utils import NumpyEncoder

MAX_ERROR_LENGTH = 4_000
_TRACEBACK = "Traceback (most recent call last)"


class ModelError(Exception):
    """The model, or MLflow's check of its input, refused; the text is for the caller."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message[:MAX_ERROR_LENGTH]
        self.status = status


class ModelRunner:
    """One loaded model and the two ways of asking it."""

    def __init__(self, model: PyFuncModel) -> None:
        self._model = model
        self._input_schema = model.metadata.get_input_schema()  # type: ignore[no-untyped-call]

    @property
    def task(self) -> str | None:
        """What MLflow recorded as the model's interface, such as `agent/v2/chat`."""
        return (self._model.metadata.metadata or {}).get("task")

    def answer(self, body: bytes, content_type: str) -> bytes:
        """Return the whole answer as JSON."""
        try:
            result = scoring_server.invocations(  # type: ignore[no-untyped-call]  # MLflow's
                body, content_type, self._model, self._input_schema
            )
        except MlflowException as error:
            raise _model_error(error) from error
        if result.status != 200:
            raise ModelError(result.response, result.status)
        return str(result.response).encode()

    def stream(self, body: bytes, content_type: str) -> Iterator[Any]:
        """Yield what the model yields; the whole answer at once if it cannot stream."""
        if content_type.partition(";")[0].strip() != "application/json":
            raise ModelError("Only requests in JSON can be streamed.", 415)
        try:
            yield from self._model_stream(body)
        except MlflowException as error:
            if "does not support predict_stream" not in error.message:
                raise _model_error(error) from error
            yield json.loads(self.answer(body, content_type))

    def _model_stream(self, body: bytes) -> Iterator[Any]:
        request = scoring_server._parse_json_data(  # type: ignore[no-untyped-call]  # MLflow's
            body.decode(), self._model.metadata, self._input_schema
        )
        started = False
        try:
            for item in self._model.predict_stream(request.data, params=request.params):
                started = True
                yield item
        except NotImplementedError:
            # The base classes of MLflow's interfaces raise this where a model has no stream.
            if started:
                raise
            yield json.loads(self.answer(body, "application/json"))


def to_json(value: Any) -> str:
    """Return the value as JSON, numpy and pandas values included."""
    return json.dumps(value, cls=NumpyEncoder)


def describe(error: BaseException) -> str:
    """Say what was raised in one line, for the caller of the model."""
    text = str(error).strip()
    name = type(error).__name__
    return (f"{name}: {text}" if text else name)[:MAX_ERROR_LENGTH]


def _model_error(error: MlflowException) -> ModelError:
    """MLflow hides what a model raised behind a general sentence; the caller wants the cause."""
    if error.__context__ is not None and "unexpected error" in error.message:
        return ModelError(f"The model raised {describe(error.__context__)}")
    if _TRACEBACK in error.message:
        # MLflow's LangChain flavour puts the whole stack into its message.
        raised = error.message.partition(_TRACEBACK)[0].rpartition("error: ")[2].strip()
        return ModelError(f"The model raised {raised}")
    return ModelError(error.message)
