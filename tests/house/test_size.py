"""Files and functions stay small enough to be read at once, and modules are named for a subject."""

from tests.house.repository import functions, listing, name_of, python_files

MAX_FILE, MAX_FUNCTION = 300, 60
# What may be longer, and why: {"path": "reason"} and {"path:function": "reason"}.
LONGER_FILES: dict[str, str] = {}
LONGER_FUNCTIONS: dict[str, str] = {}
# Names that say nothing of what is inside.
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "misc"}


def test_no_file_is_longer_than_one_subject():
    """Over 300 lines a file has two subjects, unless it is listed here with a reason."""
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in python_files()}
    longer = {name: lines for name, lines in lengths.items() if lines > MAX_FILE}

    unexplained = [f"{name}: {lines}" for name, lines in longer.items() if name not in LONGER_FILES]
    assert not unexplained, f"files of more than {MAX_FILE} lines:\n{listing(unexplained)}"
    assert set(LONGER_FILES) <= set(longer), "LONGER_FILES lists files that are short enough"


def test_no_function_is_longer_than_a_screen():
    """Over 60 lines nobody sees the whole of a function, unless it is listed here with a reason."""
    lengths = {
        f"{name_of(path)}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in python_files()
        for function in functions(path)
    }
    longer = {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION}

    unexplained = [f"{name}: {n}" for name, n in longer.items() if name not in LONGER_FUNCTIONS]
    assert not unexplained, f"functions of more than {MAX_FUNCTION} lines:\n{listing(unexplained)}"
    assert set(LONGER_FUNCTIONS) <= set(longer), "LONGER_FUNCTIONS lists what is short enough"


def test_everything_that_may_be_longer_says_why():
    """An exception without a reason is a rule nobody keeps."""
    silent = [
        name
        for name, reason in (LONGER_FILES | LONGER_FUNCTIONS).items()
        if len(reason.split()) < 3
    ]

    assert not silent, f"listed without a reason:\n{listing(silent)}"


def test_every_module_is_named_for_what_it_is_about():
    """A module called `utils` collects what nobody found a place for."""
    empty = [
        name_of(path)
        for path in python_files()
        if EMPTY_NAMES & {part.strip("_") for part in path.with_suffix("").parts}
    ]

    assert not empty, f"modules whose name says nothing:\n{listing(empty)}"
