"""What the repository consists of, for the tests of the house's rules."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files() -> tuple[Path, ...]:
    """Return every file of the repository, those not committed yet included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(ROOT / line for line in listed.splitlines() if (ROOT / line).is_file())


def python_files(*rooms: str) -> list[Path]:
    """Return the Python files, of these folders and files at the root if any are named."""
    return [
        path
        for path in files()
        if path.suffix == ".py" and (not rooms or name_of(path).split("/")[0] in rooms)
    ]


def name_of(path: Path) -> str:
    """Return the file's path as it is written in the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(), filename=name_of(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def listing(items: object) -> str:
    """Return items one per line, to be read in a failure."""
    return "\n".join(f"  {item}" for item in sorted(items, key=str))  # type: ignore[call-overload]
