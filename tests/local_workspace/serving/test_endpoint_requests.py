"""What clients may ask an endpoint to be, and the sentence for everything else."""

import pytest

from local_workspace.errors import (
    BadRequest,
    InvalidParameter,
    NotImplementedHere,
    WorkspaceError,
)
from local_workspace.serving.endpoint_requests import endpoint_config, endpoint_name


def entity(version="1", **more):
    """Return a served entity as a client sends it."""
    return {"entity_name": "main.rag.chain", "entity_version": version} | more


def route(name, share):
    """Return a route of the traffic configuration."""
    return {"served_entity_name": name, "traffic_percentage": share}


def config(*entities, routes=None, **more):
    """Return what the workspace reads from a configuration."""
    body = {"served_entities": list(entities)} | more
    if routes is not None:
        body["traffic_config"] = {"routes": routes}
    return endpoint_config(body, 3, "ada@example.com")


@pytest.mark.parametrize("name", ["a", "Chain-1_b", "0", "a" * 63])
def test_good_name_is_taken_as_it_is(name):
    """Letters, digits, hyphens and underscores make a name."""
    assert endpoint_name({"name": name}) == name


@pytest.mark.parametrize(
    "name", ["", None, 5, "a b", "-a", "a-", "_a", "a/b", "..", "a.b", "é", "a" * 64, "a\n", ["a"]]
)
def test_bad_name_is_refused(name):
    """Whatever could not be part of an address or a folder is no name."""
    with pytest.raises(InvalidParameter, match="1 to 63 letters"):
        endpoint_name({"name": name})


def test_missing_name_is_refused():
    """An endpoint needs a name."""
    with pytest.raises(InvalidParameter):
        endpoint_name({})


@pytest.mark.parametrize("name", ["chat", "responses", "embeddings", "completions", "pt"])
def test_reserved_word_is_no_name(name):
    """A name that is a route of its own would make the endpoint unreachable."""
    with pytest.raises(InvalidParameter, match="reserved"):
        endpoint_name({"name": name})


def test_single_entity_gets_a_name_and_all_traffic():
    """What a client leaves out is chosen as Databricks chooses it."""
    asked = config(entity("7"))

    (served,) = asked.served_entities
    assert (served.name, served.workload_size, served.creator) == (
        "chain-7",
        "Small",
        "ada@example.com",
    )
    assert asked.traffic == {"chain-7": 100}
    assert asked.version == 3


def test_everything_a_client_says_of_an_entity_is_kept():
    """Name, size, scaling and environment are as asked."""
    asked = config(
        entity(
            name="v1",
            workload_size="Large",
            workload_type="CPU",
            scale_to_zero_enabled=True,
            environment_vars={"KEY": "{{secrets/a/b}}"},
        )
    )

    (served,) = asked.served_entities
    assert served.name == "v1"
    assert served.workload_size == "Large"
    assert served.scale_to_zero_enabled
    assert served.environment_vars == {"KEY": "{{secrets/a/b}}"}


def test_older_form_of_served_models_is_read_alike():
    """`served_models` with `model_name` and `model_version` is the same request."""
    older = {"name": "v", "model_name": "main.rag.chain", "model_version": "1"}
    asked = endpoint_config({"served_models": [older]}, 1, "ada")

    (served,) = asked.served_entities
    assert (served.name, served.entity_name, served.entity_version) == ("v", "main.rag.chain", "1")


def test_version_may_be_a_number():
    """Clients that send the version as a number mean the same version."""
    assert config(entity(1)).served_entities[0].entity_version == "1"


def test_fifteen_entities_are_served():
    """Fifteen versions fit on an endpoint."""
    entities = [entity(str(number)) for number in range(15)]
    routes = [route("chain-0", 100)]

    assert len(config(*entities, routes=routes).served_entities) == 15


def test_sixteen_entities_are_refused_in_databricks_words():
    """databricks-agents recognises this very sentence."""
    with pytest.raises(InvalidParameter) as refusal:
        config(*(entity(str(number)) for number in range(16)))

    assert refusal.value.message == "served_models cannot contain more than 15 elements."


def test_same_model_version_twice_is_refused_in_databricks_words():
    """databricks-agents recognises these words."""
    routes = [route("a", 50), route("b", 50)]
    with pytest.raises(BadRequest) as refusal:
        config(entity(name="a"), entity(name="b"), routes=routes)

    assert "Cannot create 2+ served entities" in refusal.value.message
    assert refusal.value.error_code == "BAD_REQUEST"


def test_same_served_name_twice_is_refused():
    """A served name leads to one version."""
    with pytest.raises(InvalidParameter, match="differ"):
        config(entity("1", name="a"), entity("2", name="a"), routes=[route("a", 100)])


def test_feedback_entity_stands_beside_a_model_without_traffic():
    """The place for verdicts is a served entity that needs no version of its own."""
    asked = config(entity(), entity(name="feedback"))

    assert asked.traffic == {"chain-1": 100}
    assert [each.is_feedback for each in asked.served_entities] == [False, True]


def test_feedback_entity_takes_no_traffic():
    """A question routed to the place for verdicts would have no answer."""
    with pytest.raises(InvalidParameter, match="feedback entity takes no traffic"):
        config(
            entity(),
            entity(name="feedback"),
            routes=[route("chain-1", 50), route("feedback", 50)],
        )


def test_feedback_entity_alone_is_refused():
    """An endpoint without a model can answer nobody."""
    with pytest.raises(InvalidParameter, match="at least one"):
        config(entity(name="feedback"))


@pytest.mark.parametrize("body", [{}, {"served_entities": []}, {"served_models": []}])
def test_configuration_without_entities_is_refused(body):
    """An endpoint serves something."""
    with pytest.raises(InvalidParameter, match="at least one served entity"):
        endpoint_config(body, 1, "ada")


@pytest.mark.parametrize(
    "incomplete",
    [{"entity_name": "m"}, {"entity_version": "1"}, {"entity_name": "", "entity_version": "1"}],
)
def test_entity_without_model_or_version_is_refused(incomplete):
    """Which version is served is never guessed."""
    with pytest.raises(InvalidParameter, match="entity_name and entity_version"):
        config(incomplete)


@pytest.mark.parametrize("name", ["a b", "-a", "a/b", "..", "a\n", "a" * 64])
def test_bad_served_name_is_refused(name):
    """A served name is part of an address and of a file's name."""
    with pytest.raises(InvalidParameter, match="not a served entity's name"):
        config(entity(name=name))


@pytest.mark.parametrize("field", ["external_model", "foundation_model", "instance_profile_arn"])
def test_entity_that_is_no_registered_model_is_refused_as_not_offered(field):
    """What only the platform can serve is 501, not a wrong request."""
    with pytest.raises(NotImplementedHere, match=field):
        config({field: {"name": "gpt"}})


@pytest.mark.parametrize("kind", ["GPU_SMALL", "GPU_LARGE", "MULTIGPU_MEDIUM"])
def test_gpu_is_refused_as_not_offered(kind):
    """There is no GPU to serve on."""
    with pytest.raises(NotImplementedHere, match="CPU only"):
        config(entity(workload_type=kind))


def test_unknown_workload_size_is_refused():
    """The sizes are Small, Medium and Large."""
    with pytest.raises(InvalidParameter, match="Small, Medium or Large"):
        config(entity(workload_size="Huge"))


@pytest.mark.parametrize("variables", [["A"], {"A": 1}, {"A": None}, "A=1"])
def test_environment_that_maps_no_names_to_texts_is_refused(variables):
    """A process's environment is texts."""
    with pytest.raises(InvalidParameter, match="environment_vars"):
        config(entity(environment_vars=variables))


def test_traffic_is_split_as_asked_under_either_name():
    """Routes may say served_entity_name or the older served_model_name."""
    routes = [route("chain-1", 90), {"served_model_name": "chain-2", "traffic_percentage": 10}]

    assert config(entity("1"), entity("2"), routes=routes).traffic == {"chain-1": 90, "chain-2": 10}


def test_several_entities_without_traffic_are_refused():
    """Nobody guesses how traffic is split."""
    with pytest.raises(InvalidParameter, match="traffic_config"):
        config(entity("1"), entity("2"))


@pytest.mark.parametrize("shares", [(50, 40), (60, 60), (0, 0)])
def test_traffic_that_does_not_sum_to_100_is_refused(shares):
    """All requests go somewhere, and to one place each."""
    routes = [route("chain-1", shares[0]), route("chain-2", shares[1])]

    with pytest.raises(InvalidParameter, match=f"must sum to 100, not {sum(shares)}"):
        config(entity("1"), entity("2"), routes=routes)


@pytest.mark.parametrize("share", [-1, 101, 50.5, "100", None, True])
def test_share_that_is_no_whole_percentage_is_refused(share):
    """A share is a whole number from 0 to 100."""
    with pytest.raises(InvalidParameter, match="traffic_percentage"):
        config(entity(), routes=[route("chain-1", share)])


def test_route_to_something_not_served_is_refused():
    """Traffic cannot go to a version that is not there."""
    with pytest.raises(InvalidParameter, match="'chain-9', which is not served"):
        config(entity(), routes=[route("chain-9", 100)])


def test_second_route_to_the_same_version_is_refused():
    """Each version has one share."""
    with pytest.raises(InvalidParameter, match="twice"):
        config(entity(), routes=[route("chain-1", 50), route("chain-1", 50)])


@pytest.mark.parametrize(
    "body",
    [
        {"served_entities": "chain"},
        {"served_entities": ["chain"]},
        {"served_entities": {"entity_name": "chain"}},
        {"served_entities": [None]},
        {"served_models": ["chain"]},
        {"served_models": 5},
        {"served_entities": [entity(name=5)]},
        {"served_entities": [entity(name=["a"])]},
        {"served_entities": [entity()], "traffic_config": "100"},
        {"served_entities": [entity()], "traffic_config": {"routes": ["chain-1"]}},
        {"served_entities": [entity()], "traffic_config": {"routes": {"chain-1": 100}}},
        {"served_entities": [entity()], "traffic_config": {"routes": [route(["chain-1"], 100)]}},
        [],
        "config",
    ],
    ids=repr,
)
def test_configuration_of_any_wrong_shape_is_a_refusal(body):
    """Wrong JSON is the caller's mistake: as a 500 it would be sent again for ten minutes."""
    with pytest.raises(WorkspaceError):
        endpoint_config(body, 1, "ada")
