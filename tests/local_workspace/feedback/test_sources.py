"""Who is on record as the author of a verdict."""

import json

import pytest

from local_workspace.errors import InvalidParameter, PermissionDenied
from local_workspace.feedback.body_fields import BodyField
from local_workspace.feedback.sources import CLAIMED_TAG, Source, read_source


def _read(source, caller):
    return read_source(BodyField("source", source), caller)


@pytest.mark.parametrize("source", [None, "", "null", {}, "{}", {"id": None, "type": None}])
def test_author_is_the_caller_if_nobody_is_named(source, reviewer):
    """The token says who it is."""
    assert _read(source, reviewer) == Source("human", "ann@example.com")


@pytest.mark.parametrize("encode", [json.dumps, dict], ids=["text", "object"])
def test_both_wire_forms_say_the_same(encode, reviewer):
    """The template sends text of JSON, the documentation shows objects."""
    source = {"id": "ann@example.com", "type": "expert", "tags": {"team": "support"}}

    read = _read(encode(source), reviewer)

    assert read == Source("expert", "ann@example.com", {"team": "support"})


def test_case_of_a_name_says_nothing(reviewer):
    """E-mail addresses are written in many ways; one person stays one author."""
    assert _read({"id": "Ann@Example.com"}, reviewer) == Source("human", "ann@example.com")


@pytest.mark.parametrize("who", ["reviewer", "service_principal"])
def test_name_of_somebody_else_is_kept_and_not_believed(who, request):
    """The platform's template sends the app's name: the verdict counts, under the caller's name."""
    caller = request.getfixturevalue(who)

    source = _read({"id": "bob@example.com", "type": "human"}, caller)

    assert source == Source("human", caller.name, {CLAIMED_TAG: "bob@example.com"})


def test_nobody_can_claim_by_a_tag_not_to_have_claimed(reviewer):
    """The tag is the workspace's."""
    claimed = {"id": "bob@example.com", "tags": {CLAIMED_TAG: "ann@example.com"}}

    assert _read(claimed, reviewer).tags == {CLAIMED_TAG: "bob@example.com"}


def test_admin_acts_for_others(admin):
    """Verdicts can be brought in from elsewhere under the names of those who gave them."""
    assert _read({"id": "bob@example.com"}, admin) == Source("human", "bob@example.com")


@pytest.mark.parametrize("who", ["admin", "service_principal"])
def test_machines_judge_through_admins_and_service_principals(who, request):
    """A judge's verdict is marked as one."""
    caller = request.getfixturevalue(who)

    assert _read({"id": caller.name, "type": "llm judge"}, caller).type == "llm judge"


def test_person_cannot_pass_for_a_machine(reviewer):
    """Who reads the quality of judges must be able to trust what is called one."""
    with pytest.raises(PermissionDenied, match=r"source\.type is 'llm judge'") as refused:
        _read({"type": "llm judge"}, reviewer)

    assert refused.value.reason == "SOURCE_TYPE_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("ann@example.com", "source is a text that is not JSON"),
        ("[]", "source must be an object, but is a list"),
        (7, "source must be an object, but is a number"),
        ({"id": 7}, r"source\.id must be a text, but is a number"),
        ({"id": "x" * 251}, r"source\.id has 251 characters; 250 are allowed"),
        ({"tags": []}, r"source\.tags must be an object, but is a list"),
        ({"tags": {"a": 1}}, r"source\.tags\.a must be a text, but is a number"),
        ({"tags": {str(n): "" for n in range(21)}}, r"source\.tags has 21 entries"),
        ({"name": "ann"}, r"source\.name is not known here; known are id, type, tags"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_wrong_shapes_are_refused_by_name(source, why, admin):
    """What is wrong is said with the path of the field."""
    with pytest.raises(InvalidParameter, match=f"^{why}"):
        _read(source, admin)
