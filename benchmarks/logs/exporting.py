"""Downloads an export as a browser does, and reads the file again."""

import csv
import hashlib
import io
import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import requests

from benchmarks.chat.sides import Side

_PART = 1 << 20
_LOOK_SECONDS = 0.25
_WARM_LOOKS = 12
_ID = "request_id"


class NotWhole(Exception):
    """What was downloaded is not what was asked for."""


@dataclass(frozen=True)
class Downloaded:
    """A file, how long it took, and how much memory the app had meanwhile."""

    path: Path
    seconds: float
    # Once a tenth of it was there: until then buffers grow and libraries are loaded.
    warm_mb: float
    peak_mb: float


def download(side: Side, address: str, path: Path, memory_mb: Callable[[], float]) -> Downloaded:
    """Fetch the file; memory is looked at all the while."""
    with _watched(memory_mb) as seen:
        began = time.perf_counter()
        with requests.get(
            side.address + address, cookies=side.cookies, stream=True, timeout=120
        ) as answer:
            answer.raise_for_status()
            with path.open("wb") as file:
                for part in answer.iter_content(_PART):
                    file.write(part)
        seconds = time.perf_counter() - began
    warm = max(seen[: max(len(seen) // 10, _WARM_LOOKS)])
    return Downloaded(path, seconds, warm, max(seen))


def ids_in(path: Path) -> list[str]:
    """Return the ids of all requests in an export, once it has proved to be whole."""
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        name = manifest["file"]
        with archive.open(name) as file:
            found = _sha256(file)
        if not manifest["complete"] or found != manifest["sha256"]:
            raise NotWhole(f"the checksum of {name} is {found}")
        with archive.open(name) as file:
            return list(_ids(name, file))


def _ids(name: str, file: Any) -> Iterator[str]:
    if name.endswith(".csv"):
        csv.field_size_limit(1 << 30)
        rows = csv.DictReader(io.TextIOWrapper(file, "utf-8-sig", newline=""))
        yield from (row[_ID] for row in rows)
    elif name.endswith(".parquet"):
        whole = io.BytesIO(file.read())
        yield from pq.read_table(whole, columns=[_ID]).column(_ID).to_pylist()
    else:
        yield from (json.loads(line)[_ID] for line in file)


def _sha256(file: Any) -> str:
    found = hashlib.sha256()
    while part := file.read(_PART):
        found.update(part)
    return found.hexdigest()


@contextmanager
def _watched(memory_mb: Callable[[], float]) -> Iterator[list[float]]:
    """Look at the memory again and again during the block."""
    seen = [memory_mb()]
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(_LOOK_SECONDS):
            seen.append(memory_mb())

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield seen
    finally:
        is_over.set()
        watching.join()
