"""The command: `python -m benchmarks [--quick] [FIGURE ...]`; fails if a floor is missed."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import (
    admin_pages,
    analysts,
    big_trace,
    chat_first_token,
    chat_long_conversation,
    chat_sessions,
    chat_verdict,
    crashes,
    deploy,
    deploy_click,
    export,
    first_chunk,
    log_export,
    memory,
    overhead,
    ready,
    recording,
    request_logs,
    roll_back,
    row_age,
    sql_queries,
    swap,
    throughput,
    trace_import,
    trace_list,
    verdicts,
)
from benchmarks.child_process import REPOSITORY
from benchmarks.finding import Finding
from benchmarks.report import line, machine, say, write
from benchmarks.run import Run

FIGURES: dict[str, Callable[[Run], Iterator[Finding]]] = {
    "throughput": throughput.measure,
    "overhead": overhead.measure,
    "deploy": deploy.measure,
    "swap": swap.measure,
    "first_chunk": first_chunk.measure,
    "ready": ready.measure,
    "memory": memory.measure,
    "recording": recording.measure,
    "row_age": row_age.measure,
    "sql_queries": sql_queries.measure,
    "verdicts": verdicts.measure,
    "export": export.measure,
    "crashes": crashes.measure,
    "trace_import": trace_import.measure,
    "chat_first_token": chat_first_token.measure,
    "chat_verdict": chat_verdict.measure,
    "chat_long_conversation": chat_long_conversation.measure,
    "chat_sessions": chat_sessions.measure,
    "roll_back": roll_back.measure,
    "deploy_click": deploy_click.measure,
    "admin_pages": admin_pages.measure,
    "request_logs": request_logs.measure,
    "analysts": analysts.measure,
    "log_export": log_export.measure,
    "trace_list": trace_list.measure,
    "big_trace": big_trace.measure,
}


def main(arguments: list[str] | None = None) -> int:
    """Measure what was asked for, or everything; returns the exit status."""
    options = _parser().parse_args(arguments)
    facts = machine()
    say(f"{facts['cores']} cores, Python {facts['python']}, mlflow {facts['versions']['mlflow']}")
    findings: dict[str, list[Finding]] = {}
    all_measured = True
    with _folder(options.keep) as folder:
        run = Run(folder, rounds=1, seconds=2, versions=4) if options.quick else Run(folder)
        for figure in options.figures or FIGURES:
            findings[figure] = []
            all_measured &= _measure(figure, run, findings[figure])
            write(REPOSITORY / "build" / "benchmarks.json", facts, findings)
    met = all(finding.is_met for found in findings.values() for finding in found)
    return 0 if met and all_measured else 1


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        yield Path(folder)


def _measure(figure: str, run: Run, findings: list[Finding]) -> bool:
    try:
        for finding in FIGURES[figure](run):
            findings.append(finding)
            say(line(figure, finding))
    except Exception as error:  # noqa: BLE001 - a figure that breaks must not hide the others
        say(f"{figure}: could not be measured: {type(error).__name__}: {error}")
        return False
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("figures", nargs="*", choices=[[], *FIGURES], metavar="FIGURE")
    parser.add_argument("--quick", action="store_true", help="short, for trying the benchmarks")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep what takes long to make for the next run"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
