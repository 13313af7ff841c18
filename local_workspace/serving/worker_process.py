"""The process that holds one model version: load, warm up, answer until the gateway goes away.

Runs in a fork of the zygote or as a fresh interpreter (`python -m
local_workspace.serving.worker_process FD`). It loads the model and nothing else: no web framework,
no table, no database.
"""

import json
import os
import socket
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local_workspace.process_lifetime import end_with_parent
from local_workspace.serving.worker_messages import Kind, Message, MessageReader

LAST_WORDS = 12
_RECEIVE_SIZE = 1 << 18


@dataclass(frozen=True)
class WorkerSpec:
    """What a model process has to know to start."""

    endpoint: str
    served_version: str
    model_name: str
    model_path: str
    threads: int
    environment: dict[str, str] = field(default_factory=dict)
    working_directory: str = "."


def run(spec: WorkerSpec, connection: socket.socket) -> None:
    """Be the model process until the gateway closes the connection; never returns."""
    os.environ.update(spec.environment)
    os.chdir(spec.working_directory)
    sender = _Sender(connection)
    try:
        worker = _load(spec, sender)
    except BaseException as error:  # noqa: BLE001 - whatever loading raises is the gateway's to tell
        sender.send(Message(Kind.LOAD_FAILED, meta=_last_words(error)))
        os._exit(1)
    sender.send(Message(Kind.READY, meta=worker.description))
    reader = MessageReader()
    while data := connection.recv(_RECEIVE_SIZE):
        for message in reader.feed(data):
            worker.handle(message)
    os._exit(0)


class _Sender:
    """Sends whole messages from any thread."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        data = message.encode()
        with self._lock:
            try:
                self._connection.sendall(data)
            except OSError:
                # The gateway is gone; there is nobody left to work for.
                os._exit(0)


def _load(spec: WorkerSpec, sender: _Sender) -> "_Worker":
    import mlflow.pyfunc  # noqa: PLC0415 (seconds to import; a fork has it already)

    from local_workspace.serving.model_runner import ModelRunner  # noqa: PLC0415 (imports mlflow)
    from local_workspace.serving.tracing import (  # noqa: PLC0415 (imports mlflow)
        TraceRecorder,
        trace_langchain,
    )

    # The recorder comes first: a model may set up autologging while it loads.
    tracing = os.environ.get("ENABLE_MLFLOW_TRACING", "true").lower() != "false"
    model_id = os.environ.get("MLFLOW_ACTIVE_MODEL_ID")
    recorder = TraceRecorder(spec.model_name, model_id) if tracing else None
    model = mlflow.pyfunc.load_model(spec.model_path)
    if recorder is None:
        # Without this a model's own spans would go to a database of MLflow's choice. Not before
        # loading, which would then wait for itself in MLflow 3.17.
        mlflow.tracing.disable()
    elif "langchain" in model.metadata.flavors:
        trace_langchain()
    worker = _Worker(spec, ModelRunner(model), recorder, sender)
    worker.warm_up(Path(spec.model_path) / "serving_input_example.json")
    return worker


class _Worker:
    """Answers the gateway's calls, each in a thread of its own."""

    def __init__(self, spec: WorkerSpec, runner: Any, recorder: Any, sender: _Sender) -> None:
        self._spec = spec
        self._runner = runner
        self._recorder = recorder
        self._sender = sender
        self._threads = ThreadPoolExecutor(spec.threads, thread_name_prefix="call")
        self._canceled: dict[int, threading.Event] = {}
        self._warm_up_error: str | None = None

    @property
    def description(self) -> dict[str, Any]:
        return {"task": self._runner.task, "warm_up_error": self._warm_up_error}

    def warm_up(self, example: Path) -> None:
        """Ask the model its own example, so that the first caller does not pay for lazy imports.

        A failure is told but does not fail the deployment: a chain that calls other endpoints
        cannot answer while those are still coming up.
        """
        if not example.exists():
            return
        call = Message(Kind.CALL, 0, {"request_id": "warm-up"}, example.read_bytes())
        outcome = self._answer(call)
        if outcome.kind is Kind.ERROR:
            self._warm_up_error = outcome.meta["message"]

    def handle(self, message: Message) -> None:
        if message.kind is Kind.CANCEL:
            if event := self._canceled.get(message.call_id):
                event.set()
        else:
            self._canceled[message.call_id] = threading.Event()
            self._threads.submit(self._serve, message)

    def _serve(self, call: Message) -> None:
        try:
            outcome = self._stream(call) if call.meta.get("stream") else self._answer(call)
        except BaseException as error:  # noqa: BLE001 - a call must never end without an answer
            outcome = _failure(call, error)
        self._canceled.pop(call.call_id, None)
        self._sender.send(outcome)

    def _answer(self, call: Message) -> Message:
        from local_workspace.serving.call import answer_call  # noqa: PLC0415 (imports mlflow)

        return answer_call(self._runner, self._recorder, self._spec, call)

    def _stream(self, call: Message) -> Message:
        from local_workspace.serving.call import stream_call  # noqa: PLC0415 (imports mlflow)

        canceled = self._canceled[call.call_id]
        return stream_call(
            self._runner, self._recorder, self._spec, call, self._sender.send, canceled.is_set
        )


def _failure(call: Message, error: BaseException) -> Message:
    message = f"The model raised {type(error).__name__}: {error}"
    return Message(Kind.ERROR, call.call_id, {"message": message, "status": 400})


def _last_words(error: BaseException) -> dict[str, Any]:
    """Name what went wrong first: MLflow wraps it in a general sentence of its own."""
    traceback.print_exception(error)
    root = error
    while root.__cause__ is not None:
        root = root.__cause__
    lines = "".join(traceback.format_exception(root, chain=False)).strip().splitlines()
    summary = f"{type(root).__name__}: {root}".strip()
    return {"exception": summary, "traceback": "\n".join(lines[-LAST_WORDS:])}


def main() -> None:
    """Start as a fresh interpreter: the connection's descriptor and the spec are arguments."""
    end_with_parent(int(sys.argv[2]))
    connection = socket.socket(fileno=int(sys.argv[1]))
    run(WorkerSpec(**json.loads(sys.stdin.readline())), connection)


if __name__ == "__main__":
    main()
