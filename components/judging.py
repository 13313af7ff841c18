"""Putting on record what a person says of an answer, at the click; draws nothing.

Whatever is said stays on the page when it could not be saved, with the reason beside it.
"""

from dataclasses import dataclass, replace
from typing import Any

from backend.answers import Source
from backend.errors import ReviewAppError
from backend.feedback import Feedback
from backend.identity import Viewer
from backend.verdicts import SourceRating, Thumb, Verdict
from components.chat_state import Entry, Judgement

# What can be said of a source: its thumb, and what the thumb alone would not tell.
SOURCE_WORDS = {
    "Helpful": (Thumb.POSITIVE, ""),
    "Not helpful": (Thumb.NEGATIVE, ""),
    "Outdated": (Thumb.NEGATIVE, "Outdated"),
    "Wrong": (Thumb.NEGATIVE, "Wrong"),
}


@dataclass(frozen=True)
class Judge:
    """One person judging answers of one chain."""

    feedback: Feedback
    viewer: Viewer
    endpoint: str

    def save(self, entry: Entry, **changes: Any) -> None:
        """Put the verdict with these changes on record, or keep it with the reason why not."""
        verdict = replace(self.verdict(entry), **changes)
        entry.judgement = judgement = Judgement(verdict)
        try:
            self.feedback.submit(self.viewer, self.endpoint, verdict)
        except ReviewAppError as problem:
            judgement.problem = problem
        else:
            judgement.is_saved = True

    def take_back(self, entry: Entry) -> None:
        """Say nothing any more of this answer."""
        entry.judgement = None
        self.save(entry)

    def verdict(self, entry: Entry) -> Verdict:
        """Return what this person has said so far."""
        if entry.judgement:
            return entry.judgement.verdict
        request_id = entry.answer.request_id if entry.answer else None
        return Verdict(request_id or "", self.viewer.user_name)

    def rate_source(self, entry: Entry, source: Source, word: str | None) -> None:
        """Say how good one of the sources is; None takes it back."""
        others = tuple(
            each
            for each in self.verdict(entry).source_ratings
            if (each.step_id, each.position) != (source.step_id, source.position)
        )
        thumb, comment = SOURCE_WORDS[word] if word else (None, "")
        rating = SourceRating(source.position, thumb, comment, source.step_id)
        self.save(entry, source_ratings=(*others, rating))

    def word_for(self, entry: Entry, source: Source) -> str | None:
        """Return what was said of this source."""
        for each in self.verdict(entry).source_ratings:
            if (each.step_id, each.position) == (source.step_id, source.position):
                said = (each.thumb, each.comment)
                return next((word for word, means in SOURCE_WORDS.items() if means == said), None)
        return None


def is_said(verdict: Verdict) -> bool:
    """Tell whether the verdict says anything at all."""
    return bool(
        verdict.thumb
        or verdict.reasons
        or verdict.comment
        or verdict.corrected_answer
        or any(each.thumb for each in verdict.source_ratings)
    )
