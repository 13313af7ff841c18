"""What the handbook guarantees to those who cite it."""

import re
from pathlib import Path

from examples.corpus import load_passages


def test_the_handbook_has_at_least_sixty_passages() -> None:
    """There is enough to search that a retriever can be wrong."""
    assert len(load_passages()) >= 60


def test_every_passage_has_a_uri_of_its_own() -> None:
    """A URI names one passage and has the documented form."""
    uris = [passage.uri for passage in load_passages()]

    assert len(set(uris)) == len(uris)
    assert all(re.fullmatch(r"handbook://[a-z]+/[a-z_]+#\d+", uri) for uri in uris)


def test_every_passage_is_a_few_sentences_with_a_title() -> None:
    """A passage can stand alone: titled, and neither a fragment nor a chapter."""
    for passage in load_passages():
        assert ": " in passage.title
        assert 2 <= len(re.findall(r"[.!?](?:\s|$)", passage.text)) <= 6, passage.uri
        assert "#" not in passage.text


def test_a_known_uri_keeps_naming_the_same_passage() -> None:
    """Feedback on a source stays about that source when the handbook grows."""
    titles = {passage.uri: passage.title for passage in load_passages()}

    assert titles["handbook://grb/afterglows#2"] == "Afterglows: The first afterglow"
    assert titles["handbook://missions/swift#2"] == "Swift: Burst Alert Telescope"


def test_the_number_in_the_file_not_the_position_makes_the_uri(corpus_copy: Path) -> None:
    """Removing a passage leaves the URIs of the others as they are."""
    (corpus_copy / "one.md").write_text("# One\n\n## 2: Second\nText of it.\n\n## 7: Last\nMore.\n")

    assert [passage.uri for passage in load_passages(corpus_copy)] == [
        "handbook://one#2",
        "handbook://one#7",
    ]
