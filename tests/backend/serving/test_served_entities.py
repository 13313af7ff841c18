"""What an endpoint serves after a deploy."""

import pytest
from databricks.sdk.service.serving import EndpointCoreConfigOutput, ServedEntityInput

from backend.errors import Refused
from backend.serving.served_entities import plan, prepared, without

FEEDBACK = ServedEntityInput(name="feedback", entity_name="main.rag.feedback", entity_version="1")


def _version(number, **settings):
    return ServedEntityInput(
        name=f"chain_{number}",
        entity_name="main.rag.chain",
        entity_version=str(number),
        **settings,
    )


def _current(*numbers, feedback=True, traffic=None):
    entities = [_version(number).as_dict() for number in numbers]
    entities += [FEEDBACK.as_dict()] if feedback else []
    shares = traffic or {numbers[0]: 100}
    routes = [
        {"served_model_name": f"chain_{number}", "traffic_percentage": share}
        for number, share in shares.items()
    ]
    return EndpointCoreConfigOutput.from_dict(
        {"served_entities": entities, "traffic_config": {"routes": routes}}
    )


def _names(entities):
    return [entity.name for entity in entities]


def test_the_first_deploy_serves_the_version_and_feedback():
    """The version takes all questions, feedback takes none."""
    planned = plan(_version(1), FEEDBACK)

    assert _names(planned.entities) == ["chain_1", "feedback"]
    assert [route.traffic_percentage for route in planned.traffic.routes] == [100, 0]


def test_a_new_version_comes_first_and_all_others_stay():
    """What was live before is the first to roll back to."""
    planned = plan(_version(3), FEEDBACK, _current(2, 1))

    assert _names(planned.entities) == ["chain_3", "chain_2", "chain_1", "feedback"]
    assert [route.traffic_percentage for route in planned.traffic.routes] == [100, 0, 0, 0]


def test_versions_that_have_traffic_count_as_most_recently_live():
    """After a roll back made elsewhere, the order follows who answers, not who was deployed."""
    planned = plan(_version(4), FEEDBACK, _current(3, 2, 1, traffic={2: 90, 1: 10}))

    assert _names(planned.entities) == ["chain_4", "chain_2", "chain_1", "chain_3", "feedback"]


def test_an_endpoint_without_feedback_gets_it():
    """An endpoint made by other means learns to take feedback with its next deploy."""
    assert "feedback" in _names(plan(_version(2), FEEDBACK, _current(1, feedback=False)).entities)


def test_feedback_stays_although_this_deploy_did_not_ask_for_it():
    """Deploying takes nothing away."""
    assert "feedback" in _names(plan(_version(2), None, _current(1)).entities)


def test_a_version_already_served_gets_the_traffic_and_no_second_entity():
    """The platform refuses the same version twice; and its settings stay as they are."""
    new = _version(1, workload_size="Large")

    planned = plan(new, FEEDBACK, _current(2, 1))

    assert _names(planned.entities) == ["chain_1", "chain_2", "feedback"]
    assert planned.live.workload_size is None
    assert planned.kept_settings == ("workload_size",)


def test_the_fifteenth_version_drops_the_oldest_idle_one():
    """Fifteen entities are the platform's limit, and feedback is one of them."""
    planned = plan(_version(15), FEEDBACK, _current(*range(14, 0, -1)))

    assert len(planned.entities) == 15
    assert _names(planned.dropped) == ["chain_1"]
    assert {"chain_15", "feedback"} < set(_names(planned.entities))


def test_a_version_with_traffic_is_never_dropped():
    """Whatever answers now must be there to go back to."""
    planned = plan(_version(15), FEEDBACK, _current(*range(14, 0, -1), traffic={1: 100}))

    assert _names(planned.dropped) == ["chain_2"]


def test_a_full_endpoint_without_an_idle_version_is_refused():
    """Nothing can be dropped without taking it away from somebody."""
    everything = dict.fromkeys(range(14, 0, -1), 7)

    with pytest.raises(Refused, match="traffic"):
        plan(_version(15), FEEDBACK, _current(*everything, traffic=everything))


def _shares(planned):
    return {route.served_model_name: route.traffic_percentage for route in planned.traffic.routes}


def test_a_prepared_version_comes_first_and_takes_nothing():
    """First, so that it is among those the local workspace keeps in memory."""
    planned = prepared(_version(3), FEEDBACK, _current(2, 1, traffic={2: 90, 1: 10}))

    assert _names(planned.entities) == ["chain_3", "chain_2", "chain_1", "feedback"]
    assert _shares(planned) == {"chain_3": 0, "chain_2": 90, "chain_1": 10, "feedback": 0}


def test_a_version_prepared_where_nothing_answers_takes_everything():
    """An endpoint must give its questions to somebody."""
    assert _shares(prepared(_version(1), FEEDBACK)) == {"chain_1": 100, "feedback": 0}


def test_a_version_that_is_served_is_not_prepared_again():
    """Its settings would not change; a share is what it can get."""
    with pytest.raises(Refused, match="already"):
        prepared(_version(1), None, _current(2, 1))


def test_taking_a_version_off_leaves_the_shares_of_the_others():
    """And only one that answers nobody can be taken off."""
    current = _current(3, 2, 1, traffic={3: 95, 2: 5})

    assert _shares(without(current, "chain_1")) == {"chain_3": 95, "chain_2": 5, "feedback": 0}
    for name in ("chain_2", "feedback", "chain_9"):
        with pytest.raises(Refused):
            without(current, name)
