"""The page of deployments: the endpoints, what one of them answers with, and changing that."""

from dataclasses import replace

import pytest

from backend.deploying.endpoint_overview import EndpointFigures
from backend.errors import Unreachable
from backend.identity import Role
from backend.releases.record import Page, Share
from backend.releases.version_figures import VersionFigures
from backend.serving.endpoints import Readiness
from backend.serving.version_states import VersionState
from components import session
from tests.pages.deployed import (
    ENDPOINT,
    FIRST,
    SECOND,
    THIRD,
    FakeDeployments,
    come,
    known_endpoint,
    names,
    press,
    release,
)


@pytest.fixture
def deployments(visit) -> FakeDeployments:
    """What the workspace says of the one endpoint."""
    return visit.deployments


def test_whoever_is_no_admin_any_more_sees_nothing_of_it(visit, deployments, shown, monkeypatch):
    """Not in their menu; and a tab that is open when the role is taken away closes the page."""
    at = come(visit, endpoint=ENDPOINT)
    assert "Roll back to version 1" in names(at)
    visit.identity.roles = {Role.REVIEWER, Role.ANALYST}
    monkeypatch.setattr(session, "FRESH_SECONDS", -1)

    at.run()

    assert "Roll back to version 1" not in names(at)


def test_without_an_endpoint_the_page_says_what_to_do(visit, shown):
    """An empty list is explained."""
    visit.identity.roles = {Role.ADMIN}

    assert "Nothing is deployed yet" in shown(visit.open("deployments.py"))


def test_page_begins_with_the_endpoints(visit, shown):
    """Whether each answers, with what, how busy it is, and who may ask it."""
    visit.endpoints.content = [
        known_endpoint(),
        known_endpoint(name="agents_main-hr-other", readiness=Readiness.STOPPED, served=()),
    ]
    visit.endpoint_overview.known = {ENDPOINT: EndpointFigures(1, 1, 3, 1)}

    at = come(visit)

    text = shown(at)
    assert "1 question in the last hour, 1 of them failed. 3 people and 1 group may ask it." in text
    assert "How much it was asked is not on record." in text
    assert "It was stopped and cannot answer." in text
    assert at.dataframe.len == 0


def test_endpoint_is_opened_by_its_name(visit, deployments, shown):
    """And there is a way back."""
    visit.endpoint_overview.known = Unreachable()
    at = come(visit)
    assert "Figures cannot be shown now." in shown(at)

    at = press(at, "Handbook chain")

    assert "is answered by **version 2**" in shown(at)
    assert "Handbook chain" in names(press(at, "All endpoints"))


def test_address_of_an_endpoint_that_is_gone_says_so(visit, shown):
    """And shows those there are."""
    at = come(visit, endpoint="agents_gone")

    assert "There is no endpoint agents_gone, or none for you." in shown(at)
    assert "Handbook chain" in names(at)


def test_what_answers_is_said_in_a_sentence(visit, deployments, shown):
    """And the kept version is in the table beside it."""
    deployments.known = {
        (SECOND.model, SECOND.version): VersionFigures(
            "2", requests=200, errors=3, p95_ms=1234, up=8, down=2
        )
    }

    at = come(visit, endpoint=ENDPOINT)

    assert "is answered by **version 2**" in shown(at)
    table = at.dataframe[0].value
    assert list(table["Version"]) == ["2", "1"]
    assert list(table["Share"]) == ["100 %", "kept, ready to return"]
    assert list(table["Failed"]) == ["2%", "-"]
    assert list(table["95 of 100 within"]) == ["1.2 s", "-"]
    assert list(table["Thumbs up"]) == ["8 of 10", "-"]


def test_figures_that_cannot_be_read_do_not_stop_anybody(visit, deployments, shown):
    """Rolling back must be possible when the tables are not there."""
    deployments.known = Unreachable()

    at = come(visit, endpoint=ENDPOINT)

    assert "Figures cannot be shown now." in shown(at)
    assert "Roll back to version 1" in names(at)


def test_dialog_shows_what_is_known_of_both_versions(visit, deployments, shown):
    """Whoever goes back sees what was said of either."""
    deployments.known = {
        (SECOND.model, SECOND.version): VersionFigures(
            "2", requests=200, errors=50, p95_ms=900, down=9
        )
    }

    at = press(come(visit, endpoint=ENDPOINT), "Roll back to version 1")

    text = shown(at)
    assert "200 questions · 25% failed · 95 of 100 answered within 900 ms" in text
    assert "Nobody has asked it in the last 30 days." in text
    assert "Version 1 will take all questions. Version 2 stays, ready to return." in text


def test_no_roll_back_without_another_version(visit, deployments, shown):
    """The page says so instead of offering it."""
    deployments.served = (SECOND,)

    at = come(visit, endpoint=ENDPOINT)

    assert not any(label.startswith("Roll back") for label in names(at))
    assert "There is no other version to go back to yet." in shown(at)


def test_who_may_not_change_the_endpoint_only_looks(visit, deployments):
    """The workspace would refuse; the page does not tempt anybody."""
    deployments.may_change = False

    labels = names(come(visit, endpoint=ENDPOINT))

    assert not {"Roll back to version 1", "Divide the questions"} & set(labels)


def test_change_under_way_is_told(visit, deployments, shown):
    """Nothing else can be asked for until it is over."""
    deployments.coming = (Share("chain_3", SECOND.model, "3", 100), SECOND)

    at = come(visit, endpoint=ENDPOINT)

    assert "Being prepared: version 3 (100 %) and version 2 (100 %)." in at.info[0].value
    assert "Roll back to version 1" not in names(at)


def test_last_change_leads_to_its_whole_story(visit, deployments, shown):
    """It stands below the versions."""
    at = press(come(visit, endpoint=ENDPOINT), "The whole story")

    assert "Prepared: version 3" in shown(at)


def test_version_that_is_not_kept_any_more_is_prepared_again(visit, deployments, shown):
    """Going back to it takes as long as a deployment, and the dialog says so."""
    deployments.served = (SECOND,)
    deployments.not_kept = [FIRST]

    at = press(come(visit, endpoint=ENDPOINT), "Roll back to version 1")

    assert "is not kept on the endpoint any more" in shown(at)
    assert "Prepare it again" in names(at)


def test_dialog_says_since_when(visit, deployments, shown):
    """Of the version that answers, and when the other was made live last."""
    deployments.page = Page(
        (release(), release(id="r0", before=(), after=(replace(FIRST, percentage=100),)))
    )

    text = shown(press(come(visit, endpoint=ENDPOINT), "Roll back to version 1"))

    assert "Answers since 3 Mar 2026, 12:00." in text
    assert "Was made live 3 Mar 2026, 12:00." in text


def test_canary_offers_its_next_steps(visit, deployments, shown):
    """It says how many it answers, and what the step would mean."""
    deployments.served = (replace(SECOND, percentage=95), replace(THIRD, percentage=5))

    at = come(visit, endpoint=ENDPOINT)
    assert "it answers 50 of 1,000 conversations" in shown(at)
    assert "Roll back to version 2" in names(at)
    at = press(at, "Next step: 25 %")

    assert "Of 1,000 conversations version 2 answers 750, version 3 answers 250." in shown(at)


def test_division_the_endpoint_s_own_rule_is_against_is_told_beforehand(visit, deployments, shown):
    """The same rule that would refuse it."""
    deployments.held_back = "Version 2 has no verdicts yet."

    text = shown(press(come(visit, endpoint=ENDPOINT), "Divide the questions"))

    assert "Version 2 has no verdicts yet." in text
    assert "Of 1,000 conversations version 2 answers 1000." in text


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Stop", "From then on every question is refused"),
        ("Delete", "is gone for good"),
        ("Remove a version", "Version 1 leaves the endpoint. Nobody's questions are affected"),
    ],
)
def test_what_ending_something_means_is_said_beforehand(visit, deployments, shown, label, said):
    """In a sentence, before one gives the reason."""
    at = press(come(visit, endpoint=ENDPOINT), label)

    assert said in shown(at)
    assert not visit.endpoint_lifecycle.changes


def test_deleting_takes_the_name(visit, deployments):
    """Nobody deletes an endpoint by a slip."""
    at = press(come(visit, endpoint=ENDPOINT), "Delete")

    assert next(b for b in at.button if b.label == "Delete it for good").disabled


def test_stopped_endpoint_can_only_be_started_or_deleted(visit, deployments, shown):
    """Nothing answers, so there is nothing to divide."""
    deployments.is_stopped = True

    at = come(visit, endpoint=ENDPOINT)

    assert "is stopped, and refuses every question" in shown(at)
    assert "Start" in names(at)
    others = {"Stop", "Deploy a version", "Divide the questions", "Roll back to version 1"}
    assert not others & set(names(at))


def test_version_that_does_not_run_says_why(visit, deployments, shown):
    """In the words of its last process, which are no Markdown."""
    deployments.states = {
        SECOND.name: VersionState(SECOND.name, "2", "failed", "It crashed 5 *times*."),
        FIRST.name: VersionState(FIRST.name, "1", "ready", "Not in memory; it is loaded."),
    }

    at = come(visit, endpoint=ENDPOINT)

    assert list(at.dataframe[0].value["State"]) == ["failed", "ready"]
    assert at.code[0].value == "It crashed 5 *times*."
    assert "Not in memory; it is loaded." in shown(press(at, "Roll back to version 1"))
