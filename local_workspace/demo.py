"""Fills a running workspace with the examples and with people in each role."""

import os
import subprocess
import sys

from local_workspace.access.principal import ADMINS, ANALYSTS, REVIEWERS
from local_workspace.client import LocalClient
from local_workspace.run_command import environment

_PEOPLE = (
    ("reviewer@example.com", "Reviewer", REVIEWERS),
    ("analyst@example.com", "Analyst", ANALYSTS),
    ("admin@example.com", "Admin", ADMINS),
)
# The examples say themselves what they are doing.
_QUIET = {"MLFLOW_LOGGING_LEVEL": "WARNING", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true"}
# The two others only serve the chat model.
_REVIEWED = ("hello_world", "rag_pyfunc", "chat_agent", "chat_model", "responses_agent")


def demo(connection: dict[str, str], app_url: str, app: str = "") -> int:
    """Deploy the examples, create the people and print a link for each; may be repeated.

    `app` is the service principal of the app, which may look at the examples when nobody is there.
    """
    variables = os.environ | environment(connection) | _QUIET
    examples = subprocess.run([sys.executable, "-m", "examples"], env=variables, check=False)
    if examples.returncode:
        sys.stderr.write("The examples could not be deployed; see above.\n")
        return examples.returncode
    client = LocalClient(connection["host"], connection["token"])
    for example in _REVIEWED:
        endpoint = f"agents_demo-handbook-{example}"
        client.grant(endpoint, "CAN_QUERY", (REVIEWERS, ANALYSTS))
        if app:
            client.grant_app(endpoint, "CAN_QUERY", app)
    for user_name, display_name, group in _PEOPLE:
        client.ensure_user(user_name, display_name, group)
    sys.stdout.write(_links(client, connection["host"], app_url))
    sys.stdout.flush()
    return 0


def _links(client: LocalClient, host: str, app_url: str) -> str:
    lines = ["", "Each sign-in link works once:"]
    for user_name, display_name, _ in _PEOPLE:
        code = client.sign_in_code(user_name)
        lines.append(f"  {display_name + ':':<10} {app_url}/sign-in?code={code}")
    lines.append(f"  {'MLflow:':<10} {client.mlflow_link()}")
    lines += ["", f"The workspace's address for clients is {host}", ""]
    return "\n".join(lines)
