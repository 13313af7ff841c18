"""Compares the routes the local workspace serves with docs/parity.md.

`python -m tests.house.parity` prints the rows that are missing, ready to be completed, and those
that should go. A row is `| METHOD | /path/{name} | real | test_name_of_witness | remark |`.
"""

import ast
import re
import sys
from dataclasses import dataclass
from typing import Any, cast

from fastapi.routing import APIRoute
from starlette.routing import Route

from local_workspace.api import build_app
from local_workspace.workspace import Workspace
from tests.house.repository import ROOT, functions, python_files

DOCUMENT = ROOT / "docs" / "parity.md"
STATUSES = ("real", "emulated", "refused")
_METHOD = re.compile(r"GET|POST|PUT|PATCH|DELETE|\*")
_PROXIED = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True, order=True)
class Row:
    """One row of the table."""

    method: str
    path: str
    status: str = ""
    witness: str = ""

    @property
    def route(self) -> tuple[str, str]:
        """Return what the row is about."""
        return self.method, self.path


def registered() -> set[tuple[str, str]]:
    """Return method and path of every route; `*` where all methods are passed on."""
    app = build_app(cast(Workspace, object()))
    found: set[tuple[str, str]] = set()
    for path, methods in _routes(app.router):
        if methods >= _PROXIED:
            found.add(("*", path))
        else:
            # HEAD comes with every GET.
            found |= {(method, path) for method in methods - {"HEAD"}}
    return found


def _routes(router: Any, prefix: str = "") -> list[tuple[str, set[str]]]:
    found: list[tuple[str, set[str]]] = []
    for route in router.routes:
        if isinstance(route, APIRoute | Route):
            found.append((prefix + route.path, set(route.methods or ())))
        else:
            # FastAPI keeps an included router as one entry, with the prefix it was included under.
            found += _routes(route.original_router, prefix + route.include_context.prefix)
    return found


def documented() -> list[Row]:
    """Return the rows of the table."""
    lines = DOCUMENT.read_text().splitlines() if DOCUMENT.exists() else []
    rows = []
    for line in lines:
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if line.lstrip().startswith("|") and _METHOD.fullmatch(cells[0]):
            rows.append(Row(*(cells + [""] * 4)[:4]))
    return rows


def tests() -> set[str]:
    """Return the name of every test function."""
    return {
        function.name
        for path in python_files("tests")
        if path.name.startswith("test_")
        for function in functions(path)
        if function.name.startswith("test_")
    }


def suggestion(path: str) -> str:
    """Return a test that mentions the path literally, as a guess at its witness."""
    literal = re.split(r"[{]", path)[0].rstrip("/")
    for file in python_files("tests"):
        if file.name.startswith("test_") and len(literal) > 1:
            for function in functions(file):
                if function.name.startswith("test_") and literal in ast.unparse(function):
                    return function.name
    return ""


def main() -> int:
    """Print what to add to the table and what to take out of it."""
    rows = documented()
    known = {row.route for row in rows}
    for method, path in sorted(registered() - known, key=lambda route: (route[1], route[0])):
        sys.stdout.write(f"| {method} | {path} |  | {suggestion(path)} |  |\n")
    for row in sorted(row for row in rows if row.route not in registered()):
        sys.stdout.write(f"no such route any more: {row.method} {row.path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
