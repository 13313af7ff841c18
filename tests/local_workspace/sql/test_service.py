"""Statements side by side in processes of their own: limits, cancel, crash, and who sees what."""

import asyncio
import os
import signal
from pathlib import Path
from types import SimpleNamespace

import orjson
import psutil
import pytest

from local_workspace.access.principal import ADMINS, ANALYSTS, REVIEWERS, Principal
from local_workspace.errors import InvalidParameter, NotFound, PermissionDenied, TooManyRequests
from local_workspace.sql.limits import SqlLimits
from local_workspace.sql.service import SqlService
from local_workspace.sql.warehouse import WAREHOUSE_ID

NO_TABLES = SimpleNamespace(tables=list)
# Takes minutes, and yields when it is told to.
ENDLESS = (
    "SELECT count(*) FROM (SELECT explode(sequence(1, 100000)) AS a) x, "
    "(SELECT explode(sequence(1, 100000)) AS b) y, (SELECT explode(sequence(1, 1000)) AS c) z "
    "WHERE a * b % 7 = c"
)
# More than any limit.
HUGE = "SELECT collect_list(concat(a, b)) FROM (SELECT explode(sequence(1, 100000)) AS a) x, " + (
    "(SELECT explode(sequence(1, 100000)) AS b) y"
)


def person(name: str, *groups: str) -> Principal:
    return Principal(f"id-{name}", name, name, "user", frozenset(groups))


ADMIN, ANALYST = person("ada", ADMINS), person("ann", ANALYSTS)
OTHER, REVIEWER = person("otto", ANALYSTS), person("rita", REVIEWERS)
PROGRAM = Principal("p", "program", "program", "service_principal")


def body(statement: str, **more) -> dict:
    return {"statement": statement, "warehouse_id": WAREHOUSE_ID, "wait_timeout": "50s"} | more


def told(folder: Path, story, **limits):
    """Run a story with a service of its own, which is closed at its end."""

    async def run():
        service = SqlService(folder, folder / "logs", NO_TABLES, SqlLimits(**limits))
        service.start()
        try:
            return await story(service)
        finally:
            await service.close()
            assert service.pool.pids == []

    return asyncio.run(run())


async def ended(service: SqlService, statement_id: str) -> dict:
    """Poll until a statement is over."""
    for _ in range(1000):
        document = service.get(statement_id, ADMIN)
        if document["status"]["state"] not in ("PENDING", "RUNNING"):
            return document
        await asyncio.sleep(0.02)
    raise AssertionError("the statement does not end")


async def running(service: SqlService) -> str:
    """Submit an endless statement and wait until it runs."""
    submitted = await service.submit(body(ENDLESS, wait_timeout="0s"), ANALYST)
    assert submitted["status"] == {"state": "PENDING"}
    for _ in range(1000):
        if service.get(submitted["statement_id"], ANALYST)["status"]["state"] == "RUNNING":
            break
        await asyncio.sleep(0.02)
    return submitted["statement_id"]


def rows(document: dict) -> list:
    return orjson.loads(orjson.dumps(document["result"]["data_array"]))


def test_life_of_statements(tmp_path):
    """Answer, failure, polling, ownership and the end of what was kept, on one service."""

    async def story(service):
        answer = await service.submit(body("SELECT 1 AS a"), ANALYST)
        assert answer["status"] == {"state": "SUCCEEDED"}
        assert rows(answer) == [["1"]]
        assert "next_chunk_index" not in answer["result"]
        statement_id = answer["statement_id"]
        assert rows(service.get(statement_id, ANALYST)) == [["1"]]
        assert rows(service.get(statement_id, ADMIN)) == [["1"]]
        for call in (
            lambda: service.get(statement_id, OTHER),
            lambda: service.cancel(statement_id, OTHER),
            lambda: service.chunk(statement_id, "0", OTHER),
            lambda: service.get("nothing", ANALYST),
        ):
            with pytest.raises(NotFound):
                call()
        with pytest.raises(InvalidParameter):
            service.chunk(statement_id, "1", ANALYST)
        empty = await service.submit(body("SELECT 1 WHERE false"), ANALYST)
        assert empty["result"] == {"row_count": 0}
        assert empty["manifest"]["total_row_count"] == 0
        failed = await service.submit(body("SELECT 1 / 0"), ANALYST)
        assert failed["status"]["state"] == "FAILED"
        assert failed["status"]["sql_state"] == "22012"
        assert failed["status"]["error"]["error_code"] == "BAD_REQUEST"
        assert "result" not in failed
        service.cancel(statement_id, ANALYST)
        assert service.get(statement_id, ANALYST)["status"]["state"] == "SUCCEEDED"
        service.forget_old()
        assert service.get(statement_id, ANALYST)
        service._limits = SqlLimits(kept_seconds=0.0)
        service.forget_old()
        with pytest.raises(NotFound):
            service.get(statement_id, ANALYST)
        assert not list(tmp_path.glob(f"scratch/sql/{statement_id}"))

    told(tmp_path, story)


def test_grants(tmp_path):
    """Reviewers may not query; analysts read; admins and programs make tables."""

    async def story(service):
        with pytest.raises(PermissionDenied, match="open to admins, analysts and service"):
            await service.submit(body("SELECT 1"), REVIEWER)
        for caller in (ANALYST, ADMIN, PROGRAM):
            assert (await service.submit(body("SELECT 1"), caller))["status"][
                "state"
            ] == "SUCCEEDED"
        create = body("CREATE TABLE IF NOT EXISTS t (a INT)")
        refused = await service.submit(create, ANALYST)
        assert refused["status"]["sql_state"] == "42501"
        for caller in (ADMIN, PROGRAM):
            assert (await service.submit(create, caller))["status"]["state"] == "SUCCEEDED"

    told(tmp_path, story)


def test_result_comes_in_chunks_and_within_limits(tmp_path):
    """Chunks follow one another; limits cut off and say so, the inline limit fails."""

    async def story(service):
        numbers = "SELECT explode(sequence(1, 100)) AS n"
        answer = await service.submit(body(numbers), ANALYST)
        statement_id, chunks = answer["statement_id"], answer["manifest"]["chunks"]
        assert len(chunks) > 2
        part, seen = answer["result"], []
        while True:
            seen += rows({"result": part})
            if "next_chunk_index" not in part:
                break
            index = part["next_chunk_index"]
            assert part["next_chunk_internal_link"].startswith(
                f"/api/2.0/sql/statements/{statement_id}/result/chunks/{index}?row_offset="
            )
            part = service.chunk(statement_id, str(index), ANALYST)
            assert part["row_offset"] == len(seen)
        assert sorted(int(row[0]) for row in seen) == list(range(1, 101))
        assert sum(chunk["row_count"] for chunk in chunks) == 100
        limited = await service.submit(body(numbers, row_limit=7), ANALYST)
        assert limited["manifest"]["truncated"]
        assert limited["manifest"]["total_row_count"] == 7
        exact = await service.submit(body(numbers, row_limit=100), ANALYST)
        assert not exact["manifest"]["truncated"]
        small = await service.submit(body(numbers, byte_limit=50), ANALYST)
        assert small["manifest"]["truncated"]
        assert 0 < small["manifest"]["total_row_count"] < 10
        large = await service.submit(body("SELECT repeat('x', 2000)"), ANALYST)
        assert large["status"]["error"]["error_code"] == "RESOURCE_EXHAUSTED"
        assert "Inline byte limit" in large["status"]["error"]["message"]

    told(tmp_path, story, chunk_bytes=200, inline_bytes=1500)


def test_running_statement_is_canceled_and_its_process_goes_on(tmp_path):
    """The statement is over at once; the process yields and takes the next."""

    async def story(service):
        statement_id = await running(service)
        before = service.pool.pids
        service.cancel(statement_id, ANALYST)
        assert service.get(statement_id, ANALYST)["status"] == {"state": "CANCELED"}
        answer = await service.submit(body("SELECT 1"), ANALYST)
        assert answer["status"]["state"] == "SUCCEEDED"
        assert service.pool.pids == before

    told(tmp_path, story, processes=1)


def test_statement_is_canceled_when_nobody_waits_any_longer(tmp_path):
    """on_wait_timeout CANCEL ends it; CONTINUE lets it run."""

    async def story(service):
        canceled = await service.submit(
            body(ENDLESS, wait_timeout="5s", on_wait_timeout="CANCEL"), ANALYST
        )
        assert canceled["status"]["state"] == "CANCELED"

    told(tmp_path, story, processes=1)


def test_statement_that_takes_too_long_fails(tmp_path):
    """The time limit is the workspace's, whoever waits."""

    async def story(service):
        failed = await service.submit(body(ENDLESS), ANALYST)
        assert failed["status"]["error"]["error_code"] == "DEADLINE_EXCEEDED"
        assert (await service.submit(body("SELECT 1"), ANALYST))["status"]["state"] == "SUCCEEDED"

    told(tmp_path, story, processes=1, statement_seconds=0.5)


def test_process_that_does_not_yield_is_killed(tmp_path):
    """A stopped process cannot be told anything: it is replaced."""

    async def story(service):
        statement_id = await running(service)
        (pid,) = service.pool.pids
        os.kill(pid, signal.SIGSTOP)
        service.cancel(statement_id, ANALYST)
        answer = await service.submit(body("SELECT 1"), ANALYST)
        assert answer["status"]["state"] == "SUCCEEDED"
        assert service.pool.pids != [pid]
        assert not psutil.pid_exists(pid)

    told(tmp_path, story, processes=1, yield_seconds=0.3)


def test_statement_of_a_process_that_dies_fails_and_the_pool_recovers(tmp_path):
    """A crash is the statement's failure, in a sentence, and nobody else's."""

    async def story(service):
        statement_id = await running(service)
        os.kill(service.pool.pids[0], signal.SIGKILL)
        failed = await ended(service, statement_id)
        assert failed["status"]["state"] == "FAILED"
        assert "ended" in failed["status"]["error"]["message"]
        assert (await service.submit(body("SELECT 1"), ANALYST))["status"]["state"] == "SUCCEEDED"

    told(tmp_path, story, processes=1)


def test_process_that_died_idle_is_not_noticed(tmp_path):
    """The next statement gets another process."""

    async def story(service):
        await service.submit(body("SELECT 1"), ANALYST)
        os.kill(service.pool.pids[0], signal.SIGKILL)
        await asyncio.sleep(0.2)
        assert (await service.submit(body("SELECT 1"), ANALYST))["status"]["state"] == "SUCCEEDED"

    told(tmp_path, story, processes=1)


def test_memory_is_limited(tmp_path):
    """A statement that wants too much fails; the next one runs."""

    async def story(service):
        failed = await service.submit(body(HUGE), ANALYST)
        assert failed["status"]["error"]["error_code"] in ("RESOURCE_EXHAUSTED", "ABORTED")
        assert (await service.submit(body("SELECT 1"), ANALYST))["status"]["state"] == "SUCCEEDED"

    told(tmp_path, story, processes=1, memory_mebibytes=64, spill_mebibytes=64)


def test_statements_run_side_by_side_and_the_queue_is_bounded(tmp_path):
    """As many run as there are processes, some wait, more are told to come back."""

    async def story(service):
        first, _ = await running(service), await running(service)
        waiting = await service.submit(body("SELECT 1", wait_timeout="0s"), ANALYST)
        await asyncio.sleep(0.2)
        assert service.get(waiting["statement_id"], ANALYST)["status"]["state"] == "PENDING"
        with pytest.raises(TooManyRequests) as refused:
            await service.submit(body("SELECT 1"), ANALYST)
        assert refused.value.retry_after
        service.cancel(first, ANALYST)
        document = await ended(service, waiting["statement_id"])
        assert rows(document) == [["1"]]

    told(tmp_path, story, processes=2, waiting=1)


def test_waiting_statement_can_be_canceled(tmp_path):
    """It never runs."""

    async def story(service):
        await running(service)
        waiting = await service.submit(body("SELECT 1", wait_timeout="0s"), ANALYST)
        service.cancel(waiting["statement_id"], ANALYST)
        assert service.get(waiting["statement_id"], ANALYST)["status"]["state"] == "CANCELED"

    told(tmp_path, story, processes=1)
