"""The documents behind bad answers, counted by hand-made verdicts."""

from backend.quality.documents import MOST_DOCUMENTS, SourceVerdict, behind, name_of, named
from backend.quality.shares import Share
from backend.turns.answers import Source

LEAVE, CANTEEN = "https://handbook/leave", "https://handbook/canteen"
SOURCES = {
    "r1": (
        Source("30 days.", LEAVE, step_id="s1", position=0),
        Source("Soup.", CANTEEN, step_id="s1", position=1),
        Source("More soup.", CANTEEN, step_id="s2", position=0),
    ),
    "r2": (Source("30 days.", LEAVE, step_id="s9", position=0),),
    "r3": (),
}


def wrong(request_id, step, position):
    return SourceVerdict(request_id, step, position, True)


def test_verdict_is_counted_for_the_document_at_its_place():
    """By the retrieval that is named, else by the first one."""
    found = named(
        [
            wrong("r1", "s1", 1),
            wrong("r1", "s2", 0),
            wrong("r1", None, 0),
            SourceVerdict("r2", "s9", 0, False),
            wrong("r1", "s1", 7),
            wrong("gone", "s1", 0),
        ],
        SOURCES,
    )

    assert [(each.name, each.wrong, each.request_ids) for each in found] == [
        (CANTEEN, Share(2, 2), ("r1",)),
        (LEAVE, Share(1, 2), ("r1",)),
    ]


def test_document_of_an_answer_counts_once_however_many_passages():
    """And only answers over it that were called wrong name their requests."""
    found = behind({"r1": (0, 2), "r2": (3, 0), "r3": (0, 1)}, SOURCES)

    assert [(each.name, each.wrong) for each in found] == [
        (CANTEEN, Share(2, 2)),
        (LEAVE, Share(2, 5)),
    ]
    assert found[1].request_ids == ("r1",)


def test_ten_documents_at_most_and_none_that_was_never_wrong():
    """The worst come first."""
    many = {f"r{n}": (Source("", f"doc {n:02}"),) for n in range(30)}

    found = behind({each: (0, int(each[1:]) % 20) for each in many}, many)

    assert len(found) == MOST_DOCUMENTS
    assert [each.wrong.hits for each in found] == sorted(
        (each.wrong.hits for each in found), reverse=True
    )
    assert behind({"r1": (1, 0)}, SOURCES) == ()


def test_document_goes_by_address_title_or_beginning():
    """In this order, on one line, and no longer than one reads."""
    assert name_of(Source("text", "uri", "title")) == "uri"
    assert name_of(Source("text", None, "title\n of it")) == "title of it"
    assert name_of(Source("word " * 1000)).endswith(" …")
    assert len(name_of(Source("word " * 1000))) <= 201
