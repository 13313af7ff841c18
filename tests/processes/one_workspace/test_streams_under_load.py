"""Two hundred streams at once, half of whose callers leave."""

import asyncio

import aiohttp

from tests.processes.conftest import ask, create
from tests.registered_models import question

STREAMS = 200


def test_half_of_two_hundred_callers_leave_and_the_others_get_everything(workspace):
    """Leaving callers free their places; every caller that stays gets its whole stream."""
    create(workspace, "streams", workload_size="Large")

    results = asyncio.run(_streams(workspace))

    assert results.count("whole") == STREAMS // 2
    assert results.count("left") == STREAMS // 2
    assert ask(workspace, "streams", "hello").status_code == 200


async def _streams(workspace) -> list[str]:
    timeout = aiohttp.ClientTimeout(total=120)
    connector = aiohttp.TCPConnector(limit=0)
    headers = {"Authorization": f"Bearer {workspace.token}"}
    async with aiohttp.ClientSession(
        timeout=timeout, connector=connector, headers=headers
    ) as session:
        return list(await asyncio.gather(*(_stream(session, workspace, n) for n in range(STREAMS))))


async def _stream(session, workspace, number: int) -> str:
    url = f"{workspace.host}/serving-endpoints/streams/invocations"
    body = question("count 20", stream=True)
    async with session.post(url, json=body) as response:
        assert response.status == 200
        text = b""
        async for part in response.content.iter_any():
            text += part
            if number % 2:
                response.close()
                return "left"
    chunks = text.count(b'"content"')
    return "whole" if chunks == 20 and text.endswith(b"[DONE]\n\n") else f"{chunks} chunks"
