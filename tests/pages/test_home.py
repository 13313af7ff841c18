"""The first page: the chains a person may use."""

import pytest

from backend.endpoints import Endpoint, Readiness, ServedVersion
from backend.identity import Role


def _version(number, share, problem=""):
    return ServedVersion(f"chain_{number}", "main.hr.handbook_chain", number, share, problem)


def _endpoint(readiness=Readiness.READY, served=(), **parts):
    name = parts.pop("name", "agents_main-hr-handbook_chain")
    return Endpoint(name, parts.pop("description", ""), "", readiness, tuple(served), **parts)


def test_the_person_is_greeted_by_name(visit, shown):
    """A name with brackets is a name and no Markdown."""
    at = visit.open("home.py")

    assert not at.exception
    assert "Hello, Alice [Archer]" in shown(at)


def test_without_a_chain_the_page_says_when_there_will_be_one(visit, shown):
    """An empty list is explained."""
    assert "There is no chain for you yet" in shown(visit.open("home.py"))


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_open_it(visit, shown, role):
    """Whoever has any role starts here."""
    visit.identity.roles = {role}

    assert "Hello" in shown(visit.open("home.py"))


def test_a_ready_chain_shows_its_description_and_version(visit, shown):
    """The version with the traffic is the one that answers; the others are not of interest."""
    served = [_version("3", 100), _version("2", 0)]
    visit.endpoints.content = [_endpoint(served=served, description="Answers *questions*.")]

    text = shown(visit.open("home.py"))

    assert "Handbook chain" in text
    assert "Answers *questions*." in text
    assert "Ready" in text
    assert "Version 3 · agents_main-hr-handbook_chain" in text


def test_a_split_shows_each_share(visit, shown):
    """Two people may get answers from different versions, and can see why."""
    visit.endpoints.content = [_endpoint(served=[_version("3", 90), _version("2", 10)])]

    assert "Version 3 (90 %) · Version 2 (10 %)" in shown(visit.open("home.py"))


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        (_endpoint(Readiness.STARTING, coming=(_version("1", 100),)), "It is being started."),
        (_endpoint(Readiness.FAILED, problem="No module 'faiss'."), "No module 'faiss'."),
        (
            _endpoint(served=[_version("1", 100)], coming=(_version("2", 100),)),
            "Version 2 is being prepared",
        ),
        (
            _endpoint(served=[_version("1", 100)], problem="No module 'faiss'."),
            "A newer version could not be started; the one below still answers.",
        ),
    ],
)
def test_every_other_condition_is_a_sentence(visit, shown, endpoint, sentence):
    """A badge alone does not tell what it means for the person."""
    visit.endpoints.content = [endpoint]

    assert sentence in shown(visit.open("home.py"))


def test_chains_that_answer_come_first(visit):
    """What can be used is not hidden behind what cannot."""
    visit.endpoints.content = [
        _endpoint(Readiness.FAILED, name="a"),
        _endpoint(Readiness.STARTING, name="b"),
        _endpoint(Readiness.READY, name="c"),
    ]

    assert [each.value for each in visit.open("home.py").subheader] == ["C", "B", "A"]


def test_a_chain_that_starts_can_be_looked_at_again(visit, shown):
    """The button reads the state anew."""
    visit.endpoints.content = [_endpoint(Readiness.STARTING)]
    at = visit.open("home.py")
    visit.endpoints.content = [_endpoint(served=[_version("1", 100)])]

    at.button[0].click().run()

    assert "Ready" in shown(at)
