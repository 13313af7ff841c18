"""A workspace with a chain to talk to, and a reviewer who has talked to it before."""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from benchmarks.chat.deployment import ENDPOINT
from benchmarks.child_process import REPOSITORY, clean_environment
from benchmarks.workspace import BenchmarkWorkspace, benchmark_workspace
from local_workspace.client import LocalClient

_REVIEWER = "reviewer@example.com"
Message = dict[str, str]


class NotDeployed(Exception):
    """The chain did not come up; the text is what was said last."""


class NoStream(Exception):
    """The endpoint sent no first event."""


@dataclass(frozen=True)
class Begun:
    """A conversation that is on record: its id, and its turns as the peer is begun with."""

    id: str
    turns: list[dict[str, str]]
    is_judged: bool

    @property
    def messages(self) -> list[Message]:
        """Return what has been said, as a chain is told."""
        return [
            message
            for turn in self.turns
            for message in (_said("user", turn["question"]), _said("assistant", turn["answer"]))
        ]

    @property
    def last_words(self) -> str:
        """Return what stands at the end when all of it is shown."""
        return self.turns[-1]["answer"].split()[-1]


class Stage:
    """The running workspace as the reviewer meets it."""

    def __init__(self, workspace: BenchmarkWorkspace, folder: Path) -> None:
        self.folder = folder
        self.environment = workspace.environment
        self.host = workspace.environment["DATABRICKS_HOST"]
        self.client = LocalClient(self.host, workspace.environment["DATABRICKS_TOKEN"])
        self.token = self._sign_in()
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {self.token}"

    def talk(self, turns: int, *, is_judged: bool = False) -> Begun:
        """Have the reviewer lead a conversation, and judge every answer if that is wanted."""
        begun = Begun(str(uuid.uuid4()), [], is_judged)
        for number in range(turns):
            question = f"What is a gamma-ray burst? Question-b{number}x"
            messages = [*begun.messages, _said("user", question)]
            answer = self._post("", {"messages": messages, **_of(begun)})
            request_id = answer["databricks_output"]["databricks_request_id"]
            text = answer["choices"][0]["message"]["content"]
            begun.turns.append({"question": question, "answer": text, "request_id": request_id})
            if is_judged:
                self._judge(request_id)
        return begun

    def first_event_ms(self, before: list[Message], name: str) -> float:
        """Ask the bare endpoint and return after how many milliseconds the first event came."""
        body = {"messages": [*before, _said("user", f"Question-{name}")], "stream": True}
        url = f"{self.host}/serving-endpoints/{ENDPOINT}/invocations"
        begun = time.perf_counter()
        with self._session.post(url, json=body, stream=True, timeout=30) as response:
            response.raise_for_status()
            arrived = None
            for line in response.iter_lines(chunk_size=1):
                if arrived is None and line.startswith(b"data:"):
                    arrived = time.perf_counter()
        if arrived is None:
            raise NoStream
        return (arrived - begun) * 1000

    def _sign_in(self) -> str:
        self.client.ensure_user(_REVIEWER, "Reviewer", "reviewers")
        self.client.grant(ENDPOINT, "CAN_QUERY", ("reviewers",))
        form = {
            "grant_type": "authorization_code",
            "code": self.client.sign_in_code(_REVIEWER),
        }
        answer = requests.post(f"{self.host}/oidc/v1/token", data=form, timeout=30)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def _judge(self, request_id: str) -> None:
        assessment = {"ratings": {"answer_correct": {"value": "positive"}}}
        record = {
            "request_id": request_id,
            "source": json.dumps({"id": _REVIEWER, "type": "human"}),
            "text_assessments": json.dumps([assessment]),
        }
        self._post("/served-models/feedback", {"dataframe_records": [record]})

    def _post(self, part: str, body: dict[str, Any]) -> dict[str, Any]:
        url = f"{self.host}/serving-endpoints/{ENDPOINT}{part}/invocations"
        response = self._session.post(url, json=body, timeout=30)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer


@contextmanager
def chat_stage(folder: Path) -> Iterator[Stage]:
    """Run a workspace with the chain during the block."""
    with benchmark_workspace(folder) as workspace:
        _deploy(folder, workspace.environment)
        workspace.wait_until_ready(ENDPOINT)
        yield Stage(workspace, folder)


def _deploy(folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.chat.deployment", str(folder)],
        cwd=REPOSITORY,
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotDeployed(done.stderr[-2000:])


def _of(begun: Begun) -> dict[str, Any]:
    return {"databricks_options": {"conversation_id": begun.id}}


def _said(role: str, text: str) -> Message:
    return {"role": role, "content": text}
