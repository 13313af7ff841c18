"""MLflow under the workspace's address: who may use it, and that its clients cannot tell."""

import json
import os
import subprocess
import sys

import pytest

from local_workspace.routers import mlflow as mlflow_routes

_CLIENT_SESSION = """
import json, pathlib, sys, mlflow
from mlflow import MlflowClient
client = MlflowClient()
experiment = client.create_experiment("from the client")
mlflow.set_experiment(experiment_id=experiment)
note = pathlib.Path("note.txt"); note.write_text("remembered")
with mlflow.start_run() as run:
    mlflow.log_metric("score", 0.5)
    mlflow.log_artifact(str(note))
with mlflow.start_span("question") as span:
    span.set_inputs({"messages": ["why?"]})
mlflow.flush_trace_async_logging()
traces = client.search_traces(locations=[experiment], filter_string="trace.name = 'question'")
feedback = mlflow.log_feedback(trace_id=traces[0].info.trace_id, name="thumbs", value=True)
model = client.create_registered_model("main.rag.chain")
print(json.dumps({
    "score": client.get_run(run.info.run_id).data.metrics["score"],
    "artifact_uri": run.info.artifact_uri,
    "artifact": pathlib.Path(client.download_artifacts(run.info.run_id, "note.txt")).read_text(),
    "inputs": traces[0].data.spans[0].inputs,
    "feedback": client.get_trace(traces[0].info.trace_id).info.assessments[0].value,
    "models": [each.name for each in client.search_registered_models()],
}))
"""

# Prints every path the installed MLflow serves.
_ROUTES = """
import os, json
os.environ["_MLFLOW_SERVER_FILE_STORE"] = "sqlite:///routes.db"
from mlflow.server.fastapi_app import app
from mlflow.server import app as flask_app
paths = [str(rule) for rule in flask_app.url_map.iter_rules()]
def walk(router, prefix=""):
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            walk(inner, prefix + route.include_context.prefix)
        elif getattr(route, "path", ""):
            paths.append(prefix + route.path)
walk(app)
print(json.dumps(paths))
"""


def run_python(code: str, directory, **environment: str) -> object:
    """Run code in a fresh interpreter, as a client elsewhere would, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        cwd=directory,
        env=os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"} | environment,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_mlflow_client_works_through_the_workspace(mlflow_gateway, new_user, tmp_path):
    """Runs, artifacts, traces, feedback and models, with nothing but an address and a token."""
    token = new_user("analyst@example.com", "analysts")

    result = run_python(
        _CLIENT_SESSION,
        tmp_path,
        MLFLOW_TRACKING_URI=mlflow_gateway.url,
        MLFLOW_TRACKING_TOKEN=token,
    )

    assert isinstance(result, dict)
    assert result.pop("artifact_uri").startswith("mlflow-artifacts:/")
    assert result == {
        "score": 0.5,
        "artifact": "remembered",
        "inputs": {"messages": ["why?"]},
        "feedback": True,
        "models": ["main.rag.chain"],
    }


def test_every_path_of_mlflow_is_forwarded(tmp_path):
    """When a new version of MLflow serves more, this names what is missing."""
    paths = run_python(_ROUTES, tmp_path)

    assert isinstance(paths, list)
    assert len(paths) > 300
    missing = {
        path
        for path in paths
        if path not in mlflow_routes.EXACT_PATHS and not path.startswith(mlflow_routes.PREFIXES)
    }
    # /health is the workspace's own; /build is Flask's default for what /static-files serves; the
    # others are a slip of MLflow's (no slash after the version) that no client calls.
    assert missing == {
        "/health",
        "/build/<path:filename>",
        "/api/2.0mlflow/experiments/search-datasets",
    }


def test_reviewers_and_strangers_do_not_reach_mlflow(mlflow_gateway, new_user):
    """Reviewers have no rights of their own in MLflow, as on Databricks."""
    token = new_user("mlflow-reviewer@example.com", "reviewers")

    for path in ("/", "/version", "/api/2.0/mlflow/experiments/search", "/static-files/x.js"):
        assert mlflow_gateway.call("GET", path, token).status_code == 403
        assert mlflow_gateway.call("GET", path).status_code == 401


def test_path_of_neither_is_left_to_the_workspace(mlflow_gateway):
    """Only MLflow's own prefixes are taken; the rest stays an honest refusal."""
    for path in ("/api/2.0/clusters/list", "/api/2.0/mlflowx", "/anything"):
        answer = mlflow_gateway.call("GET", path, mlflow_gateway.admin_token)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")


def test_assistant_of_mlflow_cannot_be_reached(mlflow_gateway):
    """It runs commands for callers on the server's machine, which through us all would be."""
    path = "/ajax-api/3.0/mlflow/assistant/config"

    assert mlflow_gateway.call("GET", path, mlflow_gateway.admin_token).status_code == 403


@pytest.fixture
def cookie(gateway) -> str:
    """The cookie of a browser in which an admin opened MLflow."""
    link = gateway.call("POST", "/__local__/mlflow-links", gateway.admin_token).json()["url"]
    opened = gateway.call("GET", link.removeprefix(gateway.url))
    return opened.headers["set-cookie"].split(";")[0]


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"Origin": "{own}", "Sec-Fetch-Site": "same-origin"}, 200),
        ("POST", {"Origin": "{own}"}, 200),
        ("POST", {"Origin": "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-site"}, 403),
        ("POST", {"Origin": "http://127.0.0.1:3000"}, 403),
        ("POST", {"Origin": "https://evil.example"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("POST", {}, 403),
        ("GET", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
        ("GET", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "iframe"}, 403),
        ("GET", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "document"}, 200),
        ("GET", {"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"}, 200),
    ],
)
def test_cookie_counts_only_for_mlflows_own_pages(mlflow_gateway, cookie, method, headers, status):
    """Another site, and another port of this machine, cannot act in the person's name."""
    headers = {name: value.format(own=mlflow_gateway.url) for name, value in headers.items()}
    path = "/ajax-api/2.0/mlflow/experiments/search"
    options = {"json": {"max_results": 1}} if method == "POST" else {"params": {"max_results": 1}}

    answer = mlflow_gateway.call(method, path, headers=headers | {"Cookie": cookie}, **options)

    assert answer.status_code == status


def test_cookie_opens_mlflow_and_nothing_else(mlflow_gateway, cookie):
    """Databricks' API takes tokens only, so a browser cannot be made to call it."""
    answer = mlflow_gateway.call("GET", "/api/2.0/preview/scim/v2/Me", headers={"Cookie": cookie})

    assert answer.status_code == 401
