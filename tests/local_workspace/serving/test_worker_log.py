"""A log that never grows without bound and never holds a secret."""

import asyncio
import os

import pytest

from local_workspace.serving import worker_log
from local_workspace.serving.worker_log import WorkerLog

SECRET = "hunter2-hunter2"


@pytest.fixture
def path(tmp_path):
    """Where the log's file is."""
    return tmp_path / "logs" / "v1.log"


class NotingLog(WorkerLog):
    """A log that says when it has been given a certain line."""

    def __init__(self, path, awaited):
        super().__init__(path)
        self._awaited = awaited
        self.arrived = asyncio.Event()

    def write(self, line):
        """Keep the line and say so if it is the one."""
        super().write(line)
        if line == self._awaited:
            self.arrived.set()


def test_lines_are_kept_in_memory_and_in_the_file(path):
    """What is shown and what is on disk are the same."""
    log = WorkerLog(path)
    log.write("one")
    log.write("two")

    assert log.text() == "one\ntwo"
    assert log.last(1) == "two"
    assert path.read_text() == "one\ntwo\n"


def test_memory_holds_the_last_lines_only(path, monkeypatch):
    """A process that prints for weeks fills no memory."""
    monkeypatch.setattr(worker_log, "MAX_LINES", 3)
    log = WorkerLog(path)
    for number in range(10):
        log.write(str(number))

    assert log.text() == "7\n8\n9"


def test_files_stay_within_twice_the_largest_size(path, monkeypatch):
    """A process that prints for weeks fills no disk; the last lines are there."""
    monkeypatch.setattr(worker_log, "MAX_FILE_SIZE", 100)
    log = WorkerLog(path)
    for number in range(200):
        log.write(f"line {number:04}")

    files = list(path.parent.iterdir())
    assert len(files) == 2
    assert sum(file.stat().st_size for file in files) <= 2 * 120
    assert path.read_text().endswith("line 0199\n")


def test_line_without_an_end_does_not_fill_the_memory(path):
    """A process that prints megabytes without a line break is kept within bounds."""
    log = WorkerLog(path)

    async def story():
        reader = worker_log._LineReader(log)
        for _ in range(100):
            reader.data_received(b"x" * 65536)
        kept = len(reader._rest)
        reader.data_received(b"\nnext\n")
        return kept

    assert asyncio.run(story()) < 1_000_000
    assert len(log.text()) < 1_000_000
    assert log.last(1) == "next"


def test_secret_is_blanked_everywhere(path):
    """Neither memory nor file ever has it."""
    log = WorkerLog(path)
    log.hide([SECRET])
    log.write(f"key={SECRET}, again {SECRET}")

    assert log.text() == "key=[hidden], again [hidden]"
    assert SECRET not in path.read_text()


def test_secret_that_begins_another_leaves_no_remainder(path):
    """Of two secrets that overlap the longer one is blanked whole."""
    secrets = [SECRET[:length] for length in range(6, len(SECRET) + 1)]
    log = WorkerLog(path)
    log.hide(secrets)
    log.write(SECRET)

    assert log.text() == "[hidden]"


def test_each_line_of_a_secret_with_several_is_blanked(path):
    """A private key is printed line by line, and no line of it is shown."""
    log = WorkerLog(path)
    log.hide(["-----BEGIN KEY-----\nMIIEowIBAAKCAQEA\nq83vEjRWeJCrze8S\n-----END KEY-----"])
    for line in ("-----BEGIN KEY-----", "MIIEowIBAAKCAQEA", "q83vEjRWeJCrze8S"):
        log.write(line)

    assert "MIIE" not in log.text()
    assert "q83v" not in log.text()


def test_text_too_short_to_be_a_secret_is_left_alone(path):
    """Blanking every `1` would make the log unreadable."""
    log = WorkerLog(path)
    log.hide(["", "1", "true"])
    log.write("1 is true")

    assert log.text() == "1 is true"


def test_printed_lines_arrive_through_the_pipe(path):
    """What a process prints is kept, the last line also without its end."""

    async def story():
        log = NotingLog(path, awaited="three")
        descriptor = await log.open_pipe()
        os.write(descriptor, b"one\ntwo\nthree")
        os.close(descriptor)
        async with asyncio.timeout(5):
            await log.arrived.wait()
        return log.text()

    assert asyncio.run(story()) == "one\ntwo\nthree"


@pytest.mark.parametrize("cut", range(1, len(SECRET)))
def test_secret_split_between_two_reads_is_blanked(path, cut):
    """However the bytes of a line arrive, the secret in it is blanked."""
    log = WorkerLog(path)
    log.hide([SECRET])
    reader = worker_log._LineReader(log)

    reader.data_received(f"key={SECRET[:cut]}".encode())
    reader.data_received(f"{SECRET[cut:]}!\n".encode())

    assert log.text() == "key=[hidden]!"


def test_character_split_between_two_reads_is_whole(path):
    """A line is read as text when it is complete."""
    log = WorkerLog(path)
    first, second = "ü\n".encode()[:1], "ü\n".encode()[1:]
    reader = worker_log._LineReader(log)

    reader.data_received(first)
    reader.data_received(second)

    assert log.text() == "ü"


def test_bytes_that_are_no_text_are_no_obstacle(path):
    """Whatever a process prints is kept in some form."""
    log = WorkerLog(path)
    reader = worker_log._LineReader(log)

    reader.data_received(b"\xff\xfe\nnext\n")

    assert log.last(1) == "next"
