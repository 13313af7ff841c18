"""Asks a version what somebody asked before, in the same words and with the same conversation.

It is no turn of that conversation: nothing is stored under it, the request is marked, and the
caller's name for it begins with `replay-` and the id of the former one.
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from databricks.sdk import WorkspaceClient

from backend.chat.answer_stream import AnswerStream, Question
from backend.errors import Failed, ReviewAppError
from backend.replay.marks import CLIENT_PREFIX, FIRST_ASKED_BY
from backend.turns.answers import Answer
from backend.turns.chat_requests import PAIR, PARENT, ROLE

# In the place of a challenger's mark: no list of conversations shows it.
REPLAY = "replay"
_OWN_KEYS = ("stream", "databricks_options", "client_request_id", "usage_context")


@dataclass(frozen=True)
class Heard:
    """What came back, and how long it took; the answer says itself if it broke off."""

    answer: Answer
    latency_ms: int


def body_of(former: Mapping[str, Any], request_id: str, first_asked_by: str = "") -> dict[str, Any]:
    """Return the body to send: the former one without what tied it to its caller's conversation."""
    body, said = asked_in(former), former.get("usage_context")
    known = said if isinstance(said, dict) else {}
    kept = {name: value for name, value in known.items() if name not in (PARENT, PAIR, ROLE)}
    by = {FIRST_ASKED_BY: first_asked_by} if first_asked_by else {}
    return body | {
        "client_request_id": f"{CLIENT_PREFIX}{request_id}-{uuid.uuid4().hex[:8]}",
        "usage_context": kept | {ROLE: REPLAY} | by,
    }


def asked_in(former: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a body the model is asked, without what only concerned its caller."""
    body = {name: value for name, value in former.items() if name not in _OWN_KEYS}
    context = body.get("context")
    if isinstance(context, dict) and "conversation_id" in context:
        rest = {name: value for name, value in context.items() if name != "conversation_id"}
        body = {name: value for name, value in body.items() if name != "context"}
        body |= {"context": rest} if rest else {}
    return body


class AskedAgain:
    """One question on its way to a served version; it can be given up from any thread."""

    def __init__(
        self, workspace: WorkspaceClient, endpoint: str, served_name: str, body: dict[str, Any]
    ) -> None:
        path = (
            f"/serving-endpoints/{quote(endpoint, safe='')}"
            f"/served-models/{quote(served_name, safe='')}/invocations"
        )
        headers = workspace.config.authenticate
        self._stream = AnswerStream(Question(workspace.config.host + path, body, headers))

    def hear(self) -> Heard:
        """Wait for the answer; raise a `ReviewAppError` if there is none."""
        begun = time.monotonic()
        for _ in self._stream:
            pass
        latency = round((time.monotonic() - begun) * 1000)
        answer = self._stream.so_far
        if answer.problem:
            raise Failed(answer.problem, request_id=answer.request_id)
        return Heard(answer, latency)

    def give_up(self) -> None:
        """Stop waiting; the version is told to stop as well."""
        self._stream.close()


def told(problem: ReviewAppError) -> str:
    """Return why there is no answer, as it stands in a table."""
    return f"{problem.sentence} ({problem.code})"
