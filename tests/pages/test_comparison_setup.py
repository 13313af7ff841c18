"""Who may turn the comparison on, with what, and what they are told when it cannot be made."""

from dataclasses import replace

import pytest

from backend.errors import NotAllowed
from backend.identity import Role
from backend.serving.comparison_setting import ComparisonSetting
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion

NAME = "handbook"
LIVE = ServedVersion("chain_3", "main.hr.handbook_chain", "3", 100)
IDLE = ServedVersion("chain_2", "main.hr.handbook_chain", "2", 0)
BROKEN = ServedVersion("chain_1", "main.hr.handbook_chain", "1", 0, problem="No module.")
ENDPOINT = Endpoint(NAME, "", "", Readiness.READY, (LIVE, IDLE, BROKEN))


@pytest.fixture
def admin(visit):
    visit.identity.roles = {Role.ADMIN}
    visit.endpoints.content = [ENDPOINT]
    return visit


def _open(visit):
    # An administrator's first page is another one.
    at = visit.open("chat.py")
    assert not at.exception
    return at


def _pressed(at):
    at.button(key="save_comparison").click().run()
    assert not at.exception
    return at


def test_a_reviewer_sees_nothing_of_it(visit):
    """Also not that anything is compared."""
    visit.endpoints.content = [ENDPOINT]

    at = _open(visit)

    assert "save_comparison" not in [each.key for each in at.button]


def test_an_admin_chooses_among_versions_that_could_answer(admin):
    """The live one answers anyway; one that did not start cannot."""
    at = _open(admin)

    box = at.selectbox(key=f"compare_with_{NAME}")
    assert box.options == ["Nothing: one answer each", "Version 2"]
    assert box.value == ""


def test_turning_it_on_is_saved_and_said(admin, shown):
    """With whether people are told afterwards, which they are not unless wished."""
    at = _open(admin)
    assert not at.checkbox(key=f"compare_tells_{NAME}").value
    at.selectbox(key=f"compare_with_{NAME}").set_value("chain_2").run()

    _pressed(at)

    assert admin.comparisons.changes == [(NAME, "chain_2", False)]
    assert "Saved. It holds from the next question on." in shown(at)


def test_turning_it_off_is_saved(admin):
    """The setting shows what holds."""
    setting = ComparisonSetting("chain_2", tells_afterwards=True)
    admin.endpoints.content = [replace(ENDPOINT, comparison=setting)]
    at = _open(admin)
    assert at.selectbox(key=f"compare_with_{NAME}").value == "chain_2"
    assert at.checkbox(key=f"compare_tells_{NAME}").value
    at.selectbox(key=f"compare_with_{NAME}").set_value("").run()

    _pressed(at)

    assert admin.comparisons.changes == [(NAME,)]


def test_a_refusal_of_the_workspace_is_a_sentence(admin, shown):
    """The role shows the setting; the workspace decides."""
    admin.comparisons.error = NotAllowed("That takes CAN_MANAGE.")
    at = _open(admin)
    at.selectbox(key=f"compare_with_{NAME}").set_value("chain_2").run()

    _pressed(at)

    assert "That takes CAN_MANAGE." in shown(at)
    assert "Saved" not in shown(at)


def test_without_a_second_version_it_says_how_to_get_one(admin, shown):
    """An empty choice would be a riddle."""
    admin.endpoints.content = [replace(ENDPOINT, served=(LIVE,))]

    at = _open(admin)

    assert "This chain serves only the live version." in shown(at)
    assert "save_comparison" not in [each.key for each in at.button]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("chain_9", "chain_9 is not served here any more"),
        ("chain_3", "version 3 is live now"),
        ("chain_1", "version 1 could not be started"),
    ],
)
def test_why_nothing_is_compared_is_told_to_admins_only(admin, shown, name, said):
    """A deployment may end a comparison without anybody meaning to."""
    admin.endpoints.content = [replace(ENDPOINT, comparison=ComparisonSetting(name))]
    assert said in shown(_open(admin))

    admin.identity.roles = {Role.REVIEWER}
    assert said not in shown(_open(admin))
