"""A registry with one model of two versions as its page meets it, behind the one seam."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from backend.errors import NotFound, ReviewAppError
from backend.identity import Viewer
from backend.registry.comparison import Difference, differences
from backend.registry.contents import Contents, File, Files, Look, Part, Preview, Prompt, Signature
from backend.registry.links import RegistryLinks
from backend.registry.promotion import Verdict
from backend.registry.record import (
    Evaluation,
    Metric,
    Model,
    ModelPage,
    Origin,
    Served,
    Table,
    Version,
    VersionPage,
)
from backend.registry.snippets import Snippet, to_ask, to_load

MODEL = "main.hr.handbook_chain"
ENDPOINT = "agents_main-hr-handbook_chain"
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
LISTED = Model(MODEL, "Answers from the *handbook*", NOON, NOON, "2", {"champion": "1"})
FIRST = Version(MODEL, "1", created_at=NOON, created_by="ana@example.com", aliases=("champion",))
SECOND = Version(
    MODEL, "2", "Knows the new prices", created_at=NOON, tags={"team": "hr"}, model_id="m-2"
)
SIGNATURE = Signature((Part("messages", "list of object with role (text)"),), (Part("", "text"),))
CONTENTS = Contents(
    description="flavors: {}",
    signature=SIGNATURE,
    task="agent/v2/chat",
    flavors=("python_function",),
    config={"prompt": "Be brief.", "api_key": "••••••"},
    secrets=("api_key",),
    example='{"messages": []}',
    requirements="mlflow==3.17.2",
    code={"chain.py": "answer = 2", "code/words.py": "hello = 1"},
    prompts=(Prompt("prompt", "Be brief."),),
)
FILES = Files((File("MLmodel", size=900), File("code", True), File("code/words.py", size=1500)))
RUN = Evaluation("r1", "nightly", "1", NOON, (Metric("correctness", 0.75, "asked"),), ("t.json",))


@dataclass
class FakeRegistry:
    """Has what it was given, or raises; remembers what was changed."""

    listed: ModelPage | ReviewAppError = field(default_factory=lambda: ModelPage((LISTED,)))
    known: dict[str, Version] = field(default_factory=lambda: {"2": SECOND, "1": FIRST})
    inside: dict[str, Contents | ReviewAppError] = field(default_factory=dict)
    places: dict[str, tuple[Served, ...]] | ReviewAppError = field(default_factory=dict)
    found: dict[str, tuple[Evaluation, ...]] = field(default_factory=dict)
    links: RegistryLinks = field(default_factory=lambda: RegistryLinks("http://w", "http://w"))
    next_versions: str | None = None
    searches: list[tuple[str, str | None]] = field(default_factory=list)
    changes: list[tuple[object, ...]] = field(default_factory=list)

    def models(self, _viewer: Viewer, search: str = "", token: str | None = None) -> ModelPage:
        self.searches.append((search, token))
        if isinstance(self.listed, ReviewAppError):
            raise self.listed
        return self.listed

    def model(self, _viewer: Viewer, name: str) -> Model:
        if name != MODEL:
            raise NotFound(f"There is no model {name!r} in the registry.")
        return LISTED

    def versions(self, _viewer: Viewer, _name: str, token: str | None = None) -> VersionPage:
        if token:
            return VersionPage((replace(FIRST, number="0"),))
        return VersionPage(tuple(self.known.values()), self.next_versions)

    def numbers(self, _viewer: Viewer, _name: str) -> list[str]:
        return list(self.known)

    def version(self, _viewer: Viewer, name: str, number: str) -> Version:
        if number not in self.known:
            raise NotFound(f"There is no version {number} of model {name!r}.")
        return self.known[number]

    def origin(self, _viewer: Viewer, _version: Version) -> Origin:
        return Origin("r0", "try_it", "1", "/chains", "m-2")

    def contents(self, _viewer: Viewer, version: Version) -> Contents:
        inside = self.inside.get(version.number, CONTENTS)
        if isinstance(inside, ReviewAppError):
            raise inside
        return inside

    def linked_prompts(self, _viewer: Viewer, _version: Version) -> tuple[Prompt, ...]:
        return (Prompt("greeting/1", "Say hello."),)

    def files(self, _viewer: Viewer, _version: Version) -> Files:
        return FILES

    def preview(self, _viewer: Viewer, _version: Version, path: str) -> Preview:
        return Preview(path, Look.TEXT, text=f"What is in {path}")

    def evaluations(self, _viewer: Viewer, version: Version) -> tuple[Evaluation, ...]:
        return self.found.get(version.number, ())

    def table(self, _viewer: Viewer, _run_id: str, _path: str) -> Table:
        return Table(("question",), (("Who?",),), 7)

    def served(self, _viewer: Viewer, _model: str) -> dict[str, tuple[Served, ...]]:
        if isinstance(self.places, ReviewAppError):
            raise self.places
        return self.places

    def followers(self, _viewer: Viewer, _model: str) -> dict[str, tuple[str, ...]]:
        return {"champion": (ENDPOINT,)}

    def compare(self, viewer: Viewer, before: Version, after: Version) -> tuple[Difference, ...]:
        return differences(self.contents(viewer, before), self.contents(viewer, after))

    def snippets(
        self, viewer: Viewer, version: Version, places: tuple[Served, ...]
    ) -> tuple[list[Snippet], list[Snippet]]:
        contents = self.contents(viewer, version)
        asking = to_ask(contents, "http://w", places[0].endpoint) if places else []
        return to_load(version, contents, False), asking

    def opened_links(self, _viewer: Viewer) -> RegistryLinks:
        return RegistryLinks("http://w", "http://w", "http://w/session?code=1")


@dataclass
class FakePromotions:
    """Says what the rules say."""

    said: tuple[Verdict, ...] = ()

    def verdicts(self, _viewer: Viewer, _model: str, _number: str) -> tuple[Verdict, ...]:
        return self.said


def opened(visit, **address):
    """Open the page at an address."""
    at = visit.open("models.py")
    for name, value in address.items():
        at.query_params[name] = value
    return at.run() if address else at


def opened_version(visit, view="About", number="2", **address):
    """Open one version, and one view of it."""
    at = opened(visit, model=MODEL, version=number, **address)
    return at if view == "About" else at.segmented_control(key="model_view").set_value(view).run()


def labels(at) -> list[str]:
    """Return what the buttons say."""
    return [button.label for button in at.button]


def press(at, label):
    """Click the button that says this."""
    return next(each for each in at.button if each.label == label).click()


def codes(at) -> str:
    """Return everything that is shown as code."""
    return "\n".join(each.value for each in at.code)
