"""Testing endpoints as the page of tests meets it, behind the one seam."""

from dataclasses import dataclass, field

from backend.endpoint_tests.asking import Trial
from backend.endpoint_tests.plan import Dataset
from backend.endpoint_tests.service import Asked
from backend.errors import ReviewAppError
from backend.identity import Role, Viewer
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from backend.serving.reviewer_guide import ReviewerGuide
from tests.pages.deployed import ENDPOINT, FIRST, SECOND

PAGE = "endpoint_tests.py"
VERSIONS = tuple(
    ServedVersion(each.name, each.model, each.version, each.percentage) for each in (SECOND, FIRST)
)


@dataclass
class FakeEndpointTests:
    """Answers what it was told, or raises; remembers what it was asked."""

    trial: Trial = field(
        default_factory=lambda: Trial(
            "Why?", "Because *so*.", 812.4, 200, request_id="req-1", served_name="chain_2"
        )
    )
    in_logs: list[str] | ReviewAppError = field(default_factory=list)
    found: list[Dataset] | ReviewAppError = field(default_factory=list)
    in_dataset: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def ask(self, endpoint: str, question: str, served_name: str = "") -> Asked:
        self.asked.append((endpoint, question, served_name))
        return Asked(self.trial, curl="curl -X POST …", python="import requests")

    def questions_in_logs(self, _endpoint: str, most: int) -> list[str]:
        if isinstance(self.in_logs, ReviewAppError):
            raise self.in_logs
        return self.in_logs[:most]

    def datasets(self, _viewer: Viewer) -> list[Dataset]:
        if isinstance(self.found, ReviewAppError):
            raise self.found
        return self.found

    def questions_in_dataset(self, _viewer: Viewer, name: str, dataset_id: str = "") -> list[str]:
        return [f"{each} ({name}{dataset_id})" for each in self.in_dataset]


def prepared(visit) -> FakeEndpointTests:
    """Make the visitor an admin with one endpoint, two versions and two suggested questions."""
    visit.identity.roles = {Role.ADMIN}
    guide = ReviewerGuide(suggested_questions=("How many days?", "Since when?"))
    visit.endpoints.content = [
        Endpoint(ENDPOINT, "", "", Readiness.READY, VERSIONS, guide=guide),
    ]
    return visit.endpoint_tests


def press(at, label):
    return next(each for each in at.button if each.label == label).click()


def labelled(elements, label):
    return next(each for each in elements if each.label == label)


def turn_to(at, view):
    return labelled(at.button_group, "What to do").set_value(view).run()
