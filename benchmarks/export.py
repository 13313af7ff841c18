"""Whether an export of many rows needs more memory than one of few."""

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.child_process import REPOSITORY, clean_environment
from benchmarks.finding import Finding, Floor
from benchmarks.logs.generator import generate
from benchmarks.run import Run
from benchmarks.workspace import benchmark_workspace

_ROWS = 100_000
_FEW_ROWS = 12_000
_GROWTH_MB = 64
_WITHOUT_MLFLOW = ("--mlflow-tracking-uri", "http://127.0.0.1:9")


class NotExported(Exception):
    """The export failed or left rows out; the text is what it said."""


def measure(run: Run) -> Iterator[Finding]:
    """Export the same rows through the SQL API as Parquet and as CSV."""
    rows = _ROWS if run.is_long else _FEW_ROWS
    folder = run.folder / "export"
    generate(folder / "workspace", rows)
    with benchmark_workspace(folder, *_WITHOUT_MLFLOW) as workspace:
        for kind in ("parquet", "csv"):
            command = [sys.executable, "-m", "benchmarks.logs.export_process", kind]
            ended = subprocess.run(
                [*command, str(folder / f"export.{kind}")],
                capture_output=True,
                cwd=REPOSITORY,
                env=clean_environment() | workspace.environment,
                text=True,
                check=False,
            )
            if ended.returncode:
                raise NotExported(ended.stderr[-2000:])
            said = json.loads(ended.stdout)
            if said["rows"] != rows:
                raise NotExported(f"{said['rows']} of {rows} rows")
            yield Finding(
                measured=f"{rows:,} rows of 7 KB to {kind}: memory after the first 10,000 rows",
                unit="MB more",
                ours=said["grown_mb"],
                floor=Floor("at most", _GROWTH_MB),
                beside="none: a figure of its own",
                details={"rows per second": rows / said["seconds"], "seconds": said["seconds"]},
            )
