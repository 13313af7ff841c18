"""Long work on a page: how far it is, calling it off, what went wrong."""

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from backend.errors import NotAllowed, Unreachable
from backend.identity import Role, Viewer
from backend.long_work.record import JobState, Progress
from components.session import Session
from tests.pages.working import FakeLongWork, a_job


class Services:
    """All that a piece of a page needs here."""

    def __init__(self) -> None:
        self.long_work = FakeLongWork()


def draw(session, job_id):
    """Draw one job, as a page would."""
    from components import job_progress  # noqa: PLC0415 - this runs as a script of its own

    job_progress.draw(session, session.services.long_work.jobs[job_id])


@pytest.fixture
def services():
    return Services()


@pytest.fixture
def show(services):
    """Draw a job that is like this."""

    def run(**job) -> AppTest:
        viewer = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))
        session = Session("token", services, viewer)
        services.long_work.put(a_job(**job))
        return AppTest.from_function(draw, args=(session, "job-1"), default_timeout=20).run()

    return run


def text(at) -> str:
    said = [each.value for each in [*at.markdown, *at.caption]]
    return "\n".join(said).replace("\\", "")


def test_what_is_done_is_told_in_words(show):
    """With who asked for it, since when, and a way to stop it."""
    at = show(state=JobState.RUNNING, progress=Progress(12, 40, "Asks question 12."))

    assert "By admin@" in text(at)
    assert [each.label for each in at.button] == ["Stop it"]


def test_nobody_there_is_said(show, services):
    """Whoever waits knows what for."""
    services.long_work.attended = False

    assert "Nobody is there who does the work" in text(show())


def test_somebody_there_needs_no_words(show):
    """It begins in a moment."""
    assert "Nobody is there" not in text(show())


def test_stopping_is_asked_for_once(show, services):
    """And the page says when it stops."""
    at = show(state=JobState.RUNNING)

    at.button[0].click().run()

    assert services.long_work.canceled == ["job-1"]
    assert "It stops after the step it is in." in text(at)
    assert not at.button


def test_who_may_not_stop_it_is_told(show, services):
    """The workspace decides."""
    at = show(state=JobState.RUNNING)
    services.long_work.refusal = NotAllowed("This takes an admin.")

    at.button[0].click().run()

    assert "This takes an admin." in text(at)
    assert at.button


def test_what_went_wrong_is_said(show):
    """As text, not as Markdown."""
    at = show(state=JobState.FAILED, problem="Nobody *answered*.")

    assert "Nobody *answered*." in text(at)
    assert not at.button


def test_stopped_work_says_so(show):
    """Nothing more will come of it."""
    assert "It was stopped" in text(show(state=JobState.CANCELED))


def test_finished_work_says_when(show, services):
    """And is not asked for again."""
    at = show(state=JobState.DONE, ended_at=datetime.now(UTC))

    assert "Finished today" in text(at)
    assert services.long_work.times_read == 0


def test_record_that_is_away_ends_nothing(show, services):
    """The next look is in a second."""
    services.long_work.error = Unreachable()

    assert "How far it is cannot be told now." in text(show(state=JobState.RUNNING))
