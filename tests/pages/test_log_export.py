"""Taking requests away as a file: what is offered, and how far it is."""

from dataclasses import dataclass, field

import pytest
from streamlit.testing.v1 import AppTest

from backend.errors import NotAllowed
from backend.identity import Role, Viewer
from backend.log_export.record import Kind, State
from backend.request_logs.query import LogQuery
from components.session import Session
from tests.pages.exported import FakeLogExport

QUERY = LogQuery("chain", text="a <b>bold</b> *word*")
MANIFEST = {"bytes": 3_400_000, "sha256": "0123abcd", "complete": True}


@dataclass
class Services:
    """All that this piece of a page needs."""

    log_export: FakeLogExport = field(default_factory=FakeLogExport)


def draw(session, query, count):
    """Draw it, as the page of request logs does."""
    from components.log_export import export  # noqa: PLC0415 - this runs as a script of its own

    export.draw(session, query, count)


@pytest.fixture
def services():
    return Services()


@pytest.fixture
def show(services):
    viewer = Viewer("alice@example.com", "Alice", frozenset({Role.ANALYST}))
    session = Session("token", services, viewer)

    def run(count=12_000) -> AppTest:
        arguments = (session, QUERY, count)
        return AppTest.from_function(draw, args=arguments, default_timeout=20).run()

    return run


def text(at) -> str:
    said = [each.value for each in [*at.markdown, *at.caption]]
    return "\n".join(said).replace("\\", "")


def link(at):
    (found,) = at.get("link_button")
    return found.proto


def test_one_click_downloads(show, services):
    """The address is there at once, with how many requests come along it."""
    at = show()

    assert "**12,000 requests**" in text(at)
    assert link(at).url == "export/requests/e0"
    (prepared,) = services.log_export.exports
    assert (prepared.wanted.query, prepared.wanted.kind, prepared.total) == (
        QUERY,
        Kind.CSV,
        12_000,
    )


def test_another_format_is_another_download(show, services):
    """What is chosen is what is in the file."""
    at = show()

    at.segmented_control(key="log_export_kind").set_value(Kind.PARQUET).run()
    at.checkbox(key="log_export_bodies").uncheck().run()

    wanted = services.log_export.exports[-1].wanted
    assert (wanted.kind, wanted.with_bodies) == (Kind.PARQUET, False)
    assert link(at).url == f"export/requests/{services.log_export.exports[-1].id}"


def test_a_look_at_the_page_prepares_no_more_than_needed(show, services):
    """It is drawn every second."""
    at = show()
    at.run()

    assert len(services.log_export.exports) == 1


def test_how_far_it_is_can_be_seen_and_stopped(show, services):
    """And the next download has an address of its own."""
    at = show()
    services.log_export.turn(0, state=State.RUNNING, done=4000)
    at.run()

    assert at.get("progress")[0].proto.text == "4,000 of 12,000"
    at.button(key="log_export_stop_e0").click().run()
    assert services.log_export.stopped == ["e0"]
    assert link(at).url == "export/requests/e1"


def test_what_is_whole_has_its_manifest(show, services):
    """The checksum is there to be compared."""
    at = show()
    services.log_export.turn(0, state=State.DONE, done=12_000, manifest=MANIFEST)
    at.run()

    assert "12,000 requests in the file" in text(at)
    assert "3.4 MB, SHA-256 0123abcd" in text(at)
    assert [each.label for each in at.get("download_button")] == ["Manifest"]


def test_what_was_broken_off_says_so(show, services):
    """Nobody takes half a file for the whole."""
    at = show()
    services.log_export.turn(0, state=State.FAILED, done=3, problem="The *warehouse* is away.")
    at.run()

    assert "Broken off after 3 requests, the file is not whole." in text(at)
    assert "The *warehouse* is away." in text(at)


def test_words_of_the_filter_are_shown_as_they_are(show, services):
    """What somebody looked for is no Markdown."""
    at = show()
    services.log_export.turn(0, state=State.STOPPED)
    at.run()

    (told,) = [each.value for each in at.caption if "with “" in each.value]
    assert r"\<b\>bold" in told


def test_of_nothing_there_is_no_file(show):
    """A file without a request is of use to nobody."""
    assert link(show(count=0)).disabled


def test_who_may_not_is_told(show, services):
    """In a sentence."""
    services.log_export.error = NotAllowed("This is for analysts.")

    assert "This is for analysts." in text(show())
