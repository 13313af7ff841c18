"""What callers see when a model process dies while they wait."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psutil

from tests.processes.conftest import api, ask, create, wait_for


def worker_pid(workspace, name: str) -> int:
    return int(ask(workspace, name, "pid").json()["choices"][0]["message"]["content"])


def test_killed_worker_fails_its_callers_at_once_and_is_replaced(workspace):
    """Calls under way get an error within moments of the kill, and later calls are answered."""
    pid = worker_pid(workspace, "scripted")
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(ask, workspace, "scripted", "sleep 20") for _ in range(8)]
        time.sleep(0.5)
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        answers = [each.result() for each in waiting]

    assert time.monotonic() - killed < 5
    assert {each.status_code for each in answers} == {400}
    reasons = {each.json()["details"][0]["reason"] for each in answers}
    assert reasons == {"MODEL_PROCESS_ENDED"}
    assert ask(workspace, "scripted", "hello").status_code == 200
    assert worker_pid(workspace, "scripted") != pid


def test_stream_of_a_killed_worker_ends_with_an_error_event(workspace):
    """A stream whose process dies says so instead of ending as if it were complete."""
    pid = worker_pid(workspace, "scripted")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, workspace, "scripted", "count 500", stream=True)
        time.sleep(0.5)
        os.kill(pid, signal.SIGKILL)
        text = waiting.result().text

    assert "MODEL_PROCESS_ENDED" in text
    assert "[DONE]" not in text
    assert ask(workspace, "scripted", "hello").status_code == 200


def test_dead_zygote_takes_nothing_down_for_long(workspace):
    """When the forking process dies its forks end too, and all come back by themselves."""
    before = worker_pid(workspace, "scripted")
    os.kill(psutil.Process(before).ppid(), signal.SIGKILL)

    wait_for(lambda: not psutil.pid_exists(before))
    wait_for(lambda: ask(workspace, "scripted", "hello").status_code == 200, 60)


def test_version_that_keeps_crashing_is_failed_with_its_last_words(workspace):
    """After five crashes in a row the version is given up and the endpoint says why."""
    create(workspace, "crashing")
    deadline = time.monotonic() + 90
    while ask(workspace, "crashing", "print last words").status_code in (200, 503):
        ask(workspace, "crashing", "die")
        assert time.monotonic() < deadline

    refusal = ask(workspace, "crashing", "hello")
    endpoint = api(workspace, "GET", "/api/2.0/serving-endpoints/crashing").json()
    entity_state = endpoint["config"]["served_entities"][0]["state"]
    assert refusal.json()["error_code"] == "INVALID_STATE"
    assert entity_state["deployment"] == "DEPLOYMENT_FAILED"
    assert "last words" in entity_state["deployment_state_message"]
    assert "exited with status 3" in entity_state["deployment_state_message"]
    assert endpoint["state"]["ready"] == "NOT_READY"
