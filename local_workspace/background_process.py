"""A process of the workspace's own that works beside it: started, started again, ended.

The process is `python -m MODULE PARENT ARGUMENTS…`. It ends with the workspace, however that
ends, and reads from its standard input: a line is "there is something to do", its end is "go".
"""

import asyncio
import contextlib
import logging
import os
import sys
import time
from pathlib import Path

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
# Who ran this long is not in a loop of crashes.
_HEALTHY_SECONDS = 30.0
_STOP_SECONDS = 20.0

_log = logging.getLogger("local_workspace")


class BackgroundProcess:
    """Keeps one process running; what it prints goes to a log file."""

    def __init__(
        self, module: str, arguments: list[str], log: Path, environment: dict[str, str]
    ) -> None:
        self._command = (sys.executable, "-m", module, str(os.getpid()), *arguments)
        self._module = module
        self._log = log
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        process = self._process
        return process.pid if process and process.returncode is None else None

    def start(self) -> None:
        """Begin to keep it running."""
        self._keeper = asyncio.create_task(self._keep())

    def wake(self) -> None:
        """Tell it that there is something to do."""
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(b"\n")

    async def close(self) -> None:
        """Let it finish what it is at, and end it."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if (process := self._process) is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            started = time.monotonic()
            status = await self._run_once()
            if time.monotonic() - started > _HEALTHY_SECONDS:
                pause = _FIRST_PAUSE
            _log.warning("%s ended with status %s; it is started again", self._module, status)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _run_once(self) -> int | str:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._log.open("ab") as output:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    env=self._environment,
                )
        except OSError as error:
            return f"“{error.strerror}”"
        with contextlib.suppress(ProcessLookupError):
            return await self._process.wait()
        return "unknown"
