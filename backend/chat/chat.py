"""Asks a chain, with the rights of the person who asks."""

import uuid
from functools import partial

from databricks.sdk import WorkspaceClient

from backend.chat.answer_stream import AnswerStream, Question
from backend.errors import ChainFailed, Refused, ReviewAppError
from backend.turns.answers import Conversation
from backend.turns.chat_requests import CHALLENGER, PAIR, PARENT, ROLE, Kind, QuestionShape
from backend.turns.question_shapes import find_shape, invocations_path


class Chat:
    """Puts questions to endpoints as whoever the workspace was opened for."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace
        self._shapes: dict[tuple[str, str | None], QuestionShape] = {}

    def ask(
        self,
        endpoint: str,
        conversation: Conversation,
        question: str,
        served_name: str | None = None,
        *,
        parent: str | None = None,
        pair: str | None = None,
        client_request_id: str | None = None,
    ) -> AnswerStream:
        """Return the answer as it will come; nothing is sent before its first `next`.

        `parent` is the request this turn follows, if not the conversation's last, by its id or its
        `client_request_id`; `pair` names two requests that answer the same question for comparison.
        """
        shape = self._shape(endpoint, served_name)
        body = shape.body(conversation, question)
        body["databricks_options"] = {"conversation_id": conversation.id, "return_trace": True}
        body["client_request_id"] = client_request_id or str(uuid.uuid4())
        # Of a pair, the one that is asked by name is not for the record.
        role = CHALLENGER if pair and served_name else None
        follows = parent or _last_request(conversation)
        context = {PARENT: follows, PAIR: pair, ROLE: role}
        if context := {name: said for name, said in context.items() if said}:
            body["usage_context"] = context
        if shape.can_stream:
            body["stream"] = True
        return AnswerStream(
            Question(
                url=self._workspace.config.host + invocations_path(endpoint, served_name),
                body=body,
                headers=self._workspace.config.authenticate,
                on_error=partial(self._forget, endpoint, served_name),
            )
        )

    def _shape(self, endpoint: str, served_name: str | None) -> QuestionShape:
        key = (endpoint, served_name)
        if key not in self._shapes:
            shape = find_shape(self._workspace, endpoint, served_name)
            if shape is None:
                # Not kept: an endpoint that has never been up describes nothing yet.
                return QuestionShape(Kind.CHAT)
            self._shapes[key] = shape
        return self._shapes[key]

    def _forget(self, endpoint: str, served_name: str | None, error: ReviewAppError) -> None:
        """Read anew how to ask after a refusal: another version may want another shape."""
        if isinstance(error, Refused | ChainFailed):
            self._shapes.pop((endpoint, served_name), None)


def _last_request(conversation: Conversation) -> str | None:
    answered = [turn.answer for turn in conversation.turns if turn.answer]
    return answered[-1].request_id if answered else None
