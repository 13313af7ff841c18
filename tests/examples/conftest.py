"""An MLflow store in a temporary folder, the examples logged to it once, and loopback servers."""

import importlib
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlflow
import pytest

from examples.names import ORDER, endpoint_name, experiment_name

if TYPE_CHECKING:
    from mlflow.pyfunc import PyFuncModel

with warnings.catch_warnings():
    # While it is imported, MLflow warns of the type hints of its own classes. The tests import it
    # during collection, when no marker of theirs is in force yet.
    warnings.filterwarnings("ignore", ".*Any type hint is inferred as AnyType", UserWarning)
    importlib.import_module("mlflow.pyfunc")

# What MLflow brings upon itself later, while a test runs.
UNAVOIDABLE = (
    # Its store uses a loader that SQLAlchemy 2.1 has deprecated.
    "ignore:The ``noload`` loader strategy is deprecated:DeprecationWarning",
    # Its LangChain flavor imports langchain-community wherever that is installed.
    "ignore:`langchain-community` is being sunset:DeprecationWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the unavoidable warnings pass in this folder's tests and nowhere else."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            for warning in UNAVOIDABLE:
                item.add_marker(pytest.mark.filterwarnings(warning))


class JsonHandler(BaseHTTPRequestHandler):
    """Answers in JSON or as a stream of events, and stays silent on the console."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing: a test that fails shows what it needs."""

    def body(self) -> dict[str, Any]:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def send_bytes(self, content: bytes, kind: str, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def send_json(self, value: Any, status: int = 200, **headers: str) -> None:
        self.send_bytes(json.dumps(value).encode(), "application/json", status, **headers)

    def send_events(self, values: Iterator[Any]) -> None:
        lines = [f"data: {json.dumps(value)}\n\n" for value in values]
        self.send_bytes("".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")


@contextmanager
def serving(handler: type[JsonHandler]) -> Iterator[str]:
    """Run a real server on the loopback interface and yield its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def serve() -> Callable[[type[JsonHandler]], Any]:
    """How a test starts a loopback server of its own."""
    return serving


@pytest.fixture
def json_handler() -> type[JsonHandler]:
    """What such a server is made from."""
    return JsonHandler


@contextmanager
def mlflow_store(uri: str) -> Iterator[None]:
    """Let MLflow use this store, without an active experiment of somebody else's tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", uri)
        patch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
        patch.delenv("MLFLOW_EXPERIMENT_ID", raising=False)
        for name in ("EXAMPLES_LLM_BASE_URL", "EXAMPLES_LLM_MODEL", "EXAMPLES_LLM_API_KEY"):
            patch.delenv(name, raising=False)
        patch.setattr("mlflow.tracking.fluent._active_experiment_id", None)
        patch.setattr("mlflow.tracking._tracking_service.utils._tracking_uri", None)
        mlflow.tracing.reset()
        yield
    mlflow.tracing.reset()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URI of a new store whose experiments keep their files in a temporary folder too."""
    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    with mlflow_store(uri):
        for name in (*map(experiment_name, ORDER), "/Shared/examples/tests"):
            mlflow.create_experiment(name, artifact_location=(folder / name.strip("/")).as_uri())
    return uri


@pytest.fixture(autouse=True)
def _in_store(store: str) -> Iterator[None]:
    with mlflow_store(store):
        mlflow.set_experiment("/Shared/examples/tests")
        yield


Log = Callable[[str], str]


@pytest.fixture(scope="session")
def logged(store: str) -> Log:
    """Return the path of an example's logged model; each is logged once."""
    paths: dict[str, str] = {}

    def log(name: str) -> str:
        if name not in paths:
            with mlflow_store(store):
                uri = importlib.import_module(f"examples.{name}.driver").log_chain().model_uri
                paths[name] = mlflow.artifacts.download_artifacts(uri)
        return paths[name]

    return log


@pytest.fixture
def load(logged: Log) -> Callable[[str], "PyFuncModel"]:
    """Load an example from its logged model, as a server would."""
    return lambda name: mlflow.pyfunc.load_model(logged(name))


@pytest.fixture
def traced() -> Callable[[], list[Any]]:
    """Return the spans of the trace that was finished last."""

    def spans() -> list[Any]:
        trace = mlflow.get_trace(mlflow.get_last_active_trace_id())
        assert trace is not None
        return trace.data.spans

    return spans


class EndpointsHandler(JsonHandler):
    """Speaks as much of a workspace as the deployment client needs, on top of real models."""

    models: dict[str, "PyFuncModel"]
    busy: list[str]

    def do_GET(self) -> None:
        self.send_json({"workspace_id": "1"})

    def do_POST(self) -> None:
        body = self.body()
        if self.busy:
            message = {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "Over the rate limit."}
            self.send_json(message, 429, Retry_After=self.busy.pop())
            return
        model = self.models[self.path.split("/")[2]]
        if body.pop("stream", False):
            self.send_events(model.predict_stream(body))
        else:
            self.send_json(model.predict(body))


@pytest.fixture
def endpoints(
    load: Callable[[str], "PyFuncModel"], monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """Serve oracle and judge; what is put into the list is answered with 429 and Retry-After."""
    models = {endpoint_name(name): load(name) for name in ("oracle", "judge")}
    handler = type("Handler", (EndpointsHandler,), {"models": models, "busy": []})
    with serving(handler) as url:
        monkeypatch.setenv("DATABRICKS_HOST", url)
        monkeypatch.setenv("DATABRICKS_TOKEN", "a-token-of-the-tests")
        yield handler.busy


@pytest.fixture
def corpus_copy(tmp_path: Path) -> Path:
    """An empty folder for a corpus of the test's own."""
    folder = tmp_path / "handbook"
    folder.mkdir()
    return folder
