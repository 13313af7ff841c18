"""Questions that are pasted, in files, and in logs."""

import pytest

from backend.connection import open_workspace
from backend.endpoint_tests.questions import MOST_BYTES, in_file, in_logs, pasted
from backend.errors import NotFound, Refused
from backend.turns.own_requests import PREFIXES
from tests.backend.judged import ENDPOINT, SUBMIT

# MLflow's store on SQLAlchemy 2.1.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


def test_pasted_lines_are_questions():
    """Each once, without empty lines."""
    assert pasted("Why?\n\n How? \r\nWhy?") == ["Why?", "How?"]


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.txt", "Why?\nHow?", ["Why?", "How?"]),
        ("a.CSV", 'id,Question\n1,"Why, then?"\n2,How?\n', ["Why, then?", "How?"]),
        ("a.csv", "Why?,x\nHow?,y\n", ["Why?", "How?"]),
        ("a.csv", "question\n\n", []),
        ("a.jsonl", '{"question": "Why?"}\nno json\n"How?"\n[1]\n', ["Why?", "How?"]),
        (
            "a.jsonl",
            '{"inputs": {"messages": [{"role": "user", "content": "Why?"}]}}\n'
            '{"dataframe_split": {"columns": ["query"], "data": [["How?"]]}}',
            ["Why?", "How?"],
        ),
    ],
)
def test_file_is_read_by_what_it_is(name, content, found):
    """A line, a row or a document for each question; what is none is left out."""
    assert in_file(name, content.encode()) == found


def test_mark_at_the_beginning_of_a_file_is_no_part_of_it():
    """Some editors write one."""
    assert in_file("a.csv", b"\xef\xbb\xbfquestion\nWhy?\n") == ["Why?"]


@pytest.mark.parametrize("content", [b"x" * (MOST_BYTES + 1), b"\xff\xfe\x00"])
def test_file_that_is_too_large_or_no_text_is_refused(content):
    """With a sentence, not with a stack trace."""
    with pytest.raises(Refused):
        in_file("a.txt", content)


def test_questions_from_the_logs_are_the_newest_without_those_of_tests(workspace, endpoint, tables):
    """What tests have asked would otherwise be asked again and again."""
    answer = {
        "statement_id": "s",
        "status": {"state": "SUCCEEDED"},
        "manifest": {"schema": {"columns": [{"name": "question"}, {"name": "asked_at"}]}},
        "result": {"data_array": [["Why?", "2026-01-01"], ["How?", "2026-01-01"], [" ", ""]]},
    }
    workspace.answers[SUBMIT] = (200, answer)

    found = in_logs(open_workspace(workspace.address, "token"), ENDPOINT, 7)

    assert found == ["Why?", "How?"]
    sent = workspace.sent(SUBMIT)
    assert sent["statement"].endswith("GROUP BY request ORDER BY asked_at DESC LIMIT 7")
    assert all(f"NOT LIKE '{each}%'" in sent["statement"] for each in PREFIXES)


def test_endpoint_without_logs_says_so(workspace, endpoint):
    """Nothing is asked of the warehouse."""
    endpoint(tables=False)

    with pytest.raises(NotFound, match="no request logs"):
        in_logs(open_workspace(workspace.address, "token"), ENDPOINT, 7)


def test_number_of_questions_is_bounded(workspace, endpoint):
    """Whoever asks."""
    with pytest.raises(Refused):
        in_logs(open_workspace(workspace.address, "token"), ENDPOINT, 501)
