"""The replay on this tab: what was read of it, and what its viewer says of the new answers.

Knows no drawing. Reading it takes several questions to the workspace, too many for every click.
"""

import time
from dataclasses import dataclass, field, replace

import streamlit as st

from backend.feedback.verdicts import Verdict
from backend.long_work.record import JobState
from backend.replay.record import NewAnswer, ReplaySummary, summary_of
from backend.replay.replays import Replay
from backend.request_logs.former_request import FormerRequest
from backend.turns.answers import Answer
from components.chat.chat_state import Entry, Judgement
from components.session import Session

# What others say meanwhile shows after so long.
FRESH_SECONDS = 30
_KEY = "opened_replay"


@dataclass
class Opened:
    """One replay, with what was asked and answered formerly as far as it was needed."""

    replay: Replay
    viewer: str
    read_at: float = field(default_factory=time.monotonic)
    former: dict[str, FormerRequest] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def summary(self) -> ReplaySummary:
        """Return how it stands, with what was said on this tab a moment ago."""
        said = dict(self.replay.verdicts)
        for request_id, entry in self.entries.items():
            if entry.judgement and entry.judgement.is_saved:
                others = [v for v in said.get(request_id, ()) if v.reviewer != self.viewer]
                said[request_id] = [entry.judgement.verdict, *others]
        counted, kept = summary_of(self.replay.answers, said), self.replay.summary
        return replace(
            counted, is_flagged=kept.is_flagged, job_id=kept.job_id, asked_at=kept.asked_at
        )

    def is_judged(self, answer: NewAnswer) -> bool:
        """Tell whether its viewer had compared it when it was read; a click changes nothing."""
        own = self._own(answer)
        return own is not None and own.preference is not None

    def entry(self, answer: NewAnswer) -> Entry:
        """Return the new answer as one that can be judged."""
        known = self.entries.get(answer.new_request_id)
        if known is None:
            known = Entry(
                self.former[answer.request_id].question,
                key=f"replayed_{answer.new_request_id}",
                answer=Answer(answer.answer, answer.new_request_id),
            )
            if own := self._own(answer):
                known.judgement = Judgement(own, is_saved=True)
            self.entries[answer.new_request_id] = known
        return known

    def _own(self, answer: NewAnswer) -> Verdict | None:
        said = self.replay.verdicts.get(answer.new_request_id, ())
        return next((each for each in said if each.reviewer == self.viewer), None)


def opened(session: Session, job_id: str) -> Opened:
    """Return the replay, read anew if that was a while ago."""
    known: Opened | None = st.session_state.get(_KEY)
    if known and known.replay.job.id == job_id and _is_fresh(known):
        return known
    replay = session.services.replays.open(session.viewer, job_id)
    found = Opened(replay, session.viewer.user_name)
    if known and known.replay.job.id == job_id:
        # What could not be saved, and what is being written, stays.
        found.former, found.entries = known.former, known.entries
    st.session_state[_KEY] = found
    return found


def read_former(session: Session, found: Opened, answers: list[NewAnswer]) -> None:
    """Read what was asked and answered formerly, unless it is known."""
    wanted = [each.request_id for each in answers if each.request_id not in found.former]
    if wanted:
        read = session.services.replays.former(session.viewer, found.replay, wanted)
        found.former.update({each: read.get(each, FormerRequest("")) for each in wanted})


def _is_fresh(known: Opened) -> bool:
    is_over = known.replay.job.state is JobState.DONE
    return is_over and time.monotonic() - known.read_at < FRESH_SECONDS
