"""Who may know whom where import-linter cannot look, and which door every page has."""

import ast
import re

import pytest

from tests.house.repository import ROOT, files, functions, listing, name_of, python_files, tree

PAGES = python_files("pages")
# Built from parts, so that this file does not contain what it looks for.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")


def imported(path):
    """Return the top packages a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def is_declaration(statement):
    """Tell whether a statement does nothing but name things: import, function, class, text."""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, kinds) or is_constant(statement)


def is_constant(statement):
    """Tell whether a statement gives a value that asks nobody to a name in capitals."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return False
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    names = all(isinstance(each, ast.Name) and each.id.isupper() for each in targets)
    return names and not any(isinstance(node, ast.Call) for node in ast.walk(statement.value))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page_asks_for_its_right_before_anything_else(path):
    """A deep link can run a page without the frame: the first thing a page does is to ask."""
    first = next(each for each in tree(path).body if not is_declaration(each))

    call = getattr(first, "value", None)
    asks = isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] == "require"
    assert asks, f"{path.name}:{first.lineno} runs before require(Role.…): {ast.unparse(first)}"
    assert call.args, f"{path.name}:{first.lineno} asks for no role"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page_asks_under_the_name_of_the_frames_own_door(path):
    """`require` is the one of components.session, not something that happens to be called so."""
    doors = [
        node.module
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and any(each.name == "require" for each in node.names)
    ]

    assert doors == ["components.session"]


def test_entry_knows_no_client_library_and_no_local_workspace():
    """app.py draws nothing and asks nobody but backend/; the linter cannot check a lone file."""
    assert not imported(ROOT / "app.py") & {"databricks", "mlflow", "local_workspace"}


def test_app_does_not_import_the_local_workspace_even_lazily():
    """Deleting local_workspace/ must leave an app that works, in every corner of it."""
    guilty = [
        name_of(path)
        for path in python_files("app.py", "pages", "components", "backend")
        if "local_workspace" in imported(path)
    ]

    assert not guilty, f"these import local_workspace:\n{listing(guilty)}"


def test_every_requirement_is_pinned():
    """What is installed tomorrow is what was tested today."""
    loose = [
        line
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if line.strip()
        and not line.lstrip().startswith("#")
        and not re.match(r"^\S+==[^\s*]+", line)
    ]

    assert not loose, f"requirements without ==:\n{listing(loose)}"


def test_nothing_is_left_for_later_in_a_comment():
    """What is not done is not started, or stands in the documentation as a limit."""
    kinds = {".py", ".md", ".toml", ".sh", ".yaml", ".yml"}
    found = [
        f"{name_of(path)}:{number}"
        for path in files()
        if path.suffix in kinds or path.name == "Makefile"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if UNFINISHED.search(line)
    ]

    assert not found, f"left for later:\n{listing(found)}"


def test_every_test_says_the_rule_it_proves():
    """A test's docstring is one sentence: what must be so, whatever the code looks like."""
    silent = [
        f"{name_of(path)}:{function.lineno} {function.name}"
        for path in python_files("tests")
        if path.name.startswith("test_")
        for function in functions(path)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]

    assert not silent, f"tests without a docstring:\n{listing(silent)}"
