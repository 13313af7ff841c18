"""What a person has talked about so far: found again, given a name, removed from the list.

There is no database of the app behind this. MLflow's traces say who asked what in which session;
where MLflow cannot be asked, the request logs do. A single conversation is read from the log if it
holds every turn MLflow names: MLflow takes a second for the spans of a hundred turns, SQL a tenth
of it; only names and removals, which the log does not know, are asked of MLflow at the same time.
Reviewers have no rights of their own on either, so the app reads with its own, and hands out only
what the `Viewer` may see.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from types import ModuleType
from typing import TypeVar

from databricks.sdk import WorkspaceClient

from backend.conversations import logs as conversation_logs
from backend.conversations.answer_pairs import paired
from backend.conversations.branches import last_branch, tree
from backend.error_translation import translated
from backend.errors import NotFound, NotOffered, Refused, ReviewAppError
from backend.feedback.assessment_tables import AssessmentLog, assessment_log
from backend.identity import SEES_ALL, Viewer
from backend.mlflow_import import load_mlflow
from backend.serving.endpoint_changes import EXPERIMENT_TAG
from backend.turns.answers import Conversation
from backend.turns.recorded_turns import Asked, RecordedTurn, title_of

# So many of a person's questions are looked at for the list.
LOOKED_AT = 1000
TITLE_CHARACTERS = 120
HIDDEN, SHOWN = "true", "false"
NOT_THERE = "This conversation does not exist, or it is not yours."
_SAME_TIME = 8
# A warehouse that sleeps takes minutes to wake; MLflow has the turns, too, if more slowly.
LOG_PATIENCE_SECONDS = 3
_POOL = ThreadPoolExecutor(max_workers=_SAME_TIME, thread_name_prefix="request-log")

Found = TypeVar("Found", Asked, RecordedTurn)


@dataclass(frozen=True)
class ConversationSummary:
    """A conversation as a list shows it."""

    id: str
    endpoint: str
    title: str
    last_at: datetime
    turn_count: int
    questions: tuple[str, ...] = ()

    def matches(self, search: str) -> bool:
        """Tell whether all these words are in its name or its questions."""
        text = "\n".join((self.title, *self.questions)).casefold()
        return all(word in text for word in search.casefold().split())


@dataclass(frozen=True)
class MyConversations:
    """A person's conversations, the last first; `missing` says why MLflow could not be asked.

    Without MLflow their names are not known, nor which were removed.
    """

    summaries: tuple[ConversationSummary, ...] = ()
    missing: ReviewAppError | None = None


@dataclass(frozen=True)
class RecordedConversation:
    """One conversation, whose it is and what it is called."""

    conversation: Conversation
    owner: str
    title: str
    missing: ReviewAppError | None = None


class Conversations:
    """Conversations with the endpoints the visitor can see."""

    def __init__(
        self, workspace: WorkspaceClient, app_workspace: Callable[[], WorkspaceClient]
    ) -> None:
        # As the visitor, whose rights decide; and as the app, for what reviewers have no right to.
        self._workspace = workspace
        self._app_workspace = app_workspace

    def mine(self, viewer: Viewer, search: str = "", limit: int = 100) -> MyConversations:
        """Return the viewer's own conversations that have these words in them."""
        user, endpoints = viewer.user_name, self._endpoints()
        asked, missing = self._found(
            endpoints,
            lambda experiments: _traces().asked_by(experiments, user, LOOKED_AT),
            partial(conversation_logs.asked_by, user=user, limit=LOOKED_AT),
        )
        seen = [each for each in asked if each.endpoint in endpoints and each.user == user]
        found = [each for each in _summaries(seen) if each.matches(search)]
        return MyConversations(tuple(found[:limit]), missing)

    def open(
        self, viewer: Viewer, conversation_id: str, endpoint: str | None = None
    ) -> RecordedConversation:
        """Return a conversation of the viewer, or anybody's for whoever may see that.

        Whether somebody else has one of this id is nobody's business. The endpoint, where it is
        known, saves looking at the others.
        """
        user = None if viewer.has_any(SEES_ALL) else viewer.user_name
        endpoints = self._endpoints(endpoint)
        turns, missing = self._turns(endpoints, conversation_id, user)
        seen = [
            each
            for each in turns
            if each.asked.endpoint in endpoints and user in (None, each.asked.user)
        ]
        return _opened(viewer, conversation_id, seen, missing)

    def rename(self, viewer: Viewer, conversation_id: str, title: str) -> None:
        """Give one of the viewer's own conversations a name."""
        name = " ".join(title.split())
        if not name or len(name) > TITLE_CHARACTERS:
            raise Refused(f"A name has between one and {TITLE_CHARACTERS} letters.")
        self._mark(viewer, conversation_id, _traces().TITLE_TAG, name)

    def hide(self, viewer: Viewer, conversation_id: str) -> None:
        """Remove one of the viewer's own conversations from their list; nothing is deleted."""
        self._mark(viewer, conversation_id, _traces().HIDDEN_TAG, HIDDEN)

    def show_again(self, viewer: Viewer, conversation_id: str) -> None:
        """Put a conversation back that was removed."""
        self._mark(viewer, conversation_id, _traces().HIDDEN_TAG, SHOWN)

    def _mark(self, viewer: Viewer, conversation_id: str, tag: str, value: str) -> None:
        experiments = _experiments(self._endpoints())
        _traces().mark(experiments, conversation_id, viewer.user_name, tag, value)

    def _endpoints(self, only: str | None = None) -> dict[str, str | None]:
        """Return the endpoints the visitor can see, each with its experiment."""
        with translated():
            found = list(self._workspace.serving_endpoints.list())
        return {
            each.name: next((t.value for t in each.tags or [] if t.key == EXPERIMENT_TAG), None)
            for each in found
            if each.name and only in (None, each.name)
        }

    def _found(
        self,
        endpoints: Mapping[str, str | None],
        in_traces: Callable[[list[str]], list[Found]],
        in_log: Callable[[WorkspaceClient, AssessmentLog, str], list[Found]],
    ) -> tuple[list[Found], ReviewAppError | None]:
        """Return what MLflow has, or else what the request logs have and why MLflow was silent."""
        if not endpoints:
            return [], None
        try:
            return in_traces(_named_experiments(endpoints)), None
        except ReviewAppError as silent:
            return self._in_logs(list(endpoints), in_log, silent), silent

    def _turns(
        self, endpoints: Mapping[str, str | None], conversation_id: str, user: str | None
    ) -> tuple[list[RecordedTurn], ReviewAppError | None]:
        """Return the turns from the log if it has all MLflow knows of, or else from MLflow."""
        read = partial(conversation_logs.turns, conversation_id=conversation_id, user=user)
        in_log = _POOL.submit(self._in_logs, list(endpoints), read, NotOffered())
        try:
            experiments = _named_experiments(endpoints)
            marked = _traces().marked(experiments, conversation_id, user)
        except ReviewAppError as silent:
            with _instead_of(silent):
                return in_log.result(), silent
        logged = _within(in_log, LOG_PATIENCE_SECONDS)
        if marked.keys() <= {turn.answer.request_id for turn in logged}:
            return [_with_marks(turn, marked) for turn in logged], None
        return _traces().turns(experiments, conversation_id, user), None

    def _in_logs(
        self,
        endpoints: Sequence[str],
        in_log: Callable[[WorkspaceClient, AssessmentLog, str], list[Found]],
        silent: ReviewAppError,
    ) -> list[Found]:
        def ask(endpoint: str) -> list[Found] | None:
            try:
                with translated():
                    detail = self._workspace.serving_endpoints.get(endpoint)
                log = assessment_log(detail)
                return in_log(self._app_workspace(), log, endpoint) if log else None
            except ReviewAppError:
                # The others may answer; if none does, the reason of MLflow is told.
                return None

        with ThreadPoolExecutor(max_workers=_SAME_TIME) as pool:
            answers = [each for each in pool.map(ask, endpoints) if each is not None]
        if not answers:
            raise silent
        return [each for answer in answers for each in answer]


def _experiments(endpoints: Mapping[str, str | None]) -> list[str]:
    return sorted({experiment for experiment in endpoints.values() if experiment})


def _named_experiments(endpoints: Mapping[str, str | None]) -> list[str]:
    if experiments := _experiments(endpoints):
        return experiments
    raise NotOffered("No chain names an MLflow experiment for its traces.")


def _within(answer: Future[list[RecordedTurn]], seconds: float) -> list[RecordedTurn]:
    """Return what the log has; nothing if it has none, fails, or takes too long."""
    try:
        return answer.result(seconds)
    except (TimeoutError, ReviewAppError):
        return []


@contextmanager
def _instead_of(reason: ReviewAppError) -> Iterator[None]:
    """Give this reason and no other."""
    try:
        yield
    except ReviewAppError:
        raise reason from None


def _with_marks(turn: RecordedTurn, marked: Mapping[str, Asked]) -> RecordedTurn:
    """Add what only MLflow knows of the conversation."""
    known = marked.get(turn.answer.request_id or "")
    if known is None:
        return turn
    return replace(turn, asked=replace(turn.asked, title=known.title, is_hidden=known.is_hidden))


def _summaries(asked: Iterable[Asked]) -> list[ConversationSummary]:
    """Return the conversations these questions belong to, the last first."""
    by_id: dict[str, list[Asked]] = defaultdict(list)
    for each in sorted(asked, key=lambda each: each.at):
        by_id[each.conversation_id].append(each)
    found = [
        ConversationSummary(
            id=conversation_id,
            endpoint=own[-1].endpoint,
            title=_title(own),
            last_at=own[-1].at,
            turn_count=len(own),
            questions=tuple(each.question for each in own),
        )
        for conversation_id, own in by_id.items()
        if not any(each.is_hidden for each in own)
    ]
    return sorted(found, key=lambda each: each.last_at, reverse=True)


def _title(asked: Sequence[Asked]) -> str:
    given = next((each.title for each in asked if each.title), "")
    return given or title_of(asked[0].question) or "Without a question"


def _opened(
    viewer: Viewer,
    conversation_id: str,
    turns: Sequence[RecordedTurn],
    missing: ReviewAppError | None,
) -> RecordedConversation:
    in_order = sorted(turns, key=lambda each: each.asked.at)
    if not in_order:
        raise NotFound(NOT_THERE)
    # Anybody can send another's session along; that does not make it theirs.
    first = in_order[0].asked
    own = paired(each for each in in_order if each.asked.user == first.user)
    if not own:
        raise NotFound(NOT_THERE)
    asked = [each.asked for each in own]
    if first.user == viewer.user_name and any(each.is_hidden for each in asked):
        raise NotFound(NOT_THERE)
    everything = tree(own)
    conversation = Conversation(
        conversation_id, first.endpoint, last_branch(everything), everything
    )
    return RecordedConversation(conversation, first.user, _title(asked), missing)


def _traces() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.conversations import traces as conversation_traces  # noqa: PLC0415 - see above

    return conversation_traces
