"""One version on the page of models: each view of it, and what can be done with it."""

from dataclasses import replace

import pytest

from backend.identity import Role
from backend.registry.promotion import Verdict
from backend.registry.record import Served
from backend.releases.version_figures import VersionFigures
from tests.pages.registered import (
    CONTENTS,
    ENDPOINT,
    MODEL,
    RUN,
    FakeRegistry,
    codes,
    labels,
    opened_version,
    press,
)


@pytest.fixture
def registry(visit) -> FakeRegistry:
    """An admin before a registry with one model."""
    visit.identity.roles = {Role.ADMIN}
    return visit.registry


def test_code_is_shown_one_file_at_a_time(visit, registry):
    """The chain's own comes first; the environment is below."""
    at = opened_version(visit, "Code")
    assert at.code[0].value == "answer = 2"

    at.selectbox(key="code_file").set_value("code/words.py").run()

    assert at.code[0].value == "hello = 1"
    assert "mlflow==3.17.2" in codes(at)


def test_version_without_code_says_how_to_have_it(visit, registry, shown):
    """A pickled model has none."""
    registry.inside["2"] = replace(CONTENTS, code={})

    assert "It was not logged from code" in shown(opened_version(visit, "Code"))


def test_files_are_listed_as_a_tree_and_seen_by_choice(visit, registry):
    """Nothing is fetched before."""
    at = opened_version(visit, "Files")
    assert "words.py  (1.5 kB)" in codes(at)

    at.selectbox(key="file_to_see").set_value("code/words.py").run()

    assert "What is in code/words.py" in codes(at)


def test_evaluations_are_told_with_their_tables(visit, registry, shown):
    """A table is fetched when it is opened."""
    registry.found = {"2": (RUN,)}
    at = opened_version(visit, "Evaluation")
    assert "**nightly**" in shown(at)
    assert list(at.dataframe[0].value["Value"]) == ["0.75"]

    at.toggle[0].set_value(True).run()

    assert list(at.dataframe[1].value["question"]) == ["Who?"]
    assert "The first 1 of 7 rows." in shown(at)


def test_version_nobody_evaluated_says_how(visit, registry, shown):
    """An empty view is explained."""
    assert "Nobody has evaluated this version yet" in shown(opened_version(visit, "Evaluation"))


def test_snippets_name_the_endpoint_and_no_token(visit, registry, shown):
    """Where it is not served they say how to load it all the same."""
    registry.places = {"2": (Served(ENDPOINT, "chain_2", 100),)}
    assert f"/serving-endpoints/{ENDPOINT}/invocations" in codes(opened_version(visit, "Use it"))
    registry.places = {}

    at = opened_version(visit, "Use it")

    assert "No endpoint serves it yet." in shown(at)
    assert "/invocations" not in codes(at)
    assert f"models:/{MODEL}/2" in codes(at)


def test_comparison_shows_figures_and_differences_side_by_side(visit, registry, shown):
    """The address names the other version; what is the same is listed shortly."""
    registry.places = {"2": (Served(ENDPOINT, "c_2", 90),), "1": (Served(ENDPOINT, "c_1", 10),)}
    registry.found = {"2": (RUN,)}
    registry.inside["1"] = replace(CONTENTS, config={"prompt": "Be polite."})
    visit.deployments.known = {
        (MODEL, "2"): VersionFigures("2", requests=200, errors=50, p95_ms=900, down=9),
    }

    at = opened_version(visit, compare="1")

    text = shown(at)
    assert at.selectbox[0].value == "1"
    assert "200 questions · 25% failed · 95 of 100 answered within 900 ms" in text
    assert "Nobody has asked it in the last 30 days." in text
    assert [each.label for each in at.expander] == ["Configuration"]
    assert "The same in both: Prompt: prompt, Code: chain.py" in text
    table = at.dataframe[0].value
    assert list(table["Version 2"]) == ["0.75"]
    assert list(table["Version 1"]) == ["-"]


def test_equal_versions_are_said_to_be_equal(visit, registry, shown):
    """Instead of an empty list."""
    assert "Nothing: code, configuration" in shown(opened_version(visit, "Compare"))


def test_only_version_has_nothing_to_be_compared_with(visit, registry, shown):
    """It is said."""
    del registry.known["1"]

    assert "There is no other version to compare it with yet." in shown(
        opened_version(visit, "Compare")
    )


def test_aliases_dialog_says_what_moving_one_means(visit, registry, shown):
    """Where each leads now, and which endpoint deploys what it leads to."""
    at = press(opened_version(visit), "Aliases").run()

    text = shown(at)
    assert "**champion** leads to version 1" in text
    assert f"**champion** is followed by {ENDPOINT}: moving it deploys there" in text
    assert "Let it lead to version 2" in labels(at)
    assert "Take the alias away" not in labels(at)


def test_alias_of_the_version_itself_can_be_taken_away(visit, registry):
    """The first one has the alias."""
    at = press(opened_version(visit, number="1"), "Aliases").run()

    assert "Take the alias away" in labels(at)


def test_tags_and_description_can_be_changed(visit, registry):
    """Each in a dialog of its own."""
    at = press(opened_version(visit), "Tags").run()
    assert {"Set the tag", "Remove the tag"} <= set(labels(at))

    at = press(opened_version(visit), "Describe it").run()
    assert at.text_area[0].value == "Knows the new prices"


def test_promotion_is_held_up_by_a_rule_before_anybody_types(visit, registry, shown):
    """The rule's own sentence says what is missing."""
    visit.promotions.said = (Verdict(ENDPOINT, "5 verdicts are needed, and there are 2."),)

    at = press(opened_version(visit), "Promote").run()

    assert f"{ENDPOINT}: 5 verdicts are needed, and there are 2." in shown(at)
    assert next(each for each in at.button if each.label == "Promote now").disabled


def test_promotion_that_nothing_holds_up_asks_where_to_and_why(visit, registry, shown):
    """A rule that is met is told, too."""
    visit.promotions.said = (Verdict(ENDPOINT),)

    at = press(opened_version(visit), "Promote").run()

    assert "its rule for promotions is met." in shown(at)
    assert {"To which model?", "Why?"} <= {each.label for each in at.text_input}
    assert not next(each for each in at.button if each.label == "Promote now").disabled
