"""Starts a load generator beside the benchmark and brings its result home."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from benchmarks.load.specification import LoadResult, LoadSpec, Target

_GRACE_SECONDS = 30.0
QUESTION = json.dumps({"messages": [{"role": "user", "content": "What is a gamma-ray burst?"}]})
STREAM_QUESTION = json.dumps({**json.loads(QUESTION), "stream": True})


class RequestsFailed(Exception):
    """A figure made of answers is worth nothing when some of them were errors."""


class BackgroundLoad:
    """Load that runs until its time is over or until it is told to stop."""

    def __init__(self, spec: LoadSpec) -> None:
        self._limit = spec.seconds + spec.warm_up_seconds + _GRACE_SECONDS
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load.generator"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(spec)) + "\n")
        self._process.stdin.flush()

    def stop(self) -> LoadResult:
        """End it now and return what it saw."""
        self._process.terminate()
        return self.result()

    def result(self) -> LoadResult:
        """Wait for its end and return what it saw."""
        text, _ = self._process.communicate(timeout=self._limit)
        return LoadResult(**json.loads(text))

    def kill(self) -> None:
        """Leave no process behind."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextmanager
def background_load(spec: LoadSpec) -> Iterator[BackgroundLoad]:
    """Run load during the block."""
    load = BackgroundLoad(spec)
    try:
        yield load
    finally:
        load.kill()


def ask(target: Target, clients: int, seconds: float, *, streamed: bool = False) -> LoadResult:
    """Ask for the given time; raises if any answer was not a whole good one."""
    return post(target, STREAM_QUESTION if streamed else QUESTION, clients, seconds, streamed)


def post(
    target: Target, body: str, clients: int, seconds: float, streamed: bool = False
) -> LoadResult:
    """Send the same body for the given time; raises if any answer was not a whole good one."""
    spec = LoadSpec(target.port, target.request(body), clients, seconds, streamed=streamed)
    with background_load(spec) as load:
        result = load.result()
    if result.failures or not result.milliseconds:
        raise RequestsFailed(f"{target.path}: {result.failures or 'no answer at all'}")
    return result
