"""Asking a few questions at a time: what comes back, what is tried again, and how it stops."""

import threading
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from backend.errors import ChainFailed, TooManyRequests
from backend.jobs import asking_together
from backend.jobs.asking_together import AT_ONCE, hear_together
from backend.jobs.work import CanceledByUserError
from backend.replay.asking_again import Heard
from backend.turns.answers import Answer

PATIENCE = 10


@dataclass
class Job:
    id: str = "job"


@dataclass
class Work:
    """Counts the signs of life, and may be told to stop."""

    job: Job = field(default_factory=Job)
    beats: int = 0
    checks: int = 0
    is_canceled: bool = False

    def keep_alive(self):
        self.beats += 1

    def check(self):
        self.checks += 1
        if self.is_canceled:
            raise CanceledByUserError


@dataclass(eq=False)
class Asked:
    """One question: answers, raises, or waits until it is given up."""

    outcomes: list
    waits: bool = False
    begun: threading.Event = field(default_factory=threading.Event)
    given_up: threading.Event = field(default_factory=threading.Event)

    def hear(self):
        self.begun.set()
        if self.waits:
            assert self.given_up.wait(PATIENCE)
            return Heard(Answer("", None, is_interrupted=True), 0)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return Heard(Answer(outcome, "r"), 1)

    def give_up(self):
        self.given_up.set()


def said(asked):
    """Return questions that are each made when their turn has come."""
    return iter([(key, lambda each=each: each) for key, each in asked.items()])


def heard(asked, work=None):
    """Return what comes back, by its question."""
    found = dict(hear_together(work or Work(), said(asked)))
    return {
        key: each.answer.text if isinstance(each, Heard) else each for key, each in found.items()
    }


def test_every_question_comes_back_once_with_its_answer_or_its_reason():
    """One that fails keeps none of the others from being asked."""
    broken = ChainFailed()
    asked = {str(n): Asked([str(n)]) for n in range(8)} | {"bad": Asked([broken])}

    assert heard(asked) == {str(n): str(n) for n in range(8)} | {"bad": broken}


def test_busy_version_is_asked_again_after_a_while():
    """A refusal for want of room says nothing of the version; it had not been reached."""
    busy = TooManyRequests(retry_after=0)

    assert heard({"q": Asked([busy, "at last"])})["q"] == "at last"


def test_patience_with_a_busy_version_ends(monkeypatch):
    """Then the refusal is what came back."""
    monkeypatch.setattr(asking_together, "PATIENCE_SECONDS", 0.0)
    busy = TooManyRequests(retry_after=5)

    assert heard({"q": Asked([busy, "too late"])})["q"] is busy


def test_no_more_than_a_few_are_under_way():
    """It answers people meanwhile; what waits its turn is not even made."""
    asked = {str(n): Asked([], waits=True) for n in range(AT_ONCE + 2)}
    made = []

    def questions():
        for key, each in asked.items():
            made.append(key)
            yield key, lambda each=each: each

    hearing = hear_together(Work(), questions())
    thread = threading.Thread(target=lambda: list(hearing))
    thread.start()
    first = list(asked.values())[:AT_ONCE]
    assert all(each.begun.wait(PATIENCE) for each in first)
    assert len(made) == AT_ONCE
    for each in asked.values():
        each.given_up.set()
    thread.join(PATIENCE)
    assert len(made) == len(asked)


def test_long_silence_is_no_death(monkeypatch):
    """While nothing comes back somebody still says that the work is being done."""
    monkeypatch.setattr(asking_together, "LOOK_SECONDS", 0.01)
    slow = Asked([], waits=True)

    class Impatient(Work):
        def keep_alive(self):
            super().keep_alive()
            if self.beats > 3:
                slow.give_up()

    work = Impatient()
    heard({"slow": slow}, work)

    assert work.beats > 3
    assert work.checks > 2


def test_who_cancels_does_not_wait_for_the_answer(monkeypatch):
    """What is under way is given up, so that the version stops, too."""
    monkeypatch.setattr(asking_together, "LOOK_SECONDS", 0.01)
    slow = Asked([], waits=True)

    with (
        pytest.raises(CanceledByUserError),
        closing(hear_together(Work(is_canceled=True), said({"slow": slow}))) as hearing,
    ):
        list(hearing)

    assert slow.given_up.is_set()
