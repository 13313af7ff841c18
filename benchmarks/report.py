"""Prints the findings as they come and keeps them as JSON together with what machine it was."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from benchmarks.finding import Finding

_DISTRIBUTIONS = ("mlflow", "fastapi", "starlette", "uvicorn", "uvloop", "streamlit", "pandas")


def say(text: str) -> None:
    """Print a line, at once also where the output is a file."""
    print(text, flush=True)  # noqa: T201 (the one place: this command's output is its purpose)


def machine() -> dict[str, Any]:
    """Return what somebody else has to know to compare numbers."""
    return {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / (1 << 30), 1),
        "load_average_before": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _DISTRIBUTIONS},
    }


def line(figure: str, finding: Finding) -> str:
    """Return the readable form of a finding."""
    parts = [f"{figure}: {finding.measured}", f"ours {_number(finding.ours)} {finding.unit}"]
    beside = f"{_number(finding.peer)} {finding.unit} " if finding.peer is not None else ""
    parts.append(f"beside {beside}({finding.beside})")
    if finding.ratio is not None:
        parts.append(f"ratio {_number(finding.ratio)}")
    if finding.floor is not None:
        verdict = "met" if finding.is_met else "MISSED"
        parts.append(f"required {finding.floor.kind} {_number(finding.floor.value)}: {verdict}")
    return "\n    ".join(parts)


def write(path: Path, machine_facts: Mapping[str, Any], findings: dict[str, list[Finding]]) -> None:
    """Write everything, single rounds included, and the table for the documentation beside it."""
    documents = [
        {"figure": figure, **asdict(finding), "is_met": finding.is_met}
        for figure, found in findings.items()
        for finding in found
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"machine": machine_facts, "findings": documents}, indent=2) + "\n")
    path.with_suffix(".md").write_text(table(findings))


def table(findings: Mapping[str, list[Finding]]) -> str:
    """Return the findings as the table of `docs/benchmarks.md`."""
    rows = ["| Figure | Measured | Ours | Peer | Ratio | Required |", "|---|---|---|---|---|---|"]
    for figure, found in findings.items():
        for each in found:
            required = f"{each.floor.kind} {_number(each.floor.value)}" if each.floor else ""
            missed = "" if each.is_met else ", missed"
            ours = f"{_number(each.ours)} {each.unit}"
            cells = [figure, each.measured, ours, _optional(each.peer), _optional(each.ratio)]
            rows.append(f"| {' | '.join([*cells, required + missed])} |")
    return "\n".join(rows) + "\n"


def _optional(value: float | None) -> str:
    return "" if value is None else _number(value)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == 0 else f"{value:.3g}"
