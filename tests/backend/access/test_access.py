"""Who may use what, and who is let in: what is asked of whom, and what is refused before."""

from datetime import timedelta

import pytest

from backend.access.access import Access
from backend.access.guides import save
from backend.access.invitations import CODES, Invitations, NewLink
from backend.access.lists import EndpointAccess, Entry, Grantee, Kind, Level, named
from backend.access.review_setup import ReviewSetup
from backend.connection import open_workspace
from backend.errors import Failed, NotAllowed, Refused
from backend.identity import Role, Viewer
from backend.serving.reviewer_guide import ReviewerGuide

ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))
OTHERS = Viewer("ann@example.com", "Ann", frozenset({Role.REVIEWER, Role.ANALYST}))
ENDPOINT, DETAIL = "chain", "GET /api/2.0/serving-endpoints/chain"
LIST = "/api/2.0/permissions/serving-endpoints/id-1"
BOB = Grantee(Kind.PERSON, "bob@example.com")
DAY = timedelta(days=1)


@pytest.fixture
def client(workspace):
    """A client of a loopback whose one endpoint the admin manages."""
    workspace.answers[DETAIL] = (
        200,
        {"name": ENDPOINT, "id": "id-1", "permission_level": "CAN_MANAGE"},
    )
    return open_workspace(workspace.address, "visitor-token")


def listed(workspace, *entries):
    workspace.answers[f"GET {LIST}"] = (200, {"access_control_list": list(entries)})
    workspace.answers[f"PUT {LIST}"] = workspace.answers[f"PATCH {LIST}"] = (200, {})


def entry(level, inherited=False, **who):
    return {**who, "all_permissions": [{"permission_level": level, "inherited": inherited}]}


def test_nothing_is_told_to_who_is_no_admin(workspace, client):
    """And the workspace is not even asked."""
    access, people, setup = Access(client), Invitations(client), ReviewSetup(client)
    asked = len(workspace.received)

    for attempt in (
        lambda: access.read(OTHERS, ENDPOINT),
        lambda: access.overview(OTHERS, [ENDPOINT]),
        lambda: access.known(OTHERS),
        lambda: access.give(OTHERS, ENDPOINT, BOB, Level.QUERY),
        lambda: access.take_away(OTHERS, ENDPOINT, BOB),
        lambda: people.open(OTHERS),
        lambda: people.are_offered(OTHERS),
        lambda: people.people(OTHERS),
        lambda: people.let_in(OTHERS, "x@example.com", "", Role.REVIEWER),
        lambda: people.make_link(OTHERS, "x@example.com", DAY, DAY),
        lambda: people.tokens(OTHERS, None),
        lambda: people.revoke(OTHERS, []),
        lambda: people.set_role(OTHERS, None, Role.ADMIN, has_it=True),
        lambda: people.withdraw(OTHERS, None),
        lambda: setup.guide(OTHERS, ENDPOINT),
        lambda: setup.save(OTHERS, ENDPOINT, ReviewerGuide()),
        lambda: setup.questions(OTHERS, ENDPOINT),
        lambda: setup.choose(OTHERS, ENDPOINT, ()),
        lambda: setup.delete(OTHERS, ENDPOINT, "s-1"),
    ):
        with pytest.raises(NotAllowed):
            attempt()

    assert len(workspace.received) == asked


def test_taking_away_writes_only_what_was_given(workspace, client):
    """What somebody has by being admin is inherited, and would be made an entry by writing it."""
    listed(
        workspace,
        entry("CAN_QUERY", user_name=BOB.name),
        entry("CAN_VIEW", group_name="analysts"),
        entry("CAN_MANAGE", True, group_name="admins"),
    )

    Access(client).take_away(ADMIN, ENDPOINT, BOB)

    sent = workspace.sent(f"PUT {LIST}")["access_control_list"]
    assert sent == [{"group_name": "analysts", "permission_level": "CAN_VIEW"}]


def test_who_does_not_manage_the_endpoint_changes_nothing(workspace, client):
    """Whatever role they have."""
    listed(workspace)
    workspace.answers[DETAIL] = (200, {"id": "id-1", "permission_level": "CAN_VIEW"})

    with pytest.raises(NotAllowed, match="CAN_MANAGE"):
        Access(client).take_away(ADMIN, ENDPOINT, BOB)
    assert not [each for each, _ in workspace.received if each.startswith("PUT")]


@pytest.mark.parametrize(
    ("entries", "change", "is_out"),
    [
        (
            [Entry(Grantee(Kind.PERSON, ADMIN.user_name), Level.MANAGE)],
            (ADMIN.user_name, None),
            True,
        ),
        (
            [Entry(Grantee(Kind.PERSON, ADMIN.user_name), Level.MANAGE, Level.MANAGE)],
            (ADMIN.user_name, None),
            False,
        ),
        (
            [Entry(Grantee(Kind.PERSON, ADMIN.user_name), Level.MANAGE)],
            (ADMIN.user_name, Level.QUERY),
            True,
        ),
        ([Entry(Grantee(Kind.GROUP, "owners"), Level.MANAGE)], ("owners", None), True),
        ([Entry(Grantee(Kind.GROUP, "users"), Level.MANAGE)], ("users", Level.VIEW), True),
        ([Entry(Grantee(Kind.GROUP, "strangers"), Level.MANAGE)], ("strangers", None), False),
        (
            [
                Entry(Grantee(Kind.GROUP, "owners"), Level.MANAGE),
                Entry(Grantee(Kind.PERSON, ADMIN.user_name), Level.MANAGE),
            ],
            ("owners", None),
            False,
        ),
    ],
)
def test_locking_oneself_out_is_noticed(workspace, client, entries, change, is_out):
    """By one's own entry, a group's, everybody's; not where something else stays."""
    me = {"userName": ADMIN.user_name, "groups": [{"display": "owners"}]}
    workspace.answers["GET /api/2.0/preview/scim/v2/Me"] = (200, me)
    now = EndpointAccess(ENDPOINT, "id-1", tuple(entries), may_change=True)
    name, level = change

    assert Access(client).locks_out(ADMIN, now, named(name), level) is is_out


def test_a_workspace_without_links_is_asked_once(workspace, client):
    """Databricks has no such route."""
    people = Invitations(client)

    assert [people.are_offered(ADMIN) for _ in range(3)] == [False, False, False]
    assert [each for each, _ in workspace.received].count(f"GET {CODES}") == 1
    workspace.answers[f"GET {CODES}"] = (501, {"error_code": "NOT_IMPLEMENTED", "message": "No."})
    assert not Invitations(client).are_offered(ADMIN)


def test_a_workspace_that_is_away_is_not_taken_for_one_without_links(workspace, client):
    """It is asked again with the next click."""
    people = Invitations(client)
    workspace.answers[f"GET {CODES}"] = (502, {"error_code": "BAD_GATEWAY", "message": "No."})
    with pytest.raises(Failed):
        people.are_offered(ADMIN)
    workspace.answers[f"GET {CODES}"] = (200, {"sign_in_codes": []})

    assert people.are_offered(ADMIN)


def test_a_link_carries_its_code_and_shows_it_nowhere_else():
    """The address is for the person; what programs write down of it is not."""
    link = NewLink("bob@example.com", None, "a code/+")

    assert link.address("https://app.example.com/") == (
        "https://app.example.com/sign-in?code=a%20code/%2B"
    )
    assert "a code" not in f"{link} {link!r}"


@pytest.mark.parametrize(
    ("guide", "what"),
    [
        (ReviewerGuide(title="x" * 81), "The title"),
        (ReviewerGuide(instructions="x" * 4_001), "The instructions"),
        (ReviewerGuide(suggested_questions=("x" * 201,)), "The question"),
        (ReviewerGuide(reasons_down={"x": "x" * 61}), "The reason"),
    ],
)
def test_a_guide_too_long_for_an_endpoint_is_refused(workspace, client, guide, what):
    """Before anything is written."""
    with pytest.raises(Refused, match=what):
        save(client, ENDPOINT, guide)
    assert not [each for each, _ in workspace.received if each.startswith("PATCH")]


def test_saving_sends_what_differs_and_leaves_other_tags(workspace, client):
    """Whatever else is on the endpoint is somebody else's."""
    old = ReviewerGuide(title="Old", instructions="x" * 600).tags() | {"team": "hr"}
    tags = [{"key": key, "value": value} for key, value in old.items()]
    workspace.answers[DETAIL] = (200, {"name": ENDPOINT, "tags": tags})
    patch = "PATCH /api/2.0/serving-endpoints/chain/tags"
    workspace.answers[patch] = (200, {"tags": []})

    save(client, ENDPOINT, ReviewerGuide(title="Old", instructions="short"))

    assert workspace.sent(patch) == {
        "add_tags": [{"key": "reviewapp.instructions", "value": "short"}],
        "delete_tags": ["reviewapp.instructions.2", "reviewapp.instructions.3"],
    }


def test_saving_what_is_there_already_sends_nothing(workspace, client):
    """A second click costs one look."""
    save(client, ENDPOINT, ReviewerGuide())

    assert [each for each, _ in workspace.received][-1] == DETAIL
