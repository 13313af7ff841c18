"""What a chain did, in words."""

import pytest

from backend.serving.endpoints import Endpoint, Readiness
from backend.turns.answers import Answer, Source, ToolStep
from components.chat.source_cards import title_of
from components.chat.tool_steps import in_words, name_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("search_handbook", "Search handbook"),
        ("main__hr__look_up", "Look up"),
        ("main.hr.look-up", "Look up"),
        ("", "A tool without a name"),
    ],
)
def test_a_tool_is_called_by_its_own_name(name, words):
    """Where it lies in the catalog is of no interest to a reviewer."""
    assert name_of(ToolStep("1", name, "{}")) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '{"max_results": 2, "exact": true, "tag": null}',
            "max results: 2\nexact: yes\ntag: nothing",
        ),
        ('[{"title": "A", "score": 1}, "b"]', "1. title A, score 1\n2. b"),
        ('{"ids": [1, 2]}', "ids: 1, 2"),
        ('"only text"', "only text"),
        ("no JSON {", "no JSON {"),
        ("{}", ""),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_json_becomes_lines_a_person_reads(text, words):
    """Braces and quotes are for programs."""
    assert in_words(text) == words


@pytest.mark.parametrize(
    ("source", "title"),
    [
        (Source("", "https://h.example/a/b.html?x=1", "Rules"), "Rules"),
        (Source("", "https://h.example/a/b.html?x=1"), "b.html"),
        (Source("", "http://["), "["),
        (Source(""), "A passage without a title"),
    ],
)
def test_every_source_has_a_title(source, title):
    """If need be, what its address ends with."""
    assert title_of(source) == title


def test_a_step_without_a_result_says_so(visit, shown):
    """An empty place would look like a mistake of the page."""
    visit.endpoints.content = [Endpoint("a", "", "", Readiness.READY)]
    steps = (ToolStep("1", "look_up", "{}", "[]"), ToolStep("2", "add", "{}"))
    visit.chat.events = [Answer("None.", "req-1", steps=steps)]

    text = shown(visit.open().chat_input[0].set_value("Any?").run())

    assert "It found nothing." in text
    assert "No result was recorded." in text
