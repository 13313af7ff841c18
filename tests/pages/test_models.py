"""The page of models: the list, one model, and what a version is."""

from dataclasses import replace

import pytest

from backend.errors import NotFound, Unreachable
from backend.identity import Role
from backend.registry.links import RegistryLinks
from backend.registry.record import ModelPage, Served
from components import session
from components.models import words as model_words
from tests.pages.registered import (
    ENDPOINT,
    MODEL,
    SECOND,
    FakeRegistry,
    codes,
    labels,
    opened,
    opened_version,
    press,
)


@pytest.fixture
def registry(visit) -> FakeRegistry:
    """An admin before a registry with one model."""
    visit.identity.roles = {Role.ADMIN}
    return visit.registry


def test_whoever_is_no_admin_any_more_sees_nothing_of_it(visit, registry, shown, monkeypatch):
    """A tab that is open when the role is taken away closes the page."""
    at = visit.open("models.py")
    assert "Version 2 is the newest" in shown(at)
    visit.identity.roles = {Role.ANALYST}
    monkeypatch.setattr(session, "FRESH_SECONDS", -1)

    at.run()

    assert "Version 2 is the newest" not in shown(at)


def test_empty_registry_says_how_to_begin(visit, registry, shown):
    """And a search that finds nothing says something else."""
    registry.listed = ModelPage(())
    at = visit.open("models.py")
    assert "No model is registered yet" in shown(at)

    at.text_input(key="models_search").set_value("prices").run()

    assert "No model is called like this" in shown(at)
    assert registry.searches[-1] == ("prices", None)


def test_more_models_are_fetched_when_asked_for(visit, registry):
    """And a new search begins at the beginning."""
    registry.listed = ModelPage(registry.listed.models, "next")

    at = press(visit.open("models.py"), "Show the next ones").run()
    assert registry.searches[-1] == ("", "next")
    assert "Back to the first ones" in labels(at)
    at.text_input(key="models_search").set_value("prices").run()

    assert registry.searches[-1] == ("prices", None)


def test_registry_that_is_away_is_told_in_a_sentence(visit, registry, shown):
    """With a way to try again."""
    registry.listed = Unreachable()

    at = visit.open("models.py")

    assert Unreachable.usual_sentence in shown(at)
    assert "Try again" in labels(at)


def test_model_shows_its_versions_with_names_and_places(visit, registry, shown):
    """Its own words are text and no Markdown."""
    registry.places = {"1": (Served(ENDPOINT, "chain_1", 90),), "2": (Served(ENDPOINT, "c", 0),)}

    at = opened(visit, model=MODEL)

    text = shown(at)
    assert "Answers from the *handbook*" in text
    assert "@champion is version 1" in text
    assert f"90 % of {ENDPOINT}" in text
    assert "kept, without questions" in text
    assert text.index("Knows the new prices") < text.index("By ana@")


def test_older_versions_are_fetched_when_asked_for(visit, registry):
    """And one finds the way back."""
    registry.next_versions = "25"

    at = press(opened(visit, model=MODEL), "Show older ones").run()

    assert "Back to the newest" in labels(at)


def test_where_it_is_served_is_not_needed_for_the_rest(visit, registry, shown):
    """The workspace may be away while the registry is not."""
    registry.places = Unreachable()

    text = shown(opened(visit, model=MODEL))

    assert "Where it is served cannot be shown now." in text
    assert "Knows the new prices" in text


def test_model_nobody_knows_is_told_by_name(visit, registry, shown):
    """A link may be old."""
    assert "There is no model 'main.old'" in shown(opened(visit, model="main.old"))
    assert "There is no version 9" in shown(opened(visit, model=MODEL, version="9"))


def test_version_says_what_it_is(visit, registry, shown):
    """Origin, signature, example and configuration; secrets are named in a warning."""
    registry.places = {"2": (Served(ENDPOINT, "chain_2", 100),)}

    at = opened_version(visit)

    text = shown(at)
    assert "Ready" in text
    assert f"On **{ENDPOINT}** it answers 100 % of the questions." in text
    assert "Logged in the run **try_it** of the experiment **/chains**." in text
    assert "What looks like a secret was logged with this version" in text
    assert list(at.dataframe[0].value["Name"]) == ["messages"]
    assert '"prompt": "Be brief."' in codes(at)
    assert "Say hello." in codes(at)


def test_version_that_is_not_ready_cannot_be_deployed(visit, registry, shown):
    """It says how far it is."""
    registry.known["2"] = replace(
        SECOND, status="PENDING_REGISTRATION", status_message="Files are still coming"
    )

    at = opened_version(visit)

    assert "Pending registration" in shown(at)
    assert "Files are still coming" in shown(at)
    assert "Promote" not in labels(at)


def test_promoted_version_says_from_where_and_why(visit, registry, shown):
    """Its lineage is in its tags."""
    tags = {
        "reviewapp.promoted_from": "test.hr.chain/7",
        "reviewapp.promoted_by": "ana@example.com",
        "reviewapp.promoted_because": "Better *prices*",
    }
    registry.known["2"] = replace(SECOND, tags=tags)

    text = shown(opened_version(visit))

    assert "Promoted from test.hr.chain version 7 by ana@" in text
    assert "Better *prices*" in text


def test_files_that_cannot_be_read_do_not_hide_the_version(visit, registry, shown):
    """What the registry itself tells is still there."""
    registry.inside["2"] = NotFound("This version has no MLmodel file.")

    text = shown(opened_version(visit))

    assert "Its files cannot be read. This version has no MLmodel file." in text
    assert "Knows the new prices" in text


def test_mlflow_is_opened_by_a_link_made_when_it_is_asked_for(visit, registry):
    """Each of them works once, so none is made beforehand."""
    at = opened_version(visit)
    assert not at.get("link_button")

    at = press(at, "Open in MLflow").run()

    addresses = [each.proto.url for each in at.get("link_button")]
    assert addresses[0] == f"http://w/session?code=1#/models/{MODEL}/versions/2"
    assert addresses[1] == "http://w/session?code=1#/experiments/1/runs/r0"


def test_mlflow_without_a_door_is_a_plain_link(visit, registry):
    """As on Databricks."""
    registry.links = RegistryLinks("databricks", "https://w")

    at = opened_version(visit)

    assert "Open in MLflow" not in labels(at)
    assert at.get("link_button")[0].proto.url.startswith("https://w/explore/data/models/main/hr/")


@pytest.mark.parametrize(
    ("count", "said"),
    [(None, "size unknown"), (900, "900 bytes"), (1500, "1.5 kB"), (25_000_000, "25 MB")],
)
def test_sizes_are_told_as_people_read_them(count, said):
    """In steps of a thousand."""
    assert model_words.size(count) == said
