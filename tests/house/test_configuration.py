"""docs/configuration.md tells of every variable and every error code, and of none that is not."""

import ast
import re

import pytest

from backend import errors as app_errors
from local_workspace import errors as workspace_errors
from tests.house.repository import ROOT, listing, python_files, tree

ROOMS = ("app.py", "backend", "local_workspace", "examples", "components", "pages")
DOCUMENTS = ("docs/configuration.md", "docs/errors.md")
# Set by the workspace or by MLflow for a child process of its own; nobody configures them.
NOT_OURS = re.compile(r"^_MLFLOW_SERVER_|^LOCAL_WORKSPACE_MLFLOW_TOKEN$|^PATH$|^PYTHONPATH$")
VARIABLE = re.compile(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")
# Names by which a mapping of environment variables goes in this code.
MAPPINGS = {"environ", "environment", "environment_vars", "variables"}


@pytest.fixture(scope="module")
def documented():
    """What stands in backticks in the first column of the tables of the documents."""
    paths = [ROOT / name for name in DOCUMENTS if (ROOT / name).exists()]
    assert paths, "there is no docs/configuration.md yet"
    lines = [line for path in paths for line in path.read_text().splitlines()]
    cells = [line.split("|")[1] for line in lines if line.lstrip().startswith("|")]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def constants(module):
    """Return the texts a module gives to names, at its top, by name."""
    return {
        target.id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }


def collections(module):
    """Return the names in lists, and of the keys of dictionaries, a module defines at its top."""
    found = set()
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple | ast.List | ast.Dict):
            items = node.value.keys if isinstance(node.value, ast.Dict) else node.value.elts
            found |= {item.value for item in items if isinstance(item, ast.Constant)}
    return {each for each in found if isinstance(each, str) and VARIABLE.match(each)}


def asked_for(node):
    """Return the expression for the variable's name if this node reads the environment."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        return node.slice if mapping(node.value) in MAPPINGS else None
    if isinstance(node, ast.Call) and node.args:
        if ast.unparse(node.func).endswith("getenv"):
            return node.args[0]
        reads = isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop")
        if reads and mapping(node.func.value) in MAPPINGS:
            return node.args[0]
    return None


def mapping(node):
    """Return the last part of the name of a mapping, as in `os.environ`."""
    return ast.unparse(node).rpartition(".")[2]


def variables_read():
    """Return every environment variable the code reads, by name, with the file that reads it."""
    known = {}
    for path in python_files():
        known |= constants(tree(path))
    found = {}
    for path in python_files(*ROOMS):
        module = tree(path)
        own = known | constants(module)
        expressions = [each for node in ast.walk(module) if (each := asked_for(node)) is not None]
        names = {name for each in expressions if (name := text(each, own)) and VARIABLE.match(name)}
        names |= {value for name, value in own.items() if is_ours(name, module)}
        if any(isinstance(each, ast.Name) and each.id.islower() for each in expressions):
            # The environment is read by the names of a collection.
            names |= collections(module)
        found |= {name: path.name for name in names if not NOT_OURS.match(name)}
    return found


def is_ours(name, module):
    """Tell whether a constant of this module is, by its name, the name of a variable."""
    return name.endswith("_VARIABLE") and name in constants(module)


def text(expression, known):
    """Return the text an expression stands for, if that can be read from the source."""
    if isinstance(expression, ast.Constant):
        return expression.value if isinstance(expression.value, str) else None
    return known.get(mapping(expression))


def codes(base, *fields):
    """Return the stable codes of an exception and of everything derived from it."""
    found = {getattr(base, field) for field in fields if getattr(base, field, None)}
    return found.union(*(codes(each, *fields) for each in base.__subclasses__()))


def reasons():
    """Return every finer reason the local workspace gives."""
    return {
        keyword.value.value
        for path in python_files("local_workspace")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant)
    }


def test_search_finds_variables_however_they_are_read():
    """The search itself works: directly, by constant, by list, on a served entity, at the start."""
    assert {
        "DATABRICKS_HOST",
        "MLFLOW_TRACKING_TOKEN",
        "LOCAL_WORKSPACE_PROCESSES",
        "LOCAL_WORKSPACE_ENV_MANAGER",
        "ENABLE_MLFLOW_TRACING",
        "OMP_NUM_THREADS",
    } <= set(variables_read())


def test_every_variable_that_is_read_is_described(documented):
    """Whoever sets up the app or the workspace need not read its source."""
    missing = [
        f"{name} ({file})" for name, file in variables_read().items() if name not in documented
    ]

    assert not missing, f"not in the tables of docs/configuration.md:\n{listing(missing)}"


def test_every_error_code_of_the_workspace_is_described(documented):
    """A code in an answer can be looked up."""
    known = codes(workspace_errors.WorkspaceError, "error_code") | reasons()

    missing = known - documented
    assert not missing, f"codes of local_workspace not in the documents:\n{listing(missing)}"


def test_every_error_code_of_the_app_is_described(documented):
    """A code on a page can be looked up."""
    missing = codes(app_errors.ReviewAppError, "code") - documented

    assert not missing, f"codes of backend/errors.py not in the documents:\n{listing(missing)}"


def test_every_option_of_the_command_is_described():
    """What can be typed after `serve`, `run` and the others stands in the documentation, too."""
    options = {
        argument.value
        for node in ast.walk(tree(ROOT / "local_workspace" / "__main__.py"))
        if isinstance(node, ast.Call) and mapping(node.func) == "add_argument"
        for argument in node.args
        if isinstance(argument, ast.Constant) and argument.value.startswith("--")
    }

    said = (ROOT / DOCUMENTS[0]).read_text()
    missing = {option for option in options if not re.search(rf"`{option}\b", said)}
    assert not missing, f"options not in docs/configuration.md:\n{listing(missing)}"
