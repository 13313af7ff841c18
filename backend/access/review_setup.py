"""What reviewers of an endpoint are told and asked, as its admins set it up.

The guide is on the endpoint's tags, written with the admin's own token. Label schemas are MLflow's
and belong to the experiment the endpoint traces into; they are read and written with the app's
rights, after the admin's token has shown that this person may manage the endpoint.
"""

from dataclasses import dataclass, replace
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import ServingEndpointDetailedPermissionLevel

from backend.access import guides as access_guides
from backend.error_translation import translated
from backend.errors import AlreadyExists, NotAllowed, NotFound, NotOffered, Refused
from backend.feedback.label_schemas import (
    AnswerKind,
    Question,
    is_for_everybody,
    question_from,
    schemas_of,
)
from backend.feedback.verdicts import is_reserved
from backend.identity import Role, Viewer
from backend.mlflow_import import load_mlflow
from backend.serving.endpoint_changes import EXPERIMENT_TAG
from backend.serving.reviewer_guide import ReviewerGuide

NAME_CHARACTERS = 250
INSTRUCTION_CHARACTERS = 1_000
OPTION_CHARACTERS = 64
MOST_OPTIONS = 10
_MANAGES = ServingEndpointDetailedPermissionLevel.CAN_MANAGE
_CHOICES = (AnswerKind.ONE_OF, AnswerKind.SOME_OF)


@dataclass(frozen=True)
class KnownQuestion:
    """A label schema of the endpoint's experiment."""

    id: str
    question: Question
    # Asked unless somebody has chosen which ones are.
    is_usual: bool = True
    # MLflow's own question for any feedback, which it lets nobody delete.
    is_mlflows_own: bool = False


class ReviewSetup:
    """Sets up what one admin's endpoints ask of reviewers."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace

    def guide(self, viewer: Viewer, endpoint: str) -> ReviewerGuide:
        """Return what reviewers are told now."""
        _check(viewer)
        return access_guides.read(self._workspace, endpoint)

    def save(self, viewer: Viewer, endpoint: str, guide: ReviewerGuide) -> None:
        """Tell reviewers this from now on."""
        _check(viewer)
        access_guides.save(self._workspace, endpoint, guide)

    def questions(self, viewer: Viewer, endpoint: str) -> tuple[KnownQuestion, ...]:
        """Return all that could be asked, the oldest first."""
        experiment = self._experiment(viewer, endpoint)
        with translated():
            return tuple(
                KnownQuestion(
                    id=each.schema_id,
                    question=question_from(each),
                    is_usual=is_for_everybody(each),
                    is_mlflows_own=bool(each.is_default),
                )
                for each in schemas_of(experiment)
                if not is_reserved(each.name)
            )

    def choose(self, viewer: Viewer, endpoint: str, names: tuple[str, ...] | None) -> None:
        """Ask these, in this order; None asks every one that asks for feedback."""
        self.save(viewer, endpoint, replace(self.guide(viewer, endpoint), questions=names))

    def add(self, viewer: Viewer, endpoint: str, question: Question) -> None:
        """Make a question; where somebody chose which are asked, it is asked last."""
        question = _checked(question)
        experiment = self._experiment(viewer, endpoint)
        known = self.questions(viewer, endpoint)
        if question.name.casefold() in [each.question.name.casefold() for each in known]:
            raise AlreadyExists(f"There is a question called {question.name!r} already.")
        with translated():
            _create(experiment, question)
        chosen = self.guide(viewer, endpoint).questions
        if chosen is not None:
            self.choose(viewer, endpoint, (*chosen, question.name))
        elif question.is_expectation:
            # What is right is asked only by those endpoints that choose it.
            usual = [each.question.name for each in known if each.is_usual]
            self.choose(viewer, endpoint, (*usual, question.name))

    def delete(self, viewer: Viewer, endpoint: str, question_id: str) -> None:
        """Ask this no more, on any endpoint of the experiment; answers given so far stay."""
        known = self.questions(viewer, endpoint)
        found = next((each for each in known if each.id == question_id), None)
        if found is None:
            raise NotFound("This question does not exist any more.")
        if found.is_mlflows_own:
            raise Refused("This is MLflow's own question: it can be left out, and not deleted.")
        with translated():
            _label_schemas().delete_label_schema(schema_id=question_id)
        chosen = self.guide(viewer, endpoint).questions
        if chosen and found.question.name in chosen:
            rest = tuple(each for each in chosen if each != found.question.name)
            self.choose(viewer, endpoint, rest)

    def _experiment(self, viewer: Viewer, endpoint: str) -> str:
        """Return where the endpoint's questions are, for somebody who may manage it."""
        _check(viewer)
        with translated():
            detail = self._workspace.serving_endpoints.get(endpoint)
        if detail.permission_level != _MANAGES:
            raise NotAllowed(f"Setting up what {endpoint!r} asks takes CAN_MANAGE on it.")
        tags = {tag.key: tag.value or "" for tag in detail.tags or []}
        if not tags.get(EXPERIMENT_TAG):
            raise NotFound(
                f"Endpoint {endpoint!r} names no MLflow experiment, so it has no questions of its "
                "own."
            )
        _check_kept_in_mlflow()
        return tags[EXPERIMENT_TAG]


def _check(viewer: Viewer) -> None:
    if not viewer.has_any((Role.ADMIN,)):
        raise NotAllowed("What reviewers are told and asked is set up by admins.")


def _check_kept_in_mlflow() -> None:
    load_mlflow()
    from mlflow.tracking import get_tracking_uri  # noqa: PLC0415 - importing MLflow takes seconds
    from mlflow.utils.uri import is_databricks_uri  # noqa: PLC0415

    if is_databricks_uri(get_tracking_uri()):  # type: ignore[no-untyped-call]
        raise NotOffered(
            "On Databricks questions of your own are kept in its Review App, and not told to "
            "others."
        )


def _label_schemas() -> Any:
    load_mlflow()
    from mlflow.genai import label_schemas  # noqa: PLC0415 - importing MLflow takes seconds

    return label_schemas


def _create(experiment: str, question: Question) -> None:
    _label_schemas().create_label_schema(
        question.name,
        type="expectation" if question.is_expectation else "feedback",
        input=_input(question),
        instruction=question.instruction or None,
        enable_comment=question.takes_comment,
        experiment_id=experiment,
    )


def _input(question: Question) -> Any:
    kinds = _label_schemas()
    if question.kind is AnswerKind.YES_OR_NO:
        return kinds.InputPassFail(*question.options)
    if question.kind in _CHOICES:
        several = question.kind is AnswerKind.SOME_OF
        return kinds.InputCategorical(list(question.options), multi_select=several)
    if question.kind is AnswerKind.NUMBER:
        return kinds.InputNumeric(question.minimum, question.maximum)
    return kinds.InputText(question.max_length)


def _checked(question: Question) -> Question:
    """Return the question without blanks around its texts; say what MLflow would not accept."""
    name = " ".join(question.name.split())
    options = tuple(dict.fromkeys(each.strip() for each in question.options if each.strip()))
    lowest, highest = question.minimum, question.maximum
    is_closed = question.kind is AnswerKind.YES_OR_NO or question.kind in _CHOICES
    problem = ""
    if not name or len(name) > NAME_CHARACTERS:
        problem = f"Write the question, in {NAME_CHARACTERS} characters at most."
    elif is_reserved(name) or name.casefold() == "feedback":
        problem = f"A question cannot be called {name!r}: that name is taken."
    elif len(question.instruction) > INSTRUCTION_CHARACTERS:
        problem = f"The explanation may have {INSTRUCTION_CHARACTERS:,} characters."
    elif question.kind is AnswerKind.YES_OR_NO and len(options) != 2:
        problem = "Name two different answers."
    elif is_closed and not 1 < len(options) <= MOST_OPTIONS:
        problem = f"Name between two and {MOST_OPTIONS} different answers."
    elif any(len(each) > OPTION_CHARACTERS for each in options):
        problem = f"An answer may have {OPTION_CHARACTERS} characters."
    elif lowest is not None and highest is not None and lowest >= highest:
        problem = "The lowest number must be below the highest."
    if problem:
        raise Refused(problem)
    return replace(
        question,
        name=name,
        instruction=question.instruction.strip(),
        options=options if is_closed else (),
    )
