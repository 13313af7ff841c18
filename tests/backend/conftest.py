"""A workspace of a few lines on a free port, which answers as told and remembers what it got."""

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from backend.chat.chat import Chat
from backend.connection import open_workspace
from backend.feedback.feedback import Feedback
from backend.registry.registry import Registry
from tests.backend import registered
from tests.backend.judged import COLUMNS, DETAIL, ENDPOINT, SUBMIT
from tests.backend.wire import Wire, listening

with warnings.catch_warnings():
    # MLflow 3.17 warns about its own type hints when this is imported, and means to suppress it.
    warnings.filterwarnings("ignore", ".*Any type hint is inferred as AnyType", UserWarning)
    import mlflow.types.responses
    from mlflow.entities import SpanType
    from mlflow.entities.trace_location import MlflowExperimentLocation


@dataclass
class Loopback:
    """`answers` maps "METHOD /path" to (status, body); everything else does not exist.

    A body of bytes is sent as it is.
    """

    address: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    received: list[tuple[str, Any]] = field(default_factory=list)

    def sent(self, request: str) -> Any:
        """Return the body of the one request of this kind."""
        (body,) = [body for received, body in self.received if received == request]
        return body

    def answer(self, request: str, body: str, is_json: bool) -> tuple[int, Any]:
        """Remember a request and say what was prepared for it."""
        self.received.append((request, json.loads(body) if body and is_json else body))
        missing = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"No {request}."}
        return self.answers.get(request, (404, missing))


@pytest.fixture
def workspace() -> Iterator[Loopback]:
    """Run one for the length of a test."""
    loopback = Loopback()
    loopback.answers["GET /.well-known/databricks-config"] = (200, {"workspace_id": "42"})

    class Handler(BaseHTTPRequestHandler):
        def _answer(self):
            request = f"{self.command} {self.path.partition('?')[0]}"
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            is_json = "json" in self.headers.get("Content-Type", "")
            status, answer = loopback.answer(request, body, is_json)
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815

        def log_message(self, *_args):
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        loopback.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield loopback
        server.shutdown()
        thread.join()


@pytest.fixture(scope="package", autouse=True)
def _traces_are_written_at_once() -> Iterator[None]:
    """MLflow's queue of traces looks up once a second; a test would wait for that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
        # What is there reads the variable when it is made.
        mlflow.tracing.reset()
        yield
    mlflow.tracing.reset()


@pytest.fixture(scope="session")
def mlflow_store(tmp_path_factory) -> tuple[str, str]:
    """Make a store in a temporary folder, once; return its address and an experiment in it."""
    folder = tmp_path_factory.mktemp("mlflow")
    address = f"sqlite:///{folder}/mlflow.db"
    client = mlflow.MlflowClient(address)
    return address, client.create_experiment("judged", f"file://{folder}/artifacts")


@pytest.fixture
def experiment(mlflow_store, monkeypatch) -> Iterator[str]:
    """Connect MLflow to the store for the length of a test."""
    address, found = mlflow_store
    before = mlflow.get_tracking_uri()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    # What another test has set in this process would count more than the variable, and the
    # experiment it chose would be looked for in this store.
    mlflow.set_tracking_uri(address)
    monkeypatch.delenv("MLFLOW_EXPERIMENT_ID", raising=False)
    monkeypatch.setattr("mlflow.tracking.fluent._active_experiment_id", None)
    yield found
    mlflow.set_tracking_uri(before)


@pytest.fixture
def asked(experiment):
    """Ask a chain: returns a function from a request's id to its trace and its retriever's span."""

    def ask(request_id):
        destination = MlflowExperimentLocation(experiment)
        with mlflow.start_span("chain", trace_destination=destination) as root:
            mlflow.update_current_trace(client_request_id=request_id)
            with mlflow.start_span("look up", span_type=SpanType.RETRIEVER) as retriever:
                retriever.set_outputs([])
        return root.trace_id, retriever.span_id

    return ask


@pytest.fixture
def feedback(workspace):
    client = open_workspace(workspace.address, "token")
    return Feedback(client, lambda: client)


@pytest.fixture
def endpoint(workspace, experiment):
    """Say what the endpoint is; by default it has everything."""

    def describe(feedback=True, tables=True, traced=True, level="CAN_QUERY"):
        names = ["chain_1", *(["feedback"] if feedback else [])]
        detail = {
            "name": ENDPOINT,
            "permission_level": level,
            "config": {"served_entities": [{"name": name} for name in names]},
            "tags": [{"key": "MONITOR_EXPERIMENT_ID", "value": experiment}] if traced else [],
        }
        if tables:
            table = {"catalog_name": "main", "schema_name": "rag", "table_name_prefix": "chain"}
            detail["ai_gateway"] = {"inference_table_config": table | {"enabled": True}}
        workspace.answers[DETAIL] = (200, detail)

    describe()
    return describe


@pytest.fixture
def tables(workspace):
    """Give the assessment log rows, as the platform's SQL returns them."""
    workspace.answers["GET /api/2.0/sql/warehouses"] = (200, {"warehouses": [{"id": "w"}]})

    def contain(*rows):
        columns = [{"name": name, "type_name": "STRING"} for name in COLUMNS]
        answer = {
            "statement_id": "s",
            "status": {"state": "SUCCEEDED"},
            "manifest": {"schema": {"columns": columns}},
            "result": {"data_array": list(rows)},
        }
        workspace.answers[SUBMIT] = (200, answer)

    contain()
    return contain


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Run a server that streams; by default its endpoint `chain` is a ChatModel's."""
    with listening() as told:
        told.documents["/.well-known/databricks-config"] = {"workspace_id": "42"}
        told.documents["/api/2.0/serving-endpoints/chain"] = {
            "name": "chain",
            "task": "agent/v1/chat",
        }
        yield told


@pytest.fixture
def chat(wire) -> Chat:
    """Ask it as a visitor."""
    return Chat(open_workspace(wire.address, "visitor-token"))


@pytest.fixture(scope="session")
def shelf(mlflow_store, tmp_path_factory) -> None:
    """Register two versions of one model, which differ in their words."""
    address, found = mlflow_store
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(address)
    folder = tmp_path_factory.mktemp("shelf")
    registered.log(folder, found, "Hello", registered.FIRST)
    registered.log(folder, found, "Good day", registered.SECOND)
    mlflow.set_tracking_uri(before)


@pytest.fixture
def registry(shelf, experiment, workspace) -> Registry:
    """Open the registry of an admin, before a workspace that serves nothing."""
    me = {"userName": "admin@example.com", "groups": [{"display": "admins"}]}
    workspace.answers["GET /api/2.0/preview/scim/v2/Me"] = (200, me)
    workspace.answers["GET /api/2.0/serving-endpoints"] = (200, {"endpoints": []})
    return Registry(open_workspace(workspace.address, "token"), workspace.address)
