"""The questions of somebody's own that are asked under an answer: MLflow's label schemas.

They belong to the experiment the endpoint traces into; a tag on the endpoint may choose among them.
Reviewers have no rights in MLflow, so it is read with the app's own, after the visitor's token has
shown that this person may ask the endpoint. No page waits long for it.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillAsking
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import ServingEndpointDetailedPermissionLevel

from backend.error_translation import translated
from backend.errors import NotAllowed, TookTooLong
from backend.feedback.verdicts import is_reserved
from backend.identity import Role, Viewer
from backend.mlflow_import import load_mlflow
from backend.serving.endpoint_changes import EXPERIMENT_TAG
from backend.serving.reviewer_guide import guide_from

FRESH_SECONDS = 60
# After a failure it is not asked at every click.
FAILED_SECONDS = 15
# For as long as this after the question was put a page waits for it, and no longer.
PATIENCE_SECONDS = 1.5
# More than anybody answers under one answer.
SHOWN_SCHEMAS = 20
_NOBODY = ServingEndpointDetailedPermissionLevel.CAN_VIEW
_ASKING = ThreadPoolExecutor(max_workers=4, thread_name_prefix="label-schemas")


class AnswerKind(StrEnum):
    """What an answer to a question looks like."""

    YES_OR_NO = "yes_or_no"
    ONE_OF = "one_of"
    SOME_OF = "some_of"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True)
class Question:
    """One label schema; of a question for yes or no the options are what the two are called."""

    name: str
    kind: AnswerKind
    instruction: str = ""
    takes_comment: bool = False
    # Whether it asks what would have been right, and not how the answer is.
    is_expectation: bool = False
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None


@dataclass
class _Asked:
    """What is known of an endpoint's questions, or being found out."""

    coming: "Future[tuple[Question, ...]]"
    before: tuple[Question, ...] | None = None
    at: float = field(default_factory=time.monotonic)

    @property
    def is_old(self) -> bool:
        if not self.coming.done():
            return False
        seconds = FAILED_SECONDS if self.coming.exception() else FRESH_SECONDS
        return time.monotonic() - self.at > seconds

    def answer(self) -> tuple[Question, ...]:
        if self.before is not None and not self.coming.done():
            return self.before
        try:
            return self.coming.result(max(0.0, self.at + PATIENCE_SECONDS - time.monotonic()))
        except StillAsking as slow:
            raise TookTooLong from slow


class LabelSchemas:
    """The questions that go with the endpoints one visitor may ask."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        # As the visitor, whose rights decide which endpoints there are.
        self._workspace = workspace
        self._asked: dict[tuple[Viewer, str], _Asked] = {}

    def questions(self, viewer: Viewer, endpoint: str) -> tuple[Question, ...]:
        """Return what is asked under each answer; known for a minute, then read anew meanwhile."""
        return self._asking(viewer, endpoint).answer()

    def prepare(self, viewer: Viewer, endpoint: str) -> None:
        """Begin to find out, so that nobody has to wait for it later."""
        self._asking(viewer, endpoint)

    def _asking(self, viewer: Viewer, endpoint: str) -> _Asked:
        asked = self._asked.get((viewer, endpoint))
        if asked is None or asked.is_old:
            failed = asked is None or asked.coming.exception()
            before = None if asked is None or failed else asked.coming.result()
            asked = _Asked(_ASKING.submit(self._read, viewer, endpoint), before)
            self._asked[viewer, endpoint] = asked
        return asked

    def _read(self, viewer: Viewer, endpoint: str) -> tuple[Question, ...]:
        with translated():
            detail = self._workspace.serving_endpoints.get(endpoint)
        if detail.permission_level == _NOBODY or not viewer.has_any((Role.REVIEWER,)):
            raise NotAllowed("The questions are for those who may ask the endpoint.")
        tags = {tag.key: tag.value or "" for tag in detail.tags or []}
        experiment = tags.get(EXPERIMENT_TAG)
        chosen = guide_from(tags).questions
        if experiment is None or chosen == ():
            return ()
        with translated():
            known = {
                each.name: each for each in schemas_of(experiment) if not is_reserved(each.name)
            }
        if chosen is None:
            wanted = [each for each in known.values() if is_for_everybody(each)]
        else:
            wanted = [known[name] for name in chosen if name in known]
        return tuple(question_from(each) for each in wanted[:SHOWN_SCHEMAS])


def is_for_everybody(schema: Any) -> bool:
    """Tell whether it is asked unless somebody chose; MLflow's own is not, that is the comment."""
    return schema.type == "feedback" and not schema.is_default


def schemas_of(experiment: str) -> Iterator[Any]:
    """Yield the experiment's label schemas, the oldest first."""
    # Importing MLflow takes seconds, and not at the start.
    load_mlflow()
    from mlflow.genai import label_schemas  # noqa: PLC0415 - see above
    from mlflow.tracking import get_tracking_uri  # noqa: PLC0415
    from mlflow.utils.uri import is_databricks_uri  # noqa: PLC0415

    if is_databricks_uri(get_tracking_uri()):  # type: ignore[no-untyped-call]
        # Databricks keeps them in its own Review App and does not list them to this client.
        return
    page = label_schemas.list_label_schemas(experiment)
    found = list(page)
    while page.token:
        page = label_schemas.list_label_schemas(experiment, page_token=page.token)
        found += page
    yield from sorted(found, key=lambda schema: schema.created_at or 0)


def question_from(schema: Any) -> Question:
    """Return an MLflow label schema as the question it asks."""
    wanted = schema.input
    return Question(
        name=schema.name,
        kind=_kind(wanted),
        instruction=schema.instruction or "",
        takes_comment=schema.enable_comment,
        is_expectation=schema.type == "expectation",
        options=_options(wanted),
        minimum=getattr(wanted, "min_value", None),
        maximum=getattr(wanted, "max_value", None),
        max_length=getattr(wanted, "max_length", None),
    )


def _kind(wanted: Any) -> AnswerKind:
    if hasattr(wanted, "positive_label"):
        return AnswerKind.YES_OR_NO
    if hasattr(wanted, "options"):
        return AnswerKind.SOME_OF if wanted.multi_select else AnswerKind.ONE_OF
    return AnswerKind.NUMBER if hasattr(wanted, "min_value") else AnswerKind.TEXT


def _options(wanted: Any) -> tuple[str, ...]:
    if hasattr(wanted, "positive_label"):
        return wanted.positive_label, wanted.negative_label
    return tuple(getattr(wanted, "options", ()))
