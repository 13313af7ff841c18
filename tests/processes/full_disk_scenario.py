"""A workspace on a disk that fills up: `python -m … SEEDED DIRECTORY`, prints what was answered.

Run by `test_full_disk.py` where DIRECTORY is a small file system of its own.
"""

import json
import os
import shutil
import sys
import threading
import time
from pathlib import Path

from local_workspace import running_workspace
from local_workspace.inference_tables.table_layout import TableKind
from tests.processes.conftest import ask, state, wait_for
from tests.processes.recorded import delta_rows, rows

_PORTION = 16 * 1024 * 1024
WITHOUT_MLFLOW = ("--mlflow-tracking-uri", "http://127.0.0.1:9")


def main() -> None:
    """Ask with space, without, and with space again; then let the disk fill under an answer."""
    disk = Path(sys.argv[2])
    shutil.copytree(sys.argv[1], disk / "data")
    said: dict[str, object] = {}
    with running_workspace(disk / "data", *WITHOUT_MLFLOW) as connection:
        wait_for(lambda: state(connection, "full")["ready"] == "READY")
        kept = [ask(connection, "full", "hello")]
        fill(disk, leave=8 * 1024 * 1024)
        time.sleep(0.5)
        refused = ask(connection, "full", "hello")
        said["refused"] = [refused.status_code, refused.json()]
        (disk / "filler").unlink()
        time.sleep(0.5)
        kept.append(ask(connection, "full", "hello"))

        # The request is let in while there is space; when it is answered there is none.
        filling = threading.Timer(1.0, fill, (disk,), {"leave": 0})
        filling.start()
        withheld = ask(connection, "full", "sleep 2.5", user="x" * 3_000_000)
        filling.join()
        said["withheld"] = [withheld.status_code, withheld.json()]
        (disk / "filler").unlink()
        time.sleep(1.5)
        filling = threading.Timer(0.5, fill, (disk,), {"leave": 0})
        filling.start()
        broken = ask(connection, "full", "count 200", stream=True, user="x" * 3_000_000)
        filling.join()
        said["broken off"] = [broken.status_code, broken.text[-2000:]]
        (disk / "filler").unlink()
        time.sleep(1.5)
        kept.append(ask(connection, "full", "hello"))

        ids = [each.json()["databricks_output"]["databricks_request_id"] for each in kept]
        wait_for(lambda: set(ids) <= _ids(delta_rows(disk / "data", "full", TableKind.PAYLOAD)))
        said["kept"] = [each.status_code for each in kept]
        recorded = [row["databricks_request_id"] for row in rows(disk / "data", "full")]
        said["times on record"] = [recorded.count(each) for each in ids]
    print(json.dumps(said))  # noqa: T201 - its caller reads it


def fill(disk: Path, leave: int) -> None:
    """Take space until only so many bytes are free, at once however busy the machine is."""
    with (disk / "filler").open("wb", buffering=0) as file:
        taken, most = 0, _PORTION
        while (free := shutil.disk_usage(disk).free) > leave and most:
            portion = min(free - leave, most)
            try:
                os.posix_fallocate(file.fileno(), taken, portion)
            except OSError:
                # Somebody else was faster.
                most = portion // 2
            else:
                taken += portion
        os.fsync(file.fileno())


def _ids(found: list[dict]) -> set[str]:
    return {row["databricks_request_id"] for row in found}


if __name__ == "__main__":
    main()
