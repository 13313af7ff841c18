"""Tags, limits and the gateway: what clients may set beside the configuration of an endpoint."""

import pytest

from local_workspace.errors import InvalidParameter, NotImplementedHere
from local_workspace.serving import endpoint_requests


def test_tags_become_a_dictionary():
    """A tag without a value has an empty one."""
    read = endpoint_requests.tags([{"key": "team", "value": "grb"}, {"key": "empty"}])

    assert read == {"team": "grb", "empty": ""}


@pytest.mark.parametrize(
    "items", ["a", {"key": "a"}, ["a"], [{"value": "x"}], [{"key": ""}], [{"key": 5}]]
)
def test_tags_of_another_shape_are_refused(items):
    """Tags are a list of keys and values."""
    with pytest.raises(InvalidParameter, match="Tags"):
        endpoint_requests.tags(items)


def test_rate_limits_are_completed_and_kept():
    """A limit is per endpoint unless it says per user."""
    read = endpoint_requests.rate_limits(
        [{"calls": 5}, {"calls": 0, "key": "user", "renewal_period": "minute"}]
    )

    assert read == [
        {"calls": 5, "key": "endpoint", "renewal_period": "minute"},
        {"calls": 0, "key": "user", "renewal_period": "minute"},
    ]


@pytest.mark.parametrize(
    "items",
    [
        {},
        "5",
        ["5"],
        [{}],
        [{"calls": -1}],
        [{"calls": "5"}],
        [{"calls": 5, "renewal_period": "hour"}],
    ],
)
def test_rate_limits_of_another_shape_are_refused(items):
    """A limit is a whole number of calls per minute."""
    with pytest.raises(InvalidParameter):
        endpoint_requests.rate_limits(items)


@pytest.mark.parametrize("key", ["user_group", "service_principal"])
def test_rate_limit_for_others_is_refused_as_not_offered(key):
    """Limits of groups exist on the platform, not here."""
    with pytest.raises(NotImplementedHere):
        endpoint_requests.rate_limits([{"calls": 5, "key": key}])


def test_gateway_keeps_what_can_be_honoured():
    """Inference table, usage tracking and limits are kept; unknown parts are not."""
    table = {"enabled": True, "catalog_name": "main", "schema_name": "rag"}
    body = {
        "inference_table_config": table,
        "rate_limits": [{"calls": 5}],
        "guardrails": {},
        "fallback_config": {"enabled": False},
        "unheard_of": 1,
    }

    assert endpoint_requests.ai_gateway(body) == {
        "inference_table_config": table,
        "rate_limits": [{"calls": 5, "key": "endpoint", "renewal_period": "minute"}],
    }


@pytest.mark.parametrize(
    "body",
    [
        {"guardrails": {"input": {"pii": {}}}},
        {"guardrails": {"output": {"safety": True}}},
        {"fallback_config": {"enabled": True}},
    ],
)
def test_gateway_parts_that_would_not_work_are_refused_as_not_offered(body):
    """A guard that does not guard must not look as if it did."""
    with pytest.raises(NotImplementedHere):
        endpoint_requests.ai_gateway(body)
