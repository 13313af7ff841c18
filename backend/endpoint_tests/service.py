"""Testing an endpoint from a page: one question as any client would ask it, and where to get more.

Asked with the visitor's own token. Test runs and load tests outlive the page:
`backend/long_work/long_work.py` takes them, `backend/jobs` does them.
"""

import json
import pprint
import shlex
from dataclasses import dataclass
from types import ModuleType

from databricks.sdk import WorkspaceClient

from backend.endpoint_tests import questions as endpoint_tests_questions
from backend.endpoint_tests.asking import Caller, Target, Trial, target
from backend.endpoint_tests.plan import MOST_CHARACTERS, TEST_PREFIX, Dataset
from backend.errors import NotAllowed, Refused
from backend.identity import SEES_ALL, Viewer
from backend.mlflow_import import load_mlflow


@dataclass(frozen=True)
class Asked:
    """One question, what came of it, and how to repeat it from a terminal or from Python."""

    trial: Trial
    curl: str
    python: str


class EndpointTests:
    """Asks endpoints and finds questions for them, as whoever the workspace was opened for."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace

    def ask(self, endpoint: str, question: str, served_name: str = "") -> Asked:
        """Ask the endpoint, or one of its versions, one question."""
        said = question.strip()
        if not said or len(said) > MOST_CHARACTERS:
            raise Refused(f"A question has 1 to {MOST_CHARACTERS:,} characters.")
        where = target(self._workspace, endpoint, served_name, TEST_PREFIX)
        with Caller(where) as caller:
            trial = caller.ask(said)
        return Asked(trial, curl=_curl(where, said), python=_python(where, said))

    def questions_in_logs(self, endpoint: str, most: int) -> list[str]:
        """Return what the endpoint was asked last, each question once."""
        return endpoint_tests_questions.in_logs(self._workspace, endpoint, most)

    def datasets(self, viewer: Viewer) -> list[Dataset]:
        """Return the evaluation datasets there are."""
        _check_may_read(viewer)
        found: list[Dataset] = _datasets().all_datasets()
        return found

    def questions_in_dataset(self, viewer: Viewer, name: str, dataset_id: str = "") -> list[str]:
        """Return what the records of a dataset ask, each question once."""
        _check_may_read(viewer)
        found: list[str] = _datasets().questions(Dataset(name, dataset_id))
        return found


def _check_may_read(viewer: Viewer) -> None:
    if not viewer.has_any(SEES_ALL):
        raise NotAllowed("Evaluation datasets are for analysts and admins.")


def _curl(where: Target, question: str) -> str:
    body = json.dumps(where.body(question), ensure_ascii=False)
    return (
        f"curl -X POST {shlex.quote(where.address)} \\\n"
        '  -H "Authorization: Bearer $DATABRICKS_TOKEN" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d {shlex.quote(body)}"
    )


def _python(where: Target, question: str) -> str:
    body = pprint.pformat(where.body(question), width=88, sort_dicts=False)
    return (
        "import os\n\nimport requests\n\n"
        f"url = {where.address!r}\n"
        f"question = {body}\n"
        'headers = {"Authorization": f"Bearer {os.environ[\'DATABRICKS_TOKEN\']}"}\n'
        "answer = requests.post(url, json=question, headers=headers, timeout=300)\n"
        "print(answer.status_code, answer.json())\n"
    )


def _datasets() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.endpoint_tests import datasets as endpoint_tests_datasets  # noqa: PLC0415 - see above

    return endpoint_tests_datasets
