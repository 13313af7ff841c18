"""A configuration comes up beside the old one, is switched to whole, or not at all."""

import asyncio

import pytest

from local_workspace.errors import InvalidState
from local_workspace.serving import endpoint_runtime
from local_workspace.serving.endpoint import Endpoint, EndpointConfig, ServedEntity
from local_workspace.serving.endpoint_runtime import EndpointRuntime, warm_names
from local_workspace.serving.worker_connection import LoadFailed


class Version:
    """A served version whose loading and idleness are made up."""

    model = None

    def __init__(self, entity) -> None:
        self.entity = entity
        self.is_loaded = False
        self.load_error = None
        self.stopped = None
        self.idle = False

    @property
    def state(self):
        return ("DEPLOYMENT_FAILED" if self.load_error else "DEPLOYMENT_READY", "")

    def is_idle(self):
        return self.idle

    async def load(self):
        if self.entity.entity_version == "bad":
            self.load_error = "the index is missing"
            raise LoadFailed(self.load_error)
        self.is_loaded = True

    async def stop(self, *, drain=False):
        self.is_loaded, self.stopped = False, "drained" if drain else "stopped"


def config(number, *versions, live=None):
    """Return a configuration of these versions, all traffic on the live one or the first."""
    entities = tuple(ServedEntity(f"v{each}", "main.rag.chain", str(each)) for each in versions)
    chosen = f"v{live or versions[0]}"
    traffic = {each.name: 100 if each.name == chosen else 0 for each in entities}
    return EndpointConfig(number, entities, traffic)


class Story:
    """An endpoint's runtime, and every version made for it."""

    def __init__(self) -> None:
        self.made = []
        self.made_of = Version
        self.saved = []
        self.endpoint = Endpoint("chain", "owner", 0, 0)
        self.runtime = EndpointRuntime(self.endpoint, self.new_version, self.changed)

    def new_version(self, endpoint, entity, metrics):
        self.made.append(self.made_of(entity))
        return self.made[-1]

    def changed(self, endpoint):
        self.saved.append(endpoint.config_update)

    async def update(self, new):
        self.endpoint.pending_config, self.endpoint.config_update = new, "IN_PROGRESS"
        self.runtime.start_update()
        await self.runtime.settled()
        await asyncio.sleep(0)


def tell(coroutine_function):
    """Run a story that needs an event loop."""

    async def whole():
        story = Story()
        await coroutine_function(story)
        await story.runtime.stop()

    asyncio.run(whole())


def test_ready_configuration_is_switched_to_and_the_old_one_finishes_its_calls():
    """After the switch the new version answers and the old one is drained, not cut off."""

    async def story(it):
        await it.update(config(1, 1))
        await it.update(config(2, 2))

        first, second = it.made
        assert it.endpoint.config.version == 2
        assert it.endpoint.pending_config is None
        assert it.runtime.versions == {"v2": second}
        assert (first.stopped, second.is_loaded) == ("drained", True)
        assert it.runtime.is_ready

    tell(story)


def test_failed_configuration_changes_nothing_and_keeps_its_reason():
    """The old configuration stays; what was said about the new one is kept beside it."""

    async def story(it):
        await it.update(config(1, 1))
        await it.update(config(2, "bad"))

        assert it.endpoint.config_update == "UPDATE_FAILED"
        assert it.endpoint.config.version == 1
        assert it.endpoint.failures == {"vbad": "the index is missing"}
        assert it.made[0].stopped is None
        assert it.runtime.is_ready
        assert it.saved[-1] == "UPDATE_FAILED"

    tell(story)


def test_version_that_runs_already_is_kept_when_only_the_traffic_moves():
    """Moving traffic to a warm version starts nothing."""

    async def story(it):
        await it.update(config(1, 1, 2))
        await it.update(config(2, 1, 2, live=2))

        assert len(it.made) == 2
        assert all(version.stopped is None for version in it.made)

    tell(story)


def test_version_that_failed_is_made_anew_by_the_next_update():
    """Deploying again is how one recovers from a crash that was given up on."""

    async def story(it):
        await it.update(config(1, 1))
        it.made[0].load_error = "crashed five times"
        await it.update(config(2, 1))

        assert len(it.made) == 2
        assert it.runtime.versions["v1"] is it.made[1]

    tell(story)


@pytest.mark.parametrize(("idle", "loaded"), [(True, False), (False, True)])
def test_idle_version_beyond_the_warm_ones_leaves_the_memory(monkeypatch, idle, loaded):
    """Versions with traffic and the first two idle ones stay; an older one goes when unused."""
    monkeypatch.setattr(endpoint_runtime, "_HOUSEKEEPING_SECONDS", 0)

    async def story(it):
        await it.update(config(1, 1, 2, 3, 4))
        for version in it.made:
            version.idle = idle
        it.runtime.keep_house()
        for _ in range(5):
            await asyncio.sleep(0)

        assert [version.is_loaded for version in it.made] == [True, True, True, loaded]

    tell(story)


def test_warm_versions_are_those_with_traffic_and_two_more():
    """The order of the configuration decides which idle versions stay warm."""
    assert warm_names(config(1, 1, 2, 3, 4, live=3)) == ["v3", "v1", "v2"]


class NeverReady(Version):
    """A version that loads for ever."""

    async def load(self):
        await asyncio.Event().wait()


def test_cancelled_update_stops_what_is_new_and_keeps_what_serves():
    """And the reason for which nothing came of it is on record."""

    async def story(it):
        await it.update(config(1, 1))
        it.made_of = NeverReady
        it.endpoint.pending_config, it.endpoint.config_update = config(2, 1, 2), "IN_PROGRESS"
        it.runtime.start_update()
        await asyncio.sleep(0)

        await it.runtime.cancel_update()

        first, second = it.made
        assert it.endpoint.config_update == it.saved[-1] == "UPDATE_CANCELED"
        assert it.endpoint.config.version == 1
        assert (first.stopped, second.stopped) == (None, "stopped")
        assert it.runtime.is_ready
        with pytest.raises(InvalidState):
            await it.runtime.cancel_update()

    tell(story)


def test_update_resumed_after_a_restart_can_be_cancelled():
    """It is the same update, whoever began it."""

    async def story(it):
        it.made_of = NeverReady
        it.endpoint.pending_config, it.endpoint.config_update = config(1, 1), "IN_PROGRESS"
        it.runtime.resume()
        for _ in range(3):
            await asyncio.sleep(0)

        await it.runtime.cancel_update()

        assert it.made[0].stopped == "stopped"
        assert it.endpoint.config is None

    tell(story)


def test_stopped_endpoint_lets_its_calls_end_and_comes_back_anew():
    """What is on its way out is not used again."""

    async def story(it):
        await it.update(config(1, 1, 2))
        it.runtime.suspend()
        await asyncio.sleep(0)

        assert [each.stopped for each in it.made] == ["drained", "drained"]
        assert it.endpoint.suspended
        assert not it.runtime.is_ready

        await it.update(config(2, 1, 2))

        assert len(it.made) == 4
        assert not it.endpoint.suspended
        assert it.runtime.is_ready

    tell(story)


def test_stopped_endpoint_stays_so_after_a_restart():
    """Nothing is loaded until somebody starts it."""

    async def story(it):
        it.endpoint.config, it.endpoint.suspended = config(1, 1), True
        it.runtime.resume()
        for _ in range(3):
            await asyncio.sleep(0)

        assert it.made == []

    tell(story)
