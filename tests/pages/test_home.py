"""The first page: the chains a person may use."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.identity import Role
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion


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
    assert "Version 3" in text
    assert "Version 2" not in text
    assert "agents_main-hr-handbook_chain" not in text


def test_a_split_shows_each_share(visit, shown):
    """Two people may get answers from different versions, and can see why."""
    visit.endpoints.content = [_endpoint(served=[_version("3", 90), _version("2", 10)])]

    text = shown(visit.open("home.py"))

    assert "Version 3 (90 %)" in text
    assert "Version 2 (10 %)" in text


@pytest.mark.parametrize(("role", "is_shown"), [(Role.REVIEWER, False), (Role.ANALYST, True)])
def test_the_endpoints_own_name_is_for_who_works_with_it(visit, shown, role, is_shown):
    """Where a chain lies says nothing to somebody who wants to ask it."""
    visit.identity.roles = {role}
    visit.endpoints.content = [_endpoint(served=[_version("3", 100)])]

    assert ("agents_main-hr-handbook_chain" in shown(visit.open("home.py"))) == is_shown


@pytest.mark.parametrize(
    ("role", "readiness", "links"),
    [
        (Role.REVIEWER, Readiness.READY, ["endpoint=agents_main-hr-handbook_chain"]),
        (Role.REVIEWER, Readiness.STARTING, ["endpoint=agents_main-hr-handbook_chain"]),
        (Role.REVIEWER, Readiness.FAILED, []),
        (Role.ANALYST, Readiness.READY, []),
    ],
)
def test_a_card_leads_to_its_chat(visit, role, readiness, links):
    """For who may ask, and unless nothing would answer."""
    visit.identity.roles = {role}
    visit.endpoints.content = [_endpoint(readiness)]

    found = visit.open("home.py").get("page_link")

    assert [each.proto.query_string for each in found] == links


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        (_endpoint(Readiness.STARTING, coming=(_version("1", 100),)), "It is being started."),
        (_endpoint(Readiness.FAILED, problem="No module 'faiss'."), "No module 'faiss'."),
        (
            _endpoint(served=[_version("1", 100)], coming=(_version("2", 100),)),
            "Version 2 is being prepared and takes over when ready.",
        ),
        (
            _endpoint(served=[_version("1", 100)], coming=(_version("2", 0),)),
            "Version 2 is being prepared.",
        ),
        (
            _endpoint(Readiness.STOPPED, served=[_version("1", 100)]),
            "It was stopped and cannot answer.",
        ),
        (
            _endpoint(served=[_version("1", 100)], problem="No module 'faiss'."),
            "A newer version could not be started; this one still answers.",
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


def test_a_chain_that_starts_is_looked_at_again(visit, shown):
    """The page asks anew by itself, and says how long it has taken."""
    since = datetime.now(UTC) - timedelta(minutes=2, seconds=30)
    visit.endpoints.content = [_endpoint(Readiness.STARTING, changing_since=since)]
    at = visit.open("home.py")
    assert "It is being started, for 2 minutes so far." in shown(at)
    assert "looks again by itself" in shown(at)

    visit.endpoints.content = [_endpoint(served=[_version("1", 100)])]
    at.run()

    assert not at.exception
    assert "Ready" in shown(at)
    assert "looks again by itself" not in shown(at)


def test_a_long_reason_is_folded(visit, shown):
    """Its first line is for everybody, the rest for who can read it."""
    problem = f"No module 'faiss'.\n{'at line 7 ' * 40}"
    visit.endpoints.content = [_endpoint(Readiness.FAILED, problem=problem)]

    at = visit.open("home.py")

    assert "No module 'faiss'." in shown(at)
    assert "at line 7" not in shown(at)
    assert at.code[0].value == problem
