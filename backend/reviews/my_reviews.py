"""What a reviewer has said so far, and what became of the answers that were wrong.

The logs of a chain that takes verdicts say so; of any other chain MLflow's traces do. Reviewers
have no rights of their own on either: the app reads with its own, and only what is the viewer's.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from types import ModuleType

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import ServingEndpointDetailed

from backend.error_translation import translated
from backend.errors import NotFound, ReviewAppError
from backend.feedback.assessment_tables import assessment_log
from backend.feedback.feedback_api import takes_feedback
from backend.feedback.verdicts import Thumb, Verdict
from backend.identity import SEES_ALL, Viewer
from backend.mlflow_import import load_mlflow
from backend.reviews import logs as review_logs
from backend.reviews.answered_requests import AnsweredRequest, JudgedRecords
from backend.reviews.outcomes import JudgedAnswer, Outcome, State, Version, outcome_of, version_of
from backend.serving.deployment_names import FEEDBACK
from backend.serving.endpoint_changes import EXPERIMENT_TAG

_SAME_TIME = 8


@dataclass(frozen=True)
class Review:
    """One verdict of the viewer, the answer it is on, and what became of that."""

    endpoint: str
    verdict: Verdict
    # None for an answer to somebody else's question, and for one that is no longer on record.
    request: AnsweredRequest | None = None
    # For an answer that was called wrong.
    outcome: Outcome | None = None

    def matches(self, search: str) -> bool:
        """Tell whether all these words are in the question, the answer or the verdict."""
        request, verdict = self.request, self.verdict
        asked = (request.question, request.answer) if request else ()
        text = "\n".join((*asked, verdict.comment, verdict.corrected_answer or "")).casefold()
        return all(word in text for word in search.casefold().split())


@dataclass(frozen=True)
class MyReviews:
    """All verdicts of the viewer, the last first, and the chains that could not be asked."""

    reviews: tuple[Review, ...] = ()
    missing: Mapping[str, ReviewAppError] = field(default_factory=dict)
    # Chains with more verdicts than are read at once.
    cut: tuple[str, ...] = ()

    def with_state(self, state: State) -> list[Review]:
        """Return the wrong answers it stands so with."""
        return [each for each in self.reviews if each.outcome and each.outcome.state is state]


class MyReviewsReader:
    """Reads what the visitor has judged, on the endpoints the visitor can see."""

    def __init__(
        self, workspace: WorkspaceClient, app_workspace: Callable[[], WorkspaceClient]
    ) -> None:
        # As the visitor, whose rights decide; and as the app, for what reviewers have no right to.
        self._workspace = workspace
        self._app_workspace = app_workspace

    def mine(self, viewer: Viewer) -> MyReviews:
        """Return the viewer's own verdicts; one chain that cannot be read does not hide others."""
        names = self._chains()
        with ThreadPoolExecutor(max_workers=_SAME_TIME) as pool:
            answers = list(pool.map(lambda name: self._of(name, viewer), names))
        found = [each for each in answers if isinstance(each, _OfChain)]
        reviews = [review for each in found for review in each.reviews]
        return MyReviews(
            reviews=tuple(sorted(reviews, key=_given_at, reverse=True)),
            missing={
                name: answer
                for name, answer in zip(names, answers, strict=True)
                if isinstance(answer, ReviewAppError)
            },
            cut=tuple(each.endpoint for each in found if each.is_cut),
        )

    def _chains(self) -> list[str]:
        """Return the endpoints the visitor can see; the platform's own models are no chains."""
        with translated():
            listed = list(self._workspace.serving_endpoints.list())
        return sorted(
            each.name
            for each in listed
            if each.name
            and not any(
                entity.foundation_model
                for entity in (each.config.served_entities if each.config else None) or []
            )
        )

    def _of(self, endpoint: str, viewer: Viewer) -> "_OfChain | ReviewAppError":
        try:
            with translated():
                detail = self._workspace.serving_endpoints.get(endpoint)
            records = self._records(detail, viewer)
        except NotFound:
            # It went away since it was listed, or nothing was ever recorded.
            return _OfChain(endpoint)
        except ReviewAppError as error:
            return error
        return _OfChain(endpoint, _reviews(endpoint, records, _live(detail)), records.is_cut)

    def _records(self, detail: ServingEndpointDetailed, viewer: Viewer) -> JudgedRecords:
        user, with_names = viewer.user_name, viewer.has_any(SEES_ALL)
        log = assessment_log(detail)
        if log and takes_feedback(detail):
            return review_logs.read(self._app_workspace(), log, user, with_names=with_names)
        experiment = next((t.value for t in detail.tags or [] if t.key == EXPERIMENT_TAG), None)
        if not experiment:
            return JudgedRecords()
        read, versions = _review_traces().read, _served(detail)
        records: JudgedRecords = read(
            experiment, detail.name, versions, user, with_names=with_names
        )
        return records


@dataclass(frozen=True)
class _OfChain:
    """What one chain has."""

    endpoint: str
    reviews: tuple[Review, ...] = ()
    is_cut: bool = False


def _reviews(
    endpoint: str, records: JudgedRecords, live: Collection[Version]
) -> tuple[Review, ...]:
    """Put the verdicts that say something together with their answers."""
    requests = {each.request_id: each for each in records.requests}
    return tuple(
        _review(endpoint, verdict, requests.get(verdict.request_id), records.judged, live)
        for verdict in records.verdicts
        if replace(verdict, given_at=None) != Verdict(verdict.request_id, verdict.reviewer)
    )


def _review(
    endpoint: str,
    verdict: Verdict,
    request: AnsweredRequest | None,
    judged: Sequence[JudgedAnswer],
    live: Collection[Version],
) -> Review:
    if verdict.thumb is not Thumb.NEGATIVE:
        return Review(endpoint, verdict, request)
    if request is None or request.identity is None:
        return Review(endpoint, verdict, request, Outcome(State.UNKNOWN))
    outcome = outcome_of(request.identity, request.version, judged, live)
    return Review(endpoint, verdict, request, outcome)


def _given_at(review: Review) -> float:
    given_at = review.verdict.given_at
    return given_at.timestamp() if given_at else 0


def _served(detail: ServingEndpointDetailed) -> dict[str, Version]:
    """Return the versions an endpoint serves, by the names they are served under."""
    entities = (detail.config.served_entities if detail.config else None) or []
    found = ((e.name, version_of(e.entity_name, e.entity_version)) for e in entities)
    return {name: version for name, version in found if name and name != FEEDBACK and version}


def _live(detail: ServingEndpointDetailed) -> set[Version]:
    """Return the versions that answer at the moment."""
    traffic = detail.config.traffic_config if detail.config else None
    names = {
        route.served_entity_name or route.served_model_name
        for route in (traffic.routes if traffic else None) or []
        if route.traffic_percentage
    }
    return {version for name, version in _served(detail).items() if name in names}


def _review_traces() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.reviews import traces as review_traces  # noqa: PLC0415 - see above

    return review_traces
